"""A slip as ESC/POS bytes: as a picture, or as text where the line is too slow for pictures."""

from __future__ import annotations

from typing import Any

from PIL import Image

from hardware.linebreak import balanced, is_wide
from hardware.pyescpos import encoder
from hardware.slip import MM_PER_INCH, QrCode, Rule, Slip, Text, draw_block, rasterise

QR_LEVEL_M = 1
INITIALISE = b"\x1b@"
KANJI_ON = b"\x1c&"
BAND_DOTS = 240  # small printers hold a few tens of kilobytes; they print a band while the next one arrives
CELL_DOTS = 12  # font A is 12 x 24 dots, a Han character 24 x 24
MOST_TIMES = 8
MOST_HAN_TIMES = 2  # FS ! knows single and double only, and many printers scale Han by FS ! alone


def picture_bytes(slip: Slip, width_dots: int, dpi: int) -> bytes:
    """The slip as raster bands (GS v 0) and a cut; every font, rare character and script comes out as drawn."""
    printer = encoder(width_dots)
    printer._raw(INITIALISE)
    printer.image(rasterise(slip, width_dots, dpi), fragment_height=BAND_DOTS)
    return _cut(printer)


def text_bytes(slip: Slip, width_dots: int, dpi: int, *, native_qr: bool = True) -> bytes:
    """The slip in the printer's own type: about 400 bytes, for serial lines.

    Paragraphs with characters outside two-byte GB18030 are drawn, since most printers print garbage for them.
    """
    printer = encoder(width_dots)
    printer._raw(INITIALISE + KANJI_ON)
    for block in slip.blocks:
        if isinstance(block, Text):
            _text(printer, block, width_dots, dpi)
        elif isinstance(block, QrCode):
            _qr(printer, block, width_dots, dpi, native=native_qr)
        else:
            printer._raw(_rule(block, width_dots))
    return _cut(printer)


def _cut(printer: Any) -> bytes:
    printer.cut(feed=False)  # GS V B 0: feeds to the knife and cuts
    data: bytes = printer.output
    return data


def _text(printer: Any, block: Text, width_dots: int, dpi: int) -> None:
    if not printable(block.text):
        _image(printer, draw_block(block, width_dots, dpi))
        return
    times = _times(block, width_dots, dpi)
    columns = width_dots // CELL_DOTS // times
    align = {"left": b"\x1ba\x00", "right": b"\x1ba\x02"}.get(block.align, b"\x1ba\x01")
    han_double = b"\x1c!\x0c" if times > 1 else b"\x1c!\x00"
    printer._raw(align + (b"\x1bE\x01" if block.bold else b"\x1bE\x00"))
    printer._raw(han_double + b"\x1d!" + bytes([(times - 1) << 4 | (times - 1)]))
    for line in balanced(block.text, columns, columns_of):
        printer._raw(line.encode("gb18030") + b"\n")
    printer._raw(b"\x1c!\x00\x1d!\x00\x1bE\x00")


def printable(text: str) -> bool:
    """Whether every character is ASCII or in two-byte GB18030, the part all Chinese printers hold glyphs for."""
    return all(char == "\n" or (char.isprintable() and len(char.encode("gb18030", "replace")) <= 2) for char in text)


def columns_of(text: str) -> int:
    """Places on the printer's grid: it sets every two-byte character two places wide, whatever Unicode says."""
    return sum(1 if char.isascii() and not is_wide(char) else 2 for char in text)


def _times(block: Text, width_dots: int, dpi: int) -> int:
    """How often to enlarge the 24 dot type to come near the height asked for, without breaking a number."""
    wanted = max(1, round(block.height_mm * dpi / MM_PER_INCH / (2 * CELL_DOTS)))
    most = MOST_TIMES if block.text.isascii() else MOST_HAN_TIMES
    widest = max((columns_of(word) for word in block.text.split()), default=1)
    fitting = width_dots // CELL_DOTS // widest if block.text.isascii() else most
    return max(1, min(wanted, most, fitting))


def _qr(printer: Any, block: QrCode, width_dots: int, dpi: int, *, native: bool) -> None:
    if native:
        side = block.side_mm * dpi / MM_PER_INCH
        printer._raw(b"\x1ba\x01")
        printer.qr(block.data, ec=QR_LEVEL_M, size=_module_dots(block.data, side, width_dots), native=True)
        printer._raw(b"\n")
    else:
        _image(printer, draw_block(QrCode(block.data, "", block.side_mm), width_dots, dpi))
    if block.caption:
        _text(printer, Text(block.caption, 3.0), width_dots, dpi)


def _module_dots(data: str, side_dots: float, width_dots: int) -> int:
    """Dots per module; the side in modules follows from the bytes at level M (ISO/IEC 18004 table 7)."""
    size = len(data.encode("utf-8"))
    capacities = (14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666)
    version = next((n for n, most in enumerate(capacities, 1) if size <= most), len(capacities) + 1)
    modules = 17 + 4 * version
    return max(3, min(16, round(side_dots / modules), width_dots // modules))


def _image(printer: Any, image: Image.Image) -> None:
    printer._raw(b"\x1ba\x00")
    printer.image(image, fragment_height=BAND_DOTS)


def _rule(_: Rule, width_dots: int) -> bytes:
    return b"\x1ba\x00" + b"-" * (width_dots // CELL_DOTS) + b"\n"
