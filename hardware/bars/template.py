"""Bars whose frames a TOML file describes: the driver for vendors nobody here has met."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from hardware.bars.cable import BarCable, Habits
from hardware.bars.dialect import ACCEPTED, Verdict
from hardware.bars.numerals import number_in
from hardware.bus.timing import Timing
from hardware.errors import BarError, DeviceError, OptionError
from hardware.frames.description import Description
from hardware.frames.layout import Message, Unframer
from hardware.frames.reading import load
from hardware.options import option
from hardware.ports import BarAbility, BarLine, Colour, Effect, WindowBar

Look = TypeVar("Look", Colour, Effect)

ANSWER = 48


class DescribedBars:
    """The dialect of one description; a bar of several lines is told each line in a frame of its own."""

    def __init__(self, description: Description) -> None:
        self._said = description
        self.addresses = description.addresses
        self.answer_size = ANSWER if "answer" in description.heard else 0
        self.forgets = any(
            not isinstance(word, bytes) and word.name == "seconds" for word in description.said["show"].data
        )
        self.ability = BarAbility(
            lines=description.lines,
            columns=description.columns,
            charset=description.charset,
            colours=frozenset(description.colours) or frozenset({Colour.RED}),
            effects=frozenset(description.effects) or frozenset({Effect.STILL}),
            brightness="brightness" in description.said,
            answers=self.answer_size > 0,
        )

    def show(self, address: int, lines: Sequence[BarLine], seconds: float) -> Sequence[bytes]:
        """Raises BarError when the description has no room for what is to be shown."""
        return [self._shown(address, at, line, seconds) for at, line in enumerate(lines, 1)]

    def _shown(self, address: int, at: int, line: BarLine, seconds: float) -> bytes:
        text = self._said.text(line.text)
        try:
            frame = self._said.frame(
                "show",
                address,
                text=text,
                count=len(text),
                line=at,
                number=number_in(line.text),
                seconds=math.ceil(seconds),
                colour=_code(self._said.colours, line.colour),
                effect=_code(self._said.effects, line.effect),
            )
        except DeviceError as fault:
            raise BarError(f"{line.text!r}: {fault.detail}") from fault
        return frame or b""

    def clear(self, address: int) -> Sequence[bytes]:
        """A bar that knows no such command is told blanks."""
        frame = self._said.frame("clear", address)
        if frame is not None:
            return (frame,)
        return self.show(address, [BarLine(" " * self.ability.columns)] * self.ability.lines, 0)

    def brightness(self, address: int, percent: int) -> Sequence[bytes]:
        return self._one(self._said.frame("brightness", address, percent=percent))

    def ping(self, address: int) -> Sequence[bytes]:
        """Nothing where bars never answer."""
        return self._one(self._said.frame("ping", address)) if self.answer_size else ()

    def framer(self) -> Unframer:
        return Unframer(self._said.layout)

    def verdict(self, address: int, message: Message) -> Verdict | None:
        """What the tables [answer] and [refusal] say; frames without an address answer for the bar just asked."""
        if message.address not in {address, 0}:
            return None
        if self._said.heard["answer"].read(message) is not None:
            return ACCEPTED
        refusal = self._said.heard.get("refusal")
        if refusal is not None and refusal.read(message) is not None:
            return Verdict(f"the bar answers {message.command.hex()} {message.data.hex()}")
        return None

    @staticmethod
    def _one(frame: bytes | None) -> Sequence[bytes]:
        return () if frame is None else (frame,)


def _code(codes: Mapping[Look, bytes], wanted: Look) -> bytes:
    """The code of what was asked for, or the first there is."""
    return codes.get(wanted) or next(iter(codes.values()), b"")


@dataclass(frozen=True, slots=True)
class TemplateBarOptions:
    """Bars described by a file, on one serial line."""

    frames: str = option("bar485", doc="the description: a file, or the name of one that comes with us")
    port: str = option("/dev/ttyUSB0", doc="serial port")
    baud: int = option(9600, doc="bits per second", low=300, high=921600)
    parity: str = option("none", doc="parity", choices=("none", "even", "odd"))
    wait: float = option(0.1, doc="seconds a bar may take to begin its answer", low=0.01, high=2)
    gap: float = option(0.0, doc="seconds of silence between frames, 0 = by the speed", low=0, high=1)
    again: float = option(60.0, doc="seconds after which each text is sent again, 0 = never", low=0, high=3600)
    echo: bool = option(False, doc="the adapter hears what it says itself")


def open_template(name: str, options: TemplateBarOptions) -> WindowBar:
    """Bars of a described vendor; raises OptionError with the findings when the description is wrong."""
    from hardware.transport.serial import SerialTransport

    return BarCable(
        name,
        SerialTransport(options.port, options.baud, parity=options.parity),
        DescribedBars(bars_described(options.frames)),
        Timing(options.baud, options.wait, options.gap, bits=10 if options.parity == "none" else 11),
        Habits(again=options.again, echo=options.echo),
    )


def bars_described(source: str) -> Description:
    """The description at `source`, which must be one of bars; raises OptionError."""
    description = load(source)
    if "show" not in description.said:
        raise OptionError("frames", f"{source}: a bar needs a table [show]")
    return description
