"""From minutes of work to minutes on the clock: breaks count for whoever waits, not for the windows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from math import inf
from typing import Final
from zoneinfo import ZoneInfo

from queueserver.domain.hall import QueuePlan
from queueserver.domain.schedule import Schedule


@dataclass(frozen=True, slots=True)
class OpenHours:
    """One queue's openings on one business day, in minutes since 1970, ascending and apart.

    Windows do not work before the first and between two; after the last one they go on while somebody waits. Without
    any opening nothing is known, and they count as working.
    """

    bands: tuple[tuple[float, float], ...] = ()

    def pause(self, at: float) -> float:
        """Minutes until work goes on, 0 while it does."""
        if not self.bands or at >= self.bands[-1][0]:
            return 0.0
        return next((max(0.0, start - at) for start, end in self.bands if at < end), 0.0)

    def until(self, at: float, worked: float) -> float:
        """Minutes from `at` until the windows have worked so many; never fewer for more work."""
        clock = at
        for number, (start, end) in enumerate(self.bands, start=1):
            if clock >= end:
                continue
            clock = max(clock, start)
            if number == len(self.bands) or worked < end - clock:
                break
            worked -= end - clock
            clock = self.bands[number][0]
        return clock - at + worked

    def worked(self, since: float, until: float) -> float:
        """The other way round: how many of the minutes from `since` to `until` the windows worked."""
        ended, paused = -inf, 0.0
        for start, end in self.bands:
            paused += max(0.0, min(until, start) - max(since, ended))
            ended = end
        return max(0.0, until - since - paused)

    def opening_later(self, minutes: float) -> OpenHours:
        """When windows open so long after the hall does."""
        (start, end), *others = self.bands
        return OpenHours(((min(start + minutes, end), end), *others))

    def working(self, at: float) -> OpenHours:
        """When windows are seen at work at `at` although it is a break: then it is over already."""
        ahead = [band for band in self.bands if band[1] > at]
        return OpenHours(((at, ahead[0][1]), *ahead[1:])) if ahead else self

    def paused_since(self, at: float) -> float:
        """When the break began in which `at` lies; -inf before the first opening."""
        return max((end for _, end in self.bands if end <= at), default=-inf)

    def left(self, at: float) -> float:
        """Minutes until the day's last closing; for ever when that is over or there is none."""
        return self.bands[-1][1] - at if self.bands and at < self.bands[-1][1] else inf


NO_HOURS: Final = OpenHours()


class HoursOfDay:
    """Every queue's open hours under one plan, each worked out once a business day."""

    def __init__(self, queues: Mapping[str, QueuePlan], time_zone: str) -> None:
        self._queues, self._zone = queues, ZoneInfo(time_zone)
        self._known: dict[tuple[str, date], OpenHours] = {}

    def of(self, queue: str, moment: datetime) -> OpenHours:
        """Those of the business day `moment` belongs to; none when the queue is configured no more."""
        plan = self._queues.get(queue)
        if plan is None:
            return NO_HOURS
        local = moment.astimezone(self._zone)
        key = queue, plan.schedule.business_day(local)
        if (known := self._known.get(key)) is None:
            known = self._known[key] = _hours(plan.schedule, key[1], self._zone)
        return known


def _hours(schedule: Schedule, day: date, zone: ZoneInfo) -> OpenHours:
    openings = schedule.moments(day, zone)
    return OpenHours(tuple((start.timestamp() / 60, end.timestamp() / 60) for start, end in openings))
