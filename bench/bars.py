"""Window bars: how long until 64 bars on one cable show their new texts, and until the called one does."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.figures import Figure, middle
from hardware.bars.bx5k import Area
from hardware.bars.dialect import BarDialect
from hardware.bars.digits import ModbusDigits, ModbusDigitsOptions, Registers, open_digits
from hardware.bars.onbon import Bx5kSerialOptions, OnbonBars, open_serial
from hardware.bars.template import DescribedBars, TemplateBarOptions, bars_described, open_template
from hardware.bars.virtual import VirtualBars, machine_for
from hardware.ports import BarLine, WindowBar

BARS, CALLED = 64, 40
TURNAROUND = 0.004


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of bars at one speed; `answer` in bytes, 0 = they are told blind."""

    name: str
    protocol: str
    baud: int
    answer: int
    target: str = ""

    def open(self, port: str) -> WindowBar:
        if self.protocol == "bx5k":
            return open_serial(self.name, Bx5kSerialOptions(port=port, baud=self.baud, answers=self.answer > 0))
        if self.protocol == "modbus":
            return open_digits(self.name, ModbusDigitsOptions(port=port, baud=self.baud))
        return open_template(self.name, TemplateBarOptions(frames=self.protocol, port=port, baud=self.baud))

    def dialect(self) -> BarDialect:
        if self.protocol == "bx5k":
            return OnbonBars(Area(128, 16), answers=self.answer > 0)
        if self.protocol == "modbus":
            return ModbusDigits(Registers(0, 4, "ascii"))
        return DescribedBars(bars_described(self.protocol))

    def floor(self) -> float:
        """Seconds that the bytes alone are on the cable, with the bars' own turnaround."""
        dialect = self.dialect()
        sizes = [len(dialect.show(bar, text(0, bar), 0)[0]) + self.answer for bar in range(1, BARS + 1)]
        return sum(sizes) * 10 / self.baud + (BARS * TURNAROUND if self.answer else 0.0)


CASES = (
    Case("BX-5K, 9600, answered", "bx5k", 9600, 30),
    Case("BX-5K, 9600, blind", "bx5k", 9600, 0),
    Case("BX-5K, 19200, blind", "bx5k", 19200, 0, "< 3"),
    Case("BX-5K, 57600, answered", "bx5k", 57600, 30, "< 3"),
    Case("short frames, 9600, answered", "bar485", 9600, 8, "< 3"),
    Case("Modbus digits, 9600, answered", "modbus", 9600, 8, "< 3"),
)


def text(turn: int, bar: int) -> Sequence[BarLine]:
    """What one bar shows after a call."""
    return (BarLine(f"A{turn}{bar:02d}到{bar}号窗口"),)


def figures(runs: int) -> list[Figure]:
    """Every case on a pseudo-terminal as slow as the cable."""
    result = []
    for case in CASES:
        print(f"bars: {case.name} ...", flush=True)
        everything, called = zip(*_measured(case, runs), strict=True)
        floor = round(case.floor(), 3)
        result += [
            Figure(f"{BARS} bars refreshed, {case.name}", middle(everything), "s", floor, case.target),
            Figure(f"the called bar among them, {case.name}", middle(called), "s", None, "< 0.3"),
        ]
    return result


def _measured(case: Case, runs: int) -> list[tuple[float, float]]:
    """Seconds until all bars, and until the called one, show the new text."""
    twin = VirtualBars(range(1, BARS + 1), case.baud, machine=machine_for(case.protocol), turnaround=TURNAROUND)
    cable = case.open(twin.port)
    try:
        cable.health()
        return [_one(cable, twin, turn) for turn in range(runs)]
    finally:
        cable.close()
        twin.close()


def _one(cable: WindowBar, twin: VirtualBars, turn: int) -> tuple[float, float]:
    twin.updates.clear()
    begun = time.monotonic()
    for bar in range(1, BARS + 1):
        cable.show(bar, text(turn, bar), called=bar == CALLED)
    if not twin.wait_for(lambda: len({bar for _, bar, _ in twin.updates}) == BARS, 60):
        raise TimeoutError("a bar was never told")
    when = {bar: at - begun for at, bar, _ in twin.updates}
    return max(when.values()), when[CALLED]
