"""Changed hours and ends of days as rows: read for one business day, written with the command that made them."""

from __future__ import annotations

import json
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select

from queueserver.domain.closure import Closure
from queueserver.domain.daybook import Closing, Ended
from queueserver.domain.ticket import State
from queueserver.store import rows
from queueserver.store import tables as t
from queueserver.store.live import Change
from queueserver.store.statements import upsert

_CLOSURES: Final = (
    select(t.closures)
    .where(
        t.closures.c.hall == bindparam("in_hall"),
        t.closures.c.day >= bindparam("today"),
        t.closures.c.ended_at.is_(None),
    )
    .order_by(t.closures.c.id)
)
_CLOSINGS: Final = select(t.closings).where(
    t.closings.c.hall == bindparam("in_hall"), t.closings.c.business_day == bindparam("of_day")
)
"""Sorting there would lead SQLite through every past end of a day."""


def of_day(connection: Connection, hall: str, today: date) -> tuple[dict[str, Closure], Closing | None]:
    """The closures of `today` and later that hold, and the early end of `today` if it holds."""
    found = connection.execute(_CLOSURES, {"in_hall": hall, "today": today}).mappings()
    closures = {row["id"]: closure_of(row) for row in found}
    early = [one for one in closings(connection, hall, today) if not one.final and one.reopened_at is None]
    return closures, early[-1] if early else None


def closings(connection: Connection, hall: str, day: date) -> list[Closing]:
    """Every end of one business day, in order."""
    found = connection.execute(_CLOSINGS, {"in_hall": hall, "of_day": day}).mappings()
    return sorted((closing_of(row) for row in found), key=lambda closing: closing.id)


def write(connection: Connection, hall: str, change: Change) -> None:
    """Write the closures and closings in `change`."""
    if change.closures:
        values = [closure_row(hall, one) for one in change.closures.values()]
        connection.execute(upsert(connection, t.closures), values)
    if change.closings:
        values = [closing_row(hall, one) for one in change.closings.values()]
        connection.execute(upsert(connection, t.closings), values)


def closure_row(hall: str, closure: Closure) -> dict[str, Any]:
    return {
        "hall": hall,
        "id": closure.id,
        "day": closure.day,
        "start_minute": closure.band[0],
        "end_minute": closure.band[1],
        "queues": " ".join(closure.queues),
        "windows": " ".join(closure.windows),
        "opens": closure.opens,
        "reason": closure.reason,
        "made_by": closure.made_by,
        "made_at": rows.to_ms(closure.made_at),
        "ended_by": closure.ended_by,
        "ended_at": rows.to_ms(closure.ended_at) if closure.ended_at else None,
    }


def closure_of(row: rows.Row) -> Closure:
    return Closure(
        id=row["id"],
        day=row["day"],
        band=(row["start_minute"], row["end_minute"]),
        queues=tuple(row["queues"].split()),
        windows=tuple(row["windows"].split()),
        opens=row["opens"],
        reason=row["reason"],
        made_by=row["made_by"],
        made_at=rows.from_ms(row["made_at"]),
        ended_by=row["ended_by"],
        ended_at=rows.from_ms(row["ended_at"]) if row["ended_at"] is not None else None,
    )


def closing_row(hall: str, closing: Closing) -> dict[str, Any]:
    ended = [
        (one.ticket, one.number, one.queue, one.was.value, one.became.value, rows.itinerary_text(one.itinerary))
        for one in closing.ended
    ]
    return {
        "hall": hall,
        "id": closing.id,
        "business_day": closing.business_day,
        "at": rows.to_ms(closing.at),
        "by": closing.by,
        "reason": closing.reason,
        "final": closing.final,
        "ended": json.dumps(ended),
        "reopened_at": rows.to_ms(closing.reopened_at) if closing.reopened_at else None,
        "reopened_by": closing.reopened_by,
    }


def closing_of(row: rows.Row) -> Closing:
    ended = (
        Ended(ticket, number, queue, State(was), State(became), rows.itinerary_of(itinerary))
        for ticket, number, queue, was, became, itinerary in json.loads(row["ended"])
    )
    return Closing(
        id=row["id"],
        business_day=row["business_day"],
        at=rows.from_ms(row["at"]),
        by=row["by"],
        reason=row["reason"],
        final=row["final"],
        ended=tuple(ended),
        reopened_at=rows.from_ms(row["reopened_at"]) if row["reopened_at"] is not None else None,
        reopened_by=row["reopened_by"],
    )
