"""Opening hours, business days and numbers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contract.client.sample import SAMPLE_HALL
from contract.config import Calendar as CalendarEntry
from contract.config import HallConfig, Hours, MakeUpDay, Override, Weekday
from contract.config import Holiday as HolidayEntry
from queueserver.domain.calendar import Calendar, DayChange, Holiday, changed, joined
from queueserver.domain.errors import DomainError
from queueserver.domain.numbering import QueueDay
from queueserver.domain.schedule import Band, Schedule, business_day
from queueserver.store.plans import plan_of
from queueserver.store.plantimes import minutes_of
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


# -- holidays and make-up days

STATE = Calendar(
    holidays=(Holiday(date(2026, 2, 15), date(2026, 2, 23)),),
    make_up={date(2026, 2, 14): 0, date(2026, 2, 28): 4},
)
"""A made-up spring festival: nine days off, and two Saturdays worked for it."""
LONG_MONDAY = Schedule(week=(((480, 1080),), *WORKDAYS.week[1:]), calendar=STATE)


@pytest.mark.parametrize(
    ("day", "bands"),
    [
        ("2026-02-13", OFFICE),
        ("2026-02-14", ((480, 1080),)),
        ("2026-02-15", ()),
        ("2026-02-16", ()),
        ("2026-02-23", ()),
        ("2026-02-24", OFFICE),
        ("2026-02-28", OFFICE),
        ("2026-03-07", ()),
    ],
)
def test_a_make_up_day_is_worked_as_the_weekday_it_stands_for(day: str, bands: tuple[Band, ...]) -> None:
    assert LONG_MONDAY.bands(date.fromisoformat(day)) == bands


def test_the_first_that_speaks_of_a_day_is_heard() -> None:
    """The queue's exception, the hall's, a make-up day, a holiday, the week; each once as the strongest."""
    day, holiday = date(2026, 2, 14), Holiday(date(2026, 2, 14), date(2026, 2, 14))
    calendars = (
        CalendarEntry(
            id="state",
            name={"en": "x"},
            holidays=(HolidayEntry(date=holiday.first),),
            make_up=(MakeUpDay(date=day, works_as=Weekday.MON),),
        ),
        CalendarEntry(id="closed", name={"en": "x"}, holidays=(HolidayEntry(date=holiday.first),)),
        CalendarEntry(id="plain", name={"en": "x"}),
    )
    hours = (Hours(id="always", mon=("09:00-10:00",), sat=("11:00-12:00",)),)
    hall = SAMPLE_HALL.model_copy(update={"calendars": calendars, "hours": hours})

    def bands(calendar: str | None, *overrides: Override) -> tuple[Band, ...]:
        queues = tuple(
            q.model_copy(update={"calendar": calendar, "hours": "always"}) for q in hall.queues if q.id == "tax"
        )
        config = hall.model_copy(
            update={"queues": queues, "overrides": overrides, "services": (), "windows": ()}
        ).model_copy(update={"hall": hall.hall.model_copy(update={"calendar": "closed"})})
        return plan_of(config, 1).queues["tax"].schedule.bands(day)

    assert bands("plain") == ((660, 720),), "the week"
    assert bands(None) == (), "the hall's calendar"
    assert bands("state") == ((540, 600),), "a make-up day before a holiday"
    of_hall, of_queue = Override(date=day, open=("13:00-14:00",)), Override(date=day, open=(), queues=("tax",))
    assert bands("state", of_hall) == ((780, 840),)
    assert bands("state", of_hall, of_queue) == ()


def test_what_was_changed_last_for_a_few_hours_holds() -> None:
    change = (DayChange(False, (840, 1440)), DayChange(True, (900, 960)), DayChange(True, (1200, 1260)))
    schedule = Schedule(week=WORKDAYS.week, changes={MONDAY: change})
    assert schedule.bands(MONDAY) == ((540, 720), (810, 840), (900, 960), (1200, 1260))
    assert schedule.planned(MONDAY) == OFFICE
    assert schedule.open_minutes(MONDAY) == 180 + 30 + 60 + 60
    assert schedule.bands(MONDAY + timedelta(days=1)) == OFFICE


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).filter(lambda b: b[0] < b[1]), max_size=3),
    st.lists(
        st.builds(
            DayChange,
            st.booleans(),
            st.tuples(st.integers(0, 60), st.integers(0, 60)).filter(lambda b: b[0] < b[1]),
        ),
        max_size=5,
    ),
)
def test_changes_say_for_each_minute_what_the_last_of_them_said(bands: list[Band], changes: list[DayChange]) -> None:
    after = changed(joined(bands), changes)
    assert list(after) == sorted(after)
    for minute in range(60):
        expected = any(start <= minute < end for start, end in bands)
        for change in changes:
            if change.band[0] <= minute < change.band[1]:
                expected = change.opens
        assert any(start <= minute < end for start, end in after) is expected


# -- the last ticket before a break, and after midnight


@pytest.mark.parametrize(
    ("clock", "gives"),
    [("11:49", True), ("11:50", False), ("12:00", False), ("13:30", True), ("16:29", True), ("16:30", False)],
)
def test_a_break_has_its_own_last_ticket(clock: str, gives: bool) -> None:
    schedule = Schedule(week=WORKDAYS.week, last_ticket_minutes=30, break_ticket_minutes=10)
    assert schedule.gives_tickets(at(clock)) is gives


def test_over_midnight_the_last_closing_is_that_of_the_business_day() -> None:
    """22:00-24:00 and 00:00-02:00 are one evening when the day changes at four; its last ticket is at 01:30."""
    week: tuple[tuple[Band, ...], ...] = (((0, 120), (1320, 1440)),) * 7
    night = Schedule(week=week, last_ticket_minutes=30, day_boundary_minutes=240)
    assert night.business_bands(MONDAY) == ((1320, 1560),)
    gives = [
        night.gives_tickets(at(clock)) for clock in ("21:59", "22:00", "23:45", "00:10", "01:29", "01:30", "02:00")
    ]
    assert gives == [False, True, True, True, True, False, False]
    opening = night.next_opening(at("01:45"))
    assert opening == at("22:00").replace(second=0, microsecond=0), "not midnight: the hall does not open there"


def test_a_band_too_short_to_give_a_ticket_is_no_opening() -> None:
    schedule = Schedule(week=(((540, 600), (660, 720)),) * 7, break_ticket_minutes=60)
    opening = schedule.next_opening(at("08:00"))
    assert opening is not None
    assert (opening.hour, opening.minute) == (11, 0)


# -- nights on which the clock is turned

TURNED = [
    ("Europe/Berlin", "2026-03-29"),
    ("Europe/Berlin", "2026-10-25"),
    ("America/New_York", "2026-03-08"),
    ("America/New_York", "2026-11-01"),
    ("Australia/Lord_Howe", "2026-04-05"),
    ("Australia/Lord_Howe", "2026-10-04"),
    ("Asia/Kathmandu", "2026-03-29"),
    ("Asia/Shanghai", "2026-03-29"),
]


@settings(max_examples=60, deadline=None)
@example(("Europe/Berlin", "2026-03-29"), ((),) * 6 + (((121, 181),),), 0, 150, 0)
@example(("Europe/Berlin", "2026-03-29"), ((),) * 6 + (((120, 121),),), 0, 150, 0)
@given(
    turned=st.sampled_from(TURNED),
    week=weeks,
    start=st.integers(-30 * 60, 30 * 60),
    boundary=st.sampled_from([0, 150, 240]),
    last=st.integers(0, 40),
)
def test_the_next_opening_is_the_first_moment_that_gives_tickets(
    turned: tuple[str, str], week: tuple[tuple[Band, ...], ...], start: int, boundary: int, last: int
) -> None:
    """Against a walk of real minutes through the nights on which clocks are turned, in every zone."""
    zone = ZoneInfo(turned[0])
    begin = datetime.combine(date.fromisoformat(turned[1]), datetime.min.time(), UTC) + timedelta(minutes=start)
    schedule = Schedule(week=week, last_ticket_minutes=last, day_boundary_minutes=boundary)
    if schedule.gives_tickets(begin.astimezone(zone)):
        return
    opening = schedule.next_opening(begin.astimezone(zone))
    minute = begin
    for _ in range(36 * 60):
        minute += timedelta(minutes=1)
        if schedule.gives_tickets(minute.astimezone(zone)):
            assert opening is not None
            assert opening.astimezone(UTC) == minute
            return
    assert opening is None or opening.astimezone(UTC) > minute


def test_a_time_that_the_clock_skips_opens_when_the_skip_is_over() -> None:
    berlin, night = ZoneInfo("Europe/Berlin"), date(2026, 3, 29)
    schedule = Schedule(week=(((150, 300),),) * 7)
    opening = schedule.next_opening(at("01:00", night, berlin))
    assert opening is not None
    assert opening.astimezone(UTC) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "03:00 by the turned clock"


def test_in_the_hour_that_comes_twice_an_opening_that_has_been_is_not_announced_again() -> None:
    berlin, night = ZoneInfo("Europe/Berlin"), date(2026, 10, 25)
    schedule = Schedule(week=(((165, 170),),) * 7)
    second = datetime(2026, 10, 25, 2, 50, tzinfo=berlin, fold=1)
    opening = schedule.next_opening(second)
    assert opening is not None
    assert opening.date() == night + timedelta(days=1)
    between = datetime(2026, 10, 25, 2, 50, tzinfo=berlin, fold=0)
    assert schedule.next_opening(between) == datetime(2026, 10, 25, 2, 45, tzinfo=berlin, fold=1)


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
