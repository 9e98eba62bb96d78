"""Whose turn it is on a shared cable: the hurried first, everybody once, nobody starved, the silent put off."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.bars.dialect import ACCEPTED, Verdict
from hardware.bars.standing import ATTEMPTS, LONGEST_PAUSE, Standings, Wish
from hardware.bus.timing import Timing
from hardware.bus.turns import PATIENCE, Turns
from hardware.ports import BarLine, Condition


def order(turns: Turns, now: float) -> list[int]:
    taken = []
    while (turn := turns.take(now)) is not None:
        taken.append(turn[0])
    return taken


def test_first_come_first_served_but_the_hurried_before_all() -> None:
    turns = Turns()
    for address in (5, 3, 9, 1):
        turns.ask(address, address / 100)
    turns.ask(9, 0.5, hurried=True)
    turns.ask(1, 0.6, hurried=True)
    assert order(turns, 1.0) == [9, 1, 3, 5]


def test_asking_again_keeps_the_place() -> None:
    turns = Turns()
    turns.ask(1, 0.0)
    turns.ask(2, 0.1)
    turns.ask(1, 0.2)
    assert order(turns, 1.0) == [1, 2]


def test_who_was_put_off_waits_and_is_due_at_once_when_asked_again() -> None:
    turns = Turns()
    turns.put_off(1, 10.0)
    assert turns.take(9.9) is None
    assert turns.wait(4.0) == 6.0
    turns.ask(1, 5.0)
    assert turns.take(5.0) == (1, False)
    assert turns.wait(5.0) is None


def test_a_storm_of_calls_starves_nobody() -> None:
    turns = Turns()
    turns.ask(99, 0.0)
    now = 0.0
    while True:
        turns.ask(int(now * 10) % 8, now, hurried=True)
        taken = turns.take(now)
        if taken == (99, False):
            break
        now += 0.1
        assert now < 60
    assert PATIENCE <= now < PATIENCE + 0.2


@given(st.lists(st.tuples(st.integers(1, 6), st.booleans(), st.floats(0, 1)), max_size=40))
@settings(max_examples=200, deadline=None)
def test_each_who_asked_has_exactly_one_turn(asks: list[tuple[int, bool, float]]) -> None:
    turns, now = Turns(), 0.0
    for address, hurried, later in asks:
        now += later
        turns.ask(address, now, hurried=hurried)
    taken = order(turns, now)
    assert sorted(taken) == sorted({address for address, _, _ in asks})


def standings(*, again: float = 60.0, forgets: bool = True) -> Standings:
    return Standings(again=again, forgets=forgets, confirmed=True)


def wish(text: str, until: float = 0.0) -> Wish:
    return Wish((BarLine(text),), until)


def test_a_burst_of_wishes_is_one_errand_with_the_newest() -> None:
    bars = standings()
    for text in ("A001", "A002", "A003"):
        bars.wish(1, wish(text), 0.0)
    errand = bars.take(0.0)
    assert errand is not None
    assert errand.wish == wish("A003")
    bars.done(errand, ACCEPTED, 0.1)
    assert bars.take(0.2) is None


def test_a_wish_that_comes_while_the_bar_is_talked_to_is_not_lost() -> None:
    bars = standings()
    bars.wish(1, wish("A001"), 0.0)
    errand = bars.take(0.0)
    assert errand is not None
    bars.wish(1, wish("A002"), 0.05)
    bars.done(errand, ACCEPTED, 0.1)
    again = bars.take(0.1)
    assert again is not None
    assert again.wish == wish("A002")


def test_a_silent_bar_is_tried_ever_more_rarely_and_calls_do_not_hurry_it() -> None:
    bars = standings()
    now, tries = 0.0, []
    bars.wish(1, wish("A001"), now, called=True)
    while now < 200:
        if bars.health(1).condition is Condition.DOWN:
            bars.wish(1, wish(f"A{now}"), now, called=True)
        errand = bars.take(now)
        if errand is not None:
            tries.append(now)
            bars.done(errand, None, now)
        now += 0.05
    assert bars.silent == (1,)
    pauses = [later - earlier for earlier, later in pairwise(tries)]
    assert max(pauses[: ATTEMPTS - 1]) < 0.3
    assert [round(pause) for pause in pauses[ATTEMPTS - 1 : ATTEMPTS + 4]] == [2, 4, 8, 16, 30]
    assert max(pauses) < LONGEST_PAUSE + 0.2


def test_a_bar_that_is_back_gets_the_newest_text_and_its_brightness_again() -> None:
    bars = standings()
    bars.wish(1, wish("A001"), 0.0)
    bars.dim(1, 40, 0.0)
    first = bars.take(0.0)
    assert first is not None
    bars.done(first, ACCEPTED, 0.0)
    now = 60.0
    for _ in range(ATTEMPTS):
        errand = bars.take(now)
        assert errand is not None
        bars.done(errand, None, now)
        now += 0.5
    assert bars.silent == (1,)
    bars.wish(1, wish("A007"), now)
    errand = bars.take(now + 3)
    assert errand is not None
    assert (errand.wish, errand.percent) == (wish("A007"), 40)
    assert bars.done(errand, ACCEPTED, now + 3).condition is Condition.OK
    assert bars.silent == ()


def test_a_text_is_said_again_in_time_and_not_before() -> None:
    bars = standings(again=60)
    bars.wish(1, wish("A001"), 0.0)
    errand = bars.take(0.0)
    assert errand is not None
    bars.done(errand, ACCEPTED, 0.0)
    assert bars.take(59.9) is None
    assert bars.take(60.0) is not None


def test_a_text_that_is_over_is_cleared_where_bars_do_not_forget_and_never_said_again() -> None:
    for forgets in (True, False):
        bars = standings(again=60, forgets=forgets)
        bars.wish(1, wish("A001", until=5.0), 0.0)
        errand = bars.take(0.0)
        assert errand is not None
        bars.done(errand, ACCEPTED, 0.0)
        over = bars.take(5.0)
        assert over is None if forgets else over is not None and over.wish == Wish()
        later = bars.take(60.0)
        assert later is None or later.wish is None


def test_a_refusal_is_a_warning_and_not_repeated_at_once() -> None:
    bars = standings()
    bars.wish(1, wish("A001"), 0.0)
    errand = bars.take(0.0)
    assert errand is not None
    health = bars.done(errand, Verdict("command not known"), 0.0)
    assert (health.condition, health.code) == (Condition.WARNING, "bar_refused")
    assert bars.take(1.0) is None


def test_the_cable_says_beforehand_how_quick_it_can_be() -> None:
    slow = Timing(9600, 0.2)
    assert round(slow.seconds(96), 4) == 0.1
    assert round(slow.quiet, 5) == 0.00365
    assert Timing(115200, 0.2).quiet == 0.00175
    assert Timing(0, 0.2).exchange(80, 30, 0.0) == 0.0
    assert 64 * slow.exchange(80, 0, 0.0) > 5.3  # BX-5K without answers
    assert 64 * slow.exchange(22, 8, 0.004) < 3.0  # a short frame of another vendor
