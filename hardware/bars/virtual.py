"""Bars made of software on a cable that is as slow as a real one; a hand can read them and break them."""

from __future__ import annotations

import argparse
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hardware.bars.machines import BarMachine, Deed, DescribedMachine, DigitsMachine, OnbonMachine
from hardware.bars.onbon import Bx5kSerialOptions, open_serial
from hardware.bars.template import bars_described
from hardware.bus.twin import TURNAROUND, Answer, CableTwin
from hardware.control import ControlLine
from hardware.errors import DeviceError
from hardware.options import option
from hardware.ports import BarLine, Health, WindowBar
from hardware.twinprocess import be

REMEMBERED = 1000
WAIT = 0.5
"""Seconds: software on a busy machine is slower to begin than a card."""


@dataclass(slots=True)
class BarState:
    """One bar as an eye sees it. `until` in monotonic seconds: when it forgets its text, 0 = never."""

    text: str = ""
    until: float = 0.0
    percent: int = 100
    updates: int = 0

    def lit(self, now: float) -> str:
        """What is to be read on it."""
        return "" if self.until and now >= self.until else self.text


class VirtualBars(CableTwin):
    """Bars of one protocol; see hardware.bus.twin.CableTwin for their faults."""

    words = "read ADDRESS, report, "

    def __init__(
        self,
        addresses: Sequence[int],
        baud: int = 0,
        *,
        link: Path | None = None,
        machine: Callable[[Callable[[int], bool]], BarMachine] = OnbonMachine,
        turnaround: float = TURNAROUND,
    ) -> None:
        self.bars = {address: BarState() for address in addresses}
        self.updates: deque[tuple[float, int, str]] = deque(maxlen=REMEMBERED)
        self._machine = machine(self._present)
        super().__init__(addresses, baud, link=link, turnaround=turnaround)

    def lit(self, address: int) -> str:
        """What is to be read on one bar now."""
        with self._changed:
            return self.bars[address].lit(time.monotonic())

    def obey(self, words: list[str]) -> str:
        """One line of control, see `words`."""
        match words:
            case ["read", address] if address.isdecimal() and int(address) in self.bars:
                return self.lit(int(address))
            case ["report"]:
                return f"updates={sum(bar.updates for bar in self.bars.values())} collisions={self.collisions}"
            case _:
                return super().obey(words)

    def _hear(self, data: bytes) -> Iterable[Answer]:
        for deed in self._machine.hear(data):
            self._do(deed, self.bars[deed.address])
            yield deed.address, deed.answer

    def _do(self, deed: Deed, bar: BarState) -> None:
        now = time.monotonic()
        if deed.text is not None:
            bar.text, bar.until = deed.text, now + deed.seconds if deed.seconds else 0.0
            bar.updates += 1
            self.updates.append((now, deed.address, deed.text))
        if deed.percent is not None:
            bar.percent = deed.percent

    def _lost_power(self, address: int) -> None:
        self.bars[address].text = ""


def machine_for(protocol: str) -> Callable[[Callable[[int], bool]], BarMachine]:
    """What bars of this protocol do; raises OptionError for a description that is wrong."""
    if protocol == "bx5k":
        return OnbonMachine
    if protocol == "modbus":
        return DigitsMachine
    description = bars_described(protocol)
    return lambda present: DescribedMachine(description, present)


@dataclass(frozen=True, slots=True)
class VirtualBarOptions:
    """Bars of software inside this program."""

    bars: int = option(8, doc="how many, at addresses 1, 2, ...", low=1, high=255)
    baud: int = option(57600, doc="how quick the cable is, 0 = at once", low=0, high=921600)
    control: int = option(0, doc="TCP port on 127.0.0.1 to read and break them through, 0 = any", low=0, high=65535)


class _OwnBars:
    """The usual serial driver on virtual bars of its own."""

    def __init__(self, name: str, options: VirtualBarOptions) -> None:
        self.name = name
        self.twin = VirtualBars(range(1, options.bars + 1), options.baud)
        try:
            self._control = ControlLine(self.twin.obey, options.control)
        except OSError as fault:
            self.twin.close()
            raise DeviceError(f"control port {options.control}: {fault.strerror}") from fault
        self.control_port = self._control.port
        self._driver = open_serial(name, Bx5kSerialOptions(port=self.twin.port, baud=options.baud or 921600, wait=WAIT))
        self.ability = self._driver.ability

    def show(self, address: int, lines: Sequence[BarLine], *, seconds: float = 0.0, called: bool = False) -> None:
        self._driver.show(address, lines, seconds=seconds, called=called)

    def clear(self, address: int) -> None:
        self._driver.clear(address)

    def brightness(self, address: int, percent: int) -> None:
        self._driver.brightness(address, percent)

    def ping(self, address: int) -> Health:
        return self._driver.ping(address)

    def health(self) -> Health:
        return self._driver.health()

    def health_of(self, address: int) -> Health:
        return self._driver.health_of(address)

    def close(self) -> None:
        self._driver.close()
        self._control.close()
        self.twin.close()


def open_virtual(name: str, options: VirtualBarOptions) -> WindowBar:
    """Virtual bars and their driver."""
    return _OwnBars(name, options)


def main(arguments: list[str] | None = None) -> int:
    """Be a cable of bars until SIGTERM or SIGINT; the first line on stdout says the ports."""
    parser = argparse.ArgumentParser(prog="python -m hardware.bars.virtual", description=__doc__)
    parser.add_argument("--link", type=Path, default=None, help="name of the serial port to make, e.g. /run/hall/bars")
    parser.add_argument("--bars", type=int, default=8, help="how many, at addresses 1, 2, ...")
    parser.add_argument("--baud", type=int, default=9600, help="how quick the cable is, 0 = at once")
    parser.add_argument("--speak", default="bx5k", help="bx5k, modbus, or a description: a file or a known name")
    parser.add_argument("--control", type=int, default=0, help="TCP port of the control line, 0 = any")
    chosen = parser.parse_args(arguments)
    machine = machine_for(chosen.speak)
    bars = VirtualBars(range(1, chosen.bars + 1), chosen.baud, link=chosen.link, machine=machine)
    return be(bars, f"bars on {bars.port}", chosen.control)


if __name__ == "__main__":
    sys.exit(main())
