"""Booking a time, confirming, moving and giving it back, and what the end of the day makes of what is left."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from queueserver.domain import events
from queueserver.domain.appointment import Appointment, AppointmentState, code_from
from queueserver.domain.booking import BookingRules
from queueserver.domain.errors import DomainError
from queueserver.domain.hall import ServicePlan
from queueserver.domain.slots import Slot, planned_at, slot_at
from queueserver.handlers import bookings
from queueserver.handlers.commands import Holder
from queueserver.ports import UnitOfWork

FARTHEST: Final = timedelta(days=400)
"""Nobody asks for a time farther away than this and means it."""


def book(uow: UnitOfWork, command: bookings.Book) -> Appointment:
    """A place in a slot, at once or as a draft; refused when hours, release, quota or the person's rules say so."""
    let_drafts_lapse(uow)
    service = service_of(uow, command.service)
    slot = _bookable(uow, service, command.start, command.channel)
    rules = rules_of(uow, service.queue)
    if not command.draft:
        _must_be_named(service, command.holder.hash)
    _person_may(uow, rules, command.holder.hash, slot, service.id)
    until = min(uow.now + timedelta(minutes=rules.draft_minutes), slot.start) if command.draft else None
    state = AppointmentState.DRAFT if command.draft else AppointmentState.BOOKED
    appointment = new_appointment(uow, slot, command, state)
    if until is not None:
        appointment = appointment.held(until)
    uow.put_appointment(appointment)
    uow.record((events.AppointmentReserved if command.draft else events.AppointmentBooked)(appointment))
    return appointment


def confirm(uow: UnitOfWork, command: bookings.ConfirmAppointment) -> Appointment:
    """The draft becomes a booking; who it is for may be said only now."""
    let_drafts_lapse(uow)
    draft = uow.appointment(command.appointment)
    booked, event = draft.confirm()
    service, holder = service_of(uow, draft.service), command.holder
    if holder != Holder():
        booked = booked.given_to(holder.hash, holder.document, holder.person, holder.phone)
        event = events.AppointmentConfirmed(booked)
    _must_be_named(service, booked.holder)
    if booked.holder != draft.holder:
        slot = slot_of(uow, service, booked.start)
        _person_may(uow, rules_of(uow, service.queue), booked.holder, slot, service.id, besides=draft.id)
    uow.put_appointment(booked)
    uow.record(event)
    return booked


def move(uow: UnitOfWork, command: bookings.MoveAppointment) -> Appointment:
    """To another time of the same service; the place left behind is offered again after the cool-down."""
    let_drafts_lapse(uow)
    appointment = uow.appointment(command.appointment)
    service, rules = service_of(uow, appointment.service), rules_of(uow, appointment.queue)
    _must_be_given_back_in_time(uow, appointment, rules, by_staff=command.by_staff)
    must_have_settled(uow, appointment)
    if command.start == appointment.start:
        raise DomainError("invalid_field", field="start")
    moved, event = appointment.move(
        slot := _bookable(uow, service, command.start, appointment.channel), free_at(uow, appointment, rules)
    )
    _person_may(uow, rules, appointment.holder, slot, service.id, besides=appointment.id)
    uow.put_appointment(moved)
    uow.record(event)
    return moved


def cancel(uow: UnitOfWork, command: bookings.CancelAppointment) -> Appointment:
    """Given back in time; the place is offered again after the cool-down."""
    let_drafts_lapse(uow)
    appointment = uow.appointment(command.appointment)
    rules = rules_of(uow, appointment.queue)
    cancelled, event = appointment.cancel(free_at(uow, appointment, rules), command.reason)
    _must_be_given_back_in_time(uow, appointment, rules, by_staff=command.by_staff)
    uow.put_appointment(cancelled)
    uow.record(event)
    return cancelled


