"""Passports and residence permits with a chip (ICAO Doc 9303-10): opened by their lines, read for their lines.

Only DG1, the lines themselves, is read. The portrait (DG2) stays on the chip: the hall has no use for it.
"""

from __future__ import annotations

from collections.abc import Callable

from hardware.cardreaders import bac, mrz
from hardware.cardreaders.apdu import Channel, ask, demand, header, parts
from hardware.errors import CardError
from hardware.ports import Card

APPLICATION = bytes.fromhex("A0000002471001")
SELECT = b"\x00\xa4\x04\x0c" + bytes([len(APPLICATION)]) + APPLICATION
CHALLENGE = bytes.fromhex("0084000008")
DG1 = bytes.fromhex("0101")
LINES_TAG = 0x5F1F
_PIECE = 0xC0
_REFUSED = frozenset({0x6300, 0x6982, 0x6985, 0x6988, 0x6A80})
"""How documents say that the key does not fit; none of them says it as the standard would."""

KINDS = {"P": "passport"}


def is_present(channel: Channel) -> bool:
    """Whether a travel document lies there; it is selected then."""
    return ask(channel, SELECT).is_ok


def read(channel: Channel, key: mrz.AccessKey, random: Callable[[int], bytes]) -> Card:
    """The holder as the selected document says; `random` gives so many unpredictable bytes.

    Raises CardError: wrong_key, access_refused (it wants more than Basic Access Control), unreadable.
    """
    secured = _Secured(channel, _proven(channel, key, random))
    demand(secured, b"\x00\xa4\x02\x0c\x02" + DG1, "DG1")
    lines = mrz.parse(_lines(_file(secured)).decode("ascii", "replace"))
    if lines.number != key.number.rstrip("<"):
        raise CardError("the chip carries another document's lines")
    return Card(
        kind=KINDS.get(lines.kind[:1], "other"), document=lines.number, name=lines.name, birth=lines.born, sex=lines.sex
    )


class _Secured:
    """The same channel inside a session."""

    def __init__(self, channel: Channel, session: bac.SecureSession) -> None:
        self._channel = channel
        self._session = session

    def transmit(self, command: bytes) -> bytes:
        return self._session.answer(self._channel.transmit(self._session.protect(command)))


def _proven(channel: Channel, key: mrz.AccessKey, random: Callable[[int], bytes]) -> bac.SecureSession:
    """Both ends prove that they know the key (9303-11, 4.3.1)."""
    keys = bac.document_keys(key.seed)
    challenge = ask(channel, CHALLENGE)
    if not challenge.is_ok or len(challenge.data) != bac.BLOCK:
        raise CardError(f"the document gives no challenge: {challenge.status:04X}", code="access_refused")
    ours, half = random(8), random(16)
    question = bac.sealed(keys, ours + challenge.data + half)
    answer = ask(channel, b"\x00\x82\x00\x00" + bytes([len(question)]) + question + bytes([len(question)]))
    if answer.status in _REFUSED:
        raise CardError("the document does not open with these lines", code="wrong_key")
    if not answer.is_ok:
        raise CardError(f"the document does not open: {answer.status:04X}", code="access_refused")
    proof = bac.unsealed(keys, answer.data)
    if len(proof) != 32 or proof[:8] != challenge.data or proof[8:16] != ours:
        raise CardError("the document could not prove itself", code="wrong_key")
    return bac.session(ours, challenge.data, half, proof[16:])


def _file(channel: Channel) -> bytes:
    """The selected file, whose own header says how long it is."""
    begin = demand(channel, bytes.fromhex("00B0000006"), "DG1")
    _, start, length = header(begin)
    content = begin
    while len(content) < start + length:
        wanted = min(_PIECE, start + length - len(content))
        piece = demand(channel, b"\x00\xb0" + len(content).to_bytes(2) + bytes([wanted]), "DG1")
        if not piece:
            raise CardError("DG1 ends too early")
        content += piece
    return content[start : start + length]


def _lines(group: bytes) -> bytes:
    for tag, value in parts(group):
        if tag == LINES_TAG:
            return value
    raise CardError("DG1 has no lines")
