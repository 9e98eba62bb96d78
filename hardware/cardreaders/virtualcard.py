"""Chip cards made of software, put into a slot of the virtual reader `vpcd`, so that the real PC/SC service reads them.

The slot's protocol is that of vpcd (frankmorgner/vsmartcard): two bytes of length, then a control byte or a command.
"""

from __future__ import annotations

import argparse
import logging
import secrets
import socket
import sys
import threading
from typing import Protocol

from hardware.cardreaders import bac, mrz, socialsecurity, travel
from hardware.cardreaders.apdu import tagged
from hardware.cardreaders.socialsecurity import record
from hardware.control import shut
from hardware.errors import CardError, DeviceError
from hardware.twinprocess import be

LOG = logging.getLogger(__name__)
PORT = 35963
_POWER_OFF, _POWER_ON, _RESET, _ATR = b"\x00", b"\x01", b"\x02", b"\x04"
_DONE, _NO_FILE, _NO_RECORD = b"\x90\x00", b"\x6a\x82", b"\x6a\x83"
_NOT_ALLOWED, _WRONG_KEY, _NO_COMMAND, _BAD_SEAL = b"\x69\x82", b"\x63\x00", b"\x6d\x00", b"\x69\x88"


class VirtualCard(Protocol):
    """A card: what it says when it is powered, and what it answers."""

    atr: bytes

    def reset(self) -> None:
        """Powered anew: everything selected or proved is forgotten."""

    def answer(self, command: bytes) -> bytes:
        """Data and two status bytes."""


class StaffCard:
    """A contactless card that has nothing but its number."""

    atr = bytes.fromhex("3B8F8001804F0CA000000306030001000000006A")

    def __init__(self, uid: bytes) -> None:
        self._uid = uid

    def reset(self) -> None:
        """Nothing to forget."""

    def answer(self, command: bytes) -> bytes:
        """FF CA: the number."""
        return self._uid + _DONE if command[:2] == b"\xff\xca" else _NO_COMMAND


class SocialSecurityCard:
    """The open part of a social security card. Faults: `pin` = wants a PIN for the holder's records."""

    atr = bytes.fromhex("3B6D000080318065B0840100C883009000")

    def __init__(self, number: str, name: str, sex: str = "1", birth: str = "", *, pin: bool = False) -> None:
        encoded = name.encode("gb18030")
        self._records = {
            socialsecurity.NUMBER: number.encode(),
            socialsecurity.NAME: encoded[:30].ljust(30, b"\x00"),
            socialsecurity.SEX: sex.encode(),
            socialsecurity.BIRTH: bytes.fromhex(birth or number[6:14]),
        }
        if len(encoded) > 30:
            self._records[socialsecurity.NAME_GOES_ON] = encoded[30:50].ljust(20, b"\x00")
        self._pin = pin
        self._selected = b""

    def reset(self) -> None:
        self._selected = b""

    def answer(self, command: bytes) -> bytes:
        """SELECT by name and file, READ RECORD by number."""
        if command == socialsecurity.SELECT:
            self._selected = socialsecurity.APPLICATION
            return _DONE
        if command[:4] == b"\x00\xa4\x02\x00" and self._selected:
            if command[5:7] != socialsecurity.HOLDER:
                return _NO_FILE
            self._selected = socialsecurity.HOLDER
            return _DONE
        if command[:2] == b"\x00\xb2" and self._selected == socialsecurity.HOLDER:
            if self._pin:
                return _NOT_ALLOWED
            value = self._records.get(command[2])
            return _NO_RECORD if value is None else record(command[2], value) + _DONE
        return _NO_FILE if command[:2] == b"\x00\xa4" else _NO_COMMAND


