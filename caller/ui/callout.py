"""One sentence beside the key it belongs to, with a small pointer to it; takes its room always, so no key moves."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent, QColor, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from caller.screen import Said
from caller.ui.look import THEME, mixed
from hallui.widgets import set_role

_POINTER = 7


class Callout(QWidget):
    """Shows a Said; `point_at` is the key it speaks of, above or below, or None."""

    def __init__(self, height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(height)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._said = Said()
        self._key: QWidget | None = None
        self.label = QLabel(self)
        self.label.setObjectName("said")
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setWordWrap(True)
        self.label.setProperty("role", "small")
        inside = QHBoxLayout(self)
        inside.setContentsMargins(10, _POINTER - 1, 10, _POINTER - 1)
        inside.addWidget(self.label)

    def say(self, said: Said, point_at: QWidget | None = None) -> None:
        news = said.text != self._said.text
        self._said, self._key = said, point_at
        self.label.setText(said.text)
        self.label.setToolTip(said.full)
        self.label.setAccessibleName(said.text)
        set_role(self.label, "small" if said.role == "soft" else said.role)
        if news and said.role == "bad":
            QAccessible.updateAccessibility(QAccessibleEvent(self.label, QAccessible.Event.Alert))
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        if not self._said.text or self._said.role == "soft":
            return
        colour = getattr(THEME.palette, self._said.role)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(mixed(colour, THEME.palette.surface, 0.12)))
        box = QRectF(self.rect()).adjusted(0, _POINTER - 1, 0, -(_POINTER - 1))
        painter.drawRoundedRect(box, 8, 8)
        pointer = self._pointer(box)
        if pointer is not None:
            painter.drawPolygon(pointer)
        painter.end()

    def _pointer(self, box: QRectF) -> QPolygonF | None:
        if self._key is None or not self._key.isVisible():
            return None
        middle = self._key.mapTo(self.window(), self._key.rect().center())
        here = self.mapTo(self.window(), self.rect().center())
        x = float(self.mapFrom(self.window(), middle).x())
        edge, tip = (box.top(), 0.0) if middle.y() < here.y() else (box.bottom(), float(self.height()))
        return QPolygonF([QPointF(x - _POINTER, edge), QPointF(x + _POINTER, edge), QPointF(x, tip)])
