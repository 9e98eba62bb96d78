"""How much work lies between a visitor and the call: the windows as they stand, and who of the others goes first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from math import inf
from typing import Final
from zoneinfo import ZoneInfo

from queueserver.domain import estimate
from queueserver.domain.eligibility import is_privileged
from queueserver.domain.estimate import Expected
from queueserver.domain.hall import HallPlan
from queueserver.domain.lanework import Group, LaneWork, groups_ahead
from queueserver.domain.learned import Learned
from queueserver.domain.line import Line, lane_of
from queueserver.domain.openhours import OpenHours
from queueserver.domain.party import expected_services
from queueserver.domain.promise import Promise
from queueserver.domain.sharing import Pool, Sharing
from queueserver.domain.ticket import Place, Ticket
from queueserver.domain.window import Window

PAUSE_MINUTES: Final = 20.0
"""After how long a paused window is counted on again."""
_UNLEARNED: Final = Learned()
UNKNOWN_MINUTES: Final = 8.0
_MOST_OVERTAKING: Final = 0.6
_SOON: Final = 0.05
_MS_A_MINUTE: Final = 60_000


class Floor:
    """The hall's windows at one moment, with what was learned; keeps what it worked out, so make a new one after.

    `tickets` are those at windows, by id; `learned` is by queue.
    """

    def __init__(
        self,
        plan: HallPlan,
        sharing: Sharing,
        windows: Mapping[str, Window],
        tickets: Mapping[str, Ticket],
        learned: Mapping[str, Learned],
        now: datetime,
    ) -> None:
        self.now = now
        self._plan, self._sharing, self._windows, self._tickets = plan, sharing, windows, tickets
        self._learned, self._at = learned, now.timestamp() / 60
        self._hour = now.astimezone(ZoneInfo(plan.time_zone)).hour
        self._free: dict[str, tuple[float, ...]] = {}
        self._minutes: dict[tuple[str, str], float] = {}
        self._means: dict[str, tuple[float, float]] = {}
        self._lanes: dict[str, tuple[int, LaneWork]] = {}

    def lanes(self, lane: str) -> Iterable[str]:
        """All lanes whose tickets compete with those of `lane` for a window."""
        return self._sharing.pool(lane).parts

    def behind_all(self, line: Line, lane: str) -> dict[str, LaneWork]:
        """What is ahead of somebody who comes to `lane` now; a lane nobody ever stood in is left out."""
        return {one: self._whole(line, one) for one in self.lanes(lane) if line.revision(one)}

    def before(self, line: Line, lane: str, place: Place) -> dict[str, LaneWork]:
        """What is ahead of `place` in `lane`."""
        return {
            one: self._whole(line, one) if line.ends_before(one, place) else self.work(groups_ahead(line, one, place))
            for one in self.lanes(lane)
            if line.revision(one)
        }

    def work(self, groups: Iterable[Group]) -> LaneWork:
        """The work of the groups of one lane."""
        privileged = privileged_before = ordinary_before = 0.0
        count_privileged = count_ordinary = 0.0
        since: float = inf
        for queue, service, priority_class, waiting, before, since_ms in groups:
            minutes = self._minutes_of(queue, service)
            since = min(since, since_ms)
            if priority_class in self._plan.privileged:
                privileged += waiting * minutes
                privileged_before += before * minutes
                count_privileged += before
            else:
                ordinary_before += before * minutes
                count_ordinary += before
        return LaneWork(privileged, privileged_before, ordinary_before, count_privileged, count_ordinary, since)

    def promise(self, ticket: Ticket, ahead: Mapping[str, LaneWork]) -> Promise:
        """The range of minutes for a ticket that waits or is about to; not before it may be called at all."""
        privileged = is_privileged(ticket, self._plan.privileged, self._plan.policy, self.now)
        lane = lane_of(ticket)
        expected = self.expected(lane, ticket.queue, ahead, privileged=privileged)
        hours = self._hours(ticket.queue, lane)
        if ticket.not_before is not None and ticket.not_before > self.now:
            earliest = hours.worked(self._at, ticket.not_before.timestamp() / 60)
            expected = replace(expected, minutes=max(earliest, expected.minutes), idle=False)
        return self._promised(expected, ticket.queue, hours)

    def promise_next(self, queue: str, ahead: Mapping[str, LaneWork]) -> Promise:
        """The range for an ordinary visitor who would come to `queue` now."""
        expected = self.expected(queue, queue, ahead, privileged=False)
        return self._promised(expected, queue, self._hours(queue, queue))

    def beyond_closing(self, queue: str, promise: Promise) -> bool:
        """Whether whoever is promised this now is likely to be called only after the queue's last closing."""
        hours = self._sharing.hours.of(queue, self.now)
        return estimate.beyond_closing(promise, self._of(queue), hours, self._at)

    def expected(self, lane: str, queue: str, ahead: Mapping[str, LaneWork], *, privileged: bool) -> Expected:
        """The wait of one ticket of `queue` standing in `lane`; `ahead` has all of lanes(lane) where somebody is.

        Once somebody has waited for the policy's longest wait, all are called by their places, whatever their class.
        """
        pool = self._sharing.pool(lane)
        free = self._free_in(pool, lane)
        (mean, variation), learned = self._of_queue(queue), self._of(queue)
        if 0.0 in free and not any(one.count_privileged_before + one.count_ordinary_before for one in ahead.values()):
            return Expected(learned.idle_minutes(), 0.0, 0.0, idle=True)
        longest = self._plan.policy.longest_wait_minutes or inf
        since = min((one.since_ms for one in ahead.values()), default=inf)
        in_turn = self._at - since / _MS_A_MINUTE >= longest
        minutes = _level(pool, free, lane, self._first(ahead, privileged=privileged, in_turn=in_turn))
        if not privileged and not in_turn:
            minutes /= 1 - self._overtaking(pool)
            if minutes > longest:
                work = self._first(ahead, privileged=False, in_turn=True)
                minutes = max(longest, _level(pool, free, lane, work))
        return Expected(minutes, mean / max(1, len(free)), variation)

    def _promised(self, expected: Expected, queue: str, hours: OpenHours) -> Promise:
        if expected.idle and hours.pause(self._at):
            expected = replace(expected, minutes=0.0, step=self._of_queue(queue)[0], idle=False)
        return estimate.promised(expected, self._of(queue), hours, self._at)

    def _hours(self, queue: str, lane: str) -> OpenHours:
        """The queue's, but for a break in which one of its windows has called somebody: that one is not kept."""
        hours = self._sharing.hours.of(queue, self.now)
        if not hours.pause(self._at):
            return hours
        since = hours.paused_since(self._at)
        windows = (self._windows.get(window) for window in self._sharing.pool(lane).windows)
        tickets = (self._tickets.get(window.ticket) for window in windows if window is not None and window.ticket)
        called = (ticket.called_at.timestamp() / 60 for ticket in tickets if ticket and ticket.called_at)
        return hours.working(self._at) if any(at >= since for at in called) else hours

    def _whole(self, line: Line, lane: str) -> LaneWork:
        revision, known = line.revision(lane), self._lanes.get(lane)
        if known is None or known[0] != revision:
            known = self._lanes[lane] = revision, self.work(groups_ahead(line, lane, None))
        return known[1]

    def _first(self, ahead: Mapping[str, LaneWork], *, privileged: bool, in_turn: bool) -> dict[str, float]:
        """Minutes of work in each lane that are done before the ticket's turn; `in_turn` = by place alone."""
        if in_turn:
            return {lane: one.privileged_before + one.ordinary_before for lane, one in ahead.items()}
        if not privileged:
            return {lane: one.privileged + one.ordinary_before for lane, one in ahead.items()}
        ratio = max(1, self._plan.policy.privileged_per_ordinary)
        return {
            lane: one.privileged_before
            + one.ordinary_before * min(1.0, one.count_privileged_before // ratio / max(1, one.count_ordinary_before))
            for lane, one in ahead.items()
        }

    def _free_in(self, pool: Pool, lane: str) -> tuple[float, ...]:
        """Minutes until each window of the pool is free as far as is known, 0 for one that is."""
        if (known := self._free.get(lane)) is None:
            known = self._free[lane] = tuple(self._busy(window) for window in pool.windows)
        return known

    def _busy(self, window_id: str) -> float:
        """From how long the window has been busy and how much services vary."""
        window = self._windows.get(window_id)
        ticket = self._tickets.get(window.ticket) if window is not None and window.ticket else None
        if ticket is None or ticket.called_at is None:
            return 0.0
        mean = self._minutes_of(ticket.queue, ticket.service) * expected_services(ticket.visit.party)
        varies = min(1.0, self._of_queue(ticket.queue)[1])
        since = (self.now - ticket.called_at).total_seconds() / 60
        return max(_SOON, varies * mean + (1 - varies) * (mean - since))

    def _overtaking(self, pool: Pool) -> float:
        """The share of the windows' time that privileged visitors take who have yet to come."""
        busy = sum(
            part * self._of(lane).privileged_a_minute(self._at) * self._of_queue(lane)[0]
            for lane, part in pool.parts.items()
            if lane in self._learned
        )
        ratio = self._plan.policy.privileged_per_ordinary
        return min(busy / max(1, len(pool.windows)), ratio / (ratio + 1), _MOST_OVERTAKING)

    def _minutes_of(self, queue: str, service: str) -> float:
        """Of a window's time, for one ticket that waits in `queue`; a part of them leaves before."""
        key = (queue, service)
        if (known := self._minutes.get(key)) is None:
            learned = self._of(queue)
            known = learned.minutes(service, self._configured(queue)) * learned.pace(self._hour)
            self._minutes[key] = known = known * learned.share_called()
        return known

    def _of_queue(self, queue: str) -> tuple[float, float]:
        """Mean minutes of a window's time for one visitor of `queue`, and their variation."""
        if (known := self._means.get(queue)) is None:
            learned = self._of(queue)
            mean = learned.mean(self._configured(queue)) * learned.pace(self._hour)
            known = self._means[queue] = mean, learned.variation()
        return known

    def _of(self, queue: str) -> Learned:
        return self._learned.get(queue, _UNLEARNED)

    def _configured(self, queue: str) -> float:
        plan = self._plan.queues.get(queue)
        return plan.service_minutes if plan else UNKNOWN_MINUTES


def _level(pool: Pool, free: tuple[float, ...], lane: str, work: Mapping[str, float]) -> float:
    """When a window comes to this ticket: first one must be free, then they take work as water fills a vessel.

    Any of several busy windows may be the first, which makes that time shorter than each window's own: as with
    exponential services, their rates add up.
    """
    taken = [sum(share * work.get(one, 0.0) for one, share in others) for others in pool.others]
    loads = [
        busy + taken[served] + work.get(own, 0.0) for busy, served, own in zip(free, pool.served, pool.own, strict=True)
    ] or [PAUSE_MINUTES]
    first = 1 / sum(1 / max(load, _SOON) for load in loads)
    loads += [PAUSE_MINUTES] * pool.paused
    loads.sort()
    rest, level, count = work.get(lane, 0.0), loads[0], 1
    for load in loads[1:]:
        if rest <= (load - level) * count:
            break
        rest -= (load - level) * count
        level, count = load, count + 1
    return first + level - loads[0] + rest / count
