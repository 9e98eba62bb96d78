"""Slips over a real socket to the virtual printer: confirmed or refused, never silently lost."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from hardware import fonts
from hardware.errors import FontError, PrinterError
from hardware.ports import Condition, TicketPrinter
from hardware.printers.escpos import TcpOptions, open_tcp
from hardware.printers.virtual import VirtualPrinter
from hardware.slip import Slip


@pytest.fixture
def printer(printer_twin: VirtualPrinter) -> Iterator[TicketPrinter]:
    driver = open_tcp("kiosk printer", TcpOptions(port=printer_twin.port, wait=1.2))
    yield driver
    driver.close()


def refused(printer: TicketPrinter, slip: Slip) -> str:
    with pytest.raises(PrinterError) as caught:
        printer.print_slip(slip)
    return caught.value.code


@pytest.mark.parametrize("mode", ["picture", "text"])
def test_a_confirmed_slip_is_on_paper_and_its_qr_code_reads(
    printer_twin: VirtualPrinter, slip: Slip, mode: str, tmp_path: Path
) -> None:
    printer = open_tcp("p", TcpOptions(port=printer_twin.port, mode=mode))
    try:
        assert printer.health().condition is Condition.OK
        printer.print_slip(slip)
        with Image.open(tmp_path / "slips" / "0001.png") as paper:  # there when print_slip returns, not later
            codes = zxingcpp.read_barcodes(paper.convert("L"))
        assert [code.text for code in codes] == ["https://hall.example.gov.cn/t/9f2b6c1e7a8d4035"]
        assert printer_twin.machine.unknown == []
    finally:
        printer.close()


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("paper_out", "paper_out"),
        ("cover_open", "cover_open"),
        ("cutter", "printer_error"),
        ("error", "printer_error"),
        ("mute", "printer_offline"),
    ],
)
def test_a_faulty_printer_refuses_before_anything_is_sent(
    printer_twin: VirtualPrinter, printer: TicketPrinter, slip: Slip, fault: str, code: str
) -> None:
    printer_twin.set_faults(**{fault: True})
    assert refused(printer, slip) == code
    assert printer.health().condition is Condition.DOWN
    assert printer.health().code == code
    printer_twin.set_faults(**{fault: False})
    assert printer.health().condition is Condition.OK
    printer.print_slip(slip)
    assert printer_twin.machine.slips.last == 1  # the refused one does not come out later


def test_a_roll_near_its_end_still_prints(printer_twin: VirtualPrinter, printer: TicketPrinter, slip: Slip) -> None:
    printer_twin.set_faults(paper_low=True)
    assert (printer.health().condition, printer.health().code) == (Condition.WARNING, "paper_low")
    printer.print_slip(slip)
    assert printer_twin.machine.slips.last == 1


def test_paper_that_ends_while_printing_is_reported_as_that(
    printer_twin: VirtualPrinter, printer: TicketPrinter, slip: Slip
) -> None:
    printer.health()
    printer_twin.set_faults(slow=0.5)
    with ThreadPoolExecutor(1) as pool:
        outcome = pool.submit(refused, printer, slip)
        assert printer_twin.machine.began.wait(5)
        printer_twin.set_faults(paper_out=True)
        assert outcome.result(10) == "paper_out"


def test_a_slip_nobody_confirms_is_not_called_printed(
    printer_twin: VirtualPrinter, printer: TicketPrinter, slip: Slip
) -> None:
    printer.health()
    printer_twin.set_faults(slow=0.5)
    with ThreadPoolExecutor(1) as pool:
        outcome = pool.submit(refused, printer, slip)
        assert printer_twin.machine.began.wait(5)
        printer_twin.set_faults(mute=True)
        assert outcome.result(15) == "not_confirmed"


def test_a_slow_printer_confirms_late_but_in_time(
    printer_twin: VirtualPrinter, printer: TicketPrinter, slip: Slip
) -> None:
    printer_twin.set_faults(slow=0.5)
    printer.print_slip(slip)
    assert printer_twin.machine.slips.last == 1


def test_a_late_answer_never_confirms_the_next_slip(printer_twin: VirtualPrinter, slip: Slip) -> None:
    printer = open_tcp("p", TcpOptions(port=printer_twin.port, wait=0.3))
    try:
        printer_twin.set_faults(slow=1.0)
        assert refused(printer, slip) == "not_confirmed"
        assert printer_twin.wait_for_slips(1, 10)
        assert refused(printer, slip) == "not_confirmed"
    finally:
        printer.close()


def test_after_a_loss_of_power_the_next_slip_prints(
    printer_twin: VirtualPrinter, printer: TicketPrinter, slip: Slip
) -> None:
    for count in (1, 2, 3):
        printer.print_slip(slip)
        assert printer_twin.machine.slips.last == count
        printer_twin.plug.drop_connections()


def test_a_printer_that_is_off_is_offline_and_comes_back(slip: Slip, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    printer = open_tcp("p", TcpOptions(port=port))
    assert printer.health().code == "printer_offline"
    assert refused(printer, slip) == "printer_offline"
    twin = VirtualPrinter(tmp_path, port)
    try:
        printer.print_slip(slip)
        assert twin.machine.slips.last == 1
    finally:
        printer.close()
        twin.close()


def test_a_name_that_does_not_resolve_is_offline_not_a_crash() -> None:
    printer = open_tcp("p", TcpOptions(host="no-such-host.invalid"))
    assert printer.health().code == "printer_offline"
    printer.close()


class OddPrinter:
    """A printer with a script of its own: gets each question, returns the answer."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        self._answer = answer
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            guest, _ = self._server.accept()
            with guest:
                first = True
                while data := guest.recv(65536):
                    if data == b"stop":
                        return
                    guest.sendall(self._answer(data))
                    first = False
                if first:
                    continue

    def close(self) -> None:
        with socket.create_connection(("127.0.0.1", self.port)) as end:
            end.sendall(b"stop")
            self._thread.join()
        self._server.close()


