"""The real engine against the library ciw on the same scenario: two programs, one mean wait."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import log, sqrt
from pathlib import Path
from typing import Any

from proofs import intervals
from proofs.claims import Claim
from proofs.halls import OLD, PLAIN
from proofs.theory import MEAN, VISITORS, WARM_UP, simulated
from queueserver.simulation.chance import Draw

SPREAD = 0.8
WINDOWS = 4
RATES = {OLD: 0.25 * WINDOWS / MEAN, PLAIN: 0.55 * WINDOWS / MEAN}


def claims(_: Path | None) -> Iterator[Claim]:
    """Four windows, lognormal service, two classes with priority: no formula knows this mean."""
    import ciw

    ours = simulated(RATES, Draw(mean_minutes=MEAN, spread=SPREAD), WINDOWS, "ciw")
    theirs = _by_ciw(ciw, RATES)
    for kind, mine in ours.items():
        other = theirs[kind]
        yield Claim(
            f"M/G/{WINDOWS} with priority, class {kind}: mean wait as in ciw {ciw.__version__}",
            str(other),
            str(mine),
            mine.overlaps(other),
        )


def _by_ciw(ciw: Any, rates: Mapping[str, float]) -> dict[str, intervals.Interval]:
    variance = log(1 + SPREAD**2)
    service = ciw.dists.Lognormal(log(MEAN) - variance / 2, sqrt(variance))
    network = ciw.create_network(
        arrival_distributions={kind: [ciw.dists.Exponential(rate)] for kind, rate in rates.items()},
        service_distributions={kind: [service] for kind in rates},
        number_of_servers=[WINDOWS],
        priority_classes={OLD: 0, PLAIN: 1},
    )
    means: dict[str, list[float]] = {kind: [] for kind in rates}
    for number in range(intervals.REPLICATIONS):
        ciw.seed(1000 + number)
        simulation = ciw.Simulation(network)
        simulation.simulate_until_max_customers(VISITORS, method="Finish")
        records = sorted(simulation.get_all_records(), key=lambda record: record.arrival_date)[WARM_UP:]
        for kind in rates:
            waits = [record.waiting_time for record in records if record.customer_class == kind]
            means[kind].append(sum(waits) / len(waits))
    return {kind: intervals.of(values) for kind, values in means.items()}
