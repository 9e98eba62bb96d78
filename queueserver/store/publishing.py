"""Putting a configuration in force: a new version, never a change of an old one, and a fact in the hall's line."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Connection

from contract.config import HallConfig
from queueserver.domain.errors import DomainError
from queueserver.domain.hall import HallPlan
from queueserver.domain.numbering import QueueDay
from queueserver.domain.schedule import business_day
from queueserver.store import rows
from queueserver.store import statements as sql
from queueserver.store.plans import plan_of
from queueserver.store.plantimes import minutes_of


def publish(
    connection: Connection,
    hall: str,
    config: HallConfig,
    now: datetime,
    event_id: str,
    *,
    by: str,
    note: str,
    expected: int | None,
) -> tuple[int, int]:
    """Store `config` as the newest version; returns (version, sequence).

    Raises DomainError: stale_draft, or invalid_field when the document is another hall's.
    """
    if config.hall.id != hall:
        raise DomainError("invalid_field", field="hall.id")
    row = connection.execute(sql.LOCK_HALL, {"in_hall": hall}).one_or_none()
    in_force, seq = (row.config_version, row.seq) if row else (0, 0)
    if expected is not None and expected != in_force:
        raise DomainError("stale_draft")
    version, sequence = in_force + 1, seq + 1
    at = max(rows.to_ms(now), row.at if row else 0)
    plan = plan_of(config, version)
    document = config.model_dump(mode="json")
    day = business_day(now, config.hall.time_zone, minutes_of(config.hall.day_boundary))
    if row is None:
        values = {"hall": hall, "seq": sequence, "relayed_seq": 0, "business_day": day, "config_version": version}
        values |= {"at": at, "calendar_seq": 0}
        connection.execute(sql.INSERT_HALL, values)
    else:
        day = row.business_day
        _skip_used_numbers(connection, plan, day)
        values = {"seq": sequence, "config_version": version, "at": at, "chance_at": rows.to_ms(now)}
        connection.execute(sql.ADVANCE_HALL.values(**values), {"in_hall": hall})
    connection.execute(
        sql.INSERT_CONFIG,
        {
            "hall": hall,
            "version": version,
            "document": document,
            "published_at": rows.to_ms(now),
            "published_by": by,
            "note": note,
        },
    )
    connection.execute(
        sql.INSERT_EVENT,
        {
            "hall": hall,
            "seq": sequence,
            "id": event_id,
            "type": "config.published",
            "at": at,
            "business_day": day,
            "ticket": None,
            "data": json.dumps({"version": version}),
            "detail": json.dumps({"by": by, "note": note}, ensure_ascii=False),
        },
    )
    return version, sequence


def _skip_used_numbers(connection: Connection, plan: HallPlan, day: date) -> None:
    """Let no counter run into numbers that were given out today under the prefix its queue has now.

    A counter beyond the range comes back into it: a range published by mistake and taken back leaves numbers to give.
    """
    known = {
        row["queue"]: rows.queue_day_of(row)
        for row in connection.execute(sql.QUEUE_DAYS, {"in_hall": plan.id, "day": day}).mappings()
    }
    used: dict[str, list[int]] = {}
    for number in connection.execute(sql.NUMBERS, {"in_hall": plan.id, "day": day}).scalars():
        prefix = number.rstrip("0123456789")
        used.setdefault(prefix, []).append(int(number[len(prefix) :]))
    moved = []
    for queue in plan.queues.values():
        counters = known.get(queue.id, QueueDay(queue.id, queue.first))
        highest = max(
            (digits for digits in used.get(queue.prefix, ()) if queue.first <= digits <= queue.last),
            default=queue.first - 1,
        )
        beyond = counters.next_number > queue.last
        if highest >= counters.next_number or beyond:
            moved.append(rows.queue_day_row(plan.id, day, replace(counters, next_number=highest + 1)))
    if moved:
        connection.execute(sql.upsert_queue_day(connection), moved)
