"""A recorded day done again: today's rules call whom they called then, and the day replayed is the day itself."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Engine

from contract.config import HallConfig
from hall.__main__ import main
from proofs.lived import founded
from proofs.replay import lived as lived_day
from queueserver.domain.ticket import State
from queueserver.hallfile import load
from queueserver.simulation.days import play
from queueserver.simulation.invention import InventedDays
from queueserver.simulation.recording import Recording, RecordingError, read_day
from queueserver.simulation.records import Records
from queueserver.simulation.replay import RecordedDays
from queueserver.simulation.retrace import retrace
from queueserver.simulation.scenariofile import read_scenario
from queueserver.simulation.whatif import Change, WhatIf
from queueserver.store.database import open_engine
from tests.store.random_days import RandomDay, Step, batches
from tests.store.store_kit import rows_of, sqlite_url
from tests.unit.simulation_kit import SMALL_HALL, written

DAY = date(2027, 3, 1)


def as_sample_hall(config: HallConfig) -> HallConfig:
    return config.model_copy(update={"hall": config.hall.model_copy(update={"id": "sample"})})


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Engine, Records]:
    """A database in which one invented day was lived, and what happened."""
    folder = tmp_path_factory.mktemp("lived")
    config = as_sample_hall(load(SMALL_HALL))
    engine = founded(sqlite_url(folder / "hall.db"), config, DAY, datetime(2027, 2, 28, 22, tzinfo=UTC))
    setting = read_scenario(
        written(folder, ("days = 2", "days = 1"), ("reaction_seconds = 5", "reaction_seconds = 7.5"))
    )
    days = InventedDays(setting)
    days.config = config
    return engine, lived_day(days, engine)


def recorded(engine: Engine) -> Recording:
    with engine.begin() as connection:
        return read_day(connection, DAY)


def test_a_lived_day_comes_out_as_it_was(lived: tuple[Engine, Records]) -> None:
    engine, then = lived
    recording = recorded(engine)
    found = retrace(recording)
    assert found.calls == len(then.calls) > 60
    assert (found.differences, dict(found.unknown)) == ([], {})


def test_a_replayed_day_is_the_day_itself(lived: tuple[Engine, Records]) -> None:
    """Not only whom the rules choose: every visitor comes, waits, is served and leaves in the same millisecond."""
    engine, then = lived
    again = play(RecordedDays(recorded(engine)), WhatIf()).records
    assert again.calls == then.calls
    assert [(leg.number, leg.since_ms, leg.called_ms, leg.started_ms) for leg in again.legs] == [
        (leg.number, leg.since_ms, leg.called_ms, leg.started_ms) for leg in then.legs
    ]
    ended = {leg.number: leg.end for leg in again.legs if leg.end is not State.EXPIRED}
    assert ended.items() <= {leg.number: leg.end for leg in then.legs}.items()


def test_a_call_the_rules_would_not_make_is_found(lived: tuple[Engine, Records]) -> None:
    engine, _ = lived
    recording = recorded(engine)
    turned = recording.config.model_copy(
        update={
            "priority_classes": tuple(
                kind.model_copy(update={"privileged": False}) for kind in recording.config.priority_classes
            )
        }
    )
    found = retrace(replace(recording, configs={recording.version: turned}))
    assert found.differences
    first = found.differences[0]
    assert first.instead not in ("", first.fact.data["number"])
    assert first.fact.data["priority_class"] == "green-channel"


def test_other_windows_other_waits_but_the_same_visitors(lived: tuple[Engine, Records]) -> None:
    engine, then = lived
    days = RecordedDays(recorded(engine))
    closed = play(days, WhatIf(changes=(Change("w1", False, (0, 1440)),))).records
    assert "w1" not in closed.windows
    assert len(closed.legs) == len(then.legs)
    assert len(closed.calls) < len(then.calls)
    more = play(days, WhatIf(windows=4)).records
    assert sum(leg.wait_ms or 0 for leg in more.legs) < sum(leg.wait_ms or 0 for leg in then.legs)
    assert play(days, WhatIf()).records.calls == then.calls, "a tried variant leaves no trace"


def test_more_arrivals_are_copies(lived: tuple[Engine, Records]) -> None:
    engine, then = lived
    twice = play(RecordedDays(recorded(engine), factor=2.0), WhatIf()).records
    assert len(twice.legs) + twice.refused.total() == 2 * len(then.legs)
    half = play(RecordedDays(recorded(engine), factor=0.5, seed=3), WhatIf()).records
    assert 0.3 < len(half.legs) / len(then.legs) < 0.7


def test_another_hall_may_be_tried(lived: tuple[Engine, Records]) -> None:
    engine, then = lived
    recording = recorded(engine)
    eager = recording.config.hall.policy.model_copy(update={"privileged_per_ordinary": 1, "longest_wait_minutes": 10})
    other = recording.config.model_copy(update={"hall": recording.config.hall.model_copy(update={"policy": eager})})
    changed = play(RecordedDays(recording, other), WhatIf()).records
    assert changed.calls != then.calls
    assert {number for number, _ in changed.calls} & {number for number, _ in then.calls}


def test_a_day_without_tickets_is_said(lived: tuple[Engine, Records]) -> None:
    engine, _ = lived
    with engine.begin() as connection:
        with pytest.raises(RecordingError, match=r"on 2027-03-09 no tickets .* from 2027-03-01 to 2027-03-01"):
            read_day(connection, date(2027, 3, 9))
        with pytest.raises(RecordingError, match="there is no hall 'x'; choose one with --site: sample"):
            read_day(connection, DAY, "x")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("random")


def days_of(engine: Engine) -> Iterator[Recording]:
    for day in rows_of(engine, "SELECT DISTINCT business_day FROM events WHERE type = 'ticket.issued'"):
        with engine.begin() as connection:
            yield read_day(connection, date.fromisoformat(day))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(batches=batches)
def test_whatever_was_done_is_done_again_the_same(template: Path, folder: Path, batches: list[list[Step]]) -> None:
    """Random commands of every kind over several days: every recorded fact comes about, every call is the same."""
    path = folder / "hall.db"
    for leftover in folder.iterdir():
        leftover.unlink()
    shutil.copy(template, path)
    engine = open_engine(sqlite_url(path), writing=True)
    try:
        day = RandomDay(engine)
        for batch in batches:
            day.batch(batch)
        for recording in days_of(engine):
            found = retrace(recording)
            assert (found.differences, dict(found.unknown)) == ([], {})
    finally:
        engine.dispose()


def test_the_command_says_how_the_day_came_out(
    lived: tuple[Engine, Records], capsys: pytest.CaptureFixture[str]
) -> None:
    engine, then = lived
    there = ("simulate", "--day", "2027-03-01", "--database", engine.url.render_as_string())
    assert main(there) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"{len(then.calls)} calls were recorded; the rules of today make every one of them."
    assert said[1].startswith(f"sample, 2027-03-01: as is: {len(then.legs)} tickets, ")
    assert main((*there, "--windows", "4", "--arrivals", "1.3", "--compare")) == 0
    assert "what if" in capsys.readouterr().out
    assert main((*there[:2], "2027-03-09", *there[3:])) == 1
    assert "on 2027-03-09 no tickets were issued in hall 'sample'" in capsys.readouterr().err
