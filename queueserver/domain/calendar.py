"""The days on which a hall does not keep its week: holidays, make-up days, and what a manager changed for one day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

Band = tuple[int, int]
"""Opening band as minutes after local midnight, start inclusive, end exclusive (1440 = midnight at the day's end)."""


@dataclass(frozen=True, slots=True)
class Holiday:
    """Closed from `first` to `last`, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Calendar:
    """Holidays, and make-up days (调休): a date that is worked as another weekday, Monday = 0."""

    holidays: tuple[Holiday, ...] = ()
    make_up: Mapping[date, int] = field(default_factory=dict)

    def worked_as(self, day: date) -> int | None:
        """The weekday whose bands hold on `day`; None on a holiday. A make-up day goes before a holiday."""
        if (weekday := self.make_up.get(day)) is not None:
            return weekday
        if any(holiday.first <= day <= holiday.last for holiday in self.holidays):
            return None
        return day.weekday()


@dataclass(frozen=True, slots=True)
class DayChange:
    """What a manager changed for a few hours: `opens` says whether the band is open or closed after all."""

    opens: bool
    band: Band


def changed(bands: tuple[Band, ...], changes: Iterable[DayChange]) -> tuple[Band, ...]:
    """The bands after each change in the order they were made, so that the last word holds."""
    for change in changes:
        if change.opens:
            bands = joined((*bands, change.band))
        else:
            bands = tuple(rest for band in bands for rest in _without(band, change.band))
    return bands


def joined(bands: Iterable[Band]) -> tuple[Band, ...]:
    """In ascending order, bands that touch or overlap made one."""
    whole: list[Band] = []
    for start, end in sorted(bands):
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((start, end))
    return tuple(whole)


def _without(band: Band, hole: Band) -> tuple[Band, ...]:
    pieces = ((band[0], min(band[1], hole[0])), (max(band[0], hole[1]), band[1]))
    return tuple(piece for piece in pieces if piece[0] < piece[1])
