"""A hall of two levels, and handing on: first the desk, once, then what the visitor needs; number and arrival kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from queueserver.domain import events
from queueserver.domain.appointment import Appointment
from queueserver.domain.booking import BookingRules
from queueserver.domain.hall import HallPlan, Policy, QueuePlan, ServicePlan, WindowPlan
from queueserver.domain.schedule import Schedule
from queueserver.domain.slots import SlotTemplate
from queueserver.domain.stops import MOST_SERVICES
from queueserver.domain.ticket import Origin, State, Ticket
from queueserver.handlers import bookings, commands
from tests.unit.fake_unit import Rules, plan_with, queue

ONE_LEVEL, TWO_LEVELS = Policy(), Policy(desk="s-desk")
CLOSED = Schedule(week=((),) * 7)


def hall(policy: Policy = TWO_LEVELS, **changes: Any) -> HallPlan:
    """The desk, and behind it a, b, c with a window each; "both" serves desk and a.

    "firm" walks b, then c; "paper" wants a document; s-c is direct.
    """
    given: dict[str, Any] = {
        name: {"service_minutes": 10.0} | changes.get(name, {}) for name in ("desk", "a", "b", "c")
    }
    queues: tuple[QueuePlan, ...] = tuple(queue(name, name[0].upper(), **more) for name, more in given.items())
    windows = (
        *(WindowPlan(f"w{name}", name.upper(), "east", (name,)) for name in given),
        WindowPlan("both", "9", "east", ("desk", "a")),
    )
    plan = plan_with(queues, windows, policy)
    services = {
        **plan.services,
        "s-c": ServicePlan("s-c", "c", direct=True),
        "firm": ServicePlan("firm", "b", steps=(("b",), ("c",))),
        "paper": ServicePlan("paper", "b", requires_document=True),
    }
    times = SlotTemplate("times", "a", ("s-a",), frozenset(range(7)), ((0, 1440),), 30, 3, release_minute=0)
    return replace(plan, services=services, templates_of={"s-a": (times,)}, booking={"a": BookingRules()})


def at_work(plan: HallPlan | None = None) -> Rules:
    rules = Rules(plan or hall())
    rules.open("wdesk", "wa", "wb", "wc")
    return rules


def take(rules: Rules, service: str = "s-a", *more: str, channel: str = "kiosk", **holder: str) -> Ticket:
    command = commands.TakeTicket(service, channel, "zh-CN", holder=commands.Holder(**holder), services=more)
    ticket = rules.do(command)
    assert isinstance(ticket, Ticket)
    return ticket


def hand_on(rules: Rules, *services: str, window: str = "wdesk", note: str = "") -> Ticket:
    leg = rules.do(commands.HandOn(window, services, note))
    assert isinstance(leg, Ticket)
    return leg


def stops(ticket: Ticket) -> list[tuple[str, str]]:
    return [(stop.service, stop.reason or stop.state.value) for stop in ticket.visit.itinerary.stops]


def promised(rules: Rules, queue_id: str) -> int:
    day = rules.live.queue_days.get(queue_id)
    return day.issued if day else 0


# ---------------------------------------------------------------------------------------------- first the desk


def test_whoever_takes_a_number_waits_for_the_desk_first_and_has_a_place_behind_it() -> None:
    rules = at_work()
    ticket = take(rules, "s-a")
    assert (ticket.number, ticket.queue, ticket.service) == ("D001", "desk", "s-desk")
    assert stops(ticket) == [("s-desk", "now"), ("s-a", "open")]
    assert (rules.waiting("desk"), rules.waiting("a")) == (["D001"], [])
    assert promised(rules, "a") == 1


def test_whoever_does_not_know_takes_the_desks_own_number() -> None:
    rules = at_work()
    ticket = take(rules, "s-desk")
    assert (ticket.number, ticket.queue, ticket.visit.itinerary.stops) == ("D001", "desk", ())


def test_several_services_make_one_way_to_the_desk() -> None:
    rules = at_work()
    assert stops(take(rules, "s-a", "firm")) == [
        ("s-desk", "now"), ("s-a", "open"), ("firm", "open"), ("firm", "open"),
    ]  # fmt: skip
    assert stops(take(rules, "s-desk", "s-b")) == [("s-desk", "now"), ("s-b", "open")]


def test_a_direct_service_needs_no_desk() -> None:
    rules = at_work()
    ticket = take(rules, "s-c")
    assert (ticket.number, ticket.queue, ticket.visit.itinerary.stops) == ("C001", "c", ())


def test_a_direct_service_beside_others_may_come_before_the_desk() -> None:
    rules = at_work()
    for _ in range(5):
        take(rules, "s-desk")
    ticket = take(rules, "s-a", "s-c")
    assert (ticket.number, stops(ticket)) == ("C001", [("s-desk", "open"), ("s-a", "open"), ("s-c", "now")])
    assert rules.serve("wc").id == ticket.id
    rules.do(commands.Finish("wc", "done", ()))
    (leg,) = [one for one in rules.live.tickets.values() if one.number == "C001"]
    assert (leg.queue, leg.service) == ("desk", "s-desk")


def test_staff_who_give_out_a_ticket_have_asked_already() -> None:
    rules = at_work()
    ticket = take(rules, "s-a", channel="desk")
    assert (ticket.number, ticket.queue, ticket.visit.itinerary.stops) == ("A001", "a", ())


def test_a_hall_of_one_level_knows_no_desk() -> None:
    rules = at_work(hall(ONE_LEVEL))
    assert take(rules, "s-a").number == "A001"
    assert take(rules, "s-a", "s-desk").visit.itinerary.stops[0].service == "s-a"


def test_the_desk_does_not_count_among_the_services_of_one_ticket() -> None:
    plan = hall()
    many = {f"x{n}": ServicePlan(f"x{n}", "a") for n in range(MOST_SERVICES + 1)}
    rules = at_work(replace(plan, services={**plan.services, **many}))
    first, *more = list(many)[:MOST_SERVICES]
    assert len(take(rules, first, *more).visit.itinerary.stops) == MOST_SERVICES + 1
    rules.refused(commands.TakeTicket(first, "kiosk", "en", services=tuple(list(many)[1:])), "too_many_stops")


@pytest.mark.parametrize("closed", ["desk", "a"])
def test_desk_and_service_must_both_be_open(closed: str) -> None:
    rules = at_work(hall(**{closed: {"schedule": CLOSED}}))
    rules.refused(commands.TakeTicket("s-a", "kiosk", "en"), "queue_closed")


def test_an_appointment_does_not_go_to_the_desk() -> None:
    rules = at_work()
    later = rules.now + timedelta(hours=1)
    booked = rules.do(bookings.Book("s-a", later, "phone", "en", commands.Holder()))
    assert isinstance(booked, Appointment)
    rules.now = later
    ticket = rules.do(bookings.CheckIn("kiosk", booked.id))
    assert isinstance(ticket, Ticket)
    assert (ticket.queue, ticket.service, ticket.visit.itinerary.stops) == ("a", "s-a", ())


# ---------------------------------------------------------------------------------------------- at the desk


def test_the_desk_hands_on_to_what_was_asked_for_with_number_and_arrival_kept() -> None:
    rules = at_work()
    first = take(rules, "s-b")
    rules.later(minutes=4)
    direct = take(rules, "s-b", channel="desk")
    rules.later(minutes=4)
    rules.serve("wdesk")
    leg = hand_on(rules, "s-b", note="papers seen")
    assert (leg.number, leg.queue, leg.service, leg.leg, leg.origin) == ("D001", "b", "s-b", 2, Origin.NEXT_STOP)
    assert leg.place.at_ms == first.place.at_ms < direct.place.at_ms
    assert (leg.note, stops(leg)) == ("papers seen", [("s-desk", "done"), ("s-b", "now")])
    assert leg.promise is not None
    assert rules.call("wb").id == leg.id
    assert rules.window("wdesk").ticket is None
    finished, continued = rules.events[-3:-1]
    assert isinstance(finished, events.TicketFinished)
    assert (finished.outcome, finished.handed_on, finished.ticket.id) == ("handed_on", ("s-b",), first.id)
    assert isinstance(continued, events.TicketContinued)
    assert (continued.from_ticket, continued.ticket.note) == (first.id, "papers seen")
    assert promised(rules, "b") == 2


def test_the_desk_hands_on_to_something_else_and_gives_the_place_back() -> None:
    rules = at_work()
    take(rules, "s-a")
    rules.serve("wdesk")
    leg = hand_on(rules, "s-b")
    assert stops(leg) == [("s-desk", "done"), ("s-a", "not_wanted"), ("s-b", "now")]
    assert (promised(rules, "a"), promised(rules, "b")) == (0, 1)


def test_a_linked_service_walks_all_its_steps_and_the_shorter_line_comes_first() -> None:
    rules = at_work()
    for _ in range(4):
        take(rules, "s-b", channel="desk")
    take(rules, "s-desk")
    rules.serve("wdesk")
    leg = hand_on(rules, "firm", "s-a")
    assert (leg.service, leg.queue) == ("s-a", "a")
    assert stops(leg) == [("s-desk", "done"), ("firm", "open"), ("firm", "open"), ("s-a", "now")]
    assert (promised(rules, "b"), promised(rules, "c")) == (5, 1)
    rules.serve("wa")
    rules.do(commands.Finish("wa", "done", ()))
    walked = [leg.number for leg in rules.live.line.in_order("b")]
    assert "D001" in walked


def test_the_desk_never_comes_again() -> None:
    rules = at_work()
    take(rules, "s-a", "s-b")
    rules.serve("wdesk")
    rules.refused(commands.HandOn("wdesk", ("s-desk",)), "invalid_field")
    take(rules, "s-c")
    rules.serve("wc")
    rules.refused(commands.HandOn("wc", ("s-desk",)), "invalid_field")
    rules.do(commands.Finish("wc", "done", ()))
    leg = hand_on(rules, "s-a", "s-b", "firm")
    while leg.state is not State.FINISHED:
        window = f"w{leg.queue}"
        assert leg.queue != "desk"
        if leg.state is State.WAITING:
            rules.serve(window)
        rules.do(commands.Finish(window, "done", ()))
        leg = max((t for t in rules.known.values() if t.number == "D001"), key=lambda one: one.leg)
    assert {reason for _, reason in stops(leg)} == {"done"}


def test_nobody_puts_the_desk_on_a_ticket_again() -> None:
    rules = at_work()
    ticket = take(rules, "s-a", "s-b")
    rules.refused(commands.AddStops(ticket.id, ("s-desk",)), "stop_twice")
    rules.serve("wdesk")
    leg = hand_on(rules, "s-a", "s-b")
    rules.refused(commands.AddStops(leg.id, ("s-desk",)), "stop_twice")


def test_a_desk_that_serves_the_next_one_too_goes_on_at_once() -> None:
    rules = Rules(hall())
    rules.open("both")
    take(rules, "s-a")
    rules.serve("both")
    leg = hand_on(rules, "s-a", window="both")
    assert (leg.state, leg.window, leg.queue) == (State.SERVING, "both", "a")
    assert rules.window("both").ticket == leg.id


def test_finish_at_the_desk_goes_on_as_asked_and_an_answer_ends_the_visit() -> None:
    rules = at_work()
    take(rules, "s-a")
    take(rules, "s-a")
    take(rules, "s-desk")
    rules.serve("wdesk")
    rules.do(commands.Finish("wdesk", "done", ()))
    assert rules.waiting("a") == ["D001"]
    rules.serve("wdesk")
    answered = rules.do(commands.Finish("wdesk", "done", (), leaves=True))
    assert isinstance(answered, Ticket)
    assert stops(answered) == [("s-desk", "done"), ("s-a", "left")]
    rules.serve("wdesk")
    rules.do(commands.Finish("wdesk", "done", ()))
    assert (rules.waiting("a"), promised(rules, "a"), len(rules.live.tickets)) == (["D001"], 1, 1)


def test_who_is_new_to_a_service_must_be_let_in_there_and_who_was_promised_is() -> None:
    rules = at_work(hall(a={"daily_limit": 1}, b={"daily_limit": 1}))
    take(rules, "s-a")
    take(rules, "s-desk")
    rules.serve("wdesk")
    assert hand_on(rules, "s-a").queue == "a"
    rules.serve("wdesk")
    rules.refused(commands.HandOn("wdesk", ("s-a",)), "queue_full")
    rules.refused(commands.HandOn("wdesk", ("s-nothing",)), "unknown_service")
    rules.refused(commands.HandOn("wdesk", ("s-b", "s-b")), "stop_twice")
    assert hand_on(rules, "s-b").queue == "b"


def test_staff_at_the_desk_look_at_the_document_themselves() -> None:
    rules = at_work()
    rules.refused(commands.TakeTicket("paper", "kiosk", "en"), "invalid_field")
    take(rules, "s-desk")
    rules.serve("wdesk")
    assert hand_on(rules, "paper").service == "paper"


def test_handing_on_is_for_whoever_is_served() -> None:
    rules = at_work()
    take(rules, "s-a")
    rules.call("wdesk")
    rules.refused(commands.HandOn("wdesk", ("s-a",)), "illegal_transition")
    rules.refused(commands.HandOn("wb", ("s-a",)), "window_idle")


def test_a_person_holds_a_place_behind_the_desk_too_and_may_still_be_handed_on() -> None:
    rules = at_work(hall(b={"person_limit": 1}))
    mine = take(rules, "s-b", hash="me")
    again = commands.TakeTicket("s-b", "kiosk", "en", holder=commands.Holder(hash="me"))
    assert rules.refused(again, "person_limit").params == {"number": "D001", "ticket": mine.id, "service": "s-b"}
    assert take(rules, "s-b", hash="you").queue == "desk"
    rules.serve("wdesk")
    assert hand_on(rules, "firm").queue == "b"
    rules.refused(again, "person_limit")
    rules.serve("wb")
    rules.do(commands.Finish("wb", "done", (), leaves=True))
    assert take(rules, "s-b", hash="me").queue == "desk"


# ---------------------------------------------------------------------------------------------- at any other window


def test_any_window_hands_on_when_the_visitor_needs_something_else() -> None:
    rules = at_work(hall(ONE_LEVEL))
    take(rules, "firm", "s-a")
    rules.serve("wb")
    leg = hand_on(rules, "s-c", window="wb")
    assert stops(leg) == [("firm", "handed_on"), ("firm", "not_wanted"), ("s-a", "now"), ("s-c", "open")]
    assert (promised(rules, "b"), promised(rules, "c")) == (1, 1)


def test_a_window_does_not_hand_on_to_what_it_is_doing() -> None:
    rules = at_work(hall(ONE_LEVEL))
    take(rules, "s-a")
    rules.serve("wa")
    assert rules.refused(commands.HandOn("wa", ("s-a",)), "invalid_field").field == "services"
    rules.do(commands.Transfer("wa", "b", None, ""))
    rules.serve("wb")
    assert hand_on(rules, "s-a", window="wb").queue == "a"


def test_whoever_is_wanted_back_goes_back_first_and_then_on() -> None:
    rules = at_work(hall(ONE_LEVEL))
    take(rules, "s-a")
    rules.serve("wa")
    rules.do(commands.Transfer("wa", "b", None, "", come_back=True))
    rules.serve("wb")
    back = hand_on(rules, "s-c", window="wb")
    assert (back.queue, back.sent_to, back.origin) == ("a", "wa", Origin.CAME_BACK)
    rules.serve("wa")
    rules.do(commands.Finish("wa", "done", ()))
    assert rules.waiting("c") == ["A001"]
