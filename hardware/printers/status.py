"""What a slip printer says about itself: the answers to DLE EOT and GS r, bit by bit (Epson ESC/POS manual)."""

from __future__ import annotations

from dataclasses import dataclass

from hardware.errors import FrameError, PrinterError
from hardware.ports import HEALTHY, Condition, Health

ASK_PRINTER, ASK_OFFLINE, ASK_ERROR, ASK_PAPER = (b"\x10\x04" + bytes([n]) for n in (1, 2, 3, 4))
QUESTIONS = (ASK_PRINTER, ASK_OFFLINE, ASK_ERROR, ASK_PAPER)
ASK_PAPER_IN_ORDER = b"\x1dr\x01"  # GS r 1: answered when everything sent before it has been printed

_FIXED_MASK, _FIXED_VALUE = 0b1001_0011, 0b0001_0010  # every DLE EOT answer is 0xx1xx10
_ORDERED_MASK = 0b1001_0000  # a GS r answer is 0xx0xxxx, so it cannot be taken for the other


@dataclass(frozen=True, slots=True)
class Status:
    """The whole state of a printer; False also where the printer did not answer that question."""

    offline: bool = False
    cover_open: bool = False
    paper_out: bool = False
    paper_low: bool = False
    cutter_fault: bool = False
    error: bool = False
    recoverable: bool = False

    def fault(self) -> PrinterError | None:
        """Why nothing can be printed now, the cause a person can remove first."""
        if self.cover_open:
            return PrinterError("cover_open", "the cover is open")
        if self.paper_out:
            return PrinterError("paper_out", "the paper roll has ended")
        if self.cutter_fault:
            return PrinterError("printer_error", "the cutter is blocked")
        if self.error:
            kind = "recovers by itself" if self.recoverable else "needs service"
            return PrinterError("printer_error", f"the printer reports an error that {kind}")
        if self.offline:
            return PrinterError("printer_offline", "the printer says that it is off-line")
        return None

    def health(self) -> Health:
        """The same as a device's word: down with the fault's code, a warning for a roll near its end."""
        fault = self.fault()
        if fault is not None:
            return Health(Condition.DOWN, fault.code, fault.detail)
        if self.paper_low:
            return Health(Condition.WARNING, "paper_low", "the paper roll is near its end")
        return HEALTHY


def is_answer(byte: int) -> bool:
    """Whether `byte` can be an answer to DLE EOT, and not noise or an automatic status."""
    return byte & _FIXED_MASK == _FIXED_VALUE


def is_ordered_answer(byte: int) -> bool:
    """Whether `byte` can be the answer to GS r 1."""
    return byte & _ORDERED_MASK == 0


def paper_out_at_confirmation(byte: int) -> bool:
    """Whether the GS r 1 answer says that the roll ended, so that the slip may be cut short; raises FrameError."""
    if not is_ordered_answer(byte):
        raise FrameError(f"not an answer to GS r: {byte:#04x}")
    return byte & 0x0C == 0x0C


def parse(answers: dict[bytes, int]) -> Status:
    """Combine the answers, keyed by question; an unanswered question leaves its bits False."""
    printer, offline = answers.get(ASK_PRINTER, 0), answers.get(ASK_OFFLINE, 0)
    error, paper = answers.get(ASK_ERROR, 0), answers.get(ASK_PAPER, 0)
    return Status(
        offline=bool(printer & 0x08),
        cover_open=bool(offline & 0x04),
        paper_out=bool(offline & 0x20) or paper & 0x60 == 0x60,
        paper_low=paper & 0x0C == 0x0C,
        cutter_fault=bool(error & 0x08),
        error=bool(offline & 0x40) or bool(error & 0x64),
        recoverable=bool(error & 0x44) and not error & 0x20,
    )
