"""A paper slip as a list of blocks, and its picture as a printer's dots: pure, so goldens can be exact."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace

import qrcode
from PIL import Image, ImageDraw, ImageFont
from qrcode.constants import ERROR_CORRECT_M
from qrcode.exceptions import DataOverflowError

from hardware import fonts
from hardware.errors import SlipError
from hardware.linebreak import balanced, pieces

MM_PER_INCH = 25.4
LEAST_TYPE_MM = 2.5
FACE = 0.92  # a Noto Han character fills this share of its em, so type of h mm needs an em of h / FACE
INK_THRESHOLD = 150  # of 255; a little over half keeps the thin strokes of dense Han characters closed on paper
EDGE_DOTS = 6  # print heads fade at their ends
QUIET_MODULES = 4  # ISO/IEC 18004: the white border a reader may count on
LEAST_MODULE_DOTS = 3  # 0.375 mm at 203 dpi: smaller modules blur on thermal paper


@dataclass(frozen=True, slots=True)
class Text:
    """One paragraph, centred unless said otherwise; `height_mm` is the height of the type on paper.

    The height is that of a Han character's face; type under 2.5 mm is printed at 2.5 mm, because every line
    of a slip is there to be read.
    """

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


def rasterise(slip: Slip, width_dots: int = 576, dpi: int = 203) -> Image.Image:
    """The slip as a 1-bit image (0 is ink) exactly `width_dots` wide and as high as its blocks need.

    Usual widths at 203 dpi: 576 dots for 80 mm paper, 384 for 58 mm. Raises SlipError when a QR code cannot fit
    and FontError when no Chinese font is installed.
    """
    rows = [draw_block(block, width_dots, dpi) for block in slip.blocks]
    margin = round(dpi / MM_PER_INCH)
    height = max(1, sum(row.height for row in rows) + 2 * margin)
    image = Image.new("1", (width_dots, height), 1)
    top = margin
    for row in rows:
        image.paste(row, (0, top))
        top += row.height
    fonts.close()
    return image


def draw_block(block: Block, width_dots: int, dpi: int) -> Image.Image:
    """One block as a 1-bit image over the whole width; raises as `rasterise` does."""
    if isinstance(block, Text):
        return _draw_text(block, width_dots, dpi)
    if isinstance(block, QrCode):
        return _draw_qr(block, width_dots, dpi)
    return _draw_rule(width_dots, dpi)


def _draw_text(block: Text, width: int, dpi: int) -> Image.Image:
    block = replace(block, text=_drawable(block.text))
    font, size = _fitting_font(block, width, dpi)
    lines = balanced(block.text, width - 2 * EDGE_DOTS, _measure(font))
    leading = round(size * (1.25 if len(lines) > 1 else 1.1))
    gap = max(2, round(size * 0.18))
    image = Image.new("L", (width, leading * len(lines) + gap), 255)
    pen = ImageDraw.Draw(image)
    for row, line in enumerate(lines):
        spare = width - font.getlength(line)
        left = {"left": float(EDGE_DOTS), "right": spare - EDGE_DOTS}.get(block.align, spare / 2)
        baseline = row * leading + round(leading / 2 + size * 0.37)
        pen.text((round(left), baseline), line, font=font, fill=0, anchor="ls")
    return _inked(image)


def _drawable(text: str) -> str:
    """Without control characters and lone surrogates: no font draws them, and the shaping library fails on some."""
    spaced = text.replace("\t", " ").replace("\u2028", "\n").replace("\u2029", "\n")
    return "".join(char for char in spaced if char == "\n" or unicodedata.category(char) not in {"Cc", "Cs"})


def _fitting_font(block: Text, width: int, dpi: int) -> tuple[ImageFont.FreeTypeFont, int]:
    """The type as asked, or smaller when one word would else be broken: a ticket number stays on one line."""
    least = _em_dots(LEAST_TYPE_MM, dpi)
    size = max(least, _em_dots(block.height_mm, dpi))
    font = fonts.load(size, bold=block.bold)
    words = [piece.rstrip() for line in block.text.split("\n") for piece in pieces(line)]
    widest = max(map(font.getlength, words), default=0.0)
    room = width - 2 * EDGE_DOTS
    if widest > room:
        shrunk = int(size * room / widest)
        if shrunk >= least:
            return fonts.load(shrunk, bold=block.bold), shrunk
    return font, size


def _measure(font: ImageFont.FreeTypeFont) -> Callable[[str], float]:
    """Width in dots; letters that do not join are summed from memory, as shaping each line takes 60 ms a slip."""
    widths: dict[str, float] = {}

    def width(text: str) -> float:
        if any("\u0300" <= char < "\u2000" for char in text):
            return font.getlength(text)
        for char in text:
            if char not in widths:
                widths[char] = font.getlength(char)
        return sum(widths[char] for char in text)

    return width


def _em_dots(height_mm: float, dpi: int) -> int:
    return math.ceil(height_mm / FACE * dpi / MM_PER_INCH)


def _draw_rule(width: int, dpi: int) -> Image.Image:
    space = round(dpi / MM_PER_INCH * 1.5)
    image = Image.new("1", (width, 2 * space + 2), 1)
    ImageDraw.Draw(image).rectangle((0, space, width - 1, space + 1), fill=0)
    return image


def _draw_qr(block: QrCode, width: int, dpi: int) -> Image.Image:
    code = qr_image(block.data, min(width, round(block.side_mm / MM_PER_INCH * dpi)), width)
    caption = _draw_text(Text(block.caption, 2.8), width, dpi) if block.caption else None
    image = Image.new("1", (width, code.height + (caption.height if caption else 0)), 1)
    image.paste(code, ((width - code.width) // 2, 0))
    if caption:
        image.paste(caption, (0, code.height))
    return image


def qr_image(data: str, side_dots: int, most_dots: int) -> Image.Image:
    """A QR code near `side_dots` a side whose modules are whole dots, with its quiet zone; never over `most_dots`.

    Raises SlipError when the data needs modules finer than thermal paper can show.
    """
    matrix = qr_matrix(data, QUIET_MODULES)
    modules = len(matrix)
    scale = max(LEAST_MODULE_DOTS, round(side_dots / modules))
    if scale * modules > most_dots:
        scale = most_dots // modules
    if scale < LEAST_MODULE_DOTS:
        raise SlipError(f"a QR code of {modules} modules does not fit on {most_dots} dots")
    return modules_image(matrix, scale)


def qr_matrix(data: str, border: int) -> list[list[bool]]:
    """The modules of `data` at level M, True is dark; raises SlipError for more than a QR code can hold."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=border)
    try:
        code.add_data(data.encode("utf-8"))
        code.make(fit=True)
    except (DataOverflowError, ValueError) as fault:
        raise SlipError(f"too much data for a QR code: {len(data)} characters") from fault
    matrix: list[list[bool]] = code.get_matrix()
    return matrix


def modules_image(matrix: list[list[bool]], scale: int) -> Image.Image:
    """A square of modules, each `scale` dots a side."""
    small = Image.new("1", (len(matrix), len(matrix)), 1)
    small.putdata([0 if dark else 1 for row in matrix for dark in row])
    return small.resize((len(matrix) * scale, len(matrix) * scale), Image.Resampling.NEAREST)


def _inked(grey: Image.Image) -> Image.Image:
    return grey.point([0 if level < INK_THRESHOLD else 255 for level in range(256)], mode="1")