class TravelDocument:
    """A passport's chip behind Basic Access Control, with its lines and a portrait nobody should read."""

    atr = bytes.fromhex("3B8980014A434F5034315632324D")

    def __init__(self, lines: str) -> None:
        plain = "".join(lines.split())
        self._keys = bac.document_keys(mrz.parse(plain).key.seed)
        self.files = {
            travel.DG1: tagged(0x61, tagged(travel.LINES_TAG, plain.encode())),
            bytes.fromhex("0102"): tagged(0x75, bytes(15_000)),
        }
        self.portrait_was_read = False
        self.reset()

    def reset(self) -> None:
        self._challenge = b""
        self._session: bac.SecureSession | None = None
        self._file = b""
        self._is_selected = False

    def answer(self, command: bytes) -> bytes:
        """Plain until both ends have proved themselves, only sealed ones after that."""
        if command == travel.SELECT:
            self.reset()
            self._is_selected = True
            return _DONE
        if not self._is_selected:
            return _NO_FILE if command[1:2] == b"\xa4" else _NO_COMMAND
        if self._session is None:
            return self._proving(command)
        try:
            plain = self._session.command(command)
        except (CardError, IndexError):
            self.reset()
            return _BAD_SEAL
        return self._session.protect_answer(self._reading(plain))

    def _proving(self, command: bytes) -> bytes:
        if command[:2] == b"\x00\x84":
            self._challenge = secrets.token_bytes(8)
            return self._challenge + _DONE
        if command[:2] != b"\x00\x82" or not self._challenge:
            return _NOT_ALLOWED
        try:
            question = bac.unsealed(self._keys, command[5 : 5 + command[4]])
        except CardError:
            return _WRONG_KEY
        theirs, challenge, half = question[:8], question[8:16], question[16:]
        if challenge != self._challenge:
            return _WRONG_KEY
        own_half = secrets.token_bytes(16)
        self._session = bac.session(theirs, challenge, half, own_half)
        return bac.sealed(self._keys, challenge + theirs + own_half) + _DONE

    def _reading(self, command: bytes) -> bytes:
        if command[:4] == b"\x00\xa4\x02\x0c":
            chosen = command[5:7]
            if chosen not in self.files:
                return _NO_FILE
            self._file = self.files[chosen]
            self.portrait_was_read |= chosen == bytes.fromhex("0102")
            return _DONE
        if command[:2] == b"\x00\xb0":
            start = int.from_bytes(command[2:4])
            return self._file[start : start + (command[4] or 256)] + _DONE
        return _NO_COMMAND


class CardSlot:
    """One slot of vpcd: insert() a card, remove() it. The reader sees no card while nobody is connected."""

    def __init__(self, port: int = PORT) -> None:
        self._port = port
        self._link: socket.socket | None = None
        self._thread: threading.Thread | None = None

    def insert(self, card: VirtualCard) -> None:
        """Put a card in, taking out the one before; raises DeviceError when no vpcd listens."""
        self.remove()
        try:
            self._link = socket.create_connection(("127.0.0.1", self._port), timeout=5)
        except OSError as fault:
            raise DeviceError(f"no virtual reader (vpcd) at port {self._port}: {fault}") from fault
        self._link.settimeout(None)
        self._thread = threading.Thread(target=_serve, args=(self._link, card), name="virtual card")
        self._thread.start()

    def remove(self) -> None:
        """Take the card out; nothing happens when there is none."""
        if self._link is not None and self._thread is not None:
            shut(self._link)
            self._thread.join()
            self._link.close()
        self._link = self._thread = None

    close = remove

    def obey(self, words: list[str]) -> str:
        """One line of control: `insert passport LINES`, `insert social NUMBER NAME`, `insert staff HEX`, `remove`."""
        match words:
            case ["insert", "passport", *lines] if lines:
                self.insert(TravelDocument("".join(lines)))
            case ["insert", "social", number, name]:
                self.insert(SocialSecurityCard(number, name))
            case ["insert", "staff", uid]:
                self.insert(StaffCard(bytes.fromhex(uid)))
            case ["remove"]:
                self.remove()
            case _:
                raise DeviceError("say: insert passport LINES, insert social NUMBER NAME, insert staff HEX, remove")
        return ""


def _serve(link: socket.socket, card: VirtualCard) -> None:
    try:
        while (command := _received(link)) is not None:
            if command in {_POWER_ON, _RESET, _POWER_OFF}:
                card.reset()
            elif command == _ATR:
                _send(link, card.atr)
            elif command:
                _send(link, card.answer(command))
    except OSError as fault:
        LOG.debug("the virtual reader let go: %s", fault)


def _received(link: socket.socket) -> bytes | None:
    """One message, None at the end. vpcd sends length and content apart: without QUICKACK each takes 40 ms."""
    if hasattr(socket, "TCP_QUICKACK"):
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
    size = _exactly(link, 2)
    return None if size is None else _exactly(link, int.from_bytes(size))


def _exactly(link: socket.socket, size: int) -> bytes | None:
    data = b""
    while len(data) < size:
        piece = link.recv(size - len(data))
        if not piece:
            return None
        data += piece
    return data


def _send(link: socket.socket, answer: bytes) -> None:
    link.sendall(len(answer).to_bytes(2) + answer)


def main(arguments: list[str] | None = None) -> int:
    """Hold a card into vpcd's slot until SIGTERM or SIGINT; the first line on stdout says the control port."""
    parser = argparse.ArgumentParser(prog="python -m hardware.cardreaders.virtualcard", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT, help="vpcd's TCP port on 127.0.0.1")
    parser.add_argument("--control", type=int, default=0, help="TCP port of the control line, 0 = any")
    chosen = parser.parse_args(arguments)
    slot = CardSlot(chosen.port)
    return be(slot, f"card slot {chosen.port}", chosen.control)


if __name__ == "__main__":
    sys.exit(main())
