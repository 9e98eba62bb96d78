"""The configuration changes while people wait: nobody is lost, no number comes twice, every refusal says why."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queueserver.store.database import open_engine
from tests.store.both_databases import differences
from tests.store.changing_days import MORE_ACTS, ChangingDay
from tests.store.random_days import Step
from tests.store.store_kit import sqlite_url

steps = st.tuples(st.sampled_from(MORE_ACTS), st.integers(0, 7), st.integers(0, 3))
batches = st.lists(st.lists(steps, min_size=1, max_size=8), min_size=1, max_size=14)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("changing")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(batches=batches)
def test_whatever_is_published_meanwhile(template: Path, folder: Path, batches: list[list[Step]]) -> None:
    path = folder / "hall.db"
    for leftover in folder.iterdir():
        leftover.unlink()
    shutil.copy(template, path)
    lived(path, batches)


def lived(path: Path, batches: list[list[Step]]) -> ChangingDay:
    engine = open_engine(sqlite_url(path), writing=True)
    try:
        day = ChangingDay(engine)
        for batch in batches:
            day.batch(batch)
        assert list(differences(engine)) == []
        return day
    finally:
        engine.dispose()


@pytest.mark.parametrize("seed", range(2))
def test_a_long_time_of_it(hall_file: Path, seed: int) -> None:
    chance = random.Random(seed)
    day = lived(
        hall_file,
        [[(chance.choice(MORE_ACTS), chance.randrange(8), chance.randrange(4)) for _ in range(9)] for _ in range(60)],
    )
    assert day.published > 20
    assert {"queue_closed", "window_idle"} <= set(day.refused)
