"""SQLite and PostgreSQL hold the same after the same days: every ticket, fact and statistic, to the byte."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from queueserver.store.database import open_engine
from tests.store.both_databases import Counting, everything, random_batches, written
from tests.store.postgres_server import create_database, running
from tests.store.random_days import Step, batches
from tests.store.store_kit import founded, sqlite_url


@pytest.fixture(scope="module")
def server() -> Iterator[Path]:
    with running() as home:
        founded(create_database(home, "template_hall"), new_id=Counting())
        yield home


@pytest.fixture(scope="module")
def founded_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("founded") / "hall.db"
    founded(sqlite_url(path), new_id=Counting())
    return path


def same(server: Path, file: Path, days: list[list[Step]]) -> None:
    path = Path(shutil.copy(file, file.with_name("day.db")))
    on_sqlite = written(sqlite_url(path), days)
    on_postgres = written(create_database(server, "day", "template_hall"), days)
    for table, rows in on_sqlite.items():
        assert rows == on_postgres[table], table
    assert len(on_sqlite["events"]) > 1


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(days=batches)
def test_random_days(server: Path, founded_file: Path, days: list[list[Step]]) -> None:
    same(server, founded_file, days)


def test_a_long_time_with_everything_in_it(server: Path, founded_file: Path) -> None:
    same(server, founded_file, random_batches(seed=3, batches=60, most=30))


def test_the_comparison_sees_one_letter(founded_file: Path) -> None:
    """A difference in one event's data is a difference."""
    engine = open_engine(sqlite_url(founded_file), writing=False)
    one, other = everything(engine), everything(engine)
    engine.dispose()
    assert one == other
    row = list(other["events"][0])
    row[6] = json.dumps({"version": 2})
    other["events"][0] = tuple(row)
    assert one != other
