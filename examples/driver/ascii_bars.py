"""Window bars that are told `@03,R,A012` and answer `@03,OK`: an example of a driver from another distribution."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hardware.bars.cable import BarCable
from hardware.bars.dialect import ACCEPTED, Verdict
from hardware.bus.timing import Timing
from hardware.errors import FrameError
from hardware.options import option
from hardware.ports import BarAbility, BarLine, Colour, WindowBar
from hardware.registry import Driver

LONGEST = 128
COLOURS = {Colour.RED: "R", Colour.GREEN: "G"}
ANSWER = re.compile(r"@(\d{2}),([A-Z]+)")


class Lines:
    """Finds lines in whatever arrives: feed() and take() are all that a cable needs."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> None:
        """Keep what arrived."""
        self._buffer = (self._buffer + data)[-LONGEST:]

    def take(self) -> tuple[int, str] | None:
        """Address and word of the next answer, None when there is none yet; raises FrameError for other lines."""
        line, end, rest = self._buffer.partition(b"\r")
        if not end:
            return None
        self._buffer = rest
        answer = ANSWER.search(line.decode("ascii", "replace"))
        if answer is None:
            raise FrameError(f"no answer: {line!r}")
        return int(answer[1]), answer[2]


class AsciiBars:
    """The protocol, see hardware.bars.dialect.BarDialect."""

    ability = BarAbility(lines=1, columns=16, charset="gb2312", colours=frozenset(COLOURS))
    addresses = range(1, 100)
    answer_size = 16
    forgets = False

    def show(self, address: int, lines: Sequence[BarLine], seconds: float) -> Sequence[bytes]:
        """One frame; a comma or an end of line in the text would end it, so they become blanks."""
        text = re.sub(r"[,\r\n]", " ", lines[0].text).encode("gb2312", "replace")
        return (f"@{address:02d},{COLOURS.get(lines[0].colour, 'R')},".encode() + text + b"\r",)

    def clear(self, address: int) -> Sequence[bytes]:
        """A bar without text."""
        return (f"@{address:02d},R,\r".encode(),)

    def brightness(self, address: int, percent: int) -> Sequence[bytes]:
        """These bars cannot."""
        return ()

    def ping(self, address: int) -> Sequence[bytes]:
        """A question without a text."""
        return (f"@{address:02d},?\r".encode(),)

    def framer(self) -> Lines:
        """A fresh one for each question."""
        return Lines()

    def verdict(self, address: int, message: tuple[int, str]) -> Verdict | None:
        """None for an answer of another bar."""
        if message[0] != address:
            return None
        return ACCEPTED if message[1] == "OK" else Verdict(f"the bar says {message[1]}")


@dataclass(frozen=True, slots=True)
class AsciiBarOptions:
    """What can be set."""

    port: str = option("/dev/ttyUSB0", doc="serial port")
    baud: int = option(9600, doc="bits per second", low=300, high=921600)
    wait: float = option(0.1, doc="seconds a bar may take to begin its answer", low=0.01, high=2)


def open_ascii(name: str, options: AsciiBarOptions) -> WindowBar:
    """Comes back at once; whether the bars are there, health() tells."""
    from hardware.transport.serial import SerialTransport

    return BarCable(name, SerialTransport(options.port, options.baud), AsciiBars(), Timing(options.baud, options.wait))


DRIVER = Driver(AsciiBarOptions, open_ascii)
