"""The paper of the virtual printer: commands become dots the way a 24 dot thermal head would burn them."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageDraw

from hardware import fonts
from hardware.errors import SlipError
from hardware.linebreak import is_wide
from hardware.printers.vocabulary import Column, Command, Cut, Feed, Print, Raster, Set, Symbol
from hardware.slip import modules_image, qr_matrix

CELL = 12
LINE = 24
LEADING = 30
MOST_ROWS = 20000  # 2.5 m: a stream that never cuts must not fill the memory


@dataclass(frozen=True, slots=True)
class Printed:
    """A slip that fell: its picture (1-bit, 0 is ink) and the lines that were set in the printer's own type."""

    image: Image.Image
    text: tuple[str, ...]


class Paper:
    """One roll. `apply` burns a command; after a Cut it returns the slip that fell."""

    def __init__(self, width_dots: int) -> None:
        self.width = width_dots
        self._text: list[str] = []
        self._reset()
        self._start_slip()

    def apply(self, command: Command) -> Printed | None:
        """Burn one command; the finished slip when it was a cut and something is on the paper."""
        if isinstance(command, Print):
            self._character(command.data)
        elif isinstance(command, Set):
            self._set(command)
        elif isinstance(command, Feed):
            self._feed(command)
        elif isinstance(command, Raster):
            self._raster(command)
        elif isinstance(command, Column):
            self._column(command)
        elif isinstance(command, Symbol):
            self._symbol(command)
        elif isinstance(command, Cut):
            return self._cut(command)
        return None

    def _start_slip(self) -> None:
        self._sheet = Image.new("1", (self.width, 1024), 1)
        self._row = 0
        self._burnt = False
        self._text = []

    def _reset(self) -> None:
        self._modes: dict[str, int] = {"line_dots": LEADING, "han": 1}
        self._line: list[tuple[Image.Image, str]] = []
        self._qr_module, self._qr_data = 3, b""

    def _set(self, command: Set) -> None:
        if command.name == "initialise":
            self._reset()
        elif command.name == "style":
            self._modes["bold"] = command.value >> 3 & 1
            self._modes["size"] = (command.value >> 5 & 1) << 4 | (command.value >> 4 & 1)
            self._modes["han_size"] = self._modes["size"]
        elif command.name == "size":
            self._modes["size"] = self._modes["han_size"] = command.value & 0x77
        elif command.name == "han_style":
            self._modes["han_size"] = (command.value >> 2 & 1) << 4 | (command.value >> 3 & 1)
        elif command.name == "han_quadruple":
            self._modes["han_size"] = 0x11 if command.value & 1 else 0
        else:
            self._modes[command.name] = command.value

    def _character(self, data: bytes) -> None:
        char = data.decode("gb18030" if self._modes["han"] else "cp437", "replace")
        for single in (each if each.isprintable() else "\ufffd" for each in char):
            glyph = self._glyph(single, wide=len(data) > 1 or is_wide(single))
            if sum(part.width for part, _ in self._line) + glyph.width > self.width:
                self._print_line()
            self._line.append((glyph, single))

    def _glyph(self, char: str, *, wide: bool) -> Image.Image:
        size = self._modes.get("han_size" if wide else "size", 0)
        cell = Image.new("L", (2 * CELL if wide else CELL, LINE), 255)
        font = fonts.load(LINE - 1, bold=bool(self._modes.get("bold", 0) & 1), family=fonts.FIXED)
        ImageDraw.Draw(cell).text((cell.width / 2, LINE - 4), char, font=font, fill=0, anchor="ms")
        glyph = cell.point([0 if level < 140 else 255 for level in range(256)], mode="1")
        if self._modes.get("inverse", 0) & 1:
            glyph = glyph.point(lambda dot: 0 if dot else 255)
        across, down = (size >> 4 & 7) + 1, (size & 7) + 1
        return glyph.resize((glyph.width * across, LINE * down), Image.Resampling.NEAREST)

    def _print_line(self) -> None:
        width = sum(glyph.width for glyph, _ in self._line)
        height = max((glyph.height for glyph, _ in self._line), default=0)
        left = self._left(width)
        for glyph, _ in self._line:
            self._burn(glyph, left, self._row + height - glyph.height)
            left += glyph.width
        if self._line:
            self._text.append("".join(char for _, char in self._line))
        self._row += max(self._modes["line_dots"], height + (LEADING - LINE if height else 0))
        self._line = []

    def _left(self, width: int) -> int:
        spare = max(0, self.width - width)
        return {1: spare // 2, 2: spare}.get(self._modes.get("align", 0) % 48, 0)

    def _feed(self, command: Feed) -> None:
        if self._line or command.lines:
            self._print_line()
        self._row += max(0, command.lines - 1) * self._modes["line_dots"] + command.dots

    def _raster(self, command: Raster) -> None:
        if not command.stride or not command.rows:
            return
        self._flush_line()
        image = _bitmap(command.data, command.stride, command.rows)
        times = (command.times_x, command.times_y)
        if times != (1, 1):
            image = image.resize((image.width * times[0], image.height * times[1]), Image.Resampling.NEAREST)
        self._burn(image, self._left(image.width), self._row)
        self._row += image.height

    def _column(self, command: Column) -> None:
        per = command.height // 8
        count = len(command.data) // per
        if not count:
            return
        down = Image.frombytes("1", (command.height, count), bytes(255 - byte for byte in command.data))
        strip = down.transpose(Image.Transpose.TRANSPOSE)
        across = strip.resize((count * command.times_x, 24), Image.Resampling.NEAREST)
        self._line.append((across, ""))

    def _symbol(self, command: Symbol) -> None:
        if command.function == 67 and command.data:
            self._qr_module = max(1, min(16, command.data[0]))
        elif command.function == 80:
            self._qr_data = command.data[1:]
        elif command.function == 81 and self._qr_data:
            self._print_qr()

    def _print_qr(self) -> None:
        self._flush_line()
        try:
            matrix = qr_matrix(self._qr_data.decode("utf-8", "replace"), border=0)
        except SlipError:
            return  # more data than a symbol holds: a real printer prints nothing either
        code = modules_image(matrix, self._qr_module)
        self._burn(code, self._left(code.width), self._row)
        self._row += code.height

    def _cut(self, command: Cut) -> Printed | None:
        self._flush_line()
        self._row += command.dots
        height = max(1, min(self._row, MOST_ROWS))
        printed = Printed(self._sheet.crop((0, 0, self.width, height)), tuple(self._text)) if self._burnt else None
        self._start_slip()
        return printed

    def _flush_line(self) -> None:
        if self._line:
            self._print_line()

    def _burn(self, image: Image.Image, left: int, top: int) -> None:
        bottom = top + image.height
        if bottom > MOST_ROWS:
            return
        if bottom > self._sheet.height:
            longer = Image.new("1", (self.width, max(bottom, 2 * self._sheet.height)), 1)
            longer.paste(self._sheet)
            self._sheet = longer
        self._sheet.paste(image, (left, top))
        self._burnt = True


def _bitmap(data: bytes, stride: int, rows: int) -> Image.Image:
    """ESC/POS burns ones; a picture's ones are white."""
    return Image.frombytes("1", (stride * 8, rows), data.translate(_INVERTED))


_INVERTED = bytes(255 - byte for byte in range(256))
