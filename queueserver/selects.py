"""The read side's SQL: every statement finds its rows by an index of today's, open or named things, not of the past.

Statements are built once, because building one costs more than running it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, bindparam, case, func, or_, select

from queueserver.domain.lanework import Group
from queueserver.domain.line import window_lane
from queueserver.domain.numbering import QueueDay
from queueserver.domain.party import expected_services
from queueserver.domain.statistics import PROMISES, Tally
from queueserver.domain.ticket import Place, State, Ticket
from queueserver.domain.window import Window
from queueserver.store import rows
from queueserver.store.rows import to_ms
from queueserver.store.statements import CONFIG, SELECT_TICKETS
from queueserver.store.tables import events, halls, queue_days, statistics, tickets, visits, windows

WAITING_SHOWN: Final = 200
CALLS_SHOWN: Final = 20

AnyRow = Row[*tuple[Any, ...]]

_IN_HALL = tickets.c.hall == bindparam("in_hall")
_OPEN = tickets.c.ended_at.is_(None)
_WAITING = and_(_IN_HALL, _OPEN, tickets.c.state == State.WAITING.value)

_HALL = select(halls).where(halls.c.hall == bindparam("in_hall"))
_WAITING_BY_QUEUE = select(tickets.c.queue, func.count().label("waiting")).where(_WAITING).group_by(tickets.c.queue)
_QUEUE_DAYS = select(queue_days).where(
    queue_days.c.hall == bindparam("in_hall"), queue_days.c.business_day == bindparam("day")
)
_WINDOWS = select(windows).where(windows.c.hall == bindparam("in_hall"))
_TICKETS_BY_ID = SELECT_TICKETS.where(_IN_HALL, tickets.c.id.in_(bindparam("ids", expanding=True)))
_LATEST_CALLS = (
    SELECT_TICKETS.where(_IN_HALL, tickets.c.called_at > bindparam("since"), tickets.c.business_day == bindparam("day"))
    .order_by(tickets.c.called_at.desc(), tickets.c.seq.desc())
    .limit(CALLS_SHOWN)
)
_LAST_LEG = (
    SELECT_TICKETS.where(_IN_HALL, tickets.c.visit == bindparam("visit")).order_by(tickets.c.leg.desc()).limit(1)
)
_VISIT_OF_NUMBER = select(visits.c.id).where(
    visits.c.hall == bindparam("in_hall"),
    visits.c.business_day == bindparam("day"),
    visits.c.number == bindparam("number"),
)
_VISIT_OF_TOKEN = select(visits.c.hall, visits.c.id).where(visits.c.token == bindparam("token"))
_BEFORE = or_(
    tickets.c.place_at < bindparam("place_at"),
    and_(tickets.c.place_at == bindparam("place_at"), tickets.c.place_order < bindparam("place_order")),
)
_DUE = or_(tickets.c.not_before.is_(None), tickets.c.not_before <= bindparam("now"))
_HELD_AND_DUE = and_(tickets.c.state == State.HELD.value, tickets.c.not_before <= bindparam("now"))
_WAITING_AND_DUE = and_(tickets.c.state == State.WAITING.value, tickets.c.sent_to.is_(None), _DUE)
_AHEAD = select(func.count().label("tickets"), func.coalesce(func.sum(visits.c.party), 0).label("people")).select_from(
    tickets.join(visits, (visits.c.hall == tickets.c.hall) & (visits.c.id == tickets.c.visit))
)
_AHEAD_IN_QUEUE = _AHEAD.where(
    _IN_HALL, _OPEN, or_(_WAITING_AND_DUE, _HELD_AND_DUE), _BEFORE, tickets.c.queue == bindparam("queue")
)
_AHEAD_AT_WINDOW = _AHEAD.where(
    _WAITING, _DUE, _BEFORE, tickets.c.queue > "", tickets.c.sent_to == bindparam("sent_to")
)
_GROUPS = (
    select(
        tickets.c.queue,
        tickets.c.sent_to,
        tickets.c.service,
        tickets.c.priority_class,
        visits.c.lang,
        func.min(tickets.c.place_at).label("since"),
        func.sum(visits.c.party).label("waiting"),
        func.sum(case((_BEFORE, visits.c.party), else_=0)).label("before"),
    )
    .select_from(tickets.join(visits, (visits.c.hall == tickets.c.hall) & (visits.c.id == tickets.c.visit)))
    .where(_WAITING, tickets.c.queue > "", tickets.c.booked_for.is_(None), tickets.c.not_before.is_(None))
    .group_by(tickets.c.queue, tickets.c.sent_to, tickets.c.service, tickets.c.priority_class, visits.c.lang)
)
_TIMED = SELECT_TICKETS.where(
    _IN_HALL,
    _OPEN,
    tickets.c.queue > "",
    or_(
        and_(
            tickets.c.state == State.WAITING.value,
            or_(tickets.c.booked_for.is_not(None), tickets.c.not_before.is_not(None)),
        ),
        and_(tickets.c.state == State.HELD.value, tickets.c.not_before.is_not(None)),
    ),
)
_FOR_WINDOW = and_(
    _WAITING,
    tickets.c.queue.in_(bindparam("queues", expanding=True)),
    or_(tickets.c.sent_to == bindparam("of_window"), tickets.c.sent_to.is_(None)),
)
_COUNT_FOR_WINDOW = select(func.count()).select_from(tickets).where(_FOR_WINDOW)
_LINE_OF_WINDOW = (
    SELECT_TICKETS.where(_FOR_WINDOW).order_by(tickets.c.place_at, tickets.c.place_order).limit(WAITING_SHOWN)
)
_SET_ASIDE = SELECT_TICKETS.where(
    _IN_HALL,
    _OPEN,
    tickets.c.queue.in_(bindparam("queues", expanding=True)),
    tickets.c.state.in_((State.HELD.value, State.NO_SHOW.value)),
    tickets.c.window == bindparam("of_window"),
)
_CALLS_OF = select(events.c.seq, events.c.at, events.c.data, events.c.detail).where(
    events.c.hall == bindparam("in_hall"),
    events.c.ticket == bindparam("of_ticket"),
    events.c.type == "ticket.called",
)
_EVENTS_AFTER = (
    select(events.c.seq, events.c.id, events.c.type, events.c.at, events.c.data)
    .where(events.c.hall == bindparam("in_hall"), events.c.seq > bindparam("after"))
    .order_by(events.c.seq)
    .limit(bindparam("most"))
)
_PROMISES = (
    select(
        statistics.c.queue,
        statistics.c.measure,
        func.sum(statistics.c.n).label("n"),
        func.sum(statistics.c.total).label("total"),
    )
    .where(
        statistics.c.hall == bindparam("in_hall"),
        statistics.c.business_day == bindparam("day"),
        statistics.c.measure.in_([one.value for one in PROMISES]),
    )
    .group_by(statistics.c.queue, statistics.c.measure)
)
_ALL_HALLS = select(halls.c.hall, halls.c.seq, halls.c.relayed_seq)
_OVERDUE = select(halls.c.hall).where(halls.c.chance_at <= bindparam("until"))


@dataclass(frozen=True, slots=True)
class Counters:
    """How the queues of a hall stand: waiting tickets by queue, and the day's numbers."""

    waiting: dict[str, int]
    days: dict[str, QueueDay]


