"""A scanner made of software on a pseudo-terminal: `scan` makes it see a code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hardware.control import ControlLine
from hardware.errors import DeviceError
from hardware.options import option
from hardware.ports import Health, Scanner
from hardware.scanners.serial import SerialScannerOptions, open_serial
from hardware.transport.pty import PtyPlug


class VirtualScanner:
    """`port` is what a driver opens."""

    def __init__(self, link: Path | None = None) -> None:
        self._plug = PtyPlug(lambda data: None, link)

    @property
    def port(self) -> str:
        return self._plug.path

    def scan(self, code: str, end: str = "\r\n") -> None:
        """See a code; `end` is what the scanner is set to send after it."""
        self._plug.send((code + end).encode())

    def unplug(self) -> None:
        """Pull the cable."""
        self._plug.unplug()

    def plug(self) -> None:
        """Put the cable back."""
        self._plug.plug()

    def close(self) -> None:
        """Unplug and join."""
        self._plug.unplug()

    def obey(self, words: list[str]) -> str:
        """One line of control: `scan CODE`, `unplug`, `plug`, `port`."""
        match words:
            case ["scan", code]:
                self.scan(code)
            case ["unplug"]:
                self.unplug()
            case ["plug"]:
                self.plug()
            case ["port"]:
                return self.port
            case _:
                raise DeviceError("say: scan CODE, unplug, plug, port")
        return ""


@dataclass(frozen=True, slots=True)
class VirtualScannerOptions:
    """A scanner of software inside this program."""

    control: int = option(0, doc="TCP port on 127.0.0.1 to scan through, 0 = any", low=0, high=65535)


class _OwnScanner:
    """The usual serial driver on a virtual scanner of its own."""

    def __init__(self, name: str, options: VirtualScannerOptions) -> None:
        self.name = name
        self.twin = VirtualScanner()
        try:
            self._control = ControlLine(self.twin.obey, options.control)
        except OSError as fault:
            self.twin.close()
            raise DeviceError(f"control port {options.control}: {fault.strerror}") from fault
        self.control_port = self._control.port
        self._driver = open_serial(name, SerialScannerOptions(port=self.twin.port))

    def start(self, on_scan: Callable[[str], None], on_fault: Callable[[Health], None]) -> None:
        self._driver.start(on_scan, on_fault)

    def health(self) -> Health:
        return self._driver.health()

    def close(self) -> None:
        self._driver.close()
        self._control.close()
        self.twin.close()


def open_virtual(name: str, options: VirtualScannerOptions) -> Scanner:
    """A virtual scanner and its driver."""
    return _OwnScanner(name, options)
