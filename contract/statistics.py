"""Bodies of what managers read about past days."""

from __future__ import annotations

from datetime import date

from contract.bodies import Body
from contract.ids import ConfiguredId

PROMISED_SHARE = 0.8
"""The share of visitors who should be called within the range they were told."""


class EstimateGrade(Body):
    """How told ranges came out. `graded` = kept + earlier + later; shares and minutes are null when nobody was graded.

    `mean_error_minutes` is how far the wait was from the middle of the range, of those who were called.
    """

    graded: int
    kept: int
    earlier: int
    later: int
    share_kept: float | None = None
    mean_width_minutes: float | None = None
    mean_error_minutes: float | None = None
    sentence: str


class QueueGrade(EstimateGrade):
    queue: ConfiguredId
    name: str


class EstimateGrades(Body):
    """GET /halls/{hall}/statistics/estimates?day=&lang=: one business day, today's so far if none is given.

    Each ticket counts once: at its first call, or when its visitor left after the range was over. Who left earlier,
    was put back before the call, or was never called counts nowhere.
    """

    day: date
    promised_share: float = PROMISED_SHARE
    hall: EstimateGrade
    queues: tuple[QueueGrade, ...]
