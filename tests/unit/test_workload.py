"""How much work lies ahead of a ticket: monotone in everything that matters, and like the engine in who goes first."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queueserver.domain.estimate import Expected
from queueserver.domain.hall import HallPlan, Policy, WindowPlan
from queueserver.domain.lanework import crowd_of
from queueserver.domain.learned import Learned
from queueserver.domain.line import Line
from queueserver.domain.sharing import Sharing
from queueserver.domain.ticket import Place, State, Ticket, Visit
from queueserver.domain.window import Window, WindowState
from queueserver.domain.workload import PAUSE_MINUTES, Asker, Floor, loads_of
from tests.unit.fake_unit import NOON, PLAN, plan_with, queue

VISIT = Visit("v", "A001", NOON.date(), "", NOON, "zh-CN", "kiosk")
EQUAL = plan_with(
    (queue("a", "A"), queue("b", "B")),
    tuple(WindowPlan(f"w{number}", str(number), "east", ("a",)) for number in range(6)),
)
SHARED = plan_with(
    (queue("a", "A"), queue("b", "B")),
    (WindowPlan("w0", "0", "east", ("a", "b")), WindowPlan("w1", "1", "east", ("b",))),
)


def waiting(number: int, queue_id: str = "a", kind: str = "plain", minutes_ago: float = 1.0, sent: str = "") -> Ticket:
    came = NOON - timedelta(minutes=minutes_ago)
    return Ticket(
        f"{number:026d}",
        VISIT,
        1,
        queue_id,
        f"s-{queue_id}",
        State.WAITING,
        kind,
        Place.arriving(came, number),
        came,
        sent_to=sent or None,
    )


def many(count: int, queue_id: str = "a", kind: str = "plain", minutes_ago: float = 1.0) -> list[Ticket]:
    first = {"a": 1000, "b": 5000}[queue_id] + (100_000 if kind != "plain" else 0)
    return [waiting(first + number, queue_id, kind, minutes_ago) for number in range(count)]


def floor_of(
    plan: HallPlan, busy: int, free: int = 0, paused: int = 0, learned: dict[str, Learned] | None = None
) -> Floor:
    """The first windows busy since just now, then free ones, then paused ones; the rest closed."""
    windows, tickets = {}, {}
    for number, window in enumerate(plan.windows):
        ticket = None
        state = WindowState.OPEN if number < busy + free else WindowState.CLOSED
        if number < busy:
            ticket = replace(waiting(900 + number), state=State.CALLED, called_at=NOON)
            tickets[ticket.id] = ticket
        elif busy + free <= number < busy + free + paused:
            state = WindowState.PAUSED
        windows[window] = Window(window, state, ticket=ticket.id if ticket else None)
    return Floor(loads_of(plan, Sharing(plan, windows), learned or {}, NOON), windows, tickets, NOON)


def expected(floor: Floor, line: Iterable[Ticket], queue_id: str = "a", *, privileged: bool = False) -> Expected:
    return wait(floor, Line(line), Asker(queue_id), privileged=privileged)


def wait(floor: Floor, line: Line, asker: Asker, *, privileged: bool = False) -> Expected:
    asker.privileged = -math.inf if privileged else math.inf
    found = floor.expected(asker, crowd_of(line, None if asker.place.at_ms == 1 << 62 else asker.place))
    assert found is not None
    return found


@given(st.integers(0, 60), st.integers(1, 6))
def test_one_more_ahead_means_no_shorter_wait(ahead: int, windows: int) -> None:
    floor = floor_of(EQUAL, windows)
    shorter, longer = expected(floor, many(ahead)).minutes, expected(floor, many(ahead + 1)).minutes
    assert 0 < shorter <= longer < math.inf


@given(st.integers(0, 60), st.integers(1, 5))
def test_one_more_window_means_no_longer_wait(ahead: int, windows: int) -> None:
    fewer, more = (expected(floor_of(EQUAL, count), many(ahead)).minutes for count in (windows, windows + 1))
    assert more <= fewer


def test_twelve_ahead_at_three_windows_are_about_four_services() -> None:
    assert expected(floor_of(EQUAL, 3), many(12)).minutes == pytest.approx(4 * 8 + 8 / 3, rel=0.2)


def test_nobody_ahead_and_a_free_window_is_soon() -> None:
    assert expected(floor_of(EQUAL, 2, free=1), []).idle
    assert not expected(floor_of(EQUAL, 2, free=1), many(1)).idle
    assert not expected(floor_of(EQUAL, 3), []).idle


def test_a_queue_that_no_window_serves_has_a_wait_nobody_knows() -> None:
    assert floor_of(EQUAL, 2).promised(Asker("b"), crowd_of(Line(many(3, "b")), None)) is None


def test_a_paused_window_helps_those_who_wait_longer_than_a_pause() -> None:
    with_it, without = floor_of(EQUAL, 1, paused=1), floor_of(EQUAL, 1)
    assert expected(with_it, many(1)).minutes == expected(without, many(1)).minutes < PAUSE_MINUTES
    assert expected(with_it, many(20)).minutes < expected(without, many(20)).minutes


def test_measured_services_count_instead_of_configured_ones() -> None:
    learned = Learned()
    for _ in range(300):
        learned = learned.served("s-a", 2.0, 12, 8.0)
    quick = expected(floor_of(EQUAL, 2, learned={"a": learned}), many(10)).minutes
    assert quick < expected(floor_of(EQUAL, 2), many(10)).minutes / 3


def test_tickets_of_another_queue_at_a_shared_window_count_too() -> None:
    floor = floor_of(SHARED, 2)
    assert expected(floor, many(5, "b")).minutes > expected(floor, []).minutes + 8


def test_waiting_privileged_visitors_go_before_an_ordinary_one_wherever_they_stand() -> None:
    floor, mine = floor_of(EQUAL, 2), waiting(1, minutes_ago=5)
    line = Line([mine, *many(4, kind="old", minutes_ago=1)])
    with_them = wait(floor, line, Asker.of(mine, EQUAL)).minutes
    alone = wait(floor, Line([mine]), Asker.of(mine, EQUAL)).minutes
    assert with_them >= alone + 2 * 8 - 1


def test_a_privileged_visitor_has_only_the_ordinary_turns_between_ahead() -> None:
    floor, line = floor_of(EQUAL, 2), [*many(20), *many(4, kind="old")]
    privileged, ordinary = (expected(floor, line, privileged=one).minutes for one in (True, False))
    assert privileged < ordinary / 2
    assert privileged > expected(floor, many(4, kind="old"), privileged=True).minutes


def test_after_the_longest_wait_all_are_called_by_their_places() -> None:
    floor = floor_of(EQUAL, 2)
    line = [*many(20, minutes_ago=46), *many(4, kind="old")]
    assert expected(floor, line, privileged=True).minutes == expected(floor, line).minutes


def test_privileged_visitors_who_keep_coming_make_the_others_wait_longer() -> None:
    learned = Learned()
    for minute in range(60):
        learned = learned.privileged_came(NOON.timestamp() / 60 - 60 + minute)
    calm = expected(floor_of(EQUAL, 6), many(12))
    assert expected(floor_of(EQUAL, 6, learned={"a": learned}), many(12)).minutes > 1.3 * calm.minutes


def test_nobody_is_overtaken_beyond_the_longest_wait() -> None:
    plan = replace(EQUAL, policy=Policy(longest_wait_minutes=30))
    learned = Learned()
    for minute in range(60):
        learned = learned.privileged_came(NOON.timestamp() / 60 - 60 + minute)
    assert expected(floor_of(plan, 4, learned={"a": learned}), many(12)).minutes <= 30


def test_a_ticket_sent_to_one_window_waits_for_that_one() -> None:
    floor, mine = floor_of(EQUAL, 4), waiting(50, sent="w1", minutes_ago=0)
    line = Line([mine, *many(8)])
    at_one = wait(floor, line, Asker.of(mine, EQUAL))
    assert at_one.step == pytest.approx(8.0)
    assert at_one.minutes > expected(floor, []).minutes


def test_a_lane_is_worked_out_anew_when_it_changes() -> None:
    floor, line = floor_of(EQUAL, 2), Line(many(3))
    mine = replace(waiting(9000), place=Place.arriving(NOON, 9000))
    before = floor.promise_in(line, mine)
    for ticket in many(9)[3:]:
        line.add(ticket)
    after = floor.promise_in(line, mine)
    assert before is not None
    assert after is not None
    assert after.expected > before.expected + 8


def test_somebody_in_the_middle_has_only_those_before_ahead() -> None:
    floor, line = floor_of(EQUAL, 2), Line(many(10))
    third = many(10)[2]
    assert wait(floor, line, Asker.of(third, EQUAL)).minutes == wait(floor, Line(many(2)), Asker("a")).minutes


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["plain", "old"]), st.floats(0, 300)), max_size=20),
    st.integers(0, 2),
    st.integers(0, 2),
    st.booleans(),
    st.sampled_from([0, 15, 45]),
)
def test_any_hall_gives_a_wait_that_is_a_number(
    people: list[tuple[str, str, float]], busy: int, paused: int, privileged: bool, longest: int
) -> None:
    plan = replace(SHARED, policy=Policy(longest_wait_minutes=longest))
    line = [waiting(number, *one) for number, one in enumerate(people)]
    for queue_id in "ab":
        floor = floor_of(plan, busy, paused=paused)
        got = floor.expected(Asker(queue_id), crowd_of(Line(line), None))
        if got is None:
            assert not any(floor._windows[w].state is not WindowState.CLOSED for w in plan.windows_of_queue[queue_id])
            continue
        got = expected(floor, line, queue_id, privileged=privileged)
        assert 0 <= got.minutes < math.inf
        assert got.idle or got.spread > 0


def test_the_hour_is_the_halls_own() -> None:
    learned = Learned()
    for _ in range(300):
        learned = learned.served("s-clerk", 8.0, 3, 8.0).served("s-clerk", 24.0, 12, 8.0)
    ahead = [replace(one, queue="clerk", service="s-clerk") for one in many(10)]

    def at(now: datetime) -> float:
        windows = {"w1": Window("w1", WindowState.OPEN)}
        floor = Floor(loads_of(PLAN, Sharing(PLAN, windows), {"clerk": learned}, now), windows, {}, now)
        return wait(floor, Line(ahead), Asker("clerk")).minutes

    assert at(NOON) > 1.3 * at(NOON + timedelta(hours=15))


MINUTES_TO_COME = st.none() | st.integers(-30, 60)
PEOPLE = st.lists(
    st.tuples(
        st.sampled_from("ab"),
        st.sampled_from(["plain", "old"]),
        st.floats(0, 90),
        st.sampled_from(["", "", "", "w0", "w1"]),
        st.integers(1, 4),
        MINUTES_TO_COME,
        st.booleans(),
    ),
    max_size=14,
)


def anybody(number: int, person: tuple[str, str, float, str, int, int | None, bool]) -> Ticket:
    queue_id, kind, ago, sent, party, booked, held = person
    ticket = waiting(number, queue_id, kind, ago, sent)
    ticket = replace(ticket, visit=replace(VISIT, party=party))
    if booked is None:
        return ticket
    at = NOON + timedelta(minutes=booked)
    if held:
        return replace(ticket, state=State.HELD, window="w1", not_before=at)
    return replace(ticket, booked_for=at, not_before=at, place=Place.arriving(at, number))


@settings(deadline=None, max_examples=60)
@given(PEOPLE, PEOPLE, st.integers(0, 2), st.sampled_from(["plain", "old"]), st.sampled_from([0, 15, 45]))
def test_the_cheap_way_is_the_plain_way(
    first: list[tuple[str, str, float, str, int, int | None, bool]],
    then: list[tuple[str, str, float, str, int, int | None, bool]],
    busy: int,
    kind: str,
    longest: int,
) -> None:
    """One floor is kept while people come and go; each time it says what a new one says that sums everything anew."""
    plan = replace(SHARED, policy=Policy(longest_wait_minutes=longest))
    learned = {"a": Learned().privileged_came(NOON.timestamp() / 60 - 5)}
    line, kept = Line(), floor_of(plan, busy, free=2 - busy, learned=learned)
    people = [anybody(number, person) for number, person in enumerate([*first, *then])]
    asking = [replace(waiting(9000 + n, q, kind), place=Place.arriving(NOON, 9000 + n)) for n, q in enumerate("ab")]

    def compare() -> None:
        for ticket in (*asking, *line.in_order("a")):
            cheap = kept.promise_in(line, ticket)
            plain = floor_of(plan, busy, free=2 - busy, learned=learned).promise(ticket, crowd_of(line, ticket.place))
            assert cheap is not None
            assert plain is not None
            assert (cheap.low, cheap.high) == (plain.low, plain.high)
            assert (cheap.expected, cheap.spread) == pytest.approx((plain.expected, plain.spread))

    for ticket in people:
        line.add(ticket)
        compare()
    learned["b"] = Learned().served("s-b", 3.0, 12, 8.0)
    compare()
    for ticket in people[::2]:
        line.remove(ticket)
        compare()
