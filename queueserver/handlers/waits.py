"""How long a ticket must expect to wait: the one place where the line, the windows at work and the estimate meet."""

from __future__ import annotations

from dataclasses import replace

from queueserver.domain.promise import Promise
from queueserver.domain.ticket import Ticket
from queueserver.domain.workload import Asker
from queueserver.ports import UnitOfWork, Wait


def wait_of(uow: UnitOfWork, ticket: Ticket) -> Wait | None:
    """Where a ticket stands that waits in its queue, or would wait there; None when the queue is configured no more."""
    if ticket.queue not in uow.plan.queues:
        return None
    return _told(uow, ticket, uow.floor().promise_in(uow.line, ticket))


def wait_told(uow: UnitOfWork, ticket: Ticket) -> Wait | None:
    """The same for the ticket an answer is about: whoever has just come hears the range he was promised, or none."""
    if ticket.issued_at != uow.now or ticket.queue not in uow.plan.queues:
        return wait_of(uow, ticket)
    return _told(uow, ticket, ticket.promise)


def promising(uow: UnitOfWork, ticket: Ticket) -> Ticket:
    """A ticket that begins to wait, with the range of minutes it is told; it is not yet in the line."""
    if ticket.queue not in uow.plan.queues:
        return ticket
    return replace(ticket, promise=uow.floor().promise_in(uow.line, ticket))


def _told(uow: UnitOfWork, ticket: Ticket, promise: Promise | None) -> Wait:
    ahead = uow.line.ahead(ticket, uow.now)
    beyond = promise is not None and uow.floor().beyond_closing(Asker.of(ticket, uow.plan), promise)
    return Wait(ahead + 1, ahead, promise, beyond)
