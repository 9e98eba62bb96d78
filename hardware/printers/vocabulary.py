"""The words of ESC/POS as values: what a stream says, apart from how it says it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Print:
    """Characters for the print line, still as bytes: one or two of them make a character by the mode in force."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Set:
    """A mode of the printer takes a value, e.g. ("align", 1); `name` is one of the words in `paper.Paper`."""

    name: str
    value: int


@dataclass(frozen=True, slots=True)
class Feed:
    """Print the line and move the paper: `lines` of type, or `dots`."""

    lines: int = 0
    dots: int = 0


@dataclass(frozen=True, slots=True)
class Raster:
    """A bitmap, rows of `stride` bytes, most significant bit left, 1 is ink; each dot is repeated `times_x/y`."""

    stride: int
    rows: int
    data: bytes
    times_x: int = 1
    times_y: int = 1


@dataclass(frozen=True, slots=True)
class Column:
    """One strip of ESC *: `height` dots high (8 or 24), bytes run down each column."""

    height: int
    data: bytes
    times_x: int = 1


@dataclass(frozen=True, slots=True)
class Symbol:
    """A part of GS ( k: function code and its data (65 model, 67 module, 69 level, 80 store, 81 print)."""

    function: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """The knife falls after `dots` of feed."""

    dots: int = 0


@dataclass(frozen=True, slots=True)
class Ask:
    """A question. Those in real time (DLE EOT n) are answered at once, GS r n when its turn comes."""

    number: int
    real_time: bool


@dataclass(frozen=True, slots=True)
class Ignored:
    """Known and without effect on paper: drawer, buzzer, real-time requests."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not understood; kept so that a test can see it."""

    data: bytes


Command = Print | Set | Feed | Raster | Column | Symbol | Cut | Ask | Ignored | Unknown
