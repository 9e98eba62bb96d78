"""Takes an ESC/POS byte stream apart into commands, the way a printer's firmware does, whatever the fragments."""

from __future__ import annotations

from collections.abc import Callable

from hardware.printers.vocabulary import (
    Ask,
    Column,
    Command,
    Cut,
    Feed,
    Ignored,
    Print,
    Raster,
    Set,
    Symbol,
    Unknown,
)

MOST_DATA = 4 * 1024 * 1024


class _Unfinished(Exception):  # noqa: N818 - a signal between two functions, not an error
    """The command is not whole yet."""


class _Bytes:
    """A view on the buffer from `used` on; taking moves `used`."""

    def __init__(self, data: bytes, used: int) -> None:
        self.data = data
        self.used = used

    def take(self, count: int) -> bytes:
        if count > MOST_DATA:
            raise ValueError(count)
        if self.used + count > len(self.data):
            raise _Unfinished
        part = self.data[self.used : self.used + count]
        self.used += count
        return part

    def byte(self) -> int:
        return self.take(1)[0]

    def word(self) -> int:
        return int.from_bytes(self.take(2), "little")


class Parser:
    """Feed it what arrives; it returns the commands that are complete. Never raises on any bytes."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> list[Command]:
        """Commands completed by `data`, in order; the rest waits for the next call."""
        self._buffer += data
        commands: list[Command] = []
        done = 0
        while done < len(self._buffer):
            source = _Bytes(self._buffer, done)
            try:
                commands.append(_next(source))
            except _Unfinished:
                break
            except ValueError:
                commands.append(Unknown(self._buffer[done : source.used]))
            done = source.used
        self._buffer = self._buffer[done:]
        return commands


def _next(source: _Bytes) -> Command:
    first = source.byte()
    table = _PREFIXES.get(first)
    if table is not None:
        second = source.byte()
        reader = table.get(second)
        return reader(source) if reader else Unknown(bytes([first, second]))
    if first == 0x0A:
        return Feed(lines=1)
    if first in {0x0D, 0x00, 0x18}:
        return Ignored(bytes([first]))
    if first < 0x20 and first != 0x09:
        return Unknown(bytes([first]))
    return _text(first, source)


def _text(first: int, source: _Bytes) -> Command:
    """A whole character in GB18030's one, two or four bytes, so that fragments never split one."""
    if first < 0x81 or first == 0xFF:
        return Print(bytes([first]))
    second = source.byte()
    if 0x30 <= second <= 0x39:
        return Print(bytes([first, second]) + source.take(2))
    if second < 0x40:
        source.used -= 1  # not the second half of anything: a stray high byte
        return Print(bytes([first]))
    return Print(bytes([first, second]))


def _setting(name: str) -> Callable[[_Bytes], Command]:
    return lambda source: Set(name, source.byte())


def _constant(command: Command) -> Callable[[_Bytes], Command]:
    return lambda source: command


def _skip(count: int) -> Callable[[_Bytes], Command]:
    return lambda source: Ignored(source.take(count))


def _cut(source: _Bytes) -> Command:
    kind = source.byte()
    return Cut(source.byte() if kind in {65, 66, 97, 98, 103, 104} else 0)


def _raster(source: _Bytes) -> Command:
    """GS v 0 m xL xH yL yH d..."""
    if source.byte() != 0x30:
        raise ValueError("GS v is followed by 0")
    mode = source.byte() % 48
    stride, rows = source.word(), source.word()
    return Raster(stride, rows, source.take(stride * rows), 1 + (mode & 1), 1 + (mode >> 1 & 1))


