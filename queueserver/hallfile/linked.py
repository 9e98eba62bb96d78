"""Checks linked services: every step leads somewhere, one visit can walk them all, and one of them comes first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from contract.config import Hours, Queue, Service
from queueserver.hallfile.entries import Entries, listed
from queueserver.hallfile.findings import Finding, Params, Path
from queueserver.hallfile.references import steps_of, unknown
from queueserver.hallfile.times import WEEKDAYS


def check_linked(entries: Entries) -> Iterator[Finding]:
    """Steps in unknown queues, twice in a row, never open together; services that wait for each other."""
    for path, queue in steps_of(entries):
        yield from unknown(entries, path, queue, "queues")
    for index, service in entries.sound("services", Service):
        yield from _repeated(entries, index, service)
        yield from _never_together(entries, index, service)
    yield from _circles(entries)


def _repeated(entries: Entries, index: int, service: Service) -> Iterator[Finding]:
    """The same queue may be walked again later (acceptance, cashier, acceptance), but not without leaving it."""
    group = [service.queue]
    for place, step in enumerate(service.steps):
        if step.queue in group:
            path = ("services", index, "steps", place, "queue")
            yield Finding("step_repeated", path, {"subject": entries.subject(path), "value": step.queue})
        group = [*group, step.queue] if step.any_order else [step.queue]


def _never_together(entries: Entries, index: int, service: Service) -> Iterator[Finding]:
    """A queue that never opens at all has its own finding."""
    hours_of = {hours.id: hours for _, hours in entries.sound("hours", Hours)}
    plans = {queue.id: hours_of[queue.hours] for _, queue in entries.sound("queues", Queue) if queue.hours in hours_of}
    queues = list(dict.fromkeys((service.queue, *(step.queue for step in service.steps))))
    days = [{day for day in WEEKDAYS if getattr(plans[queue], day)} for queue in queues if queue in plans]
    if len(queues) > 1 and len(days) == len(queues) and all(days) and not set.intersection(*days):
        path: Path = ("services", index, "steps")
        yield Finding("steps_never_together", path, {"subject": entries.subject(path), "queues": listed(queues)})


def _circles(entries: Entries) -> Iterator[Finding]:
    """One finding for each circle, at the service of it that stands first in the file."""
    after = {service.id: service.after for _, service in entries.sound("services", Service)}
    told: set[str] = set()
    for index, service in entries.ids("services"):
        circle = _way_back(service, after)
        if circle and service not in told:
            told |= set(circle)
            path = ("services", index, "after")
            params: Params = {"subject": entries.subject(path), "circle": " -> ".join((*circle, service))}
            yield Finding("services_in_circle", path, params)


def _way_back(service: str, after: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The shortest chain of `after` from the service to itself, without its end; empty when there is none."""
    ways: list[tuple[str, ...]] = [(service,)]
    seen: set[str] = set()
    for way in ways:
        for earlier in after.get(way[-1], ()):
            if earlier == service:
                return way
            if earlier not in seen:
                seen.add(earlier)
                ways.append((*way, earlier))
    return ()
