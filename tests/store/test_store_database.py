"""Opening and migrating the database: fresh, same, older with a copy, newer refused, and what is no database at all."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from importlib import resources
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from queueserver.store import database
from queueserver.store.database import DatabaseRefusedError, open_engine, prepare
from queueserver.store.tables import metadata
from tests.store.store_kit import Office, audit, run, sqlite_url

NEXT_REVISION = '''"""A later schema"""

import sqlalchemy as sa
from alembic import op

revision = "later"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("windows", sa.Column("mood", sa.Integer(), nullable=False, server_default="5"))
    {more}
'''


def revision_of(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        found: str = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    return found


def head() -> str:
    found = ScriptDirectory(str(resources.files("queueserver.store") / "migrations")).get_current_head()
    assert found is not None
    return found


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A version of hallqueue whose schema is one revision ahead of this one's; the file may be changed."""
    folder = tmp_path / "versions"
    folder.mkdir()
    script = folder / "later.py"
    script.write_text(NEXT_REVISION.format(head=head(), more=""))
    ours = resources.files("queueserver.store") / "migrations" / "versions"
    real = database._alembic_config

    def with_later(url: str) -> Config:
        config = real(url)
        config.set_main_option("path_separator", "newline")
        config.set_main_option("version_locations", f"{ours}\n{folder}")
        return config

    monkeypatch.setattr(database, "_alembic_config", with_later)
    return script


def copies(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.copy"))


def test_a_fresh_file_gets_the_schema_of_the_tables(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "hall.db")
    prepare(url)
    assert revision_of(tmp_path / "hall.db") == head()
    engine = open_engine(url, writing=False)
    with engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_the_same_version_is_left_alone(url: str, hall_file: Path) -> None:
    before = hall_file.read_bytes()
    prepare(url)
    assert hall_file.read_bytes() == before
    assert copies(hall_file.parent) == []


def test_an_older_file_is_copied_then_migrated(url: str, hall_file: Path, later: Path) -> None:
    async def work() -> None:
        async with Office(url) as office:
            await office.take()

    run(work)
    prepare(url)
    assert revision_of(hall_file) == "later"
    assert copies(hall_file.parent) == [f"hall.db.schema-{head()}.copy"]
    copy = hall_file.parent / f"hall.db.schema-{head()}.copy"
    assert revision_of(copy) == head()
    with closing(sqlite3.connect(copy)) as kept:
        assert kept.execute("SELECT number FROM visits").fetchall() == [("A001",)]
        assert kept.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with closing(sqlite3.connect(hall_file)) as migrated:
        assert migrated.execute("SELECT number FROM visits").fetchall() == [("A001",)]
        assert migrated.execute("SELECT count(mood) FROM windows").fetchone() == (0,)
    prepare(url)
    assert len(copies(hall_file.parent)) == 1


def test_a_migration_that_fails_leaves_the_file_as_it_was(url: str, hall_file: Path, later: Path) -> None:
    later.write_text(NEXT_REVISION.format(head=head(), more='op.execute("UPDATE nonsense SET x = 1")'))
    with pytest.raises(DatabaseRefusedError, match="nonsense"):
        prepare(url)
    assert revision_of(hall_file) == head()
    with closing(sqlite3.connect(hall_file)) as connection:
        columns = {row[1] for row in connection.execute("PRAGMA table_info(windows)")}
    assert "mood" not in columns, "half a migration is none"

    async def work() -> None:
        async with Office(url) as office:
            assert (await office.take())["number"] == "A001"
            audit(office.engine)

    run(work)


def test_a_copy_that_cannot_be_made_stops_the_migration(url: str, hall_file: Path, later: Path) -> None:
    (hall_file.parent / f"hall.db.schema-{head()}.copy").mkdir()
    with pytest.raises(DatabaseRefusedError, match=r"no copy could be made .*hall\.db\.schema"):
        prepare(url)
    assert revision_of(hall_file) == head()


def test_a_file_of_a_newer_version_is_refused_untouched(url: str, hall_file: Path) -> None:
    with closing(sqlite3.connect(hall_file)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = hall_file.read_bytes()
    with pytest.raises(DatabaseRefusedError) as refusal:
        prepare(url)
    line = str(refusal.value)
    assert "newer version of hallqueue (schema 9999)" in line
    assert "\n" not in line
    assert hall_file.read_bytes() == before
    assert copies(hall_file.parent) == []


@pytest.mark.parametrize(
    "content", [b"This is a letter, not a database.\n" * 200, b"SQLite format 3\0" + b"\xff" * 8000]
)
def test_what_is_no_database_is_refused_untouched(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "letter.db"
    path.write_bytes(content)
    with pytest.raises(DatabaseRefusedError) as refusal:
        prepare(sqlite_url(path))
    assert "\n" not in str(refusal.value)
    assert path.read_bytes() == content


def test_another_programs_database_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE tickets (id INTEGER PRIMARY KEY, film TEXT)")
        connection.execute("INSERT INTO tickets (film) VALUES ('活着')")
        connection.commit()
    with pytest.raises(DatabaseRefusedError, match="tickets"):
        prepare(sqlite_url(path))
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT film FROM tickets").fetchall() == [("活着",)]
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    assert tables == [("tickets",)], "nothing of ours was left in it"


@pytest.mark.parametrize(
    ("lost", "said"),
    [("events", "no table events"), ("alembic_version", "does not say which version")],
)
def test_a_file_that_lost_a_table_is_refused_untouched(url: str, hall_file: Path, lost: str, said: str) -> None:
    prepare(url)
    with closing(sqlite3.connect(hall_file)) as connection:
        connection.execute(f"DROP TABLE {lost}")
        connection.commit()
        before = connection.execute("SELECT name FROM sqlite_master ORDER BY name").fetchall()
    with pytest.raises(DatabaseRefusedError, match=said):
        prepare(url)
    with closing(sqlite3.connect(hall_file)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master ORDER BY name").fetchall() == before


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatabaseRefusedError, match="unable to open database file"):
        prepare(sqlite_url(tmp_path / "missing" / "hall.db"))


def test_what_was_answered_survives_the_power(url: str) -> None:
    """WAL and synchronous=FULL (2) on the writer's connection, foreign keys kept."""
    engine = open_engine(url, writing=True)
    with engine.connect() as connection:
        settings = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert settings == ["wal", 2, 1]
    engine.dispose()


def test_whoever_begins_to_write_holds_the_file_before_reading(url: str, hall_file: Path) -> None:
    """So what a write has read cannot change under it."""
    engine = open_engine(url, writing=True)
    other = sqlite3.connect(hall_file, timeout=0, isolation_level=None)
    with closing(other), engine.begin(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    engine.dispose()


def test_reading_goes_on_while_somebody_writes(url: str, hall_file: Path) -> None:
    with closing(sqlite3.connect(hall_file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        reading = open_engine(url, writing=False)
        with reading.begin() as connection:
            assert connection.exec_driver_sql("SELECT seq FROM halls").scalar() == 1
        reading.dispose()
        other.execute("ROLLBACK")


def test_two_servers_that_start_at_once_migrate_once(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "hall.db")
    code = "import sys; from queueserver.store.database import prepare; prepare(sys.argv[1])"
    starting = [
        subprocess.Popen([sys.executable, "-c", code, url], cwd=Path(__file__).parents[2], stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    for process in starting:
        with process:
            _, errors = process.communicate(timeout=60)
            assert (process.returncode, errors) == (0, b"")
    assert revision_of(tmp_path / "hall.db") == head()
