"""What a manager changes about one day while the hall runs: queues closed, or opened after all; windows out of use."""

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
    """`band` of one local calendar day, for `queues` (none = the whole hall); `opens` = open instead of closed.

    With `windows` it is about these alone, and no queue's hours are changed by it.
    """

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
    windows: tuple[str, ...] = ()

    def concerns(self, queue: str) -> bool:
        return not self.windows and (not self.queues or queue in self.queues)

    def holds(self, local: datetime) -> bool:
        """Whether it holds at this time of the hall's clock."""
        minute = local.hour * 60 + local.minute
        return self.ended_at is None and self.day == local.date() and self.band[0] <= minute < self.band[1]

    def end(self, by: str, now: datetime) -> Closure:
        return replace(self, ended_by=by, ended_at=now)


def out_of_use(closures: Iterable[Closure], window: str, local: datetime) -> Closure | None:
    """What keeps this window closed now; the one that lasts longest if there are several."""
    holding = [one for one in closures if window in one.windows and one.holds(local)]
    return max(holding, key=lambda one: (one.band[1], one.id), default=None)


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
