"""An identity card reader made of software: the real protocol on a real pseudo-terminal, onto which a card is put."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from hardware.cardreaders import gb11643
from hardware.cardreaders.documents import Document
from hardware.cardreaders.module import VirtualModule
from hardware.cardreaders.sdt_serial import SdtSerialOptions, open_sdt_serial
from hardware.control import ControlLine
from hardware.errors import CardError, DeviceError
from hardware.options import option
from hardware.ports import Card, CardReader, Health
from hardware.transport.pty import PtyPlug
from hardware.twinprocess import be


class VirtualReader(VirtualModule):
    """Put a card on with place(), take it off with remove(); `port` is what a driver opens.

    `fragment` splits answers into pieces of that many bytes, `junk` says something senseless before each.
    """

    def __init__(self, link: Path | None = None, *, fragment: int = 0, junk: bytes = b"") -> None:
        super().__init__(self._say)
        self._fragment = fragment
        self._junk = junk
        self._plug = PtyPlug(self.receive, link)

    @property
    def port(self) -> str:
        return self._plug.path

    def unplug(self) -> None:
        """Pull the cable."""
        self._plug.unplug()

    def plug(self) -> None:
        """Put the cable back."""
        self.restart()
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

    def _say(self, answer: bytes) -> None:
        answer = self._junk + answer
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
    reader = VirtualReader(chosen.link)
    return be(reader, f"reader on {reader.port}", chosen.control)


if __name__ == "__main__":
    sys.exit(main())
