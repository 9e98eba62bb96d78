"""Bookable times: made from templates inside the opening hours, and how many of their places are open to whom.

A slot is named by its template and its start. Everything here is a pure function of templates, the one calendar
(`Schedule`) and the time; who holds which place is told by `agenda`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import lru_cache
from zoneinfo import ZoneInfo

from queueserver.domain.schedule import Band, Schedule

ANY_CHANNEL = ""
"""The share that is nobody's own: whichever channel comes first may have its places."""


@dataclass(frozen=True, slots=True)
class ReleaseStep:
    """From `days_ahead` days before a slot's day on, so many percent of its places are open, in all."""

    days_ahead: int
    percent: int


@dataclass(frozen=True, slots=True)
class SlotTemplate:
    """What managers configured; weekdays: 0 = Monday. `weights` are the channels' shares as parts of `whole`, which is
    100 for percentages and the capacity for places.

    A slot's places open at `release_minute` (after local midnight) of the day that is `horizon_days`, or the first
    release step's days, before it; it can be booked until `lead_minutes` before its start.
    """

    id: str
    queue: str
    services: tuple[str, ...]
    weekdays: frozenset[int]
    bands: tuple[Band, ...]
    slot_minutes: int
    capacity: int
    weights: tuple[tuple[str, int], ...] = ()
    whole: int = 100
    release: tuple[ReleaseStep, ...] = ()
    release_minute: int = 480
    horizon_days: int = 14
    lead_minutes: int = 0
    every_weeks: int = 1
    anchor: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def meets(self, day: date, weekday: int) -> bool:
        """Whether the template has slots on this local day, which is worked as `weekday`, as far as its rules go."""
        if weekday not in self.weekdays:
            return False
        if (self.valid_from is not None and day < self.valid_from) or (
            self.valid_to is not None and day > self.valid_to
        ):
            return False
        weeks = (_monday(day) - _monday(self.anchor or day)).days // 7
        return weeks % self.every_weeks == 0


@dataclass(frozen=True, slots=True)
class Slot:
    """One bookable time; `start` and `end` are UTC, `day` is the local date of the start."""

    template: SlotTemplate
    start: datetime
    end: datetime
    day: date

    @property
    def key(self) -> tuple[str, datetime]:
        return self.template.id, self.start

    def too_late(self, now: datetime) -> bool:
        """Whether its lead time has begun."""
        return now > self.start - timedelta(minutes=self.template.lead_minutes)

    def released(self, now: datetime, zone: ZoneInfo) -> int:
        """How many of its places are open for booking at `now`; never fewer later on."""
        percent = max((step.percent for step, at in self.openings(zone) if at <= now), default=0)
        return self.template.capacity * percent // 100

    def free(self, used: Mapping[str, int], channel: str, now: datetime, zone: ZoneInfo) -> int:
        """How many places `channel` may book at `now`, when `used` are taken, by channel."""
        return free_places(self.shares(self.released(now, zone)), used, channel)

    def shares(self, places: int) -> Mapping[str, int]:
        """Who may have how many of the first `places` that are released."""
        return shares(self.template.weights, self.template.whole, places)

    def opens_at(self, zone: ZoneInfo) -> datetime | None:
        """When the first place opens; None when none ever does."""
        opening = (at for step, at in self.openings(zone) if self.template.capacity * step.percent >= 100)
        return min(opening, default=None)

    def openings(self, zone: ZoneInfo) -> Iterator[tuple[ReleaseStep, datetime]]:
        """Each step of the release with its moment; none comes before the booking horizon."""
        template = self.template
        for step in template.release or (ReleaseStep(template.horizon_days, 100),):
            yield step, _moment(self.day, min(step.days_ahead, template.horizon_days), template.release_minute, zone)


