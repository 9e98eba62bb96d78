"""Waits over the day as a picture: one small panel a queue, all to the same scale, as SVG or PNG.

The picture is made of lines and words first and only then written, so that both formats show the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from math import ceil
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from contract.config import HallConfig, text_for
from hall.wholefile import written_whole
from queueserver.simulation.report import SLOT_MINUTES, Report

COLUMNS, PANEL_WIDTH, PANEL_HEIGHT = 4, 330, 190
MARGIN, HEAD, LEFT, RIGHT, TOP, BOTTOM = 24, 74, 38, 10, 34, 26
INK, SOFT, GRID, BOUND = "#14213A", "#56627A", "#D9DFE8", "#B3261E"
COLOURS: Final = ("#8DB9DF", "#C2410C")
"""The hall as it is, broad and pale beneath what is tried, so that both are seen where they agree."""
SCALE: Final = 2
"""Dots of a PNG for each unit, so that it is sharp on paper and on dense screens."""
STEPS: Final = (1, 2, 5, 10, 15, 20, 30, 60, 120, 240)


class PlotError(Exception):
    """The picture cannot be written; one sentence."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line through `points`."""

    points: tuple[tuple[float, float], ...]
    colour: str
    width: float = 1.0
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """Text with its baseline's start (or end, or middle) at x, y."""

    x: float
    y: float
    text: str
    size: int
    colour: str = INK
    anchor: str = "start"


Shape = Line | Words


@dataclass(frozen=True, slots=True)
class Picture:
    width: int
    height: int
    shapes: tuple[Shape, ...]


def picture(reports: Sequence[Report], config: HallConfig, title: str) -> Picture:
    """Mean waits by time of arrival of every queue anybody waited in; each report in a colour of its own."""
    queues = [queue.id for queue in config.queues if any(queue.id in report.slots for report in reports)]
    names = {queue.id: text_for(queue.name, config.hall.languages[0]) for queue in config.queues}
    columns = max(1, min(COLUMNS, len(queues)))
    width = 2 * MARGIN + max(2, columns) * PANEL_WIDTH
    height = HEAD + ceil(len(queues) / columns) * PANEL_HEIGHT + MARGIN
    scale = _Scale.of(reports)
    shapes = list(_head(reports, title, width))
    for number, queue in enumerate(queues):
        left = MARGIN + number % columns * PANEL_WIDTH
        top = HEAD + number // columns * PANEL_HEIGHT
        shapes += _panel(
            _Frame(left, top, scale), f"{names[queue]}  {queue}", [r.slots.get(queue, ()) for r in reports]
        )
        shapes += _bound(_Frame(left, top, scale), reports[0].bound_minutes)
    return Picture(width, height, tuple(shapes))


def write(made: Picture, path: Path) -> None:
    """As the file's ending says; raises PlotError when it cannot be written."""
    ending = path.suffix.lower()
    try:
        if ending == ".svg":
            written_whole(path, as_svg(made).encode())
        elif ending == ".png":
            _write_png(made, path)
        else:
            raise PlotError(f"{path}: a picture's name ends in .png or .svg")
    except OSError as error:
        raise PlotError(f"cannot write {path}: {error.strerror or error}") from error


@dataclass(frozen=True, slots=True)
class _Scale:
    """The same for every panel: minutes of the day across, minutes of waiting up, and a step between grid lines."""

    first: int
    last: int
    most: float
    step: int

    @classmethod
    def of(cls, reports: Sequence[Report]) -> _Scale:
        points = [point for report in reports for slots in report.slots.values() for point in slots] or [(540, 1.0)]
        first = min(slot for slot, _ in points) // 60 * 60
        last = ceil((max(slot for slot, _ in points) + SLOT_MINUTES) / 60) * 60
        longest = max(wait for _, wait in points)
        step = next((step for step in STEPS if longest / step <= 4), STEPS[-1])
        return cls(first, last, max(1, ceil(longest / step)) * step, step)


@dataclass(frozen=True, slots=True)
class _Frame:
    left: float
    top: float
    scale: _Scale

    def x(self, minute: float) -> float:
        share = (minute - self.scale.first) / (self.scale.last - self.scale.first)
        return self.left + LEFT + share * (PANEL_WIDTH - LEFT - RIGHT)

    def y(self, wait: float) -> float:
        height = PANEL_HEIGHT - TOP - BOTTOM
        return self.top + TOP + (1 - wait / self.scale.most) * height


def _head(reports: Sequence[Report], title: str, width: int) -> Iterator[Shape]:
    yield Words(MARGIN, 32, title, 18)
    yield Words(MARGIN, 54, "mean wait in minutes by time of arrival, all panels to one scale", 12, SOFT)
    x = float(width - MARGIN)
    for report, colour in reversed(list(zip(reports, COLOURS, strict=False))):
        yield Words(x, 54, report.name, 12, anchor="end")
        x -= 7 * len(report.name) + 6
        yield Line(((x - 24, 50), (x, 50)), colour, 2.5)
        x -= 40
    if reports[0].bound_minutes:
        yield Words(x, 54, f"bound {reports[0].bound_minutes} min", 12, BOUND, anchor="end")


