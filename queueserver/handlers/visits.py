"""How a visit goes on: the next stop after each leg, the way back to a window, stops added and dropped on the way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from queueserver.domain import events
from queueserver.domain.eligibility import may_call, rule_for
from queueserver.domain.errors import DomainError
from queueserver.domain.itinerary import Situation, Standing, next_stop, with_services, without_closed
from queueserver.domain.party import expected_services
from queueserver.domain.stops import MOST_RETURNS, NOTHING_MORE, Itinerary, Return, Stop, StopState
from queueserver.domain.ticket import Place, State, Ticket, Visit
from queueserver.domain.window import Window, WindowState
from queueserver.handlers import commands
from queueserver.handlers.admission import about, admit
from queueserver.handlers.waits import promising, wait_of
from queueserver.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class Onward:
    """What is left to do after a leg, and where the next one leads: to a stop, back to a window, or nowhere."""

    itinerary: Itinerary
    stop: Stop | None = None
    why: str = ""
    back: Return | None = None
    note: str = ""


def first_stop(uow: UnitOfWork, ticket: Ticket, stops: tuple[Stop, ...]) -> Itinerary:
    """The stops of a visit that begins, one of them begun; `ticket` is its first leg as far as it is known."""
    itinerary = Itinerary(stops)
    chosen = next_stop(itinerary, _situation(uow, ticket, itinerary, None))
    return itinerary.begin(chosen[0] if chosen else itinerary.ready[0])


def walking_its_steps(uow: UnitOfWork, ticket: Ticket) -> Ticket:
    """An appointment's first leg, in the queue it is booked for; the steps of a linked service follow, full or not."""
    if not uow.plan.services[ticket.service].steps:
        return ticket
    itinerary = Itinerary(with_services(uow.plan, (), (ticket.service,)))
    first = next(place for place in itinerary.ready if itinerary.stops[place].queue == ticket.queue)
    itinerary = itinerary.begin(first)
    for place in itinerary.open:
        queue = itinerary.stops[place].queue
        uow.put_queue_day(uow.queue_day(queue).promise())
    return replace(ticket, visit=replace(ticket.visit, itinerary=itinerary))


def after_finish(uow: UnitOfWork, window: Window, ticket: Ticket, command: commands.Finish) -> Onward:
    """What comes after the leg that `command` finishes."""
    before = ticket.visit.itinerary
    if before == NOTHING_MORE:
        return Onward(before)
    itinerary = _ticked_off(before, command.items)
    done = command.outcome == commands.DONE
    if command.leaves:
        ends = StopState.DONE if done else StopState.UNDONE
        return Onward(itinerary.end(ends, StopState.DROPPED, "left" if done else "not_done"))
    if itinerary.returns:
        return Onward(replace(itinerary, returns=itinerary.returns[:-1]), back=itinerary.returns[-1])
    if itinerary.now is not None:
        state, reason = (StopState.DONE, "") if done else (StopState.UNDONE, "not_done")
        itinerary = itinerary.settle(itinerary.now, state, reason)
    return to_the_next(uow, window, ticket, itinerary)


def leave(
    uow: UnitOfWork, window: Window, before: Ticket, event: events.TicketFinished, onward: Onward
) -> Ticket | None:
    """Free the window of a leg that has ended, and let the visit go on: its next leg, or None when it is over."""
    done = event.ticket
    give_back(uow, before.visit.itinerary, done.visit)
    uow.put_window(window.release())
    uow.put_ticket(done)
    uow.record(event)
    return go_on(uow, done, onward)


