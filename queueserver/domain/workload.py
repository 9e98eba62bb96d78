"""How much work lies between a visitor and the call: the windows as they stand, and who of the others goes first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from math import inf
from typing import Final

from queueserver.domain import estimate
from queueserver.domain.coming import coming, privileged_from, work_until
from queueserver.domain.estimate import Expected
from queueserver.domain.hall import HallPlan
from queueserver.domain.lanework import NO_WORK, Crowd, crowd_of
from queueserver.domain.learned import Learned
from queueserver.domain.line import Line, lane_of
from queueserver.domain.loads import Ahead, Loads, Sums, ahead_of
from queueserver.domain.openhours import OpenHours
from queueserver.domain.pace import UNKNOWN_MINUTES, Pace
from queueserver.domain.party import expected_services
from queueserver.domain.promise import Promise
from queueserver.domain.schedule import local_hour
from queueserver.domain.sharing import Sharing, Stream
from queueserver.domain.ticket import Place, Ticket
from queueserver.domain.window import Window

__all__ = ["PAUSE_MINUTES", "UNKNOWN_MINUTES", "Asker", "Floor", "loads_of"]

PAUSE_MINUTES: Final = 20.0
"""After how long a paused window is counted on again."""
LATE_MINUTES: Final = 15.0
"""For how long the day's first window is still waited for beyond its usual time."""
_END: Final = Place(1 << 62, 0)
_MOST_OVERTAKING: Final = 0.6
_SOON: Final = 0.05
_MS_A_MINUTE: Final = 60_000
_MOST_ROUNDS: Final = 10


class Asker:
    """Whose wait is asked for: a ticket's kind and place; without a ticket, somebody ordinary who would come now."""

    __slots__ = ("lane", "lang", "not_before", "place", "privileged", "queue", "service")

    def __init__(self, queue: str, service: str = "", lang: str = "") -> None:
        self.lane = self.queue = queue
        self.service, self.lang = service, lang
        self.place, self.not_before, self.privileged = _END, -inf, inf

    @classmethod
    def of(cls, ticket: Ticket, plan: HallPlan) -> Asker:
        asker = cls(ticket.queue, ticket.service, ticket.visit.lang)
        asker.lane, asker.place = lane_of(ticket), ticket.place
        asker.privileged = privileged_from(ticket, plan)
        if ticket.not_before is not None:
            asker.not_before = ticket.not_before.timestamp() / 60
        return asker


def loads_of(plan: HallPlan, sharing: Sharing, learned: Mapping[str, Learned], now: datetime) -> Loads:
    """Loads for the hall's hour at `now`; `learned` is by queue and may go on learning."""
    return Loads(plan, sharing, Pace(plan, learned, local_hour(now, plan.time_zone)))


