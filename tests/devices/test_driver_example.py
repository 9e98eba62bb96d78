"""The example of a driver from another distribution: found by its entry point, opened by settings, and it works."""

from __future__ import annotations

import importlib.util
import re
import sys
import tomllib
from collections.abc import Callable, Iterable
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware import registry
from hardware.bars.machines import Deed
from hardware.bars.virtual import VirtualBars
from hardware.errors import FrameError
from hardware.ports import BarLine, Condition

FOLDER = Path(__file__).parents[2] / "examples" / "driver"
REQUEST = re.compile(rb"@(\d{2}),([RG?])(?:,([^\r]*))?\r")


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.util.spec_from_file_location("ascii_bars", FOLDER / "ascii_bars.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "ascii_bars", module)
    spec.loader.exec_module(module)
    project = tomllib.loads((FOLDER / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    announced = project["entry-points"][registry.GROUP]
    entries = EntryPoints(EntryPoint(name, value, registry.GROUP) for name, value in announced.items())
    monkeypatch.setattr(registry, "entry_points", lambda group: entries)


class AsciiMachine:
    """What such bars do."""

    def __init__(self, present: Callable[[int], bool]) -> None:
        self._present = present
        self._buffer = b""

    def hear(self, data: bytes) -> Iterable[Deed]:
        self._buffer += data
        while (request := REQUEST.search(self._buffer)) is not None:
            self._buffer = self._buffer[request.end() :]
            address = int(request[1])
            if self._present(address):
                text = None if request[2] == b"?" else (request[3] or b"").decode("gb2312")
                yield Deed(address, f"@{address:02d},OK\r".encode(), text)


def test_it_is_named_with_its_options_and_a_wrong_one_is_a_status() -> None:
    known = {driver.name: driver for driver in registry.describe() if driver.kind == "bar"}
    assert not known["ascii"].fault
    assert not known["ascii"].built_in
    assert all(option.doc for option in known["ascii"].options)
    assert "baud: must be at least 300" in registry.open_bar({"driver": "ascii", "baud": 1}).health().detail


def test_it_works_like_every_other_bar() -> None:
    twin = VirtualBars(range(1, 9), machine=AsciiMachine)
    bar = registry.open_bar({"driver": "ascii", "port": twin.port, "baud": 115200})
    try:
        bar.show(3, (BarLine("A012到3号窗口"),), called=True)
        assert twin.wait_for(lambda: twin.bars[3].text == "A012到3号窗口")
        assert bar.ping(3).condition is Condition.OK
        bar.clear(3)
        assert twin.wait_for(lambda: twin.bars[3].text == "")
        twin.set_fault(5, "mute", True)
        assert bar.ping(5).code == "no_answer"
    finally:
        bar.close()
        twin.close()


@given(st.lists(st.one_of(st.binary(max_size=40), st.just(b"@03,OK\r")), max_size=12))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_answers_or_frame_errors(parts: list[bytes]) -> None:
    frames = sys.modules["ascii_bars"].Lines()
    for part in parts:
        frames.feed(part)
        for _ in range(300):
            try:
                if frames.take() is None:
                    break
            except FrameError:
                continue
        else:
            pytest.fail("take() never came to an end")
