"""What bars do with the bytes they hear, for each protocol: the far end of hardware.bars, used by the twins."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from hardware.bars import bx5k, modbus
from hardware.errors import FrameError
from hardware.frames.description import Description
from hardware.frames.layout import Message, Unframer
from hardware.frames.readback import read_back, spoken


@dataclass(frozen=True, slots=True)
class Deed:
    """What one request to one bar does: `text` None = it changes no text; `answer` empty = none is wanted."""

    address: int
    answer: bytes
    text: str | None = None
    seconds: float = 0.0
    percent: int | None = None


class BarMachine(Protocol):
    """The bars of one cable, as far as bytes go."""

    def hear(self, data: bytes) -> Iterable[Deed]:
        """What whole requests in `data`, and in what came before it, make bars do."""


class OnbonMachine:
    """Cards that answer as the published frames do. `present` tells which addresses hang on the cable."""

    def __init__(self, present: Callable[[int], bool]) -> None:
        self._present = present
        self._frames = bx5k.Unframer()

    def hear(self, data: bytes) -> Iterable[Deed]:
        """See BarMachine."""
        self._frames.feed(data)
        while True:
            try:
                message = self._frames.take()
            except FrameError:
                continue  # a damaged request gets no answer: nobody knows whose it was
            if message is None:
                return
            if message.sender == bx5k.HOST and self._present(message.to):
                yield _onbon_deed(message)


def _onbon_deed(message: bx5k.Message) -> Deed:
    address, data = message.to, message.data
    ack = bx5k.frame(bx5k.HOST, bx5k.reply(bx5k.ACK), sender=address) if data[2:3] == b"\x01" else b""
    command = data[:2]
    if command == bx5k.PING:
        return Deed(address, ack)
    if command == bx5k.CLEAR:
        return Deed(address, ack, text="")
    if command == bx5k.BRIGHTNESS and len(data) > 6:
        return Deed(address, ack, percent=round(data[6] * 100 / 15))
    try:
        shown = bx5k.shown(data)
    except FrameError:
        shown = None
    if shown is None:
        return Deed(address, bx5k.frame(bx5k.HOST, bx5k.reply(bx5k.NACK, error=2), sender=address))
    return Deed(address, ack, text=shown[0].decode("gb2312", "replace"), seconds=shown[1])


class DigitsMachine:
    """Modbus digit displays with ASCII registers from 0 on, as hardware.bars.digits is set by default."""

    def __init__(self, present: Callable[[int], bool]) -> None:
        self._present = present
        self._frames = modbus.Unframer(answers=False)

    def hear(self, data: bytes) -> Iterable[Deed]:
        """See BarMachine."""
        self._frames.feed(data)
        while (message := self._frames.take()) is not None:
            if self._present(message.address):
                yield _digits_deed(message)


def _digits_deed(message: modbus.Message) -> Deed:
    address, function = message.address, message.function
    if function == modbus.READ:
        return Deed(address, modbus.frame(modbus.Message(address, function, b"\x02\0\0")))
    try:
        written = modbus.written(message)
    except FrameError:
        written = None
    if written is None:
        return Deed(address, modbus.frame(modbus.Message(address, function | modbus.EXCEPTION, b"\x03")))
    answer = modbus.frame(modbus.Message(address, function, message.data[:4]))
    characters = b"".join(value.to_bytes(2, "big") for value in written[1])
    return Deed(address, answer, text=characters.decode("ascii", "replace").strip())


class DescribedMachine:
    """Bars of any described vendor, as far as its tables tell what they do."""

    def __init__(self, description: Description, present: Callable[[int], bool]) -> None:
        self._said = description
        self._present = present
        self._frames = Unframer(description.layout)

    def hear(self, data: bytes) -> Iterable[Deed]:
        """See BarMachine."""
        self._frames.feed(data)
        while (message := self._frames.take()) is not None:
            if self._present(message.address):
                yield self._deed(message)

    def _deed(self, message: Message) -> Deed:
        answer = self._answer(message.address)
        for name in ("show", "clear", "brightness"):
            saying = self._said.said.get(name)
            pieces = read_back(saying, message) if saying else None
            if pieces is not None:
                return self._done(name, message.address, answer, pieces)
        return Deed(message.address, answer)

    def _done(self, name: str, address: int, answer: bytes, pieces: Mapping[str, bytes]) -> Deed:
        if name == "brightness":
            return Deed(address, answer, percent=int.from_bytes(pieces.get("percent", b"d"), "big"))
        number = pieces.get("number")
        text = (
            str(int.from_bytes(number, "big"))
            if number
            else pieces.get("text", b"").decode(self._said.charset, "replace")
        )
        return Deed(address, answer, text="" if name == "clear" else text)

    def _answer(self, address: int) -> bytes:
        return spoken(self._said, "answer", address) if "answer" in self._said.heard else b""
