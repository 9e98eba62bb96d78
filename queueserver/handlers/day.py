"""The end of a business day: every ticket still open gets its end, every window is free."""

from __future__ import annotations

from queueserver.domain import events
from queueserver.handlers import commands
from queueserver.handlers.appointments import end_of_day
from queueserver.ports import UnitOfWork


def turn_day(uow: UnitOfWork, command: commands.TurnDay) -> None:
    """Close the hall's business day; numbers of `command.day` begin anew by themselves."""
    ended, stops = [], []
    for ticket in uow.open_tickets():
        over = ticket.expire(uow.now)
        uow.put_ticket(over)
        ended.append((over.id, over.state.value))
        stops += [(over.id, stop) for stop in over.visit.itinerary.settled_since(ticket.visit.itinerary)]
    for window in uow.windows():
        if window.ticket is not None:
            uow.put_window(window.release())
    end_of_day(uow, command.day)
    uow.record(events.DayClosed(uow.business_day, tuple(ended), tuple(stops)))
    uow.begin_day(command.day)
