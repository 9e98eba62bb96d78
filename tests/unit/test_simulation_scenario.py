"""Scenario files: what is right is read, and what is wrong is named with its line."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from pydantic import ValidationError

from queueserver.simulation.chance import Draw
from queueserver.simulation.scenario import ScenarioError, read_scenario
from tests.unit.simulation_kit import EXAMPLES, written


def line_of(path: Path, text: str) -> int:
    return next(n for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1) if text in line)


def test_a_scenario_is_read_with_its_hall(tmp_path: Path) -> None:
    setting = read_scenario(written(tmp_path))
    assert (setting.scenario.days, setting.scenario.seed, setting.config.hall.id) == (2, 7, "small-hall")
    assert setting.scenario.arrivals[0].per_hour == {"08:30-12:00": 9, "13:30-17:30": 6}


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*month*.toml")))
def test_the_examples_are_good(name: str) -> None:
    assert read_scenario(EXAMPLES / name).scenario.arrivals


@pytest.mark.parametrize(
    ("old", "new", "at", "said"),
    [
        ('queue = "general"', 'queue = "genral"', "genral", "the hall has no queue 'genral'; did you mean 'general'?"),
        ('service = "social-insurance"', 'service = "x"', '"x"', "the hall has no service 'x'"),
        ("green-channel", "vip", "vip", "the hall has no class 'vip'"),
        ("= 0.2 }", "= 1.2 }", "1.2", "visitors.classes.green-channel: input should be less than or equal to 1"),
        ("08:30-12:00", "8:30-12", "8:30-12", 'is not a band of the day such as "09:00-12:00"'),
        ("08:30-12:00", "12:30-12:00", "12:30-12:00", "the band 12:30-12:00 ends before it begins"),
        ("08:30-12:00", "08:30-14:00", "08:30-14:00", "the bands 08:30-14:00 and 13:30-17:30 overlap"),
        ("seed = 7", "sead = 7", "sead", "'sead' is not a setting of a scenario"),
        ("days = 2", "days = 0", "days", "days: input should be greater than or equal to 1"),
        ("mean_minutes = 9", "spread = 2", "[[service_times]]", "exponential needs mean_minutes"),
        ('queues = ["insurance"]\n', "", "[[service_times]]", "service_times needs queues or services it is about"),
        ('queue = "general"', 'queue = "general"\nservice = "residence-proof"', "[[arrivals]]", "give either"),
        ("no_show = 0.2", "no_show = 0,2", "no_show", "this is not valid TOML"),
        ("small-hall.toml", "no-hall.toml", "hall =", "the hall cannot be used"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, old: str, new: str, at: str, said: str) -> None:
    path = written(tmp_path, (old, new))
    with pytest.raises(ScenarioError) as refusal:
        read_scenario(path)
    assert len(refusal.value.lines) == 1
    assert refusal.value.lines[0].startswith(f"{path}:{line_of(path, at)}: error: ")
    assert said in refusal.value.lines[0]


def test_everything_that_is_wrong_is_named_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, ('queue = "general"', 'queue = "a"'), ('"insurance"', '"b"'))
    with pytest.raises(ScenarioError) as refusal:
        read_scenario(path)
    assert len(refusal.value.lines) == 2


def test_no_file_and_no_visitors_are_said(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"cannot be read: No such file"):
        read_scenario(tmp_path / "nothing.toml")
    empty = tmp_path / "empty.toml"
    empty.write_text('schema_version = 1\nhall = "x"\nstart = 2027-03-01\narrivals = []\n', encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"empty.toml:4: error: arrivals: tuple should have at least 1 item"):
        read_scenario(empty)


@pytest.mark.parametrize(
    "draw",
    [
        Draw(distribution="fixed", mean_minutes=6),
        Draw(distribution="exponential", mean_minutes=6),
        Draw(distribution="lognormal", mean_minutes=6, spread=0.7),
        Draw(distribution="gamma", mean_minutes=6, spread=0.7),
        Draw(distribution="uniform", low_minutes=2, high_minutes=10),
        Draw(distribution="values", values_minutes=(3, 6, 9)),
    ],
)
def test_every_distribution_has_the_mean_it_says(draw: Draw) -> None:
    random = Random(5)
    drawn = [draw.draw(random) for _ in range(20_000)]
    assert min(drawn) >= 1
    assert sum(drawn) / len(drawn) / 60_000 == pytest.approx(6, rel=0.03)


@pytest.mark.parametrize(
    "given", [{"distribution": "uniform", "low_minutes": 3, "high_minutes": 2}, {"distribution": "values"}, {}]
)
def test_a_distribution_that_says_too_little_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Draw.model_validate(given)
