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

from contract.client.sample import SAMPLE_HALL
from contract.config import Assignment, HallConfig
from hall.__main__ import main
from proofs.lived import founded
from proofs.replay import lived as lived_day
from queueserver.domain.ticket import State
from queueserver.hallfile import load
from queueserver.simulation.anyone import with_anyone
from queueserver.simulation.days import play
from queueserver.simulation.invention import InventedDays
from queueserver.simulation.recording import Fact, Recording, RecordingError, read_day
from queueserver.simulation.records import Records
from queueserver.simulation.replay import RecordedDays
from queueserver.simulation.retrace import retrace
from queueserver.simulation.run import Simulation
from queueserver.simulation.scenariofile import read_scenario
from queueserver.simulation.visitors import Move, WindowMove
from queueserver.simulation.whatif import Change, WhatIf
from queueserver.store.database import open_engine
from queueserver.store.plans import plan_of
from tests.store.random_days import RandomDay, Step, batches
from tests.store.store_kit import founded as founded_for_test
from tests.store.store_kit import rows_of, sqlite_url
from tests.unit.simulation_kit import SMALL_HALL, written

DAY = date(2027, 3, 1)


def as_sample_hall(config: HallConfig) -> HallConfig:
    return config.model_copy(update={"hall": config.hall.model_copy(update={"id": "sample"})})


def calling(config: HallConfig, assignment: Assignment, *auto: str) -> HallConfig:
    """The hall with another way of calling; `auto` are the windows that open as windows the hall calls for."""
    policy = config.hall.policy.model_copy(update={"assignment": assignment})
    windows = tuple(window.model_copy(update={"auto": window.id in auto}) for window in config.windows)
    hall = config.hall.model_copy(update={"policy": policy})
    return config.model_copy(update={"hall": hall, "windows": windows})


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Engine, Records]:
    """A database in which one invented day was lived, and what happened."""
    return lived_in(tmp_path_factory.mktemp("lived"), as_sample_hall(load(SMALL_HALL)))


def lived_in(folder: Path, config: HallConfig) -> tuple[Engine, Records]:
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
    closed = play(days, WhatIf(changes=(Change("w1", False, 0, 1440),))).records
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


