"""Between domain values and table rows, field by field and in both directions."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import RowMapping

from queueserver.domain.numbering import QueueDay
from queueserver.domain.promise import Promise
from queueserver.domain.statistics import Cell, Tally
from queueserver.domain.stops import NOTHING_MORE, Itinerary, Return, Stop, StopState
from queueserver.domain.ticket import Origin, Place, State, Ticket, Visit
from queueserver.domain.window import Window, WindowState

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS: Final = timedelta(milliseconds=1)

Row = RowMapping


def to_ms(moment: datetime) -> int:
    """Whole milliseconds since 1970 UTC."""
    return (moment - _EPOCH) // _MS


def from_ms(ms: int) -> datetime:
    """The aware UTC datetime of milliseconds since 1970."""
    return _EPOCH + timedelta(milliseconds=ms)


def _ms_or_none(moment: datetime | None) -> int | None:
    return None if moment is None else to_ms(moment)


def _moment_or_none(ms: int | None) -> datetime | None:
    return None if ms is None else from_ms(ms)


def visit_row(hall: str, visit: Visit) -> dict[str, Any]:
    return {
        "hall": hall,
        "id": visit.id,
        "business_day": visit.business_day,
        "number": visit.number,
        "token": visit.token,
        "arrived_at": to_ms(visit.arrived_at),
        "lang": visit.lang,
        "channel": visit.channel,
        "holder": visit.holder,
        "document": visit.document,
        "person": visit.person,
        "phone": visit.phone,
        "party": visit.party,
        "itinerary": itinerary_text(visit.itinerary),
        "appointment": visit.appointment,
    }


def itinerary_text(itinerary: Itinerary) -> str:
    """Stops and returns as JSON, "" when there are none: they are read and written only together with their visit."""
    if itinerary == NOTHING_MORE:
        return ""
    stops = [[stop.service, stop.queue, stop.after, stop.state, stop.reason] for stop in itinerary.stops]
    returns = [[one.window, one.queue] for one in itinerary.returns]
    return json.dumps({"stops": stops, "returns": returns}, separators=(",", ":"))


def itinerary_of(text: str) -> Itinerary:
    if not text:
        return NOTHING_MORE
    found = json.loads(text)
    stops = (
        Stop(service, queue, tuple(after), StopState(state), reason)
        for service, queue, after, state, reason in found["stops"]
    )
    return Itinerary(tuple(stops), tuple(Return(window, queue) for window, queue in found["returns"]))


def ticket_row(hall: str, ticket: Ticket, seq: int) -> dict[str, Any]:
    """`seq` is the sequence number of the last fact about the ticket."""
    return {
        "hall": hall,
        "id": ticket.id,
        "visit": ticket.visit.id,
        "leg": ticket.leg,
        "business_day": ticket.visit.business_day,
        "queue": ticket.queue,
        "service": ticket.service,
        "state": ticket.state.value,
        "priority_class": ticket.priority_class,
        "place_at": ticket.place.at_ms,
        "place_order": ticket.place.order,
        "issued_at": to_ms(ticket.issued_at),
        "called_at": _ms_or_none(ticket.called_at),
        "started_at": _ms_or_none(ticket.started_at),
        "ended_at": _ms_or_none(ticket.ended_at),
        "window": ticket.window,
        "sent_to": ticket.sent_to,
        "staff": ticket.staff,
        "calls": ticket.calls,
        "misses": ticket.misses,
        "printed": ticket.printed,
        "note": ticket.note,
        "booked_for": _ms_or_none(ticket.booked_for),
        "not_before": _ms_or_none(ticket.not_before),
        "origin": ticket.origin.value,
        "seq": seq,
        **_promise_columns(ticket.promise),
    }


def _promise_columns(promise: Promise | None) -> dict[str, Any]:
    return {
        "promised_low": promise.low if promise else None,
        "promised_high": promise.high if promise else None,
        "promised_expected": promise.expected if promise else None,
        "promised_spread": promise.spread if promise else None,
        "promised_waited": promise.waited if promise else None,
        "promised_called": promise.called if promise else None,
    }


def _promise_of(row: Row) -> Promise | None:
    if row["promised_low"] is None:
        return None
    return Promise(
        row["promised_low"],
        row["promised_high"],
        row["promised_expected"],
        row["promised_spread"],
        row["promised_waited"],
        row["promised_called"],
    )


def ticket_of(row: Row) -> Ticket:
    """From a row of tickets joined with its visit, whose columns are named visit_*."""
    visit = Visit(
        id=row["visit"],
        number=row["visit_number"],
        business_day=row["business_day"],
        token=row["visit_token"],
        arrived_at=from_ms(row["visit_arrived_at"]),
        lang=row["visit_lang"],
        channel=row["visit_channel"],
        holder=row["visit_holder"],
        document=row["visit_document"],
        person=row["visit_person"],
        phone=row["visit_phone"],
        party=row["visit_party"],
        itinerary=itinerary_of(row["visit_itinerary"]),
        appointment=row["visit_appointment"],
    )
    return Ticket(
        id=row["id"],
        visit=visit,
        leg=row["leg"],
        queue=row["queue"],
        service=row["service"],
        state=State(row["state"]),
        priority_class=row["priority_class"],
        place=Place(row["place_at"], row["place_order"]),
        issued_at=from_ms(row["issued_at"]),
        called_at=_moment_or_none(row["called_at"]),
        started_at=_moment_or_none(row["started_at"]),
        ended_at=_moment_or_none(row["ended_at"]),
        window=row["window"],
        sent_to=row["sent_to"],
        staff=row["staff"],
        calls=row["calls"],
        misses=row["misses"],
        printed=row["printed"],
        note=row["note"],
        booked_for=_moment_or_none(row["booked_for"]),
        not_before=_moment_or_none(row["not_before"]),
        origin=Origin(row["origin"]),
        promise=_promise_of(row),
    )


def window_row(hall: str, window: Window) -> dict[str, Any]:
    return {
        "hall": hall,
        "id": window.id,
        "state": window.state.value,
        "staff": window.staff,
        "staff_name": window.staff_name,
        "ticket": window.ticket,
        "pause_reason": window.pause_reason,
        "streak": window.streak,
        "auto": window.auto,
        "busy_ms": window.busy_ms,
        "since": _ms_or_none(window.since),
        "state_since": _ms_or_none(window.state_since),
        "idle_ms": window.idle_ms,
    }


def window_of(row: Row) -> Window:
    return Window(
        id=row["id"],
        state=WindowState(row["state"]),
        staff=row["staff"],
        staff_name=row["staff_name"],
        ticket=row["ticket"],
        pause_reason=row["pause_reason"],
        streak=row["streak"],
        auto=row["auto"],
        busy_ms=row["busy_ms"],
        since=_moment_or_none(row["since"]),
        state_since=_moment_or_none(row["state_since"]),
        idle_ms=row["idle_ms"],
    )


def queue_day_row(hall: str, business_day: date, day: QueueDay) -> dict[str, Any]:
    return {
        "hall": hall,
        "business_day": business_day,
        "queue": day.queue,
        "next_number": day.next_number,
        "issued": day.issued,
        "last_called": day.last_called,
    }


def queue_day_of(row: Row) -> QueueDay:
    return QueueDay(row["queue"], row["next_number"], row["issued"], row["last_called"])


def statistics_row(hall: str, business_day: date, cell: Cell, tally: Tally) -> dict[str, Any]:
    return {"hall": hall, "business_day": business_day, **cell._asdict(), "n": tally.n, "total": tally.total}


def cell_of(row: Row) -> tuple[Cell, Tally]:
    return Cell(*(row[name] for name in Cell._fields)), Tally(row["n"], row["total"])
