"""Checks that entries which name each other exist, are there once, and leave no visitor waiting where nobody calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from contract.config import PriorityClass, Queue, Window
from queueserver.hallfile.entries import REFERENCES, SECTIONS, Entries, listed, nearest
from queueserver.hallfile.findings import Finding, Params, Path


def check_references(entries: Entries) -> Iterator[Finding]:
    """Unknown names, names given twice, and the consequences for visitors."""
    yield from _duplicate_ids(entries)
    for section, field, target in REFERENCES:
        for index, row in entries.tables(section):
            yield from _named(entries, (section, index, field), row.get(field), target)
    yield from _named(entries, ("hall", "calendar"), entries.of_hall("calendar"), "calendars")
    for index, row in entries.tables("windows"):
        yield from _rules(entries, index, row)
    yield from _same_labels(entries)
    yield from _classes(entries)
    yield from _serving(entries)
    yield from _elsewhere(entries)
    yield from _unused(entries)


def _duplicate_ids(entries: Entries) -> Iterator[Finding]:
    for section in SECTIONS:
        first: dict[str, int] = {}
        for index, identifier in entries.ids(section):
            if first.setdefault(identifier, index) != index:
                path = (section, index, "id")
                params: Params = {"subject": entries.subject(path), "first_index": first[identifier]}
                yield Finding("duplicate_id", path, params)


def _named(entries: Entries, path: Path, value: object, target: str) -> Iterator[Finding]:
    if isinstance(value, str):
        yield from unknown(entries, path, value, target)
    elif isinstance(value, list | tuple):
        names = [name for name in value if isinstance(name, str)]
        for place, name in enumerate(names):
            yield from unknown(entries, (*path, place), name, target)
            if names.index(name) != place:
                params = {"subject": entries.subject(path), "kind": SECTIONS[target].noun, "value": name}
                yield Finding("repeated_reference", (*path, place), params)


def unknown(entries: Entries, path: Path, name: str, target: str) -> Iterator[Finding]:
    """A finding when section `target` has no entry with the id `name`."""
    known = entries.known(target)
    if name not in known:
        params = {
            "subject": entries.subject(path),
            "kind": SECTIONS[target].noun,
            "value": name,
            "section": target,
            "choices": listed(known),
            "near": nearest(name, known),
        }
        yield Finding("unknown_reference", path, params)


def _rules(entries: Entries, index: int, row: Mapping[str, Any]) -> Iterator[Finding]:
    serves = _names(row.get("serves"))
    rules = row.get("rules")
    for place, rule in enumerate(rules if isinstance(rules, list | tuple) else ()):
        queue = rule.get("queue") if isinstance(rule, Mapping) else None
        if not isinstance(queue, str):
            continue
        path = ("windows", index, "rules", place, "queue")
        if queue not in entries.known("queues"):
            yield from unknown(entries, path, queue, "queues")
        elif queue not in serves:
            yield Finding("rule_not_served", path, {"subject": entries.subject(path), "value": queue})


def _same_labels(entries: Entries) -> Iterator[Finding]:
    first: dict[tuple[str, str], int] = {}
    for index, window in entries.sound("windows", Window):
        other = first.setdefault((window.zone, window.label), index)
        if other != index and window.zone and window.label:
            path = ("windows", index, "label")
            params = {"subject": entries.subject(path), "value": window.label}
            yield Finding("same_label", path, {**params, "other": entries.subject(("windows", other))})


def _classes(entries: Entries) -> Iterator[Finding]:
    classes = [entry for _, entry in entries.sound("priority_classes", PriorityClass)]
    if entries.raw.get("priority_classes") in ([], ()):
        yield Finding("no_class", ("priority_classes",))
    elif classes and all(entry.privileged for entry in classes):
        yield Finding("no_ordinary_class", ("priority_classes",))


def _serving(entries: Entries) -> Iterator[Finding]:
    """A queue that visitors can join must be served; a window must serve something."""
    served = set(_meant(entries, "windows", "serves", "queues"))
    fed = {*_meant(entries, "services", "queue", "queues"), *(queue for _, queue in steps_of(entries))}
    for index, queue in entries.ids("queues"):
        path: Path = ("queues", index, "id")
        params = {"subject": entries.subject(path), "value": queue}
        if queue in fed and queue not in served:
            yield Finding("queue_not_served", path, params)
        elif queue in served and queue not in fed:
            yield Finding("queue_without_service", path, params)
        elif queue not in served:
            yield Finding("queue_unused", path, params)
    for index, row in entries.tables("windows"):
        if row.get("serves") in ([], ()):
            path = ("windows", index, "serves")
            yield Finding("window_serves_nothing", path, {"subject": entries.subject(path)})


def _elsewhere(entries: Entries) -> Iterator[Finding]:
    """Windows away from where their visitors wait, one finding for all that are in the same zone."""
    zones = entries.known("zones")
    zone_of = {queue.id: queue.zone for _, queue in entries.sound("queues", Queue) if queue.zone in zones}
    away: dict[tuple[str, str], list[Path]] = {}
    for index, window in entries.sound("windows", Window):
        for place, name in enumerate(window.serves):
            if window.zone in zones and zone_of.get(name, window.zone) != window.zone:
                away.setdefault((window.zone, name), []).append(("windows", index, "serves", place))
    for (zone, queue), paths in away.items():
        more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
        params = {"windows": entries.subject(paths[0]) + more, "zone": zone, "value": queue, "other": zone_of[queue]}
        yield Finding("window_elsewhere", paths[0], params)


def _unused(entries: Entries) -> Iterator[Finding]:
    used = {(target, name) for section, field, target in REFERENCES for name in _meant(entries, section, field, target)}
    used |= {("calendars", name) for name in _names(entries.of_hall("calendar"))}
    codes = {"departments": "department_empty", "zones": "unused", "hours": "unused", "calendars": "unused"}
    for section, code in codes.items():
        for index, identifier in entries.ids(section):
            if (section, identifier) not in used:
                path = (section, index, "id")
                yield Finding(code, path, {"subject": entries.subject(path)})


def steps_of(entries: Entries) -> Iterator[tuple[Path, str]]:
    """Every queue named as a step of a linked service, and where."""
    for index, row in entries.tables("services"):
        steps = row.get("steps")
        for place, step in enumerate(steps if isinstance(steps, list | tuple) else ()):
            queue = step.get("queue") if isinstance(step, Mapping) else None
            if isinstance(queue, str):
                yield ("services", index, "steps", place, "queue"), queue


def _meant(entries: Entries, section: str, field: str, target: str) -> Iterator[str]:
    """What the entries of `section` name in `field`; a misspelt name counts as what it probably means."""
    known = set(entries.known(target))
    for _, row in entries.tables(section):
        for name in _names(row.get(field)):
            yield name if name in known else nearest(name, known)


def _names(value: object) -> tuple[str, ...]:
    """The ids in a field that names one or several."""
    if isinstance(value, str):
        return (value,)
    items: Iterable[object] = value if isinstance(value, list | tuple) else ()
    return tuple(item for item in items if isinstance(item, str))
