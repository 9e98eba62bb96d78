"""Checks the clock side of a hall: opening bands, exceptions by date, the day's boundary and the time zone."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Final

from contract.config import Hours, Override, Queue
from queueserver.hallfile.entries import Entries, nearest
from queueserver.hallfile.findings import Finding, Params, Path

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_AROUND_THE_CLOCK: Final = "00:00-24:00"
"""Who writes this has decided that the day changes while people wait."""
_CAPITALS: Final = {"beijing": "Asia/Shanghai", "peking": "Asia/Shanghai"}
DAY_NAMES: Final = dict(
    zip(WEEKDAYS, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True)
)


def check_times(entries: Entries, today: date | None) -> Iterator[Finding]:
    """`today` is the hall's business day, for the warning about exceptions that are over; None skips it."""
    yield from _time_zone(entries)
    for index, hours in entries.sound("hours", Hours):
        bands = {day: getattr(hours, day) for day in WEEKDAYS}
        for day, of_day in bands.items():
            yield from check_bands(entries, ("hours", index, day), of_day)
        if not any(bands.values()):
            path = ("hours", index, "id")
            yield Finding("never_open", path, {"subject": entries.subject(path)})
    for index, override in entries.sound("overrides", Override):
        yield from check_bands(entries, ("overrides", index, "open"), override.open)
        if today is not None and override.date < today:
            path = ("overrides", index, "date")
            yield Finding("override_past", path, {"subject": entries.subject(path)})
    yield from _overrides_twice(entries)
    yield from _last_tickets(entries)


def _time_zone(entries: Entries) -> Iterator[Finding]:
    if entries.hall is None or entries.hall.time_zone in (known := zoneinfo.available_timezones()):
        return
    value, path = entries.hall.time_zone, ("hall", "time_zone")
    cities = {name.rpartition("/")[2]: name for name in sorted(known)}
    capital = _CAPITALS.get(value.rpartition("/")[2].lower(), "")
    near = capital or nearest(value, known) or cities.get(nearest(value, cities), "")
    yield Finding("unknown_time_zone", path, {"subject": "the hall", "value": value, "near": near})


def check_bands(entries: Entries, path: Path, bands: Sequence[str]) -> Iterator[Finding]:
    """Each band runs forward, the next begins when the one before is over, and none holds the day's boundary."""
    subject = f"{entries.subject(path)}, {DAY_NAMES.get(str(path[-1]), 'open')}"
    for place, band in enumerate(bands):
        begin, end = minutes(band)
        here = (*path, place)
        if begin >= end:
            yield Finding("band_reversed", here, {"subject": subject, "value": band})
        elif (
            band != _AROUND_THE_CLOCK
            and entries.hall is not None
            and begin < clock_minutes(entries.hall.day_boundary) < end
        ):
            params = {"boundary": entries.hall.day_boundary, "subject": subject, "value": band}
            yield Finding("boundary_in_hours", here, params)
    for place, (before, after) in enumerate(pairwise(sorted(bands, key=minutes))):
        if minutes(after)[0] < minutes(before)[1] and minutes(before)[0] < minutes(before)[1]:
            here = (*path, list(bands).index(after) if after != before else place + 1)
            yield Finding("bands_overlap", here, {"subject": subject, "value": after, "other": before})


def _overrides_twice(entries: Entries) -> Iterator[Finding]:
    first: dict[tuple[date, str], int] = {}
    for index, override in entries.sound("overrides", Override):
        for queue in override.queues or ("",):
            other = first.setdefault((override.date, queue), index)
            if other != index:
                path = ("overrides", index, "date")
                scope = f"queue '{queue}'" if queue else "the whole hall"
                params: Params = {"subject": entries.subject(path), "scope": scope, "first_index": other}
                yield Finding("override_twice", path, params)


def _last_tickets(entries: Entries) -> Iterator[Finding]:
    """A queue that is open and gives no ticket: on a weekday, or on a date that differs."""
    hours_of = {hours.id: hours for _, hours in entries.sound("hours", Hours)}
    exceptions = [override for _, override in entries.sound("overrides", Override)]
    for index, queue in entries.sound("queues", Queue):
        hours = hours_of.get(queue.hours)
        days = [(DAY_NAMES[day], getattr(hours, day)) for day in WEEKDAYS] if hours else []
        days += [(one.date.isoformat(), one.open) for one in exceptions if queue.id in (one.queues or (queue.id,))]
        subject = {"subject": entries.subject(("queues", index))}
        for field, is_too_long in (("last_ticket_minutes", _all_day), ("break_ticket_minutes", _a_whole_band)):
            margin = getattr(queue, field)
            day = next((name for name, bands in days if bands and is_too_long(sorted(bands, key=minutes), margin)), "")
            if margin and day:
                params: Params = {**subject, "minutes": margin, "day": day, "field": field}
                yield Finding("never_issues", ("queues", index, field), params)


def _all_day(bands: Sequence[str], margin: int) -> bool:
    return margin >= minutes(bands[-1])[1] - minutes(bands[0])[0] > 0


def _a_whole_band(bands: Sequence[str], margin: int) -> bool:
    """Whether one of the bands before the last is over before it has given a ticket."""
    return any(margin >= end - begin > 0 for begin, end in map(minutes, bands[:-1]))


def minutes(band: str) -> tuple[int, int]:
    """Begin and end of "HH:MM-HH:MM" in minutes after midnight."""
    return clock_minutes(band[:5]), clock_minutes(band[6:])


def clock_minutes(time: str) -> int:
    return int(time[:2]) * 60 + int(time[3:])
