"""Which stops a visit has, and which of them is best done next: pure functions of what is asked and how lines stand.

The order of the questions, first answer wins:
 1. A stop that would be missed: its queue, or a queue that must come after it, closes before the best of 2 is over.
    The one that must begin earliest goes first.
 2. The shortest expected wait; at the window where the visitor stands it is nothing.
 3. Among waits that differ by `SAME_WAIT_MINUTES` at most: in the visitor's own zone, so that nobody walks for it.
 4. In the order asked for.
It is asked anew after every finished stop, with the lines as they are then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from queueserver.domain.errors import DomainError
from queueserver.domain.hall import HallPlan, ServicePlan
from queueserver.domain.stops import MOST_SERVICES, Itinerary, Stop, StopState

SAME_WAIT_MINUTES: Final = 2.0
"""Waits that differ by no more are the same to a visitor who would have to walk for the shorter one."""
_NEVER: Final = float("inf")


@dataclass(frozen=True, slots=True)
class Standing:
    """How one queue stands for a visitor who would join it now; all in minutes.

    `wait` until the call, the time until it opens included; `service` at the window; `closes_in` until nobody can join
    any more today. `here`: the window where the visitor stands would go on with it at once.
    """

    zone: str
    wait: float
    service: float
    closes_in: float = _NEVER
    here: bool = False


@dataclass(frozen=True, slots=True)
class Situation:
    """Where the visitor is, and every queue that can be joined today; one that is not in `queues` is closed."""

    zone: str
    queues: Mapping[str, Standing]


def with_services(plan: HallPlan, known: Sequence[Stop], services: Iterable[str]) -> tuple[Stop, ...]:
    """The stops `known` and, behind them, those of `services`; a linked service has one for each of its steps.

    The desk of a hall of two levels is on a ticket once at most, also when it is done.

    Raises DomainError: unknown_service, stop_twice, too_many_stops.
    """
    stops, desk = list(known), plan.policy.desk
    asked = {stop.service for stop in known if not stop.is_settled or stop.service == desk}
    added: dict[str, range] = {}
    for service in services:
        found = plan.services.get(service)
        if found is None:
            raise DomainError("unknown_service", field="services")
        if service in asked:
            raise DomainError("stop_twice", field="services")
        asked.add(service)
        added[service] = range(len(stops), len(stops) + sum(map(len, found.groups)))
        stops += _steps(found, len(stops))
    if len(asked - {desk}) > MOST_SERVICES:
        raise DomainError("too_many_stops", field="services", limit=MOST_SERVICES)
    return tuple(_in_their_order(plan, stops, place, added) for place in range(len(stops)))


def by_way_of_the_desk(plan: HallPlan, services: Sequence[str]) -> tuple[Stop, ...]:
    """The stops of a visitor who comes for `services`: the desk first, once, and behind it all that are not direct.

    Raises what with_services raises.
    """
    desk = plan.desk
    further = tuple(service for service in services if desk is None or service != desk.id)
    if desk is None or (further and not any(plan.via_desk(one) for one in further if one in plan.services)):
        return with_services(plan, (), services)
    stops = with_services(plan, (Stop(desk.id, desk.queue),), further)
    return tuple(
        replace(stop, after=(0, *stop.after)) if place and plan.via_desk(stop.service) and 0 not in stop.after else stop
        for place, stop in enumerate(stops)
    )


def next_stop(itinerary: Itinerary, situation: Situation) -> tuple[int, str] | None:
    """The place of the stop to go to next and why, or None when no stop can be begun now.

    Why: only_one, closes_soon, served_here, shortest_wait, nearest or as_asked.
    """
    queues, stops = situation.queues, itinerary.stops
    ready = [place for place in itinerary.ready if stops[place].queue in queues]
    if not ready:
        return None
    if len(ready) == 1:
        return ready[0], "only_one"
    best, why = _shortest(stops, ready, situation)
    standing = queues[stops[best].queue]
    over_in = standing.wait + standing.service
    latest = {place: _latest_begin(itinerary, place, queues) for place in ready}
    pressing = [place for place in ready if place != best and latest[place] < over_in]
    if pressing and min(latest[place] for place in pressing) < latest[best]:
        return min(pressing, key=lambda place: (latest[place], place)), "closes_soon"
    return best, why


def without_closed(itinerary: Itinerary, situation: Situation) -> Itinerary:
    """What can no longer be done today because its queue is closed is settled so; nobody waits for it in vain."""
    closed = [place for place in itinerary.open if itinerary.stops[place].queue not in situation.queues]
    return itinerary.settle_all(closed, StopState.UNDONE, "queue_closed")


def _steps(service: ServicePlan, start: int) -> list[Stop]:
    """The service's stops, the first of which gets the place `start`."""
    stops: list[Stop] = []
    before: tuple[int, ...] = ()
    for group in service.groups:
        places = tuple(range(start + len(stops), start + len(stops) + len(group)))
        stops += (Stop(service.id, queue, before) for queue in group)
        before = places
    return stops


def _in_their_order(plan: HallPlan, stops: Sequence[Stop], place: int, added: Mapping[str, range]) -> Stop:
    """The stop at `place`, which must also wait for what is configured to come before its service."""
    stop = stops[place]
    service = plan.services.get(stop.service)
    if service is None or stop.state is not StopState.OPEN:
        return stop
    earlier = tuple(
        other
        for other, one in enumerate(stops)
        if one.service in service.after
        and not one.is_settled
        and (stop.service in added or one.service in added)
        and other not in stop.after
    )
    return replace(stop, after=(*stop.after, *earlier))


def _shortest(stops: Sequence[Stop], ready: Sequence[int], situation: Situation) -> tuple[int, str]:
    queues = situation.queues
    wait = {place: queues[stops[place].queue].wait for place in ready}
    least = min(wait.values())
    here = [place for place in ready if queues[stops[place].queue].here]
    if here:
        return here[0], "served_here"
    short = [place for place in ready if wait[place] <= least + SAME_WAIT_MINUTES]
    if len(short) == 1:
        return short[0], "shortest_wait"
    near = [place for place in short if queues[stops[place].queue].zone == situation.zone]
    if near and len(near) < len(short):
        return near[0], "nearest"
    return short[0], "as_asked"


def _latest_begin(itinerary: Itinerary, place: int, queues: Mapping[str, Standing]) -> float:
    """In how many minutes this stop must be begun at the latest, so that it and what must follow can be done today."""
    stop = itinerary.stops[place]
    standing = queues.get(stop.queue)
    if standing is None:
        return _NEVER
    spent = standing.wait + standing.service
    following = (p for p in itinerary.open if place in itinerary.stops[p].after)
    return min([standing.closes_in, *(_latest_begin(itinerary, one, queues) - spent for one in following)])
