"""Scanned codes arrive whole, in whatever pieces and with whatever line end the scanner sends."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware import control
from hardware.errors import FrameError
from hardware.ports import Health
from hardware.scanners.serial import CodeReader, SerialScannerOptions, open_serial
from hardware.scanners.virtual import VirtualScanner, VirtualScannerOptions, open_virtual


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[VirtualScanner]:
    scanner = VirtualScanner(tmp_path / "scanner")
    yield scanner
    scanner.close()


def test_codes_arrive_and_replugging_works(twin: VirtualScanner) -> None:
    codes: queue.Queue[str] = queue.Queue()
    faults: queue.Queue[Health] = queue.Queue()
    scanner = open_serial("s", SerialScannerOptions(port=twin.port))
    scanner.start(codes.put, faults.put)
    try:
        assert faults.get(timeout=10).code == "ok"
        for end in ("\r\n", "\r", "\n", ""):
            twin.scan("https://hall.example/t/8d4035", end)
            assert codes.get(timeout=10) == "https://hall.example/t/8d4035"
        twin.scan("P<UTOERIKSSON<<ANNA<MARIA\rL898902C36UTO7408122F1204159\r")
        assert codes.get(timeout=10) == "P<UTOERIKSSON<<ANNA<MARIA\nL898902C36UTO7408122F1204159"
        twin.scan("x" * 5000)
        assert faults.get(timeout=10).code == "unreadable"
        twin.unplug()
        assert faults.get(timeout=10).code == "not_connected"
        twin.plug()
        assert faults.get(timeout=10).code == "ok"
    finally:
        scanner.close()


def test_the_virtual_driver_scans_through_its_control_line() -> None:
    codes: queue.Queue[str] = queue.Queue()
    scanner = open_virtual("s", VirtualScannerOptions())
    try:
        faults: queue.Queue[Health] = queue.Queue()
        scanner.start(codes.put, faults.put)
        assert faults.get(timeout=10).code == "ok"  # opening a port throws away what came before
        control.tell(scanner.control_port, "scan 'A 012 号'")  # type: ignore[attr-defined]
        assert codes.get(timeout=10) == "A 012 号"
    finally:
        scanner.close()


@given(st.lists(st.binary(max_size=200), max_size=30))
@settings(max_examples=100, deadline=None)
def test_any_bytes_become_a_printable_code_or_a_frame_error(parts: list[bytes]) -> None:
    reader = CodeReader()
    for part in parts:
        try:
            reader.feed(part)
        except FrameError:
            assert sum(map(len, parts)) > 4096
    assert all(char.isprintable() or char == "\n" for char in reader.finish())
    assert reader.finish() == ""


def test_old_scanners_send_chinese_as_gb18030() -> None:
    reader = CodeReader()
    reader.feed("取号机".encode("gb18030"))
    assert reader.finish() == "取号机"
