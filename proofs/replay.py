"""A day lived in a real database, done again: the same calls, and the same milliseconds."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine

from proofs.claims import Claim
from proofs.lived import founded, living
from queueserver.simulation.days import midnight_ms, play
from queueserver.simulation.invention import InventedDays
from queueserver.simulation.recording import read_day
from queueserver.simulation.records import Records
from queueserver.simulation.replay import RecordedDays
from queueserver.simulation.scenario import Opening
from queueserver.simulation.scenariofile import read_scenario
from queueserver.simulation.virtualhall import moment
from queueserver.simulation.whatif import WhatIf
from queueserver.store.plans import plan_of

SCENARIO = Path(__file__).resolve().parents[1] / "examples" / "busy-month.toml"
SHARE = 1.0
"""Of the scenario's visitors: every command is a commit of its own."""
TRAINED = {"w11": "sun.yan", "w12": "guo.tao"}
"""Where the hall's people with a skill sit: what a database keeps of a day has no "anyone" who can do everything."""


def claims(_: Path | None) -> Iterator[Claim]:
    """A day without appointments: nobody has booked in this database."""
    with tempfile.TemporaryDirectory() as folder:
        setting = read_scenario(SCENARIO)
        people = setting.scenario.visitors.model_copy(update={"booked": 0.0})
        seated = [Opening(windows=(window,), staff=who) for window, who in TRAINED.items()]
        scenario = setting.scenario.model_copy(
            update={"visitors": people, "windows": (*setting.scenario.windows, *seated)}
        )
        days = InventedDays(type(setting)(scenario, setting.config), days=1, factor=SHARE)
        engine = _engine(Path(folder), days)
        then = lived(days, engine)
        with engine.begin() as connection:
            recording = read_day(connection, days.days[0])
        engine.dispose()
    recorded = RecordedDays(recording)
    found = recorded.retraced
    calls = f"{found.calls} calls in {len(setting.config.windows)} windows"
    bad = len(found.differences) + found.unknown.total()
    yield Claim(f"replay: of {calls} the rules make each as recorded", "0 otherwise", f"{bad} otherwise", bad == 0)
    again = play(recorded, WhatIf()).records
    moved = sum(one != two for one, two in zip(_times(then), _times(again), strict=False))
    moved += abs(len(then.legs) - len(again.legs))
    name = f"replay: of {len(then.legs)} visitors each is called and served in the same millisecond"
    yield Claim(name, "0 otherwise", f"{moved} otherwise", moved == 0 and len(then.legs) > 0)


def lived(days: InventedDays, engine: Engine) -> Records:
    """One day of the scenario, with everything written."""
    day, plan = days.days[0], plan_of(days.config, 1)
    simulation = living(plan, day, engine, days.staff())
    simulation.expect(days.visitors(day), days.moves(day, plan))
    simulation.run(midnight_ms(day + timedelta(days=1), days.zone) + plan.day_boundary_minutes * 60_000)
    return simulation.records


def _engine(folder: Path, days: InventedDays) -> Engine:
    day = days.days[0]
    morning = moment(midnight_ms(day, days.zone) + 5 * 3_600_000)
    return founded(f"sqlite:///{folder / 'hall.db'}", days.config, day, morning)


def _times(records: Records) -> list[tuple[str, int, int | None, int | None, str | None]]:
    return [(leg.number, leg.since_ms, leg.called_ms, leg.started_ms, leg.window) for leg in records.legs]
