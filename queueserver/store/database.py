"""Opening the database: pragmas, migrations with a copy first, and a clear refusal of a newer file.

SQLite runs in WAL with synchronous=FULL: what was answered survives the power. PostgreSQL is used by URL.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from importlib import resources
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from queueserver.store.tables import metadata

BUSY_SECONDS: Final = 5.0
_AGAIN_SECONDS: Final = 0.05


class StorageError(Exception):
    """The database could not do it, nothing was changed: `code` is storage_full, storage_unavailable or internal."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class DatabaseRefusedError(Exception):
    """The database cannot be used by this version; the message is one line for the operator."""


def open_engine(url: str, *, writing: bool) -> Engine:
    """An engine for the one writer, or for readers; a SQLite transaction takes its lock when it begins to write."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})
        event.listen(engine, "connect", _sqlite_connected)
        event.listen(engine, "begin", _begin_immediate if writing else _begin_deferred)
        return engine
    patience = {} if "options" in parsed.query else {"options": f"-c lock_timeout={int(BUSY_SECONDS * 1000)}"}
    return create_engine(parsed, pool_pre_ping=True, connect_args=patience)


def prepare(url: str) -> None:
    """Bring the schema up to date, copying an older SQLite file first.

    Raises DatabaseRefusedError when the file comes from a newer version or cannot be opened.
    """
    patient_until = time.monotonic() + BUSY_SECONDS
    while not _prepared(url, patient_until):
        time.sleep(_AGAIN_SECONDS)


def _prepared(url: str, patient_until: float) -> bool:
    """False: another process is making the file, of which SQLite says "locked" at once, without waiting."""
    engine = open_engine(url, writing=True)
    try:
        _migrate(engine, _alembic_config(url))
    except (OperationalError, sqlite3.DatabaseError, OSError) as error:
        if "database is locked" in str(error) and time.monotonic() < patient_until:
            return False
        raise DatabaseRefusedError(f"the database cannot be opened: {_first_line(error)}") from error
    except DBAPIError as error:
        raise DatabaseRefusedError(f"the database is not usable: {_first_line(error)}") from error
    finally:
        engine.dispose()
    return True


def classify(error: SQLAlchemyError) -> StorageError:
    """What a database error means to whoever waits for an answer."""
    original = getattr(error, "orig", None)
    text = str(original or error)
    if isinstance(original, sqlite3.Error):
        code = getattr(original, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_FULL:
            return StorageError("storage_full", text)
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return StorageError("storage_unavailable", text)
    if "No space left" in text or "disk is full" in text:
        return StorageError("storage_full", text)
    return StorageError("storage_unavailable", text)


def _migrate(engine: Engine, config: Config) -> None:
    script = ScriptDirectory.from_config(config)
    newest = script.get_current_head()
    with engine.connect() as connection:
        found = _revision(connection)
        if found is None and _table_of_ours(connection):
            found = _revision(connection)  # another server may have made the schema since the first look
            if found is None:
                _refuse_nameless(connection)
        if found == newest:
            _must_be_whole(connection)
            return
        if found is not None:
            _must_be_known(script, found)
            _copy_aside(engine, found)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def _must_be_known(script: ScriptDirectory, revision: str) -> None:
    try:
        script.get_revision(revision)
    except CommandError as error:
        raise DatabaseRefusedError(
            f"the database was written by a newer version of hallqueue (schema {revision}); "
            "install that version, or restore the copy made before the upgrade"
        ) from error


def _must_be_whole(connection: Connection) -> None:
    missing = sorted(set(metadata.tables) - set(inspect(connection).get_table_names()))
    if missing:
        raise DatabaseRefusedError(f"the database is damaged: it has no table {missing[0]}; restore a copy of it")


def _revision(connection: Connection) -> str | None:
    found = MigrationContext.configure(connection).get_current_revision()
    connection.rollback()
    return found


def _table_of_ours(connection: Connection) -> str:
    """The first table that has a name of ours, or ""."""
    return min(set(metadata.tables) & set(inspect(connection).get_table_names()), default="")


def _refuse_nameless(connection: Connection) -> None:
    """Tables without a schema version are another program's, or ours after somebody dropped what tells the version."""
    raise DatabaseRefusedError(
        f"the database has a table {_table_of_ours(connection)} but does not say which version of hallqueue made it; "
        "use another database, or restore a copy of this one"
    )


def _copy_aside(engine: Engine, revision: str) -> None:
    """SQLite only: a consistent copy beside the file, named after the schema it holds."""
    path = engine.url.database
    if engine.url.get_backend_name() != "sqlite" or not path or path == ":memory:":
        return
    target = Path(f"{path}.schema-{revision}.copy")
    try:
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
    except sqlite3.Error as error:
        raise DatabaseRefusedError(f"no copy could be made before the upgrade, at {target}: {error}") from error


def _alembic_config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.files("queueserver.store") / "migrations"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def _sqlite_connected(connection: Any, _: Any) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "cache_size=-32768",
        "journal_size_limit=67108864",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_deferred(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _first_line(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]
