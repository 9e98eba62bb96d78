"""Does what the flow asks for (server, printer, clock) and brings the answers back as inputs; knows no widget."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from contract.appointments import CheckIn
from contract.bodies import Cancel, Document, TakeTicket, Ticket, TicketState
from contract.client.api import HallApi
from contract.errors import HallError
from contract.ids import new_idempotency_key
from hallui.scheduler import Alarm, Scheduler
from hallui.work import Jobs
from hardware.errors import DeviceError
from i18n.translator import Translator
from kiosk import effects as do
from kiosk import inputs as on
from kiosk import slips
from kiosk.duties import Duties
from kiosk.flow import step
from kiosk.freshness import Freshness
from kiosk.printing import SlipPrinter
from kiosk.state import Defaults, Start, State

log = logging.getLogger(__name__)

PRINTER_CHECK_SECONDS = 15.0

Observer = Callable[[State], None]

_AGREEING = (on.Agree, on.TakeDesk, on.Retry, on.Reprint, on.Enter, on.CardRead, on.CodeScanned)
"""Touches from which on the visitor waits for the slip, when they have any effect."""


@dataclass(frozen=True, slots=True)
class Desks:
    """Where blocking jobs go: asking for tickets, printing, and everything nobody waits for."""

    asking: Jobs
    printing: Jobs
    background: Jobs


class KioskPresenter:
    """One kiosk at work. Every method is called on the app's own thread; observers too."""

    def __init__(
        self,
        api: HallApi,
        printer: SlipPrinter,
        desks: Desks,
        scheduler: Scheduler,
        *,
        defaults: Defaults = Defaults(),  # noqa: B008 - frozen
        departments: tuple[str, ...] = (),
        paper_width_mm: int = 80,
        void_unclaimed_minutes: float = 5.0,
    ) -> None:
        self._api = api
        self._printer = printer
        self._desks = desks
        self._scheduler = scheduler
        self._paper_width_mm = paper_width_mm
        self._void_unclaimed_minutes = void_unclaimed_minutes
        self._observers: list[Observer] = []
        self._key = (0, "")
        self._agreed_at = 0.0
        self._alarm: Alarm = scheduler.call_later(0, lambda: None)
        self._closed = False
        self.touch_to_slip_ms: float | None = None
        """From the confirming touch to the printer's word for the latest slip, milliseconds."""
        self.state = State(lang=defaults.lang, elder=defaults.elder, defaults=defaults)
        self.freshness = Freshness(api, desks.background, scheduler, self, departments)
        self._duties = Duties(desks.background, scheduler)

    def start(self) -> None:
        """Begin to keep the catalogue and the printer's state fresh."""
        self.freshness.start()
        self._look_after_printer()

    def close(self) -> None:
        """Nothing more is begun, nothing that arrives is looked at."""
        self._closed = True
        self.freshness.close()
        self._duties.close()

    def observe(self, observer: Observer) -> Callable[[], None]:
        """Tell `observer` every new state; the answer ends that."""
        self._observers.append(observer)
        return lambda: self._observers.remove(observer) if observer in self._observers else None

    def tell(self, happened: on.Input) -> None:
        """The one door: touches, news and time all come in here."""
        if self._closed:
            return
        before = self.state
        self.state, effects = step(before, happened)
        if isinstance(happened, _AGREEING) and effects:
            self._agreed_at = self._scheduler.monotonic()
        if self.state != before:
            for observer in tuple(self._observers):
                observer(self.state)
        for effect in effects:
            self._perform(effect)

    # -- effects

    def _perform(self, effect: do.Effect) -> None:
        match effect:
            case do.Refresh(lang):
                self.freshness.refresh(lang)
            case do.CheckPrinter():
                self._check_printer()
            case do.Take():
                self._take(effect)
            case do.Find(number):
                self._find(number)
            case do.Print(ticket, lang, attempt):
                self._print(ticket, lang, attempt)
            case do.ReportPrinted(ticket_id):
                self._duties.fulfil("printed", lambda key: self._api.printed(ticket_id, key))
            case do.Withdraw(ticket_id):
                self._duties.fulfil("withdraw", lambda key: self._api.cancel(ticket_id, None, key))
            case do.VoidUnlessTaken(ticket_id):
                self._void_later(ticket_id)
            case do.StartTimer(seconds, timer):
                self._start_timer(seconds, timer)

    def _start_timer(self, seconds: float, timer: int) -> None:
        """One alarm at a time; an answer that came while this was on its way may have started a newer one."""
        if timer == self.state.timer:
            self._alarm.cancel()
            self._alarm = self._scheduler.call_later(seconds, lambda: self.tell(on.TimeUp(timer)))

    def _take(self, effect: do.Take) -> None:
        order = effect.order
        if self._key[0] != order.intention:
            self._key = (order.intention, new_idempotency_key())
        key = self._key[1]

        def ask() -> Ticket:
            person = order.person
            document = Document(kind=person.kind, number=person.number, name=person.name) if person else None
            if order.booked:
                return self._api.check_in(CheckIn(code=order.code or None, document=document, lang=order.lang), key)
            body = TakeTicket(
                service=order.service,
                services=order.others,
                party=order.party,
                priority_class=order.priority,
                document=document,
                lang=order.lang,
            )
            return self._api.take_ticket(body, key)

        def taken(ticket: Ticket) -> None:
            self.tell(on.ServerFound())
            self.tell(on.TicketTaken(order.intention, ticket))

        def refused(error: Exception) -> None:
            code, params = _refusal(error)
            if code == "server_unreachable":
                self.tell(on.ServerLost())
            self.tell(on.TicketRefused(order.intention, code, params))

        self._desks.asking.submit(ask, taken, refused)

    def _find(self, number: str) -> None:
        def missing(error: Exception) -> None:
            code, params = _refusal(error)
            self.tell(on.TicketNotFound(number, code, params))

        self._desks.asking.submit(
            lambda: self._api.find_ticket(number), lambda ticket: self.tell(on.TicketFound(ticket)), missing
        )

    def _print(self, ticket: Ticket, lang: str, attempt: int) -> None:
        catalogue = self.state.catalogue
        began = self._agreed_at

        def print_slip() -> float:
            if catalogue is None:
                raise DeviceError("no catalogue to word the slip with", code="slip_error")
            self._printer.print(slips.slip(ticket, catalogue, Translator(lang), paper_width_mm=self._paper_width_mm))
            return self._scheduler.monotonic()

        def printed(at: float) -> None:
            self.touch_to_slip_ms = (at - began) * 1000
            self.tell(on.PrinterIs("ok"))
            self.tell(on.SlipPrinted(ticket.id, attempt))

        def failed(error: Exception) -> None:
            code = error.code if isinstance(error, DeviceError) else "printer_error"
            log.warning("no slip for %s: %s", ticket.number, error)
            if code != "not_confirmed":
                self.tell(on.PrinterIs(code))
            self.tell(on.SlipFailed(ticket.id, attempt, code))

        self._desks.printing.submit(print_slip, printed, failed)

    def _void_later(self, ticket_id: str) -> None:
        """The grace is for who photographed the number: a call, a print or a claim meanwhile saves the ticket."""
        if self._void_unclaimed_minutes <= 0:
            return

        def void_unless_taken(key: str) -> None:
            ticket = self._api.ticket(ticket_id)
            if ticket.state is TicketState.WAITING and not ticket.printed:
                self._api.cancel(ticket_id, Cancel(reason="slip not printed, number not claimed"), key)

        self._scheduler.call_later(
            self._void_unclaimed_minutes * 60, lambda: self._duties.fulfil("void", void_unless_taken)
        )

    # -- the printer between visitors

    def _look_after_printer(self) -> None:
        if self._closed:
            return
        if isinstance(self.state.page, Start):
            self._check_printer()
        self._scheduler.call_later(PRINTER_CHECK_SECONDS, self._look_after_printer)

    def _check_printer(self) -> None:
        self._desks.printing.submit(self._printer.ask, lambda code: self.tell(on.PrinterIs(code)))


def _refusal(error: Exception) -> tuple[str, dict[str, object]]:
    if isinstance(error, HallError):
        return error.code, error.params
    log.error("asking the server failed", exc_info=error)
    return "internal", {}
