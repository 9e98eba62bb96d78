"""Breaks and the day's end in what visitors are told: counted for them, and never learned as work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queueserver.domain.hall import WindowPlan
from queueserver.domain.learned import Learned
from queueserver.domain.openhours import OpenHours
from queueserver.domain.promise import Promise
from queueserver.domain.schedule import Schedule
from queueserver.handlers import commands
from queueserver.ports import TicketAnswer
from tests.unit.fake_unit import Rules, plan_with, queue

OFFICE = Schedule(week=(((540, 720), (810, 1020)),) * 7)
TAKE = commands.TakeTicket("s-q", "kiosk", "zh-CN")
MOMENTS = st.floats(0, 2000)


@st.composite
def hours(draw: st.DrawFn) -> OpenHours:
    edges = sorted(draw(st.sets(st.integers(0, 1600), max_size=8)))
    return OpenHours(tuple((float(a), float(b)) for a, b in zip(edges[::2], edges[1::2], strict=False)))


@given(hours(), MOMENTS, st.floats(0, 900), st.floats(0, 900))
def test_more_work_is_never_done_earlier(open_: OpenHours, at: float, one: float, other: float) -> None:
    sooner, later = (open_.until(at, worked) for worked in sorted((one, other)))
    assert min(one, other) - 1e-6 <= sooner <= later


@given(hours(), MOMENTS, st.floats(0, 900))
def test_work_is_counted_back_as_it_was_told(open_: OpenHours, at: float, worked: float) -> None:
    assert open_.worked(at, at + open_.until(at, worked)) == pytest.approx(worked, abs=1e-6)


@given(hours(), MOMENTS, st.floats(0, 900))
def test_nobody_is_told_a_moment_in_a_break(open_: OpenHours, at: float, worked: float) -> None:
    assert open_.pause(at + open_.until(at, worked) + 1e-6) < 1e-3 or worked == 0 or open_.pause(at) > 0


def office(clock: str, busy_since: str, ahead: int) -> Rules:
    """One window, busy, a queue with services of ten minutes and a noon break from 12:00 to 13:30, closing at 17:00."""
    plan = plan_with(
        (queue("q", "A", schedule=OFFICE, service_minutes=10.0),), (WindowPlan("w1", "1", "east", ("q",)),)
    )
    rules = Rules(plan, at(busy_since))
    rules.open("w1")
    rules.take("q")
    rules.call()
    rules.now = at(clock)
    for _ in range(ahead):
        rules.take("q")
    return rules


def at(clock: str) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 3, 2, hour - 8, minute, tzinfo=UTC)


def told(rules: Rules, command: commands.Command = TAKE) -> Promise:
    return asked(rules, command)[0]


def asked(rules: Rules, command: commands.Command = TAKE) -> tuple[Promise, bool]:
    """The range somebody is told, and whether he is warned of the closing."""
    answer = rules.answer(command)
    assert isinstance(answer, TicketAnswer)
    assert answer.wait is not None
    assert answer.wait.promise is not None
    return answer.wait.promise, answer.wait.beyond_closing


def test_the_noon_break_counts() -> None:
    before_noon = told(office("09:10", "09:10", ahead=4))
    at_noon = told(office("11:50", "11:50", ahead=4))
    assert before_noon.high < 150
    assert before_noon.low + 85 <= at_noon.low <= before_noon.low + 95
    assert before_noon.high + 85 <= at_noon.high <= before_noon.high + 95


def test_whoever_may_be_called_before_the_break_or_after_it_hears_both_ends() -> None:
    wait = told(office("11:50", "11:50", ahead=0))
    assert wait.low < 10
    assert wait.high >= 100


def test_in_the_break_the_range_begins_after_it() -> None:
    rules = office("11:59", "11:50", ahead=3)
    last = rules.take("q")
    rules.now = at("12:30")
    assert told(rules, commands.MarkPrinted(last.id)).low >= 60


def test_a_window_that_calls_in_the_break_is_counted_on() -> None:
    rules = office("11:59", "11:50", ahead=3)
    last = rules.take("q")
    rules.now = at("12:30")
    rules.do(commands.NoShow("w1"))
    rules.call()
    assert told(rules, commands.MarkPrinted(last.id)).low < 30


@pytest.mark.parametrize(("clock", "ahead", "beyond"), [("16:00", 2, False), ("16:00", 9, True), ("10:00", 9, False)])
def test_the_visitor_hears_when_the_turn_is_likely_to_come_after_closing(
    clock: str, ahead: int, *, beyond: bool
) -> None:
    assert asked(office(clock, clock, ahead))[1] is beyond


def test_a_break_is_not_learned_as_slow_work() -> None:
    def after_one_call(clock: str, called: str) -> Learned:
        rules = office(clock, clock, ahead=1)
        rules.now = at(called)
        rules.do(commands.NoShow("w1"))
        rules.call()
        return rules.live.learned["q"]

    morning, over_noon = after_one_call("10:55", "11:15"), after_one_call("11:50", "13:40")
    assert over_noon.calibration == morning.calibration
    assert over_noon.waited.mean == pytest.approx(morning.waited.mean) == pytest.approx(20)


def bands(*clocks: Sequence[int]) -> OpenHours:
    return OpenHours(tuple((float(start), float(end)) for start, end in clocks))


def test_after_the_last_closing_those_who_wait_are_served_on() -> None:
    day = bands((540, 720), (810, 1020))
    assert day.until(1030, 20) == 20
    assert day.until(1010, 20) == 20
    assert day.left(1030) == float("inf")
    assert day.left(1010) == 10
