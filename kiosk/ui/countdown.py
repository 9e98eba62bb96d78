"""A bar that shows how long the number stays on the screen; any touch makes it full again."""

from __future__ import annotations

import time

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from hallui.theme import Theme

FRAME_MILLISECONDS = 100


class Countdown(QWidget):
    """Only a picture of the flow's timer: it ends nothing itself."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._timer_number = -1
        self._seconds = 1.0
        self._began = 0.0
        self._frames = QTimer(self)
        self._frames.setInterval(FRAME_MILLISECONDS)
        self._frames.timeout.connect(self.update)
        self.setObjectName("countdown")
        self.setFixedHeight(theme.px(10))

    def show_timer(self, number: int, seconds: float) -> None:
        """Begin anew for another timer; the same one goes on."""
        if number != self._timer_number:
            self._timer_number, self._seconds, self._began = number, max(0.1, seconds), time.monotonic()
            self.update()

    def showEvent(self, _: QShowEvent) -> None:
        self._frames.start()

    def hideEvent(self, _: QHideEvent) -> None:
        self._frames.stop()

    def paintEvent(self, _: QPaintEvent) -> None:
        left = max(0.0, 1 - (time.monotonic() - self._began) / self._seconds)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        rect, round_ = QRectF(self.rect()), self.height() / 2
        painter.setBrush(self._theme.colour("line"))
        painter.drawRoundedRect(rect, round_, round_)
        painter.setBrush(self._theme.colour("brand"))
        painter.drawRoundedRect(QRectF(rect.left(), rect.top(), rect.width() * left, rect.height()), round_, round_)
        painter.end()
