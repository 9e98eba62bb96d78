"""The privacy gate: what of a fact leaves the house. Nothing else may build a wire event.

Every event is matched by name and every field is listed, so that a new field stays inside until somebody decides
otherwise here. Masked names, hashes, phones, booking codes, staff and the reasons of calls, holds and cancellations
never pass.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, assert_never

from queueserver.domain import events
from queueserver.domain.hall import HallPlan
from queueserver.domain.schedule import local_hour
from queueserver.domain.stops import Stop, StopState
from queueserver.domain.ticket import State
from queueserver.ports import UnitOfWork

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SOURCE: Final = "urn:hallqueue:hall:"

_TICKET_TYPES: Final[dict[type[events.TicketEvent], str]] = {
    events.TicketIssued: "ticket.issued",
    events.TicketPrinted: "ticket.printed",
    events.TicketCalled: "ticket.called",
    events.TicketRecalled: "ticket.recalled",
    events.TicketStarted: "ticket.started",
    events.TicketFinished: "ticket.finished",
    events.TicketMissed: "ticket.missed",
    events.TicketReturned: "ticket.returned",
    events.TicketHeld: "ticket.held",
    events.TicketTransferred: "ticket.transferred",
    events.TicketContinued: "ticket.continued",
    events.TicketReplanned: "ticket.replanned",
    events.TicketCancelled: "ticket.cancelled",
    events.TicketWalkedOut: "ticket.walked_out",
}
_APPOINTMENT_TYPES: Final[dict[type[events.AppointmentEvent], str]] = {
    events.AppointmentReserved: "appointment.reserved",
    events.AppointmentBooked: "appointment.booked",
    events.AppointmentConfirmed: "appointment.confirmed",
    events.AppointmentMoved: "appointment.moved",
    events.AppointmentCancelled: "appointment.cancelled",
    events.AppointmentCheckedIn: "appointment.checked_in",
    events.AppointmentMissed: "appointment.missed",
    events.AppointmentExpired: "appointment.expired",
}
_WINDOW_TYPES: Final[dict[type[events.WindowEvent], str]] = {
    events.WindowOpened: "window.opened",
    events.WindowPaused: "window.paused",
    events.WindowResumed: "window.resumed",
    events.WindowSwitched: "window.switched",
    events.WindowClosed: "window.closed",
}


_BEGINNINGS: Final = (events.TicketIssued, events.TicketTransferred, events.TicketContinued)


@dataclass(frozen=True, slots=True)
class Fact:
    """One event as it is stored: `data` may leave the house, `detail` may not; both JSON texts."""

    type: str
    ticket: str | None
    data: str
    detail: str


def fact_of(event: events.Event, uow: UnitOfWork) -> Fact:
    """The stored form of an event; waiting counts are those after the command."""
    match event:
        case events.TicketEvent():
            data, detail = _ticket(event, uow), _ticket_detail(event) | {"hour": _hour(uow)}
            return Fact(_TICKET_TYPES[type(event)], event.ticket.id, _json(data), _json(detail))
        case events.AppointmentEvent():
            about = event.appointment.ticket or None
            kind = _APPOINTMENT_TYPES[type(event)]
            return Fact(
                kind, about, _json(_appointment(event)), _json(_appointment_detail(event) | {"hour": _hour(uow)})
            )
        case events.WindowEvent():
            return Fact(_WINDOW_TYPES[type(event)], None, _json(_window(event, uow.plan)), _json(_seat(event, uow)))
        case events.AnnouncementBroadcast():
            return Fact("announcement.broadcast", None, _json(_broadcast(event)), "{}")
        case events.ConfigPublished():
            return Fact("config.published", None, _json({"version": event.version}), "{}")
        case events.DayClosed() | events.DayReopened() | events.CalendarChanged():
            return _of_day(event, uow)
        case _:
            assert_never(event)


def _of_day(event: events.DayClosed | events.DayReopened | events.CalendarChanged, uow: UnitOfWork) -> Fact:
    match event:
        case events.DayClosed():
            return _day_closed(event, uow)
        case events.DayReopened():
            day = {"business_day": event.business_day.isoformat(), "returned": len(event.returned)}
            detail = {"returned": event.returned, "hour": _hour(uow), "by": event.by}
            return Fact("day.reopened", None, _json(day), _json(detail))
        case events.CalendarChanged():
            closure = event.closure
            data = {
                "closure": closure.id,
                "date": closure.day.isoformat(),
                "start": clock_time(closure.band[0]),
                "end": clock_time(closure.band[1]),
                "queues": closure.queues,
                "windows": closure.windows,
                "opens": closure.opens,
                "ended": closure.ended_at is not None,
            }
            by = closure.ended_by or closure.made_by
            return Fact("calendar.changed", None, _json(data), _json({"reason": closure.reason, "by": by}))
        case _:
            assert_never(event)


def clock_time(minute: int) -> str:
    """270 -> "04:30"; the midnight at a day's end is "24:00"."""
    return f"{minute // 60:02}:{minute % 60:02}"


