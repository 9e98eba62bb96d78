"""What all painted areas of a hall screen share: unit, colours, a card's ground, a title with its page."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from display.screen import CallKey, Page, Screen
from display.ui import lettering
from display.ui.pulses import Pulses
from display.ui.words import Words
from hallui.palette import Palette


class Panel(QWidget):
    """One area. `unit` is 1/36 of the screen's height: the smallest type a visitor must read."""

    def __init__(self, name: str, palette: Palette, words: Words, pulses: Pulses, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.colours = palette
        self.words = words
        self.pulses = pulses
        self.unit = 30.0
        self.upright = False
        self.screen_now: Screen | None = None
        self.painted_keys: set[CallKey] = set()

    def show_screen(self, screen: Screen) -> None:
        """Take in what to show; repaints only when this area's part of it changed."""
        before, self.screen_now = self.screen_now, screen
        if before is None or self.part_of(before) != self.part_of(screen):
            self.setAccessibleDescription(self.spoken(screen))
            self.update()

    def part_of(self, screen: Screen) -> object:
        """What of the screen this area depends on."""
        return screen

    def spoken(self, screen: Screen) -> str:
        """The area's words, for a screen reader and for tests."""
        return ""

    def draw(self, painter: QPainter, screen: Screen) -> Iterable[CallKey]:
        """Paint; the calls that can now be read on the glass."""
        raise NotImplementedError

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(event.rect(), self.colour("ground"))
        if self.screen_now is not None:
            self.painted_keys.update(self.draw(painter, self.screen_now))
        painter.end()

    # -- for the areas

    def colour(self, role: str) -> QColor:
        return QColor(getattr(self.colours, role))

    def card(self, painter: QPainter, room: QRectF, fill: str, line: str = "") -> None:
        """A rounded ground in the colour role `fill`, outlined in `line` if given."""
        width = self.unit * 0.14
        painter.setPen(QPen(self.colour(line), width) if line else Qt.PenStyle.NoPen)
        painter.setBrush(self.colour(fill))
        inner = room.adjusted(width / 2, width / 2, -width / 2, -width / 2) if line else room
        painter.drawRoundedRect(inner, self.unit * 0.4, self.unit * 0.4)

    def arrow(self, painter: QPainter, centre: QPointF, size: float, colour: QColor) -> None:
        """A plain arrow to the right."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        x, y, half = centre.x(), centre.y(), size / 2
        thick, head = size * 0.09, size * 0.34
        shape = [(-half, -thick), (half - head, -thick), (half - head, -head), (half, 0.0)]
        mirrored = [(at, -up) for at, up in reversed(shape[:-1])]
        painter.drawPolygon(QPolygonF([QPointF(x + at, y + up) for at, up in shape + mirrored]))

    def title(self, painter: QPainter, room: QRectF, text: str, page: Page | None) -> None:
        """The area's heading; with more than one page, which of them this is."""
        place = f"{page.index + 1}/{page.count}" if page is not None and page.count > 1 else ""
        taken = 0.0
        if place:
            soft = self.colour("ink_soft")
            taken = lettering.draw(painter, room, place, self.unit * 1.05, soft, align=lettering.RIGHT) + self.unit
        left = room.adjusted(0, 0, -taken, 0)
        lettering.draw(
            painter, left, text, self.unit * 1.2, self.colour("brand"), least=self.unit, bold=True, align=lettering.LEFT
        )
