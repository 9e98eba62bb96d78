"""Checks holidays and make-up days: dates that run backwards, contradict each other, or change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Final

from contract.config import Calendar, Hours, Queue
from queueserver.hallfile.entries import Entries
from queueserver.hallfile.findings import Finding, Params
from queueserver.hallfile.times import DAY_NAMES, WEEKDAYS

_LONG_DAYS: Final = 31
"""A holiday longer than this is probably a year typed wrongly."""


def check_calendars(entries: Entries, today: date | None) -> Iterator[Finding]:
    """`today` is the hall's business day, for the warning about calendars that are over; None skips it."""
    for index, calendar in entries.sound("calendars", Calendar):
        yield from _holidays(entries, index, calendar)
        yield from _make_up(entries, index, calendar)
        days = [*(one.until or one.date for one in calendar.holidays), *(one.date for one in calendar.make_up)]
        if today is not None and days and max(days) < today:
            path = ("calendars", index, "id")
            yield Finding("calendar_past", path, {"subject": entries.subject(path)})


def _holidays(entries: Entries, index: int, calendar: Calendar) -> Iterator[Finding]:
    subject = entries.subject(("calendars", index))
    spans = []
    for place, holiday in enumerate(calendar.holidays):
        until = holiday.until or holiday.date
        params: Params = {"subject": subject, "value": holiday.date.isoformat(), "until": until.isoformat()}
        path = ("calendars", index, "holidays", place, "until")
        if until < holiday.date:
            yield Finding("holiday_reversed", path, params)
            continue
        spans.append((holiday.date, until, place))
        days = (until - holiday.date).days + 1
        if days > _LONG_DAYS:
            yield Finding("holiday_long", path, {**params, "days": days})
    for before, after in pairwise(sorted(spans)):
        if after[0] <= before[1]:
            path = ("calendars", index, "holidays", after[2], "date")
            params = {"subject": subject, "value": after[0].isoformat(), "other": before[0].isoformat()}
            yield Finding("holidays_overlap", path, params)


def _make_up(entries: Entries, index: int, calendar: Calendar) -> Iterator[Finding]:
    open_days = _open_days(entries, calendar.id)
    dates = [one.date for one in calendar.make_up]
    for place, one in enumerate(calendar.make_up):
        path = ("calendars", index, "make_up", place, "date")
        params: Params = {
            "subject": entries.subject(path),
            "value": one.date.isoformat(),
            "day": DAY_NAMES[one.works_as.value],
        }
        if dates.index(one.date) != place:
            yield Finding("make_up_twice", path, params)
        elif any(holiday.date <= one.date <= (holiday.until or holiday.date) for holiday in calendar.holidays):
            yield Finding("make_up_in_holiday", path, params)
        elif WEEKDAYS[one.date.weekday()] == one.works_as.value:
            yield Finding("make_up_same_day", path, params)
        elif open_days is not None and one.works_as.value not in open_days:
            yield Finding("make_up_closed", path, params)


def _open_days(entries: Entries, calendar: str) -> set[str] | None:
    """The weekdays on which a queue with this calendar is open; None when no queue has it."""
    hours = {one.id: one for _, one in entries.sound("hours", Hours)}
    usual = entries.of_hall("calendar")
    queues = [queue for _, queue in entries.sound("queues", Queue) if (queue.calendar or usual) == calendar]
    kept = [hours[queue.hours] for queue in queues if queue.hours in hours]
    return {day for plan in kept for day in WEEKDAYS if getattr(plan, day)} if kept else None
