"""The one way from another thread to the screen: a queued signal that carries what is to be done there."""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal, Slot

log = logging.getLogger(__name__)


class Bridge(QObject):
    """Make it on the UI thread; `post` from any thread. After `close` posts are dropped without a word."""

    _arrived = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open = True
        self._arrived.connect(self._run, Qt.ConnectionType.QueuedConnection)

    def post(self, action: Callable[[], None]) -> None:
        """Run `action` on the UI thread soon, in the order of posting."""
        if self._open:
            self._arrived.emit(action)

    def close(self) -> None:
        """The screen is going away: what is still on its way must not reach it."""
        self._open = False

    @Slot(object)
    def _run(self, action: Callable[[], None]) -> None:
        if self._open:
            action()
