"""Halls as theory likes them: one queue, equal windows, always open, visitors who come at random and never leave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from random import Random
from typing import Final

from queueserver.domain.hall import HallPlan, Policy, PriorityClass, QueuePlan, ServicePlan, WindowPlan
from queueserver.domain.schedule import Schedule
from queueserver.simulation.chance import Draw
from queueserver.simulation.records import Leg
from queueserver.simulation.run import Simulation
from queueserver.simulation.visitors import Move, Stage, Visitor, WindowMove

DAY: Final = date(2027, 3, 1)
OPENS_MS: Final = round(datetime(2027, 3, 1, tzinfo=UTC).timestamp() * 1000)
MS_A_MINUTE: Final = 60_000
PLAIN, OLD = "plain", "old"
ALWAYS_FIRST: Final = Policy(privileged_per_ordinary=10**9, longest_wait_minutes=0)
"""Privileged visitors always go first: no ratio, no bound."""


def hall(windows: int, policy: Policy = ALWAYS_FIRST) -> HallPlan:
    """One queue "q" with so many windows; class "old" is privileged. Its day has room for ten million numbers."""
    always = Schedule(week=(((0, 1440),),) * 7)
    names = tuple(f"w{number:03d}" for number in range(windows))
    return HallPlan(
        id="theory",
        version=1,
        time_zone="UTC",
        day_boundary_minutes=0,
        policy=policy,
        classes={PLAIN: PriorityClass(PLAIN, False), OLD: PriorityClass(OLD, True)},
        queues={"q": QueuePlan("q", "A", "z", always, last=10**7)},
        windows={name: WindowPlan(name, name, "z", ("q",)) for name in names},
        services={"s": ServicePlan("s", "q")},
        default_class=PLAIN,
        privileged=frozenset({OLD}),
        windows_of_queue={"q": names},
        zones=frozenset({"z"}),
    )


def arriving(rates: Mapping[str, float], service: Draw, count: int, seed: str) -> Iterator[Visitor]:
    """`count` visitors of a Poisson process; `rates` are visitors a minute by class."""
    random, at = Random(seed), 0.0
    total = sum(rates.values())
    for _ in range(count):
        at += random.expovariate(total)
        kind = random.choices(list(rates), list(rates.values()))[0]
        yield Visitor(OPENS_MS + round(at * MS_A_MINUTE), "s", (Stage(0, service.draw(random)),), kind)


def served(plan: HallPlan, visitors: Iterator[Visitor]) -> Simulation:
    """Everybody served by the real engine, on one day without end, with all windows open from its beginning."""
    simulation = Simulation(plan, DAY)
    simulation.expect(visitors, [WindowMove(OPENS_MS, window, Move.OPEN, rank=-1) for window in plan.windows])
    simulation.run()
    return simulation


def mean_wait(legs: Sequence[Leg], warm_up: int, kind: str | None = None) -> float:
    """Minutes, of those who came after the first `warm_up`."""
    waits = [leg.wait_ms for leg in legs[warm_up:] if kind in (None, leg.priority_class) and leg.wait_ms is not None]
    return sum(waits) / len(waits) / MS_A_MINUTE
