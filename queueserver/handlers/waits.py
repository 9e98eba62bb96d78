"""How long a ticket must expect to wait: the one place where the line, the windows at work and the estimate meet."""

from __future__ import annotations

from queueserver.domain.estimate import wait_range
from queueserver.domain.ticket import Ticket
from queueserver.domain.window import WindowState
from queueserver.ports import UnitOfWork, Wait


def wait_of(uow: UnitOfWork, ticket: Ticket) -> Wait | None:
    """Where a ticket stands that waits in its queue, or would wait there; None when the queue is configured no more."""
    queue = uow.plan.queues.get(ticket.queue)
    if queue is None:
        return None
    ahead = uow.line.ahead(ticket, uow.now)
    serving = (uow.window(window) for window in uow.plan.windows_of_queue.get(ticket.queue, ()))
    working = sum(1 for window in serving if window.state is WindowState.OPEN)
    low, high = wait_range(uow.line.services_ahead(ticket, uow.now), queue.service_minutes, working)
    return Wait(ahead + 1, ahead, low, high)
