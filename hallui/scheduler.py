"""The only wall clock of a device, and the only way to do something later; tests turn the hands themselves."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Alarm(Protocol):
    """Something that will happen; cancel() may be called any number of times, also afterwards."""

    def cancel(self) -> None: ...


class Scheduler(Protocol):
    """Time as an app knows it. Everything runs on the thread that owns the app."""

    def now(self) -> datetime:
        """The wall clock, with its zone; it may be set backwards at any moment."""

    def monotonic(self) -> float:
        """Seconds that never run backwards, for measuring and waiting."""

    def call_later(self, seconds: float, action: Callable[[], None]) -> Alarm:
        """Run `action` once, not before `seconds` have passed."""


class ManualScheduler:
    """A Scheduler whose time passes only when `advance` is called."""

    def __init__(self, start: datetime = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)) -> None:
        self._start = start
        self._passed = 0.0
        self._order = itertools.count()
        self._pending: list[tuple[float, int, _ManualAlarm]] = []

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        return self._passed

    def call_later(self, seconds: float, action: Callable[[], None]) -> Alarm:
        alarm = _ManualAlarm(action)
        heapq.heappush(self._pending, (self._passed + max(0.0, seconds), next(self._order), alarm))
        return alarm

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass; what falls due runs in order, each at its own time."""
        end = self._passed + seconds
        while self._pending and self._pending[0][0] <= end:
            due, _, alarm = heapq.heappop(self._pending)
            self._passed = max(self._passed, due)
            alarm.ring()
        self._passed = end


class _ManualAlarm:
    def __init__(self, action: Callable[[], None]) -> None:
        self._action: Callable[[], None] | None = action

    def cancel(self) -> None:
        self._action = None

    def ring(self) -> None:
        action, self._action = self._action, None
        if action is not None:
            action()
