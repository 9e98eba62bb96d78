"""Why an appointment that was promised can no longer be kept as the hall is configured now.

It is asked whenever somebody looks, never stored: what was hit by a mistake is whole again when the mistake is undone.
"""

from __future__ import annotations

from enum import StrEnum
from zoneinfo import ZoneInfo

from queueserver.domain.appointment import Appointment
from queueserver.domain.hall import HallPlan
from queueserver.domain.slots import slot_at


class Obstacle(StrEnum):
    """Under the first two its holder cannot check in; under the last he can, though nobody could book that time now."""

    SERVICE_GONE = "service_gone"
    CLOSED = "closed"
    NO_SLOT = "no_slot"


def obstacle(plan: HallPlan, appointment: Appointment) -> Obstacle | None:
    """None when nothing is in the way. `plan` is the one in force, with what managers changed for single days."""
    service = plan.services.get(appointment.service)
    queue = plan.queues.get(service.queue) if service is not None else None
    if queue is None:
        return Obstacle.SERVICE_GONE
    zone = ZoneInfo(plan.time_zone)
    if not queue.schedule.is_open(appointment.start.astimezone(zone)):
        return Obstacle.CLOSED
    templates = plan.templates_of.get(appointment.service, ())
    slot = slot_at(templates, appointment.service, queue.schedule, appointment.start, zone)
    return None if slot is not None else Obstacle.NO_SLOT
