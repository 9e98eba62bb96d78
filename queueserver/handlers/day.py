"""The end of a business day, by its boundary or early by a person: every ticket still open gets its end; and reopening.

An early end leaves alone who is at a window; the boundary ends everybody. See docs/adr on the calendar.
"""

from __future__ import annotations

from collections.abc import Iterable

from queueserver.domain import events
from queueserver.domain.appointment import Appointment
from queueserver.domain.daybook import Closing, Ended
from queueserver.domain.errors import DomainError
from queueserver.domain.schedule import business_day
from queueserver.domain.stops import Stop
from queueserver.domain.ticket import AT_WINDOW, State, Ticket
from queueserver.domain.window import WindowState
from queueserver.handlers import commands
from queueserver.handlers.appointments import end_of_day
from queueserver.handlers.voiding import announce, in_turn
from queueserver.ports import Hit, Report, UnitOfWork


def turn_day(uow: UnitOfWork, command: commands.TurnDay) -> None:
    """Close the hall's business day; numbers of `command.day` begin anew by themselves."""
    ended = _expire(uow, in_turn(uow.open_tickets()))
    _sign_out(uow)
    end_of_day(uow, command.day)
    closing = Closing(uow.new_id(), uow.business_day, uow.now, "", "", final=True, ended=ended)
    uow.put_closing(closing)
    uow.record(events.DayClosed(uow.business_day, _ends(ended), _stops(uow, ended)))
    uow.begin_day(command.day)


def close_day(uow: UnitOfWork, command: commands.CloseDay) -> Report:
    """No more tickets today; who waits or is set aside loses the place, who is at a window is served."""
    if uow.closing is not None:
        raise DomainError("day_closed")
    there = in_turn(uow.open_tickets())
    hit = tuple(_hit(ticket) for ticket in there)
    if command.dry_run:
        return Report(hit, dry_run=True, appointments=_still_to_come(uow))
    ended = _expire(uow, [ticket for ticket in there if ticket.state not in AT_WINDOW])
    by = command.by.id
    closing = Closing(uow.new_id(), uow.business_day, uow.now, by, command.reason, final=False, ended=ended)
    uow.put_closing(closing)
    stops = _stops(uow, ended)
    uow.record(events.DayClosed(uow.business_day, _ends(ended), stops, final=False, by=by, reason=command.reason))
    announce(uow, command.notice, uow.plan.queues)
    return Report(hit, dry_run=False, subject=closing, appointments=_still_to_come(uow))


def reopen_day(uow: UnitOfWork, command: commands.ReopenDay) -> Report:
    """Take back an early end, until the boundary: the tickets it ended stand where they stood."""
    closing = uow.closing
    if closing is None:
        raise DomainError("day_open")
    returned = []
    for one in closing.ended:
        ticket = uow.ticket(one.ticket).restore(one.was, one.itinerary)
        uow.put_ticket(ticket)
        returned.append(ticket)
    reopened = closing.reopen(command.by.id, uow.now)
    uow.put_closing(reopened)
    states = tuple((ticket.id, ticket.state.value) for ticket in returned)
    uow.record(events.DayReopened(closing.business_day, states, command.by.id))
    hit = tuple(Hit(one.ticket, one.number, one.queue, one.became, one.was) for one in closing.ended)
    return Report(hit, dry_run=False, subject=reopened)


def _still_to_come(uow: UnitOfWork) -> tuple[Appointment, ...]:
    """Today's appointments that were not checked in; who comes finds the hall closed."""
    zone, boundary = uow.plan.time_zone, uow.plan.day_boundary_minutes
    awaited = uow.agenda.awaited()
    return tuple(one for one in awaited if business_day(one.start, zone, boundary) == uow.business_day)


def _expire(uow: UnitOfWork, tickets: Iterable[Ticket]) -> tuple[Ended, ...]:
    ended = []
    for ticket in tickets:
        over = ticket.expire(uow.now)
        uow.put_ticket(over)
        ended.append(Ended(over.id, over.number, over.queue, ticket.state, over.state, ticket.visit.itinerary))
    return tuple(ended)


def _sign_out(uow: UnitOfWork) -> None:
    """Nobody sits at a window from one day into the next: who forgot to close it did not stay."""
    for window in uow.windows():
        if window.state is not WindowState.CLOSED:
            closed, event = window.release().close(None, "day_over")
            uow.put_window(closed)
            uow.record(event)


def _ends(ended: Iterable[Ended]) -> tuple[tuple[str, str], ...]:
    return tuple((one.ticket, one.became.value) for one in ended)


def _stops(uow: UnitOfWork, ended: Iterable[Ended]) -> tuple[tuple[str, Stop], ...]:
    """The stops that were settled by that, each with its ticket."""
    return tuple(
        (one.ticket, stop)
        for one in ended
        for stop in uow.ticket(one.ticket).visit.itinerary.settled_since(one.itinerary)
    )


def _hit(ticket: Ticket) -> Hit:
    becomes = None if ticket.state in AT_WINDOW else State.EXPIRED
    return Hit(ticket.id, ticket.number, ticket.queue, ticket.state, becomes)
