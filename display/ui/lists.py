"""The right third: how many wait in each queue, and what each window does; page by page when they do not fit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from contract.bodies import ServiceState, TicketState, WindowState
from display.screen import CallKey, Page, QueueLine, Screen, WindowLine, page_at, pages
from display.ui import lettering
from display.ui.panel import Panel

TITLE_UNITS: Final = 2.2


class QueuesPanel(Panel):
    """One row a queue: its name on as many lines as it needs, and the count."""

    def part_of(self, screen: Screen) -> object:
        return screen.queues, screen.turn

    def spoken(self, screen: Screen) -> str:
        return "\n".join(f"{line.name} {self.words.queue_count(line.waiting, line.state)}" for line in screen.queues)

    def draw(self, painter: QPainter, screen: Screen) -> Iterable[CallKey]:
        unit = self.unit
        self.card(painter, QRectF(self.rect()), "surface")
        inner, body = self._rooms()
        heights, page = self._paged(screen, body)
        head = QRectF(inner.left(), inner.top(), inner.width(), unit * (1.7 if self.upright else 2))
        self.title(painter, head, self.words.queues_title, page)
        top = body.top()
        shown = heights[page.first : page.last]
        spread = min(unit * 0.6, (body.height() - sum(shown)) / max(1, len(shown)))
        for line, height in zip(screen.queues[page.first : page.last], shown, strict=True):
            room = QRectF(body.left(), top, body.width(), height + max(0.0, spread))
            self._draw_line(painter, room, line)
            top = room.bottom()
        return ()

    def page(self, screen: Screen) -> Page:
        """The rows of `screen` that its turn puts on the glass."""
        return self._paged(screen, self._rooms()[1])[1]

    def _rooms(self) -> tuple[QRectF, QRectF]:
        """Inside of the card, and what of it is below the title."""
        unit = self.unit
        inner = QRectF(self.rect()).adjusted(unit * 0.8, unit * 0.3, -unit * 0.8, -unit * 0.4)
        return inner, inner.adjusted(0, unit * (1.8 if self.upright else TITLE_UNITS), 0, 0)

    def _paged(self, screen: Screen, body: QRectF) -> tuple[list[float], Page]:
        heights = [self._height(line, body.width()) for line in screen.queues]
        return heights, page_at(pages(heights, body.height()), screen.turn)

    @property
    def _type(self) -> int:
        return round(self.unit * (1.05 if self.upright else 1.25))

    def _count_width(self) -> float:
        return self.unit * 3.6

    def _height(self, line: QueueLine, width: float) -> float:
        lines = lettering.lines_of(line.name, self._type, width - self._count_width())
        return max(1, len(lines)) * lettering.line_height(self._type) + self.unit * (0.28 if self.upright else 0.38)

    def _draw_line(self, painter: QPainter, room: QRectF, line: QueueLine) -> None:
        unit = self.unit
        idle = line.state is ServiceState.CLOSED and not line.waiting
        ink = self.colour("ink_soft" if idle else "ink")
        count_room = QRectF(room.right() - self._count_width(), room.top(), self._count_width(), room.height())
        name_room = QRectF(room.left(), room.top(), room.width() - self._count_width(), room.height())
        lettering.draw_lines(painter, name_room, line.name, self._type, ink, least=self._type)
        count = self.words.queue_count(line.waiting, line.state)
        size = unit * (1.1 if idle else 1.35 if self.upright else 1.6)
        lettering.draw(painter, count_room, count, size, ink, least=unit, bold=not idle, align=lettering.RIGHT)
        painter.setPen(self.colour("line"))
        painter.drawLine(room.bottomLeft(), room.bottomRight())


class WindowsPanel(Panel):
    """The windows that work, two beside each other: label, and who is there or what the window does.

    Those that are closed are only counted: on a quiet day they would fill page after page.
    """

    columns = 2

    def part_of(self, screen: Screen) -> object:
        return screen.windows, screen.turn

    def spoken(self, screen: Screen) -> str:
        working, closed = self._sorted(screen)
        said = [
            f"{self.words.whole_window(line.label)} {line.number or self.words.at_window(line)}" for line in working
        ]
        return "\n".join([*said, self.words.not_open(closed)] if closed else said)

    def _sorted(self, screen: Screen) -> tuple[list[WindowLine], int]:
        """The windows that work, and how many do not."""
        working = [line for line in screen.windows if line.state is not WindowState.CLOSED or line.number]
        return working, len(screen.windows) - len(working)

    def draw(self, painter: QPainter, screen: Screen) -> Iterable[CallKey]:
        unit = self.unit
        self.card(painter, QRectF(self.rect()), "surface")
        inner = QRectF(self.rect()).adjusted(unit * 0.8, unit * 0.3, -unit * 0.8, -unit * 0.4)
        body = inner.adjusted(0, unit * TITLE_UNITS, 0, 0)
        least = unit * 1.9
        working, closed = self._sorted(screen)
        if closed:
            foot = QRectF(body.left(), body.bottom() - least, body.width(), least)
            soft = self.colour("ink_soft")
            lettering.draw(painter, foot, self.words.not_open(closed), unit * 1.1, soft, least=unit)
            body.setBottom(foot.top())
        rows = max(1, int(body.height() / least))
        shown_rows = [working[at : at + self.columns] for at in range(0, len(working), self.columns)]
        page = page_at(pages([least] * len(shown_rows), rows * least), screen.turn)
        self.title(painter, QRectF(inner.left(), inner.top(), inner.width(), unit * 2), self.words.windows_title, page)
        height, gap = body.height() / rows, unit * 1.2
        wide = (body.width() - gap * (self.columns - 1)) / self.columns
        keys: list[CallKey] = []
        for row, lines in enumerate(shown_rows[page.first : page.last]):
            for column, line in enumerate(lines):
                left = body.left() + column * (wide + gap)
                self._draw_cell(painter, QRectF(left, body.top() + row * height, wide, height), line)
                keys.extend([line.key] if line.key else [])
        return keys

    def _draw_cell(self, painter: QPainter, room: QRectF, line: WindowLine) -> None:
        unit = self.unit
        lit = line.highlighted and not self.pulses.is_dark(line.key)
        if lit:
            self.card(painter, room.adjusted(-unit * 0.25, unit * 0.12, unit * 0.25, -unit * 0.12), "accent")
        busy = bool(line.number)
        ink = self.colour("on_accent" if lit else "ink")
        name = self.words.short_window(line.label)
        said = line.number if busy else self.words.at_window(line)
        size = unit * (1.3 if busy else 1.1)
        said_wide = min(room.width() * 0.7, lettering.width_of(said, round(size), busy)) + unit * 0.1
        right = QRectF(room.right() - said_wide, room.top(), said_wide, room.height())
        left = QRectF(room.left(), room.top(), room.width() - said_wide - unit * 0.3, room.height())
        lettering.draw(painter, left, name, unit * 1.3, ink, least=unit)
        colour = ink
        if not lit:
            expected = line.ticket_state is TicketState.CALLED
            colour = self.colour("accent" if expected else "ink" if busy else "ink_soft")
        lettering.draw(painter, right, said, size, colour, least=unit, bold=busy, align=lettering.RIGHT)


class WindowWall(Panel):
    """Layout "windows": every window as a large card with its office and its number; pages when there are many."""

    def part_of(self, screen: Screen) -> object:
        return screen.windows, screen.turn

    def spoken(self, screen: Screen) -> str:
        return "\n".join(
            f"{self.words.whole_window(line.label)} {line.name} {line.number or self.words.at_window(line)}"
            for line in screen.windows
        )

    def draw(self, painter: QPainter, screen: Screen) -> Iterable[CallKey]:
        unit, gap = self.unit, self.unit * 0.5
        columns = max(1, int(self.width() / (unit * 20)))
        per_page = columns * max(1, int(self.height() / (unit * 5.6)))
        page = page_at(pages([1.0] * len(screen.windows), per_page), screen.turn)
        foot = unit * 1.5 if page.count > 1 else 0.0
        rows = per_page // columns
        wide = (self.width() - gap * (columns - 1)) / columns
        high = (self.height() - foot - gap * (rows - 1)) / rows
        keys: list[CallKey] = []
        for at, line in enumerate(screen.windows[page.first : page.last]):
            row, column = divmod(at, columns)
            self._draw_card(painter, QRectF(column * (wide + gap), row * (high + gap), wide, high), line)
            keys.extend([line.key] if line.key else [])
        if foot:
            room = QRectF(0, self.height() - foot, self.width(), foot)
            text = self.words.more_windows(page.index + 1, page.count)
            lettering.draw(painter, room, text, unit * 1.05, self.colour("ink_soft"), align=lettering.RIGHT)
        return keys

    def _draw_card(self, painter: QPainter, room: QRectF, line: WindowLine) -> None:
        unit = self.unit
        lit = line.highlighted and not self.pulses.is_dark(line.key)
        self.card(painter, room, "accent" if lit else "surface", "accent" if line.highlighted and not lit else "")
        closed = line.state is WindowState.CLOSED
        ink = self.colour("on_accent" if lit else "ink_soft" if closed else "ink")
        soft = ink if lit else self.colour("ink_soft")
        inner = room.adjusted(unit * 0.7, unit * 0.3, -unit * 0.7, -unit * 0.3)
        busy = bool(line.number)
        said = line.number or self.words.at_window(line)
        size = unit * (4.0 if busy else 1.6)
        number_wide = min(inner.width() * 0.55, lettering.width_of(said, round(size), busy) + 1)
        number = QRectF(inner.right() - number_wide, inner.top(), number_wide, inner.height())
        left = inner.adjusted(0, 0, -number_wide - unit * 0.4, 0)
        upper = QRectF(left.left(), left.top(), left.width(), unit * 2.1)
        name = self.words.whole_window(line.label)
        lettering.draw(painter, upper, name, unit * 1.6, ink, least=unit, bold=True)
        lower = QRectF(left.left(), upper.bottom(), left.width(), left.bottom() - upper.bottom())
        lettering.draw_lines(painter, lower, line.name, unit * 1.15, soft, least=unit)
        colour = ink
        if not lit:
            expected = line.ticket_state is TicketState.CALLED
            colour = self.colour("accent" if expected else "ink" if busy else "ink_soft")
        lettering.draw(painter, number, said, size, colour, least=unit * 1.1, bold=busy, align=lettering.RIGHT)