@pytest.mark.parametrize("noise", [b"\x00", b"\xff\x80", b"\x13\x11"])
def test_noise_is_not_taken_for_a_status(noise: bytes) -> None:
    odd = OddPrinter(lambda data: noise + b"\x12" if data.startswith(b"\x10\x04") else b"")
    printer = open_tcp("p", TcpOptions(port=odd.port))
    try:
        assert printer.health().condition is Condition.OK
    finally:
        printer.close()
        odd.close()


def test_a_printer_that_knows_one_question_only_is_asked_once_about_the_others(slip: Slip) -> None:
    asked: list[bytes] = []

    def answer(data: bytes) -> bytes:
        asked.append(data[:3])
        if data[:3] == b"\x10\x04\x01":
            return b"\x12"
        return b"\x00" if data.endswith(b"\x1dr\x01") else b""

    odd = OddPrinter(answer)
    printer = open_tcp("p", TcpOptions(port=odd.port))
    try:
        assert printer.health().condition is Condition.OK
        printer.print_slip(slip)
        printer.print_slip(slip)
        assert asked.count(b"\x10\x04\x02") == 1
    finally:
        printer.close()
        odd.close()


def test_several_hosts_may_print_at_once(printer_twin: VirtualPrinter, slip: Slip) -> None:
    def print_some(_: int) -> None:
        printer = open_tcp("p", TcpOptions(port=printer_twin.port, mode="text"))
        for _ in range(3):
            printer.print_slip(slip)
        printer.close()

    print_some(0)
    assert printer_twin.machine.slips.last == 3


def test_a_twin_that_cannot_write_its_picture_goes_on(
    printer_twin: VirtualPrinter, printer: TicketPrinter, slip: Slip, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "slips").rmdir()
    printer.print_slip(slip)
    assert "could not burn" in caplog.text
    (tmp_path / "slips").mkdir()
    printer.print_slip(slip)
    assert printer_twin.machine.slips.last == 1


def test_many_slips_leave_no_descriptor_and_no_thread(printer_twin: VirtualPrinter, slip: Slip) -> None:
    import psutil

    process = psutil.Process()
    printer = open_tcp("p", TcpOptions(port=printer_twin.port, mode="text"))
    printer.print_slip(slip)
    before = (process.num_fds(), threading.active_count())
    for _ in range(8):
        printer.print_slip(slip)
        printer_twin.plug.drop_connections()
        printer.print_slip(slip)
    assert (process.num_fds(), threading.active_count()) == before
    printer.close()


def test_a_machine_without_a_chinese_font_shows_in_health(
    printer: TicketPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object, **__: object) -> object:
        raise FontError("install fonts-noto-cjk")

    monkeypatch.setattr(fonts, "load", missing)
    assert (printer.health().condition, printer.health().code) == (Condition.DOWN, "font_missing")
    monkeypatch.undo()
    assert printer.health().condition is Condition.OK


def test_python_escpos_neither_litters_nor_takes_over_the_log(tmp_path: Path) -> None:
    program = (
        "import logging, hardware.printers.commands, hardware.transport.usb, hardware.printers.escpos\n"
        "print(len(logging.root.handlers))"
    )
    environment = {"TMPDIR": str(tmp_path), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True, env=environment
    )
    assert done.stdout == "0\n"
    assert list(tmp_path.iterdir()) == []
