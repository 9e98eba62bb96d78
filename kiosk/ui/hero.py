"""The ticket number, as large as its place allows: it must be read from two steps away."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from hallui.theme import Theme, make_font


class HeroNumber(QWidget):
    """One line, never wrapped, never cut."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.text = ""
        self.setObjectName("number")
        self.setMinimumHeight(theme.px(theme.type.number * 1.2))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_number(self, text: str) -> None:
        if text != self.text:
            self.text = text
            self.setAccessibleName(text)
            self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        if not self.text:
            return
        probe = 100
        room = QFontMetricsF(make_font(probe, bold=True)).horizontalAdvance(self.text)
        size = min(self.height() * 0.6, self.width() * 0.75 * probe / max(1.0, room))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        painter.setFont(make_font(round(size), bold=True))
        painter.setPen(self._theme.colour("brand"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text)
        painter.end()
