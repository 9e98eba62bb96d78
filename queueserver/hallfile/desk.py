"""Checks the desk of a hall with two levels: it is there, it comes first, and nobody is sent to it twice or in vain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from contract.config import Hours, Queue, Service
from queueserver.hallfile.entries import Entries
from queueserver.hallfile.findings import Finding, Params, Path
from queueserver.hallfile.references import unknown
from queueserver.hallfile.times import DAY_NAMES, WEEKDAYS, minutes

Minutes = frozenset[int]


def check_desk(entries: Entries) -> Iterator[Finding]:
    """A desk that is no service, walks on or is walked to; services it could never hand anybody on to."""
    name, path = _named(entries), ("hall", "policy", "desk")
    services: list[tuple[Path, Service]] = [(("services", n), one) for n, one in entries.sound("services", Service)]
    desk = next(((at, service) for at, service in services if service.id == name), None)
    if name is None:
        yield from (_of(entries, (*at, "direct"), "direct_without_desk") for at, service in services if service.direct)
    elif desk is None:
        yield from unknown(entries, path, name, "services")
    else:
        others = [(at, service) for at, service in services if service.id != name]
        yield from _itself(entries, *desk)
        yield from _reached_again(entries, desk[1], others)
        if others and all(service.direct for _, service in others):
            yield _of(entries, path, "desk_for_nobody", value=name)
        yield from _queues_behind(entries, desk[1], [service for _, service in others if not service.direct])


def _named(entries: Entries) -> str | None:
    """The policy's desk as written: other mistakes in the policy do not make the hall one of one level."""
    policy = entries.of_hall("policy")
    desk = policy.get("desk") if isinstance(policy, Mapping) else getattr(policy, "desk", None)
    return desk if isinstance(desk, str) else None


def _itself(entries: Entries, at: Path, desk: Service) -> Iterator[Finding]:
    if desk.steps:
        yield _of(entries, (*at, "steps"), "desk_linked")
    if desk.after:
        yield _of(entries, (*at, "after"), "desk_after")
    if desk.direct:
        yield _of(entries, (*at, "direct"), "desk_direct")


def _reached_again(entries: Entries, desk: Service, others: list[tuple[Path, Service]]) -> Iterator[Finding]:
    for at, service in others:
        if service.queue == desk.queue and not service.direct:
            yield _of(entries, (*at, "queue"), "desk_again", value=desk.queue)
        for place, step in enumerate(service.steps):
            if step.queue == desk.queue:
                yield _of(entries, (*at, "steps", place, "queue"), "desk_again", value=desk.queue)


def _queues_behind(entries: Entries, desk: Service, services: list[Service]) -> Iterator[Finding]:
    """Queues whose visitors the desk would turn away, by its hours or by how many come together."""
    hours = {one.id: one for _, one in entries.sound("hours", Hours)}
    queues = {queue.id: (("queues", index), queue) for index, queue in entries.sound("queues", Queue)}
    if desk.queue not in queues:
        return
    first = queues[desk.queue][1]
    for name in dict.fromkeys(service.queue for service in services if service.queue != desk.queue):
        if name not in queues:
            continue
        at, queue = queues[name]
        if first.hours in hours and queue.hours in hours:
            yield from _hours(entries, at, _open(hours[first.hours]), _open(hours[queue.hours]))
        if first.party_limit is not None and (queue.party_limit or 1) > first.party_limit:
            params: Params = {"limit": queue.party_limit or 1, "desk": first.id, "less": first.party_limit}
            yield _of(entries, (*at, "party_limit"), "desk_party", **params)


def _hours(entries: Entries, at: Path, desk: Mapping[str, Minutes], own: Mapping[str, Minutes]) -> Iterator[Finding]:
    """The desk gives out the numbers, so while it is closed nobody gets one for a queue behind it."""
    alone = [day for day in WEEKDAYS if own[day] - desk[day]]
    if any(own.values()) and not any(own[day] & desk[day] for day in WEEKDAYS):
        yield _of(entries, (*at, "hours"), "desk_never_open")
    elif alone:
        since = min(own[alone[0]] - desk[alone[0]])
        when: Params = {"day": DAY_NAMES[alone[0]], "time": f"{since // 60:02}:{since % 60:02}"}
        yield _of(entries, (*at, "hours"), "desk_closed_then", **when)


def _open(hours: Hours) -> dict[str, Minutes]:
    """The minutes of each weekday in which it is open."""
    return {
        day: frozenset(minute for band in getattr(hours, day) for minute in range(*minutes(band))) for day in WEEKDAYS
    }


def _of(entries: Entries, path: Path, code: str, **params: str | int) -> Finding:
    return Finding(code, path, {"subject": entries.subject(path), **params})
