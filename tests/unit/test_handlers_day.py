"""The end of a business day: every open ticket gets its end, windows are free, numbers begin anew, nothing is lost."""

from __future__ import annotations

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from queueserver.domain import events
from queueserver.domain.errors import DomainError
from queueserver.domain.ticket import OPEN_STATES, State, Ticket
from queueserver.domain.window import WindowState
from queueserver.handlers import commands
from queueserver.ports import Actor
from tests.unit.fake_unit import QUEUES, WANG, WINDOWS, Rules, day_after, plan_with


def turned(rules: Rules) -> events.DayClosed:
    rules.later(days=1)
    rules.do(commands.TurnDay(day_after(rules.live.business_day)))
    event = rules.events[-1]
    assert isinstance(event, events.DayClosed)
    return event


def a_ticket_in_every_open_state() -> tuple[Rules, dict[State, Ticket]]:
    rules = Rules()
    rules.open("w1", "w2")
    tickets = {}
    for state in (State.HELD, State.NO_SHOW, State.CALLED):
        tickets[state] = rules.take()
        rules.call("w1")
        if state is State.HELD:
            rules.do(commands.Hold("w1", ""))
        elif state is State.NO_SHOW:
            rules.do(commands.NoShow("w1"))
    tickets[State.SERVING] = rules.take()
    rules.serve("w2")
    tickets[State.WAITING] = rules.take()
    assert set(tickets) == OPEN_STATES
    assert {state: rules.ticket(t).state for state, t in tickets.items()} == {s: s for s in tickets}
    return rules, tickets


def test_every_open_ticket_gets_its_end() -> None:
    rules, tickets = a_ticket_in_every_open_state()
    day = rules.live.business_day
    closed = turned(rules)
    for state, ticket in tickets.items():
        over = rules.ticket(ticket)
        assert over.state is (State.FINISHED if state is State.SERVING else State.EXPIRED)
        assert over.ended_at == rules.now
    assert closed.business_day == day
    assert dict(closed.ended) == {t.id: rules.ticket(t).state.value for t in tickets.values()}
    assert (rules.live.tickets, rules.live.holders, rules.live.line.count("clerk")) == ({}, {}, 0)
    assert rules.live.business_day == day_after(day)


def test_whoever_forgot_to_close_the_window_is_signed_out() -> None:
    rules, _ = a_ticket_in_every_open_state()
    rules.do(commands.OpenWindow("w3", WANG))
    rules.do(commands.PauseWindow("w3", "lunch"))
    before = len(rules.events)
    turned(rules)
    closed = [one for one in rules.events[before:] if isinstance(one, events.WindowEvent)]
    assert [(type(one), one.window.id, getattr(one, "how", "")) for one in closed] == [
        (events.WindowClosed, window, "day_over") for window in ("w1", "w2", "w3")
    ]
    for window in ("w1", "w2", "w3"):
        now = rules.window(window)
        assert (now.ticket, now.state, now.staff, now.staff_name, now.pause_reason) == (
            None,
            WindowState.CLOSED,
            None,
            "",
            "",
        )
    rules.take()
    rules.refused(commands.CallNext("w1"), "window_closed")
    rules.do(commands.OpenWindow("w1", WANG))
    assert rules.call("w1").number == "A001"


def test_windows_that_were_closed_are_not_told_of_when_the_day_turns() -> None:
    rules = Rules()
    rules.open("w1")
    rules.do(commands.CloseWindow("w1"))
    before = len(rules.events)
    turned(rules)
    assert len(rules.events) == before + 1


def test_a_window_that_was_removed_is_freed_too() -> None:
    rules, _ = a_ticket_in_every_open_state()
    rules.configure(plan_with(QUEUES, tuple(w for w in WINDOWS if w.id != "w2")))
    turned(rules)
    rules.configure(plan_with(QUEUES, WINDOWS))
    assert (rules.window("w2").ticket, rules.window("w2").state) == (None, WindowState.CLOSED)
    rules.take()
    rules.do(commands.OpenWindow("w2", WANG))
    assert rules.call("w2").number == "A001"


