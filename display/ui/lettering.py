"""Fits words into a given room: smaller down to a limit, then onto more lines, and only then an honest ellipsis."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTextLayout, QTextOption

from hallui.theme import make_font

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignCenter


@lru_cache(maxsize=256)
def font(pixels: int, bold: bool = False) -> QFont:
    """The house's type at `pixels`, kept because making one costs more than drawing with it."""
    return make_font(pixels, bold=bold)


@lru_cache(maxsize=256)
def metrics(pixels: int, bold: bool = False) -> QFontMetricsF:
    return QFontMetricsF(font(pixels, bold))


@lru_cache(maxsize=4096)
def width_of(text: str, pixels: int, bold: bool = False) -> float:
    """How wide `text` is on one line, in pixels."""
    return metrics(pixels, bold).horizontalAdvance(text)


def size_to_fit(text: str, pixels: float, least: float, width: float, *, bold: bool = False) -> int:
    """The largest type from `pixels` down to `least` at which `text` fits one line of `width`."""
    full = width_of(text, round(pixels), bold)
    if full <= width:
        return round(pixels)
    return max(round(least), int(pixels * width / full))


@lru_cache(maxsize=1024)
def lines_of(text: str, pixels: int, width: float, bold: bool = False) -> tuple[str, ...]:
    """`text` broken into lines of `width`: between Chinese characters anywhere, else at spaces, else anywhere."""
    layout = QTextLayout(text, font(pixels, bold))
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    lines: list[str] = []
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        lines.append(text[line.textStart() : line.textStart() + line.textLength()].strip())
    layout.endLayout()
    return tuple(lines) or ("",)


def line_height(pixels: int) -> float:
    """From one line to the next; a little tighter than the font's own, which is made for books."""
    return pixels * 1.25


def draw(
    painter: QPainter,
    room: QRectF,
    text: str,
    pixels: float,
    colour: QColor,
    *,
    least: float = 0,
    bold: bool = False,
    align: Qt.AlignmentFlag = LEFT,
) -> float:
    """One line of `text` in `room`, shrunk to `least` if need be, then shortened; the width it took."""
    size = size_to_fit(text, pixels, least or pixels, room.width(), bold=bold)
    if width_of(text, size, bold) > room.width():
        text = metrics(size, bold).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
    painter.setFont(font(size, bold))
    painter.setPen(colour)
    painter.drawText(room, align | Qt.TextFlag.TextSingleLine, text)
    return width_of(text, size, bold)


def fitted_lines(text: str, room: QRectF, pixels: float, least: float, *, bold: bool = False) -> tuple[int, list[str]]:
    """The largest type from `pixels` to `least` at which `text` fits `room` on several lines, and those lines.

    Too much even at `least` ends in an ellipsis.
    """
    size = round(pixels)
    while True:
        lines = lines_of(text, size, room.width(), bold)
        most = max(1, int(room.height() / line_height(size)))
        if len(lines) <= most:
            return size, list(lines)
        if size <= round(least):
            last = metrics(size, bold).elidedText("".join(lines[most - 1 :]), Qt.TextElideMode.ElideRight, room.width())
            return size, [*lines[: most - 1], last]
        size = max(round(least), int(size * 0.93))


def draw_lines(
    painter: QPainter,
    room: QRectF,
    text: str,
    pixels: float,
    colour: QColor,
    *,
    least: float,
    bold: bool = False,
    align: Qt.AlignmentFlag = LEFT,
) -> None:
    """`text` on as many lines as `room` has, centred in its height."""
    size, lines = fitted_lines(text, room, pixels, least, bold=bold)
    painter.setFont(font(size, bold))
    painter.setPen(colour)
    step = line_height(size)
    top = room.top() + (room.height() - step * len(lines)) / 2
    for at, line in enumerate(lines):
        painter.drawText(
            QRectF(room.left(), top + at * step, room.width(), step), align | Qt.TextFlag.TextSingleLine, line
        )
