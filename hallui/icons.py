"""Our own line icons on a 24 by 24 grid, drawn by QPainter at any size in any role's colour; no icon font to install.

icons.json holds the shapes: M x y move, L x y line, C x1 y1 x2 y2 x y curve, Z close, O x y r circle,
R x y w h r rounded rectangle, D x y r dot. Its aliases let a hall's file use the names of common icon sets.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap

STROKE: Final = 1.7
FALLBACK: Final = "building"

_FILE = json.loads(resources.files("hallui").joinpath("icons.json").read_text(encoding="utf-8"))
SHAPES: Final[dict[str, str]] = _FILE["shapes"]
ALIASES: Final[dict[str, str]] = _FILE["aliases"]


def draw(painter: QPainter, name: str, rect: QRectF, colour: QColor) -> None:
    """Draw an icon into `rect`; an unknown name draws a building, because most of what we show is an office."""
    shape = ALIASES.get(name, name)
    lines, dots = _paths(shape if shape in SHAPES else FALLBACK)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(rect.topLeft())
    painter.scale(rect.width() / 24, rect.height() / 24)
    pen = QPen(colour, STROKE, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(lines, pen)
    painter.fillPath(dots, colour)
    painter.restore()


def icon(name: str, colour: QColor, pixels: int) -> QIcon:
    """The icon for a QPushButton."""
    pixmap = QPixmap(pixels * 2, pixels * 2)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    draw(painter, name, QRectF(0, 0, pixels * 2, pixels * 2), colour)
    painter.end()
    return QIcon(pixmap)


@lru_cache(maxsize=128)
def _paths(name: str) -> tuple[QPainterPath, QPainterPath]:
    lines, dots = QPainterPath(), QPainterPath()
    words = iter(SHAPES[name].split())
    for word in words:
        if word == "M":
            lines.moveTo(_point(words))
        elif word == "L":
            lines.lineTo(_point(words))
        elif word == "C":
            lines.cubicTo(_point(words), _point(words), _point(words))
        elif word == "Z":
            lines.closeSubpath()
        elif word == "R":
            corner, far, radius = _point(words), _point(words), float(next(words))
            lines.addRoundedRect(QRectF(corner.x(), corner.y(), far.x(), far.y()), radius, radius)
        else:
            centre, radius = _point(words), float(next(words))
            (dots if word == "D" else lines).addEllipse(centre, radius, radius)
    return lines, dots


def _point(words: Iterator[str]) -> QPointF:
    return QPointF(float(next(words)), float(next(words)))
