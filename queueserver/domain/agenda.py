"""The appointments of one hall from the day before yesterday on, found by slot, person, code and reference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

from queueserver.domain.appointment import OPEN, Appointment, AppointmentState

KEPT_DAYS = 2
"""Longer than a cool-down can last, so that a place somebody moved away from is never forgotten too early."""

Key = tuple[str, ...]


def kept_from(day: date) -> datetime:
    """The start from which appointments are kept in memory on business day `day`."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=KEPT_DAYS)


class Agenda:
    """Every appointment once; expired drafts are not kept, they hold nothing any more."""

    def __init__(self, appointments: Iterable[Appointment] = ()) -> None:
        self.appointments: dict[str, Appointment] = {}
        self._index: dict[Key, set[str]] = {}
        for appointment in appointments:
            self.keep(appointment)

    def keep(self, appointment: Appointment) -> None:
        """Let `appointment` replace what was known of it."""
        self._forget(appointment.id)
        if appointment.state is AppointmentState.EXPIRED:
            return
        self.appointments[appointment.id] = appointment
        for key in _keys(appointment):
            self._index.setdefault(key, set()).add(appointment.id)

    def forget_before(self, start: datetime) -> None:
        """Let go of appointments that began earlier."""
        for appointment in [one for one in self.appointments.values() if one.start < start]:
            self._forget(appointment.id)

    def find(self, key: Key) -> list[Appointment]:
        return [self.appointments[one] for one in sorted(self._index.get(key, ()))]

    def _forget(self, appointment_id: str) -> None:
        old = self.appointments.pop(appointment_id, None)
        for key in _keys(old) if old is not None else ():
            ids = self._index[key]
            ids.discard(appointment_id)
            if not ids:
                del self._index[key]


class AgendaView:
    """The agenda as one command sees it: what the hall has, and over it what the command itself has put."""

    def __init__(self, agenda: Agenda) -> None:
        self._agenda = agenda
        self._own = Agenda()
        self.changed: dict[str, Appointment] = {}

    def fork(self) -> AgendaView:
        """The same view, to try something on without consequences."""
        other = AgendaView(self._agenda)
        for appointment in self.changed.values():
            other.put(appointment)
        return other

    def put(self, appointment: Appointment) -> None:
        self.changed[appointment.id] = appointment
        self._own.keep(appointment)

    def get(self, appointment_id: str) -> Appointment | None:
        return self.changed.get(appointment_id) or self._agenda.appointments.get(appointment_id)

    def open_before(self, start: datetime) -> list[Appointment]:
        """Drafts and bookings that begin earlier."""
        now = (self.changed.get(one.id, one) for one in self._agenda.appointments.values())
        return [one for one in now if one.state in OPEN and one.start < start]

    def awaited(self) -> list[Appointment]:
        """Drafts and bookings, by time."""
        there = {**self._agenda.appointments, **self.changed}.values()
        return sorted((one for one in there if one.state in OPEN), key=lambda one: (one.start, one.id))

    def used(self, slot: str, start: datetime, now: datetime) -> Counter[str]:
        """Places of one slot that are taken, by channel."""
        found = self._find(_slot_key(slot, start))
        return Counter(one.channel for one in found if one.holds(slot, start, now))

    def of(self, holder: str) -> list[Appointment]:
        """A person's appointments."""
        return sorted(self._find(("holder", holder)), key=lambda one: (one.start, one.id)) if holder else []

    def coded(self, code: str) -> Appointment | None:
        return next(iter(self._find(("code", code))), None)

    def referenced(self, source: str, reference: str) -> Appointment | None:
        """The booking made elsewhere under this reference."""
        return next(iter(self._find(("reference", source, reference))), None)

    def lapsed(self, now: datetime) -> list[Appointment]:
        """Drafts nobody confirmed in time."""
        return [one for one in self._find(("draft",)) if one.lapsed(now)]

    def _find(self, key: Key) -> list[Appointment]:
        return [one for one in self._agenda.find(key) if one.id not in self.changed] + self._own.find(key)


def _keys(appointment: Appointment) -> Iterator[Key]:
    yield _slot_key(appointment.slot, appointment.start)
    yield ("code", appointment.code)
    if appointment.left is not None:
        yield _slot_key(appointment.left.slot, appointment.left.start)
    if appointment.holder:
        yield ("holder", appointment.holder)
    if appointment.reference:
        yield ("reference", appointment.source, appointment.reference)
    if appointment.state is AppointmentState.DRAFT:
        yield ("draft",)


def _slot_key(slot: str, start: datetime) -> Key:
    return "slot", slot, start.isoformat()
