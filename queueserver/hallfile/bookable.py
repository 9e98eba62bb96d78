"""Checks that templates of bookable times yield times that somebody can book, on the hall's own calendar.

Times are made by the very functions that make them for visitors, so that nothing is found out only at the kiosk.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from contract.config import HallConfig, SlotTemplate
from queueserver.domain.hall import HallPlan, QueuePlan
from queueserver.domain.slots import Slot, slots_of_day
from queueserver.domain.slots import SlotTemplate as Plan
from queueserver.hallfile.findings import Finding, Path
from queueserver.hallfile.times import minutes
from queueserver.store.plans import plan_of

_LOOKED_AT: Final = timedelta(weeks=8)
_ANY_MONDAY: Final = date(2024, 1, 1)
"""Where the search begins when nobody says what day it is and the template does not either."""


@dataclass(frozen=True, slots=True)
class _Looked:
    """One template over some weeks: the days looked at, and its slots there."""

    entry: SlotTemplate
    plan: Plan
    queue: QueuePlan
    path: Path
    days: tuple[date, ...]
    slots: tuple[Slot, ...]
    zone: ZoneInfo

    def finding(self, code: str, field: str, *more: int, **params: str | int) -> Finding:
        return Finding(code, (*self.path, field, *more), {"subject": f"slot template '{self.entry.id}'", **params})


def check_bookable(config: HallConfig, today: date | None) -> Iterator[Finding]:
    """For a configuration that is sound otherwise."""
    plan = plan_of(config, 0)
    plans = {template.id: template for templates in plan.templates_of.values() for template in templates}
    looked = []
    for index, entry in enumerate(config.slots):
        begin = max((day for day in (today, entry.valid_from or entry.anchor) if day), default=_ANY_MONDAY)
        if entry.valid_to is not None and entry.valid_to < begin:
            params = {"subject": f"slot template '{entry.id}'"}
            yield Finding("slots_past", ("slots", index, "valid_to"), params)
        elif entry.id in plans:
            looked.append(_look(entry, plans[entry.id], plan, ("slots", index), begin))
    for one in looked:
        yield from _yields(one)
        yield from _can_be_booked(one)
    yield from _overlaps(looked)
    yield from _enough_numbers(looked)


def _look(entry: SlotTemplate, template: Plan, plan: HallPlan, path: Path, begin: date) -> _Looked:
    zone, queue = ZoneInfo(plan.time_zone), plan.queues[template.queue]
    length = max(_LOOKED_AT, timedelta(weeks=2 * entry.every_weeks))
    days = tuple(begin + timedelta(days=n) for n in range(length.days))
    slots = tuple(slot for day in days for slot in slots_of_day(template, queue.schedule, day, zone))
    return _Looked(entry, template, queue, path, days, slots, zone)


def _yields(one: _Looked) -> Iterator[Finding]:
    """Slots at all, on each of its weekdays, and in each of its times."""
    if not one.slots:
        yield one.finding("slots_never", "times")
        return
    for place, weekday in enumerate(one.entry.weekdays):
        only = replace(one.plan, weekdays=frozenset({tuple(type(weekday)).index(weekday)}))
        met = [day for day in one.days if _met(only, one, day)]
        if met and not any(one.queue.schedule.bands(day) for day in met):
            yield one.finding("slots_closed_day", "weekdays", place, day=weekday.value, queue=one.queue.id)
    for place, times in enumerate(one.entry.times):
        begin, end = minutes(times)
        inside = [slot for slot in one.slots if begin <= _minute(slot, one.zone) < end]
        if not inside:
            yield one.finding("slots_outside", "times", place, times=times, queue=one.queue.id)
        elif max(map(len, _by_day(inside).values())) < (end - begin) // one.plan.slot_minutes:
            yield one.finding("slots_cut", "times", place, times=times, queue=one.queue.id)


def _can_be_booked(one: _Looked) -> Iterator[Finding]:
    """Some places are released before booking ends, in the end all of them, and each channel has its part."""
    if not one.slots:
        return
    last = {slot.start - timedelta(minutes=one.plan.lead_minutes): slot for slot in one.slots}
    most = max(slot.released(moment, one.zone) for moment, slot in last.items())
    if most == 0:
        yield one.finding("release_never" if one.entry.release else "lead_beyond_horizon", _blamed(one))
        return
    if most < one.plan.capacity:
        yield one.finding("release_incomplete", "release", most=most, capacity=one.plan.capacity)
    share = one.slots[0].shares(most)
    field = "places" if one.entry.places else "shares"
    for channel, weight in one.plan.weights:
        if weight and not share[channel]:
            yield one.finding("share_zero", field, channel=channel, capacity=one.plan.capacity)


def _blamed(one: _Looked) -> str:
    return "release" if one.entry.release else "lead_minutes"


def _overlaps(looked: list[_Looked]) -> Iterator[Finding]:
    """Two templates for one service must not have slots at the same time: nobody could say which is booked."""
    by_service: dict[str, list[_Looked]] = {}
    for one in looked:
        for service in one.plan.services:
            by_service.setdefault(service, []).append(one)
    told: set[tuple[str, str]] = set()
    for service, several in by_service.items():
        slots = sorted((slot for one in several for slot in one.slots), key=lambda slot: slot.start)
        of_id: Mapping[str, _Looked] = {one.entry.id: one for one in several}
        for before, after in pairwise(slots) if len(several) > 1 else ():
            pair = (before.template.id, after.template.id)
            if before.end > after.start and pair[0] != pair[1] and not {pair, pair[::-1]} & told:
                told.add(pair)
                one = of_id[after.template.id]
                when = f"{after.start.astimezone(one.zone):%Y-%m-%d %H:%M}"
                yield one.finding("slots_overlap", "times", other=pair[0], service=service, when=when)


def _enough_numbers(looked: list[_Looked]) -> Iterator[Finding]:
    """A queue has numbers for everybody who may book, and for its walk-ins."""
    first: dict[str, _Looked] = {}
    places: dict[str, dict[date, int]] = {}
    for one in looked:
        first.setdefault(one.queue.id, one)
        of_queue = places.setdefault(one.queue.id, {})
        for slot in one.slots:
            of_queue[slot.day] = of_queue.get(slot.day, 0) + one.plan.capacity
    for queue, days in places.items():
        one = first[queue]
        most, size = max(days.values(), default=0), one.queue.last - one.queue.first + 1
        if most + (one.queue.daily_limit or 0) > size:
            yield one.finding("slots_above_range", "capacity", queue=queue, places=most, size=size)


def _met(template: Plan, one: _Looked, day: date) -> bool:
    worked_as = one.queue.schedule.calendar.worked_as(day)
    return template.meets(day, day.weekday() if worked_as is None else worked_as)


def _by_day(slots: list[Slot]) -> dict[date, list[Slot]]:
    found: dict[date, list[Slot]] = {}
    for slot in slots:
        found.setdefault(slot.day, []).append(slot)
    return found


def _minute(slot: Slot, zone: ZoneInfo) -> int:
    local = slot.start.astimezone(zone)
    return local.hour * 60 + local.minute
