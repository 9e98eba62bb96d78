"""What a change does to the waits: before and after, day by day with the same visitors, and how certain that is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import mean, stdev
from typing import Final

from queueserver.domain.ticket import State
from queueserver.simulation.chance import MS_A_MINUTE
from queueserver.simulation.records import Leg

_STUDENT_95: Final = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)
"""Two-sided 95 % quantiles of Student's t with 1 to 10 degrees of freedom."""

Day = Sequence[Leg]


@dataclass(frozen=True, slots=True)
class Effect:
    """One figure of a day, on average over `days`; `half` is half the width of the change's 95 % interval.

    0 when every day changed alike, None when there is one day only.
    """

    before: float
    after: float
    days: int
    half: float | None

    @property
    def change(self) -> float:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Effects:
    """Waits in minutes, of those who were called; `over` the bound from 0 to 1; `given_up`: left, or never called."""

    longest: Effect
    mean: Effect
    over: Effect
    given_up: Effect


def effects(before: Sequence[Day], after: Sequence[Day], bound: int, queues: Collection[str] = ()) -> Effects:
    """Of the same days in two halls; `queues` are those that are looked at, none = all."""

    def of(figure: Callable[[Day], float]) -> Effect:
        pairs = [(figure(_in(queues, one)), figure(_in(queues, two))) for one, two in zip(before, after, strict=True)]
        return _effect(pairs)

    return Effects(
        longest=of(lambda day: max(_waits(day), default=0.0)),
        mean=of(lambda day: mean(_waits(day) or (0.0,))),
        over=of(lambda day: mean([wait > bound for wait in _waits(day)] or (0.0,))),
        given_up=of(lambda day: sum(leg.called_ms is None and leg.end is not State.TRANSFERRED for leg in day)),
    )


def _effect(pairs: Sequence[tuple[float, float]]) -> Effect:
    changes = [two - one for one, two in pairs]
    half = _student(len(changes) - 1) * stdev(changes) / sqrt(len(changes)) if len(changes) > 1 else None
    return Effect(mean(one for one, _ in pairs), mean(two for _, two in pairs), len(pairs), half)


def _student(freedom: int) -> float:
    """Two-sided 95 % quantile; beyond the table a little too wide."""
    return _STUDENT_95[freedom - 1] if freedom <= len(_STUDENT_95) else 1.96 + 2.7 / freedom


def _in(queues: Collection[str], day: Day) -> Day:
    return [leg for leg in day if leg.queue in queues] if queues else day


def _waits(day: Day) -> list[float]:
    return [leg.wait_ms / MS_A_MINUTE for leg in day if leg.wait_ms is not None]
