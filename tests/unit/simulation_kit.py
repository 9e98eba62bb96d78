"""A small hall with a small scenario, for tests of the simulation."""

from __future__ import annotations

from pathlib import Path

from contract.config import HallConfig
from queueserver.hallfile import load
from queueserver.simulation.days import Played, play
from queueserver.simulation.invention import InventedDays
from queueserver.simulation.scenariofile import read_scenario
from queueserver.simulation.whatif import WhatIf

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SMALL_HALL = EXAMPLES / "small-hall.toml"

SCENARIO = """\
schema_version = 1
hall = "HALL"
start = 2027-03-01
days = 2
seed = 7
overtime_minutes = 30
reaction_seconds = 5

[visitors]
classes = { green-channel = 0.2 }
no_show = 0.2
comes_back = 0.5
patience = { distribution = "exponential", mean_minutes = 40 }
silent = 0.5

[[arrivals]]
queue = "general"
per_hour = { "08:30-12:00" = 9, "13:30-17:30" = 6 }

[[arrivals]]
service = "social-insurance"
per_hour = { "09:00-17:00" = 5 }

[[service_times]]
queues = ["insurance"]
distribution = "exponential"
mean_minutes = 9
"""


def written(folder: Path, *changes: tuple[str, str], hall: Path = SMALL_HALL) -> Path:
    """The scenario as a file, with some of its text replaced."""
    text = SCENARIO.replace("HALL", str(hall))
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    path = folder / "scenario.toml"
    path.write_text(text, encoding="utf-8")
    return path


def played(path: Path, what_if: WhatIf | None = None, seed: int | None = None) -> Played:
    return play(InventedDays(read_scenario(path), seed), what_if or WhatIf())


def small_hall() -> HallConfig:
    return load(SMALL_HALL)
