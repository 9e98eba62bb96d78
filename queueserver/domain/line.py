"""The waiting tickets of one hall in the order of their places, so that the next one is found without searching."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from heapq import merge

from queueserver.domain.ticket import Place, State, Ticket


class Line:
    """Waiting tickets by lane and priority class.

    A ticket stands in its queue's lane, or in the lane of the one window it was sent to; either way it counts as
    waiting in its queue.
    """

    def __init__(self, tickets: Iterable[Ticket] = ()) -> None:
        self._lanes: dict[str, dict[str, _Row]] = {}
        self._counts: dict[str, int] = {}
        for ticket in sorted(tickets, key=lambda ticket: ticket.place):
            self.add(ticket)

    def add(self, ticket: Ticket) -> None:
        """Let a waiting ticket stand at its place; ValueError if it does not wait."""
        if ticket.state is not State.WAITING:
            raise ValueError(ticket.state)
        rows = self._lanes.setdefault(lane_of(ticket), {})
        row = rows.get(ticket.priority_class)
        if row is None:
            row = rows[ticket.priority_class] = _Row()
        row.insert(ticket)
        self._counts[ticket.queue] = self._counts.get(ticket.queue, 0) + 1

    def remove(self, ticket: Ticket) -> None:
        """Take out exactly what was added; KeyError if it is not here."""
        self._lanes[lane_of(ticket)][ticket.priority_class].take(ticket)
        self._counts[ticket.queue] -= 1

    def count(self, queue: str) -> int:
        """Tickets waiting in `queue`, those sent to one window among them."""
        return self._counts.get(queue, 0)

    def length(self, lane: str) -> int:
        """Tickets in one lane."""
        return sum(len(row.tickets) for row in self._lanes.get(lane, {}).values())

    def ahead(self, ticket: Ticket) -> int:
        """Tickets of the same lane whose place is before this one's."""
        rows = self._lanes.get(lane_of(ticket), {})
        return sum(row.before(ticket.place) for row in rows.values())

    def first(self, lane: str, wanted: Callable[[str], bool]) -> Ticket | None:
        """The ticket with the earliest place in one lane among the priority classes that are `wanted`."""
        rows = self._lanes.get(lane, {})
        heads = [row.tickets[0] for name, row in rows.items() if row.tickets and wanted(name)]
        return min(heads, key=lambda ticket: ticket.place, default=None)

    def in_order(self, lane: str) -> Iterator[Ticket]:
        """All tickets of one lane by place, whatever their class."""
        rows = self._lanes.get(lane, {}).values()
        return merge(*(row.tickets for row in rows), key=lambda ticket: ticket.place)

    def newest(self) -> Place | None:
        """The latest place anybody has in any lane."""
        keys = (row.keys[-1] for rows in self._lanes.values() for row in rows.values() if row.keys)
        last = max(keys, default=None)
        return None if last is None else Place(*last)

    def place_behind(self, lane: str, places: int, otherwise: Place, leaving: str = "") -> Place:
        """The place behind the first `places` tickets of one lane, not counting ticket `leaving`.

        One further back where dozens were put into the same spot and no place is left between two.
        """
        before: Place | None = None
        for index, ticket in enumerate(t for t in self.in_order(lane) if t.id != leaving):
            if index >= places and (before is None or before.room_before(ticket.place)):
                return Place.between(before, ticket.place, otherwise)
            before = ticket.place
        return Place.between(before, None, otherwise) if places == 0 else otherwise


class _Row:
    """Tickets of one class in one lane, ascending by place; keys kept apart because comparing tuples is quick."""

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

    def before(self, place: Place) -> int:
        return bisect_left(self.keys, _key(place))


def lane_of(ticket: Ticket) -> str:
    """The lane a ticket waits in: its queue, or the window it was sent to."""
    return window_lane(ticket.sent_to) if ticket.sent_to else ticket.queue


def window_lane(window: str) -> str:
    """The lane of tickets sent to one window; no queue id holds a slash."""
    return f"window/{window}"


def _key(place: Place) -> tuple[int, int]:
    return place.at_ms, place.order
