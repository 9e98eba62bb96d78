"""Every device test starts and ends with the same threads, and virtual devices stop with their test."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hardware.cardreaders.virtual import VirtualReader
from hardware.printers.virtual import VirtualPrinter
from hardware.slip import QrCode, Rule, Slip, Text


@pytest.fixture(autouse=True)
def no_thread_left_behind() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    left = [thread.name for thread in threading.enumerate() if thread not in before and thread.is_alive()]
    assert not left, f"threads left behind: {left}"


@pytest.fixture
def printer_twin(tmp_path: Path) -> Iterator[VirtualPrinter]:
    twin = VirtualPrinter(tmp_path / "slips")
    yield twin
    twin.close()


@pytest.fixture
def reader_twin() -> Iterator[VirtualReader]:
    twin = VirtualReader()
    yield twin
    twin.close()


@pytest.fixture
def slip() -> Slip:
    return Slip(
        "A012",
        (
            Text("滨江市政务服务中心", 4.5, bold=True),
            Rule(),
            Text("A012", 18, bold=True),
            Text("不动产转移登记（含二手房交易、继承、赠与、析产及其他情形）", 4, bold=True),
            Text("前面还有 7 人，约等候 15–25 分钟", 3.5),
            Text("请到二楼B区等候，窗口 11–18", 3.5),
            Rule(),
            QrCode("https://hall.example.gov.cn/t/9f2b6c1e7a8d4035", "扫码看进度"),
            Text("2026-11-23 09:41", 2.5),
        ),
    )


@pytest.fixture
def eventually() -> Callable[[Callable[[], object]], None]:
    """Wait, bounded, until something is true that announces itself by no event."""

    def wait(condition: Callable[[], object], seconds: float = 10.0) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "it never became true"
            threading.Event().wait(0.01)

    return wait
