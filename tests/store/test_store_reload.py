"""Whatever happens: memory is what a fresh start reads, and the facts alone tell how everything stands."""

from __future__ import annotations

import random
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import text

from contract.events import EVENT_DATA
from queueserver.store.database import open_engine
from queueserver.store.rows import from_ms, to_ms
from queueserver.store.writer import MOST_TOGETHER
from tests.store.random_days import ACTS, RandomDay, Step, batches
from tests.store.store_kit import audit, reloaded, rows_of, sqlite_url


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("random")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(batches=batches)
def test_memory_equals_a_fresh_start(template: Path, folder: Path, batches: list[list[Step]]) -> None:
    path = folder / "hall.db"
    for leftover in folder.iterdir():
        leftover.unlink()
    shutil.copy(template, path)
    engine = open_engine(sqlite_url(path), writing=True)
    try:
        day = RandomDay(engine)
        for batch in batches:
            day.batch(batch)
        audit(engine)
    finally:
        engine.dispose()


def test_whole_batches_of_everything_at_once(url: str) -> None:
    """As many commands in one commit as the writer ever puts into one."""
    engine, chance = open_engine(url, writing=True), random.Random(7)
    day = RandomDay(engine)
    for _ in range(18):
        day.batch([(chance.choice(ACTS), chance.randrange(8), chance.randrange(4)) for _ in range(MOST_TOGETHER)])
    audit(engine)
    kinds = set(rows_of(engine, "SELECT DISTINCT type FROM events"))
    elsewhere = {"announcement.broadcast", "window.switched"}
    assert kinds == set(EVENT_DATA) - elsewhere, "every kind of fact came about that this hall has"
    assert rows_of(engine, "SELECT count(*) FROM tickets")[0] > 100
    engine.dispose()


def test_a_claim_and_the_time_to_wait_for_are_kept(url: str) -> None:
    engine = open_engine(url, writing=True)
    day = RandomDay(engine)
    day.batch([("take", 0, 0)])
    at = to_ms(day.clock.now() + timedelta(minutes=30))
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE tickets SET booked_for = {at}, not_before = {at - 600_000}, place_at = {at}"))
        day.live = reloaded(connection)
    day.batch([("print", 0, 0), ("take", 0, 0), ("call", 0, 0)])
    with engine.begin() as connection:
        booked = next(t for t in reloaded(connection).tickets.values() if t.booked_for is not None)
    assert (booked.booked_for, booked.not_before) == (from_ms(at), from_ms(at - 600_000))
    assert (booked.state.value, booked.printed) == ("waiting", True)
    day.clock.turn(minutes=20)
    day.batch([("finish", 0, 0), ("no_show", 0, 0), ("call", 0, 0)])
    assert rows_of(engine, "SELECT not_before FROM tickets WHERE booked_for IS NOT NULL AND state = 'called'") == [None]
    engine.dispose()
