"""What the hall offers right now, summed up for the tiles: pure questions to the state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from contract.bodies import Catalogue, DepartmentEntry, Estimate, ServiceEntry, ServiceState
from kiosk.search import hot
from kiosk.state import State

SHORT_LIST: Final = 24
"""Services a person looks through; more of them are put in the order of their letters."""

LONG_LIST_PAGES: Final = 3
"""Pages a person turns; more of them can be opened at a letter."""


@dataclass(frozen=True, slots=True)
class DepartmentOffer:
    """A department's tile: tickets waiting over its queues, the range over its open services, and when it opens."""

    entry: DepartmentEntry
    state: ServiceState
    waiting: int
    estimate: Estimate | None
    opens_at: datetime | None


def departments(state: State) -> tuple[DepartmentOffer, ...]:
    """Departments that offer anything at all, in the catalogue's order."""
    catalogue = state.catalogue
    if catalogue is None:
        return ()
    grouped: dict[str, list[ServiceEntry]] = {}
    for service in catalogue.services:
        grouped.setdefault(service.department, []).append(service)
    return tuple(_offer(state, entry, grouped[entry.id]) for entry in catalogue.departments if grouped.get(entry.id))


def services(state: State, department: str) -> tuple[ServiceEntry, ...]:
    """One department's services: hot and short lists as the hall wrote them, long ones by letter.

    Empty `department` = what most people come for.
    """
    catalogue = state.catalogue
    if catalogue is None:
        return ()
    if not department:
        return hot(catalogue.services)
    own = [service for service in catalogue.services if service.department == department]
    return tuple(own) if len(own) <= SHORT_LIST else tuple(sorted(own, key=letters_of))


def letters_of(service: ServiceEntry) -> str:
    """What a service is filed under: the initials of its pinyin, else its name as it is."""
    name = service.name.strip()
    return name.casefold() if name[:1].isascii() or not service.initials else service.initials.casefold()


def first_of_letters(found: Sequence[ServiceEntry]) -> dict[str, int]:
    """For each letter the number of the first service filed under it; "#" is for what has no letter."""
    firsts: dict[str, int] = {}
    for number, service in enumerate(found):
        letter = letters_of(service)[:1].upper()
        firsts.setdefault(letter if letter.isascii() and letter.isalpha() else "#", number)
    return firsts


def hall_state(state: State) -> ServiceState | None:
    """OPEN when any service is, else FULL when any is, else CLOSED; None before the first catalogue."""
    catalogue = state.catalogue
    return None if catalogue is None else _best(service.state for service in catalogue.services)


def desk(state: State) -> ServiceEntry | None:
    """The service desk of a hall where visitors go there first."""
    return state.service(state.catalogue.desk) if state.catalogue and state.catalogue.desk else None


def by_way_of_the_desk(state: State, service: ServiceEntry) -> bool:
    """Whether who comes for this waits at the desk first."""
    first = desk(state)
    return first is not None and service.id != first.id and service.queue == first.queue


def hall_opens_at(state: State) -> datetime | None:
    """When the first service opens again."""
    catalogue = state.catalogue
    return _earliest(catalogue.services) if catalogue else None


def only(catalogue: Catalogue, wanted: Sequence[str]) -> Catalogue:
    """The catalogue of this terminal: its departments and the service desk; no names = all departments."""
    if not wanted:
        return catalogue
    chosen = frozenset(wanted)
    return catalogue.model_copy(
        update={
            "departments": tuple(entry for entry in catalogue.departments if entry.id in chosen),
            "services": tuple(
                entry for entry in catalogue.services if entry.department in chosen or entry.id == catalogue.desk
            ),
        }
    )


def _offer(state: State, entry: DepartmentEntry, own: Sequence[ServiceEntry]) -> DepartmentOffer:
    open_now = [service for service in own if service.state is ServiceState.OPEN]
    waiting = {service.queue: state.waiting(service) for service in open_now}
    ranges = [service.estimate for service in open_now if service.estimate is not None]
    estimate = (
        Estimate(
            low_minutes=min(one.low_minutes for one in ranges), high_minutes=max(one.high_minutes for one in ranges)
        )
        if ranges
        else None
    )
    return DepartmentOffer(
        entry, _best(service.state for service in own), sum(waiting.values()), estimate, _earliest(own)
    )


def _best(states: Iterable[ServiceState]) -> ServiceState:
    found = set(states)
    return next((best for best in (ServiceState.OPEN, ServiceState.FULL) if best in found), ServiceState.CLOSED)


def _earliest(own: Iterable[ServiceEntry]) -> datetime | None:
    return min((service.opens_at for service in own if service.opens_at is not None), default=None)
