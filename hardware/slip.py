"""A paper slip as a list of blocks, and its picture as a printer's dots: pure, so goldens can be exact."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """One paragraph, centred unless said otherwise; `height_mm` is the height of the type on paper."""

    text: str
    height_mm: float = 3.5
    bold: bool = False
    align: str = "center"


@dataclass(frozen=True, slots=True)
class Rule:
    """A thin line across the slip."""


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code with words under it."""

    data: str
    caption: str = ""
    side_mm: float = 26.0


Block = Text | Rule | QrCode


@dataclass(frozen=True, slots=True)
class Slip:
    """What one slip says, top to bottom; `title` names it in logs and file names (e.g. the ticket number)."""

    title: str
    blocks: tuple[Block, ...]