class Floor:
    """The hall's windows at one moment, with what was learned; keeps what it worked out, so make a new one after.

    `tickets` are those at windows, by id. `loads` may be kept from floor to floor while they hold.
    """

    def __init__(
        self, loads: Loads, windows: Mapping[str, Window], tickets: Mapping[str, Ticket], now: datetime
    ) -> None:
        self.now, self._at = now, now.timestamp() / 60
        self.loads, self._plan, self._sharing, self._pace = loads, loads.plan, loads.sharing, loads.pace
        self._windows, self._tickets = windows, tickets
        self._free: dict[Stream, tuple[float, ...]] = {}
        self._busy: dict[str, float] = {}
        self._privileged: dict[str, tuple[Learned, float]] = {}
        self._open: dict[str, OpenHours] = {}

    def promise(self, ticket: Ticket, crowd: Crowd) -> Promise | None:
        """The range of minutes for a ticket that waits or is about to; None when nobody can know."""
        return self.promised(Asker.of(ticket, self._plan), crowd)

    def promise_in(self, line: Line, ticket: Ticket) -> Promise | None:
        """The same with the line at hand; cheap for whoever stands behind all the others."""
        asker = Asker.of(ticket, self._plan)
        if not line.all_before(ticket.place):
            return self.promised(asker, crowd_of(line, ticket.place))
        return self._promised(asker, self.loads.ahead(line), tuple(line.timed()))

    def promised(self, asker: Asker, crowd: Crowd) -> Promise | None:
        """The range for whoever asks, as he sees the crowd."""
        return self._promised(asker, ahead_of(crowd, self._plan, self._sharing, self._pace), crowd.timed)

    def beyond_closing(self, asker: Asker, promise: Promise) -> bool:
        """Whether whoever is promised this now is likely to be called only after the queue's last closing."""
        hours = self._hours(asker.queue, self._stream(asker))
        return hours is not None and estimate.beyond_closing(promise, self._pace.learned(asker.queue), hours, self._at)

    def expected(self, asker: Asker, crowd: Crowd) -> Expected | None:
        """The wait before it becomes a range, in minutes of work."""
        ahead = ahead_of(crowd, self._plan, self._sharing, self._pace)
        stream = self._stream(asker)
        hours = self._hours(asker.queue, stream)
        return None if hours is None else self._expected(asker, stream, ahead, crowd.timed, hours)

    def _promised(self, asker: Asker, ahead: Ahead, timed: Sequence[Ticket]) -> Promise | None:
        stream = self._stream(asker)
        hours = self._hours(asker.queue, stream)
        if hours is None:
            return None
        expected = self._expected(asker, stream, ahead, timed, hours)
        return estimate.promised(expected, self._pace.learned(asker.queue), hours, self._at)

    def _stream(self, asker: Asker) -> Stream:
        return self._sharing.stream(asker.lane, asker.queue, asker.service, asker.lang)

    # -- when windows work

    def _hours(self, queue: str, stream: Stream) -> OpenHours | None:
        """When the stream's windows work today; None when nobody knows when, or whether, somebody will."""
        if (hours := self._open.get(queue)) is None:
            hours = self._open[queue] = self._sharing.hours(queue, self.now)
        if not stream.windows:
            return None
        if stream.closed:
            return self._until_they_open(queue, hours)
        if not hours.pause(self._at):
            return hours
        since = hours.paused_since(self._at)
        return hours.working(self._at) if any(at >= since for at in self._called(stream)) else hours

    def _until_they_open(self, queue: str, hours: OpenHours) -> OpenHours | None:
        """While all windows are closed: at the usual time of the first, or after the break that is on."""
        if not hours.bands:
            return None
        opening = self._pace.learned(queue).opening
        usual = hours.opening_later(opening.mean) if opening.weight else hours
        late = self._at - usual.bands[0][0]
        if late < 0 or (opening.weight and late < LATE_MINUTES):
            return usual
        return hours if hours.pause(self._at) else None

    def _called(self, stream: Stream) -> list[float]:
        """When those were called who are at these windows now."""
        tickets = (self._at_window(window) for window in stream.windows)
        return [ticket.called_at.timestamp() / 60 for ticket in tickets if ticket and ticket.called_at]

    # -- who goes first

    def _expected(
        self, asker: Asker, stream: Stream, ahead: Ahead, timed: Sequence[Ticket], hours: OpenHours
    ) -> Expected:
        """Those who become due before the turn count too, and they put it off: until nobody more does.

        An appointment that has waited for its tolerance goes first from then on.
        """
        early = asker.not_before > self._at
        found = self._turn(asker, stream, ahead, timed, hours, privileged=asker.privileged <= self._at)
        if self._at < asker.privileged < inf and not found.idle:
            sooner = self._turn(asker, stream, ahead, timed, hours, privileged=True)
            tolerance = hours.worked(self._at, asker.privileged)
            found = replace(found, minutes=min(found.minutes, max(tolerance, sooner.minutes)))
        if early:
            earliest = hours.worked(self._at, asker.not_before)
            minutes = max(earliest, 0.0 if found.idle else found.minutes)
            found = replace(found, minutes=minutes, idle=False, least=earliest)
        if found.idle and hours.pause(self._at):
            return replace(found, minutes=0.0, step=self._pace.of(asker.queue).mean, idle=False)
        return found

    def _turn(
        self,
        asker: Asker,
        stream: Stream,
        ahead: Ahead,
        timed: Sequence[Ticket],
        hours: OpenHours,
        *,
        privileged: bool,
    ) -> Expected:
        if not timed:
            return self._wait(asker.queue, stream, ahead, privileged=privileged)
        others = coming(timed, self._plan, self._sharing, self._pace)
        ratio = max(1, self._plan.policy.privileged_per_ordinary)
        more = work_until(self._at, self._at, others, stream, asker.place)
        for _ in range(_MOST_ROUNDS):
            found = self._wait(asker.queue, stream, ahead.with_more(more, ratio), privileged=privileged)
            turn = self._at if found.idle else self._at + hours.until(self._at, found.minutes)
            then = work_until(turn, self._at, others, stream, asker.place)
            if then == more:
                break
            more = then
        return found

    def _wait(self, queue: str, stream: Stream, ahead: Ahead, *, privileged: bool) -> Expected:
        """Once somebody has waited for the policy's longest wait, all are called by place, whatever their class."""
        free, pace = self._free_in(stream), self._pace.of(queue)
        if 0.0 in free and not stream.closed and not stream.resting and self._is_called_at_once(stream, free, ahead):
            return Expected(self._pace.learned(queue).idle_minutes(), 0.0, 0.0, idle=True)
        longest = self._plan.policy.longest_wait_minutes or inf
        since = min((work.since_ms for _, work in ahead.near(stream)), default=inf)
        own = ahead.works.get(stream.lane, {}).get(stream, NO_WORK)
        if self._at - since / _MS_A_MINUTE >= longest:
            minutes = _level(stream, free, ahead.in_turn, own.before())
        elif privileged:
            ratio = max(1, self._plan.policy.privileged_per_ordinary)
            minutes = _level(stream, free, ahead.privileged, own.before_privileged(ratio))
        else:
            minutes = _level(stream, free, ahead.ordinary, own.before_ordinary()) / (1 - self._overtaking(stream))
            if minutes > longest:
                minutes = max(longest, _level(stream, free, ahead.in_turn, own.before()))
        if stream.resting:
            minutes += PAUSE_MINUTES
        return Expected(minutes, pace.mean * stream.share, pace.variation)

    def _is_called_at_once(self, stream: Stream, free: Sequence[float], ahead: Ahead) -> bool:
        """Whether one of its windows is free and may call nobody who stands before."""
        windows = {window for window, busy in zip(stream.windows, free, strict=True) if busy == 0.0}
        for other, work in ahead.near(stream):
            if work.anybody():
                windows.difference_update(other.windows)
        return bool(windows)

    def _overtaking(self, stream: Stream) -> float:
        """The share of the windows' time that privileged visitors take who have yet to come."""
        busy = sum([part * self._privileged_in(queue) for queue, part in stream.parts])
        ratio = self._plan.policy.privileged_per_ordinary
        return min(busy * stream.share, ratio / (ratio + 1), _MOST_OVERTAKING)

    def _privileged_in(self, queue: str) -> float:
        """Windows' minutes a minute for those of one queue."""
        learned, known = self._pace.learned(queue), self._privileged.get(queue)
        if known is None or known[0] is not learned:
            known = self._privileged[queue] = learned, self._pace.privileged(queue, self._at)
        return known[1]

    # -- the windows

    def _free_in(self, stream: Stream) -> tuple[float, ...]:
        """Minutes until each window of the stream is free as far as is known, 0 for one that is."""
        if (known := self._free.get(stream)) is None:
            known = self._free[stream] = tuple([self._busy_for(window) for window in stream.windows])
        return known

    def _busy_for(self, window: str) -> float:
        if (known := self._busy.get(window)) is None:
            known = self._busy[window] = self._worked_out(window)
        return known

    def _worked_out(self, window: str) -> float:
        """From how long the window has been busy and how much services vary."""
        ticket = self._at_window(window)
        if ticket is None or ticket.called_at is None:
            return 0.0
        pace = self._pace.of(ticket.queue)
        mean = pace.minutes(ticket.service) * expected_services(ticket.visit.party)
        varies = min(1.0, pace.variation)
        since = (self.now - ticket.called_at).total_seconds() / 60
        return max(_SOON, varies * mean + (1 - varies) * (mean - since))

    def _at_window(self, window_id: str) -> Ticket | None:
        window = self._windows.get(window_id)
        return self._tickets.get(window.ticket) if window is not None and window.ticket else None


def _level(stream: Stream, free: Sequence[float], sums: Sums, rest: float) -> float:
    """When a window comes to this ticket: first one must be free, then they take work as water fills a vessel.

    Any of several busy windows may be the first, which makes that time shorter than each window's own: as with
    exponential services, their rates add up. `rest` are the minutes of its own stream, which `sums` hold too.
    """
    own = 0.0 if stream.alone else rest * stream.share
    groups, single = sums.groups, sums.windows
    loads = [busy + max(0.0, groups.get(group, 0.0) - own) for busy, group in zip(free, stream.groups, strict=True)]
    if single:
        own = rest if stream.alone else 0.0
        others = (max(0.0, single.get(window, 0.0) - own) for window in stream.windows)
        loads = [load + other for load, other in zip(loads, others, strict=True)]
    first = 1 / sum([1 / (load if load > _SOON else _SOON) for load in loads])
    loads += [PAUSE_MINUTES] * stream.paused
    loads.sort()
    level, count = loads[0], 1
    for load in loads[1:]:
        if rest <= (load - level) * count:
            break
        rest -= (load - level) * count
        level, count = load, count + 1
    return first + level - loads[0] + rest / count
