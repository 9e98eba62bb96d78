"""Closing or opening queues for some hours of one day, live: first whom it hits, then done, and taken back any time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from queueserver.domain import events
from queueserver.domain.appointment import Appointment
from queueserver.domain.calendar import DayChange, changed, joined
from queueserver.domain.closure import Closure
from queueserver.domain.errors import DomainError
from queueserver.domain.schedule import MINUTES_A_DAY
from queueserver.domain.ticket import AT_WINDOW, Ticket
from queueserver.handlers import commands
from queueserver.handlers.voiding import announce, in_turn, void, voided_hit
from queueserver.ports import Hit, Report, UnitOfWork


def make_closure(uow: UnitOfWork, command: commands.MakeClosure) -> Report:
    """From now on the day's hours are others for whoever asks: kiosk, booking, calling.

    Who waits keeps the place and is called, unless `void_waiting`; that only while the closure holds already.
    """
    for queue in command.queues:
        if queue not in uow.plan.queues:
            raise DomainError("unknown_queue", field="queues")
    closure = replace(new_closure(uow, command), queues=tuple(dict.fromkeys(command.queues)), opens=command.opens)
    _must_change_something(uow, closure)
    there = in_turn(_waiting(uow, closure))
    holds = not closure.opens and closure.holds(local_time(uow))
    if command.void_waiting and not holds:
        raise DomainError("invalid_field", field="void_waiting")
    hit = tuple(voided_hit(one) if command.void_waiting else _stays(one) for one in there)
    report = Report(hit, command.dry_run, closure, _booked(uow, closure))
    if command.dry_run:
        return report
    uow.put_closure(closure)
    uow.record(events.CalendarChanged(closure))
    if command.void_waiting:
        void(uow, there, command.reason)
    announce(uow, command.notice, closure.queues or uow.plan.queues)
    return report


def end_closure(uow: UnitOfWork, command: commands.EndClosure) -> Report:
    """The hours are again what they would be without it."""
    closure = uow.closures.get(command.closure)
    if closure is None:
        raise DomainError("unknown_closure")
    ended = closure.end(command.by.id, uow.now)
    uow.put_closure(ended)
    uow.record(events.CalendarChanged(ended))
    return Report((), dry_run=False, subject=ended)


def new_closure(uow: UnitOfWork, command: commands.MakeClosure | commands.CloseWindows) -> Closure:
    """Of the time that is meant, about nothing yet; raises invalid_field and closure_past."""
    local = local_time(uow)
    minute = local.hour * 60 + local.minute
    day = command.day or local.date()
    start = command.start if command.start is not None else (minute if day == local.date() else 0)
    end = command.end if command.end is not None else MINUTES_A_DAY
    if start >= end:
        raise DomainError("invalid_field", field="end")
    if day < local.date() or (day == local.date() and end <= minute):
        raise DomainError("closure_past", field="date")
    return Closure(
        id=uow.new_id(),
        day=day,
        band=(start, end),
        queues=(),
        opens=False,
        reason=command.reason.strip(),
        made_by=command.by.id,
        made_at=uow.now,
    )


def _must_change_something(uow: UnitOfWork, closure: Closure) -> None:
    """Raise nothing_to_close or nothing_to_open when the hours would be the same for every queue."""
    change = DayChange(closure.opens, closure.band)
    for queue in uow.plan.queues.values():
        before = joined(queue.schedule.bands(closure.day))
        if closure.concerns(queue.id) and changed(before, (change,)) != before:
            return
    raise DomainError("nothing_to_open" if closure.opens else "nothing_to_close")


def _waiting(uow: UnitOfWork, closure: Closure) -> list[Ticket]:
    """Who waits or is set aside in the closed queues, when the closure is of the business day that is."""
    if closure.opens or not of_today(uow, closure.day, closure.band[0]):
        return []
    return [one for one in uow.open_tickets() if closure.concerns(one.queue) and one.state not in AT_WINDOW]


def _booked(uow: UnitOfWork, closure: Closure) -> tuple[Appointment, ...]:
    """Whose appointment falls into the closed time; they cannot check in, and are to be moved or cancelled."""
    if closure.opens:
        return ()
    zone = ZoneInfo(uow.plan.time_zone)
    found = []
    for one in uow.agenda.awaited():
        local = one.start.astimezone(zone)
        inside = closure.band[0] <= local.hour * 60 + local.minute < closure.band[1]
        if closure.concerns(one.queue) and local.date() == closure.day and inside:
            found.append(one)
    return tuple(found)


def of_today(uow: UnitOfWork, day: date, minute: int) -> bool:
    """Whether a minute of a local day lies in the business day that is."""
    early = minute < uow.plan.day_boundary_minutes
    return uow.business_day == (day - timedelta(days=1) if early else day)


def local_time(uow: UnitOfWork) -> datetime:
    """What the clock on the hall's wall shows."""
    return uow.now.astimezone(ZoneInfo(uow.plan.time_zone))


def _stays(ticket: Ticket) -> Hit:
    return Hit(ticket.id, ticket.number, ticket.queue, ticket.state, None)