def test_numbers_limits_and_last_calls_begin_anew() -> None:
    rules = Rules()
    rules.open("w1")
    assert [rules.take().number, rules.take().number] == ["A001", "A002"]
    rules.call()
    turned(rules)
    assert rules.live.queue_days == {}
    first = rules.take()
    assert (first.number, first.visit.business_day) == ("A001", rules.live.business_day)
    assert rules.live.queue_days["clerk"].issued == 1


def test_a_ticket_of_yesterday_stays_over() -> None:
    rules = Rules()
    rules.open("w1")
    ticket = rules.take()
    turned(rules)
    rules.open("w1")
    for command in (
        commands.Pick("w1", ticket.id, "she waited"),
        commands.CallBack("w1", ticket.id),
        commands.Reinstate(ticket.id, 0),
        commands.MarkPrinted(ticket.id),
        commands.Cancel(ticket.id, walkout=False, reason=""),
    ):
        rules.refused(command, "illegal_transition")


def test_an_empty_day_closes_as_well() -> None:
    assert turned(Rules()).ended == ()


# -- random days


COMMANDS = st.sampled_from(
    [
        "take",
        "take",
        "take old",
        "call",
        "call",
        "start",
        "finish",
        "no_show",
        "hold",
        "back",
        "transfer",
        "send",
        "open",
        "day",
    ]
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(COMMANDS, st.sampled_from(["w1", "w2", "w3"]), st.integers(0, 3)), max_size=60))
def test_whatever_happens_the_books_balance(steps: list[tuple[str, str, int]]) -> None:
    """One active ticket a window, one window a ticket, every ticket in exactly one place, counts that agree."""
    rules = Rules()
    rules.open("w1", "w2", "w3")
    for what, window, number in steps:
        rules.later(seconds=number)
        with contextlib.suppress(DomainError):
            rules.do(command_of(rules, what, window, number))
        in_balance(rules)


def command_of(rules: Rules, what: str, window: str, number: int) -> commands.Command:
    known = sorted(rules.known)
    ticket = known[number % len(known)] if known else "nobody"
    made: dict[str, commands.Command] = {
        "take": commands.TakeTicket(f"s-{QUEUES[number].id}", "kiosk", "en"),
        "take old": commands.TakeTicket(f"s-{QUEUES[number].id}", "kiosk", "en", "old", commands.Holder(f"p{number}")),
        "call": commands.CallNext(window),
        "start": commands.Start(window),
        "finish": commands.Finish(window, "done", ()),
        "no_show": commands.NoShow(window),
        "hold": commands.Hold(window, ""),
        "back": (commands.CallBack(window, ticket), commands.Postpone(ticket, 1), commands.Reinstate(ticket, 0))[
            number % 3
        ],
        "transfer": commands.Transfer(window, QUEUES[number].id, None, ""),
        "send": commands.Transfer(window, None, f"w{number}", ""),
        "open": commands.OpenWindow(window, Actor(f"staff-{window}", "", frozenset({"clerk"}))),
        "day": commands.TurnDay(day_after(rules.live.business_day)),
    }
    return made[what]


def in_balance(rules: Rules) -> None:
    open_tickets = {i: t for i, t in rules.known.items() if t.state in OPEN_STATES}
    assert rules.live.tickets == open_tickets
    at_windows = {t.id: t.window for t in open_tickets.values() if t.state in (State.CALLED, State.SERVING)}
    assert at_windows == {w.ticket: w.id for w in rules.live.windows.values() if w.ticket is not None}
    assert len(set(at_windows.values())) == len(at_windows)
    for queue in rules.live.plan.queues:
        waits = [t for t in open_tickets.values() if t.state is State.WAITING and t.queue == queue]
        assert rules.live.line.count(queue) == len(waits)
    assert rules.live.seq == len(rules.events)
    today = [t for t in rules.known.values() if t.leg == 1 and t.visit.business_day == rules.live.business_day]
    assert len({t.number for t in today}) == len(today)
    assert sum(day.issued for day in rules.live.queue_days.values()) == len(today)
