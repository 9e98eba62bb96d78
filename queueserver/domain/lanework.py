"""Who waits in which lane, in groups of alike tickets, and what work that is: from the line or from a database."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from operator import attrgetter
from typing import Final, NamedTuple

from queueserver.domain.line import Kind, Line, kind_of
from queueserver.domain.party import expected_services
from queueserver.domain.ticket import Place, Ticket


class Group(NamedTuple):
    """Alike tickets of one lane: how many wait there, how many of them before the one in question, since when (ms).

    People who come together count as what they take at a window.
    """

    queue: str
    service: str
    priority_class: str
    lang: str
    waiting: float
    before: float
    since_ms: float


@dataclass(frozen=True, slots=True)
class Crowd:
    """Everybody who waits, as seen from one place in line: groups by lane, and those whose time must be asked.

    `timed` are tickets that are booked, that may not be called yet, or that a window holds for a time.
    """

    lanes: Mapping[str, Sequence[Group]] = field(default_factory=dict)
    timed: Sequence[Ticket] = ()


def crowd_of(line: Line, place: Place | None) -> Crowd:
    """As seen from `place`; None is the end of the line."""
    lanes = {lane: tuple(groups_ahead(line, lane, place)) for lane, _ in line.revisions()}
    return Crowd(lanes, tuple(line.timed()))


def groups_ahead(line: Line, lane: str, place: Place | None) -> Iterator[Group]:
    """Who waits in `lane`, and before `place`; None is the end of the line. Timed tickets are left out."""
    for kind, row in line.rows(lane):
        if kind.timed:
            continue
        for tickets in _by_queue(lane, row):
            waiting = len(tickets)
            before = waiting if place is None else bisect_left(tickets, place, key=attrgetter("place"))
            yield _group(kind, tickets[0], waiting, before)
    for ticket in line.parties(lane):
        if (kind := kind_of(ticket)).timed:
            continue
        more = expected_services(ticket.visit.party) - 1
        yield _group(kind, ticket, more, 0.0 if place is not None and place <= ticket.place else more)


def _group(kind: Kind, first: Ticket, waiting: float, before: float) -> Group:
    since = first.place.at_ms
    return Group(first.queue, kind.service, kind.priority_class, kind.lang, waiting, before, since)


def _by_queue(lane: str, row: Sequence[Ticket]) -> Iterable[Sequence[Ticket]]:
    """To one window people are sent from several queues, each with service times of its own."""
    if row[0].queue == lane:
        return (row,)
    return ([ticket for ticket in row if ticket.queue == queue] for queue in {one.queue: None for one in row})


@dataclass(frozen=True, slots=True)
class LaneWork:
    """Minutes of a window's time that wait in one stream: all of the privileged, and both sorts before the ticket."""

    privileged: float = 0.0
    privileged_before: float = 0.0
    ordinary_before: float = 0.0
    count_privileged_before: float = 0
    count_ordinary_before: float = 0
    since_ms: float = inf

    def before(self) -> float:
        """Minutes that stand before the ticket, by place alone."""
        return self.privileged_before + self.ordinary_before

    def before_ordinary(self) -> float:
        """Minutes that are called before an ordinary ticket."""
        return self.privileged + self.ordinary_before

    def before_privileged(self, ratio: int) -> float:
        """Minutes that are called before a privileged ticket: the ordinary turns in between, one after `ratio`."""
        turns = min(1.0, self.count_privileged_before // ratio / max(1, self.count_ordinary_before))
        return self.privileged_before + self.ordinary_before * turns

    def anybody(self) -> bool:
        """Whether somebody stands before the ticket."""
        return self.count_privileged_before + self.count_ordinary_before > 0

    def plus(self, other: LaneWork) -> LaneWork:
        """Both together."""
        return LaneWork(
            self.privileged + other.privileged,
            self.privileged_before + other.privileged_before,
            self.ordinary_before + other.ordinary_before,
            self.count_privileged_before + other.count_privileged_before,
            self.count_ordinary_before + other.count_ordinary_before,
            min(self.since_ms, other.since_ms),
        )


NO_WORK: Final = LaneWork()
