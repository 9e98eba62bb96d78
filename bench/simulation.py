"""How long a month of a 30-window hall takes in the simulation."""

from __future__ import annotations

import time
from pathlib import Path

from bench.figures import Figure, middle
from queueserver.simulation.days import play
from queueserver.simulation.invention import InventedDays
from queueserver.simulation.scenariofile import read_scenario
from queueserver.simulation.whatif import WhatIf

SCENARIO = Path(__file__).parent.parent / "examples" / "busy-month.toml"


def figures(runs: int) -> list[Figure]:
    """A month of examples/busy-month.toml: seconds of wall clock, and tickets a second."""
    print("simulation ...", flush=True)
    took, tickets = [], 0
    for _ in range(runs):
        began = time.monotonic()
        tickets = len(play(InventedDays(read_scenario(SCENARIO)), WhatIf()).records.legs)
        took.append(time.monotonic() - began)
    month = middle(took)
    return [
        Figure("simulate a month of 30 windows", month, "s", None, "< 30"),
        Figure("simulated tickets", round(tickets / month), "/s"),
    ]
