"""Bookable times and appointments as those who ask may see them; lives as long as one reading transaction."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_, bindparam, func, or_, select

from contract import appointments as bodies
from contract.appointments import DayState, SlotState
from contract.bodies import Channel
from queueserver.domain.appointment import OPEN, Appointment, AppointmentState, tidy_code
from queueserver.domain.errors import DomainError
from queueserver.domain.hall import HallPlan
from queueserver.domain.slots import Slot, slots_of_day
from queueserver.published import HallNow
from queueserver.store.appointments import appointment_of
from queueserver.store.rows import from_ms, to_ms
from queueserver.store.tables import appointments as t

MOST_DAYS: Final = 62
_FARTHEST: Final = timedelta(days=400)

_IN_HALL = t.c.hall == bindparam("in_hall")
_TAKEN = (
    AppointmentState.BOOKED.value,
    AppointmentState.CHECKED_IN.value,
    AppointmentState.NO_SHOW.value,
)
_HOLDING = or_(
    t.c.state.in_(_TAKEN),
    and_(t.c.state == AppointmentState.DRAFT.value, t.c.held_until > bindparam("now")),
    and_(t.c.state == AppointmentState.CANCELLED.value, t.c.free_at > bindparam("now")),
)
_USED = (
    select(t.c.slot, t.c.start_at, t.c.channel, func.count().label("places"))
    .where(_IN_HALL, t.c.start_at >= bindparam("since"), t.c.start_at < bindparam("until"), _HOLDING)
    .group_by(t.c.slot, t.c.start_at, t.c.channel)
)
_LEFT = (
    select(t.c.left_slot, t.c.left_start, t.c.channel, func.count().label("places"))
    .where(_IN_HALL, t.c.left_until > bindparam("now"))
    .group_by(t.c.left_slot, t.c.left_start, t.c.channel)
)
_BY_ID = select(t).where(_IN_HALL, t.c.id == bindparam("appointment"))
_BY_CODE = select(t).where(_IN_HALL, t.c.code == bindparam("of_code")).order_by(t.c.start_at.desc()).limit(1)
_AHEAD = (
    select(t)
    .where(_IN_HALL, t.c.start_at >= bindparam("since"), t.c.state.in_([state.value for state in OPEN]))
    .order_by(t.c.start_at, t.c.id)
)

Used = defaultdict[tuple[str, datetime], Counter[str]]


class BookingView:
    """Reads what a question about appointments needs, and no more, at `now_at`."""

    def __init__(self, connection: Connection, now: HallNow, now_at: datetime) -> None:
        self._connection = connection
        self._hall = now.hall
        self._plan: HallPlan = now.published.plan
        self._time = now_at
        self._zone = ZoneInfo(self._plan.time_zone)

    def slots(self, service: str, first: date | None, days: int, channel: Channel) -> bodies.Slots:
        """Raises DomainError unknown_service, or invalid_field for a date nobody means."""
        plan = self._plan.services.get(service)
        if plan is None:
            raise DomainError("unknown_service", field="service")
        today = self._time.astimezone(self._zone).date()
        first = first or today
        if abs(first - today) > _FARTHEST:
            raise DomainError("invalid_field", field="date")
        used = self._used(first, days)
        found = tuple(self._day(service, plan.queue, first + timedelta(days=n), channel, used) for n in range(days))
        if days > 1:
            found = tuple(day.model_copy(update={"slots": ()}) for day in found)
        return bodies.Slots(
            service=service, channel=channel, time_zone=self._plan.time_zone, time=self._time, days=found
        )

    def appointment(self, appointment_id: str) -> Appointment:
        return self._one(_BY_ID, appointment=appointment_id)

    def coded(self, code: str) -> Appointment:
        """The newest that has or had this code."""
        return self._one(_BY_CODE, of_code=tidy_code(code) or "")

    def _one(self, statement: Any, **asked: str) -> Appointment:
        row = self._connection.execute(statement, {"in_hall": self._hall, **asked}).mappings().first()
        if row is None:
            raise DomainError("unknown_appointment")
        return appointment_of(row)

    def _day(self, service: str, queue: str, day: date, channel: Channel, used: Used) -> bodies.DayOfSlots:
        schedule = self._plan.queues[queue].schedule
        slots = [
            slot
            for template in self._plan.templates_of.get(service, ())
            for slot in slots_of_day(template, schedule, day, self._zone)
        ]
        entries = [self._entry(slot, channel, used) for slot in sorted(slots, key=lambda slot: slot.start)]
        return bodies.DayOfSlots(
            date=day,
            state=_day_state(entries),
            free=sum(entry.free for entry in entries if entry.state is SlotState.OPEN),
            slots=tuple(entries),
        )

    def _entry(self, slot: Slot, channel: Channel, used: Used) -> bodies.SlotEntry:
        released = slot.released(self._time, self._zone)
        free = slot.free(used[slot.key], channel.value, self._time, self._zone) if released else 0
        late = slot.too_late(self._time)
        state = SlotState.FULL
        if late:
            state = SlotState.TOO_LATE
        elif not released:
            state = SlotState.NOT_YET
        elif free:
            state = SlotState.OPEN
        return bodies.SlotEntry(
            start=slot.start,
            end=slot.end,
            state=state,
            free=0 if late else free,
            capacity=slot.template.capacity,
            opens_at=slot.opens_at(self._zone) if state is SlotState.NOT_YET else None,
        )

    def _used(self, first: date, days: int) -> Used:
        begin = datetime.combine(first, time(), self._zone).astimezone(UTC)
        until = datetime.combine(first + timedelta(days=days), time(), self._zone).astimezone(UTC)
        asked = {"in_hall": self._hall, "since": to_ms(begin), "until": to_ms(until), "now": to_ms(self._time)}
        used: Used = defaultdict(Counter)
        for row in self._connection.execute(_USED, asked):
            used[row.slot, from_ms(row.start_at)][row.channel] += row.places
        for row in self._connection.execute(_LEFT, {"in_hall": self._hall, "now": to_ms(self._time)}):
            used[row.left_slot, from_ms(row.left_start)][row.channel] += row.places
        return used


def hit_by(connection: Connection, hall: str, plan: HallPlan, now: datetime) -> Sequence[Appointment]:
    """Drafts and bookings ahead that could not be kept under `plan`: their queue is gone or closed at that time."""
    zone = ZoneInfo(plan.time_zone)
    found = connection.execute(_AHEAD, {"in_hall": hall, "since": to_ms(now)}).mappings()
    ahead = (appointment_of(row) for row in found)
    return [one for one in ahead if not one.lapsed(now) and not _kept(plan, one, zone)]


def _kept(plan: HallPlan, appointment: Appointment, zone: ZoneInfo) -> bool:
    queue = plan.queues.get(appointment.queue)
    return queue is not None and queue.schedule.is_open(appointment.start.astimezone(zone))


def _day_state(entries: Sequence[bodies.SlotEntry]) -> DayState:
    states = {entry.state for entry in entries}
    order = (SlotState.OPEN, SlotState.FULL, SlotState.NOT_YET, SlotState.TOO_LATE)
    return next((DayState(state.value) for state in order if state in states), DayState.CLOSED)
