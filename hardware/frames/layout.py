"""How one vendor's frames are put together and taken apart, from a description: pure bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from hardware.bus.checks import CHECKS
from hardware.errors import DeviceError

LONGEST = 512
"""Bytes of one frame; the devices these descriptions are for speak in a few dozen."""


class Name(StrEnum):
    """The parts of a frame that are not always the same."""

    ADDRESS = "address"
    LENGTH = "length"
    COMMAND = "command"
    DATA = "data"
    CHECK = "check"


Part = bytes | Name
"""Bytes stand for themselves."""


@dataclass(frozen=True, slots=True)
class Number:
    """How a number is written: in how many bytes, and which end first ("big" or "little")."""

    size: int = 1
    big: bool = True

    def pack(self, value: int) -> bytes:
        """Raises DeviceError when it does not fit."""
        try:
            return value.to_bytes(self.size, "big" if self.big else "little")
        except OverflowError:
            raise DeviceError(f"{value} does not fit in {self.size} bytes", code="bar_error") from None

    def unpack(self, data: bytes) -> int:
        """The number in `data`."""
        return int.from_bytes(data, "big" if self.big else "little")


@dataclass(frozen=True, slots=True)
class Check:
    """`kind` as in hardware.bus.checks, "" = none; `over`: the parts it covers, None = all from header to itself."""

    kind: str = ""
    over: frozenset[Name] | None = None
    with_header: bool = False
    big: bool = True

    @property
    def size(self) -> int:
        return CHECKS[self.kind][0] if self.kind else 0

    def of(self, covered: bytes) -> bytes:
        """The check of these bytes."""
        return CHECKS[self.kind][1](covered).to_bytes(self.size, "big" if self.big else "little") if self.kind else b""


@dataclass(frozen=True, slots=True)
class Message:
    """What one frame says: `address` is 0 where frames carry none."""

    address: int
    command: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class Layout:
    """`parts` in the order they travel, between `header` and `tail`, which are never escaped.

    `counts`: the parts whose bytes the length counts, plus `more`. `data_size`: bytes of data where no length says it.
    """

    header: bytes
    parts: tuple[Part, ...]
    tail: bytes
    address: Number = Number()
    length: Number = Number()
    command_size: int = 1
    counts: frozenset[Name] = frozenset({Name.ADDRESS, Name.COMMAND, Name.DATA})
    more: int = 0
    check: Check = Check()
    data_size: int | None = None
    escapes: Mapping[bytes, bytes] = field(default_factory=dict)

    def build(self, message: Message) -> bytes:
        """The frame of one message; raises DeviceError when something does not fit."""
        values = {
            Name.ADDRESS: self.address.pack(message.address) if Name.ADDRESS in self.parts else b"",
            Name.COMMAND: message.command,
            Name.DATA: message.data,
            Name.CHECK: b"",
        }
        counted = sum(len(values[name]) for name in self.counts if name in self.parts) + self.more
        values[Name.LENGTH] = self.length.pack(counted) if Name.LENGTH in self.parts else b""
        values[Name.CHECK] = self.check.of(self._covered(values))
        body = b"".join(values[part] if isinstance(part, Name) else part for part in self.parts)
        return self.header + self._escaped(body) + self.tail

    def _covered(self, values: Mapping[Name, bytes]) -> bytes:
        covered = [self.header] if self.check.with_header else []
        for part in self.parts:
            if part is Name.CHECK:
                break
            if not isinstance(part, Name):
                covered.append(part if self.check.over is None else b"")
            elif self.check.over is None or part in self.check.over:
                covered.append(values[part])
        return b"".join(covered)

    def _escaped(self, body: bytes) -> bytes:
        return b"".join(self.escapes.get(bytes([byte]), bytes([byte])) for byte in body) if self.escapes else body

    def plain(self, body: bytes) -> bytes | None:
        """`body` without its escapes, None when it has one that does not exist."""
        if not self.escapes:
            return body
        back = {escaped: plain for plain, escaped in self.escapes.items()}
        marks = {escaped[:1] for escaped in back}
        plain, at = bytearray(), 0
        while at < len(body):
            one = body[at : at + 1]
            if one in marks:
                known = next((escaped for escaped in back if body.startswith(escaped, at)), None)
                if known is None:
                    return None
                plain += back[known]
                at += len(known)
            else:
                plain += one
                at += 1
        return bytes(plain)

    def fixed(self) -> int:
        """Bytes of the parts without the data."""
        sizes = {
            Name.ADDRESS: self.address.size,
            Name.LENGTH: self.length.size,
            Name.COMMAND: self.command_size,
            Name.DATA: 0,
            Name.CHECK: self.check.size,
        }
        return sum(sizes[part] if isinstance(part, Name) else len(part) for part in self.parts)

    def take_apart(self, body: bytes, data_size: int) -> Message | None:
        """The message of unescaped parts with so much data; None when they are not such a message."""
        values: dict[Name, bytes] = {}
        at = 0
        for part in self.parts:
            size = self._size(part, data_size)
            piece = body[at : at + size]
            at += size
            if len(piece) != size or not self._fits(part, piece, values):
                return None
        if not self._true(values):
            return None
        return Message(
            self.address.unpack(values.get(Name.ADDRESS, b"")),
            values.get(Name.COMMAND, b""),
            values.get(Name.DATA, b""),
        )

    def _size(self, part: Part, data_size: int) -> int:
        if not isinstance(part, Name):
            return len(part)
        return {
            Name.ADDRESS: self.address.size,
            Name.LENGTH: self.length.size,
            Name.COMMAND: self.command_size,
            Name.DATA: data_size,
            Name.CHECK: self.check.size,
        }[part]

    @staticmethod
    def _fits(part: Part, piece: bytes, values: dict[Name, bytes]) -> bool:
        """Literals are what they must be, and a part that stands there twice says the same twice."""
        if not isinstance(part, Name):
            return piece == part
        return values.setdefault(part, piece) == piece

    def _true(self, values: Mapping[Name, bytes]) -> bool:
        counted = sum(len(values[name]) for name in self.counts if name in values) + self.more
        if Name.LENGTH in values and self.length.unpack(values[Name.LENGTH]) != counted:
            return False
        return Name.CHECK not in values or values[Name.CHECK] == self.check.of(self._covered(values))

    def data_sizes(self, body: bytes) -> Iterator[int]:
        """How much data a frame beginning with these unescaped parts may have."""
        if self.data_size is not None or Name.DATA not in self.parts:
            yield self.data_size or 0
            return
        if Name.LENGTH in self.parts:
            said = self._said(body)
            if said is not None and 0 <= said <= LONGEST:
                yield said
            return
        yield from range(max(0, min(len(body), LONGEST) - self.fixed()) + 1)

    def _said(self, body: bytes) -> int | None:
        """The data's size as the length says it; None while the length has not come."""
        at = 0
        for part in self.parts:
            if part is Name.DATA:
                return None  # a length behind the data says nothing beforehand
            size = self._size(part, 0)
            if part is Name.LENGTH:
                if len(body) < at + size:
                    return None
                others = sum(self._size(name, 0) for name in self.counts if name in self.parts)
                return self.length.unpack(body[at : at + size]) - self.more - others
            at += size
        return None


