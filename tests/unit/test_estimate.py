"""The range of minutes until a call: how it is made, how it learns from what happened, and that it is never silly."""

from __future__ import annotations

import math
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queueserver.domain.estimate import MOST_MINUTES, Expected, after, ends, middle, promised
from queueserver.domain.learned import Calibration, Learned, Moments
from queueserver.domain.promise import Promise, Verdict
from tests.unit.fake_unit import NOON

MINUTES = st.floats(0, 1e5)
ENDS = st.floats(-8, 8)


def calibration(found: list[float], count: int) -> Calibration:
    low, centre, soon, high = sorted(found)
    return Calibration(count, low, centre, high, soon, count)


def state(at: Calibration, told: float, came: float, varies: float, slope: float) -> Learned:
    """A queue of which `told` minutes were expected and `came` followed, on a line of that slope."""
    square, together = told * told + varies, told * came + slope * varies
    return Learned(
        calibration=at,
        expected=Moments(500, told, square),
        waited=Moments(500, came, 0),
        together=Moments(500, together, 0),
    )


CALIBRATIONS = st.builds(calibration, st.lists(ENDS, min_size=4, max_size=4), st.integers(0, 10_000))
STATES = st.builds(
    state, CALIBRATIONS, st.floats(0, 500), st.floats(0, 500), st.just(0.0) | st.floats(0, 1e4), st.floats(-3, 3)
)


def graded(learned: Learned, wait: float, expected: float, *, called: bool = True) -> Learned:
    promise = promised(Expected(expected, 2.0, 0.7), learned)
    return after(learned, promise.met(NOON, NOON + timedelta(minutes=wait), called=called))


@given(MINUTES, st.floats(0.01, 500), st.floats(0, 50), STATES)
def test_every_range_is_whole_finite_and_never_empty(
    minutes: float, step: float, variation: float, learned: Learned
) -> None:
    promise = promised(Expected(minutes, step, variation), learned)
    assert 0 <= promise.low < promise.high <= MOST_MINUTES
    assert math.isfinite(promise.expected)
    assert promise.spread > 0


@given(MINUTES, MINUTES, st.floats(0.01, 500), st.floats(0, 50), STATES)
def test_a_longer_expected_wait_never_gives_an_earlier_range(
    one: float, other: float, step: float, variation: float, learned: Learned
) -> None:
    sooner, later = (promised(Expected(minutes, step, variation), learned) for minutes in sorted((one, other)))
    assert sooner.low <= later.low
    assert sooner.high <= later.high


@given(st.floats(0.5, 120), STATES)
def test_the_shown_range_holds_the_exact_one(minutes: float, learned: Learned) -> None:
    promise = promised(Expected(minutes, 2.0, 0.7), learned)
    low, high = ends(promise, learned)
    assert promise.low <= low + 1e-5
    assert min(high, MOST_MINUTES) <= promise.high + 1e-5


@pytest.mark.parametrize(("minutes", "low", "high"), [(8.0, 2, 16), (25.0, 16, 40), (90.0, 70, 120), (260.0, 220, 320)])
def test_long_waits_are_told_in_fives_and_tens(minutes: float, low: int, high: int) -> None:
    promise = promised(Expected(minutes, 2.0, 0.7), Learned())
    assert (promise.low, promise.high) == (low, high)


def test_nothing_known_gives_a_wide_range_around_the_configured_minutes() -> None:
    promise = promised(Expected(10.0, 5.0, 0.7), Learned())
    assert promise.low <= 4
    assert promise.high >= 20


def test_with_a_free_window_the_range_says_soon_and_learns_how_soon() -> None:
    learned = Learned()
    first = promised(Expected(learned.idle_minutes(), 0.0, 0.0, idle=True), learned)
    assert (first.low, first.high, first.spread) == (0, 2, 0.0)
    for _ in range(40):
        learned = after(learned, first.met(NOON, NOON + timedelta(minutes=3), called=True))
    assert promised(Expected(learned.idle_minutes(), 0.0, 0.0, idle=True), learned).high >= 5
    assert learned.calibration == Calibration()


def test_calibration_moves_to_four_in_five_whatever_is_wrong_with_the_expected_wait() -> None:
    random, learned, inside = Random(3), Learned(), 0
    for number in range(6000):
        expected = random.uniform(10, 60)
        wait = expected * random.lognormvariate(0.9, 0.4)
        promise = promised(Expected(expected, 2.0, 0.7), learned).met(NOON, NOON + timedelta(minutes=wait), called=True)
        inside += number >= 1000 and promise.verdict is Verdict.KEPT
        learned = after(learned, promise)
    assert 0.79 <= inside / 5000 <= 0.87, "a little over, for days on which everything goes wrong"
    assert 1.5 < learned.likely(40.0) / 40.0 < 3.5


def test_a_range_that_begins_at_once_ends_where_four_in_five_are_called() -> None:
    """Nobody can be called before it, so that the fifth outside may all come after it."""
    random, learned, later = Random(5), Learned(), 0
    for number in range(6000):
        wait = random.expovariate(1 / 3)
        promise = promised(Expected(3.0, 3.0, 0.7), learned).met(NOON, NOON + timedelta(minutes=wait), called=True)
        assert promise.low == 0
        later += number >= 1000 and promise.verdict is Verdict.LATER
        learned = after(learned, promise)
    assert 0.1 < later / 5000 < 0.21
    assert learned.calibration.soon < learned.calibration.high
    assert learned.calibration.count == 0


