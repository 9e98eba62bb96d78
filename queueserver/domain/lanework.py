"""Who waits in a lane, in groups of alike tickets, and what work that is: from the line or from a database."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from operator import attrgetter
from typing import NamedTuple

from queueserver.domain.line import Line
from queueserver.domain.party import expected_services
from queueserver.domain.ticket import Place, Ticket


class Group(NamedTuple):
    """Alike tickets of one lane: how many wait there, how many of them before the one in question, since when (ms).

    People who come together count as what they take at a window.
    """

    queue: str
    service: str
    priority_class: str
    waiting: float
    before: float
    since_ms: float


def groups_ahead(line: Line, lane: str, place: Place | None) -> Iterator[Group]:
    """Who waits in `lane`, and before `place`; None is the end of the line."""
    for kind, row in line.rows(lane):
        for tickets in _by_queue(lane, row):
            waiting = len(tickets)
            before = waiting if place is None else bisect_left(tickets, place, key=attrgetter("place"))
            yield Group(tickets[0].queue, kind.service, kind.priority_class, waiting, before, tickets[0].place.at_ms)
    for ticket in line.parties(lane):
        more = expected_services(ticket.visit.party) - 1
        behind = place is not None and place <= ticket.place
        yield Group(
            ticket.queue, ticket.service, ticket.priority_class, more, 0.0 if behind else more, ticket.place.at_ms
        )


def _by_queue(lane: str, row: Sequence[Ticket]) -> Iterable[Sequence[Ticket]]:
    """To one window people are sent from several queues, each with service times of its own."""
    if row[0].queue == lane:
        return (row,)
    return ([ticket for ticket in row if ticket.queue == queue] for queue in {one.queue: None for one in row})


@dataclass(frozen=True, slots=True)
class LaneWork:
    """Minutes of a window's time that wait in one lane: all of the privileged, and both sorts before the ticket."""

    privileged: float = 0.0
    privileged_before: float = 0.0
    ordinary_before: float = 0.0
    count_privileged_before: float = 0
    count_ordinary_before: float = 0
    since_ms: float = inf
