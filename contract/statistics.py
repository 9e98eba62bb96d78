"""Statistics over HTTP: counts that add up, the three durations apart, and percentiles with their resolution."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from contract.bodies import Body


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


class StatisticsRow(Body):
    """`counts` by measure, those that are nought left out; see GET .../statistics/definitions for each measure."""

    key: str
    label: str
    counts: dict[str, int]
    waiting: Duration
    way: Duration
    service: Duration
    promises: Promises


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
