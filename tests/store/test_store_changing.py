"""The configuration changes while people wait: nobody is lost, no number comes twice, every refusal says why."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.store.changing_days import MORE_ACTS, lived, random_steps
from tests.store.random_days import Step

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


@pytest.mark.parametrize("seed", range(2))
def test_a_long_time_of_it(hall_file: Path, seed: int) -> None:
    day = lived(hall_file, random_steps(seed, 60))
    assert day.published > 20
    assert {"queue_closed", "window_idle"} <= set(day.refused)
