"""Parts of the store's tests: a clock to turn by hand, a writer on a real database, and an audit of what is in it."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine, text

from contract.client.sample import SAMPLE_HALL
from contract.config import HallConfig, Window
from queueserver import books
from queueserver.clock import Ulids, visitor_token
from queueserver.domain.errors import DomainError
from queueserver.domain.ticket import OPEN_STATES, State
from queueserver.handlers import commands
from queueserver.ports import Actor, Answer, AppointmentAnswer, CallAnswer, Clock, Imported, NewId, TicketAnswer
from queueserver.store import statements as sql
from queueserver.store.batch import Reply, load
from queueserver.store.database import StorageError, open_engine, prepare
from queueserver.store.live import LiveHall
from queueserver.store.writer import Writer

HALL = "sample"
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
"""Monday, 12:00 in the sample hall."""


def many_windows(count: int) -> HallConfig:
    """The sample hall with so many windows, all of which serve queue "social" alone."""
    name = {"zh-CN": "窗口", "en": "Window"}
    windows = tuple(
        Window(id=f"w{n}", label=str(n), name=name, zone="east", serves=("social",)) for n in range(1, count + 1)
    )
    return SAMPLE_HALL.model_copy(update={"windows": windows})


class HandClock:
    """Stands still until it is turned."""

    def __init__(self, now: datetime = NOON) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    def turn(self, **span: float) -> None:
        self.time += timedelta(**span)


class Office:
    """A writer on a database of its own opening, to be used in `async with`."""

    def __init__(self, url: str, clock: Clock | None = None, new_id: NewId | None = None) -> None:
        self.clock = clock or HandClock()
        self.engine: Engine = open_engine(url, writing=True)
        self.told: list[tuple[str, int]] = []
        self.writer = Writer(self.engine, self.clock, new_id or Ulids(self.clock), visitor_token, self._tell)

    def _tell(self, hall: str, seq: int) -> None:
        self.told.append((hall, seq))

    async def __aenter__(self) -> Self:
        self.writer.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.writer.close)
        self.engine.dispose()

    async def do(self, command: commands.Command, key: str = "", hall: str = HALL) -> dict[str, Any]:
        """The answer as `render` made it; raises what the writer raises."""
        reply = await self.writer.submit(hall, command, key=key, render=render)
        found: dict[str, Any] = json.loads(reply.body)
        return found

    async def take(self, service: str = "pension", key: str = "", **more: Any) -> dict[str, Any]:
        return await self.do(commands.TakeTicket(service, "kiosk", "zh-CN", **more), key)

    async def refused(self, command: commands.Command, key: str = "") -> str:
        """The code of the refusal; fails when there is none."""
        try:
            await self.do(command, key)
        except DomainError as refusal:
            return refusal.code
        raise AssertionError(f"{command} was not refused")

    async def open(self, *windows: str) -> None:
        for window in windows:
            await self.do(commands.OpenWindow(window, Actor(f"staff-{window}", "某人", frozenset({"clerk"}))))

    def in_memory(self) -> LiveHall | None:
        """What the writer believes; to be asked only while it has nothing to do."""
        return self.writer._lives.get(HALL)


def render(answer: Answer) -> Reply:
    """Enough of every answer to compare it."""
    match answer:
        case TicketAnswer():
            body = _ticket(answer)
        case CallAnswer():
            body = _ticket(answer.called) | {"reason": answer.reason.code}
        case AppointmentAnswer():
            made = answer.appointment
            body = {"id": made.id, "code": made.code, "state": made.state.value, "start": made.start.isoformat()}
        case Imported():
            body = {"lines": [[line.reference, line.result, line.code] for line in answer.lines]}
        case _:
            body = {"answer": type(answer).__name__}
    return Reply(200, json.dumps(body, ensure_ascii=False).encode())


def said(result: object) -> str:
    """The number of the ticket in an answer, or the code of the error that came instead."""
    if isinstance(result, DomainError | StorageError):
        return result.code
    assert isinstance(result, dict), result
    return str(result["number"])


def _ticket(answer: TicketAnswer) -> dict[str, Any]:
    ticket = answer.ticket
    wait = asdict(answer.wait) if answer.wait else None
    return {"id": ticket.id, "number": ticket.number, "state": ticket.state.value, "calls": ticket.calls, "wait": wait}


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 60))


def founded(url: str, config: HallConfig = SAMPLE_HALL, now: datetime = NOON, new_id: NewId | None = None) -> str:
    """A database with the hall published in it at `now`; returns `url`."""
    prepare(url)

    async def found() -> None:
        async with Office(url, HandClock(now), new_id) as office:
            assert await office.writer.publish_config(HALL, config, by="test", note="") == 1

    asyncio.run(found())
    return url


def sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"


def rows_of(engine: Engine, query: str) -> list[Any]:
    """Rows as tuples, or plain values when there is one column."""
    with engine.begin() as connection:
        rows = [tuple(row) for row in connection.execute(text(query))]
    return [row[0] if len(row) == 1 else row for row in rows]


def contents(engine: Engine) -> dict[str, list[Any]]:
    """Everything commands can change, to see that nothing did."""
    tables = (
        "halls",
        "visits",
        "tickets",
        "windows",
        "queue_days",
        "events",
        "answers",
        "statistics",
        "appointments",
        "closures",
        "closings",
    )
    return {table: sorted(rows_of(engine, f"SELECT * FROM {table}"), key=repr) for table in tables}


def reloaded(connection: Connection) -> LiveHall:
    row = connection.execute(sql.LOCK_HALL, {"in_hall": HALL}).one()
    return load(connection, HALL, row)


def assert_same(memory: LiveHall, disk: LiveHall) -> None:
    """What the writer believes is what a fresh start would read."""
    assert (memory.plan, memory.seq, memory.business_day) == (disk.plan, disk.seq, disk.business_day)
    assert memory.tickets == disk.tickets
    assert memory.windows == disk.windows
    assert memory.queue_days == disk.queue_days
    assert memory.holders == disk.holders
    assert memory.learned == disk.learned
    windows = memory.plan.windows
    lanes = {*memory.plan.queues, *(f"window/{window}" for window in windows), *(f"held/{w}" for w in windows)}
    assert set(memory.line.holders()) == set(disk.line.holders())
    assert (memory.at, memory.calendar_seq) == (disk.at, disk.calendar_seq)
    assert (memory.closures, memory.closing) == (disk.closures, disk.closing)
    assert memory.agenda.appointments == disk.agenda.appointments
    for lane in lanes:
        assert [t.id for t in memory.line.in_order(lane)] == [t.id for t in disk.line.in_order(lane)]
    for queue in memory.plan.queues:
        assert memory.line.count(queue) == disk.line.count(queue)


def audit(engine: Engine) -> None:
    """The books of the sample hall: no gap, no double, and the facts alone tell how everything stands."""
    events = rows_of(engine, "SELECT seq, type, ticket, data, detail, business_day FROM events ORDER BY seq")
    moments = rows_of(engine, "SELECT at FROM events ORDER BY seq")
    assert moments == sorted(moments), "the hall's time never runs back"
    assert [event[0] for event in events] == list(range(1, len(events) + 1)), "sequence numbers without gaps"
    assert rows_of(engine, f"SELECT seq FROM halls WHERE hall = '{HALL}'") == [len(events)]
    ids = rows_of(engine, "SELECT id FROM events")
    assert len(set(ids)) == len(ids)
    visits = rows_of(engine, "SELECT business_day, number FROM visits")
    assert len(set(visits)) == len(visits), "no number twice on one day"
    _audit_numbers(visits)
    _audit_states(engine, events)
    _audit_appointments(engine, events)
    _audit_windows(engine)
    _audit_statistics(engine)


def _audit_statistics(engine: Engine) -> None:
    """Counted live or made from the facts alone: the same, on every day."""
    with engine.begin() as connection:
        days = list(books.days(connection, HALL))
        accounts = [books.account(connection, HALL, day) for day in days]
    assert [account for account in accounts if account.differences] == []
    assert {account.uncounted for account in accounts} <= {0}
    assert rows_of(engine, "SELECT DISTINCT business_day FROM events ORDER BY 1") in (days, [f"{d}" for d in days])


def _audit_numbers(visits: list[tuple[Any, str]]) -> None:
    by_line: dict[tuple[Any, str], list[int]] = {}
    for day, number in visits:
        prefix, digits = re.fullmatch(r"([A-Z]+)(\d+)", number).groups()  # type: ignore[union-attr] # a number's form
        by_line.setdefault((day, prefix), []).append(int(digits))
    for line, digits_given in by_line.items():
        assert sorted(digits_given) == list(range(1, len(digits_given) + 1)), f"numbers of {line} without gaps"


def _audit_states(engine: Engine, events: list[Any]) -> None:
    """Fold the facts: each ticket's last one says the state its row has."""
    told: dict[str, str] = {}
    calls: Counter[str] = Counter()
    for _, kind, ticket, data, detail, _day in events:
        if kind == "day.closed":
            told |= dict(json.loads(detail)["ended"])
        if kind == "day.reopened":
            told |= dict(json.loads(detail)["returned"])
        if not kind.startswith("ticket."):
            continue
        facts = json.loads(data)
        assert State(told.get(ticket, State.WAITING.value)) in OPEN_STATES, f"{kind} after the end of {ticket}"
        told[ticket] = facts["state"]
        if kind == "ticket.transferred":
            told[facts["from_ticket"]] = State.TRANSFERRED.value
        calls[ticket] += kind == "ticket.called"
    rows = rows_of(engine, "SELECT id, state, ended_at, seq FROM tickets")
    assert told == {ticket: state for ticket, state, _, _ in rows}
    for ticket, state, ended_at, seq in rows:
        assert (ended_at is None) == (State(state) in OPEN_STATES), ticket
        assert 1 <= seq <= len(events)


