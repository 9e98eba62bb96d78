"""FakeHall: a whole hall in memory, so that the apps are built and tested without a server.

It answers the same HallApi as the real client and is held to the same suite. Beyond that it has knobs for trouble.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import timedelta

from contract.bodies import (
    Broadcast,
    Cancel,
    Catalogue,
    Document,
    Snapshot,
    Stop,
    StopState,
    TakeTicket,
    Ticket,
    TicketState,
    Token,
    Why,
    WhyCall,
    WindowView,
)
from contract.client import fake_views, fake_way
from contract.client.fake_appointments import FakeAppointments
from contract.client.fake_book import Entry
from contract.client.fake_handing_on import about, stops_asked_for
from contract.errors import HallError
from contract.events import BroadcastData, EventPage


class FakeHall(FakeAppointments):
    """An in-memory HallApi: people, reading and tickets here; windows and the door in the classes below it."""

    # -- people, reading

    def login(self, user: str, password: str) -> Token:
        with self._reading():
            person = self._staff.get(user)
            if person is None or person.password != password:
                raise HallError("wrong_credentials")
            self._person = person
            return Token(
                token=f"token-{user}",
                user=user,
                name=person.name,
                roles=person.roles,
                hall=self.hall,
                expires_at=self._book.now() + timedelta(hours=12),
            )

    def logout(self) -> None:
        with self._reading():
            self._person = None

    def catalogue(self, lang: str) -> Catalogue:
        with self._reading():
            return fake_views.catalogue(self._book, lang)

    def snapshot(self) -> Snapshot:
        with self._reading():
            return fake_views.snapshot(self._book)

    def events(self, after: int, limit: int = 500) -> EventPage:
        with self._reading():
            facts = self._book.events
            return EventPage(events=tuple(facts[after : after + limit]), last=len(facts))

    def window(self, window: str, lang: str = "zh-CN") -> WindowView:
        with self._reading():
            return fake_views.window_view(self._book, window, lang)

    def ticket(self, ticket_id: str) -> Ticket:
        with self._reading():
            return fake_views.ticket_view(self._book, self._book.entry(ticket_id))

    def find_ticket(self, number: str) -> Ticket:
        with self._reading():
            found = [e for e in self._book.entries.values() if e.ticket.number == number]
            if not found:
                raise HallError("unknown_ticket")
            return fake_views.ticket_view(self._book, max(found, key=lambda e: e.ticket.leg))

    def why(self, ticket_id: str, lang: str = "zh-CN") -> Why:
        with self._reading():
            entry = self._book.entry(ticket_id)
            calls = tuple(
                WhyCall(called_at=at, window=window, reason=reason, sentence=reason.code)
                for at, window, reason in self._book.reasons.get(ticket_id, [])
            )
            return Why(ticket=ticket_id, number=entry.ticket.number, calls=calls)

    # -- tickets

    def take_ticket(self, body: TakeTicket, key: str = "") -> Ticket:
        return self._command(f"take_ticket {body.model_dump_json()}", key, lambda: self._issue(body))

    def _issue(self, body: TakeTicket) -> Ticket:
        book = self._book
        service = book.services.get(body.service)
        if service is None:
            raise HallError("unknown_service", field="service")
        classes = [entry.id for entry in book.config.priority_classes]
        if body.priority_class is not None and body.priority_class not in classes:
            raise HallError("unknown_priority_class", field="priority_class")
        stops = stops_asked_for(book, body)
        services = tuple(dict.fromkeys((body.service, *body.services, *(stop.service for stop in stops))))
        for asked in services:
            with about(asked) if len(services) > 1 else nullcontext():
                self._check_limits(asked, body.document.number if body.document else "", body.party)
        first = fake_way.first_stop(book, stops)
        stops = fake_way.begun(stops, first)
        queue = book.queues[stops[first].queue]
        book.issued[queue.id] += 1
        ticket_id = book.new_id()
        ticket = Ticket(
            id=ticket_id,
            number=f"{queue.prefix}{queue.first + book.issued[queue.id] - 1:0{queue.digits}d}",
            visit=f"v-{ticket_id}",
            leg=1,
            queue=queue.id,
            service=stops[first].service,
            state=TicketState.WAITING,
            priority_class=body.priority_class or classes[0],
            channel=body.channel,
            lang=body.lang,
            zone=queue.zone,
            issued_at=book.now(),
            token=f"secret-{ticket_id}",
            visitor_url=f"http://127.0.0.1:8460/t/secret-{ticket_id}",
            person=_masked_name(body.document),
            document=_masked_number(body.document),
            party=body.party,
            stops=stops if len(stops) > 1 else (),
        )
        entry = book.add(ticket, body.document.number if body.document else "")
        book.say("ticket.issued", entry)
        return fake_views.ticket_view(book, entry)

    def add_stops(self, ticket_id: str, services: Sequence[str], key: str = "") -> Ticket:
        def do(entry: Entry) -> Ticket:
            self._book.check(entry, "plan")
            now = Stop(service=entry.ticket.service, queue=entry.ticket.queue, state=StopState.NOW)
            stops = fake_way.stops_of(self._book, entry.ticket.stops or (now,), services)
            for service in services:
                with about(service):
                    self._check_limits(service, entry.person, 1, visit=entry.ticket.visit)
            self._book.change(entry, stops=stops)
            self._book.say("ticket.replanned", entry)
            return entry.ticket

        return self._on_ticket(f"add_stops {' '.join(services)}", ticket_id, key, do)

    def drop_stops(self, ticket_id: str, services: Sequence[str], key: str = "") -> Ticket:
        def run() -> Ticket:
            entry = self._drop(self._book.entry(ticket_id), services)
            return fake_views.ticket_view(self._book, entry)

        return self._command(f"drop_stops {' '.join(services)} {ticket_id}", key, run)

    def _drop(self, entry: Entry, services: Sequence[str]) -> Entry:
        stops = entry.ticket.stops
        live = fake_way.places(stops, StopState.OPEN, StopState.NOW)
        chosen = [place for place in live if stops[place].service in services]
        if {stops[place].service for place in chosen} != set(services):
            raise HallError("unknown_stop", field="services")
        was_now = any(stops[place].state is StopState.NOW for place in chosen)
        self._book.check(entry, "cancel" if was_now else "plan")
        stops = fake_way.settled(stops, chosen, StopState.DROPPED, "not_wanted")
        if not was_now:
            self._book.change(entry, stops=stops)
            self._book.say("ticket.replanned", entry)
            return entry
        best = fake_way.next_stop(self._book, stops, entry.ticket.zone)
        stops = stops if best is None else fake_way.begun(stops, best)
        self._book.change(entry, state=TicketState.CANCELLED, stops=stops)
        self._book.say("ticket.cancelled", entry)
        return entry if best is None else fake_way.go_on_waiting(self._book, entry, stops[best])

    def printed(self, ticket_id: str, key: str = "") -> Ticket:
        return self._on_ticket("printed", ticket_id, key, self._mark_printed)

    def _mark_printed(self, entry: Entry) -> Ticket:
        if not entry.ticket.printed:
            self._book.change(entry, printed=True)
            self._book.say("ticket.printed", entry)
        return entry.ticket

    def cancel(self, ticket_id: str, body: Cancel | None = None, key: str = "") -> Ticket:
        walkout = body is not None and body.walkout

        def do(entry: Entry) -> Ticket:
            self._book.check(entry, "cancel")
            state = TicketState.WALKOUT if walkout else TicketState.CANCELLED
            self._book.change(entry, state=state, stops=fake_way.ended(entry.ticket, state.value))
            self._book.say("ticket.walked_out" if walkout else "ticket.cancelled", entry)
            return entry.ticket

        return self._on_ticket(f"cancel {walkout}", ticket_id, key, do)

    def requeue(self, ticket_id: str, key: str = "") -> Ticket:
        return self._put_back("requeue", ticket_id, None, key)

    def postpone(self, ticket_id: str, places: int, key: str = "") -> Ticket:
        return self._put_back("postpone", ticket_id, places, key)

    def reinstate(self, ticket_id: str, places: int = 0, key: str = "") -> Ticket:
        return self._put_back("reinstate", ticket_id, places, key)

    def _put_back(self, act: str, ticket_id: str, places: int | None, key: str) -> Ticket:
        def do(entry: Entry) -> Ticket:
            self._book.check(entry, act)
            behind = places
            if act == "postpone" and entry.ticket.state is TicketState.WAITING:
                behind = self._book.line(entry.ticket.queue).index(entry) + (places or 0)
            return self._book.put_back(entry, behind, act)

        return self._on_ticket(f"{act} {places}", ticket_id, key, do)

    def _on_ticket(self, act: str, ticket_id: str, key: str, do: Callable[[Entry], Ticket]) -> Ticket:
        def run() -> Ticket:
            entry = self._book.entry(ticket_id)
            do(entry)
            return fake_views.ticket_view(self._book, entry)

        return self._command(f"{act} {ticket_id}", key, run)

    def broadcast(self, body: Broadcast, key: str = "") -> None:
        def run() -> None:
            if not {zone.id for zone in self._book.config.zones}.issuperset(body.zones):
                raise HallError("invalid_field", {"field": "zones"}, field="zones")
            data = BroadcastData(
                text=body.text,
                lang=body.lang,
                zones=body.zones,
                urgent=body.urgent,
                expires_at=self._book.now() + timedelta(seconds=body.expires_in_seconds),
            )
            self._book.append("announcement.broadcast", data)

        self._command(f"broadcast {body.model_dump_json()}", key, run)

    def close(self) -> None:
        """Nothing to give back."""


def _masked_name(document: Document | None) -> str:
    return document.name[:1] + "*" * max(0, len(document.name) - 1) if document else ""


def _masked_number(document: Document | None) -> str:
    return "*" * 8 + document.number[-4:] if document else ""
