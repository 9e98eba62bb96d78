"""The desk of the fake hall: who goes there first, and how it hands a visitor on to services."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from contract.bodies import Channel, ServiceState, Stop, StopState, TakeTicket, Ticket, TicketState
from contract.client import fake_views, fake_way
from contract.client.fake_book import Book, Entry
from contract.client.fake_windows import FakeWindows
from contract.config import Queue
from contract.desk import HandOn
from contract.errors import HallError

_OVER: Final = frozenset(
    {
        TicketState.FINISHED,
        TicketState.CANCELLED,
        TicketState.WALKOUT,
        TicketState.EXPIRED,
        TicketState.TRANSFERRED,
    }
)


@contextmanager
def about(service: str) -> Iterator[None]:
    """A refusal inside says which one of several services it is about."""
    try:
        yield
    except HallError as refusal:
        refusal.params.setdefault("service", service)
        raise


def stops_asked_for(book: Book, body: TakeTicket) -> tuple[Stop, ...]:
    """What the visitor has to do, the desk first unless all is direct or staff give out the ticket."""
    services = (body.service, *body.services)
    desk = fake_views.desk_of(book)
    further = [service for service in services if desk is None or service != desk.id]
    if desk is None or body.channel is Channel.DESK or (further and not _any_by_desk(book, further)):
        return fake_way.stops_of(book, (), services)
    first = Stop(service=desk.id, queue=desk.queue, state=StopState.OPEN)
    return fake_way.stops_of(book, (first,), further)


class FakeHandingOn(FakeWindows):
    """One more thing a clerk may do at a window."""

    def hand_on(self, window: str, body: HandOn, key: str = "") -> Ticket:
        def run() -> Ticket:
            entry = self._current("finish", window)
            self._hand_on(entry, window, body)
            visit = (e for e in self._book.entries.values() if e.ticket.visit == entry.ticket.visit)
            last = max(visit, key=lambda one: one.ticket.leg)
            if body.note and last is not entry:
                self._book.change(last, note=body.note)
            return fake_views.ticket_view(self._book, last)

        return self._command(f"hand_on {window} {body.model_dump_json()}", key, run)

    def _hand_on(self, entry: Entry, window: str, body: HandOn) -> None:
        book, ticket = self._book, entry.ticket
        self._must_lead_away(ticket, body.services)
        stops = ticket.stops or (Stop(service=ticket.service, queue=ticket.queue, state=StopState.NOW),)
        back = ticket.returns_to[:1]
        if back:
            book.change(entry, returns_to=ticket.returns_to[1:])
        else:
            stops = _without_this(book, stops, body.services)
        there = {stop.service for stop in stops if stop.state in (StopState.OPEN, StopState.NOW)}
        new = [service for service in body.services if service not in there]
        stops = fake_way.stops_of(book, stops, new)
        for service in new:
            with about(service):
                self._check_limits(service, entry.person, 1, visit=ticket.visit, seen=True)
        book.change(entry, state=TicketState.FINISHED, finished_at=book.now())
        fake_way.end_leg(book, entry, window, stops, "handed_on", back="".join(back))

    def _must_lead_away(self, ticket: Ticket, services: Sequence[str]) -> None:
        desk = fake_views.desk_of(self._book)
        for one in services:
            service = self._book.services.get(one)
            if service is None:
                raise HallError("unknown_service", field="services")
            walked = (service.queue, *(step.queue for step in service.steps))
            if (desk and one == desk.id) or (one == ticket.service and ticket.queue in walked):
                raise HallError("invalid_field", {"field": "services"}, field="services")

    def _check_limits(self, asked: str, person: str, party: int, *, visit: str = "", seen: bool = False) -> None:
        """Whether the service may be asked for by the holder of the document number `person`, "" = without one.

        `visit` is the one it is added to; `seen`: staff look at the document.
        """
        book = self._book
        service = book.services.get(asked)
        if service is None:
            raise HallError("unknown_service", field="services")
        queue = book.queues[service.queue]
        if book.day_closed:
            raise HallError("day_closed")
        state = fake_views.queue_state(book, queue)
        if state is ServiceState.CLOSED:
            raise HallError("queue_closed")
        if service.requires_document and not person and not seen:
            raise HallError("invalid_field", {"field": "document"}, field="document")
        self._check_person(queue, person, visit)
        if queue.waiting_limit is not None and len(book.line(queue.id)) >= queue.waiting_limit:
            raise HallError("line_full")
        if queue.party_limit is not None and party > queue.party_limit:
            raise HallError("party_too_large", {"limit": queue.party_limit}, field="party")
        if state is ServiceState.FULL:
            raise HallError("queue_full")

    def _check_person(self, queue: Queue, person: str, visit: str) -> None:
        if not person or queue.person_limit is None:
            return
        mine = [
            e.ticket
            for e in self._book.entries.values()
            if e.person == person
            and e.ticket.visit != visit
            and e.ticket.queue == queue.id
            and e.ticket.state not in _OVER
        ]
        if len(mine) >= queue.person_limit:
            raise HallError("person_limit", {"number": mine[0].number, "ticket": mine[0].id})


def _any_by_desk(book: Book, services: Sequence[str]) -> bool:
    return not all(book.services[one].direct for one in services if one in book.services)


def _without_this(book: Book, stops: tuple[Stop, ...], services: Sequence[str]) -> tuple[Stop, ...]:
    """The stop of this leg is over: the desk has done its part, any other was not what the visitor needed."""
    here = fake_way.places(stops, StopState.NOW)
    this, desk = stops[here[0]].service, fake_views.desk_of(book)
    still = fake_way.places(stops, StopState.OPEN)
    if desk is not None and this == desk.id:
        stops = fake_way.settled(stops, here, StopState.DONE)
        gone = [place for place in still if stops[place].service not in services and _by_desk(book, stops[place])]
    else:
        stops = fake_way.settled(stops, here, StopState.DROPPED, "handed_on")
        gone = [place for place in still if stops[place].service == this]
    return fake_way.settled(stops, gone, StopState.DROPPED, "not_wanted")


def _by_desk(book: Book, stop: Stop) -> bool:
    return not book.services[stop.service].direct
