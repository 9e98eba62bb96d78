"""Plays days one after another, whoever invented or recorded them, and under whatever is tried."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from contract.config import HallConfig
from queueserver.domain.hall import HallPlan
from queueserver.simulation.anyone import with_anyone
from queueserver.simulation.chance import MS_A_MINUTE
from queueserver.simulation.invention import joined, opening_moves
from queueserver.simulation.records import Records
from queueserver.simulation.run import Simulation, Staff
from queueserver.simulation.visitors import Visitor, WindowMove
from queueserver.simulation.whatif import WhatIf
from queueserver.store.plans import plan_of


class Days(Protocol):
    """Where visitors and staff come from."""

    config: HallConfig
    days: Sequence[date]

    def begin(self, simulation: Simulation, *, as_configured: bool) -> None:
        """Before the first day; `as_configured`: the hall that is tried is the days' own."""

    def staff(self) -> Staff | None: ...
    def visitors(self, day: date) -> Iterable[Visitor]: ...
    def moves(self, day: date, plan: HallPlan) -> list[WindowMove]: ...


@dataclass(frozen=True, slots=True)
class Played:
    """How the days went, in the hall as it was tried."""

    records: Records
    plan: HallPlan
    zone: ZoneInfo


def play(days: Days, what_if: WhatIf, progress: Callable[[int], None] = lambda _: None) -> Played:
    """Play all days; `progress` hears how many are done. Raises WhatIfError when it is no hall that is tried."""
    config = what_if.hall(days.config)
    plan = with_anyone(plan_of(config, 1), config.hall.languages)
    zone = ZoneInfo(plan.time_zone)
    simulation = Simulation(plan, days.days[0], days.staff())
    days.begin(simulation, as_configured=config == days.config)
    for number, day in enumerate(days.days, start=1):
        moves = [*days.moves(day, plan), *_of_further_windows(days.config, plan, day, zone)]
        simulation.expect(days.visitors(day), what_if.staffed(moves, config, midnight_ms(day, zone)))
        tomorrow = day + timedelta(days=1)
        simulation.run(midnight_ms(tomorrow, zone) + plan.day_boundary_minutes * MS_A_MINUTE)
        simulation.turn_day(tomorrow)
        progress(number)
    simulation.records.finish(simulation.last_ms)
    return Played(simulation.records, plan, zone)


def midnight_ms(day: date, zone: ZoneInfo) -> int:
    """When the day begins there, in ms since 1970."""
    return round(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1000)


def _of_further_windows(config: HallConfig, plan: HallPlan, day: date, zone: ZoneInfo) -> Iterator[WindowMove]:
    """Windows the hall itself does not have are open while any queue is."""
    own = {window.id for window in config.windows}
    bands = joined(band for queue in plan.queues.values() for band in queue.schedule.bands(day))
    for window in plan.windows:
        if window not in own:
            yield from opening_moves(window, bands, midnight_ms(day, zone), 0)
