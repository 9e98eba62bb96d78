"""What all virtual devices of one cable share: a paced port, devices by address, and faults that a hand can cause."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from hardware.errors import DeviceError
from hardware.transport.paced import PacedPlug

FAULTS = ("mute", "slow", "junk", "off")
SLOW = 1.0
TURNAROUND = 0.004
JUNK = b"\x00\xff\xa5\xa6\x5b\x16\x68\x5a"

Answer = tuple[int, bytes]
"""Who answers, and with what."""


class CableTwin(ABC):
    """`port` is what a driver opens; devices stand at `addresses`.

    Faults of one device: mute (works, never answers), slow (answers a second late), junk (nonsense before its
    answer), off (no power: hears nothing).
    """

    def __init__(
        self, addresses: Sequence[int], baud: int = 0, *, link: Path | None = None, turnaround: float = TURNAROUND
    ) -> None:
        self._faults: dict[int, set[str]] = {address: set() for address in addresses}
        self._changed = threading.Condition()
        self._turnaround = turnaround
        self._plug = PacedPlug(self._receive, baud, link)

    @property
    def port(self) -> str:
        return self._plug.path

    @property
    def collisions(self) -> int:
        """How often driver and devices spoke at once."""
        return self._plug.collisions

    def wait_for(self, condition: Callable[[], bool], seconds: float = 10.0) -> bool:
        """Wait until `condition`, looked at after each change, is true."""
        with self._changed:
            return self._changed.wait_for(condition, seconds)

    def set_fault(self, address: int, name: str, on: bool) -> None:
        """Raises DeviceError for a device or fault that does not exist."""
        if name not in FAULTS:
            raise DeviceError(f"no such fault: {name}; there are {', '.join(FAULTS)}")
        if address not in self._faults:
            raise DeviceError(f"nothing at {address}; there are {', '.join(map(str, self._faults))}")
        with self._changed:
            (self._faults[address].add if on else self._faults[address].discard)(name)
            if name == "off":
                self._lost_power(address)

    def unplug(self) -> None:
        """Pull the cable."""
        self._plug.unplug()

    def plug(self) -> None:
        """Put the cable back."""
        self._plug.plug()

    def close(self) -> None:
        """Unplug and join."""
        self._plug.close()

    def obey(self, words: list[str]) -> str:
        """One line of control: `fault ADDRESS NAME on|off`, `unplug`, `plug`, `port`; raises DeviceError for others."""
        match words:
            case ["fault", address, name, "on" | "off" as state] if address.isdecimal():
                self.set_fault(int(address), name, state == "on")
            case ["unplug"]:
                self.unplug()
            case ["plug"]:
                self.plug()
            case ["port"]:
                return self.port
            case _:
                raise DeviceError(f"say: {self.words}fault ADDRESS NAME on|off, unplug, plug, port")
        return ""

    words = ""
    """What else obey() understands, for whoever says something else."""

    @abstractmethod
    def _hear(self, data: bytes) -> Iterable[Answer]:
        """What the devices do and answer; called under the lock."""

    @abstractmethod
    def _lost_power(self, address: int) -> None:
        """What a device forgets when it is switched off; called under the lock."""

    def _present(self, address: int) -> bool:
        return address in self._faults and "off" not in self._faults[address]

    def _receive(self, data: bytes) -> None:
        with self._changed:
            answers = list(self._hear(data))
            self._changed.notify_all()
        for address, answer in answers:
            self._answer(address, answer)

    def _answer(self, address: int, answer: bytes) -> None:
        faults = self._faults[address]
        if not answer or "mute" in faults:
            return
        time.sleep(SLOW if "slow" in faults else self._turnaround)
        self._plug.send(JUNK + answer if "junk" in faults else answer)
