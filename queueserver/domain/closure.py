"""What a manager changes about the hours of one day while the hall runs: queues closed, or opened after all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from queueserver.domain.calendar import Band, DayChange
from queueserver.domain.daybook import Closing
from queueserver.domain.hall import HallPlan, QueuePlan
from queueserver.domain.schedule import MINUTES_A_DAY


@dataclass(frozen=True, slots=True)
class Closure:
    """`band` of one local calendar day, for `queues` (none = the whole hall); `opens` = open instead of closed."""

    id: str
    day: date
    band: Band
    queues: tuple[str, ...]
    opens: bool
    reason: str
    made_by: str
    made_at: datetime
    ended_by: str = ""
    ended_at: datetime | None = None

    def concerns(self, queue: str) -> bool:
        return not self.queues or queue in self.queues

    def end(self, by: str, now: datetime) -> Closure:
        return replace(self, ended_by=by, ended_at=now)


def in_force(plan: HallPlan, closures: Iterable[Closure], closing: Closing | None) -> HallPlan:
    """`plan` with every queue's schedule as the closures, in the order they were made, and an early day's end leave it.

    Closures that were ended, and queues that are configured no more, count for nothing.
    """
    valid = sorted((one for one in closures if one.ended_at is None), key=lambda one: (one.made_at, one.id))
    evening = _after_closing(plan, closing)
    queues = {queue.id: _changed(queue, valid, evening) for queue in plan.queues.values()}
    return replace(plan, queues=queues)


def _changed(queue: QueuePlan, closures: list[Closure], evening: list[tuple[date, DayChange]]) -> QueuePlan:
    changes: dict[date, tuple[DayChange, ...]] = {}
    own = [(one.day, DayChange(one.opens, one.band)) for one in closures if one.concerns(queue.id)]
    for day, change in (*own, *evening):
        changes[day] = (*changes.get(day, ()), change)
    known: Mapping[date, tuple[DayChange, ...]] = queue.schedule.changes
    return queue if changes == known else replace(queue, schedule=replace(queue.schedule, changes=changes))


def _after_closing(plan: HallPlan, closing: Closing | None) -> list[tuple[date, DayChange]]:
    """The rest of a business day that was closed early, in calendar days."""
    if closing is None or closing.final or closing.reopened_at is not None:
        return []
    local = closing.at.astimezone(ZoneInfo(plan.time_zone))
    minute, day = local.hour * 60 + local.minute, closing.business_day
    morning = day + timedelta(days=1)
    rest = [(morning, (minute if local.date() > day else 0, plan.day_boundary_minutes))]
    if local.date() <= day:
        rest.append((day, (minute, MINUTES_A_DAY)))
    return [(on, DayChange(opens=False, band=band)) for on, band in rest if band[0] < band[1]]
