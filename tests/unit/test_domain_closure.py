"""What closures and an early end leave of the hours of a day: a pure function of the plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from queueserver.domain.closure import Closure, in_force
from queueserver.domain.daybook import Closing
from tests.unit.fake_unit import NOON, PLAN

TODAY = date(2026, 3, 2)
MORNING = TODAY + timedelta(days=1)


def closure(**more: object) -> Closure:
    made = Closure("c", TODAY, (600, 660), ("clerk",), False, "", "boss", NOON)
    return replace(made, **more)  # type: ignore[arg-type] # fields of Closure


def closing(at: datetime, **more: object) -> Closing:
    return replace(Closing("x", TODAY, at, "boss", "", final=False, ended=()), **more)  # type: ignore[arg-type]


def bands(*closures: Closure, early: Closing | None = None, day: date = TODAY) -> object:
    return in_force(PLAN, closures, early).queues["clerk"].schedule.bands(day)


def test_a_closure_that_was_ended_counts_for_nothing() -> None:
    assert bands() == ((0, 1440),)
    assert bands(closure()) == ((0, 600), (660, 1440))
    assert bands(closure(ended_at=NOON)) == ((0, 1440),)


def test_an_early_end_closes_the_rest_of_the_business_day_to_the_minute() -> None:
    early = closing(datetime(2026, 3, 2, 4, 34, tzinfo=UTC))
    assert bands(early=early) == ((0, 12 * 60 + 34),)
    assert bands(early=early, day=MORNING) == ((240, 1440),)


def test_an_end_after_midnight_closes_what_is_left_until_the_boundary() -> None:
    early = closing(datetime(2026, 3, 2, 18, 10, tzinfo=UTC))
    assert bands(early=early) == ((0, 1440),), "the evening before is past and was open"
    assert bands(early=early, day=MORNING) == ((0, 130), (240, 1440))


@pytest.mark.parametrize("more", [{"final": True}, {"reopened_at": NOON}])
def test_an_end_by_the_boundary_or_one_taken_back_closes_nothing(more: dict[str, object]) -> None:
    assert bands(early=closing(NOON, **more)) == ((0, 1440),)


def test_a_day_that_ends_at_midnight_leaves_the_next_one_alone() -> None:
    plan = replace(PLAN, day_boundary_minutes=0)
    changes = in_force(plan, (), closing(NOON)).queues["clerk"].schedule.changes
    assert set(changes) == {TODAY}
