"""The frames of onbon BX-5K, 5MK and 6K LED cards with a built-in Chinese font: pure bytes.

Source: the maker's protocol for users, doc.onbonbx.com/zh/k/potocol; published frames are asserted in the tests.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from hardware.bus.checks import crc16
from hardware.errors import FrameError
from hardware.ports import Colour, Effect

PREAMBLE = b"\xa5" * 8
END = b"\x5a"
HOST = 0x8000
EVERYBODY = 0xFFFE
LONGEST = 2048
"""Bytes of one frame; a card's own buffer holds 1024 of data."""

_HEADER = struct.Struct("<HH3xBBBBBH")  # destination, source, 0, check, display mode, device, version, data length
_ANY_DEVICE, _VERSION, _CRC16 = 0xFE, 2, 0
_ESCAPES = {b"\xa5": b"\xa6\x02", b"\xa6": b"\xa6\x01", b"\x5a": b"\x5b\x02", b"\x5b": b"\x5b\x01"}
_UNESCAPES = {value: key for key, value in _ESCAPES.items()}
_SPECIAL = re.compile(b"[\xa5\xa6\x5a\x5b]")
_ESCAPED = re.compile(b"[\xa6\x5b].?", re.DOTALL)

PING, CLEAR, BRIGHTNESS, SHOW = b"\xa2\x00", b"\xa3\x10", b"\xa3\x02", b"\xa3\x06"
ACK, NACK = b"\xa0\x00", b"\xa0\x01"

EFFECTS = {Effect.STILL: 1, Effect.FLASH: 2, Effect.SCROLL: 3}
"""Cards of this family do not flash: text that jumps on at once is the nearest."""
COLOURS = {Colour.RED: b"\\C1", Colour.GREEN: b"\\C2", Colour.YELLOW: b"\\C3"}
_LOOP, _FORGET_WHEN_STALE = 0, 2
_MANY_LINES, _OWN_BREAKS = 2, 1
_IN_PIXELS = 0x8000


@dataclass(frozen=True, slots=True)
class Message:
    """The content of one frame: who speaks to whom, and the data with its command in front."""

    to: int
    sender: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Area:
    """Where on the bar a text stands, in dots; `pixels` for cards of the sixth generation, else in units of 8 dots."""

    width: int
    height: int
    x: int = 0
    y: int = 0
    pixels: bool = False

    def packed(self) -> bytes:
        """As a card reads it."""
        if self.pixels:
            return struct.pack("<HHHH", _IN_PIXELS | self.x, self.y, _IN_PIXELS | self.width, self.height)
        return struct.pack("<HHHH", self.x // 8, self.y, self.width // 8, self.height)


def frame(to: int, data: bytes, sender: int = HOST) -> bytes:
    """One frame with preamble, escapes and check; `to` is the card's number, or EVERYBODY."""
    content = _HEADER.pack(to, sender, 0, _CRC16, 0, _ANY_DEVICE, _VERSION, len(data)) + data
    content += struct.pack("<H", crc16(content, initial=0))
    return PREAMBLE + _SPECIAL.sub(lambda found: _ESCAPES[found[0]], content) + END


def command(name: bytes, data: bytes = b"", *, answer: bool = True) -> bytes:
    """The data of a request; without `answer` the card is told to keep silent."""
    return name + (b"\x01" if answer else b"\x02") + b"\0\0" + data


def reply(name: bytes, data: bytes = b"", *, error: int = 0) -> bytes:
    """The data of a card's answer."""
    return name + bytes([error]) + b"\0\0" + data


def brightness(percent: int, *, answer: bool = True) -> bytes:
    """The data that sets one of 16 steps by hand; the table of 48 half hours behind it counts only in timed mode."""
    step = round(percent * 15 / 100)
    return command(BRIGHTNESS, bytes([1, step]) + bytes([step]) * 48, answer=answer)


def show(area: Area, text: bytes, effect: Effect, seconds: int, *, answer: bool = True) -> bytes:
    """The data that puts `text` (see `encoded`) into real-time area 0, which lives in memory and wears nothing out.

    `seconds` after which the card forgets it, 0 = never.
    """
    content = (
        b"\0"
        + area.packed()
        + b"\0\0"  # area 0, no space between lines
        + struct.pack("<BH3x", _FORGET_WHEN_STALE if seconds else _LOOP, seconds or 10)
        + bytes([_MANY_LINES, _OWN_BREAKS, EFFECTS[effect], 0, 2, 10])  # no exit, speed, 5 s of rest
        + struct.pack("<I", len(text))
        + text
    )
    return command(SHOW, b"\0\x01" + struct.pack("<H", len(content)) + content, answer=answer)


def shown(data: bytes) -> tuple[bytes, int] | None:
    """The text and the seconds of a request to show, as a card reads it; None when it is none. Raises FrameError."""
    if not data.startswith(SHOW):
        return None
    try:
        at = 6 + data[5]
        areas, length = struct.unpack_from("<BH", data, at)
        area = data[at + 3 : at + 3 + length]
        run, seconds = struct.unpack_from("<BH", area, 11)
        (size,) = struct.unpack_from("<I", area, 23)
    except (struct.error, IndexError) as fault:
        raise FrameError("a text is cut short") from fault
    text = area[27:]
    if areas != 1 or len(area) != length or size != len(text):
        raise FrameError("a text does not have the length it says")
    return text, seconds if run == _FORGET_WHEN_STALE else 0


def encoded(text: str, colour: Colour | None = None) -> bytes:
    r"""`text` as a card with a GB2312 font takes it; `\` begins the card's own words, so it is made full-width."""
    plain = text.replace("\\", "＼").encode("gb2312", "replace")
    return COLOURS[colour] + plain if colour else plain


class Unframer:
    """Finds frames in whatever arrives, in any fragments, after any junk and with any number of A5 in front."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> None:
        """Keep what arrived; at most one frame's worth is kept while no frame ends."""
        self._buffer = (self._buffer + data)[-LONGEST:]

    def take(self) -> Message | None:
        """The next whole message, None when there is none yet.

        Raises FrameError for a frame that is damaged, after which take() may be called again.
        """
        while (end := self._buffer.find(END)) >= 0:
            body, self._buffer = self._buffer[:end], self._buffer[end + 1 :]
            start = body.rfind(PREAMBLE[:1])
            if start >= 0:  # an end without a beginning is junk
                return _message(body[start + 1 :])
        return None


def _message(body: bytes) -> Message:
    content = _ESCAPED.sub(_plain, body)
    if len(content) < _HEADER.size + 2:
        raise FrameError(f"a frame of {len(content)} bytes")
    if crc16(content[:-2], initial=0) != int.from_bytes(content[-2:], "little"):
        raise FrameError("wrong checksum")
    to, sender, _, _, _, _, _, length = _HEADER.unpack_from(content)
    data = content[_HEADER.size : -2]
    if len(data) != length or length < 2:
        raise FrameError(f"a frame says that it has {length} bytes of data and has {len(data)}")
    return Message(to, sender, data)


def _plain(found: re.Match[bytes]) -> bytes:
    plain = _UNESCAPES.get(found[0])
    if plain is None:
        raise FrameError("an escape that does not exist")
    return plain
