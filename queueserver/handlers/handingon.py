"""A desk that has heard what a visitor came for hands him on to it; any other window may, when his need is another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from queueserver.domain.errors import DomainError
from queueserver.domain.hall import HallPlan
from queueserver.domain.itinerary import with_services
from queueserver.domain.stops import Itinerary, Stop, StopState
from queueserver.domain.ticket import Ticket
from queueserver.handlers import commands, visits
from queueserver.handlers.admission import about, admit
from queueserver.handlers.calling import at_window
from queueserver.ports import UnitOfWork

HANDED_ON: Final = "handed_on"
"""The outcome of a leg that ended so, and the reason of a stop that was not what the visitor needed."""


def hand_on(uow: UnitOfWork, command: commands.HandOn) -> Ticket:
    """This leg ends and the visit goes on with the services named: same number, place by the original arrival.

    The desk is done then. What the visitor had asked for and is not named is dropped; so is, at any other window, the
    service served there, while the visitor's other services stay. Whoever is wanted back by a window goes there first.
    """
    window, ticket = at_window(uow, command.window)
    itinerary = _with_what_he_needs(uow, ticket, command.services)
    if itinerary.returns:
        onward = visits.Onward(replace(itinerary, returns=itinerary.returns[:-1]), back=itinerary.returns[-1])
    else:
        onward = visits.to_the_next(uow, window, ticket, itinerary)
    onward = replace(onward, note=command.note)
    done, event = ticket.finish(uow.now, HANDED_ON, (), onward.itinerary)
    return visits.leave(uow, window, ticket, replace(event, handed_on=command.services), onward) or done


def _with_what_he_needs(uow: UnitOfWork, ticket: Ticket, services: tuple[str, ...]) -> Itinerary:
    """The visit's plan with this stop settled; every service that is new to it must be open and have a place left."""
    before, plan = ticket.visit.itinerary, uow.plan
    itinerary = replace(before, stops=before.stops or (Stop(ticket.service, ticket.queue, state=StopState.NOW),))
    _must_lead_away(plan, ticket, services)
    if not itinerary.returns:
        itinerary = _without_this(plan, itinerary, services)
    new = tuple(service for service in services if service not in itinerary.services())
    stops = with_services(plan, itinerary.stops, new)
    for service in new:
        found = plan.services[service]
        with about(service):
            admit(uow, found, plan.queues[found.queue], ticket.visit.holder, visit=ticket.visit.id, seen=True)
    visits.reserve(uow, stops[len(itinerary.stops) :])
    return replace(itinerary, stops=stops)


def _must_lead_away(plan: HallPlan, ticket: Ticket, services: Iterable[str]) -> None:
    """Nobody is handed on to the desk, nor to what he is being served for here: he would go round for ever."""
    for service in services:
        found = plan.services.get(service)
        if found is None:
            raise DomainError("unknown_service", field="services")
        stays = service == ticket.service and any(ticket.queue in group for group in found.groups)
        if stays or service == plan.policy.desk:
            raise DomainError("invalid_field", field="services")


def _without_this(plan: HallPlan, itinerary: Itinerary, services: tuple[str, ...]) -> Itinerary:
    here = itinerary.now
    if here is None:
        return itinerary
    this = itinerary.stops[here]
    if this.service == plan.policy.desk:
        itinerary = itinerary.settle(here, StopState.DONE)
        asked = (place for place in itinerary.open if here in itinerary.stops[place].after)
        unasked = (place for place in asked if itinerary.stops[place].service not in services)
    else:
        itinerary = itinerary.settle(here, StopState.DROPPED, HANDED_ON)
        unasked = (place for place in itinerary.open if itinerary.stops[place].service == this.service)
    gone = {itinerary.stops[place].service for place in unasked}
    return itinerary.settle_all(
        (place for place in itinerary.open if itinerary.stops[place].service in gone), StopState.DROPPED, "not_wanted"
    )
