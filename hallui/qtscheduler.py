"""The real Scheduler: the machine's clock and Qt's timers."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QObject, Qt, QTimer

from hallui.scheduler import Alarm


class QtScheduler(QObject):
    """Scheduler over QTimer; alarms die with it, so nothing rings in a closed window."""

    def now(self) -> datetime:
        return datetime.now().astimezone()  # noqa: TID251 - this is the clock everybody else asks

    def monotonic(self) -> float:
        return time.monotonic()

    def call_later(self, seconds: float, action: Callable[[], None]) -> Alarm:
        return _QtAlarm(self, seconds, action)


class _QtAlarm:
    def __init__(self, parent: QObject, seconds: float, action: Callable[[], None]) -> None:
        self._action: Callable[[], None] | None = action
        self._timer: QTimer | None = QTimer(parent)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.CoarseTimer if seconds >= 1 else Qt.TimerType.PreciseTimer)
        # a bound method would be held weakly, and an alarm that nobody keeps would never ring
        self._timer.timeout.connect(lambda: self._ring())  # noqa: PLW0108
        self._timer.start(max(0, round(seconds * 1000)))

    def cancel(self) -> None:
        self._action = None
        self._drop()

    def _ring(self) -> None:
        action, self._action = self._action, None
        self._drop()
        if action is not None:
            action()

    def _drop(self) -> None:
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.stop()
            timer.deleteLater()