class Unframer:
    """Finds the frames of a layout in whatever arrives, in any fragments and after any junk."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._buffer = b""

    def feed(self, data: bytes) -> None:
        """Keep what arrived; at most one frame's worth is kept while none is whole."""
        self._buffer = (self._buffer + data)[-LONGEST:]

    def take(self) -> Message | None:
        """The next whole message, None when there is none yet. Damaged frames are passed over."""
        at = self._buffer.find(self._layout.header)
        while 0 <= at < len(self._buffer):
            found = self._at(at + len(self._layout.header))
            if found is not None:
                message, end = found
                self._buffer = self._buffer[end:]
                return message
            at = self._buffer.find(self._layout.header, at + 1)
        return None

    def _at(self, start: int) -> tuple[Message, int] | None:
        if self._layout.escapes:
            return self._escaped_at(start)
        body, tail = self._buffer[start:], self._layout.tail
        for size in self._layout.data_sizes(body):
            end = self._layout.fixed() + size
            if body[end : end + len(tail)] != tail or len(body) < end + len(tail):
                continue
            message = self._layout.take_apart(body[:end], size)
            if message is not None:
                return message, start + end + len(tail)
        return None

    def _escaped_at(self, start: int) -> tuple[Message, int] | None:
        """With escapes the tail cannot stand inside a frame."""
        end = self._buffer.find(self._layout.tail, start)
        if end < 0:
            return None
        body = self._layout.plain(self._buffer[start:end])
        if body is None or len(body) < self._layout.fixed():
            return None
        message = self._layout.take_apart(body, len(body) - self._layout.fixed())
        return None if message is None else (message, end + len(self._layout.tail))