def end_of_day(uow: UnitOfWork, new_day: date) -> None:
    """Whoever was expected before `new_day` and did not come has missed it, unless the hall itself was closed then."""
    zone, boundary = ZoneInfo(uow.plan.time_zone), uow.plan.day_boundary_minutes
    begins = datetime.combine(new_day, time(boundary // 60, boundary % 60), zone)
    over: Appointment
    event: events.AppointmentEvent
    for appointment in uow.agenda.open_before(begins):
        if appointment.state is AppointmentState.DRAFT:
            over, event = appointment.lapse()
        elif open_at(uow, appointment.queue, appointment.start):
            over, event = appointment.miss()
        else:
            over, event = appointment.cancel(uow.now, "closed")
        uow.put_appointment(over)
        uow.record(event)


def let_drafts_lapse(uow: UnitOfWork) -> None:
    """Note which drafts nobody confirmed in time; they hold no place since then, noted or not."""
    for draft in uow.agenda.lapsed(uow.now):
        expired, event = draft.lapse()
        uow.put_appointment(expired)
        uow.record(event)


def new_appointment(
    uow: UnitOfWork, slot: Slot, wanted: bookings.Book | bookings.ImportRow, state: AppointmentState
) -> Appointment:
    """With an id and a code of its own."""
    service, holder = service_of(uow, wanted.service), wanted.holder
    return Appointment(
        id=uow.new_id(),
        code=_new_code(uow),
        service=service.id,
        queue=service.queue,
        slot=slot.template.id,
        start=slot.start,
        end=slot.end,
        channel=wanted.channel,
        state=state,
        lang=wanted.lang,
        made_at=uow.now,
        holder=holder.hash,
        document=holder.document,
        person=holder.person,
        phone=holder.phone,
    )


def service_of(uow: UnitOfWork, service: str) -> ServicePlan:
    found = uow.plan.services.get(service)
    if found is None:
        raise DomainError("unknown_service", field="service")
    return found


def rules_of(uow: UnitOfWork, queue: str) -> BookingRules:
    return uow.plan.booking.get(queue) or BookingRules()


def slot_of(uow: UnitOfWork, service: ServicePlan, start: datetime) -> Slot:
    """The slot that begins then; raises unknown_slot, or slot_closed when the calendar has taken it away."""
    templates, zone = uow.plan.templates_of.get(service.id, ()), ZoneInfo(uow.plan.time_zone)
    if abs(start - uow.now) > FARTHEST:
        raise DomainError("unknown_slot", field="start")
    slot = slot_at(templates, service.id, uow.plan.queues[service.queue].schedule, start, zone)
    if slot is None:
        closed = planned_at(templates, service.id, start, zone)
        raise DomainError("slot_closed" if closed else "unknown_slot", field="start")
    return slot


def open_at(uow: UnitOfWork, queue: str, moment: datetime) -> bool:
    """Whether the calendar has the queue open then."""
    plan = uow.plan.queues.get(queue)
    return plan is not None and plan.schedule.is_open(moment.astimezone(ZoneInfo(uow.plan.time_zone)))


def clock_time(uow: UnitOfWork, moment: datetime) -> str:
    """A time as people of this hall read it, with the date when it is another day."""
    zone = ZoneInfo(uow.plan.time_zone)
    local = moment.astimezone(zone)
    return f"{local:%H:%M}" if local.date() == uow.now.astimezone(zone).date() else f"{local:%Y-%m-%d %H:%M}"


def _bookable(uow: UnitOfWork, service: ServicePlan, start: datetime, channel: str) -> Slot:
    """The slot, if it can be booked now and this channel has a place left."""
    slot, zone = slot_of(uow, service, start), ZoneInfo(uow.plan.time_zone)
    if slot.too_late(uow.now):
        raise DomainError("slot_too_late", field="start")
    if slot.released(uow.now, zone) == 0:
        opens = slot.opens_at(zone)
        raise DomainError("slot_not_open", field="start", time=clock_time(uow, opens) if opens else "-")
    if slot.free(uow.agenda.used(*slot.key, uow.now), channel, uow.now, zone) == 0:
        raise DomainError("slot_full", field="start")
    return slot


def _person_may(uow: UnitOfWork, rules: BookingRules, holder: str, slot: Slot, service: str, besides: str = "") -> None:
    if not holder:
        return
    zone = ZoneInfo(uow.plan.time_zone)
    missed = uow.missed_since(holder, uow.now - timedelta(days=rules.no_show_days)) if rules.no_shows else ()
    barred = rules.barred_until(missed, uow.now)
    if barred is not None:
        raise DomainError("barred", count=len(missed), time=clock_time(uow, barred))
    others = [one for one in uow.agenda.of(holder) if one.id != besides]
    rules.must_allow(others, service, slot.day, uow.now, zone)


def _must_be_named(service: ServicePlan, holder: str) -> None:
    if service.requires_document and not holder:
        raise DomainError("invalid_field", field="document")


def _must_be_given_back_in_time(
    uow: UnitOfWork, appointment: Appointment, rules: BookingRules, *, by_staff: bool
) -> None:
    if appointment.state is AppointmentState.DRAFT or by_staff:
        return
    if appointment.state is AppointmentState.BOOKED and not rules.may_be_given_back(appointment.start, uow.now):
        raise DomainError("cancel_too_late", minutes=rules.cancel_minutes)


def must_have_settled(uow: UnitOfWork, appointment: Appointment) -> None:
    """Raise moved_lately while the place it was moved away from is not offered again: only one is remembered."""
    if appointment.left is not None and uow.now < appointment.left.until:
        raise DomainError("moved_lately", time=clock_time(uow, appointment.left.until))


def free_at(uow: UnitOfWork, appointment: Appointment, rules: BookingRules) -> datetime:
    """When the place is offered again: a draft's at once, because nobody has counted on it yet."""
    draft = appointment.state is AppointmentState.DRAFT
    return uow.now if draft else uow.now + timedelta(minutes=rules.cooldown_minutes)


def _new_code(uow: UnitOfWork) -> str:
    """A code nobody has now; drawn from the same source as visitors' links."""
    while True:
        code = code_from(int.from_bytes(uow.new_token().encode()))
        if uow.agenda.coded(code) is None:
            return code
