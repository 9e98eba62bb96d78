"""When a queue is open: weekly bands, one-day overrides, last-ticket time; and which business day a moment is in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTES_A_DAY = 1440

Band = tuple[int, int]
"""Opening band as minutes after local midnight, start inclusive, end exclusive (1440 = midnight at the day's end)."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Opening bands of one queue; `week` holds seven tuples, Monday first, each in ascending order."""

    week: tuple[tuple[Band, ...], ...]
    overrides: Mapping[date, tuple[Band, ...]] = field(default_factory=dict)
    last_ticket_minutes: int = 0

    def bands(self, day: date) -> tuple[Band, ...]:
        """The bands of one local calendar day; an override replaces the week's plan."""
        return self.overrides.get(day, self.week[day.weekday()])

    def is_open(self, local: datetime) -> bool:
        """Whether the local wall-clock time is inside a band."""
        minute = _minute(local)
        return any(start <= minute < end for start, end in self.bands(local.date()))

    def after_last_ticket(self, local: datetime) -> bool:
        """Open, but in the last minutes of the day's last band, when no ticket is given out any more."""
        bands = self.bands(local.date())
        return (
            self.last_ticket_minutes > 0
            and self.is_open(local)
            and _minute(local) >= bands[-1][1] - self.last_ticket_minutes
        )

    def rest_of_day(self, local: datetime) -> tuple[int, int] | None:
        """Minutes until it is open, 0 if it is, and until it closes for this local day; None when it opens no more."""
        minute = _minute(local)
        left = [(start, end) for start, end in self.bands(local.date()) if end > minute]
        return (max(0, left[0][0] - minute), left[-1][1] - minute) if left else None

    def next_opening(self, local: datetime, horizon_days: int = 14) -> datetime | None:
        """The next start of a band after `local`, in the same time zone; None within the horizon if there is none."""
        for offset in range(horizon_days + 1):
            day = local.date() + timedelta(days=offset)
            for start, _ in self.bands(day):
                opening = datetime(day.year, day.month, day.day, start // 60, start % 60, tzinfo=local.tzinfo)
                if opening > local:
                    return opening
        return None


def business_day(now: datetime, time_zone: str, day_boundary_minutes: int) -> date:
    """The hall's business day at `now`: the local date; the night before the boundary belongs to the day before."""
    local = now.astimezone(ZoneInfo(time_zone))
    day = local.date()
    return day if _minute(local) >= day_boundary_minutes else day - timedelta(days=1)


def _minute(local: datetime) -> int:
    return local.hour * 60 + local.minute
