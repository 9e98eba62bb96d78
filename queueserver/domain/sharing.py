"""Which windows a lane of tickets waits for, and with which other lanes it shares them, as the windows stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from queueserver.domain.hall import HallPlan
from queueserver.domain.line import window_lane
from queueserver.domain.openhours import HoursOfDay
from queueserver.domain.window import Window, WindowState


@dataclass(frozen=True, slots=True)
class Pool:
    """The windows one lane waits for: its open ones, or all of its windows while none is open.

    Most windows of a hall serve the same queues as others do: `others` has each such set of further queues once, with
    the share of a queue's work that one window takes, and `served` says which of the sets is each window's. `own` is
    each window's own lane, or "" where it is the lane itself. `parts` holds every lane with the share of its work that
    all of these windows take. `paused` more will come back.
    """

    windows: tuple[str, ...]
    others: tuple[tuple[tuple[str, float], ...], ...]
    served: tuple[int, ...]
    own: tuple[str, ...]
    parts: Mapping[str, float]
    paused: int


class Sharing:
    """Pools by lane. Holds as long as no window opens, pauses, resumes or closes under this plan."""

    def __init__(self, plan: HallPlan, windows: Mapping[str, Window]) -> None:
        self.hours = HoursOfDay(plan.queues, plan.time_zone)
        self._plan = plan
        self._states = {window.id: window.state for window in windows.values()}
        self._pools: dict[str, Pool] = {}
        self._working: dict[str, tuple[str, ...]] = {}

    def pool(self, lane: str) -> Pool:
        if (known := self._pools.get(lane)) is None:
            known = self._pools[lane] = self._pool(lane)
        return known

    def _pool(self, lane: str) -> Pool:
        windows = self._working_for(lane)
        queues = {window: self._queues(window) for window in windows}
        own = tuple(window_lane(window) for window in windows)
        parts = {lane: 1.0} | dict.fromkeys((one for served in queues.values() for one in served), 0.0)
        parts |= dict.fromkeys(own, 0.0)
        for one in parts:
            working = self._working_for(one)
            parts[one] = sum(window in windows for window in working) / max(1, len(working))
        sets = list(dict.fromkeys(queues.values()))
        others = tuple(
            tuple((one, 1 / max(1, len(self._working_for(one)))) for one in served if one != lane) for served in sets
        )
        served = tuple(sets.index(queues[window]) for window in windows)
        own = tuple("" if one == lane else one for one in own)
        return Pool(windows, others, served, own, parts, self._paused(lane))

    def _queues(self, window: str) -> tuple[str, ...]:
        plan = self._plan.windows.get(window)
        return plan.serves if plan else ()

    def _working_for(self, lane: str) -> tuple[str, ...]:
        if (known := self._working.get(lane)) is None:
            windows = self._windows_of(lane)
            known = self._working[lane] = tuple(self._in(WindowState.OPEN, windows)) or windows
        return known

    def _paused(self, lane: str) -> int:
        """Paused windows beside open ones; when none is open, the paused are among those counted on already."""
        windows = self._windows_of(lane)
        return sum(1 for _ in self._in(WindowState.PAUSED, windows)) if any(self._in(WindowState.OPEN, windows)) else 0

    def _windows_of(self, lane: str) -> tuple[str, ...]:
        known = self._plan.windows_of_queue.get(lane)
        return known if known is not None else tuple(w for w in self._plan.windows if window_lane(w) == lane)

    def _in(self, state: WindowState, windows: Iterable[str]) -> Iterable[str]:
        return (window for window in windows if self._states.get(window) is state)
