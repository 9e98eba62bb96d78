"""What each window has to do before a ticket's turn: everybody's work by stream, kept up while the line changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from queueserver.domain.hall import HallPlan
from queueserver.domain.lanework import NO_WORK, Crowd, Group, LaneWork, groups_ahead
from queueserver.domain.learned import Learned
from queueserver.domain.line import Line
from queueserver.domain.pace import Pace
from queueserver.domain.sharing import Sharing, Stream

Works = Mapping[Stream, LaneWork]


@dataclass(slots=True)
class Sums:
    """Minutes by the number of windows that are alike, and at single windows; in one order of who goes first."""

    groups: dict[int, float] = field(default_factory=dict)
    windows: dict[str, float] = field(default_factory=dict)

    def copy(self) -> Sums:
        return Sums(dict(self.groups), dict(self.windows))

    def add(self, stream: Stream, minutes: float) -> None:
        """Each of the stream's windows takes its share."""
        if stream.alone:
            for window in stream.windows:
                self.windows[window] = self.windows.get(window, 0.0) + minutes
            return
        each = minutes * stream.share
        for group in stream.reached:
            self.groups[group] = self.groups.get(group, 0.0) + each


def works_of(
    groups: Iterable[Group], lane: str, plan: HallPlan, sharing: Sharing, pace: Pace
) -> dict[Stream, LaneWork]:
    """The work of one lane's groups by stream."""
    works: dict[Stream, LaneWork] = {}
    for queue, service, priority_class, lang, waiting, before, since_ms in groups:
        stream, minutes = sharing.stream(lane, queue, service, lang), pace.of(queue).minutes(service)
        if priority_class in plan.privileged:
            work = LaneWork(waiting * minutes, before * minutes, 0.0, before, 0.0, since_ms)
        else:
            work = LaneWork(0.0, 0.0, before * minutes, 0.0, before, since_ms)
        known = works.get(stream)
        works[stream] = work if known is None else known.plus(work)
    return works


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is ahead of one ticket, itself left out: by class if it is ordinary or privileged, and by place alone.

    `works` are by lane.
    """

    ordinary: Sums
    privileged: Sums
    in_turn: Sums
    works: Mapping[str, Works]

    def near(self, stream: Stream) -> Iterator[tuple[Stream, LaneWork]]:
        """The work that competes with the stream's for a window."""
        for lane in stream.neighbours:
            if found := self.works.get(lane):
                yield from found.items()

    def with_more(self, more: Works, ratio: int) -> Ahead:
        """With more work in some streams."""
        if not more:
            return self
        works = {lane: dict(found) for lane, found in self.works.items()}
        ordinary, privileged, in_turn = (one.copy() for one in (self.ordinary, self.privileged, self.in_turn))
        for stream, work in more.items():
            old = works.setdefault(stream.lane, {}).get(stream, NO_WORK)
            new = works[stream.lane][stream] = old.plus(work)
            ordinary.add(stream, new.before_ordinary() - old.before_ordinary())
            privileged.add(stream, new.before_privileged(ratio) - old.before_privileged(ratio))
            in_turn.add(stream, new.before() - old.before())
        return Ahead(ordinary, privileged, in_turn, works)


def ahead_of(crowd: Crowd, plan: HallPlan, sharing: Sharing, pace: Pace) -> Ahead:
    """The same for anybody, summed anew: the plain way."""
    nobody = Ahead(Sums(), Sums(), Sums(), {})
    ratio = max(1, plan.policy.privileged_per_ordinary)
    for lane, groups in crowd.lanes.items():
        nobody = nobody.with_more(works_of(groups, lane, plan, sharing, pace), ratio)
    return nobody


class Loads:
    """The work of everybody who is not timed, as whoever comes now finds it; only what has changed is summed again.

    Holds as long as `sharing` and `pace` do. Behind everybody, those before an ordinary ticket are the same by place
    and by class: all of them.
    """

    def __init__(self, plan: HallPlan, sharing: Sharing, pace: Pace) -> None:
        self.ordinary, self.privileged = Sums(), Sums()
        self.works: dict[str, dict[Stream, LaneWork]] = {}
        """By lane; lanes in which nobody stands may be there."""
        self.plan, self.sharing, self.pace = plan, sharing, pace
        self._ratio = max(1, plan.policy.privileged_per_ordinary)
        self._seen: dict[str, tuple[int, Learned, object]] = {}

    def ahead(self, line: Line) -> Ahead:
        """What is ahead of somebody who comes now."""
        self._refresh(line)
        return Ahead(self.ordinary, self.privileged, self.ordinary, self.works)

    def _refresh(self, line: Line) -> None:
        for lane, revision in line.revisions():
            learned, known = self.pace.learned(lane), self._seen.get(lane)
            is_queue = lane in self.plan.queues
            if known is not None and known[0] == revision:
                if known[1] is learned and is_queue:
                    continue
                if known[2] is self.pace.of(lane) if is_queue else not self.works[lane]:
                    continue
            self._seen[lane] = revision, learned, self.pace.of(lane)
            works = works_of(groups_ahead(line, lane, None), lane, self.plan, self.sharing, self.pace)
            self._replace(lane, works)

    def _replace(self, lane: str, works: dict[Stream, LaneWork]) -> None:
        before = self.works.get(lane, {})
        self.works[lane] = works
        for stream in before.keys() | works.keys():
            old, new = before.get(stream, NO_WORK), works.get(stream, NO_WORK)
            if old == new:
                continue
            self.ordinary.add(stream, new.before_ordinary() - old.before_ordinary())
            self.privileged.add(stream, new.before_privileged(self._ratio) - old.before_privileged(self._ratio))
