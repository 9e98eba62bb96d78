"""From the published configuration to what the rules need for appointments."""

from __future__ import annotations

from contract.config import HallConfig, Queue, SlotTemplate, Weekday
from queueserver.domain import slots
from queueserver.domain.booking import BookingRules, EarlyPolicy, LatePolicy
from queueserver.store.plantimes import bands_of, minutes_of

_WEEKDAYS = tuple(Weekday)


def templates_of(config: HallConfig) -> dict[str, tuple[slots.SlotTemplate, ...]]:
    """By service: the templates of its bookable times."""
    queue_of = {service.id: service.queue for service in config.services}
    made = [_template(template, queue_of) for template in config.slots]
    found: dict[str, tuple[slots.SlotTemplate, ...]] = {}
    for template in made:
        for service in template.services:
            found[service] = (*found.get(service, ()), template)
    return found


def rules_of(config: HallConfig, queue: Queue) -> BookingRules:
    """The hall's rules with what the queue does otherwise."""
    rules = config.hall.booking.model_dump() | queue.booking.model_dump(exclude_none=True)
    return BookingRules(
        **{**rules, "early": EarlyPolicy(rules["early"].value), "late": LatePolicy(rules["late"].value)}
    )


def _template(template: SlotTemplate, queue_of: dict[str, str]) -> slots.SlotTemplate:
    services = template.services or tuple(one for one, queue in queue_of.items() if queue == template.queue)
    parts = template.places or template.shares
    return slots.SlotTemplate(
        id=template.id,
        queue=template.queue or (queue_of.get(services[0], "") if services else ""),
        services=services,
        weekdays=frozenset(_WEEKDAYS.index(day) for day in template.weekdays),
        bands=bands_of(template.times),
        slot_minutes=template.minutes,
        capacity=template.capacity,
        weights=tuple((channel.value, part) for channel, part in parts.items()),
        whole=template.capacity if template.places else 100,
        release=tuple(slots.ReleaseStep(step.days_ahead, step.percent) for step in template.release),
        release_minute=minutes_of(template.release_at),
        horizon_days=template.horizon_days,
        lead_minutes=template.lead_minutes,
        every_weeks=template.every_weeks,
        anchor=template.anchor,
        valid_from=template.valid_from,
        valid_to=template.valid_to,
    )