def slots_of_day(template: SlotTemplate, schedule: Schedule, day: date, zone: ZoneInfo) -> tuple[Slot, ...]:
    """The template's slots of one local day that lie wholly inside one opening band, in order.

    A make-up day is worked as the weekday it replaces. A wall time the clocks leave out has no slot; one they show
    twice has it the first time.
    """
    worked_as = schedule.calendar.worked_as(day)
    if not template.meets(day, day.weekday() if worked_as is None else worked_as):
        return ()
    opening = schedule.bands(day)
    found = []
    for first, last in template.bands:
        for minute in range(first, last - template.slot_minutes + 1, template.slot_minutes):
            slot = _slot(template, day, minute, zone)
            if slot is not None and any(_inside(slot, day, band, zone) for band in opening):
                found.append(slot)
    return tuple(sorted(found, key=lambda slot: slot.start))


def slot_at(
    templates: Iterable[SlotTemplate], service: str, schedule: Schedule, start: datetime, zone: ZoneInfo
) -> Slot | None:
    """The slot of `service` that begins exactly at `start`, if there is one."""
    day = start.astimezone(zone).date()
    for template in templates:
        if service in template.services:
            for slot in slots_of_day(template, schedule, day, zone):
                if slot.start == start:
                    return slot
    return None


def planned_at(templates: Iterable[SlotTemplate], service: str, start: datetime, zone: ZoneInfo) -> bool:
    """Whether there would be a slot at `start` if the day were open: tells "closed" from "no such time"."""
    always = Schedule(week=(((0, 1440),),) * 7)
    return slot_at(templates, service, always, start, zone) is not None


@lru_cache(maxsize=4096)
def shares(weights: tuple[tuple[str, int], ...], whole: int, places: int) -> Mapping[str, int]:
    """How `places` are divided among the channels and ANY_CHANNEL, which has what of `whole` no channel was given.

    By Sainte-Laguë's method (odd divisors), under which nobody's share shrinks when more places are released; of
    equals the one with fewer places, then the one named first, comes first.
    """
    rest = max(0, whole - sum(weight for _, weight in weights))
    parts = [*weights, (ANY_CHANNEL, rest)] if rest else list(weights)
    given = dict.fromkeys((name for name, _ in parts), 0)
    if any(weight for _, weight in parts):
        for _ in range(places):
            order = (
                (Fraction(weight, 2 * given[name] + 1), -given[name], -place, name)
                for place, (name, weight) in enumerate(parts)
            )
            given[max(order)[3]] += 1
    return given


def free_places(share: Mapping[str, int], used: Mapping[str, int], channel: str) -> int:
    """How many more places `channel` may book: its own that are left, and the common ones nobody else has taken."""
    beyond = sum(max(0, count - share.get(name, 0)) for name, count in used.items() if name != ANY_CHANNEL)
    common = max(0, share.get(ANY_CHANNEL, 0) - beyond)
    own = max(0, share.get(channel, 0) - used.get(channel, 0)) if channel != ANY_CHANNEL else 0
    total = sum(share.values()) - sum(used.values())
    return max(0, min(total, own + common))


def _slot(template: SlotTemplate, day: date, minute: int, zone: ZoneInfo) -> Slot | None:
    wall = datetime.combine(day, time(minute // 60, minute % 60), zone)
    start = wall.astimezone(UTC)
    if start.astimezone(zone).replace(tzinfo=None) != wall.replace(tzinfo=None):
        return None
    return Slot(template, start, start + timedelta(minutes=template.slot_minutes), day)


def _inside(slot: Slot, day: date, band: Band, zone: ZoneInfo) -> bool:
    begin, end = _wall_minutes(slot.start, day, zone), _wall_minutes(slot.end, day, zone)
    if end - begin == slot.template.slot_minutes:
        return band[0] <= begin and end <= band[1]
    minutes = (slot.start + timedelta(minutes=n) for n in range(slot.template.slot_minutes))
    return all(band[0] <= _wall_minutes(moment, day, zone) < band[1] for moment in minutes)


def _wall_minutes(moment: datetime, day: date, zone: ZoneInfo) -> int:
    """Minutes on the wall's clock after the midnight that began `day`."""
    local = moment.astimezone(zone)
    return (local.date() - day).days * 1440 + local.hour * 60 + local.minute


def _moment(day: date, days_ahead: int, minute: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day - timedelta(days=days_ahead), time(minute // 60, minute % 60), zone).astimezone(UTC)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
