"""A PostgreSQL server of the tests' own: in a temporary folder, on a Unix socket, gone afterwards."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

_OWNER = "postgres"
_START_SECONDS = 60


def programs() -> Path:
    """The folder with initdb and postgres; skips the test when there is none or nobody may run them."""
    found = shutil.which("initdb")
    candidates = [Path(found).resolve().parent] if found else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    pytest.skip("PostgreSQL is not installed (Debian package postgresql)")


def owner() -> dict[str, Any]:
    """PostgreSQL refuses to run as root, so then it runs as its own user."""
    if os.geteuid() != 0:
        return {}
    try:
        entry = pwd.getpwnam(_OWNER)
    except KeyError:
        pytest.skip(f"PostgreSQL does not run as root and there is no user {_OWNER}")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


@contextlib.contextmanager
def running() -> Iterator[Path]:
    """A server whose socket is in the folder it gives."""
    folder, who = programs(), owner()
    with tempfile.TemporaryDirectory(prefix="hall-pg-") as home:
        if who:
            os.chown(home, who["user"], who["group"])
        data = Path(home) / "data"
        subprocess.run(
            [folder / "initdb", "-D", data, "-U", _OWNER, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"],
            check=True,
            capture_output=True,
            cwd=home,
            **who,
        )
        server = subprocess.Popen(
            [folder / "postgres", "-D", data, "-c", "listen_addresses=", "-c", f"unix_socket_directories={home}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=home,
            **who,
        )
        with server:
            try:
                _wait_for(Path(home), server)
                yield Path(home)
            finally:
                server.send_signal(signal.SIGQUIT)  # at once: its data is thrown away with its folder


def _wait_for(home: Path, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _START_SECONDS
    while server.poll() is None and time.monotonic() < until:
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(_conninfo(home)):
            return
        time.sleep(0.05)
    raise RuntimeError("PostgreSQL did not start")


def _conninfo(home: Path) -> str:
    return f"host={home} user={_OWNER} dbname=postgres"


def create_database(home: Path, name: str, template: str = "template1") -> str:
    """A fresh copy of `template`; returns its SQLAlchemy URL."""
    with psycopg.connect(_conninfo(home), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
    return f"postgresql+psycopg://{_OWNER}@/{name}?host={home}"


def terminate_connections(home: Path, name: str) -> int:
    """Cut every connection to a database, as a failover does; returns how many there were."""
    with psycopg.connect(_conninfo(home), autocommit=True) as connection:
        cut = connection.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = %s", [name]
        ).fetchone()
    return int(cut[0]) if cut else 0
