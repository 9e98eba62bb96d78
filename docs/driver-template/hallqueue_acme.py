"""A code scanner that ends each code with a semicolon: a template for drivers of devices that speak by themselves."""

from __future__ import annotations

from dataclasses import dataclass

from hardware.options import option
from hardware.ports import Scanner
from hardware.registry import Driver
from hardware.transport.link import Transport
from hardware.transport.serial import SerialTransport
from hardware.watcher import Watcher

LONGEST = 4096
SLICE = 0.1


@dataclass(frozen=True, slots=True)
class AcmeOptions:
    """What a settings file may say; every option has a line of help and, where it can, a default and bounds."""

    port: str = option("/dev/ttyACM0", doc="serial port")
    baud: int = option(9600, doc="bits per second", low=1200, high=921600)


class Codec:
    """Bytes in, codes out. Pure, so that a test can feed it anything in any pieces."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[str]:
        """The codes that are whole now; what never ends is thrown away after LONGEST bytes."""
        *whole, self._rest = (self._rest + data).split(b";")
        self._rest = self._rest[-LONGEST:]
        return [code.decode("utf-8", "replace").strip() for code in whole if code.strip()]


class AcmeScanner(Watcher[str, Transport]):
    """The watcher keeps the link open, tells faults once and ends its thread; this says how to look at the device."""

    def __init__(self, name: str, options: AcmeOptions) -> None:
        super().__init__(name)
        self._options = options
        self._codec = Codec()

    def _connect(self) -> Transport:
        link = SerialTransport(self._options.port, self._options.baud)
        link.open()
        self._codec = Codec()
        return link

    def _look(self, link: Transport) -> None:
        for code in self._codec.feed(link.read(LONGEST, SLICE)):
            self._seen(code)


def open_acme(name: str, options: AcmeOptions) -> Scanner:
    """Must not wait for the device: one that is switched off says so through health()."""
    return AcmeScanner(name, options)


DRIVER = Driver(AcmeOptions, open_acme)
