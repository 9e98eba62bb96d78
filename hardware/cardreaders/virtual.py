"""An identity card reader made of software: the real protocol on a real pseudo-terminal, onto which a card is put."""

from __future__ import annotations

import argparse
import signal
import struct
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from hardware.cardreaders import gb11643, sdt
from hardware.cardreaders.documents import Document, build
from hardware.cardreaders.sdt_serial import SdtSerialOptions, open_sdt_serial
from hardware.control import ControlLine
from hardware.errors import CardError, DeviceError, FrameError
from hardware.options import option
from hardware.ports import Card, CardReader, Health
from hardware.transport.pty import PtyPlug

PHOTO_BYTES, FINGERPRINT_BYTES = 1024, 1024
MODULE = struct.pack("<HHIII", 5, 3, 20260101, 1, 1)
FAULTS = ("mute", "bad_checksum", "unreadable", "unauthorised", "old_module", "once")


class VirtualReader:
    """Put a card on with place(), take it off with remove(); `port` is what a driver opens.

    Faults: mute, bad_checksum, unreadable, unauthorised, old_module (knows no fingerprints), once (names a card one
    time per placement, as many readers do). `fragment` splits answers into pieces of that many bytes.
    """

    def __init__(self, link: Path | None = None, *, fragment: int = 0) -> None:
        self._card: Document | None = None
        self._named = False
        self._faults: frozenset[str] = frozenset()
        self._fragment = fragment
        self._lock = threading.Lock()
        self._frames = sdt.Unframer(least=2)
        self._plug = PtyPlug(self._receive, link)

    @property
    def port(self) -> str:
        return self._plug.path

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

    def unplug(self) -> None:
        """Pull the cable."""
        self._plug.unplug()

    def plug(self) -> None:
        """Put the cable back."""
        self._frames = sdt.Unframer(least=2)
        self._plug.plug()

    def close(self) -> None:
        """Unplug and join."""
        self._plug.unplug()

    def obey(self, words: list[str]) -> str:
        """One line of control: `place name=.. [number=..] [sex=..] [layout=..]`, `remove`, `fault NAME on|off`, ..."""
        match words:
            case ["place", *pairs]:
                self.place(document_from(pairs))
            case ["remove"]:
                self.remove()
            case ["fault", name, "on" | "off" as state]:
                self.set_fault(name, state == "on")
            case ["unplug"]:
                self.unplug()
            case ["plug"]:
                self.plug()
            case ["port"]:
                return self.port
            case _:
                raise DeviceError("say: place name=.. number=.., remove, fault NAME on|off, unplug, plug, port")
        return ""

    def _receive(self, data: bytes) -> None:
        self._frames.feed(data)
        while True:
            try:
                content = self._frames.take()
            except FrameError:
                self._send(sdt.response(0x10))
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
            return sdt.response(sdt.OK, MODULE)
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
        step = self._fragment or len(answer)
        for start in range(0, len(answer), step):
            self._plug.send(answer[start : start + step])


def document_from(pairs: list[str]) -> Document:
    """A card from words like name=张伟 sex=1; without a number it gets the standard's own example. Raises CardError."""
    values = dict(pair.partition("=")[::2] for pair in pairs)
    unknown = sorted(set(values) - set(Document.__dataclass_fields__))
    if unknown:
        raise CardError(f"a card has no {unknown[0]}; it has {', '.join(Document.__dataclass_fields__)}")
    document = Document(**({"layout": "A", "number": "11010519491231002X", "sex": "2"} | values))
    if document.layout not in {"A", "J", "I", "Y"}:
        raise CardError("layout is A, J, I or Y")
    if gb11643.is_valid(document.number) and not document.birth:
        document = replace(document, birth=document.number[6:14])
    return document


@dataclass(frozen=True, slots=True)
class VirtualReaderOptions:
    """A reader of software inside this program."""

    control: int = option(0, doc="TCP port on 127.0.0.1 to place cards through, 0 = any", low=0, high=65535)
    again_after: float = option(2.0, doc="seconds a card must be away to count as placed again", low=0, high=60)


class _OwnReader:
    """The usual serial driver on a virtual reader of its own."""

    def __init__(self, name: str, options: VirtualReaderOptions) -> None:
        self.name = name
        self.twin = VirtualReader()
        try:
            self._control = ControlLine(self.twin.obey, options.control)
        except OSError as fault:
            self.twin.close()
            raise DeviceError(f"control port {options.control}: {fault.strerror}") from fault
        self.control_port = self._control.port
        self._driver = open_sdt_serial(
            name, SdtSerialOptions(port=self.twin.port, baud=115200, again_after=options.again_after)
        )

    def start(self, on_card: Callable[[Card], None], on_fault: Callable[[Health], None]) -> None:
        self._driver.start(on_card, on_fault)

    def unlock(self, lines: str) -> bool:
        """These cards need nothing to be opened."""
        return self._driver.unlock(lines)

    def health(self) -> Health:
        return self._driver.health()

    def close(self) -> None:
        self._driver.close()
        self._control.close()
        self.twin.close()


def open_virtual(name: str, options: VirtualReaderOptions) -> CardReader:
    """A virtual reader and its driver."""
    return _OwnReader(name, options)


def main(arguments: list[str] | None = None) -> int:
    """Be a reader until SIGTERM or SIGINT; the first line on stdout says the ports."""
    parser = argparse.ArgumentParser(prog="python -m hardware.cardreaders.virtual", description=__doc__)
    parser.add_argument(
        "--link", type=Path, default=None, help="name of the serial port to make, e.g. /run/hall/reader"
    )
    parser.add_argument("--control", type=int, default=0, help="TCP port of the control line, 0 = any")
    chosen = parser.parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    reader = VirtualReader(chosen.link)
    control = ControlLine(reader.obey, chosen.control)
    sys.stdout.write(f"reader on {reader.port} control {control.port}\n")
    sys.stdout.flush()
    stop.wait()
    control.close()
    reader.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
