"""A published sample hall in a fresh SQLite file for every test that asks for one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.store.store_kit import founded, sqlite_url


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One migrated and published file, copied for each test because migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("template") / "hall.db"
    founded(sqlite_url(path))
    return path


@pytest.fixture
def hall_file(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(template, tmp_path / "hall.db"))


@pytest.fixture
def url(hall_file: Path) -> str:
    return sqlite_url(hall_file)
