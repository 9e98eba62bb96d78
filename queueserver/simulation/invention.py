"""Invents the days of a scenario: a seed in, the same visitors with the same habits out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from contract.config import HallConfig
from queueserver.domain.hall import HallPlan
from queueserver.domain.schedule import Band
from queueserver.simulation.chance import MS_A_MINUTE, Draw
from queueserver.simulation.run import Simulation, Staff
from queueserver.simulation.scenario import WEEK, Arrivals, People, Scenario, Setting, minutes_in
from queueserver.simulation.visitors import Booking, Deed, End, Later, Move, Stage, Visitor, WindowMove

QUARTER_MS = 15 * MS_A_MINUTE
BACK_AFTER_MS = 5 * MS_A_MINUTE
"""How long after a missed call a visitor asks to be let in again."""


class SteadyStaff:
    """Every call takes the same time to come."""

    def __init__(self, seconds: float) -> None:
        self._delay = round(seconds * 1000)

    def reaction(self, window: str) -> tuple[int, int]:
        return self._delay, 0


class InventedDays:
    """The days of one scenario; `factor` times as many visitors come as it says."""

    def __init__(self, setting: Setting, seed: int | None = None, days: int | None = None, factor: float = 1.0) -> None:
        scenario = self._scenario = setting.scenario
        self.config = setting.config
        self.days: Sequence[date] = [scenario.start + timedelta(days=n) for n in range(days or scenario.days)]
        self._seed = scenario.seed if seed is None else seed
        self._factor = factor
        self.zone = ZoneInfo(self.config.hall.time_zone)
        self._times = _service_times(scenario, self.config)
        self._queue_of = {service.id: service.queue for service in self.config.services}
        self._missed = {queue.id: queue.postpone_places for queue in self.config.queues}

    def begin(self, simulation: Simulation, *, as_configured: bool) -> None:
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
        """When staff come and go on this day."""
        said = {
            window: tuple(minutes_in(band) for band in opening.open)
            for opening in self._scenario.windows
            if WEEK[day.weekday()] in opening.weekdays
            for window in opening.windows
        }
        midnight, moves = self._midnight_ms(day), list[WindowMove]()
        for window in (plan.windows[one.id] for one in self.config.windows):
            bands = said.get(window.id)
            if bands is None:
                bands = joined(b for queue in window.serves for b in plan.queues[queue].schedule.bands(day))
            moves += opening_moves(window.id, bands, midnight, self._scenario.overtime_minutes)
        return moves

    def _midnight_ms(self, day: date) -> int:
        return round(datetime(day.year, day.month, day.day, tzinfo=self.zone).timestamp() * 1000)

    def _of(self, day: date, arrivals: Arrivals, random: Random, name: str) -> Iterator[Visitor]:
        services = (
            [arrivals.service]
            if arrivals.service
            else [service for service, queue in self._queue_of.items() if queue == arrivals.queue]
        )
        if not services:
            return
        midnight = self._midnight_ms(day)
        for index, minute in enumerate(_arrival_minutes(arrivals, self._factor, random)):
            at_ms = midnight + round(minute * MS_A_MINUTE)
            yield self._visitor(at_ms, random.choice(services), random, f"{name}-{index}")

    def _visitor(self, at_ms: int, service: str, random: Random, holder: str) -> Visitor:
        people, queue = self._scenario.visitors, self._queue_of[service]
        way_ms = round(people.way_minutes * MS_A_MINUTE)
        served = Stage(way_ms, self._times[service].draw(random))
        absent = Stage(None, round(people.no_show_wait_minutes * MS_A_MINUTE), End.MISS)
        kind = _class_of(people, random.random())
        misses, returns, silent = random.random() < people.no_show, random.random(), random.random() < people.silent
        stages: tuple[Stage, ...] = (served,)
        if misses and returns < people.comes_back:
            again = Later(BACK_AFTER_MS, Deed.REINSTATE, places=self._missed[queue])
            stages = (Stage(None, absent.stay_ms, End.MISS, afterwards=(again,)), served)
        elif misses:
            stages = (absent,)
        booking = None
        if random.random() < people.booked:
            start_ms = (at_ms + QUARTER_MS // 2) // QUARTER_MS * QUARTER_MS
            booking = Booking(f"booking-{holder}", start_ms)
            at_ms = start_ms + round(
                random.uniform(-people.booked_early_minutes, people.booked_late_minutes) * MS_A_MINUTE
            )
        patience = people.patience.draw(random) if people.patience else None
        says_so = patience is not None and not silent
        return Visitor(
            at_ms,
            service,
            stages,
            kind,
            meanwhile=(Later(patience or 0, Deed.WALK_OUT),) if says_so else (),
            leaves_after_ms=None if says_so else patience,
            absent=absent,
            booking=booking,
            holder=holder,
        )


def joined(bands: Iterator[Band]) -> tuple[Band, ...]:
    """The union of bands, in order."""
    union: list[Band] = []
    for start, end in sorted(bands):
        if union and start <= union[-1][1]:
            union[-1] = (union[-1][0], max(end, union[-1][1]))
        else:
            union.append((start, end))
    return tuple(union)


def opening_moves(window: str, bands: Sequence[Band], midnight_ms: int, overtime_minutes: int) -> Iterator[WindowMove]:
    """Opening and closing for each band; after the last one the window may go on for a while."""
    for number, (start, end) in enumerate(bands, start=1):
        yield WindowMove(midnight_ms + start * MS_A_MINUTE, window, Move.OPEN)
        closing = midnight_ms + end * MS_A_MINUTE
        more = overtime_minutes * MS_A_MINUTE if number == len(bands) else 0
        yield WindowMove(closing, window, Move.CLOSE, until_ms=closing + more)


def _arrival_minutes(arrivals: Arrivals, factor: float, random: Random) -> Iterator[float]:
    """Minutes after midnight of a Poisson process whose rate is steady within each band."""
    for start, end, rate in sorted((*minutes_in(band), rate * factor) for band, rate in arrivals.per_hour.items()):
        minute = float(start)
        while rate > 0 and (minute := minute + random.expovariate(rate / 60)) < end:
            yield minute


def _class_of(people: People, chance: float) -> str | None:
    for kind, share in people.classes.items():
        if chance < share:
            return kind
        chance -= share
    return None


def _service_times(scenario: Scenario, config: HallConfig) -> dict[str, Draw]:
    by_queue: dict[str, Draw] = {q.id: Draw(mean_minutes=q.service_minutes) for q in config.queues}
    by_queue |= {queue: times for times in scenario.service_times for queue in times.queues}
    by_service: dict[str, Draw] = {service.id: by_queue[service.queue] for service in config.services}
    return by_service | {service: times for times in scenario.service_times for service in times.services}