def _columns(source: _Bytes) -> Command:
    """ESC * m nL nH d...: m 0/1 are 8 dots high, 32/33 are 24; 0 and 32 are half as dense across."""
    mode, count = source.byte(), source.word()
    height = 24 if mode & 32 else 8
    return Column(height, source.take(count * height // 8), 1 if mode & 1 else 2)


def _symbol(source: _Bytes) -> Command:
    """GS ( k pL pH cn fn ...: cn 49 is a QR code."""
    body = source.take(source.word())
    if len(body) < 2 or body[0] != 49:
        return Unknown(b"\x1d(k" + body[:2])
    return Symbol(body[1], body[2:])


def _graphics(source: _Bytes) -> Command:
    return _graphic(source.take(source.word()))


def _big_graphics(source: _Bytes) -> Command:
    return _graphic(source.take(int.from_bytes(source.take(4), "little")))


def _graphic(body: bytes) -> Command:
    """GS ( L / GS 8 L: function 112 stores a raster (printed when stored, as paper only moves forward)."""
    if len(body) >= 2 and body[1] in {2, 50}:
        return Ignored(body)
    if len(body) < 10 or body[1] != 112:
        return Unknown(b"\x1d(L" + body[:2])
    width, rows = int.from_bytes(body[6:8], "little"), int.from_bytes(body[8:10], "little")
    stride = (width + 7) // 8
    data = body[10 : 10 + stride * rows]
    return Raster(stride, rows, data.ljust(stride * rows, b"\0"), body[3], body[4])


def _group(source: _Bytes) -> Command:
    """GS ( fn pL pH ..."""
    letter = source.byte()
    if letter == ord("k"):
        return _symbol(source)
    if letter == ord("L"):
        return _graphics(source)
    return Ignored(b"\x1d(" + bytes([letter]) + source.take(source.word()))


def _barcode(source: _Bytes) -> Command:
    """GS k m ...: either counted (m > 64) or ended by NUL."""
    kind = source.byte()
    if kind > 64:
        return Unknown(b"\x1dk" + source.take(source.byte()))
    data = b""
    while (byte := source.take(1)) != b"\0":
        data += byte
    return Unknown(b"\x1dk" + data)


def _ask_now(source: _Bytes) -> Command:
    return Ask(source.byte(), real_time=True)


def _ask_in_order(source: _Bytes) -> Command:
    return Ask(source.byte(), real_time=False)


def _feed_lines(source: _Bytes) -> Command:
    return Feed(lines=source.byte())


def _feed_dots(source: _Bytes) -> Command:
    return Feed(dots=source.byte())


Reader = Callable[[_Bytes], Command]
_ESC: dict[int, Reader] = {
    ord("@"): _constant(Set("initialise", 0)),
    ord("a"): _setting("align"),
    ord("E"): _setting("bold"),
    ord("G"): _setting("bold"),
    ord("-"): _setting("underline"),
    ord("!"): _setting("style"),
    ord("M"): _setting("font"),
    ord("t"): _setting("code_page"),
    ord("R"): _setting("charset"),
    ord("3"): _setting("line_dots"),
    ord("2"): _constant(Set("line_dots", 30)),
    ord(" "): _setting("spacing"),
    ord("{"): _setting("upside_down"),
    ord("d"): _feed_lines,
    ord("J"): _feed_dots,
    ord("*"): _columns,
    ord("i"): _constant(Cut()),
    ord("m"): _constant(Cut()),
    ord("p"): _skip(3),
    ord("B"): _skip(2),
    ord("c"): _skip(2),
    ord("="): _skip(1),
}
_GS: dict[int, Reader] = {
    ord("!"): _setting("size"),
    ord("B"): _setting("inverse"),
    ord("V"): _cut,
    ord("v"): _raster,
    ord("("): _group,
    ord("8"): lambda source: _big_graphics(source) if source.byte() == ord("L") else Unknown(b"\x1d8"),
    ord("k"): _barcode,
    ord("r"): _ask_in_order,
    ord("a"): _skip(1),
    ord("h"): _skip(1),
    ord("w"): _skip(1),
    ord("H"): _skip(1),
    ord("f"): _skip(1),
    ord("L"): _skip(2),
    ord("W"): _skip(2),
    ord("P"): _skip(2),
}
_FS: dict[int, Reader] = {
    ord("&"): _constant(Set("han", 1)),
    ord("."): _constant(Set("han", 0)),
    ord("!"): _setting("han_style"),
    ord("W"): _setting("han_quadruple"),
    ord("-"): _setting("han_underline"),
    ord("S"): _skip(2),
    ord("C"): _skip(1),
}
_DLE: dict[int, Reader] = {0x04: _ask_now, 0x05: _skip(1), 0x14: _skip(3)}
_PREFIXES = {0x1B: _ESC, 0x1D: _GS, 0x1C: _FS, 0x10: _DLE}
