"""How a visit of the fake hall goes on: the best stop next, the way back, and services added or dropped.

Best is what the same window serves, then the shortest wait, then what is near, then the order asked for. Two things
are the real server's alone: waits learned from services done (here: people ahead, shared by the windows), and going
first where it closes soon (no queue of the fake hall closes by the clock).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from contract.bodies import Finish, Stop, StopState, Ticket, TicketState, WindowState
from contract.client.fake_book import Book, Entry
from contract.errors import HallError

_OPEN = frozenset({StopState.OPEN, StopState.NOW})
_MOST_SERVICES = 8
_MOST_RETURNS = 4
_SAME_WAIT_MINUTES = 2.0
"""Waits that differ by no more are the same to a visitor who would have to walk for the shorter one."""


def stops_of(book: Book, known: Sequence[Stop], services: Iterable[str]) -> tuple[Stop, ...]:
    """The stops `known` and those of `services` behind them."""
    stops = list(known)
    for service_id in services:
        service = book.services.get(service_id)
        if service is None:
            raise HallError("unknown_service", field="services")
        is_desk = service_id == book.config.hall.policy.desk
        if any(stop.service == service_id and (is_desk or stop.state in _OPEN) for stop in stops):
            raise HallError("stop_twice", field="services")
        queues = (service.queue, *(step.queue for step in service.steps))
        stops += (Stop(service=service_id, queue=queue, state=StopState.OPEN) for queue in queues)
    if len({stop.service for stop in stops if stop.state in _OPEN}) > _MOST_SERVICES:
        raise HallError("too_many_stops", {"limit": _MOST_SERVICES}, field="services")
    return tuple(stops)


def settled(stops: Sequence[Stop], chosen: Iterable[int], state: StopState, reason: str = "") -> tuple[Stop, ...]:
    """The same stops with those at the places `chosen` in another state."""
    places = set(chosen)
    changed = {"state": state, "reason": reason}
    return tuple(stop.model_copy(update=changed) if place in places else stop for place, stop in enumerate(stops))


def begun(stops: Sequence[Stop], place: int) -> tuple[Stop, ...]:
    return settled(stops, (place,), StopState.NOW)


def places(stops: Sequence[Stop], *states: StopState) -> list[int]:
    return [place for place, stop in enumerate(stops) if stop.state in states]


def ended(ticket: Ticket, reason: str) -> tuple[Stop, ...]:
    """The stops of a visit that is over before it was finished."""
    return settled(ticket.stops, places(ticket.stops, *_OPEN), StopState.UNDONE, reason)


def after_finish(book: Book, entry: Entry, window: str, body: Finish) -> None:
    """Say that the leg is finished, and let the next one of its visit begin if there is anything left to do."""
    ticket, back = entry.ticket, entry.ticket.returns_to
    stops = ticket.stops
    if back:
        book.change(entry, returns_to=back[1:])
    else:
        state, reason = (StopState.DONE, "") if body.outcome == "done" else (StopState.UNDONE, "not_done")
        stops = settled(stops, places(stops, StopState.NOW), state, reason)
    also = [place for place in places(stops, StopState.OPEN) if stops[place].service in body.items]
    stops = settled(stops, also, StopState.DONE, "handled")
    if body.leaves:
        stops = settled(stops, places(stops, StopState.OPEN), StopState.DROPPED, "left")
    end_leg(book, entry, window, stops, body.outcome, back="" if body.leaves else next(iter(back), ""))


def end_leg(book: Book, entry: Entry, window: str, stops: tuple[Stop, ...], outcome: str, *, back: str = "") -> None:
    """Say that the leg is finished; the visitor goes `back` to a window, or on to the next of `stops`."""
    shut = [
        p for p in places(stops, StopState.OPEN) if book.is_shut(stops[p].queue) and not _here(book, stops[p], window)
    ]
    stops = _without_the_impossible(book, settled(stops, shut, StopState.UNDONE, "queue_closed"))
    place = None if back else next_stop(book, stops, entry.ticket.zone, window)
    book.change(entry, stops=stops if place is None else begun(stops, place))
    book.say("ticket.finished", entry, outcome=outcome)
    if back:
        _come_back(book, entry, back)
    elif place is not None:
        _go_on(book, entry, stops[place], window)


def go_on_waiting(book: Book, entry: Entry, stop: Stop) -> Entry:
    """The next leg after `entry` waits in the stop's queue, from the original arrival."""
    return _say(book, entry, _leg(book, entry, stop.queue, stop.service), "in_line")


def remember(entry: Entry, window: str, to_window: str | None) -> tuple[str, ...]:
    """The windows to return to when `window` wants the visitor back."""
    returns = arrived_at(entry, to_window)
    if window in returns:
        return returns
    if len(returns) >= _MOST_RETURNS:
        raise HallError("too_many_returns", {"limit": _MOST_RETURNS})
    return (window, *returns)


