"""Bookings and check-ins of the fake hall: what a kiosk meets, without quotas and without rules for persons."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from contract.appointments import Appointment, AppointmentState, Book, CheckIn
from contract.bodies import Channel, Ticket, TicketState
from contract.client import fake_views
from contract.client.fake_handing_on import FakeHandingOn
from contract.errors import HallError

EARLY: Final = timedelta(minutes=30)
LATE: Final = timedelta(minutes=15)
_SLOT: Final = timedelta(minutes=30)


class FakeAppointments(FakeHandingOn):
    """Any time can be booked; check-in opens half an hour before it."""

    def book(self, body: Book, key: str = "") -> Appointment:
        return self._command(f"book {body.model_dump_json()}", key, lambda: self._booked(body))

    def check_in(self, body: CheckIn, key: str = "") -> Ticket:
        return self._command(f"check_in {body.model_dump_json()}", key, lambda: self._checked_in(body))

    def _booked(self, body: Book) -> Appointment:
        service = self._book.services.get(body.service)
        if service is None:
            raise HallError("unknown_service", field="service")
        made = Appointment(
            id=self._book.new_id(),
            code=f"CODE{len(self.appointments) + 1:03d}",
            service=service.id,
            queue=service.queue,
            start=body.start,
            end=body.start + _SLOT,
            channel=body.channel or Channel.KIOSK,
            state=AppointmentState.BOOKED,
            lang=body.lang,
        )
        self.appointments[made.id] = (made, body.document.number if body.document else "")
        return made

    def _checked_in(self, body: CheckIn) -> Ticket:
        made, person = self._whose(body)
        now, zone = self._book.now(), self._book.config.hall.time_zone
        if made.state is AppointmentState.CHECKED_IN:
            raise HallError("already_checked_in", {"number": made.number, "ticket": made.ticket})
        if self._book.day_closed:
            raise HallError("day_closed")
        if now < made.start - EARLY:
            opens = fake_views.clock_time(made.start - EARLY, zone)
            raise HallError("check_in_early", {"time": opens})
        ticket = self._waiting(made, body, late=now > made.start + LATE)
        entry = self._book.add(ticket, person)
        done = {"state": AppointmentState.CHECKED_IN, "ticket": ticket.id, "number": ticket.number}
        self.appointments[made.id] = (made.model_copy(update=done), person)
        self._book.say("ticket.issued", entry)
        return fake_views.ticket_view(self._book, entry)

    def _whose(self, body: CheckIn) -> tuple[Appointment, str]:
        if [body.code, body.document, body.appointment].count(None) != 2:
            raise HallError("invalid_field", {"field": "code"}, field="code")
        if body.document is not None:
            mine = [pair for pair in self.appointments.values() if pair[1] == body.document.number]
            if not mine:
                raise HallError("no_appointment")
            return min(mine, key=lambda pair: pair[0].start)
        code = "".join(sign for sign in (body.code or "").upper() if sign not in " -")
        found = [pair for pair in self.appointments.values() if body.appointment == pair[0].id or code == pair[0].code]
        if not found:
            raise HallError("unknown_appointment")
        return found[0]

    def _waiting(self, made: Appointment, body: CheckIn, *, late: bool) -> Ticket:
        book = self._book
        queue = book.queues[made.queue]
        book.issued[queue.id] += 1
        ticket_id = book.new_id()
        early = not late and book.now() < made.start
        return Ticket(
            id=ticket_id,
            number=f"{queue.prefix}{queue.first + book.issued[queue.id] - 1:0{queue.digits}d}",
            visit=f"v-{ticket_id}",
            leg=1,
            queue=queue.id,
            service=made.service,
            state=TicketState.WAITING,
            priority_class=body.priority_class or book.config.priority_classes[0].id,
            channel=body.channel,
            lang=body.lang or made.lang,
            zone=queue.zone,
            issued_at=book.now(),
            token=f"secret-{ticket_id}",
            visitor_url=f"http://127.0.0.1:8460/t/secret-{ticket_id}",
            booked_for=None if late else made.start,
            not_before=made.start if early else None,
        )
