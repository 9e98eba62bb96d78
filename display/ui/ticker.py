"""The foot's running text: painted once into pixmaps and only moved after that, so it costs next to nothing."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QElapsedTimer, QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from display.ui import lettering
from hallui.palette import Palette

FRAME_MS: Final = 33
UNITS_A_SECOND: Final = 3.4
"""Speed: about 2.3 Chinese characters a second, slow enough to read while walking by."""
_PIECE: Final = 40
"""Characters in one pixmap: a long text in one piece would be a picture too wide for some machines."""
_GAP_UNITS: Final = 8.0


class Ticker(QWidget):
    """Runs only when the text is wider than the screen; a short text stands still in the middle."""

    def __init__(self, palette: Palette, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("ticker")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._palette = palette
        self._unit = 30.0
        self._texts: tuple[str, ...] = ()
        self._pieces: list[tuple[float, QPixmap]] = []
        self._length = 0.0
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self.update)

    @property
    def is_running(self) -> bool:
        return self._timer.isActive()

    def say(self, texts: tuple[str, ...], unit: float) -> None:
        """Show `texts` one after another; a text that is already running goes on where it is."""
        if (texts, unit) == (self._texts, self._unit) and self._pieces:
            return
        self._texts, self._unit = texts, unit
        self.setAccessibleDescription("\n".join(texts))
        self._render()

    def resizeEvent(self, event: object) -> None:
        self._render()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(self._palette.surface))
        if not self._pieces:
            return
        if not self._timer.isActive():
            left = (self.width() - self._length) / 2
            self._draw(painter, left)
            return
        whole = self._length + self._unit * _GAP_UNITS
        run = self._clock.elapsed() / 1000 * self._unit * UNITS_A_SECOND
        left = round(self._unit * 2 - run % whole)
        while left < self.width():
            self._draw(painter, left)
            left += whole

    def _draw(self, painter: QPainter, left: float) -> None:
        for offset, piece in self._pieces:
            x = left + offset
            if x < self.width() and x + piece.width() > 0:
                painter.drawPixmap(QPointF(x, 0), piece)

    def _render(self) -> None:
        """Draw the text once for all; start or stop running."""
        pixels = round(self._unit * 1.5)
        self._pieces, x = [], 0.0
        for number, text in enumerate(self._texts):
            if number:
                x += self._unit * _GAP_UNITS
            for at in range(0, len(text), _PIECE):
                piece = self._picture(text[at : at + _PIECE], pixels)
                self._pieces.append((x, piece))
                x += piece.width()
        self._length = x
        if self._pieces and x > self.width() - self._unit * 2:
            self._clock.start()
            self._timer.start()
        else:
            self._timer.stop()
        self.update()

    def _picture(self, text: str, pixels: int) -> QPixmap:
        wide = max(1, round(lettering.width_of(text, pixels)))
        picture = QPixmap(QSize(wide, max(1, self.height())))
        picture.fill(QColor(self._palette.surface))
        painter = QPainter(picture)
        painter.setFont(lettering.font(pixels))
        painter.setPen(QColor(self._palette.ink))
        painter.drawText(QRectF(0, 0, wide + pixels, self.height()), lettering.LEFT | Qt.TextFlag.TextSingleLine, text)
        painter.end()
        return picture