def _panel(frame: _Frame, name: str, series: Sequence[Sequence[tuple[int, float]]]) -> Iterator[Shape]:
    scale = frame.scale
    yield Words(frame.left + LEFT, frame.top + 22, name, 13)
    for wait in range(0, round(scale.most) + 1, scale.step):
        yield Line(((frame.x(scale.first), frame.y(wait)), (frame.x(scale.last), frame.y(wait))), GRID)
        yield Words(frame.x(scale.first) - 6, frame.y(wait) + 4, str(wait), 10, SOFT, anchor="end")
    hours = range(scale.first, scale.last + 1, 60 if scale.last - scale.first <= 720 else 180)
    for minute in hours:
        yield Words(frame.x(minute), frame.y(0) + 15, str(minute // 60), 10, SOFT, anchor="middle")
    widths = (2.0,) if len(series) == 1 else (5.0, 2.0)
    for slots, colour, width in zip(series, COLOURS, widths, strict=False):
        for part in _unbroken(slots):
            points = tuple((frame.x(slot + SLOT_MINUTES / 2), frame.y(wait)) for slot, wait in part)
            yield Line(points if len(points) > 1 else _dash(points[0]), colour, width)


def _bound(frame: _Frame, minutes: int) -> Iterator[Shape]:
    if 0 < minutes <= frame.scale.most:
        yield Line(
            ((frame.x(frame.scale.first), frame.y(minutes)), (frame.x(frame.scale.last), frame.y(minutes))),
            BOUND,
            1.0,
            True,
        )


def _unbroken(slots: Sequence[tuple[int, float]]) -> Iterator[list[tuple[int, float]]]:
    """Runs of slots that follow each other: nothing is drawn over a noon break."""
    run: list[tuple[int, float]] = []
    for slot, wait in slots:
        if run and slot != run[-1][0] + SLOT_MINUTES:
            yield run
            run = []
        run.append((slot, wait))
    if run:
        yield run


def _dash(point: tuple[float, float]) -> tuple[tuple[float, float], ...]:
    return (point[0] - 3, point[1]), (point[0] + 3, point[1])


def as_svg(made: Picture) -> str:
    """The picture as SVG 1.1."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{made.width}" height="{made.height}" '
        f'viewBox="0 0 {made.width} {made.height}" font-family="Noto Sans CJK SC, Noto Sans SC, sans-serif">',
        f'<rect width="{made.width}" height="{made.height}" fill="#FFFFFF"/>',
    ]
    for shape in made.shapes:
        if isinstance(shape, Words):
            parts.append(
                f'<text x="{shape.x:.1f}" y="{shape.y:.1f}" font-size="{shape.size}" fill="{shape.colour}" '
                f'text-anchor="{shape.anchor}" xml:space="preserve">{escape(shape.text)}</text>'
            )
        else:
            points = " ".join(f"{x:.1f},{y:.1f}" for x, y in shape.points)
            dashes = ' stroke-dasharray="5 4"' if shape.dashed else ""
            stroke = f'stroke="{shape.colour}" stroke-width="{shape.width}"{dashes}'
            parts.append(f'<polyline points="{points}" fill="none" {stroke}/>')
    return "\n".join([*parts, "</svg>", ""])


def _write_png(made: Picture, path: Path) -> None:
    from PIL import Image, ImageDraw

    from hardware.errors import FontError
    from hardware.fonts import load

    image = Image.new("RGB", (made.width * SCALE, made.height * SCALE), "#FFFFFF")
    draw = ImageDraw.Draw(image)
    anchors = {"start": "ls", "middle": "ms", "end": "rs"}
    for shape in made.shapes:
        if isinstance(shape, Words):
            try:
                font = load(shape.size * SCALE)
            except FontError as error:
                raise PlotError(f"{error}; a picture ending in .svg needs no font here") from error
            at = (shape.x * SCALE, shape.y * SCALE)
            draw.text(at, shape.text, fill=shape.colour, font=font, anchor=anchors[shape.anchor])
        else:
            for start, end in _strokes(shape):
                draw.line([start, end], fill=shape.colour, width=round(shape.width * SCALE))
    content = BytesIO()
    image.save(content, format="PNG")
    written_whole(path, content.getvalue())


def _strokes(line: Line) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """Pieces to draw, in dots; a dashed line (always level here) is cut."""
    points = [(x * SCALE, y * SCALE) for x, y in line.points]
    if not line.dashed:
        yield from pairwise(points)
        return
    (x, y), (end, _) = points[0], points[-1]
    while x < end:
        yield (x, y), (min(x + 5 * SCALE, end), y)
        x += 9 * SCALE
