"""Fits words into a given room: smaller down to a limit, then onto more lines, and only then an honest ellipsis."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTextLayout, QTextOption

from hallui.theme import make_font

_STAYS_ON_ONE_LINE = 0.8

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
        lines.append(text[line.textStart() : line.textStart() + line.textLength()])
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
    put(painter, room, text, size, bold=bold, align=align)
    return width_of(text, size, bold)


def put(painter: QPainter, room: QRectF, text: str, size: int, *, bold: bool, align: Qt.AlignmentFlag) -> None:
    """`text` with the painter's font, its figures and characters (not the font's box) in the middle of the height."""
    free = room.width() - width_of(text, size, bold)
    x = room.left()
    if align & Qt.AlignmentFlag.AlignRight:
        x += free
    elif align & Qt.AlignmentFlag.AlignHCenter:
        x += free / 2
    painter.drawText(QPointF(x, base_line(room.center().y(), size)), text)


def base_line(middle: float, size: float) -> float:
    """Where type of `size` stands so that its figures, and Chinese characters, are centred on `middle`."""
    return middle + size * 0.37


def fitted_lines(text: str, room: QRectF, pixels: float, least: float, *, bold: bool = False) -> tuple[int, list[str]]:
    """The largest type from `pixels` to `least` at which `text` fits `room` on several lines, and those lines.

    Too much even at `least` ends in an ellipsis. What fits one line at not much less than `pixels` stays on one.
    """
    size = round(pixels)
    single = size_to_fit(text, pixels, least, room.width(), bold=bold)
    if single >= size * _STAYS_ON_ONE_LINE and width_of(text, single, bold) <= room.width():
        return single, [text]
    while True:
        lines = lines_of(text, size, room.width(), bold)
        most = max(1, int(room.height() / line_height(size) + 0.15))
        if len(lines) <= most:
            return size, [line.strip() for line in lines]
        if size <= round(least):
            last = metrics(size, bold).elidedText("".join(lines[most - 1 :]), Qt.TextElideMode.ElideRight, room.width())
            return size, [*(line.strip() for line in lines[: most - 1]), last]
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
        put(painter, QRectF(room.left(), top + at * step, room.width(), step), line, size, bold=bold, align=align)
