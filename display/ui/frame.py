"""Around the calls: header with hall, date and clock; a strip for trouble; the hall's notices; the emergency."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QDate, QLocale, QRectF
from PySide6.QtGui import QPainter

from display.screen import CallKey, Link, Screen
from display.ui import lettering
from display.ui.panel import Panel


class HeaderPanel(Panel):
    """Hall name left; date and clock right. The clock is the hall's, not this machine's."""

    def part_of(self, screen: Screen) -> object:
        return screen.hall, screen.clock, screen.link is Link.CONNECTING

    def spoken(self, screen: Screen) -> str:
        return f"{screen.hall} {self._date(screen)} {screen.clock:%H:%M}"

    def draw(self, painter: QPainter, screen: Screen) -> Iterable[CallKey]:
        unit = self.unit
        room = QRectF(self.rect()).adjusted(unit * 0.4, 0, -unit * 0.4, 0)
        if screen.link is Link.CONNECTING:
            # until the hall has told its time and zone there is no clock worth reading
            lettering.draw(painter, room, screen.hall, unit * 1.6, self.colour("ink"), least=unit, bold=True)
            return ()
        ink, soft = self.colour("ink"), self.colour("ink_soft")
        clock, date = f"{screen.clock:%H:%M}", self._date(screen)
        if self.upright:
            upper = QRectF(room.left(), room.top() + unit * 0.2, room.width(), unit * 2.3)
            lettering.draw_lines(painter, upper, screen.hall, unit * 1.5, ink, least=unit * 0.9, bold=True)
            room = QRectF(room.left(), upper.bottom(), room.width(), unit * 1.8)
            lettering.draw(painter, room, clock, unit * 1.7, ink, bold=True, align=lettering.RIGHT)
            lettering.draw(painter, room, date, unit * 1.05, soft, least=unit)
            return ()
        taken = lettering.draw(painter, room, clock, unit * 2.0, ink, bold=True, align=lettering.RIGHT)
        left = room.adjusted(0, 0, -taken - unit, 0)
        taken = lettering.draw(painter, left, date, unit * 1.15, soft, least=unit, align=lettering.RIGHT)
        name = left.adjusted(0, 0, -taken - unit, 0)
        lettering.draw_lines(painter, name, screen.hall, unit * 1.7, ink, least=unit, bold=True)
        return ()

    def _date(self, screen: Screen) -> str:
        day = QDate(screen.clock.year, screen.clock.month, screen.clock.day)
        locale = QLocale(self.words.language.replace("-", "_"))
        return locale.toString(day, self.words.date_form)


class StripPanel(Panel):
    """One line under the header that says what does not work and what that means."""

    def part_of(self, screen: Screen) -> object:
        return screen.link, screen.link_since, screen.silent

    def spoken(self, screen: Screen) -> str:
        return self.words.trouble(screen)

    def draw(self, painter: QPainter, screen: Screen) -> Iterable[CallKey]:
        unit = self.unit
        role = "bad" if screen.link is Link.LOST else "warn"
        room = QRectF(self.rect())
        self.card(painter, room, role)
        self._draw_sign(painter, QRectF(unit * 0.5, (room.height() - unit * 1.3) / 2, unit * 1.3, unit * 1.3), role)
        inner = room.adjusted(unit * 2.3, unit * 0.25, -unit * 0.6, -unit * 0.25)
        lettering.draw_lines(
            painter, inner, self.words.trouble(screen), unit * 1.15, self.colour("on_state"), least=unit, bold=True
        )
        return ()

    def _draw_sign(self, painter: QPainter, room: QRectF, role: str) -> None:
        """A round "!": the colour never speaks alone."""
        painter.setBrush(self.colour("on_state"))
        painter.drawEllipse(room)
        lettering.draw(painter, room, "!", room.height() * 0.8, self.colour(role), bold=True, align=lettering.CENTRE)


class NoticesPanel(Panel):
    """The middle of an upright screen: the hall's notices one after another."""

    def part_of(self, screen: Screen) -> object:
        return screen.notices, screen.turn

    def spoken(self, screen: Screen) -> str:
        notices = self.words.notices(screen)
        return notices[screen.turn % len(notices)]

    def draw(self, painter: QPainter, screen: Screen) -> Iterable[CallKey]:
        unit = self.unit
        room = QRectF(self.rect())
        self.card(painter, room, "tint")
        notices = self.words.notices(screen)
        at = screen.turn % len(notices)
        inner = room.adjusted(unit * 0.8, unit * 0.3, -unit * 0.8, -unit * 0.3)
        lettering.draw_lines(
            painter, inner, notices[at], unit * 1.8, self.colour("ink"), least=unit, align=lettering.CENTRE
        )
        return ()


class UrgentPanel(Panel):
    """An emergency takes the whole body: its words as large as they can be."""

    def part_of(self, screen: Screen) -> object:
        return screen.urgent

    def spoken(self, screen: Screen) -> str:
        return screen.urgent

    def draw(self, painter: QPainter, screen: Screen) -> Iterable[CallKey]:
        unit = self.unit
        room = QRectF(self.rect())
        self.card(painter, room, "accent")
        inner = room.adjusted(unit * 2, unit, -unit * 2, -unit)
        lettering.draw_lines(
            painter,
            inner,
            screen.urgent,
            unit * 5,
            self.colour("on_accent"),
            least=unit * 1.2,
            bold=True,
            align=lettering.CENTRE,
        )
        return ()


class ConnectingPanel(Panel):
    """Before the first snapshot: nothing is known, so nothing is pretended."""

    def part_of(self, screen: Screen) -> object:
        return screen.link

    def spoken(self, screen: Screen) -> str:
        return "\n".join(self.words.connecting)

    def draw(self, painter: QPainter, screen: Screen) -> Iterable[CallKey]:
        unit = self.unit
        room = QRectF(self.rect())
        self.card(painter, room, "surface")
        first, second = self.words.connecting
        half = room.height() / 2
        inner = room.adjusted(unit * 2, 0, -unit * 2, 0)
        upper = QRectF(inner.left(), half - unit * 4.4, inner.width(), unit * 4)
        lower = QRectF(inner.left(), half + unit * 0.2, inner.width(), unit * 4)
        lettering.draw_lines(
            painter, upper, first, unit * 2.2, self.colour("ink"), least=unit, bold=True, align=lettering.CENTRE
        )
        lettering.draw_lines(
            painter, lower, second, unit * 1.3, self.colour("ink_soft"), least=unit, align=lettering.CENTRE
        )
        return ()