def go_on(uow: UnitOfWork, ended: Ticket, onward: Onward) -> Ticket | None:
    """Let the next leg of the visit begin after `ended`, whose visit holds `onward` already; None when it is over."""
    place = original_place(uow, ended)
    if onward.back is not None:
        window = onward.back.window
        is_there = window in uow.plan.windows and uow.window(window).state is not WindowState.CLOSED
        leg, event = ended.come_back(uow.new_id(), onward.back.queue, window if is_there else None, place, uow.now)
    elif onward.stop is None:
        return None
    elif onward.why == "served_here":
        leg, event = ended.go_on_here(uow.new_id(), onward.stop.queue, onward.stop.service, place, uow.now)
        window_here = uow.window(ended.window or "")
        uow.put_window(window_here.take(leg.id, window_here.streak))
    else:
        leg, event = ended.go_on(uow.new_id(), onward.stop.queue, onward.stop.service, place, uow.now, onward.why)
    if onward.note:
        leg = replace(leg, note=onward.note)
    if leg.state is State.WAITING:
        leg = promising(uow, leg)
    uow.put_ticket(leg)
    uow.record(replace(event, ticket=leg))
    return leg


def original_place(uow: UnitOfWork, ticket: Ticket) -> Place:
    """The place a further leg gets: that of the visitor's arrival, or of the booked time if that came later."""
    return Place.arriving(min(ticket.booked_for or ticket.visit.arrived_at, uow.now), uow.next_sequence())


def remembering(ticket: Ticket, from_window: str, to_window: str | None) -> Itinerary:
    """The visit's plan when `from_window` sends the visitor away and wants him back.

    Raises too_many_returns. Sent to the very window that waits for him, he has come back to it.
    """
    returns = arrived_at(ticket.visit, to_window).returns
    if any(one.window == from_window for one in returns):
        return replace(ticket.visit.itinerary, returns=returns)
    if len(returns) >= MOST_RETURNS:
        raise DomainError("too_many_returns", limit=MOST_RETURNS)
    return replace(ticket.visit.itinerary, returns=(*returns, Return(from_window, ticket.queue)))


def arrived_at(visit: Visit, window: str | None) -> Itinerary:
    """The visit's plan when the visitor is sent to `window`: if that wanted him back next, it has him now."""
    itinerary = visit.itinerary
    if window is not None and itinerary.returns and itinerary.returns[-1].window == window:
        return replace(itinerary, returns=itinerary.returns[:-1])
    return itinerary


def add_stops(uow: UnitOfWork, command: commands.AddStops) -> Ticket:
    """More services for a visit that goes on; each must be open and have a place left today."""
    ticket = uow.ticket(command.ticket)
    known = ticket.visit.itinerary.stops or (Stop(ticket.service, ticket.queue, state=StopState.NOW),)
    stops = with_services(uow.plan, known, command.services)
    for service in command.services:
        found = uow.plan.services[service]
        with about(service):
            admit(uow, found, uow.plan.queues[found.queue], ticket.visit.holder, visit=ticket.visit.id)
    reserve(uow, stops[len(known) :])
    planned, event = ticket.plan(replace(ticket.visit.itinerary, stops=stops))
    uow.put_ticket(planned)
    uow.record(event)
    return planned


def drop_stops(uow: UnitOfWork, command: commands.DropStops) -> Ticket:
    """Services the visitor no longer wants; while he waits for one of them, he goes on to the next at once.

    Raises unknown_stop, and illegal_transition for the one he is called to or served for: its window finishes it.
    """
    ticket = uow.ticket(command.ticket)
    before = itinerary = ticket.visit.itinerary
    places = [p for p, stop in enumerate(itinerary.stops) if stop.service in command.services and not stop.is_settled]
    if {itinerary.stops[place].service for place in places} != set(command.services):
        raise DomainError("unknown_stop", field="services")
    itinerary = itinerary.settle_all(places, StopState.DROPPED, "not_wanted")
    if before.now not in places:
        planned, event = ticket.plan(itinerary)
        give_back(uow, before, planned.visit)
        uow.put_ticket(planned)
        uow.record(event)
        return planned
    onward = to_the_next(uow, None, ticket, replace(itinerary, returns=()))
    ended, cancelled = ticket.cancel(uow.now, "not_wanted", onward.itinerary)
    give_back(uow, before, ended.visit)
    uow.put_ticket(ended)
    uow.record(cancelled)
    return go_on(uow, ended, onward) or ended


