"""The configuration changes while people wait: nobody is lost, no number comes twice, every refusal says why."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queueserver.store.database import open_engine
from tests.store.changing_days import MORE_ACTS, lived, random_steps
from tests.store.random_days import RandomDay, Step

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


def test_people_sent_to_one_window_from_two_queues_stand_in_one_line(url: str) -> None:
    """In memory and by the database: who is ahead, and how long both will wait. Each batch compares the two."""
    engine = open_engine(url, writing=True)
    day = RandomDay(engine)
    day.batch([("open", 2, 0), ("take", 0, 0), ("call", 0, 0), ("to_window", 0, 1)])
    day.batch([("take", 1, 0), ("call", 2, 0), ("to_window", 2, 1), ("take", 1, 0)])
    assert day.live is not None
    sent = [ticket for ticket in day.live.tickets.values() if ticket.sent_to == "w2"]
    assert [ticket.queue for ticket in sent] == ["social", "tax"]
    assert day.live.line.ahead(sent[1], day.clock.now()) == 1
    engine.dispose()
