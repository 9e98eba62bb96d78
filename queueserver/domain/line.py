"""The waiting tickets of one hall in the order of their places, so that the next one is found without searching."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from heapq import merge
from itertools import takewhile
from typing import NamedTuple

from queueserver.domain.ticket import Place, State, Ticket


class Kind(NamedTuple):
    """What the tickets of one row have in common, so that a window wants a whole row or nobody in it.

    `timed` tickets are booked or may not be called yet: only among them must each be asked for itself.
    """

    priority_class: str
    service: str
    lang: str
    timed: bool


class Line:
    """Waiting tickets by lane and kind.

    A ticket stands in its queue's lane, or in the lane of the one window it was sent to; either way it counts as
    waiting in its queue. One held for a time stands in a lane of the window that holds it, and does not count.
    """

    def __init__(self, tickets: Iterable[Ticket] = ()) -> None:
        self._lanes: dict[str, dict[Kind, _Row]] = {}
        self._counts: dict[str, int] = {}
        self._held: dict[str, int] = {}
        self._revisions: dict[str, int] = {}
        self._groups: dict[str, dict[str, Ticket]] = {}
        self._timed: dict[str, Ticket] = {}
        self._latest = Place(0, 0)
        for ticket in sorted(tickets, key=lambda ticket: ticket.place):
            self.add(ticket)

    def add(self, ticket: Ticket) -> None:
        """Let a ticket stand at its place; ValueError if it neither waits nor is held for a time."""
        if not stands_in_line(ticket):
            raise ValueError(ticket.state)
        rows = self._lanes.setdefault(_stand(ticket), {})
        kind = kind_of(ticket)
        row = rows.get(kind)
        if row is None:
            row = rows[kind] = _Row()
        row.insert(ticket)
        self._count(ticket, 1)
        self._revise(ticket)
        if ticket.visit.party > 1:
            self._groups.setdefault(_stand(ticket), {})[ticket.id] = ticket
        if kind.timed:
            self._timed[ticket.id] = ticket
        else:
            self._latest = max(self._latest, ticket.place)

    def remove(self, ticket: Ticket) -> None:
        """Take out exactly what was added; KeyError if it is not here."""
        self._lanes[_stand(ticket)][kind_of(ticket)].take(ticket)
        self._count(ticket, -1)
        self._revise(ticket)
        if ticket.visit.party > 1:
            del self._groups[_stand(ticket)][ticket.id]
        self._timed.pop(ticket.id, None)

    def count(self, queue: str) -> int:
        """Tickets waiting in `queue`, those sent to one window among them."""
        return self._counts.get(queue, 0)

    def revision(self, lane: str) -> int:
        """A number that changes whenever the lane does."""
        return self._revisions.get(lane, 0)

    def revisions(self) -> Iterable[tuple[str, int]]:
        """Every lane anybody ever stood in, with its revision."""
        return self._revisions.items()

    def timed(self) -> Iterable[Ticket]:
        """Those that are booked, may not be called yet, or are held for a time, wherever they stand."""
        return self._timed.values()

    def length(self, lane: str) -> int:
        """Tickets in one lane."""
        return sum(len(row.tickets) for row in self._lanes.get(lane, {}).values())

    def ahead(self, ticket: Ticket, now: datetime) -> int:
        """Tickets of the same lane that may be called by now and whose place is before this one's.

        In a queue's lane those of the queue that were held and are due again count too.
        """
        rows = self._lanes.get(lane_of(ticket), {})
        before = sum(row.before(ticket.place, now if kind.timed else None) for kind, row in rows.items())
        if ticket.sent_to:
            return before
        held = (one for window in self.holders() for one in self.in_order(held_lane(window)))
        return before + sum(one.queue == ticket.queue and one.is_due(now) and one.place < ticket.place for one in held)

    def parties(self, lane: str) -> Iterable[Ticket]:
        """The tickets of one lane that several people hold together."""
        return self._groups.get(lane, {}).values()

    def index(self, ticket: Ticket) -> int:
        """Where the ticket stands in in_order(), from 0."""
        return sum(row.before(ticket.place) for row in self._lanes.get(lane_of(ticket), {}).values())

    def all_before(self, place: Place) -> bool:
        """Whether everybody who is not timed certainly stands before `place`."""
        return self._latest < place

    def rows(self, lane: str) -> Iterator[tuple[Kind, Sequence[Ticket]]]:
        """The tickets of one lane by kind, each row ascending by place and never empty."""
        for kind, row in self._lanes.get(lane, {}).items():
            if row.tickets:
                yield kind, row.tickets

    def next_due(self, now: datetime) -> datetime | None:
        """The next moment after `now` when somebody's time to be called comes."""
        timed = (row for rows in self._lanes.values() for kind, row in rows.items() if kind.timed)
        return min(
            (t.not_before for row in timed for t in row.tickets if t.not_before and t.not_before > now), default=None
        )

    def holders(self) -> tuple[str, ...]:
        """The windows that hold tickets for a time."""
        return tuple(window for window, count in self._held.items() if count)

    def in_order(self, lane: str) -> Iterator[Ticket]:
        """All tickets of one lane by place, whatever their class."""
        rows = self._lanes.get(lane, {}).values()
        return merge(*(row.tickets for row in rows), key=lambda ticket: ticket.place)

    def place_behind(self, lane: str, places: int, otherwise: Place, leaving: str = "") -> Place:
        """The place behind the first `places` tickets of one lane, not counting ticket `leaving`.

        One further back where dozens were put into the same spot and no place is left between two. `otherwise` is the
        end of the line now: tickets behind it are booked for later and not counted.
        """
        before: Place | None = None
        present = takewhile(lambda ticket: ticket.place < otherwise, self.in_order(lane))
        for index, ticket in enumerate(t for t in present if t.id != leaving):
            if index >= places and (before is None or before.room_before(ticket.place)):
                return Place.between(before, ticket.place, otherwise)
            before = ticket.place
        return Place.between(before, None, otherwise) if places == 0 else otherwise

    def _count(self, ticket: Ticket, more: int) -> None:
        counts, name = (self._counts, ticket.queue) if ticket.state is State.WAITING else (self._held, ticket.window)
        counts[name or ""] = counts.get(name or "", 0) + more

    def _revise(self, ticket: Ticket) -> None:
        lane = _stand(ticket)
        self._revisions[lane] = self._revisions.get(lane, 0) + 1


