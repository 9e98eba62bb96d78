"""Visits through the real handlers: several services on one number, linked windows, the way back, groups."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from contract.bodies import Stop as StopBody
from queueserver.domain import events
from queueserver.domain.hall import HallPlan, MissedPolicy, Policy, ServicePlan, WindowPlan
from queueserver.domain.reason import Reason
from queueserver.domain.schedule import Schedule
from queueserver.domain.stops import MOST_RETURNS, StopState
from queueserver.domain.ticket import Origin, State, Ticket
from queueserver.handlers import commands
from queueserver.ports import Actor, TicketAnswer
from tests.unit.fake_unit import ALWAYS, Rules, plan_with, queue

OPEN, NOW, DONE, DROPPED, UNDONE = StopState
MORNING = Schedule(week=(((0, 12 * 60),),) * 7)
"""Closed from noon, which it is in these tests unless they say otherwise."""
TO_FIVE = Schedule(week=(((0, 17 * 60),),) * 7)


def hall(**changes: Any) -> HallPlan:
    """Queues a, b, c, d with a window each; "all" serves a and b. "firm" walks a, then b and c, then d."""
    given: dict[str, Any] = {name: {"zone": "east", "service_minutes": 10.0} for name in "abcd"}
    for name, more in changes.items():
        if name in given:
            given[name] |= more
    queues = tuple(queue(name, name.upper(), **more) for name, more in given.items())
    windows = (
        *(WindowPlan(f"w{name}", name.upper(), "east", (name,)) for name in "abcd"),
        WindowPlan("all", "9", "east", ("a", "b")),
    )
    plan = plan_with(queues, windows, changes.get("policy"))
    services = {
        **plan.services,
        "firm": ServicePlan("firm", "a", steps=(("a",), ("b", "c"), ("d",))),
        "s-after": ServicePlan("s-after", "a", after=("s-b",)),
    }
    return replace(plan, services=services)


def at_work(plan: HallPlan | None = None) -> Rules:
    rules = Rules(plan or hall())
    rules.open("wa", "wb", "wc", "wd")
    return rules


def take(rules: Rules, service: str = "s-a", *more: str, **given: Any) -> Ticket:
    ticket = rules.do(commands.TakeTicket(service, "kiosk", "zh-CN", services=more, **given))
    assert isinstance(ticket, Ticket)
    return ticket


def crowd(rules: Rules, queue_id: str, count: int) -> None:
    for _ in range(count):
        take(rules, f"s-{queue_id}")


def finish(rules: Rules, window: str, outcome: str = "done", *items: str, leaves: bool = False) -> Ticket:
    done = rules.do(commands.Finish(window, outcome, items, leaves))
    assert isinstance(done, Ticket)
    return done


def live_leg(rules: Rules, number: str) -> Ticket:
    """The one open ticket of a number."""
    (leg,) = [ticket for ticket in rules.live.tickets.values() if ticket.number == number]
    return leg


def serve(rules: Rules, window: str, number: str) -> Ticket:
    """Call whoever is next until `number` is called, finish the others, and start."""
    for _ in range(30):
        called = rules.call(window)
        rules.do(commands.Start(window))
        if called.number == number:
            return called
        finish(rules, window)
    raise AssertionError(number)


def told(rules: Rules) -> list[tuple[str, str]]:
    """(service, how it ended) of every stop that any fact said was settled."""
    return [
        (stop.service, stop.reason or stop.state.value)
        for event in rules.events
        if isinstance(event, events.TicketEvent)
        for stop in event.settled
    ]


def stops(ticket: Ticket) -> list[tuple[str, str]]:
    return [(stop.queue, stop.state.value) for stop in ticket.visit.itinerary.stops]


# ---------------------------------------------------------------------------------------------- several services


def test_a_ticket_for_one_service_has_no_stops() -> None:
    rules = at_work()
    assert take(rules).visit.itinerary.stops == ()
    serve(rules, "wa", "A001")
    assert finish(rules, "wa").state is State.FINISHED
    assert not rules.live.tickets


def test_one_number_walks_three_services_and_ends() -> None:
    rules = at_work()
    first = take(rules, "s-a", "s-b", "s-c")
    assert (first.number, first.queue, stops(first)) == ("A001", "a", [("a", "now"), ("b", "open"), ("c", "open")])
    rules.later(minutes=5)
    for window, queue_id in (("wa", "a"), ("wb", "b"), ("wc", "c")):
        assert live_leg(rules, "A001").queue == queue_id
        serve(rules, window, "A001")
        done = finish(rules, window)
        assert done.state is State.FINISHED
        assert rules.window(window).ticket is None
    assert not rules.live.tickets
    assert [stop.state for stop in done.visit.itinerary.stops] == [DONE] * 3
    assert told(rules) == [("s-a", "done"), ("s-b", "done"), ("s-c", "done")]
    legs = sorted((t for t in rules.known.values()), key=lambda ticket: ticket.leg)
    assert [(leg.leg, leg.origin) for leg in legs] == [(1, Origin.ISSUED), (2, Origin.NEXT_STOP), (3, Origin.NEXT_STOP)]
    assert {leg.number for leg in legs} == {"A001"}


def test_the_first_leg_is_the_shortest_line_and_gives_the_number() -> None:
    rules = at_work()
    crowd(rules, "a", 4)
    ticket = take(rules, "s-a", "s-b")
    assert (ticket.number, ticket.queue) == ("B001", "b")
    assert take(rules).number == "A005", "no number of the other queue was burnt"


def test_the_next_stop_is_decided_with_the_lines_as_they_are_then() -> None:
    rules = at_work()
    take(rules, "s-a", "s-b", "s-c")
    serve(rules, "wa", "A001")
    rules.later(minutes=1)
    crowd(rules, "b", 3)
    finish(rules, "wa")
    leg = live_leg(rules, "A001")
    assert leg.queue == "b", "who came later stands behind: the place is the original arrival"
    rules = at_work()
    crowd(rules, "b", 3)
    take(rules, "s-a", "s-b", "s-c")
    serve(rules, "wa", "A001")
    finish(rules, "wa")
    assert live_leg(rules, "A001").queue == "c"


def test_a_new_leg_stands_where_the_visitor_arrived() -> None:
    rules = at_work()
    first = take(rules, "s-a", "s-b")
    rules.later(minutes=3)
    crowd(rules, "b", 2)
    rules.later(minutes=3)
    serve(rules, "wa", "A001")
    finish(rules, "wa")
    leg = live_leg(rules, "A001")
    assert leg.place.at_ms == first.place.at_ms
    assert rules.waiting("b") == ["A001", "B001", "B002"]
    assert leg.issued_at == rules.now


def test_the_facts_of_going_on_are_in_order_and_name_where_from() -> None:
    rules = at_work()
    first = take(rules, "s-a", "s-b")
    serve(rules, "wa", "A001")
    finish(rules, "wa")
    finished, continued = rules.events[-2:]
    assert isinstance(finished, events.TicketFinished)
    assert isinstance(continued, events.TicketContinued)
    assert finished.ticket.id == first.id
    assert (continued.from_ticket, continued.from_queue, continued.from_window) == (first.id, "a", "wa")
    assert (continued.how, continued.why, continued.ticket.state) == ("in_line", "only_one", State.WAITING)


def test_services_handled_along_are_ticked_off() -> None:
    rules = at_work()
    take(rules, "s-a", "s-b", "s-c")
    serve(rules, "wa", "A001")
    finish(rules, "wa", "done", "s-a", "s-b")
    assert live_leg(rules, "A001").queue == "c"
    assert told(rules) == [("s-a", "done"), ("s-b", "handled")]


def test_a_visitor_who_leaves_drops_the_rest() -> None:
    rules = at_work()
    take(rules, "s-a", "s-b", "s-c")
    serve(rules, "wa", "A001")
    finish(rules, "wa", leaves=True)
    assert not rules.live.tickets
    assert told(rules) == [("s-a", "done"), ("s-b", "left"), ("s-c", "left")]


def test_what_comes_first_is_done_first_and_what_needs_it_ends_with_it() -> None:
    rules = at_work()
    ticket = take(rules, "s-after", "s-b")
    assert ticket.service == "s-b"
    serve(rules, "wb", ticket.number)
    done = finish(rules, "wb", "materials_missing")
    assert [(s.state, s.reason) for s in done.visit.itinerary.stops] == [
        (UNDONE, "earlier_undone"),
        (UNDONE, "not_done"),
    ]
    assert not rules.live.tickets
    ticket = take(rules, "s-c", "s-d")
    serve(rules, "wc", ticket.number)
    finish(rules, "wc", "materials_missing")
    assert live_leg(rules, ticket.number).queue == "d", "an independent service goes on"


def test_a_queue_that_closed_meanwhile_is_left_out_by_name() -> None:
    rules = at_work(hall(b={"schedule": TO_FIVE}))
    take(rules, "s-a", "s-b", "s-c")
    serve(rules, "wa", "A001")
    rules.later(hours=6)
    done = finish(rules, "wa")
    assert [(s.queue, s.state, s.reason) for s in done.visit.itinerary.stops] == [
        ("a", DONE, ""),
        ("b", UNDONE, "queue_closed"),
        ("c", NOW, ""),
    ]
    assert told(rules) == [("s-a", "done"), ("s-b", "queue_closed")]
    assert live_leg(rules, "A001").queue == "c"


def test_a_queue_about_to_close_goes_first() -> None:
    rules = at_work(hall(b={"schedule": TO_FIVE}))
    rules.now += timedelta(hours=4, minutes=55)
    crowd(rules, "b", 2)
    assert take(rules, "s-a", "s-b").queue == "b"


def test_a_noon_break_is_waited_for_not_missed() -> None:
    afternoon = Schedule(week=(((0, 13 * 60), (14 * 60, 17 * 60)),) * 7)
    rules = at_work(hall(b={"schedule": afternoon}))
    take(rules, "s-a", "s-b")
    serve(rules, "wa", "A001")
    rules.later(hours=1, minutes=10)
    finish(rules, "wa")
    assert live_leg(rules, "A001").queue == "b"


def test_every_service_asked_for_must_be_open_have_a_place_and_be_known() -> None:
    rules = at_work(hall(b={"schedule": MORNING}, c={"daily_limit": 1}))
    asked = commands.TakeTicket("s-a", "kiosk", "zh-CN", services=("s-b",))
    rules.refused(asked, "queue_closed")
    rules.refused(replace(asked, services=("golf",)), "unknown_service")
    rules.refused(replace(asked, services=("s-a",)), "stop_twice")
    first = take(rules, "s-a", "s-c")
    rules.refused(replace(asked, services=("s-c",)), "queue_full")
    rules.do(commands.Cancel(first.id, walkout=False, reason=""))
    assert take(rules, "s-d", "s-c").number, "the place came back"
    assert rules.live.queue_days["c"].next_number == 1, "a promise takes no number"


def test_a_daily_place_promised_at_issue_is_there_when_the_visitor_comes() -> None:
    rules = at_work(hall(b={"daily_limit": 2}))
    take(rules, "s-a", "s-b")
    take(rules, "s-b")
    rules.refused(commands.TakeTicket("s-b", "kiosk", "zh-CN"), "queue_full")
    serve(rules, "wa", "A001")
    finish(rules, "wa")
    assert live_leg(rules, "A001").queue == "b"


# ------------------------------------------------------------------------------------------------ the same window


def test_a_window_that_serves_the_next_service_too_goes_on_at_once() -> None:
    rules = Rules(hall())
    rules.open("all")
    take(rules, "s-a", "s-c", "s-b")
    serve(rules, "all", "A001")
    finish(rules, "all")
    leg = live_leg(rules, "A001")
    assert (leg.queue, leg.state, leg.window, leg.staff) == ("b", State.SERVING, "all", "staff-all-0")
    assert (leg.calls, leg.called_at, leg.started_at) == (0, None, rules.now), "nobody was called"
    assert rules.window("all").ticket == leg.id
    finished, continued = rules.events[-2:]
    assert isinstance(finished, events.TicketFinished)
    assert isinstance(continued, events.TicketContinued)
    assert continued.how == "here"
    finish(rules, "all")
    assert (live_leg(rules, "A001").queue, rules.window("all").ticket) == ("c", None)


@pytest.mark.parametrize("paused", [True, False])
def test_not_when_the_window_pauses_or_the_policy_says_no(paused: bool) -> None:
    rules = Rules(hall(policy=Policy(continue_here=paused)))
    rules.open("all")
    take(rules, "s-a", "s-b")
    serve(rules, "all", "A001")
    if paused:
        rules.do(commands.PauseWindow("all", "lunch"))
    finish(rules, "all")
    assert (live_leg(rules, "A001").state, rules.window("all").ticket) == (State.WAITING, None)


# ------------------------------------------------------------------------------------------------- linked windows


def test_a_linked_service_walks_its_queues_in_order() -> None:
    rules = at_work()
    crowd(rules, "b", 3)
    take(rules, "firm")
    walked = []
    while rules.live.tickets and (leg := live_leg(rules, "A001")):
        walked.append(leg.queue)
        serve(rules, f"w{leg.queue}", "A001")
        finish(rules, f"w{leg.queue}", "done", "firm")
        if leg.queue == "d":
            break
    assert walked == ["a", "c", "b", "d"], "within a group the shorter line first"
    assert told(rules)[-1] == ("firm", "done")


def test_a_step_that_fails_ends_those_behind_it() -> None:
    rules = at_work()
    take(rules, "firm", "s-d")
    serve(rules, "wa", "A001")
    finish(rules, "wa", "refused")
    assert told(rules) == [("firm", "not_done"), *[("firm", "earlier_undone")] * 3]
    assert live_leg(rules, "A001").service == "s-d"


def test_a_linked_service_whose_step_closed_for_today_is_not_begun() -> None:
    rules = at_work(hall(d={"schedule": MORNING}))
    rules.refused(commands.TakeTicket("firm", "kiosk", "zh-CN"), "queue_closed")


# --------------------------------------------------------------------------------------------- adding and dropping


def test_stops_are_added_and_dropped_on_the_way() -> None:
    rules = at_work()
    ticket = take(rules, "s-a")
    added = rules.do(commands.AddStops(ticket.id, ("s-b", "s-c")))
    assert isinstance(added, Ticket)
    assert stops(added) == [("a", "now"), ("b", "open"), ("c", "open")]
    rules.refused(commands.AddStops(ticket.id, ("s-a",)), "stop_twice")
    rules.do(commands.DropStops(ticket.id, ("s-b",)))
    rules.refused(commands.DropStops(ticket.id, ("s-b",)), "unknown_stop")
    serve(rules, "wa", "A001")
    finish(rules, "wa")
    assert live_leg(rules, "A001").queue == "c"
    assert told(rules) == [("s-b", "not_wanted"), ("s-a", "done")]


def test_dropping_what_one_waits_for_leads_to_the_next() -> None:
    rules = at_work()
    ticket = take(rules, "s-a", "s-b")
    leg = rules.do(commands.DropStops(ticket.id, ("s-a",)))
    assert isinstance(leg, Ticket)
    assert (leg.number, leg.queue, leg.state) == ("A001", "b", State.WAITING)
    assert rules.ticket(ticket).state is State.CANCELLED
    last = rules.do(commands.DropStops(leg.id, ("s-b",)))
    assert isinstance(last, Ticket)
    assert last.state is State.CANCELLED
    assert not rules.live.tickets
    assert told(rules) == [("s-a", "not_wanted"), ("s-b", "not_wanted")]


def test_dropping_it_while_sent_elsewhere_for_it_leads_on_not_back() -> None:
    rules = at_work()
    take(rules, "s-a", "s-c")
    serve(rules, "wa", "A001")
    sent = send(rules, "wa", "b")
    leg = rules.do(commands.DropStops(sent.id, ("s-a",)))
    assert isinstance(leg, Ticket)
    assert (leg.queue, leg.visit.itinerary.returns) == ("c", ())
    serve(rules, "wc", "A001")
    finish(rules, "wc")
    assert not rules.live.tickets


def test_an_early_end_of_the_day_leaves_nobody_on_the_way() -> None:
    rules = at_work()
    take(rules, "s-a", "s-b")
    serve(rules, "wa", "A001")
    rules.do(commands.CloseDay(Actor("chief", "", frozenset()), "storm", (), dry_run=False))
    finish(rules, "wa")
    assert told(rules) == [("s-a", "done"), ("s-b", "queue_closed")]
    assert not rules.live.tickets


def test_what_is_being_served_is_finished_by_its_window_not_dropped() -> None:
    rules = at_work()
    ticket = take(rules, "s-a", "s-b")
    serve(rules, "wa", "A001")
    rules.refused(commands.DropStops(ticket.id, ("s-a",)), "illegal_transition")
    rules.do(commands.DropStops(ticket.id, ("s-b",)))
    finish(rules, "wa")
    assert not rules.live.tickets


def test_a_ticket_that_is_over_takes_no_more_services() -> None:
    rules = at_work()
    ticket = take(rules)
    serve(rules, "wa", "A001")
    finish(rules, "wa")
    rules.refused(commands.AddStops(ticket.id, ("s-b",)), "illegal_transition")


# ------------------------------------------------------------------------------------------------ other endings


def test_the_end_of_the_day_names_what_was_left_undone() -> None:
    rules = at_work()
    take(rules, "s-a", "s-b")
    take(rules, "s-c", "s-d")
    serve(rules, "wa", "A001")
    rules.do(commands.TurnDay(rules.live.business_day + timedelta(days=1)))
    closed = rules.events[-1]
    assert isinstance(closed, events.DayClosed)
    assert sorted((stop.service, stop.state.value, stop.reason) for _, stop in closed.stops) == [
        ("s-a", "done", ""),
        ("s-b", "undone", "day_closed"),
        ("s-c", "undone", "day_closed"),
        ("s-d", "undone", "day_closed"),
    ]


def test_who_cancels_leaves_or_never_comes_ends_the_whole_visit() -> None:
    rules = at_work(hall(a={"missed": MissedPolicy.EXPIRE}))
    for end, reason in (("cancel", "cancelled"), ("walkout", "walkout"), ("missed", "missed")):
        ticket = take(rules, "s-a", "s-b")
        before = len(told(rules))
        if end == "missed":
            rules.call("wa")
            rules.do(commands.NoShow("wa"))
        else:
            rules.do(commands.Cancel(ticket.id, walkout=end == "walkout", reason=""))
        assert told(rules)[before:] == [("s-a", reason), ("s-b", reason)]
        assert not rules.live.tickets
    assert rules.live.queue_days["b"].issued == 0


# ---------------------------------------------------------------------------------------------- the way back


def send(rules: Rules, window: str, queue_id: str | None = None, to: str | None = None, back: bool = True) -> Ticket:
    leg = rules.do(commands.Transfer(window, queue_id, to, "", come_back=back))
    assert isinstance(leg, Ticket)
    return leg


def test_sent_to_the_cashier_and_back_to_the_same_window() -> None:
    rules = at_work()
    take(rules, "s-a")
    serve(rules, "wa", "A001")
    send(rules, "wa", "b")
    rules.later(minutes=2)
    crowd(rules, "a", 1)
    serve(rules, "wb", "A001")
    finish(rules, "wb", "paid")
    leg = live_leg(rules, "A001")
    assert (leg.queue, leg.sent_to, leg.origin, leg.state) == ("a", "wa", Origin.CAME_BACK, State.WAITING)
    continued = rules.events[-1]
    assert isinstance(continued, events.TicketContinued)
    assert continued.how == "came_back"
    outcome = rules.do(commands.CallNext("wa"))
    assert isinstance(outcome, tuple)
    called, reason = outcome
    assert called.number == "A001", "by original arrival, before those who came meanwhile"
    assert isinstance(reason, Reason)
    assert reason.code == "came_back"
    rules.do(commands.Start("wa"))
    finish(rules, "wa")
    assert {t.number for t in rules.live.tickets.values()} == {"A002"}


def test_back_to_the_queue_when_the_window_has_closed() -> None:
    rules = at_work()
    take(rules, "s-a")
    serve(rules, "wa", "A001")
    send(rules, "wa", "b")
    rules.do(commands.CloseWindow("wa"))
    serve(rules, "wb", "A001")
    finish(rules, "wb")
    leg = live_leg(rules, "A001")
    assert (leg.queue, leg.sent_to, leg.origin) == ("a", None, Origin.CAME_BACK)


def test_a_window_that_closes_lets_those_who_come_back_join_its_queue() -> None:
    rules = at_work()
    take(rules, "s-a")
    serve(rules, "wa", "A001")
    send(rules, "wa", "b")
    serve(rules, "wb", "A001")
    finish(rules, "wb")
    assert live_leg(rules, "A001").sent_to == "wa"
    rules.do(commands.CloseWindow("wa"))
    assert live_leg(rules, "A001").sent_to is None
    assert rules.waiting("a") == ["A001"]


def test_several_windows_are_returned_to_the_last_one_first_then_the_visit_goes_on() -> None:
    rules = at_work()
    take(rules, "s-a", "s-d")
    serve(rules, "wa", "A001")
    send(rules, "wa", "b")
    serve(rules, "wb", "A001")
    send(rules, "wb", "c")
    serve(rules, "wc", "A001")
    finish(rules, "wc")
    assert live_leg(rules, "A001").sent_to == "wb"
    serve(rules, "wb", "A001")
    finish(rules, "wb")
    assert live_leg(rules, "A001").sent_to == "wa"
    assert told(rules) == []
    serve(rules, "wa", "A001")
    finish(rules, "wa")
    assert told(rules) == [("s-a", "done")]
    assert live_leg(rules, "A001").queue == "d"


def test_sent_by_hand_to_the_window_that_waits_he_has_come_back() -> None:
    rules = at_work()
    take(rules, "s-a")
    serve(rules, "wa", "A001")
    send(rules, "wa", "b")
    serve(rules, "wb", "A001")
    send(rules, "wb", to="wa", back=False)
    serve(rules, "wa", "A001")
    finish(rules, "wa")
    assert not rules.live.tickets


def test_only_so_many_windows_can_wait_for_one_visitor() -> None:
    plan = hall()
    windows = tuple(WindowPlan(f"x{n}", str(n), "east", ("a",)) for n in range(MOST_RETURNS + 2))
    plan = replace(plan, windows={w.id: w for w in windows}, windows_of_queue={"a": tuple(w.id for w in windows)})
    rules = Rules(plan)
    rules.open(*plan.windows)
    take(rules, "s-a")
    for n in range(MOST_RETURNS):
        serve(rules, f"x{n}", "A001")
        send(rules, f"x{n}", to=f"x{n + 1}")
    serve(rules, f"x{MOST_RETURNS}", "A001")
    rules.refused(commands.Transfer(f"x{MOST_RETURNS}", None, "x5", "", come_back=True), "too_many_returns")
    send(rules, f"x{MOST_RETURNS}", to="x5", back=False)


# ------------------------------------------------------------------------------------------------------ groups


def test_a_group_is_one_ticket_that_takes_longer() -> None:
    rules = at_work()
    group = take(rules, "s-a", party=4)
    assert group.visit.party == 4
    answer = rules.answer(commands.TakeTicket("s-a", "kiosk", "zh-CN"))
    assert isinstance(answer, TicketAnswer)
    assert answer.wait is not None
    assert (answer.wait.ahead, answer.wait.position) == (1, 2)
    alone = at_work()
    crowd(alone, "a", 4)
    same = alone.answer(commands.TakeTicket("s-a", "kiosk", "zh-CN"))
    assert isinstance(same, TicketAnswer)
    assert same.wait is not None
    assert answer.wait.promise is not None
    assert answer.wait.promise == same.wait.promise
    rules.call("wa")
    assert rules.answer(commands.MarkPrinted(answer.ticket.id)).wait.ahead == 0  # type: ignore[union-attr]


def test_a_queue_may_limit_how_many_come_together() -> None:
    rules = at_work(hall(a={"party_limit": 4}))
    assert rules.refused(
        commands.TakeTicket("s-b", "kiosk", "zh-CN", services=("s-a",), party=5), "party_too_large"
    ).params == {"limit": 4, "service": "s-a"}
    alone = commands.TakeTicket("s-a", "kiosk", "zh-CN", party=5)
    assert rules.refused(alone, "party_too_large").params == {"limit": 4}
    assert take(rules, "s-a", party=4).number == "A001"
    assert take(rules, "s-b", party=20).number == "B001"


def test_the_refusal_of_one_of_several_names_it_and_takes_nothing() -> None:
    rules = at_work(hall(b={"daily_limit": 1, "person_limit": 1}, c={"schedule": MORNING}))
    rules.do(commands.TakeTicket("s-b", "kiosk", "zh-CN", holder=commands.Holder(hash="h")))
    for services in (("s-a", "s-b"), ("s-b", "s-a"), ("s-b", "s-d", "s-a")):
        wish = commands.TakeTicket(services[0], "kiosk", "zh-CN", services=services[1:])
        assert rules.refused(wish, "queue_full").params == {"service": "s-b"}
        again = replace(wish, holder=commands.Holder(hash="h"))
        assert rules.refused(again, "person_limit").params["service"] == "s-b"
    rules.call("wb")
    shortest = commands.TakeTicket("s-b", "kiosk", "zh-CN", services=("s-a",))
    crowd(rules, "a", 5)
    assert rules.refused(shortest, "queue_full").params == {"service": "s-b"}
    late = commands.TakeTicket("s-a", "kiosk", "zh-CN", services=("s-c",))
    assert rules.refused(late, "queue_closed").params == {"service": "s-c"}
    assert rules.refused(commands.TakeTicket("s-c", "kiosk", "zh-CN"), "queue_closed").params == {}
    ticket = take(rules, "s-a")
    assert ticket.number == "A006", "nothing was taken"
    assert rules.refused(commands.AddStops(ticket.id, ("s-d", "s-b")), "queue_full").params == {"service": "s-b"}
    assert rules.refused(commands.AddStops(ticket.id, ("s-c",)), "queue_closed").params == {"service": "s-c"}


REASONS = "not_wanted left queue_closed not_offered earlier_undone not_done missed cancelled walkout day_closed handled"


def test_every_reason_a_stop_can_end_with_is_named_in_the_contract() -> None:
    named = StopBody.__doc__ or ""
    assert [reason for reason in REASONS.split() if reason not in named] == []


def test_a_schedule_always_open_has_the_rest_of_its_day() -> None:
    assert ALWAYS.rest_of_day(Rules().now) is not None
