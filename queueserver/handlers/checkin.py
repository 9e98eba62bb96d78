"""An appointment's holder has come: the booking becomes a waiting ticket, once."""

from __future__ import annotations

from queueserver.domain import events
from queueserver.domain.appointment import Appointment, AppointmentState, tidy_code
from queueserver.domain.booking import Arrival, BookingRules, EarlyPolicy, LatePolicy
from queueserver.domain.errors import DomainError
from queueserver.domain.hall import QueuePlan
from queueserver.domain.schedule import business_day
from queueserver.domain.ticket import OPEN_STATES, Place, State, Ticket, Visit
from queueserver.handlers import bookings
from queueserver.handlers.admission import admit, within_person_limit
from queueserver.handlers.appointments import clock_time, open_at, rules_of, service_of
from queueserver.handlers.visits import walking_its_steps
from queueserver.handlers.waits import promising
from queueserver.ports import UnitOfWork


def check_in(uow: UnitOfWork, command: bookings.CheckIn) -> Ticket:
    """Give out a ticket of the queue's own numbers; its place is the booked time, or the end of the line when late.

    The day's and the line's limits are for people without a booking; a late one counts as such.
    """
    appointment = _whose(uow, command)
    appointment.must_be_awaited()
    if uow.closing is not None:
        raise DomainError("day_closed")
    service = service_of(uow, appointment.service)
    queue, rules = uow.plan.queues[service.queue], rules_of(uow, service.queue)
    arrival = rules.arrival(appointment.start, uow.now)
    if (command.priority_class or uow.plan.default_class) not in uow.plan.classes:
        raise DomainError("unknown_priority_class", field="priority_class")
    if arrival is Arrival.LATE:
        _must_be_let_in_late(uow, rules, appointment)
        admit(uow, service, queue, appointment.holder)
    else:
        _must_be_expected_now(uow, queue, appointment, arrival)
        within_person_limit(uow, queue, appointment.holder)
    day, number = uow.queue_day(queue.id).take(queue, booked=arrival is not Arrival.LATE)
    ticket = promising(uow, walking_its_steps(uow, _ticket(uow, command, appointment, number, arrival)))
    came, event = appointment.check_in(ticket.id, number)
    uow.put_queue_day(day)
    uow.put_ticket(ticket)
    uow.put_appointment(came)
    uow.record(events.TicketIssued(ticket))
    uow.record(event)
    return ticket


def _whose(uow: UnitOfWork, command: bookings.CheckIn) -> Appointment:
    """The appointment that is meant; raises unknown_appointment or no_appointment."""
    if command.appointment:
        return uow.appointment(command.appointment)
    if command.code:
        found = uow.agenda.coded(tidy_code(command.code) or "")
        if found is None:
            raise DomainError("unknown_appointment", field="code")
        return found
    plan, today = uow.plan, uow.business_day
    todays = [
        one
        for one in uow.agenda.of(command.holder)
        if one.state in (AppointmentState.BOOKED, AppointmentState.CHECKED_IN)
        and business_day(one.start, plan.time_zone, plan.day_boundary_minutes) == today
    ]
    if not todays:
        raise DomainError("no_appointment")
    return min(todays, key=lambda one: _rank(uow, one))


def _rank(uow: UnitOfWork, appointment: Appointment) -> tuple[int, float]:
    """Of a person's appointments of today, which one a card is shown for: the lowest."""
    start = appointment.start.timestamp()
    if appointment.state is AppointmentState.CHECKED_IN:
        waiting = uow.ticket(appointment.ticket).state in OPEN_STATES
        return (1 if waiting else 4), -start
    rules = rules_of(uow, appointment.queue)
    match rules.arrival(appointment.start, uow.now):
        case Arrival.EARLY | Arrival.IN_TIME:
            return 0, start
        case Arrival.TOO_EARLY:
            return 3, start
        case Arrival.LATE:
            return (2 if rules.late is LatePolicy.WALK_IN else 5), -start


def _must_be_expected_now(uow: UnitOfWork, queue: QueuePlan, appointment: Appointment, arrival: Arrival) -> None:
    rules = rules_of(uow, queue.id)
    if arrival is Arrival.TOO_EARLY:
        raise DomainError("check_in_early", time=clock_time(uow, rules.check_in_from(appointment.start)))
    if not open_at(uow, queue.id, appointment.start):
        raise DomainError("queue_closed")


def _must_be_let_in_late(uow: UnitOfWork, rules: BookingRules, appointment: Appointment) -> None:
    if rules.late is LatePolicy.REFUSE:
        raise DomainError("check_in_late", time=clock_time(uow, appointment.start))


def _ticket(
    uow: UnitOfWork, command: bookings.CheckIn, appointment: Appointment, number: str, arrival: Arrival
) -> Ticket:
    """Whoever came early or in time has a claim on the booked time; the late one stands behind everybody."""
    late = arrival is Arrival.LATE
    queue = uow.plan.services[appointment.service].queue
    waits = arrival is Arrival.EARLY and rules_of(uow, queue).early is EarlyPolicy.WAIT
    visit = Visit(
        id=uow.new_id(),
        number=number,
        business_day=uow.business_day,
        token=uow.new_token(),
        arrived_at=uow.now,
        lang=command.lang or appointment.lang,
        channel=command.channel,
        holder=appointment.holder,
        document=appointment.document,
        person=appointment.person,
        phone=appointment.phone,
        appointment=appointment.id,
    )
    return Ticket(
        id=uow.new_id(),
        visit=visit,
        leg=1,
        queue=queue,
        service=appointment.service,
        state=State.WAITING,
        priority_class=command.priority_class or uow.plan.default_class,
        place=uow.end_of_line() if late else Place.arriving(appointment.start, uow.next_sequence()),
        issued_at=uow.now,
        booked_for=None if late else appointment.start,
        not_before=appointment.start if waits else None,
    )
