"""No question costs more because the hall is old: query plans, and steps taken, with many days of tickets behind."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, insert, update

from contract.client.sample import SAMPLE_HALL
from contract.statistics import GroupBy
from queueserver import books, reports, selects
from queueserver.answers import Eyes, Renderer
from queueserver.catalogue import Catalogues
from queueserver.clock import SystemClock, Ulids
from queueserver.domain.ticket import State
from queueserver.hallview import HallView
from queueserver.published import Publications
from queueserver.store import publishing
from queueserver.store.database import open_engine, prepare
from queueserver.store.rows import to_ms
from queueserver.store.statements import OPEN_TICKETS
from queueserver.store.tables import events, halls, metadata, queue_days, tickets, visits, windows
from tests.store.both_databases import random_batches
from tests.store.random_days import RandomDay
from tests.store.store_kit import HandClock

HALL = SAMPLE_HALL.hall.id
TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
PAST_DAYS, A_DAY = 40, 300
OPEN = 60


@pytest.fixture(scope="module", params=["no statistics", "statistics"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Twelve thousand tickets of past days, sixty of today."""
    url = f"sqlite:///{tmp_path_factory.mktemp('old') / 'hall.db'}"
    prepare(url)
    writing = open_engine(url, writing=True)
    with writing.begin() as connection:
        _fill(connection)
    if request.param == "statistics":
        with writing.begin() as connection:
            connection.exec_driver_sql("ANALYZE")
    writing.dispose()
    reading = open_engine(url, writing=False)
    yield reading
    reading.dispose()


def _fill(connection: Connection) -> None:
    clock = SystemClock()
    publishing.publish(connection, HALL, SAMPLE_HALL, NOW, Ulids(clock)(), by="installer", note="", expected=None)
    rows: dict[Any, list[dict[str, Any]]] = {visits: [], tickets: [], events: []}
    sequence = 1
    for back in range(PAST_DAYS, -1, -1):
        day = TODAY - timedelta(days=back)
        for n in range(A_DAY if back else OPEN):
            sequence += 1
            _ticket(rows, day, n, sequence, over=back > 0)
    for table, found in rows.items():
        connection.execute(insert(table), found)
    connection.execute(
        insert(queue_days),
        [
            {"hall": HALL, "business_day": TODAY - timedelta(days=back), "queue": "social", "next_number": 61,
             "issued": 60, "last_called": ""}
            for back in range(PAST_DAYS)
        ],
    )  # fmt: skip
    connection.execute(
        insert(windows),
        {"hall": HALL, "id": "w1", "state": "open", "staff": "wang", "staff_name": "王丽", "ticket": _id(TODAY, 0),
         "pause_reason": "", "streak": 0},
    )  # fmt: skip
    connection.execute(update(halls).values(seq=sequence, business_day=TODAY))


def _id(day: date, n: int) -> str:
    return f"T{day:%y%m%d}{n:019d}"


def _ticket(rows: dict[Any, list[dict[str, Any]]], day: date, n: int, sequence: int, *, over: bool) -> None:
    at = to_ms(datetime(day.year, day.month, day.day, 1, tzinfo=UTC)) + n * 1000
    called = over or n == 0
    state = State.FINISHED if over else State.CALLED if n == 0 else State.WAITING
    number = f"A{n + 1:03d}"
    rows[visits].append(
        {"hall": HALL, "id": _id(day, n), "business_day": day, "number": number, "token": f"t{day:%y%m%d}{n}",
         "arrived_at": at, "lang": "zh-CN", "channel": "kiosk", "holder": "", "document": "", "person": "", "phone": ""}
    )  # fmt: skip
    rows[tickets].append(
        {"hall": HALL, "id": _id(day, n), "visit": _id(day, n), "leg": 1, "business_day": day, "queue": "social",
         "service": "pension", "state": state.value, "priority_class": "ordinary", "place_at": at,
         "place_order": sequence << 30, "issued_at": at, "called_at": at + 500 if called else None,
         "started_at": None, "ended_at": at + 900 if over else None, "window": "w1" if called else None,
         "sent_to": None, "staff": None, "calls": int(called), "misses": 0, "printed": True, "note": "",
         "seq": sequence}
    )  # fmt: skip
    rows[events].append(
        {"hall": HALL, "seq": sequence, "id": _id(day, n), "type": "ticket.issued", "at": at, "business_day": day,
         "ticket": _id(day, n), "data": "{}", "detail": "{}"}
    )  # fmt: skip


def view(connection: Connection) -> HallView:
    return HallView(connection, Publications().hall_now(connection, HALL), NOW)


