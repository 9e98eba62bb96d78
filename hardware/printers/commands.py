"""A slip as ESC/POS bytes: as a picture, or as text where the line is too slow for pictures."""

from __future__ import annotations

from PIL import Image

from hardware.linebreak import balanced, is_wide
from hardware.slip import MM_PER_INCH, QrCode, Rule, Slip, Text, draw_block, rasterise

INITIALISE = b"\x1b@"
KANJI_ON = b"\x1c&"
CUT = b"\x1dVB\x00"  # feeds to the knife and cuts
QR_MODEL_2, QR_LEVEL_M = b"2\x00", b"1"
INK = [255] + [0] * 255
BAND_DOTS = 240  # small printers hold a few tens of kilobytes; they print a band while the next one arrives
CELL_DOTS = 12  # font A is 12 x 24 dots, a Han character 24 x 24
MOST_TIMES = 8
MOST_HAN_TIMES = 2  # FS ! knows single and double only, and many printers scale Han by FS ! alone


def picture_bytes(slip: Slip, width_dots: int, dpi: int) -> bytes:
    """The slip as raster bands and a cut; every font, rare character and script comes out as drawn."""
    return INITIALISE + _bands(rasterise(slip, width_dots, dpi)) + CUT


def text_bytes(slip: Slip, width_dots: int, dpi: int, *, native_qr: bool = True) -> bytes:
    """The slip in the printer's own type: about 400 bytes, for serial lines.

    Paragraphs with characters outside two-byte GB18030 are drawn, since most printers print garbage for them.
    """
    data = bytearray(INITIALISE + KANJI_ON)
    for block in slip.blocks:
        if isinstance(block, Text):
            data += _text(block, width_dots, dpi)
        elif isinstance(block, QrCode):
            data += _qr(block, width_dots, dpi, native=native_qr)
        else:
            data += _rule(block, width_dots)
    return bytes(data + CUT)


def _bands(image: Image.Image) -> bytes:
    """GS v 0 for each band: bytes across, rows, then the dots with ones for ink; a picture's ones are paper."""
    data = bytearray()
    for top in range(0, image.height, BAND_DOTS):
        band = image.crop((0, top, image.width, min(top + BAND_DOTS, image.height)))
        across = (band.width + 7) // 8
        data += b"\x1dv0\x00" + across.to_bytes(2, "little") + band.height.to_bytes(2, "little")
        data += band.point(INK).tobytes()
    return bytes(data)


def _text(block: Text, width_dots: int, dpi: int) -> bytes:
    if not printable(block.text):
        return _image(draw_block(block, width_dots, dpi))
    times = _times(block, width_dots, dpi)
    columns = width_dots // CELL_DOTS // times
    align = {"left": b"\x1ba\x00", "right": b"\x1ba\x02"}.get(block.align, b"\x1ba\x01")
    bold = b"\x1bE\x01" if block.bold else b"\x1bE\x00"
    han_double = b"\x1c!\x0c" if times > 1 else b"\x1c!\x00"
    size = b"\x1d!" + bytes([(times - 1) << 4 | (times - 1)])
    lines = b"".join(line.encode("gb18030") + b"\n" for line in balanced(block.text, columns, columns_of))
    return align + bold + han_double + size + lines + b"\x1c!\x00\x1d!\x00\x1bE\x00"


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


def _qr(block: QrCode, width_dots: int, dpi: int, *, native: bool) -> bytes:
    if native:
        side = block.side_mm * dpi / MM_PER_INCH
        data = b"\x1ba\x01" + _symbol(block.data, _module_dots(block.data, side, width_dots)) + b"\n"
    else:
        data = _image(draw_block(QrCode(block.data, "", block.side_mm), width_dots, dpi))
    return data + _text(Text(block.caption, 3.0), width_dots, dpi) if block.caption else data


def _symbol(content: str, module_dots: int) -> bytes:
    """GS ( k for a QR code: model, dots a module, level, store, print. Nothing is no symbol."""
    if not content:
        return b""
    parts = (
        b"A" + QR_MODEL_2,
        b"C" + bytes([module_dots]),
        b"E" + QR_LEVEL_M,
        b"P0" + content.encode("utf-8"),
        b"Q0",
    )
    return b"".join(b"\x1d(k" + (len(part) + 1).to_bytes(2, "little") + b"1" + part for part in parts)


def _module_dots(data: str, side_dots: float, width_dots: int) -> int:
    """Dots per module; the side in modules follows from the bytes at level M (ISO/IEC 18004 table 7)."""
    size = len(data.encode("utf-8"))
    capacities = (14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666)
    version = next((n for n, most in enumerate(capacities, 1) if size <= most), len(capacities) + 1)
    modules = 17 + 4 * version
    return max(3, min(16, round(side_dots / modules), width_dots // modules))


def _image(image: Image.Image) -> bytes:
    return b"\x1ba\x00" + _bands(image)


def _rule(_: Rule, width_dots: int) -> bytes:
    return b"\x1ba\x00" + b"-" * (width_dots // CELL_DOTS) + b"\n"
