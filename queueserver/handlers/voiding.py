"""Voiding many tickets at once, with one word to everybody: all in one commit, or none."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from queueserver.domain import events
from queueserver.domain.errors import DomainError
from queueserver.domain.ticket import TRANSITIONS, State, Ticket
from queueserver.handlers import commands
from queueserver.handlers.visits import give_back
from queueserver.ports import Hit, Report, UnitOfWork

NOTICE_EXPIRES: Final = timedelta(minutes=5)
"""How long a notice is worth being said; screens show it as long."""


def void_tickets(uow: UnitOfWork, command: commands.VoidTickets) -> Report:
    """Cancel every chosen ticket that waits or is set aside; the others are reported as staying."""
    if not command.reason.strip():
        raise DomainError("reason_required", field="reason")
    chosen = in_turn(_chosen(uow, command))
    if not any(_voidable(ticket) for ticket in chosen):
        raise DomainError("nobody_hit")
    hit = tuple(voided_hit(ticket) for ticket in chosen)
    if not command.dry_run:
        void(uow, chosen, command.reason)
        announce(uow, command.notice, {one.queue for one in chosen})
    return Report(hit, dry_run=command.dry_run)


def void(uow: UnitOfWork, tickets: Iterable[Ticket], reason: str) -> None:
    """End all of `tickets` that wait or are set aside, each with its own fact."""
    for ticket in tickets:
        if _voidable(ticket):
            over, event = ticket.void(uow.now, reason)
            give_back(uow, ticket.visit.itinerary, over.visit)
            uow.put_ticket(over)
            uow.record(event)


def voided_hit(ticket: Ticket) -> Hit:
    becomes = State.CANCELLED if _voidable(ticket) else None
    return Hit(ticket.id, ticket.number, ticket.queue, ticket.state, becomes)


def announce(uow: UnitOfWork, notice: commands.Notice, queues: Iterable[str]) -> None:
    """Say it in the zones where these queues' visitors wait; in all zones when that is where they are."""
    plans = (uow.plan.queues.get(queue) for queue in queues)
    zones = {plan.zone for plan in plans if plan is not None}
    named = () if zones >= uow.plan.zones else tuple(sorted(zones))
    for lang, text in notice:
        expires_at = uow.now + NOTICE_EXPIRES
        uow.record(events.AnnouncementBroadcast(text, lang, named, urgent=False, expires_at=expires_at))


def in_turn(tickets: Iterable[Ticket]) -> list[Ticket]:
    """By place, so that reports and facts have one order."""
    return sorted(tickets, key=lambda ticket: (ticket.place, ticket.id))


def _chosen(uow: UnitOfWork, command: commands.VoidTickets) -> list[Ticket]:
    given = [bool(command.queues), command.zone is not None, bool(command.numbers)]
    if given.count(True) != 1:
        raise DomainError("invalid_field", field="queues")
    there = uow.open_tickets()
    if command.numbers:
        by_number = {ticket.number: ticket for ticket in there}
        unknown = next((number for number in command.numbers if number not in by_number), None)
        if unknown is not None:
            raise DomainError("unknown_number", field="numbers", number=unknown)
        return list({number: by_number[number] for number in command.numbers}.values())
    if command.zone is not None:
        if command.zone not in uow.plan.zones:
            raise DomainError("invalid_field", field="zone")
        queues = {queue.id for queue in uow.plan.queues.values() if queue.zone == command.zone}
    else:
        queues = set(command.queues)
        for queue in command.queues:
            if queue not in uow.plan.queues:
                raise DomainError("unknown_queue", field="queues")
    return [ticket for ticket in there if ticket.queue in queues]


def _voidable(ticket: Ticket) -> bool:
    return ticket.state in TRANSITIONS["void"]
