"""The virtual devices as processes of their own, as a demo runs them, played with through their control lines."""

from __future__ import annotations

import queue
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from hardware import control, registry
from hardware.errors import DeviceError, PrinterError
from hardware.ports import Card
from hardware.slip import Slip


@contextmanager
def process(module: str, *arguments: str) -> Iterator[re.Match[str]]:
    child = subprocess.Popen([sys.executable, "-m", module, *arguments], stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None
        said = re.match(r"\w+ on (?P<where>\S+) control (?P<control>\d+)\n", child.stdout.readline())
        assert said is not None
        yield said
    finally:
        child.send_signal(signal.SIGTERM)
        code = child.wait(15)
        assert child.stdout is not None
        child.stdout.close()
    assert code == 0


def test_a_printer_process_prints_and_takes_faults(tmp_path: Path, slip: Slip) -> None:
    with process("hardware.printers.virtual", "--port", "0", "--out", str(tmp_path), "--paper", "58") as said:
        port, line = int(said["where"].rpartition(":")[2]), int(said["control"])
        printer = registry.open_printer({"driver": "escpos-tcp", "port": port, "paper": "58"})
        printer.print_slip(slip)
        assert control.tell(line, "fault paper_out on") == ""
        with pytest.raises(PrinterError) as caught:
            printer.print_slip(slip)
        assert caught.value.code == "paper_out"
        control.tell(line, "fault paper_out off")
        control.tell(line, "fault slow 0.1")
        control.tell(line, "power")
        printer.print_slip(slip)
        assert control.tell(line, "report").startswith("slips=2 unknown=0")
        for wrong in ("fault coffee on", "fault slow soon", "sing", "fault 'paper"):
            with pytest.raises(DeviceError):
                control.tell(line, wrong)
        printer.close()
    with Image.open(tmp_path / "0002.png") as image:
        assert image.width == 384
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0001.png", "0002.png"]


def test_a_reader_process_takes_cards(tmp_path: Path) -> None:
    cards: queue.Queue[Card] = queue.Queue()
    link = tmp_path / "reader"
    with process("hardware.cardreaders.virtual", "--link", str(link)) as said:
        reader = registry.open_card_reader({"driver": "sdt-serial", "port": str(link), "baud": 115200})
        reader.start(cards.put, lambda health: None)
        control.tell(int(said["control"]), "place name=张伟 number=11010519491231002X")
        assert cards.get(timeout=10).name == "张伟"
        reader.close()


def test_a_port_that_is_taken_is_one_clear_line(tmp_path: Path) -> None:
    with process("hardware.printers.virtual", "--port", "0", "--out", str(tmp_path)) as said:
        port = said["where"].rpartition(":")[2]
        command = [sys.executable, "-m", "hardware.printers.virtual", "--port", port, "--out", str(tmp_path)]
        second = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert second.returncode == 1
    assert second.stderr.count("\n") == 1
    assert "cannot listen" in second.stderr


def test_talking_to_no_device_is_a_typed_error() -> None:
    with pytest.raises(DeviceError):
        control.tell(9, "report", timeout=1)
