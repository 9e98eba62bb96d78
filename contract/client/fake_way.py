"""How a visit of the fake hall goes on: stops in the order asked for, the way back, and services added or dropped.

Which stop is best next depends on the lines and is the real server's art; here the next one asked for is next, or one
that the same window serves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from contract.bodies import Finish, Stop, StopState, Ticket, TicketState
from contract.client.fake_book import Book, Entry
from contract.errors import HallError

_OPEN = frozenset({StopState.OPEN, StopState.NOW})
_MOST_SERVICES = 8
_MOST_RETURNS = 4


def stops_of(book: Book, known: Sequence[Stop], services: Iterable[str]) -> tuple[Stop, ...]:
    """The stops `known` and those of `services` behind them."""
    stops = list(known)
    for service_id in services:
        service = book.services.get(service_id)
        if service is None:
            raise HallError("unknown_service", field="services")
        if any(stop.service == service_id and stop.state in _OPEN for stop in stops):
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
    shut = [place for place in places(stops, StopState.OPEN) if stops[place].queue in book.closed]
    stops = settled(stops, shut, StopState.UNDONE, "queue_closed")
    place = None if back else _next(book, stops, window)
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


def _next(book: Book, stops: Sequence[Stop], window: str) -> int | None:
    open_places = places(stops, StopState.OPEN)
    own = [place for place in open_places if _is_ready(stops, place)]
    here = [place for place in own if stops[place].queue in book.desk(window).config.serves]
    return next(iter(here or own), None)


def _is_ready(stops: Sequence[Stop], place: int) -> bool:
    """The steps of one service follow each other."""
    return all(one.state not in _OPEN for one in stops[:place] if one.service == stops[place].service)


def _go_on(book: Book, entry: Entry, stop: Stop, window: str) -> None:
    leg = _leg(book, entry, stop.queue, stop.service)
    if stop.queue in book.desk(window).config.serves and book.config.hall.policy.continue_here:
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