def _audit_appointments(engine: Engine, events: list[Any]) -> None:
    """Each appointment's last fact says the state its row has; no slot holds more people than it has places."""
    told = {}
    for _, kind, _, data, _, _ in events:
        if kind.startswith("appointment."):
            facts = json.loads(data)
            told[facts["appointment"]] = facts["state"]
    rows = rows_of(engine, "SELECT id, state, slot, start_at, channel, over_quota FROM appointments")
    assert told == {row[0]: row[1] for row in rows}
    capacity = {template.id: template.capacity for template in SAMPLE_HALL.slots}
    sitting = Counter((row[2], row[3]) for row in rows if row[1] in ("booked", "checked_in", "no_show") and not row[5])
    assert all(count <= capacity[slot] for (slot, _), count in sitting.items())
    codes = rows_of(engine, "SELECT code FROM appointments")
    assert len(set(codes)) == len(codes)


def _audit_windows(engine: Engine) -> None:
    at_windows = rows_of(engine, "SELECT id, \"window\" FROM tickets WHERE state IN ('called', 'serving')")
    windows = rows_of(engine, "SELECT ticket, id FROM windows WHERE ticket IS NOT NULL")
    assert sorted(at_windows) == sorted(windows), "one active ticket a window, one window a ticket"


def calls_of(engine: Engine) -> Counter[str]:
    """How often each ticket was called."""
    return Counter(rows_of(engine, "SELECT ticket FROM events WHERE type = 'ticket.called'"))
