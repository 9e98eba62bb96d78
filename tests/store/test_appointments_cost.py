"""Booking costs the same however many appointments are past: each question finds its rows by an index."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert

from contract.bodies import Channel
from queueserver.bookingview import BookingView
from queueserver.domain.appointment import Appointment, AppointmentState, code_from
from queueserver.published import Publications
from queueserver.store import appointments
from queueserver.store.database import open_engine
from queueserver.store.tables import appointments as table
from tests.store.store_kit import HALL, NOON, founded, sqlite_url
from tests.store.test_queries_cost import _plans

PAST, AHEAD = 8_000, 60
STEPS = 40_000
"""SQLite instructions; looking at every past appointment takes many times that."""


def _appointment(n: int) -> Appointment:
    """Six an hour, most of them long ago; every tenth missed, all by the same few people."""
    start = NOON + timedelta(minutes=10 * (AHEAD - n))
    past = start < NOON
    state = AppointmentState.NO_SHOW if past and n % 10 == 0 else AppointmentState.BOOKED
    if past and state is AppointmentState.BOOKED:
        state = AppointmentState.CHECKED_IN
    return Appointment(
        f"{n:026d}", code_from(n), "pension", "social", "social-times", start, start + timedelta(minutes=30), "phone",
        state, "en", start, holder=f"person-{n % 2000}", source="city", reference=f"r-{n}",
    )  # fmt: skip


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    engine = open_engine(founded(sqlite_url(tmp_path_factory.mktemp("booked") / "hall.db")), writing=True)
    rows = [appointments.appointment_row(HALL, _appointment(n), n) for n in range(PAST + AHEAD)]
    with engine.begin() as connection:
        connection.execute(insert(table), rows)
        connection.exec_driver_sql("ANALYZE")
    return engine


def view(connection: Connection) -> BookingView:
    return BookingView(connection, Publications().hall_now(connection, HALL), NOON)


def past(connection: Connection) -> appointments.StoredAppointments:
    return appointments.StoredAppointments(connection, HALL, {})


QUESTIONS: dict[str, Callable[[Connection], Any]] = {
    "a day": lambda c: view(c).slots("pension", date(2026, 3, 3), 1, Channel.PHONE),
    "one": lambda c: view(c).appointment(f"{7:026d}"),
    "code": lambda c: view(c).coded(code_from(7)),
    "reload": lambda c: appointments.kept(c, HALL, date(2026, 3, 2)),
    "reference": lambda c: past(c).referenced("city", ["r-7", "r-8"]),
    "missed": lambda c: past(c).missed_since("person-70", NOON - timedelta(days=90)),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_question_scans_past_appointments(engine: Engine, question: str) -> None:
    for statement, plan in _plans(engine, QUESTIONS[question]):
        for step in plan:
            if re.search(r"\bappointments\b", step):
                assert step.startswith("SEARCH"), (statement, plan)
                assert not re.search(r"\(hall=\?\)$", step), (statement, plan)


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_question_takes_many_steps(engine: Engine, question: str) -> None:
    with engine.connect() as connection, connection.begin():
        steps = 0

        def count() -> int:
            nonlocal steps
            steps += 100
            return 0

        raw: Any = connection.connection.driver_connection
        view(connection)
        raw.set_progress_handler(count, 100)
        QUESTIONS[question](connection)
        raw.set_progress_handler(None, 100)
    assert steps <= STEPS


def test_the_answers_are_right(engine: Engine) -> None:
    with engine.connect() as connection, connection.begin():
        assert len(past(connection).missed_since("person-70", NOON - timedelta(days=900))) == 4
        assert set(past(connection).referenced("city", ["r-7", "unheard"])) == {"r-7"}
        assert view(connection).coded(code_from(7)).id == f"{7:026d}"
