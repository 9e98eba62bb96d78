"""Three slow pulses for each new call, under 3 Hz so that nobody is hurt by them, on one timer for the whole screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from PySide6.QtCore import QObject, QTimer

from display.screen import CallKey

PULSE_SECONDS: Final = 1.2
PULSES: Final = 3
_CHECK_MS: Final = 100


class Pulses(QObject):
    """Knows which calls are in the bright half of a pulse. `changed` runs whenever that changes."""

    def __init__(self, monotonic: Callable[[], float], changed: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._monotonic = monotonic
        self._changed = changed
        self._begun: dict[CallKey, float] = {}
        self._phases: dict[CallKey, bool] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(_CHECK_MS)
        self._timer.timeout.connect(self._check)

    def see(self, keys: Iterable[CallKey]) -> None:
        """These calls are new; one that is pulsing already goes on as it was."""
        for key in keys:
            self._begun.setdefault(key, self._monotonic())
        self._phases = self._now()
        if self._phases and not self._timer.isActive():
            self._timer.start()

    def is_dark(self, key: CallKey | None) -> bool:
        """True in the dark half of a pulse; between and after pulses a highlighted call is bright."""
        return key is not None and self._phases.get(key, False)

    @property
    def is_running(self) -> bool:
        return self._timer.isActive()

    def _now(self) -> dict[CallKey, bool]:
        now = self._monotonic()
        length = PULSE_SECONDS * PULSES
        ages = {key: now - begun for key, begun in self._begun.items()}
        if len(ages) > 500:
            # a day's calls: those that have finished pulsing long ago need not be remembered
            self._begun = {key: self._begun[key] for key, age in ages.items() if age < 120}
        return {key: age % PULSE_SECONDS >= PULSE_SECONDS / 2 for key, age in ages.items() if age < length}

    def _check(self) -> None:
        phases = self._now()
        if phases != self._phases:
            self._phases = phases
            self._changed()
        if not phases:
            self._timer.stop()
