"""Questions and answers of a chip card (ISO/IEC 7816-4): what every card application here is written against."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from hardware.errors import CardError

OK = 0x9000
NOT_FOUND = frozenset({0x6A82, 0x6A83, 0x6A88, 0x6A81, 0x6D00, 0x6E00, 0x6999})
"""The card does not have what was asked for: file, record, application, or the command itself."""


class Channel(Protocol):
    """A powered card."""

    def transmit(self, command: bytes) -> bytes:
        """The card's answer to one command, its two status bytes last; raises LinkError when the card is gone."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the card said: data and the two status bytes as a number, 0x9000 = done."""

    data: bytes
    status: int

    @property
    def is_ok(self) -> bool:
        return self.status == OK


def ask(channel: Channel, command: bytes) -> Answer:
    """One question, with what older cards need for it: the right length said again (6C), the rest fetched (61)."""
    answer = _answer(channel.transmit(command))
    if answer.status >> 8 == 0x6C:
        answer = _answer(channel.transmit(command[:4] + bytes([answer.status & 0xFF])))
    data = answer.data
    while answer.status >> 8 == 0x61:
        answer = _answer(channel.transmit(bytes([command[0] & 0x03, 0xC0, 0, 0, answer.status & 0xFF])))
        data += answer.data
    return Answer(data, answer.status)


def demand(channel: Channel, command: bytes, what: str) -> bytes:
    """The data of an answer that must be good; raises CardError naming `what` and the status."""
    answer = ask(channel, command)
    if not answer.is_ok:
        raise CardError(f"{what}: the card answers {answer.status:04X}")
    return answer.data


def parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The tagged values one after another in `data` (BER-TLV, tags of one or two bytes); raises CardError."""
    at = 0
    while at < len(data):
        tag, start, length = header(data[at:])
        at += start
        if at + length > len(data):
            raise CardError(f"the value of tag {tag:X} is cut off")
        yield tag, data[at : at + length]
        at += length


def header(data: bytes) -> tuple[int, int, int]:
    """(tag, bytes before the value, bytes of the value) of what `data` begins with; raises CardError."""
    try:
        tag, at = data[0], 1
        if tag & 0x1F == 0x1F:
            tag, at = tag << 8 | data[1], 2
        length, at = data[at], at + 1
        if length > 0x80:
            more = length & 0x7F
            if more > 3 or at + more > len(data):
                raise CardError("a tagged value has an impossible length")
            length, at = int.from_bytes(data[at : at + more]), at + more
        elif length == 0x80:
            raise CardError("a tagged value has no length")
    except IndexError:
        raise CardError("a tagged value is cut off") from None
    return tag, at, length


def tagged(tag: int, value: bytes) -> bytes:
    """`value` under `tag`, the other direction of parts()."""
    name = tag.to_bytes(2 if tag > 0xFF else 1)
    size = len(value)
    if size < 0x80:
        return name + bytes([size]) + value
    width = (size.bit_length() + 7) // 8
    return name + bytes([0x80 | width]) + size.to_bytes(width) + value


def _answer(raw: bytes) -> Answer:
    if len(raw) < 2:
        raise CardError("the card's answer has no status")
    return Answer(raw[:-2], int.from_bytes(raw[-2:]))
