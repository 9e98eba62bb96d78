"""The appointment's own table of transitions, its code, and the rules for persons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import appointments as bodies
from queueserver.domain.appointment import (
    ALPHABET,
    APPOINTMENT_TRANSITIONS,
    Appointment,
    AppointmentState,
    code_from,
    tidy_code,
)
from queueserver.domain.booking import Arrival, BookingRules
from queueserver.domain.errors import DomainError
from queueserver.domain.slots import Slot, SlotTemplate

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
START = NOW + timedelta(days=1)
ZONE = ZoneInfo("Asia/Shanghai")
BOOKED = Appointment(
    "a", "2346799", "s", "q", "t", START, START + timedelta(minutes=30), "phone", AppointmentState.BOOKED, "en", NOW
)
TEMPLATE = SlotTemplate("t", "q", ("s",), frozenset(range(7)), ((0, 1440),), 30, 4)
SLOT = Slot(TEMPLATE, START + timedelta(hours=1), START + timedelta(minutes=90), date(2026, 3, 3))
ACTS: dict[str, Callable[[Appointment], Appointment]] = {
    "confirm": lambda one: one.confirm()[0],
    "move": lambda one: one.move(SLOT, NOW)[0],
    "cancel": lambda one: one.cancel(NOW, "")[0],
    "check_in": lambda one: one.check_in("T", "A001")[0],
    "miss": lambda one: one.miss()[0],
    "lapse": lambda one: one.lapse()[0],
}
AFTER = {"confirm": "booked", "cancel": "cancelled", "check_in": "checked_in", "miss": "no_show", "lapse": "expired"}


@pytest.mark.parametrize("act", list(ACTS))
@pytest.mark.parametrize("state", list(AppointmentState))
def test_every_act_in_every_state(act: str, state: AppointmentState) -> None:
    before = replace(BOOKED, state=state, held_until=NOW if state is AppointmentState.DRAFT else None)
    if state in APPOINTMENT_TRANSITIONS[act]:
        assert ACTS[act](before).state == AFTER.get(act, state.value)
        return
    with pytest.raises(DomainError) as refusal:
        ACTS[act](before)
    expected = {("check_in", "checked_in"): "already_checked_in", ("confirm", "expired"): "draft_expired"}
    assert refusal.value.code == expected.get((act, state.value), "illegal_appointment")


def test_the_wire_knows_the_same_states() -> None:
    assert [state.value for state in AppointmentState] == [state.value for state in bodies.AppointmentState]


def test_what_holds_a_place_and_until_when() -> None:
    def holds(one: Appointment, **later: float) -> bool:
        return one.holds("t", START, NOW + timedelta(**later))

    draft = replace(BOOKED, state=AppointmentState.DRAFT, held_until=NOW + timedelta(minutes=15))
    assert (holds(draft, minutes=14), holds(draft, minutes=15)) == (True, False)
    given_back = BOOKED.cancel(NOW + timedelta(minutes=10), "")[0]
    assert (holds(given_back, minutes=9), holds(given_back, minutes=10)) == (True, False)
    moved = BOOKED.move(SLOT, NOW + timedelta(minutes=10))[0]
    assert (holds(moved, minutes=9), holds(moved, minutes=10)) == (True, False)
    assert moved.holds("t", SLOT.start, NOW)
    for state in ("booked", "checked_in", "no_show"):
        assert holds(replace(BOOKED, state=AppointmentState(state)), days=9)
    assert not holds(replace(BOOKED, state=AppointmentState.EXPIRED))


# -- the code


@given(st.integers(0, 2**96))
def test_a_code_is_found_however_it_is_typed(number: int) -> None:
    code = code_from(number)
    assert len(code) == 7
    assert set(code) <= set(ALPHABET)
    assert tidy_code(f" {code[:3].lower()}-{code[3:]} ") == code


@given(st.integers(0, 2**40), st.integers(0, 6), st.sampled_from(ALPHABET))
def test_one_wrong_sign_is_noticed(number: int, place: int, sign: str) -> None:
    code = code_from(number)
    wrong = code[:place] + sign + code[place + 1 :]
    assert tidy_code(wrong) == (code if wrong == code else None)


@given(st.integers(0, 2**40), st.integers(0, 5))
def test_two_swapped_signs_are_noticed(number: int, place: int) -> None:
    code = code_from(number)
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert tidy_code(swapped) == (code if swapped == code else None)


def test_no_sign_is_taken_for_another() -> None:
    assert not set(ALPHABET) & set("0O1IL5S8BZVYG")


# -- persons and times


def test_arrivals_around_the_booked_time() -> None:
    rules = BookingRules(early_minutes=30, late_minutes=15)
    minutes = {-31: "TOO_EARLY", -30: "EARLY", -1: "EARLY", 0: "IN_TIME", 15: "IN_TIME", 16: "LATE"}
    for offset, expected in minutes.items():
        assert rules.arrival(START, START + timedelta(minutes=offset)) is Arrival[expected], offset


def test_three_missed_in_ninety_days_bar_for_thirty() -> None:
    rules = BookingRules(no_shows=3, no_show_days=90, barred_days=30)
    missed = [NOW - timedelta(days=days) for days in (80, 40, 10)]
    assert rules.barred_until(missed, NOW) == NOW + timedelta(days=20)
    assert rules.barred_until(missed, NOW + timedelta(days=11)) is None, "the first of them is forgotten"
    assert rules.barred_until(missed[1:], NOW) is None
    assert BookingRules(no_shows=0).barred_until(missed, NOW) is None
    long = replace(rules, no_show_days=366)
    assert long.barred_until(missed, NOW + timedelta(days=20)) is None, "the time is over"


def test_a_person_has_so_many_ahead_and_one_a_day() -> None:
    rules, day = BookingRules(max_open=2, max_per_day=1), date(2026, 3, 3)
    other = replace(BOOKED, id="b", service="else")
    with pytest.raises(DomainError, match="booked_that_day"):
        rules.must_allow([BOOKED], "s", day, NOW, ZONE)
    with pytest.raises(DomainError, match="too_many_appointments"):
        rules.must_allow([BOOKED, other], "third", day, NOW, ZONE)
    rules.must_allow([BOOKED], "s", day + timedelta(days=1), NOW, ZONE)
    over = [replace(BOOKED, state=state) for state in (AppointmentState.CANCELLED, AppointmentState.EXPIRED)]
    rules.must_allow(over, "s", day, NOW, ZONE)
    came = replace(BOOKED, state=AppointmentState.CHECKED_IN)
    with pytest.raises(DomainError, match="booked_that_day"):
        rules.must_allow([came], "s", day, NOW, ZONE)
    BookingRules(max_open=0, max_per_day=0).must_allow([BOOKED] * 5, "s", day, NOW, ZONE)
