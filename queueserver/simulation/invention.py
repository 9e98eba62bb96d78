"""Invents the days of a scenario: a seed in, the same visitors with the same habits out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from random import Random
from zoneinfo import ZoneInfo

from contract.config import HallConfig
from queueserver.domain.hall import HallPlan
from queueserver.domain.schedule import Band
from queueserver.simulation.chance import MS_A_MINUTE
from queueserver.simulation.habits import Coming, Habits
from queueserver.simulation.hours import joined, midnight_of, opening_moves
from queueserver.simulation.run import Simulation, Staff
from queueserver.simulation.scenario import OPEN, WEEK, Arrivals, Opening, Scenario, minutes_in
from queueserver.simulation.scenariofile import Setting
from queueserver.simulation.visitors import HALL, Move, Visitor, WindowMove
from queueserver.store.plans import plan_of


class SteadyStaff:
    """Every call of a clerk takes the same time to come; the hall's own none."""

    def __init__(self, seconds: float) -> None:
        self._delay = round(seconds * 1000)

    def reaction(self, window: str) -> tuple[int, int]:
        return 0 if window == HALL else self._delay, 0


class InventedDays:
    """The days of one scenario; `factor` times as many visitors come as it says."""

    def __init__(self, setting: Setting, seed: int | None = None, days: int | None = None, factor: float = 1.0) -> None:
        scenario = self._scenario = setting.scenario
        self.config = setting.config
        self.days: Sequence[date] = [scenario.start + timedelta(days=n) for n in range(days or scenario.days)]
        self._seed = scenario.seed if seed is None else seed
        self._factor = factor
        self.zone = ZoneInfo(self.config.hall.time_zone)
        self._habits = Habits(scenario, self.config)
        self._plan = plan_of(self.config, 1)

    def begin(self, simulation: Simulation, tried: Callable[[HallConfig], HallPlan]) -> None:
        """Nothing is there before the first visitor."""

    def staff(self) -> Staff | None:
        seconds = self._scenario.reaction_seconds
        return SteadyStaff(seconds) if seconds else None

    def visitors(self, day: date) -> Iterator[Visitor]:
        """Everybody who comes on this day."""
        for number, arrivals in enumerate(self._scenario.arrivals):
            if WEEK[day.weekday()] in arrivals.weekdays:
                yield from self._of(day, arrivals, Random(f"{self._seed}/{day}/{number}"), f"{day}-{number}")

    def moves(self, day: date, plan: HallPlan) -> list[WindowMove]:
        """When staff come, pause and go on this day."""
        midnight, moves = midnight_of(day, self.config.hall.time_zone), list[WindowMove]()
        for window in (plan.windows[one.id] for one in self.config.windows):
            said = _said(self._scenario, window.id, day)
            bands = said.open
            if bands is None:
                bands = joined(b for queue in window.serves for b in plan.queues[queue].schedule.bands(day))
            moves += opening_moves(window.id, bands, midnight, self._scenario.overtime_minutes, said.staff)
            moves += _pauses(window.id, said.breaks, midnight)
        return moves

    def _of(self, day: date, arrivals: Arrivals, random: Random, name: str) -> Iterator[Visitor]:
        services = (
            [arrivals.service]
            if arrivals.service
            else [service.id for service in self.config.services if service.queue == arrivals.queue]
        )
        if not services:
            return
        midnight, people = midnight_of(day, self.config.hall.time_zone), self._scenario.visitors.but(arrivals.visitors)
        rates = self._rates(day, arrivals, self._plan.services[services[0]].queue)
        for index, minute in enumerate(_arrival_minutes(rates, random)):
            at_ms = midnight + round(minute * MS_A_MINUTE)
            coming = Coming(at_ms, random.choice(services), f"{name}-{index}", people, arrivals)
            yield self._habits.visitor(coming, random)

    def _rates(self, day: date, arrivals: Arrivals, queue: str) -> list[tuple[int, int, float]]:
        """(start, end, visitors an hour) of the day, in order."""
        open_bands = self._plan.queues[queue].schedule.bands(day)
        if arrivals.per_day is not None:
            hours = sum(end - start for start, end in open_bands) / 60
            return [(*band, arrivals.per_day / hours * self._factor) for band in open_bands]
        if OPEN in arrivals.rates:
            return [(*band, arrivals.rates[OPEN] * self._factor) for band in open_bands]
        return sorted((*minutes_in(band), rate * self._factor) for band, rate in arrivals.rates.items())


class _Said:
    """What the scenario's entries say together of one window on one day."""

    def __init__(self, openings: Iterable[Opening]) -> None:
        self.open: tuple[Band, ...] | None = None
        self.breaks: tuple[Band, ...] = ()
        self.staff = ""
        for opening in openings:
            if opening.open is not None:
                self.open = tuple(sorted(minutes_in(band) for band in opening.open))
            self.breaks += tuple(minutes_in(band) for band in opening.breaks)
            self.staff = opening.staff or self.staff


def _said(scenario: Scenario, window: str, day: date) -> _Said:
    weekday = WEEK[day.weekday()]
    return _Said(one for one in scenario.windows if window in one.windows and weekday in one.weekdays)


def _pauses(window: str, breaks: Sequence[Band], midnight_ms: int) -> Iterator[WindowMove]:
    for start, end in breaks:
        yield WindowMove(midnight_ms + start * MS_A_MINUTE, window, Move.PAUSE, reason="break")
        yield WindowMove(midnight_ms + end * MS_A_MINUTE, window, Move.RESUME)


def _arrival_minutes(rates: Sequence[tuple[int, int, float]], random: Random) -> Iterator[float]:
    """Minutes after midnight of a Poisson process whose rate is steady within each band."""
    for start, end, rate in rates:
        minute = float(start)
        while rate > 0 and (minute := minute + random.expovariate(rate / 60)) < end:
            yield minute
