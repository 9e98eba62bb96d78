"""The far end of a description, for the twins: what a device understands of what is said to it, and what it says."""

from __future__ import annotations

from collections.abc import Mapping

from hardware.frames.description import Description
from hardware.frames.layout import Message
from hardware.frames.words import Field, Hearing, Saying, Word

TEXT = "text"


def read_back(saying: Saying, message: Message) -> Mapping[str, bytes] | None:
    """The named pieces of `message` if it is this saying, else None; a text takes what the rest leaves."""
    at = next((at for at, word in enumerate(saying.data) if isinstance(word, Field) and word.name == TEXT), None)
    if at is None:
        return Hearing(saying.command, saying.data).read(message)
    before, behind = _size(saying.data[:at]), _size(saying.data[at + 1 :])
    end = len(message.data) - behind
    if end < before:
        return None
    rest = Message(message.address, message.command, message.data[:before] + message.data[end:])
    pieces = Hearing(saying.command, (*saying.data[:at], *saying.data[at + 1 :])).read(rest)
    return None if pieces is None else {**pieces, TEXT: message.data[before:end]}


def spoken(description: Description, hearing: str, address: int, **values: bytes) -> bytes:
    """The frame a device sends for one of the tables it is heard by; what is not in `values` is zeros."""
    heard = description.heard[hearing]
    data = b"".join(
        word if isinstance(word, bytes) else values.get(word.name, bytes(word.number.size)) for word in heard.data
    )
    return description.layout.build(Message(address, heard.command, data))


def _size(words: tuple[Word, ...]) -> int:
    return sum(len(word) if isinstance(word, bytes) else word.number.size for word in words)
