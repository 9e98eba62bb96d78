"""The small language of a description: hex bytes stand for themselves, names for what is filled in or read out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hardware.frames.layout import Message, Number

_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_FIELD = re.compile(r"([a-z]+)(?::([1-4]))?(?::(high|low))?")
REST, DIGITS, SECONDS = "rest", "digits", "seconds"
ONE_BYTE = Number()


@dataclass(frozen=True, slots=True)
class Field:
    """A name in the data, with the size and order of its number."""

    name: str
    number: Number = ONE_BYTE


Word = bytes | Field


def words(text: str, allowed: frozenset[str]) -> tuple[Word, ...]:
    """The words of one line of data; raises ValueError with what is wrong."""
    return tuple(_word(piece, allowed) for piece in text.split())


def _word(piece: str, allowed: frozenset[str]) -> Word:
    field = _FIELD.fullmatch(piece)
    if field is not None and field[1] in allowed:
        return Field(field[1], Number(int(field[2] or 1), field[3] != "low"))
    if _HEX.fullmatch(piece):
        return bytes.fromhex(piece)
    known = f"hex bytes and {', '.join(sorted(allowed))}" if allowed else "only hex bytes"
    raise ValueError(f"{piece!r} is not known here; there are {known}")


@dataclass(frozen=True, slots=True)
class Saying:
    """A message from here. `values` for the names: numbers, or bytes ready to be sent."""

    command: bytes
    data: tuple[Word, ...] = ()

    def message(self, address: int, values: Mapping[str, int | bytes]) -> Message:
        """The message with its names filled in; raises DeviceError when a number does not fit."""
        return Message(address, self.command, b"".join(_filled(word, values) for word in self.data))


def _filled(word: Word, values: Mapping[str, int | bytes]) -> bytes:
    if isinstance(word, bytes):
        return word
    value = values.get(word.name, b"")
    if isinstance(value, int) and word.name == SECONDS:
        value = min(value, 256**word.number.size - 1)
    return word.number.pack(value) if isinstance(value, int) else value


@dataclass(frozen=True, slots=True)
class Hearing:
    """A message from a device, and what is to be read out of it."""

    command: bytes
    data: tuple[Word, ...] = ()

    def read(self, message: Message) -> Mapping[str, bytes] | None:
        """The named pieces of `message`; None when it is another message."""
        if message.command != self.command:
            return None
        return _read(self.data, message.data)


def _read(pattern: Sequence[Word], data: bytes) -> Mapping[str, bytes] | None:
    pieces: dict[str, bytes] = {}
    at = 0
    for word in pattern:
        size = len(word) if isinstance(word, bytes) else _length(word, len(data) - at)
        piece = data[at : at + size]
        at += size
        if len(piece) != size or (isinstance(word, bytes) and piece != word):
            return None
        if isinstance(word, Field):
            pieces[word.name] = piece
    return pieces if at == len(data) else None


def _length(word: Field, left: int) -> int:
    return max(0, left) if word.name in {REST, DIGITS} else word.number.size
