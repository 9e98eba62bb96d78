"""A reader's security module made of software: frames in, frames out, with a card that can be laid on it."""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable

from hardware.cardreaders import sdt
from hardware.cardreaders.documents import Document, build
from hardware.errors import DeviceError, FrameError

PHOTO_BYTES, FINGERPRINT_BYTES = 1024, 1024
NUMBER = struct.pack("<HHIII", 5, 3, 20260101, 1, 1)
FAULTS = ("mute", "bad_checksum", "unreadable", "unauthorised", "old_module", "once", "lifted")


class VirtualModule:
    """What a reader's cable ends in: receive() takes what the host says, `send` carries the answers.

    Faults: mute, bad_checksum, unreadable, unauthorised, old_module (knows no fingerprints), once (names a card one
    time per placement, as many readers do), lifted (the card is taken away while it is read).
    """

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send_on = send
        self._card: Document | None = None
        self._named = False
        self._faults: frozenset[str] = frozenset()
        self._lock = threading.Lock()
        self.restart()

    def restart(self) -> None:
        """Powered anew: half a frame is forgotten."""
        self._frames = sdt.Unframer(least=2)

    def place(self, document: Document) -> None:
        """Lay a card on the reader; raises CardError when its text does not fit on a card."""
        build(document)
        with self._lock:
            self._card, self._named = document, False

    def remove(self) -> None:
        """Lift the card."""
        with self._lock:
            self._card, self._named = None, False

    def set_fault(self, name: str, on: bool) -> None:
        """Raises DeviceError for a fault it does not know."""
        if name not in FAULTS:
            raise DeviceError(f"no such fault: {name}; there are {', '.join(FAULTS)}")
        with self._lock:
            self._faults = self._faults | {name} if on else self._faults - {name}

    def receive(self, data: bytes) -> None:
        """Whatever the host wrote, in any pieces."""
        self._frames.feed(data)
        while True:
            try:
                content = self._frames.take()
            except FrameError:
                self._send(sdt.response(sdt.BAD_CHECKSUM))
                continue
            if content is None:
                return
            with self._lock:
                answer = self._answer(content[:2])
            self._send(answer)

    def _answer(self, command: bytes) -> bytes:
        if command in {sdt.STATUS, sdt.RESET}:
            return sdt.response(sdt.UNAUTHORISED if "unauthorised" in self._faults else sdt.OK)
        if command == sdt.MODULE_ID:
            return sdt.response(sdt.OK, NUMBER)
        if command == sdt.FIND:
            return self._found()
        if command == sdt.SELECT:
            return sdt.response(sdt.OK, bytes(8)) if self._card else sdt.response(sdt.SELECT_FAILED)
        if command in {sdt.READ_ALL, sdt.READ_TEXT_PHOTO}:
            return self._read(command)
        return sdt.response(sdt.UNKNOWN_COMMAND)

    def _found(self) -> bytes:
        if self._card is None or ("once" in self._faults and self._named):
            return sdt.response(sdt.NO_CARD)
        self._named = True
        return sdt.response(sdt.FOUND, bytes(4))

    def _read(self, command: bytes) -> bytes:
        if command == sdt.READ_ALL and "old_module" in self._faults:
            return sdt.response(sdt.UNKNOWN_COMMAND)
        if "lifted" in self._faults:
            self._card = None
        if self._card is None or "unreadable" in self._faults:
            return sdt.response(sdt.READ_FAILED)
        parts = [build(self._card), bytes(PHOTO_BYTES)]
        if command == sdt.READ_ALL:
            parts.append(bytes(FINGERPRINT_BYTES))
        lengths = struct.pack(f">{len(parts)}H", *map(len, parts))
        return sdt.response(sdt.OK, lengths + b"".join(parts))

    def _send(self, answer: bytes) -> None:
        if "mute" in self._faults:
            return
        if "bad_checksum" in self._faults and len(answer) > 100:
            answer = answer[:-1] + bytes([answer[-1] ^ 0x55])
        self._send_on(answer)
