"""What one queue has learned from its past: how long its services take, when, and how far its promises were off.

All of it is a few numbers that fade as new ones come, so that nothing grows with the days. Times are in minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import exp
from types import MappingProxyType
from typing import Final

SERVICE_MEMORY: Final = 150.0
QUEUE_MEMORY: Final = 300.0
HOUR_MEMORY: Final = 200.0
RECENT_MEMORY: Final = 15.0
WAIT_MEMORY: Final = 600.0
IDLE_MEMORY: Final = 50.0
OPENING_MEMORY: Final = 10.0
"""How many of the latest services, waits or mornings count, about."""

QUEUE_PRIOR: Final = 5.0
SERVICE_PRIOR: Final = 8.0
HOUR_PRIOR: Final = 30.0
RECENT_PRIOR: Final = 10.0
CAME_PRIOR: Final = 20.0
WAIT_PRIOR: Final = 100.0
SLOPE_PRIOR: Final = 600.0
"""How many services or waits the more general answer counts for beside the measured ones."""

SPREAD_PRIOR: Final = 0.7
"""Squared coefficient of variation of services nobody measured yet."""
IDLE_PRIOR: Final = 0.5
"""Minutes until a free window calls, as long as nobody measured it."""
LONGEST: Final = 6.0
"""A service counts for at most so many times what was expected: somebody forgot to press the key."""
LEAST_USUAL: Final = 0.01
FLATTEST: Final = 0.2
STEEPEST: Final = 2.0
"""Between which a minute more that was worked out may make the wait longer."""
ARRIVALS_MINUTES: Final = 60.0
"""Over which time privileged arrivals are counted."""


@dataclass(frozen=True, slots=True)
class Moments:
    """A fading mean and mean square of `weight` values."""

    weight: float = 0.0
    mean: float = 0.0
    square: float = 0.0

    def add(self, value: float, memory: float) -> Moments:
        """With one more value, remembering about `memory` of them."""
        weight = self.weight * (1 - 1 / memory) + 1
        return Moments(
            weight, self.mean + (value - self.mean) / weight, self.square + (value * value - self.square) / weight
        )

    def towards(self, prior: float, strength: float) -> float:
        """The mean, held towards `prior` as if `strength` values had said so."""
        return (self.weight * self.mean + strength * prior) / (self.weight + strength)


NOTHING: Final = Moments()


@dataclass(frozen=True, slots=True)
class Calibration:
    """Where the promised range begins and ends, in spreads from the expected wait; learned from `count` outcomes.

    About a tenth of the visitors should be called before `low` and a tenth after `high`. Before a range that begins at
    once nobody can be called: it ends at `soon`, after which a fifth should be called, learned from `count_soon`
    outcomes. Each outcome moves the ends by a step towards that; as long as they are moved at all, the share that falls
    outside tends to a fifth, whatever is wrong with the expected wait. Source: Gibbs and Candes, Adaptive Conformal
    Inference, 2021.
    """

    count: int = 0
    low: float = -1.2
    middle: float = 0.0
    high: float = 1.8
    soon: float = 1.2
    count_soon: int = 0


@dataclass(frozen=True, slots=True)
class Learned:
    """One queue's numbers. Durations run from a call until the window is free again, also when nobody came."""

    durations: Moments = NOTHING
    services: Mapping[str, Moments] = field(default_factory=lambda: MappingProxyType({}))
    hours: Mapping[int, Moments] = field(default_factory=lambda: MappingProxyType({}))
    recent: Moments = NOTHING
    came: Moments = NOTHING
    idle: Moments = NOTHING
    expected: Moments = NOTHING
    waited: Moments = NOTHING
    together: Moments = NOTHING
    """Of waits, each times what had been worked out for it."""
    opening: Moments = NOTHING
    """How long after the queue opens its first window does."""
    privileged_rate: float = 0.0
    privileged_at: float = 0.0
    calibration: Calibration = Calibration()

    def mean(self, configured: float) -> float:
        """Minutes at a window, whatever the service; `configured` counts until there are measured ones."""
        return self.durations.towards(configured, QUEUE_PRIOR)

    def minutes(self, service: str, configured: float) -> float:
        """Minutes one service takes at a window, by itself as far as it was measured, else like its queue."""
        return self.services.get(service, NOTHING).towards(self.mean(configured), SERVICE_PRIOR)

    def pace(self, hour: int) -> float:
        """By how much services are slower than usual at this hour and just now."""
        return self._hour(hour) * self.recent.towards(1.0, RECENT_PRIOR)

    def variation(self) -> float:
        """Squared coefficient of variation of one service."""
        seen, mean = self.durations, self.durations.mean
        own = max(0.0, seen.square / (mean * mean) - 1) if mean > 0 else 0.0
        return (seen.weight * own + QUEUE_PRIOR * 2 * SPREAD_PRIOR) / (seen.weight + QUEUE_PRIOR * 2)

    def share_called(self) -> float:
        """Of those who wait, how many are called at all; the others leave."""
        return self.came.towards(1.0, CAME_PRIOR)

    def likely(self, expected: float) -> float:
        """The wait to be expected where `expected` minutes were worked out; never shorter where more were.

        The straight line through what came of such waits, held towards the one through nothing: where people leave
        long lines and further windows open, long waits come out shorter than worked out while short ones do not.
        """
        usual, weight = self.expected.mean, self.expected.weight
        level = self.waited.towards(usual, WAIT_PRIOR)
        ratio = level / usual if usual > LEAST_USUAL else 1.0
        varies = self.expected.square - usual * usual
        if varies <= LEAST_USUAL:
            return ratio * expected
        slope = (self.together.mean - usual * self.waited.mean) / varies
        slope = min(max((weight * slope + SLOPE_PRIOR * ratio) / (weight + SLOPE_PRIOR), FLATTEST), STEEPEST)
        return max(0.0, level + slope * (expected - usual))

    def idle_minutes(self) -> float:
        """Until a free window calls somebody."""
        return self.idle.towards(IDLE_PRIOR, QUEUE_PRIOR)

    def privileged_a_minute(self, at: float) -> float:
        """Arrivals of privileged visitors; `at` is in minutes since any fixed moment."""
        return self.privileged_rate * exp(-max(0.0, at - self.privileged_at) / ARRIVALS_MINUTES)

    def served(self, service: str, minutes: float, hour: int, configured: float) -> Learned:
        """After a window was busy so long with a ticket of `service`."""
        expected = self.minutes(service, configured)
        minutes = min(max(0.0, minutes), LONGEST * expected)
        ratio = minutes / expected
        usual = self._hour(hour)
        return replace(
            self,
            durations=self.durations.add(minutes, QUEUE_MEMORY),
            services={**self.services, service: self.services.get(service, NOTHING).add(minutes, SERVICE_MEMORY)},
            hours={**self.hours, hour: self.hours.get(hour, NOTHING).add(ratio, HOUR_MEMORY)},
            recent=self.recent.add(ratio / max(0.3, usual), RECENT_MEMORY),
        )

    def left(self, *, called: bool) -> Learned:
        """After somebody stopped waiting, called or of his own accord."""
        return replace(self, came=self.came.add(1.0 if called else 0.0, QUEUE_MEMORY))

    def free_window_called(self, waited: float) -> Learned:
        """After somebody found a free window and was called so many minutes later."""
        return replace(self, idle=self.idle.add(waited, IDLE_MEMORY))

    def waited_for(self, waited: float, expected: float) -> Learned:
        """After somebody was called for whom a wait of `expected` had been worked out."""
        return replace(
            self,
            expected=self.expected.add(expected, WAIT_MEMORY),
            waited=self.waited.add(waited, WAIT_MEMORY),
            together=self.together.add(waited * expected, WAIT_MEMORY),
        )

    def opened(self, minutes: float) -> Learned:
        """After the day's first window opened so many minutes after the queue did."""
        return replace(self, opening=self.opening.add(max(0.0, minutes), OPENING_MEMORY))

    def privileged_came(self, at: float) -> Learned:
        """After a privileged visitor took a ticket."""
        rate = self.privileged_a_minute(at) + 1 / ARRIVALS_MINUTES
        return replace(self, privileged_rate=rate, privileged_at=at)

    def _hour(self, hour: int) -> float:
        return self.hours.get(hour, NOTHING).towards(1.0, HOUR_PRIOR)
