"""The account of each window's work, and the next moment at which a window may call, at their edges."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from queueserver.domain.assignment import next_chance, ready
from queueserver.domain.balance import accounted, choose_window, starting_load
from queueserver.domain.hall import Assignment, Policy
from queueserver.domain.line import Line
from queueserver.domain.window import Window, WindowState
from tests.unit.fake_unit import NOON, Rules

MINUTE = timedelta(minutes=1)
AUTOMATIC = Policy(assignment=Assignment.AUTOMATIC, assign_after_seconds=5)


def window(name: str = "w1", busy_ms: int = 0, since: datetime | None = NOON, **more: object) -> Window:
    return replace(Window(name, WindowState.OPEN, busy_ms=busy_ms, since=since), **more)  # type: ignore[arg-type]


def at(before: Window, after: Window, minutes: float) -> Window:
    return accounted(before, after, (), NOON + minutes * MINUTE)


def test_a_pause_while_somebody_is_served_neither_ends_nor_doubles_the_work() -> None:
    busy = at(window(), window().take("t", 0), 0)
    paused = at(busy, replace(busy, state=WindowState.PAUSED), 4)
    assert (paused.busy_ms, paused.since) == (0, NOON)
    done = at(paused, paused.release(), 10)
    assert (done.busy_ms, done.since) == (10 * 60_000, NOON + 10 * MINUTE)


def test_a_free_window_is_free_anew_when_it_opens_or_pauses_and_not_otherwise() -> None:
    free = window()
    assert at(free, replace(free, auto=True), 3).since == NOON
    paused = at(free, replace(free, state=WindowState.PAUSED), 3)
    assert paused.since == NOON + 3 * MINUTE
    assert at(paused, replace(paused, state=WindowState.OPEN), 5).since == NOON + 5 * MINUTE


def test_a_window_of_an_older_schema_that_says_nothing_of_since_when() -> None:
    busy = window(since=None, ticket="t")
    assert at(busy, busy.release(), 3).busy_ms == 0
    assert choose_window([window("w1"), window("w2", since=None)]) == window("w2", since=None)
    assert ready(AUTOMATIC, [window(since=None)], NOON) == [window(since=None)]


def test_work_never_runs_back_with_the_clock() -> None:
    busy = window(ticket="t")
    assert at(busy, busy.release(), -3).busy_ms == 0


def test_who_opens_begins_with_the_smallest_load_of_those_at_work() -> None:
    closed = window("w9", busy_ms=1, state=WindowState.CLOSED)
    others = (window("w2", 30), window("w3", 10, state=WindowState.PAUSED), closed)
    assert starting_load(others) == 10
    assert starting_load([closed]) == 0
    mine = window(busy_ms=77, state=WindowState.CLOSED)
    assert accounted(mine, replace(mine, state=WindowState.OPEN), others, NOON).busy_ms == 10
    assert accounted(mine, replace(mine, streak=1), others, NOON).busy_ms == 77, "it did not open"


def test_the_next_chance_is_the_earliest_of_windows_that_are_free_and_call_by_themselves() -> None:
    later = window("w2", since=NOON + timedelta(seconds=3))
    busy = window("w3", since=NOON - timedelta(seconds=2), ticket="t")
    assert next_chance(AUTOMATIC, [later, window(), busy], Line(), NOON) == NOON + timedelta(seconds=5)
    assert next_chance(AUTOMATIC, [busy], Line(), NOON) is None
    mixed = replace(AUTOMATIC, assignment=Assignment.MIXED)
    assert next_chance(mixed, [window(), replace(later, auto=True)], Line(), NOON) == NOON + timedelta(seconds=8)


@pytest.mark.parametrize(("assignment", "expected"), [(Assignment.MANUAL, False), (Assignment.AUTOMATIC, True)])
def test_where_staff_call_time_alone_calls_nobody(assignment: Assignment, expected: bool) -> None:
    ticket = replace(Rules().take(), not_before=NOON + MINUTE)
    policy = replace(AUTOMATIC, assignment=assignment)
    assert (next_chance(policy, [], Line([ticket]), NOON) == NOON + MINUTE) is expected
