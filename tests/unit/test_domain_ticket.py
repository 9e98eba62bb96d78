"""The transition table, act by act and state by state, against a table written out by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import REFUSALS
from queueserver.domain import events
from queueserver.domain.errors import DomainError
from queueserver.domain.reason import Reason
from queueserver.domain.ticket import OPEN_STATES, TRANSITIONS, Place, State, Ticket, Visit

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
THERE = Place.arriving(NOW, 9)
WHY = Reason("first_in_line")


def ticket_in(state: State, **more: Any) -> Ticket:
    visit = Visit("v", "A007", date(2026, 3, 2), "token", NOW - timedelta(minutes=9), "zh-CN", "kiosk")
    ticket = Ticket("t", visit, 1, "q", "s", state, "plain", Place.arriving(visit.arrived_at, 1), visit.arrived_at)
    at_window: dict[str, Any] = {"window": "w1", "staff": "wang", "called_at": NOW, "calls": 1}
    if state in (State.CALLED, State.SERVING, State.HELD, State.NO_SHOW):
        ticket = replace(ticket, **at_window)
    return replace(ticket, **more)


def transferred(ticket: Ticket) -> tuple[Ticket, events.TicketEvent]:
    """The fact is told of the new leg, so the handler makes it."""
    ended, leg = ticket.transfer("t2", "q2", "w9", THERE, "n", NOW)
    return ended, events.TicketTransferred(leg, ended.id, ended.queue, ended.window)


ACTS: dict[str, Callable[[Ticket], tuple[Ticket, events.TicketEvent]]] = {
    "print": lambda t: t.print(),
    "call": lambda t: t.call("w2", "li", NOW, "next", WHY),
    "pick": lambda t: t.call("w2", "li", NOW, "pick", WHY),
    "call_back": lambda t: t.call("w2", "li", NOW, "call_back", WHY),
    "recall": lambda t: t.recall(3),
    "start": lambda t: t.start(NOW),
    "finish": lambda t: t.finish(NOW, "done", ("s",)),
    "miss, stays": lambda t: t.miss(None, over=False, now=NOW),
    "miss, back": lambda t: t.miss(THERE, over=False, now=NOW),
    "miss, over": lambda t: t.miss(None, over=True, now=NOW),
    "hold": lambda t: t.hold("copies"),
    "transfer": transferred,
    "requeue": lambda t: t.back_in_line("requeue", THERE),
    "postpone": lambda t: t.back_in_line("postpone", THERE),
    "reinstate": lambda t: t.back_in_line("reinstate", THERE),
    "cancel": lambda t: t.cancel(NOW, "changed my mind"),
    "walk_out": lambda t: t.walk_out(NOW),
    "void": lambda t: t.void(NOW, "flood"),
    "plan": lambda t: t.plan(t.visit.itinerary),
    "release": lambda t: t.release(),
}

W, C, S, F, N = State.WAITING, State.CALLED, State.SERVING, State.FINISHED, State.NO_SHOW
H, T, X, O, E = State.HELD, State.TRANSFERRED, State.CANCELLED, State.WALKOUT, State.EXPIRED  # noqa: E741 # one letter a column

EXPECTED: dict[str, dict[State, State]] = {
    "print": {W: W, C: C, S: S, H: H, N: N},
    "call": {W: C},
    "pick": {W: C},
    "call_back": {H: C, N: C},
    "recall": {C: C},
    "start": {C: S},
    "finish": {S: F},
    "miss, stays": {C: N},
    "miss, back": {C: W},
    "miss, over": {C: E},
    "hold": {C: H, S: H},
    "transfer": {C: T, S: T},
    "requeue": {W: W, C: W, N: W, H: W},
    "postpone": {W: W, C: W},
    "reinstate": {N: W, H: W},
    "cancel": {W: X},
    "walk_out": {W: O},
    "void": {W: X, H: X, N: X},
    "plan": {W: W, C: C, S: S, H: H, N: N},
    "release": {W: W},
}
"""What each act makes of each state; every pair not listed is refused."""


def test_a_ticket_held_for_a_time_may_be_next_when_the_time_is_over() -> None:
    held = replace(ticket_in(State.HELD), not_before=NOW)
    assert ACTS["call"](held)[0].state is State.CALLED
    for too_early in (replace(held, not_before=NOW + timedelta(seconds=1)), replace(held, not_before=None)):
        with pytest.raises(DomainError):
            ACTS["call"](too_early)
    with pytest.raises(DomainError):
        ACTS["pick"](held)


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("act", list(ACTS))
def test_every_act_in_every_state(act: str, state: State) -> None:
    ticket = ticket_in(state)
    if state not in EXPECTED[act]:
        with pytest.raises(DomainError) as refusal:
            ACTS[act](ticket)
        assert refusal.value.code == "illegal_transition"
        assert refusal.value.params == {"number": "A007", "state": state.value}
        return
    after, event = ACTS[act](ticket)
    assert after.state is EXPECTED[act][state]
    assert (after.id, after.visit, after.leg) == (ticket.id, ticket.visit, ticket.leg)
    assert (after.ended_at is None) == (after.state in OPEN_STATES), "a row is open exactly while it has no end"
    assert event.ticket.visit is ticket.visit


def test_the_table_names_no_act_and_no_state_but_these() -> None:
    acts = {"miss" if act.startswith("miss") else "call" if act == "pick" else act for act in ACTS}
    assert acts | {"expire", "restore"} == set(TRANSITIONS)
    assert {State.WAITING, State.CALLED, State.SERVING, State.HELD, State.NO_SHOW} == OPEN_STATES
    assert "illegal_transition" in REFUSALS


@pytest.mark.parametrize("state", list(State))
def test_only_what_a_days_end_ended_comes_back_and_as_it_was(state: State) -> None:
    before = ticket_in(state)
    if state is State.EXPIRED:
        assert before.restore(State.HELD, before.visit.itinerary) == replace(before, state=State.HELD, ended_at=None)
    else:
        with pytest.raises(DomainError, match="illegal_transition"):
            before.restore(State.WAITING, before.visit.itinerary)
    if state in (State.WAITING, State.HELD, State.NO_SHOW):
        assert before.expire(NOW).restore(state, before.visit.itinerary) == before


@pytest.mark.parametrize("state", list(State))
def test_day_close_ends_what_is_open_and_nothing_else(state: State) -> None:
    if state in OPEN_STATES:
        over = ticket_in(state).expire(NOW)
        assert over.state is (State.FINISHED if state is State.SERVING else State.EXPIRED)
        assert over.ended_at == NOW
        return
    with pytest.raises(DomainError, match="illegal_transition"):
        ticket_in(state).expire(NOW)


def test_a_call_says_where_by_whom_when_and_counts_from_one() -> None:
    after, event = ticket_in(State.WAITING).call("w2", "li", NOW, "next", WHY)
    assert (after.window, after.staff, after.called_at, after.calls) == ("w2", "li", NOW, 1)
    assert (event.how, event.reason, event.ticket) == ("next", WHY, after)


def test_a_call_back_counts_calls_and_service_time_anew() -> None:
    held = ticket_in(State.HELD, calls=4, started_at=NOW)
    after, event = held.call("w2", "li", NOW, "call_back", WHY)
    assert (after.calls, after.started_at, event.how) == (1, None, "call_back")


@pytest.mark.parametrize("limit", [0, 1, 3])
def test_recalls_are_bounded(limit: int) -> None:
    ticket = ticket_in(State.CALLED)
    for said in range(limit):
        ticket, event = ticket.recall(limit)
        assert ticket.calls == said + 2
        assert event.ticket is ticket
    with pytest.raises(DomainError) as refusal:
        ticket.recall(limit)
    assert refusal.value.code == "recall_limit"
    assert refusal.value.params == {"number": "A007", "calls": limit + 1}


def test_back_in_line_forgets_the_window_but_the_fact_remembers_it() -> None:
    after, event = ticket_in(State.CALLED, started_at=NOW).back_in_line("requeue", THERE)
    assert (after.place, after.window, after.staff, after.called_at, after.started_at) == (
        THERE,
        None,
        None,
        None,
        None,
    )
    assert (event.how, event.from_window) == ("requeue", "w1")


@pytest.mark.parametrize("state", [State.HELD, State.NO_SHOW])
def test_back_in_line_frees_no_window_that_was_free_already(state: State) -> None:
    _, event = ticket_in(state).back_in_line("reinstate", THERE)
    assert event.from_window is None


def test_a_miss_is_counted_whatever_becomes_of_it() -> None:
    for place, over in ((None, False), (THERE, False), (None, True)):
        after, event = ticket_in(State.CALLED, misses=1).miss(place, over=over, now=NOW)
        assert (after.misses, event.from_window) == (2, "w1")


def test_a_transfer_is_a_new_leg_of_the_same_visit() -> None:
    serving = ticket_in(State.SERVING, started_at=NOW, printed=True, priority_class="old", misses=2, calls=3)
    ended, leg = serving.transfer("t2", "q2", "w9", THERE, "see room 9", NOW)
    assert (ended.state, ended.ended_at, ended.window) == (State.TRANSFERRED, NOW, "w1")
    assert (leg.id, leg.leg, leg.queue, leg.sent_to, leg.place) == ("t2", 2, "q2", "w9", THERE)
    assert (leg.state, leg.number, leg.visit) == (State.WAITING, "A007", serving.visit)
    assert (leg.priority_class, leg.printed, leg.note) == ("old", True, "see room 9")
    assert (leg.window, leg.staff, leg.called_at, leg.calls, leg.misses) == (None, None, None, 0, 0)


# -- places

places = st.builds(Place, st.integers(0, 3), st.integers(-(2**40), 2**40))


@given(places, places)
def test_between_lies_between_wherever_there_is_room(one: Place, other: Place) -> None:
    before, after = sorted((one, other))
    if before < after and before.room_before(after):
        assert before < Place.between(before, after, THERE) < after
    else:
        assert before == after or (before.at_ms == after.at_ms and after.order - before.order == 1)


@given(places)
def test_between_needs_only_one_neighbour(place: Place) -> None:
    assert Place.between(None, place, THERE) < place < Place.between(place, None, THERE)
    assert Place.between(None, None, THERE) == THERE


@given(st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1)), st.integers(0, 999))  # noqa: DTZ001 # made aware below
def test_places_keep_the_millisecond_and_the_order_of_arrival(moment: datetime, ms: int) -> None:
    at = moment.replace(microsecond=ms * 1000, tzinfo=UTC)
    exact = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    assert Place.arriving(at, 1).at_ms == exact
    assert Place.arriving(at, 1) < Place.arriving(at, 2) < Place.arriving(at + timedelta(milliseconds=1), 1)


def test_places_of_eight_milliard_events_fit_a_63_bit_column() -> None:
    assert Place.arriving(NOW, 2**33 - 1).order < 2**63