def arrived_at(entry: Entry, to_window: str | None) -> tuple[str, ...]:
    """Sent to the very window that waits, the visitor has come back to it."""
    returns = entry.ticket.returns_to
    return returns[1:] if to_window is not None and returns[:1] == (to_window,) else returns


def first_stop(book: Book, stops: Sequence[Stop]) -> int:
    """Where a visit with these stops had best begin; at the desk, where there is one."""
    desk = book.config.hall.policy.desk
    if desk is not None and stops[0].service == desk:
        return 0
    best = next_stop(book, stops, book.queues[stops[0].queue].zone)
    return 0 if best is None else best


def next_stop(book: Book, stops: Sequence[Stop], zone: str, window: str = "") -> int | None:
    """The place of the best stop for a visitor in `zone`, at `window` if at any."""
    ready = [place for place in places(stops, StopState.OPEN) if _is_ready(book, stops, place)]
    here = [place for place in ready if _here(book, stops[place], window)]
    if here or not ready:
        return next(iter(here), None)
    wait = {place: _minutes(book, stops[place].queue) for place in ready}
    short = [place for place in ready if wait[place] <= min(wait.values()) + _SAME_WAIT_MINUTES]
    near = [place for place in short if book.queues[stops[place].queue].zone == zone]
    return (near or short)[0]


def _minutes(book: Book, queue: str) -> float:
    windows = max(1, sum(queue in desk.config.serves for desk in book.desks.values()))
    return len(book.line(queue)) * book.queues[queue].service_minutes / windows


def _here(book: Book, stop: Stop, window: str) -> bool:
    """Whether the window where the visitor stands would go on with it at once."""
    desk = book.desks.get(window)
    goes_on = book.config.hall.policy.continue_here and desk is not None and desk.state is WindowState.OPEN
    return goes_on and desk is not None and stop.queue in desk.config.serves


def _before(book: Book, stops: Sequence[Stop], place: int) -> list[Stop]:
    """What must be settled before: earlier steps of the same service, and services that come before it."""
    stop = stops[place]
    first = book.services[stop.service].after
    return [
        one
        for other, one in enumerate(stops)
        if (one.service == stop.service and other < place) or (one.service in first and one.service != stop.service)
    ]


def _is_ready(book: Book, stops: Sequence[Stop], place: int) -> bool:
    return all(one.state not in _OPEN for one in _before(book, stops, place))


def _without_the_impossible(book: Book, stops: tuple[Stop, ...]) -> tuple[Stop, ...]:
    """What needs something that was not done is not done either."""
    while lost := [
        place
        for place in places(stops, StopState.OPEN)
        if any(one.state is StopState.UNDONE for one in _before(book, stops, place))
    ]:
        stops = settled(stops, lost, StopState.UNDONE, "earlier_undone")
    return stops


def _go_on(book: Book, entry: Entry, stop: Stop, window: str) -> None:
    leg = _leg(book, entry, stop.queue, stop.service)
    if _here(book, stop, window):
        book.change(leg, state=TicketState.SERVING, window=window, started_at=book.now())
        _say(book, entry, leg, "here")
    else:
        _say(book, entry, leg, "in_line")


def _come_back(book: Book, entry: Entry, window: str) -> None:
    serves = book.desk(window).config.serves
    stop = next((s for s in entry.ticket.stops if s.state is StopState.NOW), None)
    queue = stop.queue if stop is not None and stop.queue in serves else book.services[entry.ticket.service].queue
    leg = _leg(book, entry, queue if queue in serves else serves[0], entry.ticket.service)
    leg.sent_to = window if book.desk(window).staff is not None else None
    leg.came_back = True
    _say(book, entry, leg, "came_back")


def _leg(book: Book, entry: Entry, queue: str, service: str) -> Entry:
    fresh = {
        "id": book.new_id(),
        "leg": entry.ticket.leg + 1,
        "queue": queue,
        "service": service,
        "zone": book.queues[queue].zone,
        "state": TicketState.WAITING,
        "issued_at": book.now(),
        "window": None,
        "called_at": None,
        "started_at": None,
        "finished_at": None,
        "calls": 0,
        "misses": 0,
        "note": "",
        "not_before": None,
        "booked_for": None,
    }
    return book.add_leg(entry.ticket.model_copy(update=fresh), entry)


def _say(book: Book, entry: Entry, leg: Entry, how: str) -> Entry:
    came_from = {"from_ticket": entry.ticket.id, "from_queue": entry.ticket.queue, "from_window": entry.ticket.window}
    book.say("ticket.continued", leg, how=how, **came_from)
    return leg
