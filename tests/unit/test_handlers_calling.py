"""What a window does with tickets, with every refusal, on a hall in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from queueserver.domain import events
from queueserver.domain.hall import Policy
from queueserver.domain.reason import Reason
from queueserver.domain.ticket import Place, State, Ticket
from queueserver.handlers import bookings, commands
from queueserver.handlers.dispatch import _HANDLERS
from queueserver.ports import Actor, CallAnswer, Done, Nobody
from tests.unit.fake_unit import LI, NOON, QUEUES, WANG, WINDOWS, Rules, opened, plan_with


def test_every_command_has_a_handler() -> None:
    given = {
        kind
        for module in (commands, bookings)
        for kind in vars(module).values()
        if isinstance(kind, type) and kind.__module__ == module.__name__
    }
    assert given - {commands.Holder, commands.AtWindow, bookings.ImportRow} == set(_HANDLERS)


# -- calling


def test_call_next_takes_the_first_and_says_why() -> None:
    rules = opened()
    first, _ = rules.take(), rules.take()
    rules.later(minutes=3)
    answer = rules.answer(commands.CallNext("w1"))
    assert isinstance(answer, CallAnswer)
    assert answer.reason == Reason("first_in_line", {"waited_minutes": 3})
    ticket = answer.called.ticket
    assert (ticket.id, ticket.state, ticket.window, ticket.staff) == (first.id, State.CALLED, "w1", "staff-w1-0")
    assert ticket.called_at == NOON + timedelta(minutes=3)
    assert answer.called.wait is None
    assert rules.window().ticket == first.id
    assert rules.live.queue_days["clerk"].last_called == "A001"
    assert rules.events[-1] == events.TicketCalled(ticket, "next", answer.reason)


def test_nobody_is_an_answer_not_an_error() -> None:
    rules = opened("w3")
    rules.take("clerk")
    assert rules.answer(commands.CallNext("w3")) == Nobody()
    assert len(rules.events) == 2, "opened and issued, nothing else"


def test_no_ticket_is_called_twice() -> None:
    rules = opened("w1", "w2")
    rules.take()
    rules.call("w1")
    assert rules.answer(commands.CallNext("w2")) == Nobody()


def test_the_streak_counts_calls_by_order_only() -> None:
    rules = opened()
    for _ in range(3):
        rules.take(priority_class="old")
    plain = rules.take()
    picked = rules.take(priority_class="old")

    def done() -> None:
        rules.do(commands.Start("w1"))
        rules.do(commands.Finish("w1", "done", ()))

    for streak in (1, 2):
        assert rules.call().priority_class == "old"
        assert rules.window().streak == streak
        done()
    rules.do(commands.Pick("w1", picked.id, "waits outside"))
    assert rules.window().streak == 2
    done()
    assert rules.call().id == plain.id
    assert rules.window().streak == 0


def test_a_pick_needs_a_reason_and_keeps_it() -> None:
    rules = opened()
    rules.take()
    second = rules.take()
    assert rules.refused(commands.Pick("w1", second.id, " \t"), "reason_required").field == "reason"
    outcome = rules.do(commands.Pick("w1", second.id, " train leaves "))
    assert isinstance(outcome, tuple)
    assert (outcome[0].id, outcome[1]) == (second.id, Reason("picked", {"reason": "train leaves"}))


def test_a_pick_is_eligible_exactly_as_a_call_is() -> None:
    rules = opened("w1", "w3")
    there = rules.take("clerk")
    rules.refused(commands.Pick("w3", there.id, "why not"), "not_served_here")
    rules.refused(commands.Pick("w3", "nobody", "why not"), "unknown_ticket")
    sent = rules.take("postpone")
    rules.do(commands.Pick("w1", sent.id, "first"))
    rules.do(commands.Transfer("w1", None, "w3", ""))
    leg = rules.waiting("window/w3")
    assert leg == [sent.number]
    leg_id = next(t.id for t in rules.live.tickets.values() if t.number == sent.number)
    rules.refused(commands.Pick("w1", leg_id, "I know her"), "not_served_here")
    assert rules.call("w3").id == leg_id


def test_only_who_waits_may_be_picked() -> None:
    rules = opened("w1", "w2")
    ticket = rules.take()
    rules.call("w1")
    rules.refused(commands.Pick("w2", ticket.id, "mine"), "illegal_transition")
    rules.do(commands.Hold("w1", ""))
    rules.refused(commands.Pick("w2", ticket.id, "mine"), "illegal_transition")


def test_hold_and_call_back() -> None:
    rules = opened("w1", "w2", "w3")
    rules.take()
    ticket = rules.serve()
    rules.do(commands.Hold("w1", "fetches a copy"))
    held = rules.ticket(ticket)
    assert (held.state, held.note, held.window, rules.window().ticket) == (State.HELD, "fetches a copy", "w1", None)
    rules.refused(commands.CallBack("w3", ticket.id), "not_served_here")
    outcome = rules.do(commands.CallBack("w2", ticket.id))
    assert isinstance(outcome, tuple)
    assert outcome[1] == Reason("called_back", {"state": "held"})
    assert (outcome[0].window, outcome[0].calls, rules.window("w2").ticket) == ("w2", 1, ticket.id)
    rules.refused(commands.CallBack("w1", ticket.id), "illegal_transition")


def test_a_missed_ticket_is_called_back_where_it_was_missed() -> None:
    rules = opened()
    ticket = rules.take()
    rules.call()
    rules.do(commands.NoShow("w1"))
    outcome = rules.do(commands.CallBack("w1", ticket.id))
    assert isinstance(outcome, tuple)
    assert outcome[1] == Reason("called_back", {"state": "no_show"})


def test_who_waits_is_called_not_called_back() -> None:
    rules = opened()
    rules.refused(commands.CallBack("w1", rules.take().id), "illegal_transition")


# -- serving


def test_recall_says_it_again_at_most_three_times() -> None:
    rules = opened()
    rules.take()
    rules.call()
    for calls in (2, 3, 4):
        again = rules.do(commands.Recall("w1"))
        assert isinstance(again, Ticket)
        assert again.calls == calls
    rules.refused(commands.Recall("w1"), "recall_limit")
    rules.do(commands.Start("w1"))
    rules.refused(commands.Recall("w1"), "illegal_transition")


def test_start_and_finish_with_outcome_and_items() -> None:
    rules = opened()
    rules.take()
    rules.call()
    rules.refused(commands.Finish("w1", "done", ()), "illegal_transition")
    rules.later(minutes=2)
    started = rules.do(commands.Start("w1"))
    assert isinstance(started, Ticket)
    assert started.started_at == rules.now
    rules.refused(commands.Start("w1"), "illegal_transition")
    assert rules.refused(commands.Finish("w1", "done", ("nonsense",)), "unknown_service").field == "items"
    finished = rules.do(commands.Finish("w1", "materials_missing", ("s-clerk", "s-expire")))
    assert isinstance(finished, Ticket)
    assert (finished.state, rules.window().ticket) == (State.FINISHED, None)
    assert rules.events[-1] == events.TicketFinished(finished, "materials_missing", ("s-clerk", "s-expire"))


# -- the four missed-ticket policies


def missed(queue_id: str, others: int = 4) -> tuple[Rules, Ticket]:
    rules = opened()
    ticket = rules.take(queue_id)
    rules.call()
    for _ in range(others):
        rules.take(queue_id)
    rules.later(minutes=1)
    rules.do(commands.NoShow("w1"))
    assert rules.window().ticket is None
    assert rules.ticket(ticket).misses == 1
    return rules, rules.ticket(ticket)


def test_missed_clerk_stays_missed_until_somebody_acts() -> None:
    rules, ticket = missed("clerk")
    assert (ticket.state, ticket.window) == (State.NO_SHOW, "w1")
    assert rules.waiting("clerk") == ["A002", "A003", "A004", "A005"]


def test_missed_requeue_waits_at_the_end() -> None:
    rules, ticket = missed("requeue")
    assert (ticket.state, ticket.window) == (State.WAITING, None)
    assert rules.waiting("requeue") == ["B002", "B003", "B004", "B005", "B001"]


@pytest.mark.parametrize(("others", "place"), [(4, 2), (2, 2), (1, 1), (0, 0)])
def test_missed_postpone_waits_so_many_places_back(others: int, place: int) -> None:
    rules, ticket = missed("postpone", others)
    assert ticket.state is State.WAITING
    assert rules.waiting("postpone").index("C001") == place


def test_missed_expire_is_over() -> None:
    rules, ticket = missed("expire")
    assert (ticket.state, ticket.ended_at) == (State.EXPIRED, rules.now)
    assert "D001" not in rules.waiting("expire")
    assert ticket.id not in rules.live.tickets


def test_missed_postpone_counts_places_where_the_ticket_really_waits() -> None:
    """Sent to one window it stands in that window's lane, whose places have nothing to do with the queue's."""
    rules = opened("w1", "w3")
    sent = [rules.take("postpone") for _ in range(4)]
    for _ in sent:
        rules.call("w1")
        rules.do(commands.Transfer("w1", None, "w3", ""))
    rules.later(minutes=1)
    assert rules.call("w3").number == "C001"
    rules.do(commands.NoShow("w3"))
    assert rules.waiting("window/w3") == ["C002", "C003", "C001", "C004"]


@pytest.mark.parametrize("queue_id", ["requeue", "postpone"])
def test_after_the_last_allowed_miss_the_ticket_stays_missed(queue_id: str) -> None:
    rules = Rules(plan_with(QUEUES, WINDOWS, Policy(max_misses=2)))
    rules.open("w1")
    ticket = rules.take(queue_id)
    for misses, state in ((1, State.WAITING), (2, State.NO_SHOW)):
        rules.call()
        rules.do(commands.NoShow("w1"))
        assert (rules.ticket(ticket).misses, rules.ticket(ticket).state) == (misses, state)


def test_only_who_was_called_can_be_missed() -> None:
    rules = opened()
    rules.take()
    rules.serve()
    rules.refused(commands.NoShow("w1"), "illegal_transition")


# -- transfer


def test_a_transfer_keeps_number_and_arrival() -> None:
    rules = opened()
    ticket = rules.take("clerk", "old")
    rules.later(minutes=10)
    rules.take("requeue")
    rules.later(minutes=10)
    serving = rules.serve()
    leg = rules.do(commands.Transfer("w1", "requeue", None, "see also"))
    assert isinstance(leg, Ticket)
    assert (leg.id != ticket.id, leg.number, leg.leg, leg.queue) == (True, "A001", 2, "requeue")
    assert (leg.visit.arrived_at, leg.note, leg.sent_to) == (ticket.visit.arrived_at, "see also", None)
    assert rules.waiting("requeue") == ["A001", "B001"], "it came before, so it stands before"
    assert rules.ticket(serving).state is State.TRANSFERRED
    assert rules.window().ticket is None
    event = rules.events[-1]
    assert event == events.TicketTransferred(leg, ticket.id, "clerk", "w1")
    assert rules.written[-1].new_tickets == {leg.id}


def test_a_transfer_to_a_window_is_for_that_window() -> None:
    rules = opened("w1", "w2")
    rules.take("clerk")
    rules.call("w1")
    leg = rules.do(commands.Transfer("w1", None, "w2", ""))
    assert isinstance(leg, Ticket)
    assert (leg.queue, leg.sent_to) == ("clerk", "w2")
    assert rules.answer(commands.CallNext("w1")) == Nobody()
    assert rules.call("w2").id == leg.id
    assert rules.events[-1].reason.code == "sent_here"  # type: ignore[union-attr] # a call


def test_a_transfer_to_a_window_that_does_not_serve_the_queue_joins_one_it_serves() -> None:
    rules = opened()
    rules.take("clerk")
    rules.call()
    leg = rules.do(commands.Transfer("w1", None, "w3", ""))
    assert isinstance(leg, Ticket)
    assert (leg.queue, leg.sent_to) == ("postpone", "w3")


@pytest.mark.parametrize(
    ("queue_id", "window", "code", "field"),
    [
        (None, None, "invalid_field", "queue"),
        ("clerk", "w2", "invalid_field", "queue"),
        ("nowhere", None, "unknown_queue", "queue"),
        (None, "w9", "unknown_window", "window"),
        (None, "w1", "invalid_field", "window"),
    ],
)
def test_transfers_to_nowhere(queue_id: str | None, window: str | None, code: str, field: str) -> None:
    rules = opened()
    rules.take()
    rules.call()
    assert rules.refused(commands.Transfer("w1", queue_id, window, ""), code).field == field


# -- broadcast


def test_words_for_the_hall_are_a_fact() -> None:
    rules = Rules()
    until = NOON + timedelta(seconds=90)
    assert (
        rules.answer(commands.Broadcast("请注意", "zh-CN", ("east",), urgent=True, expires_in=until - NOON)) == Done()
    )
    assert rules.events == [events.AnnouncementBroadcast("请注意", "zh-CN", ("east",), urgent=True, expires_at=until)]


def test_words_for_a_zone_that_is_not_there_are_refused() -> None:
    rules = Rules()
    nowhere = commands.Broadcast("请注意", "zh-CN", ("east", "nowhere"), urgent=False, expires_in=timedelta(0))
    assert rules.refused(nowhere, "invalid_field").field == "zones"
    assert rules.events == []


def test_a_clerk_acts_only_where_he_sits_and_an_overseer_anywhere() -> None:
    rules = Rules()
    rules.do(commands.OpenWindow("w1", WANG))
    rules.take()
    chief = Actor("chief", "值班长", frozenset({"duty_manager"}))
    for command in (commands.CallNext, commands.ResumeWindow, commands.CloseWindow, commands.Recall, commands.Start):
        refusal = rules.refused(command("w1", by=LI), "window_taken")
        assert refusal.params == {"staff": "王丽"}
    assert isinstance(rules.do(commands.CallNext("w1", by=WANG)), tuple)
    rules.do(commands.Recall("w1", by=chief))
    rules.refused(commands.CallNext("w2", by=LI), "window_closed")


# -- appointments: the claim of a ticket, and the time before which nobody calls it


def checked_in(rules: Rules, minutes: int, early: int = 10) -> Ticket:
    """An appointment so many minutes from now, checked in, to be called at most `early` minutes before its time."""
    ticket = rules.take()
    at = rules.now + timedelta(minutes=minutes)
    place = Place.arriving(at, rules.live.seq)
    rules.live.keep(replace(ticket, booked_for=at, not_before=at - timedelta(minutes=early), place=place))
    return rules.live.tickets[ticket.id]


def test_who_checked_in_early_is_neither_called_nor_picked_before_the_time() -> None:
    rules = opened()
    booked = checked_in(rules, 30)
    assert rules.do(commands.CallNext("w1")) is None
    rules.refused(commands.Pick("w1", booked.id, "asked nicely"), "not_due_yet")
    rules.later(minutes=19, seconds=59)
    assert rules.do(commands.CallNext("w1")) is None
    rules.later(seconds=1)
    assert rules.call().id == booked.id
    assert rules.ticket(booked).not_before is None


def test_an_appointment_still_to_come_moves_nobody_who_arrives_now() -> None:
    rules = opened()
    booked = checked_in(rules, 90)
    walk_in = rules.take()
    assert walk_in.place < booked.place
    rules.refused(commands.Postpone(booked.id, 3), "not_due_yet")
    rules.do(commands.Postpone(walk_in.id, 3))
    assert rules.waiting() == [walk_in.number, booked.number]
    assert rules.ticket(walk_in).place.at_ms <= round(rules.now.timestamp() * 1000)
    assert rules.answer(commands.MarkPrinted(walk_in.id)).wait.ahead == 0


def test_an_appointment_past_its_tolerance_counts_among_the_privileged_calls_in_a_row() -> None:
    rules = opened()
    rules.take()
    booked = checked_in(rules, 5)
    rules.later(minutes=14)
    assert rules.call().id != booked.id
    rules.do(commands.NoShow("w1"))
    rules.take()
    rules.later(minutes=1)
    assert (rules.call().id, rules.window().streak) == (booked.id, 1)


@pytest.mark.parametrize("act", ["postpone", "requeue", "reinstate"])
def test_who_goes_back_in_line_gives_up_the_claim(act: str) -> None:
    rules = opened()
    booked = checked_in(rules, 0)
    rules.call()
    if act == "reinstate":
        rules.do(commands.Hold("w1", "copies"))
    back = {
        "postpone": commands.Postpone(booked.id, 3),
        "requeue": commands.Requeue(booked.id),
        "reinstate": commands.Reinstate(booked.id, 0),
    }
    rules.do(back[act])
    assert (rules.ticket(booked).booked_for, rules.ticket(booked).not_before) == (None, None)


@pytest.mark.parametrize("minutes", [-5, 5])
def test_a_transferred_appointment_keeps_its_time_but_no_place_in_the_future(minutes: int) -> None:
    rules = opened("w1", "w2")
    booked = checked_in(rules, minutes)
    assert rules.serve().id == booked.id
    rules.do(commands.Transfer("w1", "requeue", None, ""))
    (leg,) = rules.live.line.in_order("requeue")
    assert leg.place.at_ms == round(min(booked.booked_for or rules.now, rules.now).timestamp() * 1000)
