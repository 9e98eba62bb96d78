"""Ten thousand updates of bars and hundreds of keys leave no thread, no descriptor and no memory behind."""

from __future__ import annotations

import gc
import queue
import threading
from pathlib import Path

import psutil

from hardware.bars import bx5k
from hardware.bars.cable import BarCable
from hardware.bars.onbon import OnbonBars
from hardware.bars.virtual import VirtualBars
from hardware.bus.timing import Timing
from hardware.frames.reading import load
from hardware.pads.callpads import DescribedCallPads
from hardware.pads.virtual import VirtualPads
from hardware.ports import BarLine, Condition, PadEvent
from hardware.transport.serial import SerialTransport

UPDATES, BARS = 10_000, 64
PRESSES, PADS = 800, 8
ALLOWED = 6_000_000
"""Bytes of resident memory; a leak of one frame an update would be twice as much."""
UNPACED = Timing(0, 0.5)


def footprint() -> tuple[int, int, int]:
    """Threads, open descriptors, resident bytes."""
    gc.collect()
    return threading.active_count(), len(list(Path("/proc/self/fd").iterdir())), psutil.Process().memory_info().rss


def test_ten_thousand_updates_of_bars_leave_nothing_behind() -> None:
    twin = VirtualBars(range(1, BARS + 1), turnaround=0)
    driver = BarCable("bars", SerialTransport(twin.port, 921600), OnbonBars(bx5k.Area(128, 16)), UNPACED)
    try:
        before = None
        for turn in range(UPDATES // BARS + 1):
            for address in range(1, BARS + 1):
                driver.show(address, (BarLine(f"A{turn:03d}到{address}号窗口"),), seconds=60, called=address % 7 == 0)
            assert twin.wait_for(lambda turn=turn: all(f"A{turn:03d}" in bar.text for bar in twin.bars.values()), 60)
            if turn == 20:  # everything has been allocated that is allocated once
                before = footprint()
        assert before is not None
        threads, handles, memory = footprint()
        assert (threads, handles) == before[:2]
        assert memory - before[2] < ALLOWED
        assert sum(bar.updates for bar in twin.bars.values()) >= UPDATES
        assert driver.health().condition is Condition.OK
    finally:
        driver.close()
        twin.close()


def test_hundreds_of_keys_arrive_once_each_and_leave_nothing_behind() -> None:
    events: queue.Queue[PadEvent] = queue.Queue()
    pads = tuple(range(1, PADS + 1))
    twin = VirtualPads(pads, load("pad68"))
    driver = DescribedCallPads("pads", SerialTransport(twin.port, 921600), load("pad68"), UNPACED, pads)
    driver.start(events.put, lambda health: None)
    try:
        before = None
        for turn in range(PRESSES // PADS):
            for address in pads:
                twin.press(address, "call_next")
                driver.display(address, f"A{turn:03d}")
            assert sorted(events.get(timeout=30).address for _ in pads) == list(pads)
            if turn == 20:
                before = footprint()
        assert before is not None
        threads, handles, memory = footprint()
        assert (threads, handles) == before[:2]
        assert memory - before[2] < ALLOWED
        assert events.empty()
    finally:
        driver.close()
        twin.close()
