"""Appointments in the database: rows, statements, and what a command may ask of those that are not in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from queueserver.domain.agenda import kept_from
from queueserver.domain.appointment import Appointment, AppointmentState, LeftPlace
from queueserver.store.rows import Row, from_ms, to_ms
from queueserver.store.statements import upsert
from queueserver.store.tables import appointments as t

_IN_HALL = t.c.hall == bindparam("in_hall")
_KEPT = select(t).where(_IN_HALL, t.c.start_at >= bindparam("since"), t.c.state != AppointmentState.EXPIRED.value)
_FIND = select(t).where(_IN_HALL, t.c.id == bindparam("appointment"))
_REFERENCED = select(t).where(
    _IN_HALL,
    t.c.source == bindparam("in_source"),
    t.c.reference.in_(bindparam("references", expanding=True)),
    t.c.reference != "",
)
_MISSED = select(t.c.id, t.c.start_at).where(
    _IN_HALL,
    t.c.holder == bindparam("of_holder"),
    t.c.holder != "",
    t.c.start_at > bindparam("since"),
    t.c.state == AppointmentState.NO_SHOW.value,
)


def appointment_row(hall: str, appointment: Appointment, seq: int) -> dict[str, Any]:
    """`seq` is the sequence number of the last fact about the appointment."""
    left = appointment.left
    return {
        "hall": hall,
        "id": appointment.id,
        "code": appointment.code,
        "service": appointment.service,
        "queue": appointment.queue,
        "slot": appointment.slot,
        "start_at": to_ms(appointment.start),
        "end_at": to_ms(appointment.end),
        "channel": appointment.channel,
        "state": appointment.state.value,
        "lang": appointment.lang,
        "made_at": to_ms(appointment.made_at),
        "holder": appointment.holder,
        "document": appointment.document,
        "person": appointment.person,
        "phone": appointment.phone,
        "source": appointment.source,
        "reference": appointment.reference,
        "held_until": _ms(appointment.held_until),
        "free_at": _ms(appointment.free_at),
        "left_slot": left.slot if left else None,
        "left_start": _ms(left.start) if left else None,
        "left_until": _ms(left.until) if left else None,
        "ticket": appointment.ticket,
        "number": appointment.number,
        "over_quota": appointment.over_quota,
        "seq": seq,
    }


def appointment_of(row: Row) -> Appointment:
    left = None
    if row["left_slot"] is not None:
        left = LeftPlace(row["left_slot"], from_ms(row["left_start"]), from_ms(row["left_until"]))
    return Appointment(
        id=row["id"],
        code=row["code"],
        service=row["service"],
        queue=row["queue"],
        slot=row["slot"],
        start=from_ms(row["start_at"]),
        end=from_ms(row["end_at"]),
        channel=row["channel"],
        state=AppointmentState(row["state"]),
        lang=row["lang"],
        made_at=from_ms(row["made_at"]),
        holder=row["holder"],
        document=row["document"],
        person=row["person"],
        phone=row["phone"],
        source=row["source"],
        reference=row["reference"],
        held_until=_moment(row["held_until"]),
        free_at=_moment(row["free_at"]),
        left=left,
        ticket=row["ticket"],
        number=row["number"],
        over_quota=row["over_quota"],
    )


def kept(connection: Connection, hall: str, day: date) -> list[Appointment]:
    """What the hall has in memory on business day `day`."""
    found = connection.execute(_KEPT, {"in_hall": hall, "since": to_ms(kept_from(day))}).mappings()
    return [appointment_of(row) for row in found]


def write(connection: Connection, hall: str, changed: Iterable[tuple[Appointment, int]]) -> None:
    """Store the last value of each appointment that changed."""
    rows = [appointment_row(hall, appointment, seq) for appointment, seq in changed]
    if rows:
        connection.execute(upsert(connection, t), rows)


class StoredAppointments:
    """PastAppointments over the database, and over what the commands before changed and will be written with them."""

    def __init__(self, connection: Connection, hall: str, changed: Mapping[str, tuple[Appointment, int]]) -> None:
        self._connection = connection
        self._hall = hall
        self._changed = changed

    def find(self, appointment_id: str) -> Appointment | None:
        if appointment_id in self._changed:
            return self._changed[appointment_id][0]
        row = self._connection.execute(_FIND, {"in_hall": self._hall, "appointment": appointment_id}).mappings().first()
        return None if row is None else appointment_of(row)

    def referenced(self, source: str, references: Sequence[str]) -> Mapping[str, Appointment]:
        found: dict[str, Appointment] = {}
        for begin in range(0, len(references), 500):
            wanted = {"in_hall": self._hall, "in_source": source, "references": list(references[begin : begin + 500])}
            rows = self._connection.execute(_REFERENCED, wanted).mappings()
            found |= {row["reference"]: appointment_of(row) for row in rows}
        fresh = (one for one, _ in self._changed.values() if one.source == source and one.reference in references)
        return found | {one.reference: one for one in fresh}

    def missed_since(self, holder: str, since: datetime) -> Sequence[datetime]:
        asked = {"in_hall": self._hall, "of_holder": holder, "since": to_ms(since)}
        missed = {row.id: from_ms(row.start_at) for row in self._connection.execute(_MISSED, asked)}
        for one, _ in self._changed.values():
            if one.holder == holder and one.state is AppointmentState.NO_SHOW and one.start > since:
                missed[one.id] = one.start
        return sorted(missed.values())


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else to_ms(moment)


def _moment(ms: int | None) -> datetime | None:
    return None if ms is None else from_ms(ms)
