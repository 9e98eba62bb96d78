"""How far a visit of several services is, on one line: a mark for each stop, then what follows."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from caller.ui.look import THEME
from contract.bodies import StopEntry, StopState
from hallui.theme import make_font

_MARK = 16
_GAP = 5
_MOST_MARKS = 8


class StopsLine(QWidget):
    """Done is a full circle with a tick, now one with a dot, to come an empty one, and what will not be crossed out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("stops-line")
        self.setFixedHeight(24)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._stops: tuple[StopEntry, ...] = ()
        self.text = ""

    def say(self, stops: tuple[StopEntry, ...], text: str, in_full: str) -> None:
        self._stops, self.text = stops[:_MOST_MARKS], text
        self.setToolTip(in_full)
        self.setAccessibleName(in_full)
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = (self.height() - _MARK) / 2
        for place, stop in enumerate(self._stops):
            self._mark(painter, QRectF(1.0 + place * (_MARK + _GAP), top, _MARK, _MARK), stop.state)
        left = len(self._stops) * (_MARK + _GAP) + 6
        room = self.width() - left
        painter.setFont(make_font(13))
        painter.setPen(THEME.colour("ink"))
        words = painter.fontMetrics().elidedText(self.text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(left, 0, room, self.height()), Qt.AlignmentFlag.AlignVCenter, words)
        painter.end()

    def _mark(self, painter: QPainter, box: QRectF, state: StopState) -> None:
        name = {StopState.DONE: "good", StopState.NOW: "brand", StopState.OPEN: "brand"}.get(state, "ink_soft")
        colour = THEME.colour(name)
        painter.setPen(QPen(colour, 1.6))
        painter.setBrush(colour if state in (StopState.DONE, StopState.NOW) else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(box.adjusted(1, 1, -1, -1))
        middle = box.center()
        if state is StopState.DONE:
            painter.setPen(QPen(THEME.colour("surface"), 1.8))
            corner = middle + QPointF(-1, 2.5)
            painter.drawLine(middle + QPointF(-3.5, 0), corner)
            painter.drawLine(corner, middle + QPointF(3.5, -3))
        elif state is StopState.NOW:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(THEME.colour("surface"))
            painter.drawEllipse(middle, 2.4, 2.4)
        elif state is not StopState.OPEN:
            painter.drawLine(box.bottomLeft() + QPointF(2, -2), box.topRight() + QPointF(-2, 2))
