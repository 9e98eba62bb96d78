"""One icon as a widget, in a role's colour."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from hallui import icons
from hallui.theme import Theme


class Picture(QWidget):
    """`side` in pixels at 1080 lines; `role` names a colour of the palette."""

    def __init__(self, theme: Theme, name: str, side: float, role: str = "brand") -> None:
        super().__init__()
        self._theme, self._name, self._role = theme, name, role
        self.setFixedSize(theme.px(side), theme.px(side))

    def show_picture(self, name: str, role: str) -> None:
        if (name, role) != (self._name, self._role):
            self._name, self._role = name, role
            self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        icons.draw(painter, self._name, QRectF(self.rect()), self._theme.colour(self._role))
        painter.end()
