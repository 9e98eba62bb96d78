"""Taking a ticket, and what its holder or the staff may do to it away from a window."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from typing import Final

from queueserver.domain import events
from queueserver.domain.errors import DomainError
from queueserver.domain.hall import HallPlan
from queueserver.domain.itinerary import by_way_of_the_desk, with_services
from queueserver.domain.line import lane_of
from queueserver.domain.stops import Stop, StopState
from queueserver.domain.ticket import AT_WINDOW, Place, State, Ticket, Visit
from queueserver.handlers import commands, visits
from queueserver.handlers.admission import about, admit
from queueserver.handlers.waits import promising
from queueserver.ports import UnitOfWork

AT_THE_DESK: Final = "desk"
"""The channel of tickets that staff give out."""


def take_ticket(uow: UnitOfWork, command: commands.TakeTicket) -> Ticket:
    """Give out the next number of the service's queue, if hours and limits allow.

    With several services it is the number of the queue where the visitor had best begin, and a refusal names the one
    it is about. In a hall of two levels it is the desk's, unless the service is direct or staff give out the ticket:
    they know what the visitor needs.
    """
    if command.service not in uow.plan.services:
        raise DomainError("unknown_service", field="service")
    if command.priority_class is not None and command.priority_class not in uow.plan.classes:
        raise DomainError("unknown_priority_class", field="priority_class")
    stops = _stops(uow.plan, command)
    services = tuple(dict.fromkeys((command.service, *command.services, *(stop.service for stop in stops))))
    for service in services:
        with about(service) if len(services) > 1 else nullcontext():
            _may_ask(uow, command, service)
    visit = _visit(uow, command)
    ticket = _first_leg(uow, command, visit)
    if len(stops) > 1:
        ticket = _first_of_several(uow, stops, ticket)
    queue = uow.plan.queues[ticket.queue]
    with about(ticket.service) if len(services) > 1 else nullcontext():
        day, number = uow.queue_day(queue.id).take(queue)
    ticket = promising(uow, replace(ticket, visit=replace(ticket.visit, number=number)))
    uow.put_queue_day(day)
    uow.put_ticket(ticket)
    uow.record(events.TicketIssued(ticket))
    return ticket


def mark_printed(uow: UnitOfWork, command: commands.MarkPrinted) -> Ticket:
    """The slip is on paper, or its number was taken from the screen; saying so twice changes nothing."""
    ticket = uow.ticket(command.ticket)
    if ticket.printed:
        return ticket
    printed, event = ticket.print()
    uow.put_ticket(printed)
    uow.record(event)
    return printed


def cancel(uow: UnitOfWork, command: commands.Cancel) -> Ticket:
    """By the visitor, or because the visitor was seen leaving."""
    ticket = uow.ticket(command.ticket)
    ended, event = ticket.walk_out(uow.now) if command.walkout else ticket.cancel(uow.now, command.reason)
    visits.give_back(uow, ticket.visit.itinerary, ended.visit)
    uow.put_ticket(ended)
    uow.record(event)
    return ended


def requeue(uow: UnitOfWork, command: commands.Requeue) -> Ticket:
    """To the end of its queue."""
    ticket = uow.ticket(command.ticket)
    return back_in_line(uow, ticket, "requeue", uow.end_of_line())


def postpone(uow: UnitOfWork, command: commands.Postpone) -> Ticket:
    """So many places back from where it waits, or behind the first so many when it was called.

    Raises not_due_yet for an appointment whose time is still to come: every place there is would be an earlier one.
    """
    ticket = uow.ticket(command.ticket)
    end, waits = uow.end_of_line(), ticket.state is State.WAITING
    if waits and ticket.place > end:
        raise DomainError("not_due_yet", number=ticket.number)
    ahead = uow.line.index(ticket) if waits else 0
    place = uow.line.place_behind(lane_of(ticket), ahead + command.places, end, leaving=ticket.id)
    return back_in_line(uow, ticket, "postpone", place)


def reinstate(uow: UnitOfWork, command: commands.Reinstate) -> Ticket:
    """A missed or held ticket waits again behind the first so many."""
    ticket = uow.ticket(command.ticket)
    place = uow.line.place_behind(lane_of(ticket), command.places, uow.end_of_line())
    return back_in_line(uow, ticket, "reinstate", place)


def back_in_line(uow: UnitOfWork, ticket: Ticket, act: str, place: Place) -> Ticket:
    """Let the ticket wait at `place`, and free the window it was at."""
    waiting, event = ticket.back_in_line(act, place)
    release_window(uow, ticket)
    uow.put_ticket(waiting)
    uow.record(event)
    return waiting


def release_window(uow: UnitOfWork, ticket: Ticket) -> None:
    """Free the window where `ticket` is called or served; nothing when it is at none."""
    if ticket.state in AT_WINDOW and ticket.window is not None:
        uow.put_window(uow.window(ticket.window).release())


def _may_ask(uow: UnitOfWork, command: commands.TakeTicket, service_id: str) -> None:
    service = uow.plan.services.get(service_id)
    if service is None:
        raise DomainError("unknown_service", field="services")
    queue = uow.plan.queues[service.queue]
    admit(uow, service, queue, command.holder.hash)
    if queue.party_limit is not None and command.party > queue.party_limit:
        raise DomainError("party_too_large", field="party", limit=queue.party_limit)


def _stops(plan: HallPlan, command: commands.TakeTicket) -> tuple[Stop, ...]:
    """Everything the visitor has to do, one stop at least."""
    services = (command.service, *command.services)
    if command.channel == AT_THE_DESK:
        return with_services(plan, (), services)
    return by_way_of_the_desk(plan, services)


def _first_of_several(uow: UnitOfWork, stops: tuple[Stop, ...], ticket: Ticket) -> Ticket:
    """The ticket for the stop to begin with; the others are promised their places."""
    itinerary = visits.first_stop(uow, ticket, stops)
    first = next(stop for stop in itinerary.stops if stop.state is StopState.NOW)
    visits.reserve(uow, tuple(stop for stop in itinerary.stops if stop is not first))
    visit = replace(ticket.visit, itinerary=itinerary)
    return replace(ticket, visit=visit, queue=first.queue, service=first.service)


def _visit(uow: UnitOfWork, command: commands.TakeTicket) -> Visit:
    return Visit(
        id=uow.new_id(),
        number="",
        business_day=uow.business_day,
        token=uow.new_token(),
        arrived_at=uow.now,
        lang=command.lang,
        channel=command.channel,
        holder=command.holder.hash,
        document=command.holder.document,
        person=command.holder.person,
        phone=command.holder.phone,
        party=command.party,
    )


def _first_leg(uow: UnitOfWork, command: commands.TakeTicket, visit: Visit) -> Ticket:
    return Ticket(
        id=uow.new_id(),
        visit=visit,
        leg=1,
        queue=uow.plan.services[command.service].queue,
        service=command.service,
        state=State.WAITING,
        priority_class=command.priority_class or uow.plan.default_class,
        place=uow.end_of_line(),
        issued_at=uow.now,
    )
