"""Statistics over HTTP: counts that add up, the three durations apart, and percentiles with their resolution."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from contract.bodies import Body
from contract.ids import ConfiguredId

PROMISED_SHARE = 0.8
"""The share of visitors who should be called within the range they were told."""


class GroupBy(StrEnum):
    QUEUE = "queue"
    SERVICE = "service"
    CLASS = "class"
    WINDOW = "window"
    STAFF = "staff"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


class Duration(Body):
    """One of the durations. The mean is the sum over the count, both of everything in the row.

    A percentile is the middle of the bin it lies in: exact to the second up to 16 s, above off by 6.25 % at most.
    None where nothing was measured.
    """

    count: int
    total_seconds: float
    mean_seconds: float | None = None
    p50_seconds: float | None = None
    p80_seconds: float | None = None
    p90_seconds: float | None = None
    p95_seconds: float | None = None


class Promises(Body):
    """How the ranges of minutes that tickets were given came out; `share_kept` is None when none is decided yet."""

    kept: int
    earlier: int
    later: int
    share_kept: float | None = None
    mean_width_minutes: float | None = None


class WindowHours(Body):
    """How long windows were open (not paused) and paused, and how long of the open time nobody was there, in seconds.

    A stretch counts when it has ended; `left_open` windows nobody had closed when the day turned.
    """

    open_seconds: float = 0.0
    paused_seconds: float = 0.0
    idle_seconds: float = 0.0
    left_open: int = 0


class StatisticsRow(Body):
    """`counts` by measure, those that are nought left out; see GET .../statistics/definitions for each measure."""

    key: str
    label: str
    counts: dict[str, int]
    waiting: Duration
    way: Duration
    service: Duration
    promises: Promises
    windows: WindowHours = WindowHours()
    """Grouped by window, person, hour, day or month; elsewhere it is nothing."""


class Statistics(Body):
    """Business days from `first` to `last`, both included. `total` is everything, not the rows' average."""

    hall: str
    first: date
    last: date
    by: GroupBy
    rows: tuple[StatisticsRow, ...]
    total: StatisticsRow


class Definition(Body):
    measure: str
    name: str
    definition: str


class Definitions(Body):
    """What each measure means, in the reader's language."""

    definitions: tuple[Definition, ...]


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