def test_where_long_waits_come_out_shorter_the_range_follows() -> None:
    """People leave long lines: 5 expected minutes take 5, 40 take 20."""
    random, learned = Random(6), Learned()
    for _ in range(1500):
        expected = random.uniform(2, 40)
        learned = graded(learned, (3 + 0.42 * expected) * random.uniform(0.8, 1.2), expected)
    assert learned.likely(5.0) > 5 * 0.8
    assert learned.likely(40.0) < 40 * 0.8
    assert learned.likely(5.0) < learned.likely(40.0)


def test_half_wait_longer_than_the_middle() -> None:
    random, learned, longer = Random(4), Learned(), 0
    for number in range(4000):
        wait = 20 * random.lognormvariate(0.3, 0.5)
        promise = promised(Expected(20.0, 2.0, 0.7), learned)
        longer += number >= 1000 and wait > middle(promise, learned)
        learned = graded(learned, wait, 20.0)
    assert 0.46 <= longer / 3000 <= 0.54


def test_waits_beyond_the_range_widen_it_and_waits_within_narrow_it() -> None:
    learned = Learned()
    assert graded(learned, 500, 20).calibration.high > learned.calibration.high
    assert graded(learned, 20, 20).calibration.high < learned.calibration.high
    assert graded(learned, 1, 20).calibration.low < learned.calibration.low
    assert graded(learned, 20, 20).calibration.low > learned.calibration.low


def test_of_somebody_who_left_only_a_wait_beyond_the_range_teaches() -> None:
    learned = Learned()
    assert graded(learned, 20, 20, called=False) == learned
    beyond = graded(learned, 500, 20, called=False)
    assert beyond.calibration.high > learned.calibration.high
    assert beyond.waited == learned.waited


def test_a_range_that_begins_now_says_nothing_about_where_ranges_begin() -> None:
    learned = Learned()
    assert graded(learned, 0.1, 1).calibration.low == learned.calibration.low


@given(st.lists(st.tuples(st.floats(0, 1e6), MINUTES, st.booleans()), max_size=60))
def test_what_is_learned_stays_finite_and_in_order(outcomes: list[tuple[float, float, bool]]) -> None:
    learned = Learned()
    for wait, expected, called in outcomes:
        learned = graded(learned, wait, expected, called=called)
        at = learned.calibration
        assert -8 <= at.low <= at.middle <= at.high <= 8
        assert at.middle <= at.soon <= at.high
        assert 0 <= learned.likely(expected) < math.inf


def test_service_times_are_learned_by_service_then_queue_then_configuration() -> None:
    learned = Learned()
    assert learned.minutes("passport", 8.0) == 8.0
    for _ in range(200):
        learned = learned.served("passport", 4.0, 10, 8.0).served("marriage", 30.0, 10, 8.0)
    assert learned.minutes("passport", 8.0) == pytest.approx(4.0, rel=0.25)
    assert learned.minutes("marriage", 8.0) == pytest.approx(30.0, rel=0.2)
    assert learned.minutes("never seen", 8.0) == pytest.approx(learned.mean(8.0))
    assert 14 < learned.mean(8.0) < 20


def test_a_slow_hour_and_a_slow_moment_are_noticed() -> None:
    learned = Learned()
    for _ in range(200):
        learned = learned.served("s", 10.0, 9, 8.0).served("s", 20.0, 14, 8.0)
    assert learned.pace(14) > 1.2 * learned.pace(9)
    calm = learned.pace(14)
    for _ in range(20):
        learned = learned.served("s", 40.0, 14, 8.0)
    assert learned.pace(14) > 1.2 * calm


def test_a_forgotten_key_press_counts_for_little() -> None:
    learned = Learned()
    for _ in range(50):
        learned = learned.served("s", 8.0, 9, 8.0)
    assert learned.served("s", 100_000.0, 9, 8.0).mean(8.0) < 10


def test_privileged_arrivals_fade_within_hours() -> None:
    learned = Learned()
    for minute in range(120):
        learned = learned.privileged_came(1000.0 + minute)
    assert learned.privileged_a_minute(1120.0) == pytest.approx(0.87, rel=0.05)
    assert learned.privileged_a_minute(1120.0 + 24 * 60) < 1e-9


@pytest.mark.parametrize(
    ("waited", "called", "verdict"),
    [
        (4.9, True, Verdict.EARLIER),
        (5.0, True, Verdict.KEPT),
        (12.0, True, Verdict.KEPT),
        (12.1, True, Verdict.LATER),
        (12.1, False, Verdict.LATER),
        (3.0, False, Verdict.UNDECIDED),
        (12.0, False, Verdict.UNDECIDED),
    ],
)
def test_a_promise_is_graded_by_the_first_thing_that_came_of_it(waited: float, called: bool, verdict: Verdict) -> None:
    given_ = Promise(5, 12, 8.0, 3.0)
    assert given_.verdict is Verdict.UNDECIDED
    met = given_.met(NOON, NOON + timedelta(minutes=waited), called=called)
    assert met.verdict is verdict
    assert met.met(NOON, NOON + timedelta(hours=9), called=True) is met


def test_a_clock_set_back_makes_a_wait_of_nothing() -> None:
    assert Promise(5, 12, 8.0, 3.0).met(NOON, NOON - timedelta(hours=1), called=True).waited == 0.0
