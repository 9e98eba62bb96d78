"""What must be true of every step of a hall: each call was due, nobody lost or doubled, no state came from nowhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from queueserver.domain import events
from queueserver.domain.appointment import AppointmentState
from queueserver.domain.assignment import ready
from queueserver.domain.eligibility import WindowRule, is_privileged, may_call, rule_for
from queueserver.domain.line import stands_in_line
from queueserver.domain.selection import choose_next
from queueserver.domain.ticket import OPEN_STATES, Origin, State, Ticket
from queueserver.domain.window import Window, WindowState
from queueserver.store.live import LiveHall

MAY_BECOME: Final[dict[State, frozenset[State]]] = {
    State.WAITING: frozenset({State.CALLED, State.CANCELLED, State.WALKOUT, State.EXPIRED}),
    State.CALLED: frozenset(
        {State.SERVING, State.HELD, State.NO_SHOW, State.WAITING, State.TRANSFERRED, State.EXPIRED}
    ),
    State.SERVING: frozenset({State.FINISHED, State.HELD, State.TRANSFERRED}),
    State.HELD: frozenset({State.WAITING, State.CALLED, State.CANCELLED, State.EXPIRED}),
    State.NO_SHOW: frozenset({State.WAITING, State.CALLED, State.CANCELLED, State.EXPIRED}),
    State.EXPIRED: frozenset({State.WAITING, State.HELD, State.NO_SHOW}),
}
"""Written from the product's rules, not from the code's table; an expired ticket returns only with its day."""


def calls_untrue(before: LiveHall, event: events.TicketCalled, now: datetime) -> Iterator[str]:
    """Whether the call of `event` was one the rules allow in the hall as it stood `before`."""
    called = before.tickets[event.ticket.id]
    window = before.windows[event.ticket.window or ""]
    rule = rule_for(before.plan, window, before.windows.values())
    if event.how == "call_back":
        return
    if not may_call(rule, called, now):
        yield f"{called.number} is called by {event.how} and may not be"
    appointment = before.agenda.appointments.get(called.visit.appointment)
    if appointment is not None and appointment.state is not AppointmentState.CHECKED_IN:
        yield f"{called.number} is called before the check-in"
    if called.not_before is not None and called.not_before > now:
        yield f"{called.number} is called before its time"
    if event.how in ("next", "auto"):
        yield from _order_untrue(before, called, window, rule, now)


def _order_untrue(before: LiveHall, called: Ticket, window: Window, rule: WindowRule, now: datetime) -> Iterator[str]:
    policy = before.plan.policy
    others = [one for one in eligible(before, rule, now) if one.id != called.id]

    def privileged(ticket: Ticket) -> bool:
        return is_privileged(ticket, before.plan.privileged, policy, now)

    def kind(ticket: Ticket) -> tuple[str, str, bool]:
        return ticket.queue, ticket.priority_class, privileged(ticket)

    if any(kind(one) == kind(called) and one.place < called.place for one in others):
        yield f"{called.number} is called before somebody of its queue and class who came earlier"
    ordinary = [one for one in others if not privileged(one)]
    if privileged(called) and window.streak >= policy.privileged_per_ordinary and ordinary:
        yield f"{called.number} is one more privileged call than the policy allows"
    limit = timedelta(minutes=policy.longest_wait_minutes)
    waited = (round(now.timestamp() * 1000) - one.place.at_ms for one in ordinary if one.place < called.place)
    if limit and any(timedelta(milliseconds=ms) >= limit for ms in waited):
        yield f"{called.number} is called past the bound of somebody who came earlier"


def eligible(live: LiveHall, rule: WindowRule, now: datetime) -> list[Ticket]:
    """Everybody the window may call now, asked one by one."""
    return [one for one in live.tickets.values() if stands_in_line(one) and may_call(rule, one, now)]


def states_untrue(before: Mapping[str, Ticket], after: Mapping[str, Ticket], reopened: bool) -> Iterator[str]:
    """Tickets that came into a state they cannot come into from where they were."""
    for ticket_id, ticket in after.items():
        was = before[ticket_id].state if ticket_id in before else None
        if was is None:
            if ticket.state is not State.WAITING and (ticket.state, ticket.origin) != (State.SERVING, Origin.NEXT_STOP):
                yield f"{ticket.number} begins as {ticket.state}"
        elif was is not ticket.state and (
            ticket.state not in MAY_BECOME.get(was, frozenset()) or (was is State.EXPIRED and not reopened)
        ):
            yield f"{ticket.number} was {was} and is {ticket.state}"


def hall_untrue(live: LiveHall, known: Mapping[str, Ticket], now: datetime) -> Iterator[str]:
    """What must hold in every state, beside proofs.order: visits, choices, the server's calls, promised places."""
    newest = _newest(known)
    legs = Counter(ticket.visit.id for ticket in live.tickets.values())
    yield from (f"visit of {newest[visit].number} has {n} live legs" for visit, n in legs.items() if n > 1)
    for ticket in newest.values():
        left = [stop for stop in ticket.visit.itinerary.stops if not stop.is_settled]
        if ticket.state not in OPEN_STATES and left:
            yield f"{ticket.number} is {ticket.state} with {len(left)} stops left"
    for window in live.windows.values():
        if window.state is WindowState.OPEN and window.id in live.plan.windows:
            yield from _choice_untrue(live, window, now)
    yield from _places_untrue(live, known)


def left_alone(live: LiveHall, now: datetime) -> Iterator[str]:
    """Windows the server should have called for."""
    for window in ready(live.plan.policy, live.windows.values(), now):
        if eligible(live, rule_for(live.plan, window, live.windows.values()), now):
            yield f"window {window.id} is free, calls by itself, and is left alone"


def _choice_untrue(live: LiveHall, window: Window, now: datetime) -> Iterator[str]:
    """Who is ordered is who may be called."""
    rule = rule_for(live.plan, window, live.windows.values())
    chosen, may = choose_next(live.line, rule, live.plan.policy, now), eligible(live, rule, now)
    if (chosen is None) != (not may) or (chosen is not None and chosen[0] not in may):
        yield f"window {window.id} chooses {chosen and chosen[0].number} of {[one.number for one in may]}"


def _places_untrue(live: LiveHall, known: Mapping[str, Ticket]) -> Iterator[str]:
    """A queue has given or promised as many places as there are numbers, further legs, and stops still to come."""
    held: Counter[str] = Counter()
    for ticket in known.values():
        if ticket.leg == 1 or ticket.origin is Origin.NEXT_STOP:
            held[ticket.queue] += 1
    for ticket in _newest(known).values():
        itinerary = ticket.visit.itinerary
        held.update(itinerary.stops[place].queue for place in itinerary.open)
        ended = [stop.queue for stop in itinerary.stops if stop.reason == "day_closed"]
        held.update(ended)
        if ended and ticket.state is State.EXPIRED:
            held[ticket.queue] -= 1
    for name, day in live.queue_days.items():
        if day.issued != held[name]:
            yield f"queue {name} has promised {day.issued} places, {held[name]} are held"


def _newest(known: Mapping[str, Ticket]) -> dict[str, Ticket]:
    """The last leg of each visit."""
    newest: dict[str, Ticket] = {}
    for ticket in known.values():
        last = newest.get(ticket.visit.id)
        if last is None or ticket.leg > last.leg:
            newest[ticket.visit.id] = ticket
    return newest
