"""Taking a ticket and what happens to it away from a window, on a hall in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.errors import REFUSALS
from queueserver.domain import events
from queueserver.domain.hall import ServicePlan, WindowPlan
from queueserver.domain.schedule import Schedule
from queueserver.domain.ticket import State, Ticket
from queueserver.handlers import commands
from queueserver.ports import TicketAnswer
from tests.unit.fake_unit import NOON, Rules, plan_with, queue

OFFICE = Schedule(week=(((540, 720), (810, 1020)),) * 7, last_ticket_minutes=30)
TAKE = commands.TakeTicket("s-q", "kiosk", "zh-CN")


def rules_of(**queue_changes: object) -> Rules:
    """One queue "q" at one open window."""
    rules = Rules(plan_with((queue("q", "A", **queue_changes),), (WindowPlan("w1", "1", "east", ("q",)),)))
    rules.open("w1")
    return rules


def test_a_ticket_is_numbered_placed_and_told() -> None:
    rules = Rules()
    first = rules.take("clerk", "old", hash="abc", document="11*4", person="张*", phone="138*")
    second = rules.take("clerk")
    third = rules.take("requeue")
    assert (first.number, second.number, third.number) == ("A001", "A002", "B001")
    assert (first.state, first.priority_class, second.priority_class) == (State.WAITING, "old", "plain")
    assert (first.queue, first.service, first.leg, first.printed) == ("clerk", "s-clerk", 1, False)
    assert first.issued_at == first.visit.arrived_at == NOON
    assert (first.visit.business_day, first.visit.channel, first.visit.lang) == (
        rules.live.business_day,
        "kiosk",
        "zh-CN",
    )
    assert (first.visit.holder, first.visit.document, first.visit.person, first.visit.phone) == (
        "abc",
        "11*4",
        "张*",
        "138*",
    )
    assert rules.events == [events.TicketIssued(t) for t in (first, second, third)]
    assert len({first.id, first.visit.id, second.id, second.visit.id}) == 4
    assert first.visit.token != second.visit.token
    assert rules.waiting() == ["A001", "A002"]


def test_unknown_things_are_refused_by_name() -> None:
    rules = Rules()
    assert rules.refused(commands.TakeTicket("nonsense", "kiosk", "en"), "unknown_service").field == "service"
    refusal = rules.refused(commands.TakeTicket("s-clerk", "kiosk", "en", "royal"), "unknown_priority_class")
    assert refusal.field == "priority_class"
    for command in (
        commands.MarkPrinted("no"),
        commands.Cancel("no", walkout=False, reason=""),
        commands.Requeue("no"),
        commands.Postpone("no", 1),
        commands.Reinstate("no", 1),
    ):
        rules.refused(command, "unknown_ticket")


@pytest.mark.parametrize(
    ("clock", "code"),
    [
        ("08:59", "queue_closed"),
        ("09:00", None),
        ("11:59", None),
        ("12:00", "queue_closed"),
        ("13:30", None),
        ("16:29", None),
        ("16:30", "last_ticket_time"),
        ("17:00", "queue_closed"),
    ],
)
def test_hours_and_last_ticket_time(clock: str, code: str | None) -> None:
    rules = rules_of(schedule=OFFICE)
    hour, minute = map(int, clock.split(":"))
    rules.now = datetime(2026, 3, 2, hour - 8, minute, tzinfo=UTC)
    rules.live.at = None
    if code is None:
        assert rules.take("q").number == "A001"
    else:
        rules.refused(TAKE, code)


def test_the_daily_limit_counts_tickets_given_out_not_tickets_waiting() -> None:
    rules = rules_of(daily_limit=2)
    first = rules.take("q")
    rules.do(commands.Cancel(first.id, walkout=False, reason=""))
    rules.take("q")
    rules.refused(TAKE, "queue_full")


def test_the_waiting_limit_counts_those_who_wait() -> None:
    rules = rules_of(waiting_limit=2)
    rules.take("q")
    rules.take("q")
    rules.refused(TAKE, "line_full")
    rules.call()
    assert rules.take("q").number == "A003", "who was called waits no more"


def test_numbers_end_with_the_range() -> None:
    rules = rules_of(first=8, last=9, digits=2)
    assert [rules.take("q").number, rules.take("q").number] == ["A08", "A09"]
    rules.refused(TAKE, "numbers_used_up")


def test_the_person_limit_names_the_ticket_already_held() -> None:
    rules = rules_of(person_limit=1)
    held = rules.take("q", hash="me")
    again = replace(TAKE, holder=commands.Holder(hash="me"))
    assert rules.refused(again, "person_limit").params == {"number": held.number, "ticket": held.id}
    assert rules.take("q", hash="you").number == "A002"
    assert rules.take("q").number == "A003", "who shows no document is not counted"
    assert rules.take("q").number == "A004"


@pytest.mark.parametrize("ending", ["cancel", "walk out", "miss", "finish"])
def test_who_is_done_may_come_again(ending: str) -> None:
    """Also after a missed call: the person stands here and wants a number."""
    rules = rules_of(person_limit=1)
    ticket = rules.take("q", hash="me")
    if ending in ("cancel", "walk out"):
        rules.do(commands.Cancel(ticket.id, walkout=ending == "walk out", reason=""))
    elif ending == "miss":
        rules.call()
        rules.do(commands.NoShow("w1"))
    else:
        rules.serve()
        rules.refused(replace(TAKE, holder=commands.Holder(hash="me")), "person_limit")
        rules.do(commands.Finish("w1", "done", ()))
    assert rules.take("q", hash="me").number == "A002"
    if ending != "miss":
        assert list(rules.live.holders.values()) == [{next(rules.live.line.in_order("q")).id}], "nothing is left behind"


def test_a_service_that_needs_a_document_says_so() -> None:
    rules = rules_of()
    strict = ServicePlan("s-q", "q", requires_document=True)
    rules.configure(replace(rules.live.plan, services={"s-q": strict}))
    assert rules.refused(TAKE, "invalid_field").field == "document"
    assert rules.take("q", hash="me").number == "A001"


def test_saying_printed_twice_is_one_fact() -> None:
    rules = Rules()
    ticket = rules.take()
    for _ in range(2):
        printed = rules.do(commands.MarkPrinted(ticket.id))
        assert isinstance(printed, Ticket)
        assert printed.printed
    assert [type(event) for event in rules.events] == [events.TicketIssued, events.TicketPrinted]


def test_a_slip_that_comes_after_the_end_is_refused() -> None:
    rules = Rules()
    ticket = rules.take()
    rules.do(commands.Cancel(ticket.id, walkout=False, reason="no paper"))
    rules.refused(commands.MarkPrinted(ticket.id), "illegal_transition")


def test_cancelled_or_seen_leaving_are_two_facts() -> None:
    rules = Rules()
    one, two = rules.take(), rules.take()
    rules.do(commands.Cancel(one.id, walkout=False, reason="changed my mind"))
    rules.do(commands.Cancel(two.id, walkout=True, reason=""))
    assert [rules.ticket(t).state for t in (one, two)] == [State.CANCELLED, State.WALKOUT]
    assert [type(event) for event in rules.events[-2:]] == [events.TicketCancelled, events.TicketWalkedOut]
    assert rules.waiting() == []
    rules.refused(commands.Cancel(one.id, walkout=False, reason=""), "illegal_transition")


def test_only_who_waits_may_cancel() -> None:
    rules = Rules()
    rules.open("w1")
    ticket = rules.take()
    rules.call()
    rules.refused(commands.Cancel(ticket.id, walkout=False, reason=""), "illegal_transition")


# -- going back in line


@settings(max_examples=60, deadline=None)
@given(line=st.integers(1, 12), index=st.integers(0, 11), places=st.integers(0, 14))
def test_a_postponed_ticket_moves_exactly_so_many_places(line: int, index: int, places: int) -> None:
    rules = Rules()
    tickets = [rules.take(priority_class=("plain", "old")[n % 2]) for n in range(line)]
    ticket = tickets[index % line]
    expected = [t.number for t in tickets if t is not ticket]
    expected.insert(index % line + places, ticket.number)
    rules.later(minutes=1)
    rules.do(commands.Postpone(ticket.id, places))
    assert rules.waiting() == expected


@settings(max_examples=40, deadline=None)
@given(line=st.integers(0, 8), places=st.integers(0, 10), act=st.sampled_from(["postpone", "reinstate"]))
def test_a_called_or_missed_ticket_goes_behind_the_first_so_many(line: int, places: int, act: str) -> None:
    rules = Rules()
    rules.open("w1")
    ticket = rules.take()
    rules.call()
    expected = [rules.take().number for _ in range(line)]
    expected.insert(places, ticket.number)
    rules.later(minutes=1)
    if act == "postpone":
        rules.do(commands.Postpone(ticket.id, places))
    else:
        rules.do(commands.NoShow("w1"))
        rules.do(commands.Reinstate(ticket.id, places))
    assert rules.waiting() == expected
    assert rules.window().ticket is None
    again = rules.ticket(ticket)
    assert (again.state, again.window, again.called_at) == (State.WAITING, None, None)


def test_requeue_is_the_end_of_the_line_and_frees_the_window() -> None:
    rules = Rules()
    rules.open("w1")
    called, other = rules.take(), rules.take()
    rules.call()
    rules.do(commands.Requeue(called.id))
    assert rules.waiting() == [other.number, called.number]
    assert rules.window().ticket is None
    event = rules.events[-1]
    assert isinstance(event, events.TicketReturned)
    assert (event.how, event.from_window) == ("requeue", "w1")
    rules.do(commands.Requeue(other.id))
    assert rules.waiting() == [called.number, other.number]


def test_requeue_frees_a_ticket_sent_to_a_window_that_does_not_call_it() -> None:
    rules = Rules()
    rules.open("w1")
    rules.take()
    rules.call()
    leg = rules.do(commands.Transfer("w1", None, "w2", ""))
    assert isinstance(leg, Ticket)
    assert rules.do(commands.CallNext("w1")) is None
    rules.do(commands.Requeue(leg.id))
    assert rules.call().id == leg.id


def test_a_held_ticket_can_be_put_back_without_touching_the_window() -> None:
    rules = Rules()
    rules.open("w1")
    held = rules.take()
    rules.call()
    rules.do(commands.Hold("w1", "copies"))
    next_one = rules.take()
    rules.call()
    rules.do(commands.Reinstate(held.id, 0))
    assert rules.window().ticket == next_one.id
    assert rules.waiting() == [held.number]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(-90, 90), min_size=2, max_size=12))
def test_a_clock_set_back_lets_nobody_jump_the_line(jumps: list[int]) -> None:
    rules = Rules()
    numbers = []
    for minutes in jumps:
        rules.later(minutes=minutes)
        numbers.append(rules.take().number)
    assert rules.waiting() == numbers


# -- what the answer says


def told(answer: TicketAnswer) -> tuple[int, int, int, int]:
    """Position, tickets ahead, and the range of minutes."""
    assert answer.wait is not None
    assert answer.wait.promise is not None
    return answer.wait.position, answer.wait.ahead, answer.wait.promise.low, answer.wait.promise.high


def test_the_answer_says_where_a_ticket_stands() -> None:
    rules = Rules()
    rules.open("w1", "w2")
    for _ in range(4):
        rules.take()
    answer = rules.answer(commands.TakeTicket("s-clerk", "kiosk", "en"))
    assert isinstance(answer, TicketAnswer)
    assert answer.zone == "east"
    assert told(answer) == (5, 4, 5, 35), "4 people, 8 minutes, 2 windows"


def test_only_open_windows_of_that_queue_shorten_the_estimate() -> None:
    rules = Rules()
    rules.open("w1", "w2", "w3")
    rules.do(commands.PauseWindow("w2", "lunch"))
    rules.take()
    answer = rules.answer(commands.TakeTicket("s-clerk", "kiosk", "en"))
    assert isinstance(answer, TicketAnswer)
    assert told(answer) == (2, 1, 0, 21), "w2 is paused and w3 does not serve this queue"


def test_a_ticket_that_does_not_wait_has_no_place() -> None:
    rules = Rules()
    ticket = rules.take()
    answer = rules.answer(commands.Cancel(ticket.id, walkout=False, reason=""))
    assert isinstance(answer, TicketAnswer)
    assert answer.wait is None


def test_every_refusal_the_rules_can_give_has_a_sentence() -> None:
    assert {
        "unknown_service",
        "unknown_priority_class",
        "unknown_ticket",
        "queue_closed",
        "last_ticket_time",
        "queue_full",
        "line_full",
        "numbers_used_up",
        "person_limit",
        "invalid_field",
        "illegal_transition",
    } <= set(REFUSALS)