def _day_closed(event: events.DayClosed, uow: UnitOfWork) -> Fact:
    undone = sum(stop.state is StopState.UNDONE for _, stop in event.stops)
    day: dict[str, Any] = {
        "business_day": event.business_day.isoformat(),
        "expired": len(event.ended),
        "undone": undone,
    }
    day["final"] = event.final
    detail: dict[str, Any] = {"ended": event.ended, "hour": _hour(uow), "by": event.by, "reason": event.reason}
    if event.stops:
        detail["stops"] = [{"ticket": ticket, **_stop(stop)} for ticket, stop in event.stops]
    return Fact("day.closed", None, _json(day), _json(detail))


def wire_event(hall: str, event_id: str, kind: str, time: str, sequence: int, data: str) -> bytes:
    """The CloudEvent (structured JSON) of a stored fact; `time` is RFC 3339 and `data` already JSON text."""
    head = {
        "specversion": "1.0",
        "id": event_id,
        "source": SOURCE + hall,
        "type": kind,
        "time": time,
        "sequence": sequence,
        "datacontenttype": "application/json",
    }
    return f'{_json(head)[:-1]},"data":{data}}}'.encode()


def _ticket(event: events.TicketEvent, uow: UnitOfWork) -> dict[str, Any]:
    ticket = event.ticket
    data: dict[str, Any] = {
        "ticket": ticket.id,
        "number": ticket.number,
        "queue": ticket.queue,
        "service": ticket.service,
        "state": ticket.state.value,
        "priority_class": ticket.priority_class,
        "waiting": uow.line.count(ticket.queue),
        "lang": ticket.visit.lang,
        "calls": ticket.calls,
    }
    if event.settled:
        data["settled"] = [_stop(stop) for stop in event.settled]
    if ticket.visit.party > 1:
        data["party"] = ticket.visit.party
    if ticket.window is not None:
        data |= {"window": ticket.window, **_where(uow.plan, ticket.window)}
    return data | _of_the_act(event, uow)


def _of_the_act(event: events.TicketEvent, uow: UnitOfWork) -> dict[str, Any]:  # noqa: PLR0911 # one per act
    match event:
        case events.TicketCalled():
            return {"how": event.how, "expires_at": _expiry(uow)}
        case events.TicketRecalled():
            return {"expires_at": _expiry(uow)}
        case events.TicketFinished():
            return {"outcome": event.outcome}
        case events.TicketMissed():
            return {"from_window": event.from_window}
        case events.TicketReturned():
            return {"how": event.how, "from_window": event.from_window}
        case events.TicketTransferred():
            return _came_from(event)
        case events.TicketContinued():
            return {"how": event.how, **_came_from(event)}
        case events.TicketReplanned():
            return {"stops": [_stop(stop) for stop in event.ticket.visit.itinerary.stops]}
    return {}


def _came_from(event: events.TicketTransferred | events.TicketContinued) -> dict[str, Any]:
    return {"from_ticket": event.from_ticket, "from_queue": event.from_queue, "from_window": event.from_window}


def _stop(stop: Stop) -> dict[str, str]:
    """A stop's reason is one of a few codes, never anybody's words."""
    return {"service": stop.service, "queue": stop.queue, "state": stop.state.value, "reason": stop.reason}