def promise_tallies(connection: Connection, hall: str, day: date) -> list[tuple[str, str, Tally]]:
    """(queue, measure, tally) of everything one business day counted of promised ranges."""
    found = connection.execute(_PROMISES, {"in_hall": hall, "day": day})
    return [(row.queue, row.measure, Tally(int(row.n), int(row.total))) for row in found]


def hall_row(connection: Connection, hall: str) -> AnyRow | None:
    return connection.execute(_HALL, {"in_hall": hall}).first()


def config_document(connection: Connection, hall: str, version: int) -> Any:
    """The published configuration as stored."""
    return connection.execute(CONFIG, {"in_hall": hall, "version": version}).scalar_one()


def all_halls(connection: Connection) -> dict[str, tuple[int, int]]:
    """Each hall's newest sequence number, and how far its events were relayed."""
    return {row.hall: (row.seq, row.relayed_seq) for row in connection.execute(_ALL_HALLS)}


def overdue_halls(connection: Connection, until: datetime) -> list[str]:
    """Halls in which a window could have called by itself by `until`, and no server process made it."""
    return list(connection.execute(_OVERDUE, {"until": to_ms(until)}).scalars())


def newest_fact(connection: Connection) -> datetime | None:
    """When the last fact of any hall was; None in an empty house."""
    newest = connection.execute(select(func.max(halls.c.at))).scalar_one()
    return rows.from_ms(newest) if newest else None


def counters(connection: Connection, hall: str, day: date) -> Counters:
    counted = connection.execute(_WAITING_BY_QUEUE, {"in_hall": hall})
    days = connection.execute(_QUEUE_DAYS, {"in_hall": hall, "day": day}).mappings()
    return Counters({row.queue: row.waiting for row in counted}, {row["queue"]: rows.queue_day_of(row) for row in days})


def windows_at_work(connection: Connection, hall: str) -> dict[str, Window]:
    """Windows that were ever opened."""
    found = connection.execute(_WINDOWS, {"in_hall": hall}).mappings()
    return {row["id"]: rows.window_of(row) for row in found}


