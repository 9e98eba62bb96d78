"""Bookable times: inside the opening hours on every kind of day, and never more places than released and shared."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queueserver.domain.calendar import Calendar, Holiday
from queueserver.domain.schedule import Schedule
from queueserver.domain.slots import (
    ANY_CHANNEL,
    ReleaseStep,
    SlotTemplate,
    free_places,
    planned_at,
    shares,
    slot_at,
    slots_of_day,
)

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 3, 2)
NOON_BREAK = Schedule(week=(((540, 720), (810, 1020)),) * 5 + ((),) * 2)
ALL_WEEK = frozenset(range(7))


def template(**more: object) -> SlotTemplate:
    given: dict[str, object] = {
        "id": "t",
        "queue": "q",
        "services": ("s",),
        "weekdays": ALL_WEEK,
        "bands": ((540, 1020),),
        "slot_minutes": 30,
        "capacity": 4,
    }
    return SlotTemplate(**(given | more))  # type: ignore[arg-type] # named fields


def local_starts(found: tuple[object, ...], zone: ZoneInfo) -> list[str]:
    return [f"{slot.start.astimezone(zone):%H:%M}" for slot in found]  # type: ignore[attr-defined]


def test_slots_are_cut_to_the_opening_hours() -> None:
    found = slots_of_day(template(slot_minutes=60), NOON_BREAK, MONDAY, SHANGHAI)
    assert local_starts(found, SHANGHAI) == ["09:00", "10:00", "11:00", "14:00", "15:00", "16:00"]
    assert slots_of_day(template(), NOON_BREAK, MONDAY + timedelta(days=5), SHANGHAI) == ()


def test_every_second_week_counts_from_the_anchor() -> None:
    every = template(every_weeks=2, anchor=date(2026, 3, 5), weekdays=frozenset({0}))
    days = [MONDAY + timedelta(weeks=n) for n in range(-2, 3)]
    assert [bool(slots_of_day(every, NOON_BREAK, day, SHANGHAI)) for day in days] == [True, False, True, False, True]


def test_valid_days_and_make_up_days_and_holidays() -> None:
    limited = template(valid_from=MONDAY, valid_to=MONDAY)
    assert slots_of_day(limited, NOON_BREAK, MONDAY, SHANGHAI)
    assert not slots_of_day(limited, NOON_BREAK, MONDAY + timedelta(days=1), SHANGHAI)
    sunday = MONDAY + timedelta(days=6)
    calendar = Calendar(holidays=(Holiday(MONDAY, MONDAY),), make_up={sunday: 0})
    schedule = Schedule(week=NOON_BREAK.week, calendar=calendar)
    mondays = template(weekdays=frozenset({0}))
    assert not slots_of_day(mondays, schedule, MONDAY, SHANGHAI)
    assert slots_of_day(mondays, schedule, sunday, SHANGHAI), "a Sunday worked as a Monday has Monday's times"


def test_closed_is_told_from_never() -> None:
    noon = datetime(2026, 3, 2, 12, 30, tzinfo=SHANGHAI).astimezone(UTC)
    assert slot_at([template()], "s", NOON_BREAK, noon, SHANGHAI) is None
    assert planned_at([template()], "s", noon, SHANGHAI)
    assert not planned_at([template()], "s", noon + timedelta(minutes=1), SHANGHAI)
    assert not planned_at([template()], "other", noon, SHANGHAI)


@pytest.mark.parametrize(
    ("day", "missing", "count"),
    [(date(2026, 3, 29), {"02:00", "02:30"}, 46), (date(2026, 10, 25), set(), 48)],
    ids=["an hour is left out", "an hour comes twice"],
)
def test_days_on_which_the_clocks_are_turned(day: date, missing: set[str], count: int) -> None:
    always = Schedule(week=(((0, 1440),),) * 7)
    found = slots_of_day(template(bands=((0, 1440),)), always, day, BERLIN)
    starts = local_starts(found, BERLIN)
    assert len(starts) == len(set(starts)) == count
    assert not missing & set(starts)
    assert all(one.end <= other.start for one, other in itertools.pairwise(found)), "none overlaps"


BANDS = st.lists(
    st.tuples(st.integers(0, 90), st.integers(1, 40)).map(lambda pair: (pair[0] * 15, min(1440, sum(pair) * 15))),
    max_size=3,
).map(lambda bands: tuple(sorted(bands)))
ZONES = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(BANDS, min_size=7, max_size=7),
    BANDS,
    st.sampled_from([5, 20, 30, 45, 90]),
    ZONES,
    st.sampled_from([date(2026, 3, 1), date(2026, 4, 1), date(2026, 10, 1), date(2026, 11, 1)]),
)
def test_a_month_of_slots_lies_inside_the_opening_hours(
    week: list[tuple[tuple[int, int], ...]], bands: tuple[tuple[int, int], ...], minutes: int, zone: str, first: date
) -> None:
    schedule, hall = Schedule(week=tuple(week)), ZoneInfo(zone)
    for offset in range(31):
        day = first + timedelta(days=offset)
        for slot in slots_of_day(template(bands=bands, slot_minutes=minutes), schedule, day, hall):
            assert slot.start.astimezone(hall).date() == day == slot.day
            assert slot.end - slot.start == timedelta(minutes=minutes)
            moment = slot.start
            while moment < slot.end:
                assert schedule.is_open(moment.astimezone(hall)), (slot, moment)
                moment += timedelta(minutes=5)


# -- release and shares


def test_half_two_weeks_ahead_and_the_rest_the_day_before_at_half_past_eight() -> None:
    steps = (ReleaseStep(14, 50), ReleaseStep(1, 100))
    slot = slots_of_day(template(release=steps, release_minute=510, horizon_days=30), NOON_BREAK, MONDAY, SHANGHAI)[0]

    def at(day: int, hour: int, minute: int) -> int:
        return slot.released(datetime(2026, 2, day, hour, minute, tzinfo=SHANGHAI), SHANGHAI)

    assert (at(16, 8, 29), at(16, 8, 30), at(28, 23, 59)) == (0, 2, 2)
    assert slot.released(datetime(2026, 3, 1, 8, 30, tzinfo=SHANGHAI), SHANGHAI) == 4
    assert slot.opens_at(SHANGHAI) == datetime(2026, 2, 16, 8, 30, tzinfo=SHANGHAI)


def test_the_horizon_opens_in_the_morning_and_not_at_midnight() -> None:
    slot = slots_of_day(template(horizon_days=7), NOON_BREAK, MONDAY, SHANGHAI)[0]
    assert slot.opens_at(SHANGHAI) == datetime(2026, 2, 23, 8, 0, tzinfo=SHANGHAI)
    assert slot.released(datetime(2026, 2, 23, 7, 59, tzinfo=SHANGHAI), SHANGHAI) == 0


def test_the_horizon_holds_back_an_earlier_release() -> None:
    early = template(horizon_days=7, release=(ReleaseStep(60, 100),))
    slot = slots_of_day(early, NOON_BREAK, MONDAY, SHANGHAI)[0]
    assert slot.opens_at(SHANGHAI) == datetime(2026, 2, 23, 8, 0, tzinfo=SHANGHAI)


def test_the_lead_time_ends_booking() -> None:
    slot = slots_of_day(template(lead_minutes=60), NOON_BREAK, MONDAY, SHANGHAI)[0]
    hour_before = slot.start - timedelta(minutes=60)
    assert (slot.too_late(hour_before), slot.too_late(hour_before + timedelta(seconds=1))) == (False, True)


@pytest.mark.parametrize(
    ("weights", "whole", "places", "given"),
    [
        ((("phone", 60), ("api", 20), ("desk", 20)), 100, 5, {"phone": 3, "api": 1, "desk": 1}),
        ((("phone", 60), ("api", 20), ("desk", 20)), 100, 2, {"phone": 1, "api": 1, "desk": 0}),
        ((("phone", 50),), 100, 4, {"phone": 2, ANY_CHANNEL: 2}),
        ((("phone", 2), ("desk", 1)), 4, 4, {"phone": 2, "desk": 1, ANY_CHANNEL: 1}),
        ((), 100, 4, {ANY_CHANNEL: 4}),
        ((("phone", 100),), 100, 3, {"phone": 3}),
    ],
)
def test_how_places_are_divided(
    weights: tuple[tuple[str, int], ...], whole: int, places: int, given: dict[str, int]
) -> None:
    assert shares(weights, whole, places) == given


def test_a_channel_takes_its_own_and_then_the_common_places() -> None:
    share = {"phone": 2, "desk": 1, ANY_CHANNEL: 1}
    assert free_places(share, {}, "phone") == 3
    assert free_places(share, {"phone": 3}, "phone") == 0
    assert free_places(share, {"phone": 3}, "desk") == 1
    assert free_places(share, {"api": 1}, "phone") == 2
    assert free_places(share, {"api": 1}, "api") == 0


WEIGHTS = st.dictionaries(st.sampled_from(["phone", "api", "desk", "kiosk"]), st.integers(0, 60), max_size=4).filter(
    lambda weights: sum(weights.values()) <= 100
)


@settings(max_examples=200, deadline=None)
@given(WEIGHTS, st.integers(1, 40))
def test_nobodys_share_shrinks_when_more_is_released(weights: dict[str, int], capacity: int) -> None:
    pairs = tuple(weights.items())
    before = shares(pairs, 100, 0)
    for places in range(1, capacity + 1):
        now = shares(pairs, 100, places)
        assert sum(now.values()) == places
        assert all(now[name] >= before[name] for name in now)
        before = now


@settings(max_examples=200, deadline=None)
@given(WEIGHTS, st.integers(1, 20), st.lists(st.sampled_from(["phone", "api", "desk", "kiosk"]), max_size=40))
def test_whoever_comes_first_no_channel_gets_beyond_its_share(
    weights: dict[str, int], places: int, comers: list[str]
) -> None:
    share = shares(tuple(weights.items()), 100, places)
    used: Counter[str] = Counter()
    for channel in comers:
        if free_places(share, used, channel):
            used[channel] += 1
        beyond = sum(max(0, count - share.get(name, 0)) for name, count in used.items())
        assert beyond <= share.get(ANY_CHANNEL, 0)
        assert used.total() <= places
    for channel in set(comers):
        assert used[channel] >= min(comers.count(channel), share.get(channel, 0)), "what is its own is never lost"


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 100)), max_size=4),
    st.integers(1, 50),
    st.integers(0, 20),
    st.lists(st.integers(0, 60 * 24 * 40), min_size=2, max_size=6).map(sorted),
)
def test_a_release_never_gives_more_than_there_is_and_takes_nothing_back(
    steps: list[tuple[int, int]], capacity: int, horizon: int, minutes: list[int]
) -> None:
    one = template(
        capacity=capacity, horizon_days=horizon, release=tuple(ReleaseStep(days, percent) for days, percent in steps)
    )
    slot = slots_of_day(one, NOON_BREAK, MONDAY, SHANGHAI)[0]
    times = [slot.start - timedelta(minutes=60 * 24 * 40 - minute) for minute in minutes]
    released = [slot.released(time, SHANGHAI) for time in times]
    assert released == sorted(released)
    assert max(released) <= capacity
    opens = slot.opens_at(SHANGHAI)
    assert all(
        (opens is not None and time >= opens) == (places > 0) for time, places in zip(times, released, strict=True)
    )