QUESTIONS: dict[str, Callable[[Connection], Any]] = {
    "snapshot": lambda c: view(c).snapshot(),
    "catalogue": lambda c: Catalogues().json(view(c).now, NOW, "zh-CN", view(c).queues_now(), {}),
    "window": lambda c: view(c).window_view("w1", "zh-CN", Renderer(""), Eyes.STAFF),
    "wait": lambda c: view(c).wait_of(selects.tickets_by_id(c, HALL, [_id(TODAY, 30)])[_id(TODAY, 30)]),
    "number": lambda c: selects.last_leg(c, HALL, selects.visit_of_number(c, HALL, TODAY, "A005") or ""),
    "token": lambda c: selects.visit_of_token(c, f"t{TODAY:%y%m%d}7"),
    "why": lambda c: selects.calls_of(c, HALL, _id(TODAY, 0)),
    "events": lambda c: selects.events_after(c, HALL, PAST_DAYS * A_DAY, 100),
    "halls": selects.all_halls,
    "overdue": lambda c: selects.overdue_halls(c, NOW),
    "reload": lambda c: c.execute(OPEN_TICKETS, {"in_hall": HALL}).all(),
    "a week's statistics": lambda c: reports.report(
        c, view(c).now.published, TODAY - timedelta(days=7), TODAY, GroupBy.QUEUE, "en"
    ),
    "the books of a day": lambda c: books.account(c, HALL, TODAY + timedelta(days=1)),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_question_scans_the_past(engine: Engine, question: str) -> None:
    plans = _plans(engine, QUESTIONS[question])
    assert plans
    for statement, plan in plans:
        for step in plan:
            if re.search(r"\b(tickets|visits|events|queue_days|config_versions)\b", step):
                assert step.startswith("SEARCH"), (statement, plan)


STEPS = 60_000
"""SQLite instructions; the snapshot of sixty open tickets takes a third of it, a look at every past ticket far more."""


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("morning", [False, True], ids=["busy", "morning"])
def test_no_question_takes_many_steps(engine: Engine, question: str, morning: bool) -> None:
    with engine.connect() as connection, connection.begin():
        driver: Any = connection.connection.driver_connection
        steps = 0

        def count() -> int:
            nonlocal steps
            steps += 100
            return 0

        driver.set_progress_handler(count, 100)
        try:
            if morning:
                assert selects.latest_calls(connection, HALL, TODAY + timedelta(days=2)) == []
            else:
                QUESTIONS[question](connection)
        finally:
            driver.set_progress_handler(None, 0)
    assert steps < STEPS


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_question_walks_through_a_whole_hall(engine: Engine, question: str) -> None:
    """Only the index of open tickets may be read for a hall as a whole."""
    for statement, plan in _plans(engine, QUESTIONS[question]):
        for step in plan:
            if re.search(r"SEARCH (tickets|visits|events|queue_days) USING .*\(hall=\?\)$", step):
                assert "ix_tickets_open" in step, (statement, plan)


@pytest.fixture
def written(engine: Engine, tmp_path: Path) -> Iterator[Engine]:
    """The same old hall, to be written to."""
    old = str(engine.url.database)
    with closing(sqlite3.connect(old)) as source, closing(sqlite3.connect(tmp_path / "hall.db")) as copy:
        source.backup(copy)
    writing = open_engine(f"sqlite:///{tmp_path / 'hall.db'}", writing=True)
    yield writing
    writing.dispose()


SMALL = {"halls", "windows", "learned", "accounts", "tokens", "enrolments"}
"""Tables that do not grow with the days."""
GROWING = "|".join(table.name for table in metadata.sorted_tables if table.name not in SMALL)


def test_no_command_scans_the_past(written: Engine) -> None:
    """Every statement that any command sends, the turn of the day among them, leads to its rows by an index."""
    plans = _plans(written, lambda _: None, lambda: _everything_at_once(written))
    kinds = Counter(statement.split(maxsplit=1)[0] for statement, _ in plans)
    assert set(kinds) == {"SELECT", "UPDATE", "INSERT", "DELETE"}
    for statement, plan in plans:
        for step in plan:
            if re.search(rf"\b({GROWING})\b", step):
                assert step.startswith("SEARCH"), (statement, plan)
            if re.search(rf"SEARCH ({GROWING}) .*\(hall=\?\)$", step):
                assert "ix_tickets_open" in step, (statement, plan)


def _everything_at_once(engine: Engine) -> None:
    day = RandomDay(engine, HandClock(NOW + timedelta(hours=3)), compare=False)
    for batch in random_batches(seed=5, batches=12, most=40):
        day.batch(batch)
    day.batch([("day", 0, 0)])
    day.batch([("take", 0, 0)])


def test_the_answers_are_about_today(engine: Engine) -> None:
    with engine.connect() as connection, connection.begin():
        snapshot = view(connection).snapshot()
        social = next(queue for queue in snapshot.queues if queue.id == "social")
        assert social.waiting == OPEN - 1
        assert [call.number for call in snapshot.calls] == ["A001"]
        line = view(connection).window_view("w1", "en", Renderer(""), Eyes.STAFF)
        assert [entry.number for entry in line.waiting[:3]] == ["A002", "A003", "A004"]
        assert line.waiting_count == OPEN - 1
        middle = selects.tickets_by_id(connection, HALL, [_id(TODAY, 30)])[_id(TODAY, 30)]
        wait = view(connection).wait_of(middle)
        assert wait is not None
        assert (wait.position, wait.ahead) == (30, 29)


def _plans(
    engine: Engine, question: Callable[[Connection], Any], deed: Callable[[], None] = lambda: None
) -> list[tuple[str, list[str]]]:
    """Every statement that the question, or the deed, sends, with SQLite's plan for it."""
    sent: dict[str, Any] = {}

    def remember(_: Any, __: Any, statement: str, parameters: Any, ___: Any, many: bool) -> None:
        if statement.split(maxsplit=1)[0] in ("SELECT", "UPDATE", "INSERT", "DELETE"):
            sent[statement] = parameters[0] if many else parameters

    event.listen(engine, "before_cursor_execute", remember)
    try:
        with engine.connect() as connection, connection.begin():
            question(connection)
        deed()
    finally:
        event.remove(engine, "before_cursor_execute", remember)
    with engine.connect() as connection, connection.begin():
        return [
            (statement, [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)])
            for statement, parameters in sent.items()
        ]
