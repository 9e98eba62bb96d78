"""Means of independent replications with their confidence intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import mean, stdev
from typing import Final

REPLICATIONS: Final = 20
STUDENT_99: Final = 2.861
"""Two-sided 99 % quantile of Student's t with REPLICATIONS - 1 = 19 degrees of freedom."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The true mean lies within, 99 times of 100."""

    mean: float
    half: float

    def holds(self, value: float) -> bool:
        return abs(value - self.mean) <= self.half

    def overlaps(self, other: Interval) -> bool:
        return abs(self.mean - other.mean) <= self.half + other.half

    def __str__(self) -> str:
        return f"{self.mean:.3f} ± {self.half:.3f} min"


def of(replications: Sequence[float]) -> Interval:
    """ValueError unless there are REPLICATIONS of them."""
    if len(replications) != REPLICATIONS:
        raise ValueError(f"{len(replications)} replications")
    return Interval(mean(replications), STUDENT_99 * stdev(replications) / sqrt(REPLICATIONS))
