"""Who may join a queue now: hours, limits of the line and of the person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

from queueserver.domain.errors import DomainError
from queueserver.domain.hall import QueuePlan, ServicePlan
from queueserver.ports import UnitOfWork


@contextmanager
def about(service: str) -> Iterator[None]:
    """A refusal inside says which one of several services it is about, in its parameter `service`."""
    try:
        yield
    except DomainError as refusal:
        refusal.params.setdefault("service", service)
        raise


def admit(
    uow: UnitOfWork, service: ServicePlan, queue: QueuePlan, holder: str, *, visit: str = "", seen: bool = False
) -> None:
    """Raise unless hours and limits let one more person wait in this queue.

    `visit` is the one the service is added to, `seen` whether staff look at the document themselves.
    """
    local = uow.now.astimezone(ZoneInfo(uow.plan.time_zone))
    if uow.closing is not None:
        raise DomainError("day_closed")
    if not queue.schedule.is_open(local):
        raise DomainError("queue_closed")
    if queue.schedule.after_last_ticket(local):
        raise DomainError("last_ticket_time")
    if service.requires_document and not (holder or seen):
        raise DomainError("invalid_field", field="document")
    within_person_limit(uow, queue, holder, visit)
    if queue.waiting_limit is not None and uow.line.count(queue.id) >= queue.waiting_limit:
        raise DomainError("line_full")


def within_person_limit(uow: UnitOfWork, queue: QueuePlan, holder: str, visit: str = "") -> None:
    """Raise when this person has as many open tickets in the queue as one may, beside those of `visit`."""
    if queue.person_limit is not None and holder:
        held = [ticket for ticket in uow.held_by(holder, queue.id) if ticket.visit.id != visit]
        if len(held) >= queue.person_limit:
            raise DomainError("person_limit", number=held[-1].number, ticket=held[-1].id)
