"""Plays days one after another, whoever invented or recorded them, and under whatever is tried."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Protocol
from zoneinfo import ZoneInfo

from contract.config import HallConfig
from queueserver.domain.hall import HallPlan
from queueserver.simulation.anyone import with_anyone
from queueserver.simulation.chance import MS_A_MINUTE
from queueserver.simulation.hours import joined, midnight_of, opening_moves
from queueserver.simulation.records import Leg, Records
from queueserver.simulation.run import Simulation, Staff
from queueserver.simulation.visitors import Visitor, WindowMove
from queueserver.simulation.whatif import WhatIf
from queueserver.store.plans import plan_of

Tried = Callable[[HallConfig], HallPlan]


class Days(Protocol):
    """Where visitors and staff come from."""

    config: HallConfig
    days: Sequence[date]

    def begin(self, simulation: Simulation, tried: Tried) -> None:
        """Before the first day; `tried` makes of a hall of the days the one that is tried."""

    def staff(self) -> Staff | None: ...
    def visitors(self, day: date) -> Iterable[Visitor]: ...
    def moves(self, day: date, plan: HallPlan) -> list[WindowMove]: ...


@dataclass(frozen=True, slots=True)
class Played:
    """How the days went, in the hall as it was tried; `ends` is how many legs there were when each day was over."""

    records: Records
    plan: HallPlan
    zone: ZoneInfo
    ends: Sequence[int]

    def by_day(self) -> Iterator[Sequence[Leg]]:
        """The legs of each day."""
        for start, end in pairwise((0, *self.ends)):
            yield self.records.legs[start:end]


def play(days: Days, what_if: WhatIf, progress: Callable[[int], None] = lambda _: None) -> Played:
    """Play all days; `progress` hears how many are done. Raises WhatIfError when it is no hall that is tried."""

    def tried(config: HallConfig) -> HallPlan:
        hall = what_if.hall(config)
        return with_anyone(plan_of(hall, 1), hall.hall.languages)

    config, plan = what_if.hall(days.config), tried(days.config)
    zone, ends = ZoneInfo(plan.time_zone), list[int]()
    simulation = Simulation(plan, days.days[0], days.staff())
    days.begin(simulation, tried)
    for number, day in enumerate(days.days, start=1):
        moves = [*days.moves(day, plan), *_of_further_windows(days.config, plan, day)]
        simulation.expect(days.visitors(day), what_if.staffed(moves, config, plan, day))
        tomorrow = day + timedelta(days=1)
        simulation.run(midnight_ms(tomorrow, zone) + plan.day_boundary_minutes * MS_A_MINUTE)
        simulation.turn_day(tomorrow)
        ends.append(len(simulation.records.legs))
        progress(number)
    simulation.records.finish(simulation.last_ms)
    return Played(simulation.records, plan, zone, ends)


def midnight_ms(day: date, zone: ZoneInfo) -> int:
    """When the day begins there, in ms since 1970."""
    return midnight_of(day, zone.key)


def _of_further_windows(config: HallConfig, plan: HallPlan, day: date) -> Iterator[WindowMove]:
    """Windows the hall itself does not have are open while any queue is."""
    own = {window.id for window in config.windows}
    bands = joined(band for queue in plan.queues.values() for band in queue.schedule.bands(day))
    for window in plan.windows:
        if window not in own:
            yield from opening_moves(window, bands, midnight_of(day, plan.time_zone), 0)
