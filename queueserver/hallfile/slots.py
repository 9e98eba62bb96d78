"""Checks templates of bookable times by themselves: what they are for, how places are shared and released."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from contract.config import Service, SlotTemplate
from queueserver.hallfile.entries import Entries
from queueserver.hallfile.findings import Finding, Params, Path
from queueserver.hallfile.times import check_bands


def check_slots(entries: Entries) -> Iterator[Finding]:
    """What can be said without the calendar."""
    queue_of = {service.id: service.queue for _, service in entries.sound("services", Service)}
    for index, template in entries.sound("slots", SlotTemplate):
        path: Path = ("slots", index)
        subject = entries.subject(path)
        yield from check_bands(entries, (*path, "times"), template.times)
        for code, field in (*_purpose(template, queue_of), *_days(template), *_division(template)):
            yield Finding(code, (*path, field), {"subject": subject})
        yield from _releases(template, path, subject)


def _purpose(template: SlotTemplate, queue_of: dict[str, str]) -> Iterator[tuple[str, str]]:
    if (template.queue is None) == (not template.services):
        yield "slots_purpose", "queue" if template.queue else "id"
    queues = {queue_of[service] for service in template.services if service in queue_of}
    if len(queues) > 1:
        yield "slots_queues_differ", "services"
    if template.queue is not None and not template.services and template.queue not in queue_of.values():
        yield "slots_without_service", "queue"


def _days(template: SlotTemplate) -> Iterator[tuple[str, str]]:
    for field in ("weekdays", "times"):
        if not getattr(template, field):
            yield "slots_empty", field
    if template.every_weeks > 1 and template.anchor is None:
        yield "anchor_missing", "every_weeks"
    if template.valid_from and template.valid_to and template.valid_from > template.valid_to:
        yield "valid_reversed", "valid_to"


def _division(template: SlotTemplate) -> Iterator[tuple[str, str]]:
    if template.shares and template.places:
        yield "shares_and_places", "places"
    if sum(template.shares.values()) > 100:
        yield "shares_over", "shares"
    if sum(template.places.values()) > template.capacity:
        yield "places_over", "places"


def _releases(template: SlotTemplate, path: Path, subject: str) -> Iterator[Finding]:
    for place, (before, after) in enumerate(pairwise(template.release), start=1):
        if after.days_ahead >= before.days_ahead or after.percent <= before.percent:
            yield Finding("release_order", (*path, "release", place), {"subject": subject})
    for place, step in enumerate(template.release):
        if step.days_ahead > template.horizon_days:
            params: Params = {"subject": subject, "days": step.days_ahead, "horizon": template.horizon_days}
            yield Finding("release_beyond_horizon", (*path, "release", place), params)
