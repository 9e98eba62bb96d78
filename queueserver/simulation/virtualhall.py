"""One hall in memory that carries out commands at whatever time it is told: the server's rules without its database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from queueserver.domain.appointment import Appointment, AppointmentState
from queueserver.domain.errors import DomainError
from queueserver.domain.events import Event, TicketCalled
from queueserver.domain.hall import HallPlan
from queueserver.domain.ticket import Ticket
from queueserver.domain.window import WindowState
from queueserver.handlers.commands import Assign, CallNext, Command, TurnDay
from queueserver.handlers.dispatch import carry_out
from queueserver.simulation.visitors import Booking
from queueserver.store.live import Change, LiveHall, Unit

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS: Final = timedelta(milliseconds=1)


def moment(at_ms: int) -> datetime:
    """The aware UTC datetime of milliseconds since 1970."""
    return EPOCH + at_ms * _MS


def milliseconds(when: datetime) -> int:
    """Milliseconds since 1970 of an aware datetime."""
    return (when - EPOCH) // _MS


class VirtualHall:
    """do() is what the server's writer does with a command, less the writing."""

    def __init__(self, plan: HallPlan, day: date, seq: int = 0) -> None:
        self.live = LiveHall(plan, seq, day)
        self._over: dict[str, Ticket] = {}
        self._made = 0

    def do(self, command: Command, at_ms: int) -> Sequence[Event]:
        """Carry the command out; raises DomainError when it is refused, and nothing has changed."""
        unit = self._unit(at_ms)
        carry_out(unit, command)
        change = Change()
        unit.commit(change)
        if isinstance(command, TurnDay):
            self._over.clear()
        for ticket_id, (ticket, _) in change.tickets.items():
            if ticket.ended_at is not None:
                self._over[ticket_id] = ticket
        return unit.events

    def would_call(self, window: str, at_ms: int) -> Ticket | None:
        """Whom this window would call now, by the very handler that calls; None when nobody or when it may not call."""
        unit = self._unit(at_ms)
        try:
            carry_out(unit, CallNext(window))
        except DomainError:
            return None
        return next((event.ticket for event in unit.events if isinstance(event, TicketCalled)), None)

    def would_assign(self, at_ms: int) -> Ticket | None:
        """Whom the hall itself would call now, with the window; None when nobody."""
        unit = self._unit(at_ms)
        carry_out(unit, Assign())
        return next((event.ticket for event in unit.events if isinstance(event, TicketCalled)), None)

    def book(self, booking: Booking, service: str, holder: str, lang: str) -> None:
        """The hall has this appointment, however it came to it."""
        start, plan = moment(booking.start_ms), self.live.plan.services.get(service)
        self.live.agenda.keep(
            Appointment(
                id=booking.id,
                code="",
                service=service,
                queue=plan.queue if plan else "",
                slot="",
                start=start,
                end=start,
                channel="",
                state=AppointmentState.BOOKED,
                lang=lang,
                made_at=start,
                holder=holder,
            )
        )

    def is_free(self, window: str) -> bool:
        """Open, with nobody at it."""
        known = self.live.windows.get(window)
        return known is not None and known.state is WindowState.OPEN and known.ticket is None

    def _unit(self, at_ms: int) -> Unit:
        return Unit(self.live, moment(at_ms), self._new_id, self._new_id, self._over.get)

    def _new_id(self) -> str:
        self._made += 1
        return f"{self._made:026d}"
