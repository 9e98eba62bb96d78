"""A clock that jumps ahead is believed when it lasts; whatever clocks do, a hall's time never runs back."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queueserver.clock import SystemClock
from queueserver.domain.schedule import business_day
from queueserver.steadyclock import CONFIRMED_AFTER, JUMP, SteadyClock, stopwatch

MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class Machine:
    """A wall clock that somebody may set, and the stopwatch inside."""

    def __init__(self) -> None:
        self.wall, self.seconds = MORNING, 1000.0
        self.clock = SteadyClock(self, lambda: self.seconds)

    def now(self) -> datetime:
        return self.wall

    def go_on(self, **span: float) -> datetime:
        """So much time goes by."""
        self.wall += timedelta(**span)
        self.seconds += timedelta(**span).total_seconds()
        return self.clock.now()

    def set_by(self, **span: float) -> datetime:
        """Somebody sets the wall clock."""
        self.wall += timedelta(**span)
        return self.clock.now()


def test_a_clock_that_goes_is_followed() -> None:
    machine = Machine()
    assert machine.go_on(minutes=5) == machine.wall
    assert machine.set_by(seconds=40) == machine.wall, "an adjustment"
    assert machine.go_on(hours=9) == machine.wall, "nobody asked all night"


def test_a_jump_ahead_that_is_taken_back_has_never_been(caplog: pytest.LogCaptureFixture) -> None:
    machine = Machine()
    with caplog.at_level(logging.ERROR):
        assert machine.set_by(days=1) == MORNING
        assert machine.go_on(minutes=9) == MORNING + timedelta(minutes=9)
        assert machine.set_by(days=-1) == MORNING + timedelta(minutes=9)
        assert machine.go_on(hours=1) == machine.wall
    assert business_day(machine.clock.now(), "Asia/Shanghai", 240) == date(2026, 3, 2)


def test_a_jump_ahead_that_lasts_is_believed() -> None:
    machine = Machine()
    machine.set_by(hours=3)
    assert machine.go_on(minutes=9) == MORNING + timedelta(minutes=9)
    assert machine.go_on(minutes=1) == machine.wall == MORNING + timedelta(hours=3, minutes=10)


def test_another_jump_is_doubted_anew() -> None:
    machine = Machine()
    machine.set_by(hours=3)
    machine.go_on(minutes=9)
    machine.set_by(hours=3)
    assert machine.go_on(minutes=9) == MORNING + timedelta(minutes=18)
    assert machine.go_on(minutes=1) == machine.wall


def test_a_clock_set_back_is_followed_at_once() -> None:
    machine = Machine()
    assert machine.set_by(hours=-2) == MORNING - timedelta(hours=2)
    assert machine.go_on(minutes=5) == MORNING - timedelta(minutes=115)
    assert machine.set_by(hours=2) == MORNING + timedelta(minutes=5), "and forward again as far as it was"
    assert machine.set_by(hours=2) == MORNING + timedelta(minutes=5)


def test_the_stopwatch_of_this_machine_goes_on() -> None:
    assert stopwatch() <= stopwatch()
    assert SteadyClock(SystemClock()).now().microsecond % 1000 == 0


walks = st.lists(st.tuples(st.integers(0, 900), st.integers(-5000, 5000)), max_size=40)


@settings(max_examples=200, deadline=None)
@given(walks)
def test_no_jump_ahead_shorter_than_ten_minutes_gets_through(walk: list[tuple[int, int]]) -> None:
    """The time told runs ahead of the furthest so far by no more than an adjustment, or by a jump that lasted."""
    machine = Machine()
    furthest, doubted_for = machine.clock.now(), 0.0
    for gone, turned in walk:
        machine.wall += timedelta(seconds=gone + turned)
        machine.seconds += gone
        now = machine.clock.now()
        furthest += timedelta(seconds=gone)
        if now - furthest > JUMP:
            assert now == machine.wall
            assert doubted_for + gone >= CONFIRMED_AFTER.total_seconds()
        doubted_for = doubted_for + gone if now != machine.wall else 0.0
        furthest = max(now, furthest)
