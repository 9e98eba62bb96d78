"""Which windows a ticket waits for, and with whom it shares them, as the windows stand and by who sits there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from queueserver.domain.eligibility import WindowRule, base_language, rule_for
from queueserver.domain.hall import HallPlan
from queueserver.domain.line import Kind, window_lane
from queueserver.domain.openhours import HoursOfDay, OpenHours
from queueserver.domain.window import Window, WindowState


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """The tickets of one lane that the same windows may call.

    `windows` are its open ones that may call these tickets; while there is none, its paused ones (`resting`); while all
    of the lane's windows are closed, all of those (`closed`). None at all: nobody at work may call these tickets.
    Windows that are alike in whom they serve share a number: `groups` has each window's, `reached` each number once.
    `paused` more will come back. `neighbours` are the lanes whose tickets may call for one of these windows too, and
    `parts` of the queues among them the share of their work that these windows take. `alone`: sent to one window.
    """

    lane: str
    windows: tuple[str, ...]
    groups: tuple[int, ...]
    reached: tuple[int, ...]
    share: float
    paused: int
    resting: bool
    closed: bool
    alone: bool
    neighbours: tuple[str, ...]
    parts: tuple[tuple[str, float], ...]


class Sharing:
    """Streams by kind of ticket. Holds as long as no window opens, pauses, resumes or closes under this plan."""

    def __init__(self, plan: HallPlan, windows: Mapping[str, Window]) -> None:
        self._plan = plan
        self._hours = HoursOfDay(plan.queues, plan.time_zone)
        self._windows = {window: windows.get(window) or Window(window) for window in plan.windows}
        self._group: dict[str, int] = {}
        self._alike: dict[object, int] = {}
        self._rules: dict[str, WindowRule] = {}
        self._known: dict[tuple[str, str, str], Stream] = {}
        self._same: dict[object, Stream] = {}
        self._plain = not plan.staff and not plan.skills

    def hours(self, queue: str, moment: datetime) -> OpenHours:
        """The queue's open hours on the business day of `moment`."""
        return self._hours.of(queue, moment)

    def stream(self, lane: str, queue: str, service: str, lang: str) -> Stream:
        """The stream of tickets of this kind that stand in `lane`; `queue` is theirs."""
        key = (lane, "", "") if self._plain else (lane, self._plan.skills.get(service, ""), base_language(lang))
        if (known := self._known.get(key)) is None:
            known = self._known[key] = self._stream(lane, queue, Kind("", service, lang, timed=False))
        return known

    def is_at_work(self, window: str) -> bool:
        """Whether it is configured and not closed."""
        found = self._windows.get(window)
        return found is not None and found.state is not WindowState.CLOSED

    def _stream(self, lane: str, queue: str, kind: Kind) -> Stream:
        all_of_lane = self._windows_of(lane)
        alone = lane not in self._plan.windows_of_queue
        fitting = [w for w in all_of_lane if self.is_at_work(w) and self._fits(w, None if alone else queue, kind)]
        opened = tuple(w for w in fitting if self._windows[w].state is WindowState.OPEN)
        closed = not any(self.is_at_work(window) for window in all_of_lane)
        windows = opened or (all_of_lane if closed else tuple(fitting))
        same = lane, windows, closed
        if (known := self._same.get(same)) is None:
            known = self._same[same] = self._made(
                lane,
                windows,
                paused=len(fitting) - len(opened) if opened else 0,
                resting=not opened and not closed,
                closed=closed,
                alone=alone,
            )
        return known

    def _made(
        self, lane: str, windows: tuple[str, ...], *, paused: int, resting: bool, closed: bool, alone: bool
    ) -> Stream:
        groups = tuple(self._group_of(window) for window in windows)
        queues = dict.fromkeys(queue for window in windows for queue in self._plan.windows[window].serves)
        return Stream(
            lane=lane,
            windows=windows,
            groups=groups,
            reached=tuple(dict.fromkeys(groups)),
            share=1 / max(1, len(windows)),
            paused=paused,
            resting=resting,
            closed=closed,
            alone=alone,
            neighbours=tuple(dict.fromkeys((lane, *queues, *(window_lane(window) for window in windows)))),
            parts=tuple((queue, self._part(queue, windows)) for queue in queues),
        )

    def _part(self, queue: str, windows: tuple[str, ...]) -> float:
        working = self._working_for(queue)
        return sum(window in windows for window in working) / max(1, len(working))

    def _working_for(self, queue: str) -> tuple[str, ...]:
        windows = self._windows_of(queue)
        return tuple(w for w in windows if self._windows[w].state is WindowState.OPEN) or windows

    def _windows_of(self, lane: str) -> tuple[str, ...]:
        known = self._plan.windows_of_queue.get(lane)
        return known if known is not None else tuple(w for w in self._plan.windows if window_lane(w) == lane)

    def _fits(self, window: str, queue: str | None, kind: Kind) -> bool:
        if self._plain:
            return True
        if (rule := self._rules.get(window)) is None:
            rule = self._rules[window] = rule_for(self._plan, self._windows[window], self._windows.values())
        return not rule.misfit(queue, kind)

    def _group_of(self, window: str) -> int:
        """By whom it serves, whether it is open, and what whoever sits there can do."""
        if (known := self._group.get(window)) is None:
            state, person = self._windows[window], self._plan.staff.get(self._windows[window].staff or "")
            can = (person.skills, person.languages) if person else ()
            alike = self._plan.windows[window].serves, state.state, can
            known = self._group[window] = self._alike.setdefault(alike, len(self._alike))
        return known
