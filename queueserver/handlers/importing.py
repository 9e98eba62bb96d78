"""Bookings that were made elsewhere: taken row by row, each once by its reference; later lists move and cancel them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from queueserver.domain import events
from queueserver.domain.agenda import AgendaView
from queueserver.domain.appointment import Appointment, AppointmentState
from queueserver.domain.errors import DomainError
from queueserver.domain.slots import Slot, free_places
from queueserver.handlers import bookings
from queueserver.handlers.appointments import (
    free_at,
    let_drafts_lapse,
    must_have_settled,
    new_appointment,
    rules_of,
    service_of,
    slot_of,
)
from queueserver.ports import Imported, ImportLine, UnitOfWork


def import_appointments(uow: UnitOfWork, command: bookings.ImportAppointments) -> Imported:
    """Take the rows that can be taken and say of the others what is wrong; a dry run keeps nothing of it.

    The rows are bookings already, so lead time, release and the person's rules do not count; hours and quota do.
    """
    if not command.dry_run:
        let_drafts_lapse(uow)
    known = uow.referenced(command.source, [row.reference for row in command.rows])
    agenda = uow.agenda.fork() if command.dry_run else uow.agenda
    lines = []
    for row in command.rows:
        try:
            line = _take(uow, agenda, command, row, known)
        except DomainError as refusal:
            line = ImportLine(row.reference, "refused", None, refusal.code, refusal.params, refusal.field)
        lines.append(line)
    return Imported(tuple(lines), command.dry_run)


def _take(
    uow: UnitOfWork,
    agenda: AgendaView,
    command: bookings.ImportAppointments,
    row: bookings.ImportRow,
    known: Mapping[str, Appointment],
) -> ImportLine:
    before = agenda.referenced(command.source, row.reference) or known.get(row.reference)
    if before is not None:
        return _follow(uow, agenda, command, row, before)
    if row.cancelled:
        return ImportLine(row.reference, "known")
    slot, over = _place(uow, agenda, command, row, row.channel)
    appointment = replace(
        new_appointment(uow, slot, row, AppointmentState.BOOKED),
        source=command.source,
        reference=row.reference,
        over_quota=over,
    )
    _keep(uow, agenda, command, appointment, events.AppointmentBooked(appointment))
    return ImportLine(row.reference, "booked", appointment)


def _follow(
    uow: UnitOfWork,
    agenda: AgendaView,
    command: bookings.ImportAppointments,
    row: bookings.ImportRow,
    before: Appointment,
) -> ImportLine:
    """What became elsewhere of a booking that is known here; one that is over here stays over."""
    if before.service != row.service:
        raise DomainError("reference_differs", field="service")
    same = before.state is AppointmentState.CANCELLED if row.cancelled else before.start == row.start
    if same:
        return ImportLine(row.reference, "known", before)
    rules = rules_of(uow, before.queue)
    if row.cancelled:
        cancelled, event = before.cancel(free_at(uow, before, rules), "cancelled_elsewhere")
        _keep(uow, agenda, command, cancelled, event)
        return ImportLine(row.reference, "cancelled", cancelled)
    before.must_be_open()
    must_have_settled(uow, before)
    slot, over = _place(uow, agenda, command, row, before.channel)
    moved, moving = before.move(slot, free_at(uow, before, rules), over_quota=over)
    _keep(uow, agenda, command, moved, moving)
    return ImportLine(row.reference, "moved", moved)


def _place(
    uow: UnitOfWork, agenda: AgendaView, command: bookings.ImportAppointments, row: bookings.ImportRow, channel: str
) -> tuple[Slot, bool]:
    """The slot of the row, and whether it is over its quota; raises unknown_slot, slot_too_late and slot_full."""
    slot = slot_of(uow, service_of(uow, row.service), row.start)
    if slot.start < uow.now:
        raise DomainError("slot_too_late", field="start")
    over = free_places(slot.shares(slot.template.capacity), agenda.used(*slot.key, uow.now), channel) == 0
    if over and not command.exceed:
        raise DomainError("slot_full", field="start")
    return slot, over


def _keep(
    uow: UnitOfWork,
    agenda: AgendaView,
    command: bookings.ImportAppointments,
    appointment: Appointment,
    event: events.AppointmentEvent,
) -> None:
    agenda.put(appointment)
    if not command.dry_run:
        uow.put_appointment(appointment)
        uow.record(event)
