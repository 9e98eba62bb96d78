"""The latest calls: the newest on top and largest, each number at least a ninth of the screen's height."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter

from contract.bodies import TicketState
from display.screen import CallKey, CallLine, Page, Screen, visible_calls
from display.ui import lettering
from display.ui.panel import Panel

NUMBER_UNITS = 4.0
"""Type of the older calls' numbers: 4/36 of the screen's height."""


class CallsPanel(Panel):
    """One large call and as many rows as the height has room for."""

    def part_of(self, screen: Screen) -> object:
        return screen.calls, screen.turn

    def spoken(self, screen: Screen) -> str:
        lines, _ = visible_calls(screen.calls, self.room_for(), screen.turn)
        said = (f"{line.number} {self.words.whole_window(line.label)} {self._word(line)}" for line in lines)
        return "\n".join(said) if lines else "\n".join(self.words.no_calls)

    def room_for(self) -> int:
        """How many calls fit: the large one and rows at their least height."""
        hero, row, gap = self._heights()
        return 1 + max(1, int((self.height() - hero + 0.01) / (row + gap)))

    def draw(self, painter: QPainter, screen: Screen) -> Iterable[CallKey]:
        room = self.room_for()
        lines, page = visible_calls(screen.calls, room, screen.turn)
        if not lines:
            self._draw_empty(painter)
            return ()
        hero, _, gap = self._heights()
        foot = self.unit * 1.5 if page.count > 1 else 0.0
        row = (self.height() - hero - foot - gap * (room - 1)) / (room - 1)
        width = float(self.width())
        self._draw_hero(painter, QRectF(0, 0, width, hero), lines[0])
        rows = [QRectF(0, hero + gap + at * (row + gap), width, row) for at in range(room - 1)]
        for place, line in zip(rows, lines[1:], strict=False):
            self._draw_row(painter, place, line)
        for place in rows[len(lines) - 1 :]:
            self._draw_free(painter, place)
        if foot:
            self._draw_foot(painter, QRectF(0, self.height() - foot, width, foot), page)
        return [line.key for line in lines]

    def _heights(self) -> tuple[float, float, float]:
        """Large call, least row, gap; in pixels."""
        unit = self.unit
        return (unit * (8.4 if self.upright else 8.6), unit * (4.2 if self.upright else 4.6), unit * 0.4)

    def _word(self, line: CallLine) -> str:
        return self.words.ticket_state(line.state)

    def _draw_empty(self, painter: QPainter) -> None:
        room = QRectF(self.rect())
        self.card(painter, room, "surface")
        first, second = self.words.no_calls
        unit = self.unit
        middle = room.adjusted(unit * 2, 0, -unit * 2, 0)
        upper = QRectF(middle.left(), room.center().y() - unit * 4.4, middle.width(), unit * 4)
        lower = QRectF(middle.left(), room.center().y() + unit * 0.2, middle.width(), unit * 4)
        lettering.draw_lines(
            painter, upper, first, unit * 2.2, self.colour("ink"), least=unit, bold=True, align=lettering.CENTRE
        )
        lettering.draw_lines(
            painter, lower, second, unit * 1.3, self.colour("ink_soft"), least=unit, align=lettering.CENTRE
        )

    # -- one call

    def _inks(self, painter: QPainter, room: QRectF, line: CallLine) -> tuple[QColor, QColor]:
        """Paint the ground of a call; the colours of its number and of its words."""
        if line.highlighted and not self.pulses.is_dark(line.key):
            self.card(painter, room, "accent")
            return self.colour("on_accent"), self.colour("on_accent")
        self.card(painter, room, "surface", "accent" if line.highlighted else "")
        if line.state is TicketState.CALLED:
            return self.colour("accent"), self.colour("ink")
        return self.colour("ink_soft"), self.colour("ink_soft")

    def _draw_hero(self, painter: QPainter, room: QRectF, line: CallLine) -> None:
        number_ink, ink = self._inks(painter, room, line)
        unit = self.unit
        inner = room.adjusted(unit * 0.9, unit * 0.3, -unit * 0.9, -unit * 0.3)
        if self.upright:
            upper = QRectF(inner.left(), inner.top(), inner.width(), inner.height() * 0.64)
            lettering.draw(
                painter, upper, line.number, unit * 5.9, number_ink, least=unit * 2, bold=True, align=lettering.CENTRE
            )
            lower = QRectF(inner.left(), upper.bottom(), inner.width(), inner.bottom() - upper.bottom())
            self._draw_destination(painter, lower, line, ink, unit * 2.8)
            return
        number = QRectF(inner.left(), inner.top(), inner.width() * 0.45, inner.height())
        taken = lettering.draw(painter, number, line.number, unit * 6.8, number_ink, least=unit * 3, bold=True)
        self.arrow(painter, QPointF(inner.left() + taken + unit * 2.4, inner.center().y()), unit * 2.6, ink)
        rest = inner.adjusted(taken + unit * 4.6, 0, 0, 0)
        word = QRectF(rest.left(), rest.top() + unit * 0.25, rest.width(), unit * 1.7)
        lettering.draw(painter, word, self._word(line), unit * 1.35, ink, least=unit)
        base = lettering.base_line(inner.center().y(), unit * 6.8)
        self._draw_window(painter, rest, line.label, ink, unit * 5.4, unit * 3.2, base=base)

    def _draw_row(self, painter: QPainter, room: QRectF, line: CallLine) -> None:
        number_ink, ink = self._inks(painter, room, line)
        unit = self.unit
        inner = room.adjusted(unit * 0.9, 0, -unit * 0.9, 0)
        column = inner.width() * (0.5 if self.upright else 0.36)
        number = QRectF(inner.left(), inner.top(), column - unit * 0.3, inner.height())
        lettering.draw(painter, number, line.number, unit * NUMBER_UNITS, number_ink, least=unit * 2, bold=True)
        rest = inner.adjusted(column, 0, 0, 0)
        if self.upright:
            word = QRectF(rest.left(), rest.center().y() - unit * 2.0, rest.width(), unit * 1.4)
            lettering.draw(painter, word, self._word(line), unit * 1.1, ink, least=unit, align=lettering.RIGHT)
            base = lettering.base_line(inner.center().y(), unit * NUMBER_UNITS)
            room = rest.adjusted(unit * 0.4, 0, 0, 0)
            self._draw_window(painter, room, line.label, ink, unit * 2.4, unit * 1.35, base=base, align_right=True)
            return
        self.arrow(painter, QPointF(rest.left() + unit * 1.0, inner.center().y()), unit * 1.8, ink)
        word = QRectF(inner.right() - unit * 6.4, inner.top(), unit * 6.4, inner.height())
        said = self.words.in_row(line.state)
        lettering.draw(painter, word, said, unit * 1.3, ink, least=unit, align=lettering.RIGHT)
        window = QRectF(rest.left() + unit * 3, rest.top(), word.left() - rest.left() - unit * 3.4, rest.height())
        base = lettering.base_line(inner.center().y(), unit * NUMBER_UNITS)
        self._draw_window(painter, window, line.label, ink, unit * 3.4, unit * 2.1, base=base)

    def _draw_free(self, painter: QPainter, room: QRectF) -> None:
        """A row without a call: only its ground, so that the screen does not look broken off."""
        painter.setOpacity(0.4)
        self.card(painter, room, "surface")
        painter.setOpacity(1.0)

    def _draw_destination(self, painter: QPainter, room: QRectF, line: CallLine, ink: QColor, size: float) -> None:
        """ "请前往 3号窗口" on one base line in the middle of `room`."""
        said = self._word(line)
        small = size * 0.6
        words_wide = lettering.width_of(said, round(small)) + small * 0.5
        left = room.left() + max(0.0, (room.width() - words_wide - self._window_width(line.label, size, small)) / 2)
        base = lettering.base_line(room.center().y(), size)
        painter.setPen(ink)
        painter.setFont(lettering.font(round(small)))
        painter.drawText(QPointF(left, base), said)
        rest = QRectF(left + words_wide, room.top(), room.right() - left - words_wide, room.height())
        self._draw_window(painter, rest, line.label, ink, size, small, base=base)

    def _window_width(self, label: str, size: float, small: float) -> float:
        before, label, after = self.words.window(label)
        wide = lettering.width_of(label, round(size), True)
        for part in (before, after):
            if part:
                wide += lettering.width_of(part, round(small), True) + small * 0.25
        return wide

    def _draw_window(
        self,
        painter: QPainter,
        room: QRectF,
        label: str,
        ink: QColor,
        size: float,
        small: float,
        *,
        base: float,
        align_right: bool = False,
    ) -> None:
        """The label large, the word for "window" before or after it smaller, all on the base line at `base`."""
        shrink = min(1.0, room.width() / max(1.0, self._window_width(label, size, small)))
        size, small = size * shrink, max(self.unit, small * shrink)
        x = room.left()
        if align_right:
            x = room.right() - self._window_width(label, size, small)
        painter.setPen(ink)
        before, label, after = self.words.window(label)
        for text, pixels in ((before, small), (label, size), (after, small)):
            if text:
                painter.setFont(lettering.font(round(pixels), True))
                painter.drawText(QPointF(x, base), text)
                x += lettering.width_of(text, round(pixels), True) + small * 0.25

    def _draw_foot(self, painter: QPainter, room: QRectF, page: Page) -> None:
        """More calls than rows: which of them these are."""
        text = self.words.more_calls(page.index + 1, page.count)
        lettering.draw(painter, room, text, self.unit * 1.05, self.colour("ink_soft"), align=lettering.RIGHT)
