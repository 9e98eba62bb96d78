"""Slip printers that speak ESC/POS: each slip is asked about before, sent, and confirmed by the printer itself."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from hardware.errors import DeviceError, LinkError, PrinterError
from hardware.options import option
from hardware.ports import Condition, Health, TicketPrinter
from hardware.printers import status
from hardware.slip import Slip, Text
from hardware.transport.link import Transport, drain

REHEARSAL = Slip("", (Text("字 A1", bold=True), Text("字 a1")))
WIDTH = {"58": 384, "80": 576}
STATUS_WAIT = 2.0
STALE_WAIT = 1.0  # for a connection that was good before: silence there is cheap, a new one follows
SECOND_ANSWER_WAIT = 0.5  # a printer that answered once is there; a question it does not know is not worth 2 s


class EscposPrinter:
    """One printer over one transport. Connects when first needed and again after every loss.

    `encode` makes the bytes of a slip; `wait` bounds each step (seconds): connecting, handing over, confirming.
    """

    def __init__(
        self, name: str, link: Transport, encode: Callable[[Slip], bytes], wait: float, *, confirm: bool = True
    ) -> None:
        self.name = name
        self._link = link
        self._encode = encode
        self._wait = wait
        self._confirm = confirm
        self._prepared = False
        self._unanswered: set[bytes] = set()
        self._lock = threading.Lock()

    def health(self) -> Health:
        with self._lock:
            try:
                self._prepare()
                state = self._status()
            except DeviceError as fault:
                self._link.close()
                return Health(Condition.DOWN, fault.code, fault.detail)
            if state is None:
                return Health(
                    Condition.OK, "one_way", f"{self._link.describe()} cannot answer: slips are not confirmed"
                )
            return state.health()

    def print_slip(self, slip: Slip) -> None:
        data = self._encode(slip)
        with self._lock:
            try:
                self._print(data)
            except LinkError as fault:
                self._link.close()
                raise PrinterError("printer_offline", fault.detail) from fault
            except PrinterError:
                self._link.close()  # a late answer must not confirm the next slip
                raise

    def close(self) -> None:
        with self._lock:
            self._link.close()

    def _prepare(self) -> None:
        """Draw something once, so that a missing font is known before a visitor comes and the first slip is quick."""
        if not self._prepared:
            self._encode(REHEARSAL)
            self._prepared = True

    def _print(self, data: bytes) -> None:
        state = self._status()
        fault = state.fault() if state else None
        if fault is not None:
            raise fault
        confirmed = state is not None and self._confirm
        self._link.write(data + (status.ASK_PAPER_IN_ORDER if confirmed else b""), self._wait)
        if confirmed:
            self._await_confirmation()

    def _await_confirmation(self) -> None:
        for _ in range(64):  # automatic status bytes may come first
            answer = self._link.read(1, self._wait)
            if not answer:
                break
            if status.is_ordered_answer(answer[0]):
                if status.paper_out_at_confirmation(answer[0]):
                    raise PrinterError("paper_out", "the paper roll ended while the slip was printed")
                return
        raise self._reason_of_silence()

    def _reason_of_silence(self) -> PrinterError:
        """The slip was handed over and never confirmed; the printer may still be able to say why."""
        try:
            state = self._asked(STALE_WAIT)
        except (LinkError, PrinterError):
            state = None
        fault = state.fault() if state else None
        return fault or PrinterError("not_confirmed", "the printer took the slip but did not confirm it")

    def _status(self) -> status.Status | None:
        """Connect if need be and ask; None when the connection cannot answer. Raises LinkError, PrinterError."""
        if self._link.is_open:
            try:
                return self._asked(STALE_WAIT)
            except (LinkError, PrinterError):
                self._link.close()  # it may have been switched off and on since: one fresh connection
        self._unanswered.clear()
        try:
            self._link.open()
        except LinkError as fault:
            raise PrinterError("printer_offline", fault.detail) from fault
        return self._asked()

    def _asked(self, wait: float = STATUS_WAIT) -> status.Status | None:
        if not self._link.two_way:
            return None
        drain(self._link)
        answers: dict[bytes, int] = {}
        for question in status.QUESTIONS:
            if question in self._unanswered:
                continue
            answer = self._answer(question, min(self._wait, SECOND_ANSWER_WAIT if answers else wait))
            if answer is not None:
                answers[question] = answer
            elif question == status.ASK_PRINTER:
                raise PrinterError("printer_offline", f"{self._link.describe()} does not answer")
            else:
                self._unanswered.add(question)
        return status.parse(answers)

    def _answer(self, question: bytes, wait: float) -> int | None:
        self._link.write(question, wait)
        for _ in range(64):
            answer = self._link.read(1, wait)
            if not answer:
                return None
            if status.is_answer(answer[0]):
                return answer[0]
        return None


@dataclass(frozen=True, slots=True)
class _Paper:
    """Options every slip printer has."""

    paper: str = option("80", doc="paper width in mm", choices=("58", "80"))
    dots: int = option(0, doc="printable dots across, 0 = 576 for 80 mm, 384 for 58 mm", low=0, high=1280)
    dpi: int = option(203, doc="dots per inch of the print head", low=100, high=600)
    mode: str = option("picture", doc="picture: any script; text: the printer's own type", choices=("picture", "text"))
    native_qr: bool = option(True, doc="in text mode, whether the printer draws QR codes itself")
    confirm: bool = option(True, doc="wait for the printer's word after each slip")
    wait: float = option(3.0, doc="seconds allowed for each step", low=0.2, high=30)


@dataclass(frozen=True, slots=True)
class TcpOptions(_Paper):
    """A printer on the network."""

    host: str = option("127.0.0.1", doc="name or IPv4 address")
    port: int = option(9100, doc="TCP port", low=1, high=65535)


@dataclass(frozen=True, slots=True)
class SerialOptions(_Paper):
    """A printer on a serial line; slow, so text is the rule."""

    port: str = option("/dev/ttyUSB0", doc="serial port")
    baud: int = option(9600, doc="bits per second", low=1200, high=921600)
    parity: str = option("none", doc="parity", choices=("none", "even", "odd"))
    handshake: str = option("none", doc="flow control", choices=("none", "rts", "xon"))
    mode: str = option("text", doc="picture: any script; text: the printer's own type", choices=("picture", "text"))


@dataclass(frozen=True, slots=True)
class UsbOptions(_Paper):
    """A printer on USB; `lsusb` shows both ids."""

    vendor: int = option(0x04B8, doc="USB vendor id, e.g. 0x04b8", low=1, high=0xFFFF)
    product: int = option(0x0E15, doc="USB product id, e.g. 0x0e15", low=1, high=0xFFFF)


@dataclass(frozen=True, slots=True)
class FileOptions(_Paper):
    """A device node or a plain file; one-way."""

    path: str = option("/dev/usb/lp0", doc="device node or file")


def open_tcp(name: str, options: TcpOptions) -> TicketPrinter:
    """A printer at host:port."""
    from hardware.transport.tcp import TcpTransport

    return _printer(name, TcpTransport(options.host, options.port, min(options.wait, 2.0)), options)


def open_serial(name: str, options: SerialOptions) -> TicketPrinter:
    """A printer on a serial port."""
    from hardware.transport.serial import SerialTransport

    link = SerialTransport(
        options.port,
        options.baud,
        parity=options.parity,
        xonxoff=options.handshake == "xon",
        rtscts=options.handshake == "rts",
    )
    return _printer(name, link, options)


def open_usb(name: str, options: UsbOptions) -> TicketPrinter:
    """A printer on USB."""
    from hardware.transport.usb import UsbTransport

    return _printer(name, UsbTransport(options.vendor, options.product), options)


def open_file(name: str, options: FileOptions) -> TicketPrinter:
    """A printer behind a device node."""
    from pathlib import Path

    from hardware.transport.file import FileTransport

    return _printer(name, FileTransport(Path(options.path)), options)


def encoder(options: _Paper) -> Callable[[Slip], bytes]:
    """The bytes of a slip for this printer's paper, head and mode."""
    width = options.dots or WIDTH[options.paper]

    def encode(slip: Slip) -> bytes:
        from hardware.printers.commands import picture_bytes, text_bytes  # 0.3 s: not while a kiosk opens its window

        if options.mode == "picture":
            return picture_bytes(slip, width, options.dpi)
        return text_bytes(slip, width, options.dpi, native_qr=options.native_qr)

    return encode


def _printer(name: str, link: Transport, options: _Paper) -> EscposPrinter:
    return EscposPrinter(name, link, encoder(options), options.wait, confirm=options.confirm)
