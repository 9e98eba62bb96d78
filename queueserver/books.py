"""Holds the two books of a business day against each other: what was counted live, and what the facts alone say.

Only reads, in one picture of the database, so that a running server may go on.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection, bindparam, select

from queueserver.domain.errors import DomainError
from queueserver.domain.recount import Recount, StoredFact
from queueserver.domain.statistics import Cell, Tally
from queueserver.store import rows
from queueserver.store import statements as sql
from queueserver.store.tables import events, halls, tickets, visits

COUNTED_SINCE: Final = "0003"
"""The schema from which on facts carry all that statistics need."""

_HALL = select(halls.c.seq).where(halls.c.hall == bindparam("in_hall"))
_NEXT_FACT = (
    select(events.c.seq, events.c.business_day)
    .where(events.c.hall == bindparam("in_hall"), events.c.seq >= bindparam("at_least"))
    .order_by(events.c.seq)
    .limit(1)
)
_FACTS = (
    select(
        events.c.seq,
        events.c.business_day,
        events.c.type,
        events.c.at,
        events.c.ticket,
        events.c.data,
        events.c.detail,
    )
    .where(events.c.hall == bindparam("in_hall"), events.c.seq >= bindparam("first"), events.c.seq < bindparam("after"))
    .order_by(events.c.seq)
)
_VISITS = select(visits.c.id, visits.c.number).where(
    visits.c.hall == bindparam("in_hall"), visits.c.business_day == bindparam("day")
)
_LEGS = select(tickets.c.id, tickets.c.state).where(
    tickets.c.hall == bindparam("in_hall"), tickets.c.visit.in_(bindparam("of_visits", expanding=True))
)
"""Asked apart from the visits: joined, SQLite would look through all tickets of the hall for those of a day."""
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Account:
    """One business day looked through: how much there was, and in words each thing that does not fit."""

    day: date
    facts: int
    tickets: int
    cells: int
    uncounted: int
    differences: tuple[str, ...]


def days(connection: Connection, hall: str) -> Iterator[date]:
    """The business days with facts, in order; raises DomainError("unknown_hall")."""
    newest = _newest(connection, hall)
    fact = _fact_from(connection, hall, 1)
    while fact is not None:
        yield fact[1]
        fact = _fact_from(connection, hall, _end_of(connection, hall, fact[1], newest))


def account(connection: Connection, hall: str, day: date) -> Account:
    """Everything of one business day compared; raises DomainError("unknown_hall")."""
    newest = _newest(connection, hall)
    first = _first_of(connection, hall, day, newest)
    after = _end_of(connection, hall, day, newest)
    recount = Recount()
    sequences = []
    for row in connection.execute(_FACTS, {"in_hall": hall, "first": first, "after": after}):
        sequences.append(row.seq)
        if row.business_day != day:
            recount.strange.append(f"fact {row.seq} belongs to {row.business_day}")
        recount.take(StoredFact(row.seq, row.type, row.at, row.ticket, json.loads(row.data), json.loads(row.detail)))
    stored = _stored(connection, hall, day)
    numbers = {row.id: row.number for row in connection.execute(_VISITS, {"in_hall": hall, "day": day})}
    states = _states_of(connection, hall, list(numbers))
    differences = (
        *_gaps(connection, hall, sequences, after),
        *recount.strange,
        *_numbers(recount, list(numbers.values())),
        *_states(recount.states, states),
        *cell_differences(stored, recount.cells),
    )
    return Account(day, len(sequences), len(states), len(stored), recount.uncounted, differences)


def cell_differences(stored: Mapping[Cell, Tally], recomputed: Mapping[Cell, Tally]) -> Iterator[str]:
    """Each cell that the two books do not agree on, in words."""
    nothing = Tally(0, 0)
    for cell in sorted({*stored, *recomputed}):
        one, other = stored.get(cell, nothing), recomputed.get(cell, nothing)
        if one != other:
            yield f"{_words(cell)}: stored {_amount(one)}, recomputed {_amount(other)}"


def _stored(connection: Connection, hall: str, day: date) -> dict[Cell, Tally]:
    found = connection.execute(sql.STATISTICS, {"in_hall": hall, "day": day}).mappings()
    return dict(rows.cell_of(row) for row in found)


def _states_of(connection: Connection, hall: str, of_visits: list[str]) -> dict[str, str]:
    """Each ticket of these visits with the state it is stored in."""
    states: dict[str, str] = {}
    for begin in range(0, len(of_visits), _AT_ONCE):
        some = {"in_hall": hall, "of_visits": of_visits[begin : begin + _AT_ONCE]}
        states |= {row.id: row.state for row in connection.execute(_LEGS, some)}
    return states


def _gaps(connection: Connection, hall: str, sequences: list[int], after: int) -> Iterator[str]:
    """Sequence numbers that are missing within the day, before it, or up to the next one."""
    if not sequences:
        return
    earlier = max(1, sequences[0] - 1)
    if (found := _fact_from(connection, hall, earlier)) and found[0] != earlier:
        yield f"fact {earlier} is missing"
    for before, following in zip(sequences, [*sequences[1:], after], strict=True):
        if following == before + 2:
            yield f"fact {before + 1} is missing"
        elif following != before + 1:
            yield f"facts {before + 1} to {following - 1} are missing"


def _numbers(recount: Recount, of_visits: list[str]) -> Iterator[str]:
    for number, times in sorted(Counter(recount.numbers).items()):
        if times > 1:
            yield f"number {number} was given out {times} times"
    if sorted(recount.numbers) != sorted(of_visits):
        unlike = sorted(Counter(recount.numbers) - Counter(of_visits)) or sorted(
            Counter(of_visits) - Counter(recount.numbers)
        )
        yield f"numbers of the facts and of the visits differ: {_few(unlike)}"


def _states(told: Mapping[str, str], stored: Mapping[str, str]) -> Iterator[str]:
    for ticket in sorted({*told, *stored}):
        if told.get(ticket) != stored.get(ticket):
            yield (
                f"ticket {ticket} is stored as {stored.get(ticket, 'missing')}, "
                f"the facts say {told.get(ticket, 'nothing of it')}"
            )


def _words(cell: Cell) -> str:
    named = (
        f"{name.replace('_', ' ')} {value}" for name, value in zip(cell._fields[3:], cell[3:], strict=True) if value
    )
    into = f", bin {cell.bin}" if cell.bin >= 0 else ""
    return f"{cell.measure}{into}, hour {cell.hour}, {', '.join(named)}"


def _amount(tally: Tally) -> str:
    return f"{tally.n} ({tally.total} ms)" if tally.total else f"{tally.n}"


def _few(words: list[str], most: int = 5) -> str:
    return ", ".join(words[:most]) + (f" and {len(words) - most} more" if len(words) > most else "")


# -- a day's facts are found by halving, as days follow each other in the hall's one line


def _newest(connection: Connection, hall: str) -> int:
    newest: int | None = connection.execute(_HALL, {"in_hall": hall}).scalar_one_or_none()
    if newest is None:
        raise DomainError("unknown_hall")
    return newest


def _fact_from(connection: Connection, hall: str, sequence: int) -> tuple[int, date] | None:
    """The first fact from `sequence` on, and its day."""
    row = connection.execute(_NEXT_FACT, {"in_hall": hall, "at_least": sequence}).first()
    return None if row is None else (row.seq, row.business_day)


def _first_of(connection: Connection, hall: str, day: date, newest: int) -> int:
    """The first sequence number of `day` or of a later one; behind the newest if there is none."""
    low, high = 1, newest + 1
    while low < high:
        middle = (low + high) // 2
        fact = _fact_from(connection, hall, middle)
        if fact is None or fact[1] >= day:
            high = middle
        else:
            low = fact[0] + 1
    return low


def _end_of(connection: Connection, hall: str, day: date, newest: int) -> int:
    return _first_of(connection, hall, date.fromordinal(day.toordinal() + 1), newest)
