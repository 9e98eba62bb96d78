"""The frames every Chinese identity card reader speaks to its security module (SDT protocol, GA 450): pure bytes."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import reduce
from operator import xor

from hardware.errors import CardError, FrameError

PREAMBLE = b"\xaa\xaa\xaa\x96\x69"
SYNC = PREAMBLE[1:]  # over USB some readers drop or add leading bytes
LONGEST = 4096

RESET, STATUS, MODULE_ID = b"\x10\xff", b"\x11\xff", b"\x12\xff"
FIND, SELECT = b"\x20\x01", b"\x20\x02"
READ_TEXT_PHOTO, READ_ALL = b"\x30\x01", b"\x30\x10"

OK, FOUND, BAD_CHECKSUM = 0x90, 0x9F, 0x10
UNKNOWN_COMMAND, READ_FAILED, UNAUTHORISED, NO_CARD, SELECT_FAILED = 0x21, 0x41, 0x66, 0x80, 0x81
MEANINGS = {
    BAD_CHECKSUM: "checksum error in the request",
    0x11: "length error in the request",
    UNKNOWN_COMMAND: "command not known",
    0x24: "unknown error",
    0x31: "the card rejects the security module",
    0x32: "the security module rejects the card",
    0x33: "the card's data fail their check",
    0x40: "not an identity card",
    READ_FAILED: "the card could not be read",
    0x47: "random number failed",
    0x60: "the security module failed its self-test",
    UNAUTHORISED: "the security module is not authorised",
    NO_CARD: "no card",
    SELECT_FAILED: "the card could not be selected",
    0x91: "the card has no such item",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One response: `code` is SW3, `data` what follows it."""

    code: int
    data: bytes = b""

    @property
    def meaning(self) -> str:
        """For the log."""
        return MEANINGS.get(self.code, f"code {self.code:#04x}")


def checksum(body: bytes) -> int:
    """XOR of every byte from the length to the end of the data."""
    return reduce(xor, body, 0)


def request(command: bytes, data: bytes = b"") -> bytes:
    """The frame of one command (two bytes) with its data."""
    return _frame(command + data)


def response(code: int, data: bytes = b"", first: bytes = b"\0\0") -> bytes:
    """The frame of one answer, as a reader sends it."""
    return _frame(first + bytes([code]) + data)


def _frame(content: bytes) -> bytes:
    body = struct.pack(">H", len(content) + 1) + content
    return PREAMBLE + body + bytes([checksum(body)])


class Unframer:
    """Finds frames in whatever arrives, in any fragments and after any junk."""

    def __init__(self, least: int) -> None:
        self._least = least
        self._buffer = b""

    def feed(self, data: bytes) -> None:
        """Keep what arrived; at most one broken frame's worth is kept while no frame begins."""
        self._buffer += data

    def take(self) -> bytes | None:
        """The content of the next whole frame, None when there is none yet.

        Raises FrameError for a frame whose length or checksum is wrong, after which take() may be called again.
        """
        start = self._buffer.find(SYNC)
        if start < 0:
            self._buffer = self._buffer[-len(SYNC) :]
            return None
        body = self._buffer[start + len(SYNC) :]
        if len(body) < 2:
            return None
        length = int.from_bytes(body[:2], "big")
        if not self._least < length <= LONGEST:
            self._buffer = body
            raise FrameError(f"a frame says that it has {length} bytes")
        if len(body) < 2 + length:
            return None
        self._buffer = body[2 + length :]
        if checksum(body[: 2 + length]) != 0:
            raise FrameError("wrong checksum")
        return body[2 : 1 + length]


class AnswerReader:
    """Unframes answers."""

    def __init__(self) -> None:
        self._frames = Unframer(least=3)

    def feed(self, data: bytes) -> None:
        """Keep what arrived."""
        self._frames.feed(data)

    def take(self) -> Answer | None:
        """The next answer or None; raises FrameError as Unframer.take does."""
        content = self._frames.take()
        return None if content is None else Answer(content[2], content[3:])


def text_of(data: bytes, *, parts: int) -> bytes:
    """The text among the `parts` (2: text, photo; 3: and fingerprint) of a read; raises CardError.

    Photo and fingerprint are dropped here and go nowhere: a hall has no use for them.
    """
    if len(data) < 2 * parts:
        raise CardError("the card's data are cut short")
    lengths = struct.unpack(f">{parts}H", data[: 2 * parts])
    if len(data) != 2 * parts + sum(lengths):
        raise CardError(f"the card's data have {len(data)} bytes, not {2 * parts + sum(lengths)}")
    return data[2 * parts : 2 * parts + lengths[0]]


def module_number(data: bytes) -> str:
    """The security module's number as printed on readers, e.g. "05.03-20170531-0001234567-0012345678"."""
    if len(data) != 16:
        raise FrameError(f"a module number has 16 bytes, not {len(data)}")
    return "{:02d}.{:02d}-{:08d}-{:010d}-{:010d}".format(*struct.unpack("<HHIII", data))