def reserve(uow: UnitOfWork, stops: tuple[Stop, ...]) -> None:
    """Promise each of these stops a place of its queue's day, so that nobody is turned away on the way.

    Raises queue_full, and queue_closed when a step's queue opens no more today; both name the service.
    """
    local = uow.now.astimezone(ZoneInfo(uow.plan.time_zone))
    for stop in stops:
        queue = uow.plan.queues[stop.queue]
        with about(stop.service):
            if queue.schedule.rest_of_day(local) is None:
                raise DomainError("queue_closed")
            uow.put_queue_day(uow.queue_day(queue.id).reserve(queue))


def give_back(uow: UnitOfWork, before: Itinerary, visit: Visit) -> None:
    """The places of stops that were never begun and now will not be."""
    if visit.business_day != uow.business_day:
        return
    for place in before.open:
        stop = visit.itinerary.stops[place]
        if stop.is_settled and stop.queue in uow.plan.queues:
            uow.put_queue_day(uow.queue_day(stop.queue).give_back())


def _ticked_off(itinerary: Itinerary, items: tuple[str, ...]) -> Itinerary:
    """Other services that were handled here as well; the steps of the visitor's own one go on by themselves."""
    own = None if itinerary.now is None else itinerary.stops[itinerary.now].service
    also = (p for p in itinerary.open if itinerary.stops[p].service in items and itinerary.stops[p].service != own)
    return itinerary.settle_all(also, StopState.DONE, "handled")


def to_the_next(uow: UnitOfWork, window: Window | None, ticket: Ticket, itinerary: Itinerary) -> Onward:
    """Where the visitor goes from `window`, None = from the line; what can no longer be done today is settled so."""
    gone = (place for place in itinerary.open if itinerary.stops[place].queue not in uow.plan.queues)
    itinerary = itinerary.settle_all(gone, StopState.UNDONE, "not_offered")
    situation = _situation(uow, ticket, itinerary, window)
    itinerary = without_closed(itinerary, situation)
    chosen = next_stop(itinerary, situation)
    if chosen is None:
        return Onward(itinerary.settle_all(itinerary.open, StopState.UNDONE, "earlier_undone"))
    place, why = chosen
    stop = itinerary.stops[place]
    if situation.queues[stop.queue].here:
        why = "served_here"
    return Onward(itinerary.begin(place), stop, why)


def _situation(uow: UnitOfWork, ticket: Ticket, itinerary: Itinerary, window: Window | None) -> Situation:
    """How the queues of the open stops stand for this visitor now."""
    stops = (itinerary.stops[place] for place in itinerary.open)
    queues = {}
    for stop in stops:
        if stop.queue not in queues and (standing := _standing(uow, ticket, stop, window)) is not None:
            queues[stop.queue] = standing
    plan = uow.plan.queues.get(ticket.queue)
    return Situation(plan.zone if plan else "", queues)


def _standing(uow: UnitOfWork, ticket: Ticket, stop: Stop, window: Window | None) -> Standing | None:
    """None when the queue takes nobody any more today; whoever is at its window is served there all the same."""
    queue = uow.plan.queues[stop.queue]
    leg = replace(
        ticket,
        queue=stop.queue,
        service=stop.service,
        state=State.WAITING,
        place=original_place(uow, ticket),
        sent_to=None,
        booked_for=None,
        not_before=None,
    )
    service = queue.service_minutes * expected_services(ticket.visit.party)
    if window is not None and _goes_on_here(uow, window, leg):
        return Standing(queue.zone, 0.0, service, here=True)
    rest = queue.schedule.rest_of_day(uow.now.astimezone(ZoneInfo(uow.plan.time_zone)))
    wait = wait_of(uow, leg)
    if rest is None or wait is None:
        return None
    opens_in, closes_in = rest
    told = wait.promise
    minutes = (told.low + told.high) / 2 if told else (wait.ahead + 1) * queue.service_minutes
    return Standing(queue.zone, max(opens_in, minutes), service, closes_in)


def _goes_on_here(uow: UnitOfWork, window: Window, leg: Ticket) -> bool:
    return (
        uow.plan.policy.continue_here
        and window.state is WindowState.OPEN
        and window.id in uow.plan.windows
        and may_call(rule_for(uow.plan, window, uow.windows()), leg, uow.now)
    )
