"""What a kind of bar says on the cable, as pure bytes; hardware.bars.cable does the talking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from hardware.bus.line import Framer
from hardware.ports import BarAbility, BarLine


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a bar said to a request: `refused` is why it will not, empty when it did."""

    refused: str = ""


ACCEPTED = Verdict()


class BarDialect(Protocol):
    """One protocol with its settings. `answer_size` is the longest answer in bytes, 0 when bars never answer.

    `forgets` tells that a bar drops a text by itself after its seconds; else it is cleared from here.
    Messages are whatever framer().take() returns.
    """

    ability: BarAbility
    addresses: range
    answer_size: int
    forgets: bool

    def show(self, address: int, lines: Sequence[BarLine], seconds: float) -> Sequence[bytes]:
        """The frames that show `lines`; `seconds` 0 = for good."""

    def clear(self, address: int) -> Sequence[bytes]: ...

    def brightness(self, address: int, percent: int) -> Sequence[bytes]:
        """Empty when bars of this kind cannot."""

    def ping(self, address: int) -> Sequence[bytes]:
        """One harmless question, empty when there is none."""

    def framer(self) -> Framer[Any]: ...

    def verdict(self, address: int, message: Any) -> Verdict | None:
        """What `message` says to the last request to `address`, None when it says nothing about it."""
