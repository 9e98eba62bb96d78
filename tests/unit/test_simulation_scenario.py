"""Scenario files: what is right is read, and what is wrong is named with its line."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from pydantic import ValidationError

from queueserver.simulation.chance import Draw
from queueserver.simulation.scenariofile import ScenarioError, read_scenario
from tests.unit.simulation_kit import EXAMPLES, written

TRANSFER = '[[transfers]]\nqueue = "general"\nto = "insurance"\nshare = 0.2\n\n[[service_times]]'
BREAK = '[[windows]]\nwindows = ["w1"]\nopen = ["09:00-11:00"]\nbreaks = ["10:00-10:15"]\n\n[[service_times]]'


def line_of(path: Path, text: str) -> int:
    return next(n for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1) if text in line)


def test_a_scenario_is_read_with_its_hall(tmp_path: Path) -> None:
    setting = read_scenario(written(tmp_path))
    assert (setting.scenario.days, setting.scenario.seed, setting.config.hall.id) == (2, 7, "small-hall")
    assert setting.scenario.arrivals[0].per_hour == {"08:30-12:00": 9, "13:30-17:30": 6}


@pytest.mark.parametrize("name", ["busy-month.toml", "first-day.toml", "eventful-day.toml"])
def test_the_examples_are_good(name: str) -> None:
    assert read_scenario(EXAMPLES / name).scenario.arrivals


@pytest.mark.parametrize(
    ("old", "new", "at", "said"),
    [
        ('queue = "general"', 'queue = "genral"', "genral", "the hall has no queue 'genral'; did you mean 'general'?"),
        ('service = "social-insurance"', 'service = "x"', '"x"', "the hall has no service 'x'"),
        ("green-channel", "vip", "vip", "the hall has no class 'vip'"),
        ("= 0.2 }", "= 1.2 }", "1.2", "green-channel is 1.2; it must be at most 1"),
        ("08:30-12:00", "8:30-12", "8:30-12", 'is not a band of the day; write HH:MM-HH:MM, e.g. "09:00-12:00"'),
        ("08:30-12:00", "12:30-12:00", "12:30-12:00", "the band 12:30-12:00 ends before it begins"),
        ("08:30-12:00", "08:30-14:00", "08:30-14:00", "the bands 08:30-14:00 and 13:30-17:30 overlap"),
        ("seed = 7", "sead = 7", "sead", "'sead' is not a setting of a scenario; did you mean 'seed'?"),
        ("days = 2", "days = 0", "days", "days is 0; it must be at least 1"),
        ("mean_minutes = 9", "spread = 2", "[[service_times]]", "exponential needs mean_minutes"),
        ('queues = ["insurance"]\n', "", "[[service_times]]", "service_times needs queues or services it is about"),
        ('queue = "general"', 'queue = "general"\nservice = "residence-proof"', "[[arrivals]]", "give either"),
        ("no_show = 0.2", 'no_show = "few"', "no_show", "no_show is 'few'; it must be a number, e.g. 5"),
        (
            "no_show = 0.2",
            "noshow = 0.2",
            "noshow",
            "is not a setting of a scenario of visitors; did you mean 'no_show'?",
        ),
        ("start = 2027-03-01\n", "", "", "'start' is missing; add start = 2027-03-01"),
        (
            'queue = "general"',
            'queue = "general"\nper_day = 9',
            "[[arrivals]]",
            "[[arrivals]]: say how many come, once; write either per_hour",
        ),
        (
            '"exponential", mean_minutes = 40',
            '"exponentail"',
            "exponentail",
            "cannot be 'exponentail'; did you mean 'exponential'?",
        ),
        ('"exponential", mean_minutes = 40', '"exponential"', "patience", "add e.g. mean_minutes = 8"),
        ("no_show = 0.2", "languages = { fr = 0.1 }", "fr", "the hall has no language 'fr'; it has 'zh-CN', 'en'"),
        ("no_show = 0.2", "booked_early = 0.8\nbooked_late = 0.3", "booked_late", "add up to 1.1, more than 1; lower"),
        ("= 5 }", "= 5 }\nalso = { social-insurance = 0.1 }", "also", "which they come for anyway; leave it out"),
        ("= 5 }", "= 5 }\nvisitors = { held = 2 }", "held", "held is 2; it must be at most 1"),
        ("[[service_times]]", TRANSFER.replace("0.2", "1.2"), "share", "share is 1.2; it must be at most 1"),
        ("[[service_times]]", TRANSFER.replace('"insurance"', '"general"'), "to =", "is where they are; name another"),
        ("[[service_times]]", TRANSFER.replace('"insurance"', '"insurence"'), "to =", "did you mean 'insurance'?"),
        (
            "[[service_times]]",
            BREAK.replace("10:00-10:15", "12:00-12:15"),
            "breaks",
            "the break 12:00-12:15 is not inside",
        ),
        ("[[service_times]]", BREAK.replace("breaks", "brakes"), "brakes", "did you mean 'breaks'?"),
        (
            "[[service_times]]",
            BREAK.replace("open =", 'staff = "li"\nopen ='),
            "staff",
            "no member of staff 'li'; it has none",
        ),
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
    with pytest.raises(ScenarioError, match=r"empty.toml:4: error: arrivals is empty; add \[\[arrivals\]\]"):
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
