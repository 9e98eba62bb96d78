"""When a queue is open and gives tickets: the one calendar that kiosk, booking and calling ask; and business days.

A band holds whenever the clock on the hall's wall reads a time inside it, also on the night the clock is turned. What
holds on a day is, first found: the queue's own exception for that date, the hall's, a make-up day, a holiday, the week;
and on top of it what a manager changed for a few hours. A band over midnight is two, one on each calendar day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from queueserver.domain.calendar import Band, Calendar, DayChange, changed, joined

__all__ = ["MINUTES_A_DAY", "Band", "Schedule", "business_day"]

MINUTES_A_DAY: Final = 1440
_MINUTE: Final = timedelta(minutes=1)
_LONGEST_TURN: Final = timedelta(hours=2)
"""No zone of the tz database turns its clocks further for summer (Antarctica/Troll: two hours)."""
_EVERY_WEEK: Final = Calendar()


@dataclass(frozen=True, slots=True)
class Schedule:
    """Opening bands of one queue; `week` holds seven tuples, Monday first, each in ascending order.

    No tickets in the last `last_ticket_minutes` before the business day's last closing, nor in the last
    `break_ticket_minutes` before any earlier one, such as noon.
    """

    week: tuple[tuple[Band, ...], ...]
    overrides: Mapping[date, tuple[Band, ...]] = field(default_factory=dict)
    last_ticket_minutes: int = 0
    break_ticket_minutes: int = 0
    calendar: Calendar = _EVERY_WEEK
    day_boundary_minutes: int = 0
    changes: Mapping[date, tuple[DayChange, ...]] = field(default_factory=dict)

    def bands(self, day: date) -> tuple[Band, ...]:
        """The bands of one local calendar day, whatever made them so."""
        planned = self.planned(day)
        changes = self.changes.get(day)
        return changed(planned, changes) if changes else planned

    def planned(self, day: date) -> tuple[Band, ...]:
        """The bands of one local calendar day as configured, before a manager changed anything for the day."""
        exception = self.overrides.get(day)
        if exception is not None:
            return exception
        weekday = self.calendar.worked_as(day)
        return () if weekday is None else self.week[weekday]

    def open_minutes(self, day: date) -> int:
        """How many minutes of one local calendar day are inside a band."""
        return sum(end - start for start, end in joined(self.bands(day)))

    def business_bands(self, day: date) -> tuple[Band, ...]:
        """The openings of one business day, in minutes after its midnight: beyond 1440 is the following morning."""
        boundary = self.day_boundary_minutes
        late = ((start + MINUTES_A_DAY, min(end, boundary) + MINUTES_A_DAY) for start, end in _next(self, day))
        own = ((max(start, boundary), end) for start, end in self.bands(day))
        return joined(band for band in (*own, *late) if band[0] < band[1])

    def is_open(self, local: datetime) -> bool:
        """Whether the local wall-clock time is inside a band."""
        minute = _minute(local)
        return any(start <= minute < end for start, end in self.bands(local.date()))

    def after_last_ticket(self, local: datetime) -> bool:
        """Open, but in the last minutes before a closing, when no ticket is given out any more."""
        if not (self.last_ticket_minutes or self.break_ticket_minutes):
            return False
        day, minute = self._business_minute(local)
        bands = self.business_bands(day)
        return any(
            start <= minute < end and minute >= self._last_ticket(place, bands)
            for place, (start, end) in enumerate(bands)
        )

    def rest_of_day(self, local: datetime) -> tuple[int, int] | None:
        """Minutes until it is open, 0 if it is, and until it closes for this business day; None when it opens no more.

        The time without tickets before a closing counts as open: it is for those who come new.
        """
        day, minute = self._business_minute(local)
        left = [(start, end) for start, end in self.business_bands(day) if end > minute]
        return (max(0, left[0][0] - minute), left[-1][1] - minute) if left else None

    def gives_tickets(self, local: datetime) -> bool:
        """Open, and not in the last minutes before a closing."""
        return self.is_open(local) and not self.after_last_ticket(local)

    def next_opening(self, local: datetime, horizon_days: int = 31) -> datetime | None:
        """The next moment after `local` from which tickets are given, in the same time zone; None within the horizon.

        Exact on the days the clock is turned as well: a time that is skipped opens when the skip is over.
        """
        now, zone = local.astimezone(UTC), local.tzinfo or UTC
        first = local.date() - timedelta(days=1)
        for offset in range(horizon_days + 2):
            for opening in self._openings(first + timedelta(days=offset), zone):
                if opening.astimezone(UTC) > now:
                    return opening
        return None

    def business_day(self, local: datetime) -> date:
        """The business day a local moment belongs to."""
        return self._business_minute(local)[0]

    def moments(self, day: date, zone: tzinfo) -> tuple[tuple[datetime, datetime], ...]:
        """The openings of one business day, each from when to when."""
        return tuple((_wall(day, start, zone), _wall(day, end, zone)) for start, end in self.business_bands(day))

    def _business_minute(self, local: datetime) -> tuple[date, int]:
        """The business day, and the minute after its midnight: beyond 1440 on the following morning."""
        day, minute = local.date(), _minute(local)
        if minute < self.day_boundary_minutes:
            return day - timedelta(days=1), minute + MINUTES_A_DAY
        return day, minute

    def _openings(self, day: date, zone: tzinfo) -> Iterator[datetime]:
        """The moments of one business day from which tickets are given, in order."""
        bands = self.business_bands(day)
        if not bands:
            return
        begin, end = (_wall(day, self.day_boundary_minutes + minutes, zone) for minutes in (0, MINUTES_A_DAY))
        if begin.utcoffset() != end.utcoffset() or _is_skipped(begin) or _is_skipped(end):
            yield from self._openings_minute_by_minute(begin, end, zone)
            return
        for place, (start, _) in enumerate(bands):
            if start < self._last_ticket(place, bands):
                yield _wall(day, start, zone)

    def _openings_minute_by_minute(self, begin: datetime, end: datetime, zone: tzinfo) -> Iterator[datetime]:
        """Also a little beyond the day's own ends, since a skipped boundary is read on either side of the skip."""
        moment, last = begin.astimezone(UTC) - _LONGEST_TURN, end.astimezone(UTC) + _LONGEST_TURN
        gave = self.gives_tickets((moment - _MINUTE).astimezone(zone))
        while moment < last:
            local = moment.astimezone(zone)
            gives = self.gives_tickets(local)
            if gives and not gave:
                yield local
            moment, gave = moment + _MINUTE, gives

    def _last_ticket(self, place: int, bands: tuple[Band, ...]) -> int:
        """The minute from which one of the day's bands gives no tickets."""
        break_minutes = self.break_ticket_minutes if place < len(bands) - 1 else 0
        return min(bands[place][1] - break_minutes, bands[-1][1] - self.last_ticket_minutes)