class _Row:
    """Tickets of one kind in one lane, ascending by place; keys kept apart because comparing tuples is quick."""

    __slots__ = ("keys", "tickets")

    def __init__(self) -> None:
        self.keys: list[tuple[int, int]] = []
        self.tickets: list[Ticket] = []

    def insert(self, ticket: Ticket) -> None:
        key = _key(ticket.place)
        index = len(self.keys) if not self.keys or key > self.keys[-1] else bisect_right(self.keys, key)
        self.keys.insert(index, key)
        self.tickets.insert(index, ticket)

    def take(self, ticket: Ticket) -> None:
        index = bisect_left(self.keys, _key(ticket.place))
        while index < len(self.tickets) and self.tickets[index].id != ticket.id:
            index += 1
        if index == len(self.tickets):
            raise KeyError(ticket.id)
        del self.keys[index], self.tickets[index]

    def before(self, place: Place, now: datetime | None = None) -> int:
        """Tickets before `place`; with `now` only those that may be called by then."""
        count = bisect_left(self.keys, _key(place))
        return count if now is None else sum(ticket.is_due(now) for ticket in self.tickets[:count])


def lane_of(ticket: Ticket) -> str:
    """The lane a ticket waits in, or would: its queue, or the window it was sent to."""
    return window_lane(ticket.sent_to) if ticket.sent_to else ticket.queue


def kind_of(ticket: Ticket) -> Kind:
    """The kind of row a ticket stands in."""
    timed = ticket.booked_for is not None or ticket.not_before is not None
    return Kind(ticket.priority_class, ticket.service, ticket.visit.lang, timed)


def stands_in_line(ticket: Ticket) -> bool:
    """Whether the ticket waits, or is held for a time and comes back by itself."""
    return ticket.state is State.WAITING or (ticket.state is State.HELD and ticket.not_before is not None)


def held_lane(window: str) -> str:
    """The lane of tickets that one window holds for a time."""
    return f"held/{window}"


def _stand(ticket: Ticket) -> str:
    return held_lane(ticket.window or "") if ticket.state is State.HELD else lane_of(ticket)


def window_lane(window: str) -> str:
    """The lane of tickets sent to one window; no queue id holds a slash."""
    return f"window/{window}"


def _key(place: Place) -> tuple[int, int]:
    return place.at_ms, place.order
