"""Opening hours, business days, numbers and estimates."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.client.sample import SAMPLE_HALL
from contract.config import HallConfig, Override
from queueserver.domain.errors import DomainError
from queueserver.domain.estimate import wait_range
from queueserver.domain.numbering import QueueDay
from queueserver.domain.schedule import Band, Schedule, business_day
from queueserver.store.plans import minutes_of, plan_of
from tests.unit.fake_unit import queue

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE: tuple[Band, ...] = ((540, 720), (810, 1020))
"""09:00-12:00 and 13:30-17:00."""
WORKDAYS = Schedule(week=(OFFICE,) * 5 + ((),) * 2)
MONDAY = date(2026, 3, 2)


def at(clock: str, day: date = MONDAY, zone: ZoneInfo = SHANGHAI) -> datetime:
    hours, minutes = clock.split(":")
    return datetime(day.year, day.month, day.day, int(hours), int(minutes), 59, 999000, tzinfo=zone)


@pytest.mark.parametrize(
    ("clock", "is_open"),
    [
        ("00:00", False),
        ("08:59", False),
        ("09:00", True),
        ("11:59", True),
        ("12:00", False),
        ("13:29", False),
        ("13:30", True),
        ("16:59", True),
        ("17:00", False),
        ("23:59", False),
    ],
)
def test_the_noon_break_is_closed_and_ends_are_exclusive(clock: str, is_open: bool) -> None:
    assert WORKDAYS.is_open(at(clock)) is is_open


def test_weekends_have_their_own_plan() -> None:
    days = [MONDAY + timedelta(days=offset) for offset in range(7)]
    assert [WORKDAYS.is_open(at("10:00", day)) for day in days] == [True] * 5 + [False] * 2


def test_midnight_at_the_days_end_is_2400() -> None:
    late = Schedule(week=(((1320, 1440),),) * 7)
    assert late.is_open(at("23:59"))
    assert not late.is_open(at("00:00"))
    through = Schedule(week=(((1320, 1440),), ((0, 60),)) + ((),) * 5)
    assert [through.is_open(at(c, d)) for c, d in (("23:59", MONDAY), ("00:59", date(2026, 3, 3)))] == [True, True]


def test_an_override_replaces_the_day_and_only_that_day() -> None:
    holiday, saturday = date(2026, 5, 1), date(2026, 5, 9)
    schedule = Schedule(week=WORKDAYS.week, overrides={holiday: (), saturday: ((600, 660),)})
    assert not schedule.is_open(at("10:00", holiday))
    assert schedule.is_open(at("10:30", saturday))
    assert not schedule.is_open(at("09:30", saturday))
    assert schedule.is_open(at("09:30", date(2026, 5, 8)))


def test_a_queues_own_override_beats_the_halls() -> None:
    day = date(2026, 5, 1)
    config: HallConfig = SAMPLE_HALL.model_copy(
        update={
            "overrides": (
                Override(date=day, open=("10:00-11:00",), queues=("tax",)),
                Override(date=day, open=()),
            )
        }
    )
    plan = plan_of(config, 1)
    assert plan.queues["tax"].schedule.bands(day) == ((600, 660),)
    assert plan.queues["social"].schedule.bands(day) == ()


def test_bands_are_sorted_whatever_the_file_says() -> None:
    hours = tuple(
        one.model_copy(update={"mon": ("13:30-17:00", "09:00-12:00")}) if one.id == "always" else one
        for one in SAMPLE_HALL.hours
    )
    plan = plan_of(SAMPLE_HALL.model_copy(update={"hours": hours}), 1)
    assert plan.queues["tax"].schedule.bands(MONDAY) == OFFICE


@pytest.mark.parametrize(
    ("clock", "after"), [("11:59", False), ("16:29", False), ("16:30", True), ("16:59", True), ("17:00", False)]
)
def test_last_ticket_time_counts_from_the_days_last_closing(clock: str, after: bool) -> None:
    schedule = Schedule(week=WORKDAYS.week, last_ticket_minutes=30)
    assert schedule.after_last_ticket(at(clock)) is after
    assert not WORKDAYS.after_last_ticket(at(clock))
    assert not schedule.after_last_ticket(at(clock, date(2026, 3, 7))), "a closed day has no last ticket"


@pytest.mark.parametrize(
    ("clock", "day", "opening"),
    [
        ("08:00", MONDAY, (MONDAY, 9, 0)),
        ("09:30", MONDAY, (MONDAY, 13, 30)),
        ("12:30", MONDAY, (MONDAY, 13, 30)),
        ("18:00", MONDAY, (date(2026, 3, 3), 9, 0)),
        ("18:00", date(2026, 3, 6), (date(2026, 3, 9), 9, 0)),
    ],
)
def test_the_next_opening(clock: str, day: date, opening: tuple[date, int, int]) -> None:
    when = WORKDAYS.next_opening(at(clock, day))
    assert when is not None
    assert (when.date(), when.hour, when.minute) == opening
    assert when.tzinfo is SHANGHAI


def test_at_the_moment_of_opening_the_next_opening_is_the_one_after() -> None:
    nine = at("09:00").replace(second=0, microsecond=0)
    assert WORKDAYS.next_opening(nine) == nine.replace(hour=13, minute=30)


def test_a_queue_that_never_opens_has_no_next_opening() -> None:
    assert Schedule(week=((),) * 7).next_opening(at("08:00")) is None


minutes = st.integers(0, 1439)
weeks = st.lists(
    st.lists(st.tuples(minutes, minutes).filter(lambda band: band[0] < band[1]), max_size=2).map(
        lambda bands: tuple(sorted(bands))
    ),
    min_size=7,
    max_size=7,
).map(tuple)


@given(weeks, st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)))  # noqa: DTZ001 # made aware below
def test_the_next_opening_is_open_and_later(week: tuple[tuple[Band, ...], ...], moment: datetime) -> None:
    schedule, local = Schedule(week=week), moment.replace(tzinfo=SHANGHAI)
    opening = schedule.next_opening(local)
    if opening is None:
        assert not any(week)
        return
    assert opening > local
    assert schedule.is_open(opening)
    step = local.replace(second=0, microsecond=0) + timedelta(minutes=1)
    if not schedule.is_open(local) and step < opening:
        assert not schedule.is_open(step), "nothing opened before the next opening"


# -- business day


@pytest.mark.parametrize(
    ("utc", "zone", "boundary", "expected"),
    [
        ("2026-03-01T19:59:59.999", "Asia/Shanghai", 240, "2026-03-01"),
        ("2026-03-01T20:00", "Asia/Shanghai", 240, "2026-03-02"),
        ("2026-03-01T15:59", "Asia/Shanghai", 0, "2026-03-01"),
        ("2026-03-01T16:00", "Asia/Shanghai", 0, "2026-03-02"),
        ("2026-03-02T03:59", "UTC", 240, "2026-03-01"),
        ("2026-03-02T11:00", "America/Los_Angeles", 240, "2026-03-01"),
        ("2026-03-02T12:00", "America/Los_Angeles", 240, "2026-03-02"),
        ("2026-03-01T22:15", "Asia/Kathmandu", 240, "2026-03-02"),
        ("2026-03-01T22:14", "Asia/Kathmandu", 240, "2026-03-01"),
        ("2026-03-29T01:59", "Europe/Berlin", 240, "2026-03-28"),
        ("2026-03-29T02:00", "Europe/Berlin", 240, "2026-03-29"),
        ("2026-10-25T02:59", "Europe/Berlin", 240, "2026-10-24"),
        ("2026-10-25T03:00", "Europe/Berlin", 240, "2026-10-25"),
    ],
)
def test_the_business_day_turns_at_the_halls_own_boundary(utc: str, zone: str, boundary: int, expected: str) -> None:
    now = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert business_day(now, zone, boundary) == date.fromisoformat(expected)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 # made aware below
    st.integers(0, 100_000),
    st.sampled_from(["Asia/Shanghai", "UTC", "Europe/Berlin", "Pacific/Auckland", "America/St_Johns"]),
    st.integers(0, 600),
)
def test_business_days_never_go_back(moment: datetime, seconds: int, zone: str, boundary: int) -> None:
    """The hour that a zone repeats in autumn lies before a boundary of 4:00; with a boundary inside it days may."""
    now = moment.replace(tzinfo=UTC)
    later = now + timedelta(seconds=seconds)
    if zone in ("Asia/Shanghai", "UTC") or boundary >= 240:
        assert business_day(now, zone, boundary) <= business_day(later, zone, boundary)
    assert business_day(later, zone, boundary) - business_day(now, zone, boundary) <= timedelta(days=3)


def test_clock_times() -> None:
    assert [minutes_of(clock) for clock in ("00:00", "04:30", "24:00")] == [0, 270, 1440]


# -- numbers


@given(
    first=st.integers(0, 500),
    length=st.integers(0, 60),
    digits=st.integers(2, 4),
    limit=st.none() | st.integers(1, 60),
)
def test_numbers_are_given_in_order_never_twice_and_within_the_limit(
    first: int, length: int, digits: int, limit: int | None
) -> None:
    plan = queue("q", "A", first=first, last=first + length, digits=digits, daily_limit=limit)
    day, given_out = QueueDay("q", plan.first), []
    for _ in range(min(length + 1, limit or length + 1)):
        day, number = day.take(plan)
        given_out.append(number)
    with pytest.raises(DomainError) as refusal:
        day.take(plan)
    assert refusal.value.code == ("queue_full" if limit is not None and limit <= length + 1 else "numbers_used_up")
    assert given_out == [f"A{first + n:0{digits}d}" for n in range(day.issued)]


def test_configuration_never_turns_the_counter_back() -> None:
    day = QueueDay("q", 1)
    for _ in range(3):
        day, _number = day.take(queue("q", "A"))
    assert day.take(queue("q", "A", first=1))[1] == "A004"
    later, number = day.take(queue("q", "A", first=100))
    assert number == "A100"
    assert later.take(queue("q", "A", first=1))[1] == "A101"
    with pytest.raises(DomainError, match="numbers_used_up"):
        day.take(queue("q", "A", last=3))


def test_the_last_called_number_is_kept() -> None:
    assert QueueDay("q", 5, 4, "A001").called("A002") == QueueDay("q", 5, 4, "A002")


# -- estimates


@given(st.integers(0, 500), st.floats(0.5, 60), st.integers(0, 30))
def test_estimates_are_ranges_that_grow_with_the_line_and_shrink_with_windows(
    ahead: int, service: float, windows: int
) -> None:
    low, high = wait_range(ahead, service, windows)
    assert 0 <= low < high
    more_low, more_high = wait_range(ahead + 1, service, windows)
    assert low <= more_low
    assert high <= more_high
    less_low, less_high = wait_range(ahead, service, windows + 1)
    assert low >= less_low
    assert high >= less_high


def test_with_no_window_open_the_estimate_is_that_of_one() -> None:
    assert wait_range(4, 8.0, 0) == wait_range(4, 8.0, 1) == (19, 56)
    assert wait_range(0, 8.0, 2) == (0, 4)
