"""Taking a ticket, and what its holder or the staff may do to it away from a window."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from queueserver.domain import events
from queueserver.domain.errors import DomainError
from queueserver.domain.hall import QueuePlan, ServicePlan
from queueserver.domain.line import lane_of
from queueserver.domain.ticket import AT_WINDOW, Place, State, Ticket, Visit
from queueserver.handlers import commands
from queueserver.ports import UnitOfWork


def take_ticket(uow: UnitOfWork, command: commands.TakeTicket) -> Ticket:
    """Give out the next number of the service's queue, if hours and limits allow."""
    service = uow.plan.services.get(command.service)
    if service is None:
        raise DomainError("unknown_service", field="service")
    queue = uow.plan.queues[service.queue]
    priority_class = command.priority_class or uow.plan.default_class
    if priority_class not in uow.plan.classes:
        raise DomainError("unknown_priority_class", field="priority_class")
    admit(uow, service, queue, command.holder.hash)
    day, number = uow.queue_day(queue.id).take(queue)
    ticket = _first_leg(uow, command, queue, priority_class, number)
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


def admit(uow: UnitOfWork, service: ServicePlan, queue: QueuePlan, holder: str) -> None:
    """Raise unless hours and limits let one more person wait in this queue."""
    local = uow.now.astimezone(ZoneInfo(uow.plan.time_zone))
    if not queue.schedule.is_open(local):
        raise DomainError("queue_closed")
    if queue.schedule.after_last_ticket(local):
        raise DomainError("last_ticket_time")
    if service.requires_document and not holder:
        raise DomainError("invalid_field", field="document")
    within_person_limit(uow, queue, holder)
    if queue.waiting_limit is not None and uow.line.count(queue.id) >= queue.waiting_limit:
        raise DomainError("line_full")


def within_person_limit(uow: UnitOfWork, queue: QueuePlan, holder: str) -> None:
    """Raise when this person has as many open tickets in the queue as one may."""
    if queue.person_limit is not None and holder:
        held = uow.held_by(holder, queue.id)
        if len(held) >= queue.person_limit:
            raise DomainError("person_limit", number=held[-1].number, ticket=held[-1].id)


def _first_leg(
    uow: UnitOfWork, command: commands.TakeTicket, queue: QueuePlan, priority_class: str, number: str
) -> Ticket:
    visit = Visit(
        id=uow.new_id(),
        number=number,
        business_day=uow.business_day,
        token=uow.new_token(),
        arrived_at=uow.now,
        lang=command.lang,
        channel=command.channel,
        holder=command.holder.hash,
        document=command.holder.document,
        person=command.holder.person,
        phone=command.holder.phone,
    )
    return Ticket(
        id=uow.new_id(),
        visit=visit,
        leg=1,
        queue=queue.id,
        service=command.service,
        state=State.WAITING,
        priority_class=priority_class,
        place=uow.end_of_line(),
        issued_at=uow.now,
    )
