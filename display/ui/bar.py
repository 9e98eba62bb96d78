"""The bar over one window: the number and "please go to window 3", the office's name when nobody is called."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from contract.bodies import TicketState, WindowState
from display.screen import CallKey, Link, Screen, WindowLine
from display.ui import lettering
from display.ui.panel import Panel

_WIDE = 2.6
"""From this ratio of width to height on, number and words stand beside each other."""


class BarPanel(Panel):
    """One window; `unit` is not used, everything follows the bar's own height."""

    def part_of(self, screen: Screen) -> object:
        return screen.windows, screen.link, screen.urgent

    def spoken(self, screen: Screen) -> str:
        return " ".join(part for part in self._said(screen) if part)

    def draw(self, painter: QPainter, screen: Screen) -> Iterable[CallKey]:
        line = screen.windows[0] if screen.windows else None
        number, words, more = self._said(screen)
        room = QRectF(self.rect())
        lit = line is not None and line.highlighted and not self.pulses.is_dark(line.key) and not screen.urgent
        painter.fillRect(room, self.colour("accent" if lit or screen.urgent else "ground"))
        ink = self.colour("on_accent" if lit or screen.urgent else "ink")
        number_ink = ink if lit or line is None else self._number_ink(line)
        high = room.height()
        inner = room.adjusted(high * 0.15, high * 0.04, -high * 0.15, -high * 0.04)
        if not number:
            self._draw_words(painter, inner, words, more, ink)
        elif room.width() >= high * _WIDE:
            taken = lettering.draw(
                painter,
                QRectF(inner.left(), inner.top(), inner.width() * 0.5, inner.height()),
                number,
                high * 0.8,
                number_ink,
                least=high * 0.2,
                bold=True,
            )
            rest = inner.adjusted(taken + high * 0.35, 0, 0, 0)
            self._draw_words(painter, rest, words, more, ink, align=lettering.LEFT)
        else:
            upper = QRectF(inner.left(), inner.top(), inner.width(), inner.height() * 0.6)
            lettering.draw(
                painter, upper, number, high * 0.5, number_ink, least=high * 0.1, bold=True, align=lettering.CENTRE
            )
            lower = QRectF(inner.left(), upper.bottom(), inner.width(), inner.bottom() - upper.bottom())
            self._draw_words(painter, lower, words, more, ink)
        return [line.key] if line is not None and line.key is not None else ()

    def _number_ink(self, line: WindowLine) -> QColor:
        return self.colour("accent" if line.ticket_state is TicketState.CALLED else "ink")

    def _draw_words(
        self,
        painter: QPainter,
        room: QRectF,
        words: str,
        more: str,
        ink: QColor,
        *,
        align: Qt.AlignmentFlag = lettering.CENTRE,
    ) -> None:
        """`words` large, `more` smaller below."""
        high = room.height()
        upper = QRectF(room.left(), room.top(), room.width(), high * (0.62 if more else 1.0))
        lettering.draw_lines(painter, upper, words, high * 0.4, ink, least=high * 0.14, bold=True, align=align)
        if more:
            lower = QRectF(room.left(), upper.bottom(), room.width(), room.bottom() - upper.bottom())
            lettering.draw_lines(painter, lower, more, high * 0.2, ink, least=high * 0.12, align=align)

    def _said(self, screen: Screen) -> tuple[str, str, str]:
        """Number, words, more words; what is empty is not shown."""
        if screen.urgent:
            return "", screen.urgent, ""
        if screen.link is Link.CONNECTING:
            return "", *self.words.connecting
        if not screen.windows:
            return "", self.words.unknown_window, ""
        return self._of_window(screen.windows[0])

    def _of_window(self, line: WindowLine) -> tuple[str, str, str]:
        window = self.words.whole_window(line.label)
        if line.number and line.ticket_state is TicketState.SERVING:
            return line.number, self.words.ticket_state(TicketState.SERVING), window
        if line.number:
            return line.number, self.words.go_to_window(line.label), line.name
        if line.state is WindowState.OPEN:
            return "", line.name, window
        return "", f"{window} {self.words.at_window(line)}", line.reason or line.name
