"""The same slips over the other cables: a serial line, USB, a device file; each bounded, each honest about itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hardware.errors import LinkError, PrinterError
from hardware.numbered import NumberedFiles
from hardware.ports import Condition
from hardware.printers.escpos import (
    EscposPrinter,
    FileOptions,
    SerialOptions,
    UsbOptions,
    encoder,
    open_file,
    open_serial,
    open_usb,
)
from hardware.printers.machine import Machine
from hardware.printers.stream import Parser
from hardware.printers.vocabulary import Cut
from hardware.slip import Slip
from hardware.transport.memory import MemoryTransport
from hardware.transport.pty import PtyPlug
from hardware.transport.usb import UsbTransport
from tests.devices.fake_usb import FakeUsb


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    machine = Machine(NumberedFiles(tmp_path / "slips", ".png"))
    yield machine
    machine.close()


class SerialMachine:
    """A machine on a pseudo-terminal."""

    def __init__(self, machine: Machine, link: Path | None = None) -> None:
        self._receive = machine.cable(self._reply)
        self.plug = PtyPlug(self._receive, link)

    def _reply(self, answer: bytes) -> None:
        self.plug.send(answer)


@pytest.fixture
def serial_port(machine: Machine) -> Iterator[PtyPlug]:
    plug = SerialMachine(machine).plug
    yield plug
    plug.unplug()


@pytest.mark.parametrize("mode", ["text", "picture"])
def test_a_slip_over_a_serial_line(machine: Machine, serial_port: PtyPlug, slip: Slip, mode: str) -> None:
    printer = open_serial("p", SerialOptions(port=serial_port.path, baud=115200, mode=mode))
    try:
        assert printer.health().condition is Condition.OK
        printer.print_slip(slip)
        assert machine.slips.last == 1
        machine.set_faults(cover_open=True)
        with pytest.raises(PrinterError) as caught:
            printer.print_slip(slip)
        assert caught.value.code == "cover_open"
    finally:
        printer.close()


def test_a_serial_printer_unplugged_and_plugged_in_again(machine: Machine, tmp_path: Path, slip: Slip) -> None:
    plug = SerialMachine(machine, tmp_path / "printer").plug
    printer = open_serial("p", SerialOptions(port=plug.path, baud=115200))
    try:
        printer.print_slip(slip)
        plug.unplug()
        with pytest.raises(PrinterError) as caught:
            printer.print_slip(slip)
        assert caught.value.code == "printer_offline"
        assert printer.health().code == "printer_offline"
        plug.plug()
        printer.print_slip(slip)
        assert machine.slips.last == 2
    finally:
        printer.close()
        plug.unplug()


def test_a_serial_line_that_takes_no_bytes_is_given_up(slip: Slip) -> None:
    master, slave = os.openpty()
    try:
        printer = open_serial(
            "p", SerialOptions(port=os.ttyname(slave), baud=921600, mode="picture", wait=0.3, handshake="xon")
        )
        assert printer.health().code == "printer_offline"
        printer.close()
    finally:
        os.close(master)
        os.close(slave)


class FakeUsbPrinter(FakeUsb):
    """A USB printer with a machine behind it."""

    def __init__(self, machine: Machine, *, answers: bool = True) -> None:
        super().__init__(0x0519, 0x0003, interface_class=7, answers=answers)
        self.receive = machine.cable(self.inbox.extend)


def usb_printer(backend: FakeUsbPrinter) -> EscposPrinter:
    options = UsbOptions(vendor=0x0519, product=0x0003)
    return EscposPrinter("p", UsbTransport(0x0519, 0x0003, backend), encoder(options), 2.0)


def test_a_slip_over_usb_and_unplugging(machine: Machine, slip: Slip) -> None:
    backend = FakeUsbPrinter(machine)
    printer = usb_printer(backend)
    try:
        printer.health()
        backend.plugged = False
        with pytest.raises(PrinterError) as caught:
            printer.print_slip(slip)
        assert caught.value.code == "printer_offline"
        backend.plugged = True
        assert printer.health().condition is Condition.OK
    finally:
        printer.close()


def test_usb_confirms_when_the_answer_is_there(tmp_path: Path, slip: Slip) -> None:
    class Immediate(FakeUsbPrinter):
        """libusb would wait for the packet; this one waits for the mechanism."""

        def bulk_read(self, dev_handle: object, ep: int, intf: int, buff: Any, timeout: int) -> int:
            if timeout > 500:
                assert machine.idle.wait(10)
            return super().bulk_read(dev_handle, ep, intf, buff, timeout)

    machine = Machine(NumberedFiles(tmp_path / "usb", ".png"))
    printer = usb_printer(Immediate(machine))
    try:
        printer.print_slip(slip)
        assert machine.slips.last == 1
    finally:
        printer.close()
        machine.close()


def test_a_usb_printer_without_a_way_back_is_one_way(machine: Machine, slip: Slip) -> None:
    printer = usb_printer(FakeUsbPrinter(machine, answers=False))
    try:
        assert (printer.health().condition, printer.health().code) == (Condition.OK, "one_way")
        printer.print_slip(slip)
        assert machine.wait_for_slips(1, 10)
    finally:
        printer.close()


def test_a_machine_without_that_usb_printer_says_offline() -> None:
    printer = open_usb("p", UsbOptions(vendor=0x1234, product=0x5678))
    assert printer.health().code == "printer_offline"
    printer.close()


def test_a_file_gets_the_bytes_and_says_that_it_cannot_answer(tmp_path: Path, slip: Slip) -> None:
    path = tmp_path / "out.bin"
    printer = open_file("p", FileOptions(path=str(path)))
    try:
        assert (printer.health().condition, printer.health().code) == (Condition.OK, "one_way")
        printer.print_slip(slip)
        printer.print_slip(slip)
    finally:
        printer.close()
    cuts = [command for command in Parser().feed(path.read_bytes()) if isinstance(command, Cut)]
    assert len(cuts) == 2


def test_a_missing_device_node_is_a_missing_printer_and_not_a_new_file(slip: Slip) -> None:
    path = "/dev/hall-no-such-printer"
    printer = open_file("p", FileOptions(path=path))
    assert printer.health().code == "printer_offline"
    with pytest.raises(PrinterError):
        printer.print_slip(slip)
    assert not Path(path).exists()


def test_a_device_that_takes_no_more_bytes_is_given_up(tmp_path: Path, slip: Slip) -> None:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    printer = open_file("p", FileOptions(path=str(path), wait=0.3))
    assert printer.health().code == "printer_offline"  # nobody at the other end
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        printer.print_slip(slip)  # 38 kB into a pipe of 64 kB that nobody empties
        with pytest.raises(PrinterError) as caught:
            printer.print_slip(slip)
        assert caught.value.code == "printer_offline"
    finally:
        printer.close()
        os.close(reader)


def test_a_broken_link_is_a_typed_error(slip: Slip) -> None:
    link = MemoryTransport(two_way=False)
    printer = EscposPrinter("p", link, lambda _: b"x", 1.0)
    printer.print_slip(slip)
    assert bytes(link.sent) == b"x"
    link.broken = True
    with pytest.raises(PrinterError) as caught:
        printer.print_slip(slip)
    assert isinstance(caught.value.__cause__, LinkError)
