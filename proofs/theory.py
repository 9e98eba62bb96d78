"""The waits of the real engine against what queueing theory says they must be.

Twenty independent replications each, the first visitors of each cut off; a claim holds when theory's mean lies in the
99 % confidence interval of the simulated mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from heapq import heappop, heappush
from pathlib import Path

from proofs import intervals
from proofs.claims import Claim
from proofs.formulas import cobham_waits, mg1_wait, mmc_wait
from proofs.halls import OLD, PLAIN, arriving, hall, mean_wait, served
from queueserver.simulation.chance import Draw

VISITORS, WARM_UP = 4_000, 500
MEAN = 6.0
"""Minutes of service."""
ONE_WINDOW = (
    ("M/D/1, load 0.7", 0.7, Draw(distribution="fixed", mean_minutes=MEAN), 0.0),
    ("M/G/1 gamma spread 0.5, load 0.8", 0.8, Draw(distribution="gamma", mean_minutes=MEAN, spread=0.5), 0.5),
    ("M/G/1 lognormal spread 1.2, load 0.7", 0.7, Draw(distribution="lognormal", mean_minutes=MEAN, spread=1.2), 1.2),
)


def claims(_: Path | None) -> Iterator[Claim]:
    yield from _formulas()
    yield _each_wait()
    exponential = Draw(distribution="exponential", mean_minutes=MEAN)
    for windows, load in ((1, 0.7), (3, 0.8), (10, 0.85)):
        rate = load * windows / MEAN
        got = simulated({PLAIN: rate}, exponential, windows, f"mm{windows}")
        yield _within(
            f"M/M/{windows}, load {load}: mean wait by Erlang C", mmc_wait(rate, 1 / MEAN, windows), got[PLAIN]
        )
    for name, load, service, spread in ONE_WINDOW:
        rate = load / MEAN
        got = simulated({PLAIN: rate}, service, 1, name)
        expected = mg1_wait(rate, MEAN, (spread * MEAN) ** 2)
        yield _within(f"{name}: mean wait by Pollaczek-Khinchine", expected, got[PLAIN])
    for windows, shares in ((1, (0.2, 0.5)), (3, (0.3, 0.5))):
        rates = {kind: share * windows / MEAN for kind, share in zip((OLD, PLAIN), shares, strict=True)}
        got = simulated(rates, exponential, windows, f"cobham{windows}")
        expected_each = cobham_waits(list(rates.values()), MEAN, windows)
        for kind, expected in zip(rates, expected_each, strict=True):
            name = f"M/M/{windows} with priority, class {kind}: mean wait by Cobham"
            yield _within(name, expected, got[kind])


def simulated(
    rates: Mapping[str, float],
    service: Draw,
    windows: int,
    seed: str,
    visitors: int = VISITORS,
    warm_up: int = WARM_UP,
) -> dict[str, intervals.Interval]:
    """The mean wait of each class, through the real handlers."""
    means: dict[str, list[float]] = {kind: [] for kind in rates}
    for number in range(intervals.REPLICATIONS):
        legs = served(hall(windows), arriving(rates, service, visitors, f"{seed}/{number}")).records.legs
        for kind in rates:
            means[kind].append(mean_wait(legs, warm_up, kind))
    return {kind: intervals.of(values) for kind, values in means.items()}


def _each_wait() -> Claim:
    """Not only the mean: each single wait. Source: J. Kiefer, J. Wolfowitz, Trans. AMS 78 (1955), 1-18."""
    windows, service = 3, Draw(mean_minutes=MEAN, spread=0.8)
    visitors = list(arriving({PLAIN: 0.85 * windows / MEAN}, service, VISITORS, "each"))
    got = [leg.wait_ms for leg in served(hall(windows), iter(visitors)).records.legs]
    free = [0] * windows
    expected = []
    for visitor in visitors:
        begins = max(heappop(free), visitor.at_ms)
        heappush(free, begins + visitor.stages[0].stay_ms)
        expected.append(begins - visitor.at_ms)
    other = sum(one != two for one, two in zip(got, expected, strict=True))
    name = f"M/G/{windows}: each of {VISITORS} waits by the Kiefer-Wolfowitz recursion"
    return Claim(name, "0 ms apart", f"{other} differ" if other else "0 ms apart", other == 0)


def _within(name: str, expected: float, got: intervals.Interval) -> Claim:
    return Claim(name, f"{expected:.3f} min", str(got), got.holds(expected))


def _formulas() -> Iterator[Claim]:
    """The formulas agree where they must: each has another as its special case."""
    one = (mmc_wait(0.8, 1, 1), mg1_wait(0.8, 1, 1), 0.8 / (1 - 0.8))
    yield _same("formulas: M/M/1 as M/M/c and as M/G/1", one[2], one[0], one[1])
    yield _same("formulas: Cobham with one class is M/M/c", mmc_wait(2.4, 1, 3), *cobham_waits([2.4], 1, 3))
    both = cobham_waits([0.3, 0.5], 1, 1)
    yield _same("formulas: Cobham keeps the mean over classes", one[2], (0.3 * both[0] + 0.5 * both[1]) / 0.8)


def _same(name: str, expected: float, *got: float) -> Claim:
    words = ", ".join(f"{value:.6f}" for value in got)
    return Claim(name, f"{expected:.6f} min", f"{words} min", all(abs(value - expected) < 1e-9 for value in got))
