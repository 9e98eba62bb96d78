"""Tickets that must each be asked when: whose turn may come, or come sooner, while somebody else still waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import inf

from queueserver.domain.hall import HallPlan
from queueserver.domain.lanework import NO_WORK, LaneWork
from queueserver.domain.line import lane_of, window_lane
from queueserver.domain.pace import Pace
from queueserver.domain.party import expected_services
from queueserver.domain.sharing import Sharing, Stream
from queueserver.domain.ticket import Place, State, Ticket


@dataclass(frozen=True, slots=True)
class Coming:
    """One of them: `due` when it may be called, `privileged` from when on it goes first; in minutes since 1970."""

    stream: Stream
    place: Place
    minutes: float
    services: float
    due: float
    privileged: float


def coming(tickets: Iterable[Ticket], plan: HallPlan, sharing: Sharing, pace: Pace) -> tuple[Coming, ...]:
    """The timed tickets of a line, and those held for a time."""
    return tuple(_coming(ticket, plan, sharing, pace) for ticket in tickets)


def work_until(
    horizon: float, at: float, tickets: Iterable[Coming], stream: Stream, place: Place
) -> Mapping[Stream, LaneWork]:
    """What of it is ahead of a ticket at `place` whose turn comes at `horizon`, as it is `at` now."""
    windows, works = frozenset(stream.windows), dict[Stream, LaneWork]()
    for one in tickets:
        if one.due > horizon or one.place == place or windows.isdisjoint(one.stream.windows):
            continue
        before = one.place < place
        minutes, count = (one.minutes, one.services) if before else (0.0, 0.0)
        if one.privileged <= horizon:
            work = LaneWork(one.minutes, minutes, 0.0, count, 0.0)
        else:
            work = LaneWork(0.0, 0.0, minutes, 0.0, count)
        if one.due <= at:
            work = replace(work, since_ms=one.place.at_ms)
        works[one.stream] = works.get(one.stream, NO_WORK).plus(work)
    return works


def privileged_from(ticket: Ticket, plan: HallPlan) -> float:
    """When an appointment, or a ticket of a privileged class, begins to go first; never for any other."""
    if ticket.priority_class in plan.privileged:
        return -inf
    if ticket.booked_for is None:
        return inf
    return ticket.booked_for.timestamp() / 60 + plan.policy.appointment_tolerance_minutes


def _coming(ticket: Ticket, plan: HallPlan, sharing: Sharing, pace: Pace) -> Coming:
    services = expected_services(ticket.visit.party)
    lane = lane_of(ticket)
    if ticket.state is State.HELD:
        lane = window_lane(ticket.window or "") if sharing.is_at_work(ticket.window or "") else ticket.queue
    return Coming(
        stream=sharing.stream(lane, ticket.queue, ticket.service, ticket.visit.lang),
        place=ticket.place,
        minutes=pace.of(ticket.queue).minutes(ticket.service) * services,
        services=services,
        due=-inf if ticket.not_before is None else ticket.not_before.timestamp() / 60,
        privileged=privileged_from(ticket, plan),
    )
