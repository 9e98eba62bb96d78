"""Scanners on a serial line (or USB in serial mode): whole codes as text, however the bytes arrive."""

from __future__ import annotations

from dataclasses import dataclass

from hardware.errors import FrameError
from hardware.options import option
from hardware.ports import Condition, Health, Scanner
from hardware.transport.link import Transport
from hardware.watcher import Watcher

LOOK = 0.2
MORE_LINES = 0.08  # the lines of one passport follow each other within milliseconds
NO_END = 0.5  # a scanner set to send no line end: the code is whole when it has been quiet this long
LONGEST = 4096  # bytes; the largest QR code holds 2,953


class CodeReader:
    """Collects the bytes of one code."""

    def __init__(self) -> None:
        self._buffer = b""

    @property
    def wait(self) -> float:
        """Seconds of silence after which the code is whole."""
        if not self._buffer:
            return LOOK
        return MORE_LINES if self._buffer.endswith((b"\r", b"\n")) else NO_END

    def feed(self, data: bytes) -> None:
        """Keep what arrived; raises FrameError, and forgets it, when no code is that long."""
        self._buffer += data
        if len(self._buffer) > LONGEST:
            self._buffer = b""
            raise FrameError(f"more than {LONGEST} bytes without a pause")

    def finish(self) -> str:
        """The code after a silence, its lines joined by newlines; empty when nothing was scanned."""
        data, self._buffer = self._buffer, b""
        text = _decoded(data)
        return "\n".join(line for line in (part.strip() for part in text.splitlines()) if line)


def _decoded(data: bytes) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("gb18030", "replace")
    return "".join(char for char in text if char.isprintable() or char in "\r\n")


@dataclass(frozen=True, slots=True)
class SerialScannerOptions:
    """A scanner on a serial port."""

    port: str = option("/dev/ttyACM0", doc="serial port")
    baud: int = option(9600, doc="bits per second", low=1200, high=921600)


class SerialScanner(Watcher[str, Transport]):
    """Watches one serial line."""

    def __init__(self, name: str, link: Transport, retry: float = 1.0) -> None:
        super().__init__(name, retry)
        self._link = link
        self._code = CodeReader()

    def _connect(self) -> Transport:
        self._code = CodeReader()
        self._link.open()
        return self._link

    def _look(self, link: Transport) -> None:
        data = link.read(LONGEST, self._code.wait)
        if not data:
            code = self._code.finish()
            if code:
                self._seen(code)
            return
        try:
            self._code.feed(data)
        except FrameError as fault:
            self._warn(Health(Condition.WARNING, "unreadable", fault.detail))


def open_serial(name: str, options: SerialScannerOptions) -> Scanner:
    """A scanner on a serial port."""
    from hardware.transport.serial import SerialTransport

    return SerialScanner(name, SerialTransport(options.port, options.baud))
