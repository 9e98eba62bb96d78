"""The writer's SQL, built once: SQLAlchemy compiles each statement the first time and caches it."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, Table, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

from queueserver.store import tables as t

LOCK_HALL = (
    update(t.halls)
    .where(t.halls.c.hall == bindparam("in_hall"))
    .values(seq=t.halls.c.seq)
    .returning(
        t.halls.c.seq,
        t.halls.c.business_day,
        t.halls.c.config_version,
        t.halls.c.at,
        t.halls.c.calendar_seq,
        t.halls.c.chance_at,
    )
)
"""Takes the hall's row, and with it the hall, before anything is read."""

ADVANCE_HALL = update(t.halls).where(t.halls.c.hall == bindparam("in_hall"))
INSERT_HALL = insert(t.halls)
INSERT_CONFIG = insert(t.config_versions)
INSERT_VISIT = insert(t.visits)
UPDATE_VISIT = (
    update(t.visits)
    .where(t.visits.c.hall == bindparam("of_hall"), t.visits.c.id == bindparam("of_id"))
    .values(itinerary=bindparam("itinerary"))
)
INSERT_TICKET = insert(t.tickets)
INSERT_EVENT = insert(t.events)
INSERT_ANSWER = insert(t.answers)
DELETE_OLD_ANSWERS = delete(t.answers).where(
    t.answers.c.hall == bindparam("in_hall"), t.answers.c.at < bindparam("before")
)

_CHANGING = (
    "queue",
    "state",
    "priority_class",
    "place_at",
    "place_order",
    "called_at",
    "started_at",
    "ended_at",
    "window",
    "sent_to",
    "staff",
    "calls",
    "misses",
    "printed",
    "note",
    "booked_for",
    "not_before",
    "promised_low",
    "promised_high",
    "promised_expected",
    "promised_spread",
    "promised_waited",
    "promised_called",
    "seq",
)
UPDATE_TICKET = (
    update(t.tickets)
    .where(t.tickets.c.hall == bindparam("of_hall"), t.tickets.c.id == bindparam("of_id"))
    .values({name: bindparam(name) for name in _CHANGING})
)

FIND_ANSWERS = select(t.answers.c.key, t.answers.c.fingerprint, t.answers.c.status, t.answers.c.body).where(
    t.answers.c.hall == bindparam("in_hall"), t.answers.c.key.in_(bindparam("keys", expanding=True))
)

SELECT_TICKETS: Select[Any] = select(
    t.tickets,
    *(
        t.visits.c[name].label(f"visit_{name}")
        for name in (
            "number",
            "token",
            "arrived_at",
            "lang",
            "channel",
            "holder",
            "document",
            "person",
            "phone",
            "party",
            "itinerary",
            "appointment",
        )
    ),
).join(t.visits, (t.visits.c.hall == t.tickets.c.hall) & (t.visits.c.id == t.tickets.c.visit))
"""Whole tickets, as rows.ticket_of reads them."""

FIND_TICKET = SELECT_TICKETS.where(t.tickets.c.hall == bindparam("in_hall"), t.tickets.c.id == bindparam("ticket"))
OPEN_TICKETS = SELECT_TICKETS.where(
    t.tickets.c.hall == bindparam("in_hall"), t.tickets.c.ended_at.is_(None), t.tickets.c.queue > ""
)
"""Every queue's name comes after ""; saying so leads SQLite to the index of open tickets, not through all past ones."""
WINDOWS = select(t.windows).where(t.windows.c.hall == bindparam("in_hall"))
QUEUE_DAYS = select(t.queue_days).where(
    t.queue_days.c.hall == bindparam("in_hall"), t.queue_days.c.business_day == bindparam("day")
)
NUMBERS = select(t.visits.c.number).where(
    t.visits.c.hall == bindparam("in_hall"), t.visits.c.business_day == bindparam("day")
)
"""Every number given out on one business day."""

CONFIG = select(t.config_versions.c.document).where(
    t.config_versions.c.hall == bindparam("in_hall"), t.config_versions.c.version == bindparam("version")
)


STATISTICS = select(t.statistics).where(
    t.statistics.c.hall == bindparam("in_hall"), t.statistics.c.business_day == bindparam("day")
)


LEARNED = select(t.learned.c.queue, t.learned.c.document).where(t.learned.c.hall == bindparam("in_hall"))


def upsert_learned(connection: Connection) -> Insert:
    return upsert(connection, t.learned)


def upsert_window(connection: Connection) -> Insert:
    return upsert(connection, t.windows)


def upsert_queue_day(connection: Connection) -> Insert:
    return upsert(connection, t.queue_days)


def add_statistics(connection: Connection) -> Insert:
    """Adds to what is there: no reading before, and nothing to keep in memory."""
    return _adding(connection.dialect.name)


def changed(row: dict[str, Any]) -> dict[str, Any]:
    """The parameters of UPDATE_TICKET from a whole ticket row."""
    return {"of_hall": row["hall"], "of_id": row["id"], **{name: row[name] for name in _CHANGING}}


def upsert(connection: Connection, table: Table) -> Insert:
    """Insert rows of `table`, or replace those with the same key."""
    return _upsert(connection.dialect.name, table)


@cache
def _upsert(dialect: str, table: Table) -> Insert:
    kept = {column.name for column in table.primary_key}
    statement = _insert(dialect, table)
    values = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in kept}
    return _or_update(statement, table, values)


@cache
def _adding(dialect: str) -> Insert:
    statement, c = _insert(dialect, t.statistics), t.statistics.c
    more = {"n": c.n + statement.excluded.n, "total": c.total + statement.excluded.total}
    return _or_update(statement, t.statistics, more)


def _insert(dialect: str, table: Table) -> Any:
    return (sqlite if dialect == "sqlite" else postgresql).insert(table)


def _or_update(statement: Any, table: Table, values: dict[str, Any]) -> Insert:
    keys = [column.name for column in table.primary_key]
    result: Insert = statement.on_conflict_do_update(index_elements=keys, set_=values)
    return result