def _ticket_detail(event: events.TicketEvent) -> dict[str, Any]:
    ticket = event.ticket
    detail: dict[str, Any] = {"channel": ticket.visit.channel, "leg": ticket.leg, **_claims(event)}
    if ticket.state is State.WAITING and not isinstance(event, events.TicketPrinted):
        detail |= {"place": [ticket.place.at_ms, ticket.place.order], "sent_to": ticket.sent_to}
    match event:
        case events.TicketIssued() if ticket.visit.itinerary.stops:
            detail |= {"services": list(dict.fromkeys(stop.service for stop in ticket.visit.itinerary.stops))}
        case events.TicketTransferred() if ticket.visit.itinerary.returns:
            detail |= {"returns": [back.window for back in ticket.visit.itinerary.returns]}
        case events.TicketCalled():
            detail |= {"staff": event.ticket.staff, "window": event.ticket.window, "reason": asdict(event.reason)}
        case events.TicketFinished():
            detail |= {"staff": event.ticket.staff, "items": event.items}
            if event.handed_on:
                detail["handed_on"] = event.handed_on
        case events.TicketContinued():
            detail |= {"why": event.why, "staff": event.ticket.staff}
        case events.TicketHeld() | events.TicketCancelled():
            detail |= {"reason": event.reason}
    return detail


def _claims(event: events.TicketEvent) -> dict[str, Any]:
    """What the ticket may count on: its booked time, the range it was promised, when it comes back by itself."""
    ticket, claims = event.ticket, dict[str, Any]()
    if ticket.booked_for is not None:
        claims["booked_for"] = _ms(ticket.booked_for)
    if ticket.promise is not None and isinstance(event, _BEGINNINGS):
        claims["promised"] = [ticket.promise.low, ticket.promise.high]
    if isinstance(event, events.TicketHeld) and ticket.not_before is not None:
        claims["not_before"] = _ms(ticket.not_before)
    return claims


def _appointment(event: events.AppointmentEvent) -> dict[str, Any]:
    appointment = event.appointment
    data: dict[str, Any] = {
        "appointment": appointment.id,
        "service": appointment.service,
        "queue": appointment.queue,
        "start": appointment.start.isoformat(),
        "channel": appointment.channel,
        "state": appointment.state.value,
    }
    match event:
        case events.AppointmentMoved():
            data |= {"from_start": event.from_start.isoformat()}
        case events.AppointmentCheckedIn():
            data |= {"ticket": appointment.ticket, "number": appointment.number}
    return data


def _appointment_detail(event: events.AppointmentEvent) -> dict[str, Any]:
    detail: dict[str, Any] = {"slot": event.appointment.slot, "over_quota": event.appointment.over_quota}
    if isinstance(event, events.AppointmentCancelled):
        detail |= {"reason": event.reason}
    return detail


def _where(plan: HallPlan, window: str) -> dict[str, str]:
    known = plan.windows.get(window)
    return {"label": known.label, "zone": known.zone} if known else {"label": window, "zone": ""}


def _window(event: events.WindowEvent, plan: HallPlan) -> dict[str, Any]:
    window = event.window
    data = {
        "window": window.id,
        **_where(plan, window.id),
        "state": window.state.value,
        "reason": window.pause_reason,
    }
    return data | {"how": event.how} if isinstance(event, events.WindowClosed) and event.how else data


def _seat(event: events.WindowEvent, uow: UnitOfWork) -> dict[str, Any]:
    """Who sits there, and whether the hall calls there where windows differ."""
    return {"staff": event.window.staff, "hour": _hour(uow), **({"auto": True} if event.window.auto else {})}


def _broadcast(event: events.AnnouncementBroadcast) -> dict[str, Any]:
    return {
        "text": event.text,
        "lang": event.lang,
        "zones": event.zones,
        "urgent": event.urgent,
        "expires_at": event.expires_at.isoformat(),
    }


def _ms(moment: datetime) -> int:
    """Milliseconds since 1970."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def _hour(uow: UnitOfWork) -> int:
    """The hour on the hall's clock: statistics are kept by it, and the time zone may be configured anew later."""
    return local_hour(uow.now, uow.plan.time_zone)


def _expiry(uow: UnitOfWork) -> str:
    return (uow.now + timedelta(seconds=uow.plan.policy.announcement_expires_seconds)).isoformat()


_json: Final[Callable[[Any], str]] = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