def business_day(now: datetime, time_zone: str, day_boundary_minutes: int) -> date:
    """The hall's business day at `now`: the local date; the night before the boundary belongs to the day before."""
    local = now.astimezone(ZoneInfo(time_zone))
    day = local.date()
    return day if _minute(local) >= day_boundary_minutes else day - timedelta(days=1)


def local_hour(now: datetime, time_zone: str) -> int:
    """The hour, 0 to 23, that the hall's own clock shows."""
    return now.astimezone(ZoneInfo(time_zone)).hour


def _next(schedule: Schedule, day: date) -> tuple[Band, ...]:
    """The bands of the following calendar day that still belong to business day `day`."""
    if schedule.day_boundary_minutes == 0:
        return ()
    bands = schedule.bands(day + timedelta(days=1))
    return tuple(band for band in bands if band[0] < schedule.day_boundary_minutes)


def _is_skipped(wall: datetime) -> bool:
    """Whether no clock ever shows this time, because it is turned forward over it."""
    return wall.astimezone(UTC).astimezone(wall.tzinfo).replace(tzinfo=None) != wall.replace(tzinfo=None)


def _wall(day: date, minute: int, zone: tzinfo) -> datetime:
    """The moment at which the hall's clock reads so many minutes after the midnight `day` begins with."""
    return datetime.combine(day, datetime.min.time(), zone) + timedelta(minutes=minute)


def _minute(local: datetime) -> int:
    return local.hour * 60 + local.minute
