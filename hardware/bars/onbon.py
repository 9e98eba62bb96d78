"""onbon BX-5K, 5MK and 6K cards: the reference driver, over a serial line or the network."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hardware.bars import bx5k
from hardware.bars.cable import BarCable, Habits
from hardware.bars.dialect import ACCEPTED, Verdict
from hardware.bus.timing import Timing
from hardware.options import option
from hardware.ports import BarAbility, BarLine, Colour, Effect, WindowBar

DOTS = 16
"""Height of one line of the built-in type; narrow characters are half as wide."""
ANSWER = 64
LONGEST_TIME = 0xFFFF
NEW_LINE = b"\\n"
ERRORS = {1: "command group not known", 2: "command not known", 4: "out of memory"}
AGAIN = {3, 5}
"""Busy, or the request came damaged: as good as no answer, so it is asked again."""


class OnbonBars:
    """The dialect. Without `answers` cards are told to keep silent, which makes a slow line half as long."""

    forgets = True
    addresses = range(1, 0xFFFE)

    def __init__(self, area: bx5k.Area, *, answers: bool = True) -> None:
        self._area = area
        self._answers = answers
        self.answer_size = ANSWER if answers else 0
        self.ability = BarAbility(
            lines=max(1, area.height // DOTS),
            columns=area.width // (DOTS // 2),
            charset="gb2312",
            colours=frozenset(Colour),
            effects=frozenset({Effect.STILL, Effect.SCROLL}),
            brightness=True,
            answers=answers,
        )

    def show(self, address: int, lines: Sequence[BarLine], seconds: float) -> Sequence[bytes]:
        """One frame: the lines share one area and the effect of the first."""
        text = NEW_LINE.join(bx5k.encoded(line.text, line.colour) for line in lines)
        whole = min(math.ceil(seconds), LONGEST_TIME)
        return (bx5k.frame(address, bx5k.show(self._area, text, lines[0].effect, whole, answer=self._answers)),)

    def clear(self, address: int) -> Sequence[bytes]:
        """The published command."""
        return (bx5k.frame(address, bx5k.command(bx5k.CLEAR, answer=self._answers)),)

    def brightness(self, address: int, percent: int) -> Sequence[bytes]:
        """In 16 steps."""
        return (bx5k.frame(address, bx5k.brightness(percent, answer=self._answers)),)

    def ping(self, address: int) -> Sequence[bytes]:
        """Always answered."""
        return (bx5k.frame(address, bx5k.command(bx5k.PING)),)

    def framer(self) -> bx5k.Unframer:
        return bx5k.Unframer()

    def verdict(self, address: int, message: bx5k.Message) -> Verdict | None:
        """Cards answer under their own number, or under the wildcard they were asked by."""
        if message.to != bx5k.HOST or message.sender not in {address, bx5k.EVERYBODY}:
            return None
        error = message.data[2] if len(message.data) > 2 else 0
        if error in AGAIN:
            return None
        if message.data.startswith(bx5k.NACK) or error:
            return Verdict(ERRORS.get(error, f"error {error}"))
        return ACCEPTED


@dataclass(frozen=True, slots=True)
class Bx5kSerialOptions:
    """Cards on one serial line."""

    port: str = option("/dev/ttyUSB0", doc="serial port")
    baud: int = option(57600, doc="bits per second, as set on the cards", low=1200, high=921600)
    width: int = option(128, doc="dots of one bar across", low=8, high=4096)
    height: int = option(16, doc="dots of one bar down", low=16, high=512)
    pixels: bool = option(False, doc="cards of the sixth generation (6K), which count in dots")
    answers: bool = option(True, doc="let each card answer; without, a slow line is quicker but blind")
    wait: float = option(0.2, doc="seconds a card may take to begin its answer", low=0.01, high=2)
    gap: float = option(0.0, doc="seconds of silence between frames, 0 = by the speed", low=0, high=1)
    again: float = option(60.0, doc="seconds after which each text is sent again, 0 = never", low=0, high=3600)
    echo: bool = option(False, doc="the adapter hears what it says itself")


@dataclass(frozen=True, slots=True)
class Bx5kTcpOptions:
    """A card on the network, or a serial server with cards behind it."""

    host: str = option("192.0.2.41", doc="address of the card or of the serial server")
    port: int = option(5005, doc="TCP port", low=1, high=65535)
    baud: int = option(0, doc="bits per second behind a serial server, 0 = the card itself", low=0, high=921600)
    width: int = option(128, doc="dots of one bar across", low=8, high=4096)
    height: int = option(16, doc="dots of one bar down", low=16, high=512)
    pixels: bool = option(False, doc="cards of the sixth generation (6K), which count in dots")
    answers: bool = option(True, doc="let each card answer; without, a slow line is quicker but blind")
    wait: float = option(0.5, doc="seconds a card may take to begin its answer", low=0.01, high=2)
    again: float = option(60.0, doc="seconds after which each text is sent again, 0 = never", low=0, high=3600)


def open_serial(name: str, options: Bx5kSerialOptions) -> WindowBar:
    """Cards on a serial line."""
    from hardware.transport.serial import SerialTransport

    return BarCable(
        name,
        SerialTransport(options.port, options.baud),
        OnbonBars(_area(options), answers=options.answers),
        Timing(options.baud, options.wait, options.gap),
        Habits(again=options.again, echo=options.echo),
    )


def open_tcp(name: str, options: Bx5kTcpOptions) -> WindowBar:
    """A card on the network."""
    from hardware.transport.tcp import TcpTransport

    return BarCable(
        name,
        TcpTransport(options.host, options.port),
        OnbonBars(_area(options), answers=options.answers),
        Timing(options.baud, options.wait),
        Habits(again=options.again),
    )


def _area(options: Bx5kSerialOptions | Bx5kTcpOptions) -> bx5k.Area:
    return bx5k.Area(options.width, options.height, pixels=options.pixels)
