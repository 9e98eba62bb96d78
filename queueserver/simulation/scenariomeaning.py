"""What a scenario's entries must mean to its hall and to each other; every mistake with its place and its remedy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from contract.config import HallConfig
from queueserver.hallfile.entries import listed, nearest
from queueserver.simulation.scenario import OPEN, Arrivals, Opening, People, Scenario, Transfers, minutes_in

Place = tuple[str | int, ...]
Wrong = Iterator[tuple[Place, str]]
_ROUNDING = 1e-9


def meaning(scenario: Scenario, config: HallConfig) -> Wrong:
    """(place, sentence) of everything the hall does not have or that contradicts itself."""
    hall = _Hall(config)
    yield from _people(("visitors",), scenario.visitors, hall)
    for number, arrivals in enumerate(scenario.arrivals):
        yield from _arrivals(("arrivals", number), arrivals, scenario.visitors, hall)
    for number, times in enumerate(scenario.service_times):
        place = ("service_times", number)
        yield from hall.unknown((*place, "queues"), times.queues, "queue")
        yield from hall.unknown((*place, "services"), times.services, "service")
        if not times.queues and not times.services:
            yield place, 'service_times needs queues or services it is about; add queues = ["..."]'
    for number, opening in enumerate(scenario.windows):
        yield from _opening(("windows", number), opening, hall)
    yield from _seats(scenario)
    yield from _skills(scenario, config)
    yield from _transfers(scenario.transfers, hall)


class _Hall:
    """What may be named."""

    def __init__(self, config: HallConfig) -> None:
        self.known: dict[str, tuple[str, ...]] = {
            "queue": tuple(one.id for one in config.queues),
            "service": tuple(one.id for one in config.services),
            "window": tuple(one.id for one in config.windows),
            "class": tuple(one.id for one in config.priority_classes),
            "language": config.hall.languages,
            "member of staff": tuple(one.id for one in config.staff),
        }
        self.queue_of = {service.id: service.queue for service in config.services}
        self.party_limit = {queue.id: queue.party_limit for queue in config.queues}

    def unknown(self, place: Place, named: Iterable[str], noun: str) -> Wrong:
        known = self.known[noun]
        for name in named:
            if name not in known:
                near = nearest(name, known)
                remedy = f"did you mean '{near}'?" if near else f"it has {listed(known)}"
                yield place, f"the hall has no {noun} '{name}'; {remedy}"


def _people(place: Place, people: People, hall: _Hall) -> Wrong:
    yield from hall.unknown((*place, "classes"), people.classes, "class")
    yield from hall.unknown((*place, "languages"), people.languages, "language")
    for field, shares in (("classes", people.classes), ("languages", people.languages)):
        yield from _too_much((*place, field), f"the shares of the {field}", sum(shares.values()))
    late = (people.booked_early or 0.0) + (people.booked_late or 0.0)
    yield from _too_much((*place, "booked_late"), "booked_early and booked_late", late)


def _too_much(place: Place, what: str, total: float) -> Wrong:
    if total > 1 + _ROUNDING:
        yield place, f"{what} add up to {total:g}, more than 1; lower one of them"


def _arrivals(place: Place, arrivals: Arrivals, everybody: People, hall: _Hall) -> Wrong:
    if bool(arrivals.queue) == bool(arrivals.service):
        yield place, 'arrivals are those of one queue or of one service: give either queue = "..." or service = "..."'
    if arrivals.queue:
        yield from hall.unknown((*place, "queue"), (arrivals.queue,), "queue")
    if arrivals.service:
        yield from hall.unknown((*place, "service"), (arrivals.service,), "service")
    yield from hall.unknown((*place, "also"), arrivals.also, "service")
    if arrivals.service in arrivals.also:
        yield (*place, "also"), f"also names '{arrivals.service}', which they come for anyway; leave it out"
    if OPEN in arrivals.rates and len(arrivals.rates) > 1:
        yield (*place, "per_hour"), "open is the whole time the queue is open; write either open or bands"
    yield from _bands((*place, "per_hour"), (band for band in arrivals.rates if band != OPEN))
    if arrivals.visitors is not None:
        yield from _people((*place, "visitors"), arrivals.visitors, hall)
    people = everybody.but(arrivals.visitors)
    queue = arrivals.queue or hall.queue_of.get(arrivals.service, "")
    limit = hall.party_limit.get(queue)
    if people.groups and limit is not None and max(people.group_sizes) > limit:
        said = f"queue '{queue}' takes at most {limit} people on one ticket, group_sizes has {max(people.group_sizes)}"
        yield (*place, "visitors", "group_sizes"), f"{said}; lower it, or raise party_limit in the hall file"


def _bands(place: Place, bands: Iterable[str]) -> Wrong:
    before, name = -1, ""
    for start, end, band in sorted((*minutes_in(band), band) for band in bands):
        if end <= start:
            yield place, f"the band {band} ends before it begins; write the earlier time first"
        if start < before:
            yield place, f"the bands {name} and {band} overlap; let one begin where the other ends"
        before, name = end, band


def _opening(place: Place, opening: Opening, hall: _Hall) -> Wrong:
    yield from hall.unknown((*place, "windows"), opening.windows, "window")
    yield from _bands((*place, "open"), opening.open or ())
    yield from _bands((*place, "breaks"), opening.breaks)
    for band in opening.breaks if opening.open is not None else ():
        start, end = minutes_in(band)
        if not any(low <= start and end <= high for low, high in map(minutes_in, opening.open or ())):
            yield (*place, "breaks"), f"the break {band} is not inside a time of open; move it, or leave it out"
    if opening.staff:
        yield from hall.unknown((*place, "staff"), (opening.staff,), "member of staff")
        if len(opening.windows) > 1:
            yield (*place, "staff"), f"{opening.staff} cannot sit at {len(opening.windows)} windows; name one window"


def _seats(scenario: Scenario) -> Wrong:
    """One person sits at one window a day."""
    seats = [(number, one) for number, one in enumerate(scenario.windows) if one.staff]
    for (_, first), (number, second) in combinations(seats, 2):
        elsewhere = first.staff == second.staff and first.windows != second.windows
        if elsewhere and first.weekdays & second.weekdays:
            said = f"{second.staff} already sits at {first.windows[0]} on one of these days"
            yield ("windows", number, "staff"), f"{said}; give each entry its own weekdays"


def _skills(scenario: Scenario, config: HallConfig) -> Wrong:
    """Somebody must be able to serve who comes."""
    skills = {one.id: one.skills for one in config.staff}
    seated: Mapping[str, str] = {one.windows[0]: one.staff for one in scenario.windows if one.staff}
    needed = {service.id: service for service in config.services if service.skill}
    for number, arrivals in enumerate(scenario.arrivals):
        service = needed.get(arrivals.service)
        if service is None:
            continue
        at = [window.id for window in config.windows if service.queue in window.serves]
        if at and all(window in seated and service.skill not in skills.get(seated[window], ()) for window in at):
            said = f"nobody at a window of queue '{service.queue}' has the skill '{service.skill}' of this service"
            yield ("arrivals", number, "service"), f"{said}; seat somebody who has it, or name no staff for one of them"


def _transfers(transfers: tuple[Transfers, ...], hall: _Hall) -> Wrong:
    for number, transfer in enumerate(transfers):
        place = ("transfers", number)
        yield from hall.unknown((*place, "queue"), (transfer.queue,), "queue")
        yield from hall.unknown((*place, "to"), (transfer.to,), "queue")
        if transfer.queue == transfer.to:
            yield (*place, "to"), f"'{transfer.to}' is where they are; name another queue"
        total = sum(one.share for one in transfers[: number + 1] if one.queue == transfer.queue)
        if total - transfer.share <= 1 + _ROUNDING < total:
            yield from _too_much((*place, "share"), f"the shares handed on from '{transfer.queue}'", total)
