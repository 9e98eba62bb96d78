"""What bars do with the bytes they hear, for each protocol: the far end of hardware.bars, used by the twins."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from hardware.bars import bx5k
from hardware.errors import FrameError


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
