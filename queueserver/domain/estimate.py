"""How long until the call, as a range that holds for four visitors in five: made from an expected wait, then graded.

What was tried and how each did is in docs/estimates.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, floor, sqrt
from typing import Final

from queueserver.domain.learned import Calibration, Learned
from queueserver.domain.openhours import NO_HOURS, OpenHours
from queueserver.domain.promise import Promise

OUTSIDE: Final = 0.08
"""The share of visitors aimed to be called before the range, and after it.

Less than the tenth that is meant: what goes wrong on a day goes wrong for many, and what is learned from it comes late.
"""
OWN_DOUBT: Final = 0.1
"""How far the expected wait itself may be off, as a share of it: the day's pace, windows that open and pause."""
STEP_DOUBT: Final = 0.5
"""How far off it may be however short it is, in the time between two calls."""
SLOWEST_STEP: Final = 0.02
"""By how much one outcome moves the range's ends, in spreads, once many are known."""
AT_ONCE: Final = 1.0
"""A range that begins earlier than after so many minutes is shown from nought on."""
MOST_MINUTES: Final = 600
"""No range ends later: a working day is over by then."""
_FARTHEST: Final = 8.0
_NOISE: Final = 1e-7
"""Sums made in another order differ by less: they are told the same minutes."""
_IDLE_QUANTILE: Final = 2.3


@dataclass(frozen=True, slots=True)
class Expected:
    """A wait of `minutes` in the mean, with `step` minutes between two calls there and services of this `variation`.

    These are minutes in which the windows work; nobody is called before `least` of them. `idle` means that a window is
    free and nobody is ahead: `minutes` is then how soon a free window calls.
    """

    minutes: float
    step: float
    variation: float
    idle: bool = False
    least: float = 0.0

    @property
    def spread(self) -> float:
        """About one standard deviation, minutes."""
        calls = self.variation * self.step * self.minutes
        return sqrt(calls + (OWN_DOUBT * self.minutes) ** 2) + STEP_DOUBT * self.step


def promised(expected: Expected, learned: Learned, hours: OpenHours = NO_HOURS, at: float = 0.0) -> Promise:
    """The range to be shown at `at` (minutes since 1970). It never falls when the expected wait grows."""
    if expected.idle:
        high = max(1, ceil(_IDLE_QUANTILE * expected.minutes))
        return Promise(0, min(high, MOST_MINUTES), 0.0, 0.0)
    spread = replace(expected, minutes=learned.likely(expected.minutes)).spread
    low, high = _range(expected.minutes, spread, learned, hours, at)
    low = max(low, _step_down(min(hours.until(at, expected.least), MOST_MINUTES - 10)))
    return Promise(low, max(high, low + 1), expected.minutes, spread)


def beyond_closing(promise: Promise, learned: Learned, hours: OpenHours, at: float) -> bool:
    """Whether the day's last closing is likely to come before the call; `at` is when the promise was made."""
    return promise.spread > 0.0 and hours.until(at, middle(promise, learned)) > hours.left(at)


def middle(promise: Promise, learned: Learned) -> float:
    """The wait in minutes of work that half of the visitors should exceed."""
    return max(0.0, learned.likely(promise.expected) + learned.calibration.middle * promise.spread)


def ends(promise: Promise, learned: Learned) -> tuple[float, float]:
    """The range before it is rounded, in minutes of work."""
    return _ends(promise.expected, promise.spread, learned)


def after(learned: Learned, promise: Promise, hours: OpenHours = NO_HOURS, since: float = 0.0) -> Learned:
    """What the queue has learned once it is known how long somebody waited from `since` (minutes since 1970) on.

    Breaks teach nothing, unless all of the wait was in one: then somebody works there all the same.
    """
    if promise.waited is None:
        return learned
    waited = hours.worked(since, since + promise.waited) or promise.waited
    if promise.spread == 0.0:
        return learned.free_window_called(waited) if promise.called else learned
    learned = replace(learned, calibration=_moved(learned, promise, waited))
    return learned.waited_for(waited, promise.expected) if promise.called else learned


def _range(
    expected: float, spread: float, learned: Learned, hours: OpenHours = NO_HOURS, at: float = 0.0
) -> tuple[int, int]:
    begins, ends = _ends(expected, spread, learned)
    low = _step_down(min(hours.until(at, begins), MOST_MINUTES - 10))
    high = _step_up(min(hours.until(at, ends), MOST_MINUTES))
    return low, max(high, low + 1)


def _ends(expected: float, spread: float, learned: Learned) -> tuple[float, float]:
    likely, at = learned.likely(expected), learned.calibration
    begins = max(0.0, likely + at.low * spread)
    return begins, max(0.0, likely + (at.soon if begins < AT_ONCE else at.high) * spread)


def _moved(learned: Learned, promise: Promise, waited: float) -> Calibration:
    """Graded against the range that would be shown today, so that late outcomes do not push too far.

    Of somebody who left, only a wait beyond the range tells anything; and nobody can be called before a range that
    begins at once, so that it tells nothing of where ranges should begin, nor where those should end that do not.
    """
    at = learned.calibration
    low, high = _range(promise.expected, promise.spread, learned)
    if not promise.called and waited <= high:
        return at
    in_time, soon = waited <= high, ends(promise, learned)[0] < AT_ONCE
    step = max(SLOWEST_STEP, ((at.count_soon if soon else at.count) + 3) ** -0.6)
    centre = _within(at.middle + step * (0.5 - (waited <= middle(promise, learned))), -_FARTHEST, _FARTHEST)
    if soon:
        at = replace(at, count_soon=at.count_soon + 1, soon=at.soon + step * (1 - 2 * OUTSIDE - in_time))
    else:
        lower, upper = at.low + step * (OUTSIDE - (waited < low)), at.high + step * (1 - OUTSIDE - in_time)
        at = replace(at, count=at.count + 1, low=lower, high=upper)
    upper = _within(at.high, centre, _FARTHEST)
    return replace(
        at,
        low=_within(at.low, -_FARTHEST, centre),
        middle=centre,
        high=upper,
        soon=_within(at.soon, centre, upper),
    )


def _within(value: float, least: float, most: float) -> float:
    return min(max(value, least), most)


def _step(minutes: float) -> int:
    """Minutes are told one by one up to half an hour, then in fives, after two hours in tens."""
    if minutes < 30:
        return 1
    return 5 if minutes < 120 else 10


def _step_down(minutes: float) -> int:
    step = _step(minutes)
    return floor(minutes / step + _NOISE) * step


def _step_up(minutes: float) -> int:
    step = _step(minutes)
    return ceil(minutes / step - _NOISE) * step
