"""Bookings that were made elsewhere: taken row by row, each known by its reference, never twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from queueserver.domain import events
from queueserver.domain.agenda import AgendaView
from queueserver.domain.appointment import Appointment, AppointmentState
from queueserver.domain.errors import DomainError
from queueserver.domain.slots import free_places
from queueserver.handlers import bookings
from queueserver.handlers.appointments import let_drafts_lapse, new_appointment, service_of, slot_of
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
        if (before.service, before.start) != (row.service, row.start):
            raise DomainError("reference_differs")
        return ImportLine(row.reference, "known", before)
    service = service_of(uow, row.service)
    slot = slot_of(uow, service, row.start)
    if slot.start < uow.now:
        raise DomainError("slot_too_late", field="start")
    used = agenda.used(*slot.key, uow.now)
    over = free_places(slot.shares(slot.template.capacity), used, row.channel) == 0
    if over and not command.exceed:
        raise DomainError("slot_full", field="start")
    appointment = replace(
        new_appointment(uow, slot, row, AppointmentState.BOOKED),
        source=command.source,
        reference=row.reference,
        over_quota=over,
    )
    agenda.put(appointment)
    if not command.dry_run:
        uow.put_appointment(appointment)
        uow.record(events.AppointmentBooked(appointment))
    return ImportLine(row.reference, "booked", appointment)
