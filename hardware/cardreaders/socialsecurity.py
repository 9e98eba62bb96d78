"""The open part of a Chinese social security card (LB/T 33): who holds it. No PIN, no security module.

Cities differ in small things; a card that wants a PIN for these records is refused as unreadable.
"""

from __future__ import annotations

from hardware.cardreaders import gb11643
from hardware.cardreaders.apdu import NOT_FOUND, Channel, ask
from hardware.errors import CardError
from hardware.ports import Card

APPLICATION = b"sx1.sh." + "社会保障".encode("gbk")
SELECT = b"\x00\xa4\x04\x00" + bytes([len(APPLICATION)]) + APPLICATION
HOLDER = bytes.fromhex("EF06")
NUMBER, NAME, NAME_GOES_ON, SEX, BIRTH = 0x08, 0x09, 0x4E, 0x0A, 0x0D
SEXES = {"1": "male", "2": "female"}


def is_present(channel: Channel) -> bool:
    """Whether a social security card lies there; its application is selected then."""
    return ask(channel, SELECT).is_ok


def read(channel: Channel, by_position: bool = False) -> Card:
    """The holder as the selected application says; `by_position` for cards that count records instead of naming them.

    Raises CardError.
    """
    chosen = ask(channel, b"\x00\xa4\x02\x00\x02" + HOLDER)
    if not chosen.is_ok:
        raise CardError(f"the card keeps its holder to itself: {chosen.status:04X}")
    number = _text(_record(channel, NUMBER, by_position))
    if not gb11643.is_valid(number):
        raise CardError("the number on the card fails its check character")
    name = _record(channel, NAME, by_position) + _record(channel, NAME_GOES_ON, by_position)
    return Card(
        kind="social_security",
        document=number,
        name=_text(name),
        birth=_date(_record(channel, BIRTH, by_position)),
        sex=SEXES.get(_text(_record(channel, SEX, by_position)), ""),
    )


def record(number: int, value: bytes) -> bytes:
    """A record as the card stores it: its own number, the length, the value."""
    return bytes([number, len(value)]) + value


def _record(channel: Channel, number: int, by_position: bool) -> bytes:
    """The value of a record, empty when the card has none; raises CardError."""
    answer = ask(channel, bytes([0x00, 0xB2, number, 0x04 if by_position else 0x00, 0x00]))
    if answer.status in NOT_FOUND:
        return b""
    if not answer.is_ok:
        raise CardError(f"record {number:02X}: the card answers {answer.status:04X}")
    tag, value = answer.data[:1], answer.data[2:]
    if tag != bytes([number]) or answer.data[1:2] != bytes([len(value)]):
        raise CardError(f"record {number:02X} is not what it should be")
    return value


def _text(value: bytes) -> str:
    return value.rstrip(b"\x00\xff ").decode("gb18030", "replace").strip()


def _date(value: bytes) -> str:
    """Four bytes of two decimal digits each."""
    text = value.hex()
    return text if len(text) == 8 and text.isdecimal() else ""