def tickets_by_id(connection: Connection, hall: str, ids: Sequence[str]) -> dict[str, Ticket]:
    if not ids:
        return {}
    return {ticket.id: ticket for ticket in _tickets(connection, _TICKETS_BY_ID, in_hall=hall, ids=ids)}


def latest_calls(connection: Connection, hall: str, day: date) -> list[Ticket]:
    """The day's last calls, newest first, whatever became of them.

    No time zone is a day ahead of UTC: looking no further back keeps a quiet morning from searching all past calls.
    """
    since = to_ms(datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=1))
    return _tickets(connection, _LATEST_CALLS, in_hall=hall, day=day, since=since)


def last_leg(connection: Connection, hall: str, visit: str) -> Ticket | None:
    """Where a visit is now."""
    return next(iter(_tickets(connection, _LAST_LEG, in_hall=hall, visit=visit)), None)


def visit_of_number(connection: Connection, hall: str, day: date, number: str) -> str | None:
    """The visit that holds `number` on one business day."""
    found: str | None = connection.execute(
        _VISIT_OF_NUMBER, {"in_hall": hall, "day": day, "number": number}
    ).scalar_one_or_none()
    return found


def visit_of_token(connection: Connection, token: str) -> tuple[str, str] | None:
    """(hall, visit) of a visitor's link."""
    row = connection.execute(_VISIT_OF_TOKEN, {"token": token}).first()
    return (row.hall, row.id) if row else None


def ahead_of(connection: Connection, hall: str, ticket: Ticket, now: datetime) -> tuple[int, int]:
    """Tickets, and people, of the same lane that may be called by now and whose place is before this one's.

    The same as Line.ahead.
    """
    found = {
        "in_hall": hall,
        "queue": ticket.queue,
        "place_at": ticket.place.at_ms,
        "place_order": ticket.place.order,
        "now": to_ms(now),
    }
    if ticket.sent_to is None:
        row = connection.execute(_AHEAD_IN_QUEUE, found).one()
    else:
        row = connection.execute(_AHEAD_AT_WINDOW, {**found, "sent_to": ticket.sent_to}).one()
    return row.tickets, int(row.people)


def groups_before(connection: Connection, hall: str, place: Place) -> dict[str, list[Group]]:
    """Who waits in each lane, and before `place`, as domain.lanework.groups_ahead counts it."""
    found = {"in_hall": hall, "place_at": place.at_ms, "place_order": place.order}
    lanes: dict[str, list[Group]] = {}
    for row in connection.execute(_GROUPS, found):
        lane = window_lane(row.sent_to) if row.sent_to else row.queue
        waiting, before = expected_services(int(row.waiting)), expected_services(int(row.before))
        group = Group(row.queue, row.service, row.priority_class, row.lang, waiting, before, row.since)
        lanes.setdefault(lane, []).append(group)
    return lanes


def timed(connection: Connection, hall: str) -> list[Ticket]:
    """Tickets that are booked, may not be called yet, or are held for a time; see domain.line.Line.timed."""
    return _tickets(connection, _TIMED, in_hall=hall)


def line_of_window(connection: Connection, hall: str, window: str, queues: Sequence[str]) -> tuple[int, list[Ticket]]:
    """How many wait for one window, and the first of them in order of their places."""
    mine = {"in_hall": hall, "of_window": window, "queues": queues}
    count = connection.execute(_COUNT_FOR_WINDOW, mine).scalar_one()
    return count, _tickets(connection, _LINE_OF_WINDOW, **mine)


def set_aside(connection: Connection, hall: str, window: str, queues: Sequence[str]) -> list[Ticket]:
    """Tickets of `queues` held or missed at one window, the longest ago first.

    Naming all queues lets SQLite use the index of open tickets; sorting there would lead it to another one.
    """
    found = _tickets(connection, _SET_ASIDE, in_hall=hall, of_window=window, queues=queues)
    return sorted(found, key=lambda ticket: (ticket.called_at or ticket.issued_at, ticket.id))


def calls_of(connection: Connection, hall: str, ticket: str) -> Sequence[AnyRow]:
    """The stored calls of one ticket in order: time, data and detail; sorted here, so that its index is used."""
    return sorted(connection.execute(_CALLS_OF, {"in_hall": hall, "of_ticket": ticket}), key=lambda row: row.seq)


def events_after(connection: Connection, hall: str, after: int, most: int) -> Sequence[AnyRow]:
    """The hall's facts in order: seq, id, type, at, data."""
    return connection.execute(_EVENTS_AFTER, {"in_hall": hall, "after": after, "most": most}).fetchall()


def _tickets(connection: Connection, statement: Any, **found: Any) -> list[Ticket]:
    return [rows.ticket_of(row) for row in connection.execute(statement, found).mappings()]
