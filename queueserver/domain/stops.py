"""What one visitor still has to do, stop by stop: nothing is lost, and each stop is settled once, with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

MOST_SERVICES: Final = 8
"""Services on one ticket; beyond that nobody can plan anything."""
MOST_RETURNS: Final = 4
"""Windows that may want one visitor back at the same time."""


class StopState(StrEnum):
    OPEN = "open"
    NOW = "now"
    DONE = "done"
    DROPPED = "dropped"
    """somebody decided that it is not needed; what should come after it goes on"""
    UNDONE = "undone"
    """it could not be done; what must come after it cannot be either"""


SETTLED: Final = frozenset({StopState.DONE, StopState.DROPPED, StopState.UNDONE})


@dataclass(frozen=True, slots=True)
class Stop:
    """One service, or one step of a linked service, in one queue.

    `after` are the places (from 0) of the stops that must be settled before.
    `reason` says why it was settled so: handled, not_wanted, handed_on, left, cancelled, walkout, missed, not_done,
    queue_closed, not_offered, earlier_undone or day_closed; "" for a stop done in its own leg.
    """

    service: str
    queue: str
    after: tuple[int, ...] = ()
    state: StopState = StopState.OPEN
    reason: str = ""

    @property
    def is_settled(self) -> bool:
        return self.state in SETTLED


@dataclass(frozen=True, slots=True)
class Return:
    """A window that sent the visitor away and wants him back; `queue` is where he waits if it has closed meanwhile."""

    window: str
    queue: str


@dataclass(frozen=True, slots=True)
class Itinerary:
    """All stops of a visit in the order asked for, and the windows to return to, the last one first to be returned to.

    A visit for one service has no stops here: its one leg says it all.
    """

    stops: tuple[Stop, ...] = ()
    returns: tuple[Return, ...] = ()

    @property
    def now(self) -> int | None:
        """The place of the stop the live leg is for."""
        return next((place for place, stop in enumerate(self.stops) if stop.state is StopState.NOW), None)

    @property
    def open(self) -> tuple[int, ...]:
        """The places of the stops that wait for a leg of their own."""
        return tuple(place for place, stop in enumerate(self.stops) if stop.state is StopState.OPEN)

    @property
    def ready(self) -> tuple[int, ...]:
        """The open stops for which everything that must come before is settled."""
        return tuple(p for p in self.open if all(self.stops[before].is_settled for before in self.stops[p].after))

    def services(self) -> frozenset[str]:
        """Services that are not settled, or not wholly."""
        return frozenset(stop.service for stop in self.stops if not stop.is_settled)

    def begin(self, place: int) -> Itinerary:
        """The visitor's next leg is for this stop."""
        if self.now is not None or place not in self.ready:
            raise ValueError(place)
        return self._with(place, replace(self.stops[place], state=StopState.NOW))

    def settle(self, place: int, state: StopState, reason: str = "") -> Itinerary:
        """This stop is over; one that could not be done takes along what must come after it. ValueError if it was."""
        stop = self.stops[place]
        if stop.is_settled or state not in SETTLED:
            raise ValueError(place)
        settled = self._with(place, replace(stop, state=state, reason=reason))
        return settled._without_the_impossible() if state is StopState.UNDONE else settled

    def settle_all(self, places: Iterable[int], state: StopState, reason: str) -> Itinerary:
        """Each of these stops, unless another of them took it along."""
        itinerary = self
        for place in places:
            if not itinerary.stops[place].is_settled:
                itinerary = itinerary.settle(place, state, reason)
        return itinerary

    def end(self, now: StopState, rest: StopState, reason: str) -> Itinerary:
        """The visit is over: the stop of the live leg ends as `now`, all others still to do as `rest`."""
        stops = []
        for stop in self.stops:
            if stop.is_settled:
                stops.append(stop)
            elif stop.state is StopState.NOW and now is StopState.DONE:
                stops.append(replace(stop, state=now))
            else:
                stops.append(replace(stop, state=now if stop.state is StopState.NOW else rest, reason=reason))
        return Itinerary(tuple(stops))

    def settled_since(self, before: Itinerary) -> tuple[Stop, ...]:
        """The stops that are settled here and were not in `before`, which must be an earlier state of this visit."""
        known = {place for place, stop in enumerate(before.stops) if stop.is_settled}
        return tuple(stop for place, stop in enumerate(self.stops) if stop.is_settled and place not in known)

    def _with(self, place: int, stop: Stop) -> Itinerary:
        return replace(self, stops=(*self.stops[:place], stop, *self.stops[place + 1 :]))

    def _without_the_impossible(self) -> Itinerary:
        itinerary = self
        while lost := [place for place in itinerary.open if itinerary._cannot_be_done(place)]:
            for place in lost:
                stop = replace(itinerary.stops[place], state=StopState.UNDONE, reason="earlier_undone")
                itinerary = itinerary._with(place, stop)
        return itinerary

    def _cannot_be_done(self, place: int) -> bool:
        return any(self.stops[earlier].state is StopState.UNDONE for earlier in self.stops[place].after)


NOTHING_MORE: Final = Itinerary()
"""The plan of a visit whose one leg is all there is to do."""
