"""The read side's SQL: every statement finds its rows by an index of today's, open or named things, not of the past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select

from queueserver.domain.numbering import QueueDay
from queueserver.domain.ticket import State, Ticket
from queueserver.domain.window import Window
from queueserver.store import rows
from queueserver.store.statements import SELECT_TICKETS
from queueserver.store.tables import events, queue_days, tickets, visits, windows

WAITING_SHOWN = 200
CALLS_SHOWN = 20

AnyRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Counters:
    """How the queues of a hall stand: waiting tickets by queue, and the day's numbers."""

    waiting: dict[str, int]
    days: dict[str, QueueDay]


def counters(connection: Connection, hall: str, day: date) -> Counters:
    counted = (
        select(tickets.c.queue, func.count().label("waiting"))
        .where(tickets.c.hall == hall, tickets.c.ended_at.is_(None), tickets.c.state == State.WAITING.value)
        .group_by(tickets.c.queue)
    )
    wanted = select(queue_days).where(queue_days.c.hall == hall, queue_days.c.business_day == day)
    return Counters(
        waiting={row.queue: row.waiting for row in connection.execute(counted)},
        days={row["queue"]: rows.queue_day_of(row) for row in connection.execute(wanted).mappings()},
    )


def windows_at_work(connection: Connection, hall: str) -> dict[str, Window]:
    """Windows that were ever opened."""
    wanted = select(windows).where(windows.c.hall == hall)
    return {row["id"]: rows.window_of(row) for row in connection.execute(wanted).mappings()}


def tickets_by_id(connection: Connection, hall: str, ids: Sequence[str]) -> dict[str, Ticket]:
    if not ids:
        return {}
    wanted = SELECT_TICKETS.where(tickets.c.hall == hall, tickets.c.id.in_(ids))
    return {row["id"]: rows.ticket_of(row) for row in connection.execute(wanted).mappings()}


def latest_calls(connection: Connection, hall: str, day: date) -> list[Ticket]:
    """The day's last calls, newest first, whatever became of them."""
    wanted = (
        SELECT_TICKETS.where(tickets.c.hall == hall, tickets.c.called_at.is_not(None), tickets.c.business_day == day)
        .order_by(tickets.c.called_at.desc(), tickets.c.seq.desc())
        .limit(CALLS_SHOWN)
    )
    return [rows.ticket_of(row) for row in connection.execute(wanted).mappings()]


def last_leg(connection: Connection, hall: str, visit: str) -> Ticket | None:
    """Where a visit is now."""
    wanted = SELECT_TICKETS.where(tickets.c.hall == hall, tickets.c.visit == visit)
    row = connection.execute(wanted.order_by(tickets.c.leg.desc()).limit(1)).mappings().first()
    return rows.ticket_of(row) if row else None


def visit_of_number(connection: Connection, hall: str, day: date, number: str) -> str | None:
    """The visit that holds `number` on one business day."""
    wanted = select(visits.c.id).where(visits.c.hall == hall, visits.c.business_day == day, visits.c.number == number)
    return connection.execute(wanted).scalar_one_or_none()


def visit_of_token(connection: Connection, token: str) -> tuple[str, str] | None:
    """(hall, visit) of a visitor's link."""
    row = connection.execute(select(visits.c.hall, visits.c.id).where(visits.c.token == token)).first()
    return (row.hall, row.id) if row else None


def ahead_of(connection: Connection, hall: str, ticket: Ticket) -> int:
    """Waiting tickets of the same lane whose place is before this one's."""
    place = or_(
        tickets.c.place_at < ticket.place.at_ms,
        and_(tickets.c.place_at == ticket.place.at_ms, tickets.c.place_order < ticket.place.order),
    )
    lane = tickets.c.sent_to == ticket.sent_to if ticket.sent_to else tickets.c.sent_to.is_(None)
    wanted = select(func.count()).where(*_waiting(hall), tickets.c.queue == ticket.queue, lane, place)
    return connection.execute(wanted).scalar_one()


def line_of_window(connection: Connection, hall: str, window: str, queues: Sequence[str]) -> tuple[int, list[Ticket]]:
    """How many wait for one window, and the first of them in order of their places."""
    for_it = or_(tickets.c.sent_to == window, tickets.c.sent_to.is_(None))
    mine = (*_waiting(hall), tickets.c.queue.in_(queues), for_it)
    count = connection.execute(select(func.count()).select_from(tickets).where(*mine)).scalar_one()
    wanted = SELECT_TICKETS.where(*mine).order_by(tickets.c.place_at, tickets.c.place_order).limit(WAITING_SHOWN)
    return count, [rows.ticket_of(row) for row in connection.execute(wanted).mappings()]


def set_aside(connection: Connection, hall: str, window: str) -> list[Ticket]:
    """Tickets held or missed at one window."""
    wanted = SELECT_TICKETS.where(
        tickets.c.hall == hall,
        tickets.c.ended_at.is_(None),
        tickets.c.state.in_((State.HELD.value, State.NO_SHOW.value)),
        tickets.c.window == window,
    ).order_by(tickets.c.called_at)
    return [rows.ticket_of(row) for row in connection.execute(wanted).mappings()]


def calls_of(connection: Connection, hall: str, ticket: str) -> Sequence[AnyRow]:
    """The stored calls of one ticket: time, data and detail."""
    wanted = (
        select(events.c.at, events.c.data, events.c.detail)
        .where(events.c.hall == hall, events.c.ticket == ticket, events.c.type == "ticket.called")
        .order_by(events.c.seq)
    )
    return connection.execute(wanted).fetchall()


def events_after(connection: Connection, hall: str, after: int, limit: int) -> Sequence[AnyRow]:
    wanted = select(events).where(events.c.hall == hall, events.c.seq > after).order_by(events.c.seq).limit(limit)
    return connection.execute(wanted).fetchall()


def _waiting(hall: str) -> tuple[ColumnElement[bool], ...]:
    return tickets.c.hall == hall, tickets.c.ended_at.is_(None), tickets.c.state == State.WAITING.value