def test_a_configuration_published_that_day_is_tried_too_or_said_to_be_left_out(
    lived: tuple[Engine, Records],
) -> None:
    """From noon on the hall has a third window for everything, whose clerk comes at once."""
    engine, _ = lived
    recording = recorded(engine)
    config = recording.config
    third = config.windows[1].model_copy(update={"id": "w3", "label": "3", "rules": ()})
    later = config.model_copy(update={"windows": (*config.windows, third)})
    noon = recording.facts[len(recording.facts) // 2]
    published = Fact(noon.seq, "config.published", noon.at_ms, "", {"version": 2}, {})
    opened = Fact(noon.seq, "window.opened", noon.at_ms, "", {"window": "w3"}, {"staff": "li"})
    facts = [*recording.facts[: len(recording.facts) // 2], published, opened]
    rest = recording.facts[len(recording.facts) // 2 :]
    changed = replace(recording, facts=[*facts, *rest], configs={**recording.configs, 2: later})
    days = RecordedDays(changed, retraced=retrace(recording))
    for what_if in (WhatIf(), WhatIf(policy=(("recalls", "2"),)), WhatIf(changes=(Change("w1", False, 840),))):
        assert "w3" in play(days, what_if).records.windows, "it opens in every variant of the day"
    assert not days.left_out
    other = RecordedDays(changed, recording.config, retraced=days.retraced)
    assert [fact.data["version"] for fact in other.left_out] == [2]
    assert "w3" not in play(other, WhatIf()).records.windows


def test_a_window_opens_later_when_its_clerk_still_sits_elsewhere(lived: tuple[Engine, Records]) -> None:
    """She closes her window only when its visitor is done; the day does not lose her for it."""
    engine, _ = lived
    recording = recorded(engine)
    days = RecordedDays(recording)
    mine = [move for move in days.moves(DAY, plan_of(recording.config, 1)) if move.window == "w1"]
    busy = next(leg for leg in play(days, WhatIf()).records.legs if leg.window == "w1" and leg.started_ms)
    middle = ((busy.started_ms or 0) + (busy.ended_ms or 0)) // 2
    simulation = Simulation(with_anyone(plan_of(recording.config, 1), ("zh-CN",)), DAY, days.staff())
    days.begin(simulation, lambda config: plan_of(config, 1))
    away = [WindowMove(middle, "w1", Move.CLOSE), WindowMove(middle, "w2", Move.OPEN, mine[0].staff)]
    simulation.expect(days.visitors(DAY), [mine[0], *away])
    simulation.run()
    hours = simulation.records.windows["w2"]
    assert hours.open_since == busy.ended_ms


@pytest.mark.parametrize(
    ("assignment", "auto"), [(Assignment.AUTOMATIC, ()), (Assignment.MIXED, ("w1",)), (Assignment.MIXED, ("w2",))]
)
def test_a_day_on_which_the_hall_called_is_the_day_itself(
    tmp_path: Path, assignment: Assignment, auto: tuple[str, ...]
) -> None:
    """The hall's own calls come again, at other moments when other windows are open."""
    engine, then = lived_in(tmp_path, calling(as_sample_hall(load(SMALL_HALL)), assignment, *auto))
    recording = recorded(engine)
    hows = {fact.data["how"] for fact in recording.facts if fact.type == "ticket.called"}
    assert hows == ({"auto"} if assignment is Assignment.AUTOMATIC else {"auto", "next"})
    days = RecordedDays(recording)
    assert (days.retraced.differences, dict(days.retraced.unknown)) == ([], {})
    again = play(days, WhatIf()).records
    assert again.calls == then.calls
    assert [(leg.number, leg.called_ms) for leg in again.legs] == [(leg.number, leg.called_ms) for leg in then.legs]
    more = play(days, WhatIf(windows=4)).records
    assert sum(leg.wait_ms or 0 for leg in more.legs) < sum(leg.wait_ms or 0 for leg in then.legs)
    by_hand = play(days, WhatIf(policy=(("assignment", "manual"),))).records
    assert by_hand.calls != then.calls
    assert len(by_hand.legs) == len(then.legs)


@pytest.fixture(scope="module", params=["manual", "automatic", "mixed"])
def called_so(request: pytest.FixtureRequest, template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published hall in which staff call, the hall calls, or one window is called for and others are not."""
    if request.param == "manual":
        return template
    path = tmp_path_factory.mktemp(request.param) / "hall.db"
    founded_for_test(sqlite_url(path), calling(SAMPLE_HALL, Assignment(request.param), SAMPLE_HALL.windows[0].id))
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("random")


def days_of(engine: Engine) -> Iterator[Recording]:
    for day in rows_of(engine, "SELECT DISTINCT business_day FROM events WHERE type = 'ticket.issued'"):
        with engine.begin() as connection:
            yield read_day(connection, date.fromisoformat(day))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(batches=batches)
def test_whatever_was_done_is_done_again_the_same(called_so: Path, folder: Path, batches: list[list[Step]]) -> None:
    """Random commands of every kind over several days: every recorded fact comes about, every call is the same."""
    path = folder / "hall.db"
    for leftover in folder.iterdir():
        leftover.unlink()
    shutil.copy(called_so, path)
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
    assert main((*there, "--open", "1", "10:00", "--brief")) == 0
    assert capsys.readouterr().out.startswith(f"{len(then.calls)} calls") is False
    assert main((*there, "--seeds", "3", "--open", "1")) == 2
    assert "--seeds needs something left to chance" in capsys.readouterr().err
    assert main((*there[:2], "2027-03-09", *there[3:])) == 1
    assert "on 2027-03-09 no tickets were issued in hall 'sample'" in capsys.readouterr().err
