"""Print truth: the printer is asked before, and only its own word after makes a slip a printed one."""

from __future__ import annotations

import logging

from hallui.scheduler import Scheduler
from hardware.errors import DeviceError, PrinterError
from hardware.ports import Condition, Health, TicketPrinter
from hardware.slip import Slip

log = logging.getLogger(__name__)

FRESH_SECONDS = 3.0
"""A good word of the printer this young is believed; asking again would cost the visitor time."""


class SlipPrinter:
    """One printer with a short memory of how it is. All calls come from one worker thread and block."""

    def __init__(self, printer: TicketPrinter, scheduler: Scheduler) -> None:
        self._printer = printer
        self._scheduler = scheduler
        self._asked_at = float("-inf")
        self._code = "ok"

    def ask(self) -> str:
        """ "ok", or the code of what keeps the printer from printing."""
        health: Health = self._printer.health()
        self._asked_at = self._scheduler.monotonic()
        if health.condition is not Condition.OK:
            log.warning("printer %s: %s %s", self._printer.name, health.code, health.detail)
        self._code = health.code if health.condition is Condition.DOWN else "ok"
        return self._code

    def print(self, slip: Slip) -> None:
        """Return when the slip is out; raises hardware.errors.DeviceError with what kept it."""
        fresh = self._scheduler.monotonic() - self._asked_at < FRESH_SECONDS
        code = self._code if fresh and self._code == "ok" else self.ask()
        if code != "ok":
            raise DeviceError(f"not tried: the printer is {code}", code=code)
        try:
            self._printer.print_slip(slip)
        except PrinterError:
            self._asked_at = float("-inf")
            raise

    def close(self) -> None:
        self._printer.close()
