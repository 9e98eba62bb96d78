"""Which stop is best done next, and that every stop is settled once: written-out cases, then whatever comes."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import REFUSALS
from queueserver.domain.errors import DomainError
from queueserver.domain.hall import HallPlan, ServicePlan
from queueserver.domain.itinerary import Situation, Standing, next_stop, with_services, without_closed
from queueserver.domain.stops import MOST_SERVICES, SETTLED, Itinerary, Stop, StopState
from tests.unit.fake_unit import PLAN

OPEN, NOW, DONE, DROPPED, UNDONE = StopState


def standing(wait: float = 0, service: float = 10, **more: object) -> Standing:
    return Standing(**({"zone": "east", "wait": wait, "service": service} | more))  # type: ignore[arg-type]


def choose(stops: str, zone: str = "east", **queues: Standing) -> tuple[int, str] | None:
    return next_stop(Itinerary(tuple(Stop(queue, queue) for queue in stops)), Situation(zone, queues))


def test_one_stop_is_the_next() -> None:
    assert choose("a", a=standing()) == (0, "only_one")


def test_nothing_open_or_nothing_ready_is_nothing() -> None:
    assert choose("") is None
    assert next_stop(Itinerary((Stop("a", "a", state=DONE),)), Situation("east", {"a": standing()})) is None
    waits_for_ever = Itinerary((Stop("a", "a", after=(1,)), Stop("b", "b", after=(0,))))
    assert next_stop(waits_for_ever, Situation("east", {"a": standing(), "b": standing()})) is None


def test_the_shortest_wait_goes_first() -> None:
    assert choose("ab", a=standing(20), b=standing(10)) == (1, "shortest_wait")


def test_waits_that_hardly_differ_let_nobody_walk() -> None:
    far, near = standing(10, zone="west"), standing(12)
    assert choose("ab", a=far, b=near) == (1, "nearest")
    assert choose("ab", a=far, b=standing(12.1)) == (0, "shortest_wait")


def test_equal_waits_in_one_zone_go_in_the_order_asked() -> None:
    assert choose("ba", a=standing(5), b=standing(5)) == (0, "as_asked")


def test_what_would_be_missed_goes_first_though_its_line_is_longer() -> None:
    closing = standing(30, closes_in=14)
    assert choose("ab", a=standing(5, 10), b=closing) == (1, "closes_soon")
    assert choose("ab", a=standing(5, 10), b=replace(closing, closes_in=15)) == (0, "shortest_wait")


def test_of_two_that_would_be_missed_the_one_that_closes_first() -> None:
    hurry = {"a": standing(40, closes_in=12), "b": standing(40, closes_in=9)}
    assert choose("cab", c=standing(5), **hurry) == (2, "closes_soon")
    assert choose("cab", c=standing(5, closes_in=5), **hurry) == (0, "shortest_wait"), "the best itself closes first"


def test_a_step_is_hurried_for_the_sake_of_what_must_follow_it() -> None:
    stops = (Stop("x", "x"), Stop("a", "a"), Stop("b", "b", after=(1,)))
    queues = {"x": standing(0, 30), "a": standing(20, 10), "b": standing(5, closes_in=55)}
    assert next_stop(Itinerary(stops), Situation("east", queues)) == (1, "closes_soon")
    queues["b"] = standing(5, closes_in=60)
    assert next_stop(Itinerary(stops), Situation("east", queues)) == (0, "shortest_wait")


def test_at_the_window_where_one_stands_it_goes_on() -> None:
    assert choose("ab", a=standing(0), b=standing(0, here=True)) == (1, "served_here")


def test_a_closed_queue_ends_its_stop_and_what_must_follow() -> None:
    itinerary = Itinerary((Stop("a", "a"), Stop("b", "b", after=(0,)), Stop("c", "c")))
    left = without_closed(itinerary, Situation("east", {"b": standing(), "c": standing()}))
    assert [(stop.state, stop.reason) for stop in left.stops] == [
        (UNDONE, "queue_closed"),
        (UNDONE, "earlier_undone"),
        (OPEN, ""),
    ]
    assert left.settled_since(itinerary) == left.stops[:2]


def test_what_follows_a_dropped_stop_goes_on() -> None:
    itinerary = Itinerary((Stop("a", "a"), Stop("b", "b", after=(0,))))
    assert itinerary.ready == (0,)
    assert itinerary.settle(0, DROPPED, "not_wanted").ready == (1,)


def test_a_stop_is_settled_once() -> None:
    done = Itinerary((Stop("a", "a"),)).settle(0, DONE)
    with pytest.raises(ValueError, match="0"):
        done.settle(0, DROPPED, "left")


def test_the_end_of_a_visit_settles_everything() -> None:
    itinerary = Itinerary((Stop("a", "a"), Stop("b", "b"), Stop("c", "c", state=DROPPED, reason="left"))).begin(0)
    assert [(s.state, s.reason) for s in itinerary.end(DONE, UNDONE, "day_closed").stops] == [
        (DONE, ""),
        (UNDONE, "day_closed"),
        (DROPPED, "left"),
    ]


# -------------------------------------------------------------------------------------------- stops of services


def plan_of(**services: ServicePlan) -> HallPlan:
    return replace(PLAN, services=services)


LINKED = plan_of(
    firm=ServicePlan("firm", "accept", steps=(("accept",), ("tax", "bank"), ("seal",))),
    tax=ServicePlan("tax", "tax", after=("firm",)),
    photo=ServicePlan("photo", "photo"),
)


def test_a_linked_service_is_walked_group_by_group() -> None:
    stops = with_services(LINKED, (), ["firm"])
    assert [(stop.queue, stop.after) for stop in stops] == [
        ("accept", ()),
        ("tax", (0,)),
        ("bank", (0,)),
        ("seal", (1, 2)),
    ]


def test_a_service_waits_for_those_that_come_first_wherever_they_were_asked_for() -> None:
    stops = with_services(LINKED, (), ["tax", "photo", "firm"])
    assert [(stop.service, stop.after) for stop in stops[:2]] == [("tax", (2, 3, 4, 5)), ("photo", ())]
    later = with_services(LINKED, (Stop("tax", "tax"),), ["firm"])
    assert later[0].after == (1, 2, 3, 4)
    under_way = with_services(LINKED, (Stop("tax", "tax", state=NOW),), ["firm"])
    assert under_way[0].after == (), "what is being done waits for nothing any more"


def test_services_are_refused_with_their_reason() -> None:
    many = plan_of(**{f"s{n}": ServicePlan(f"s{n}", "q") for n in range(MOST_SERVICES + 1)})
    for plan, services, code in (
        (LINKED, ["firm", "golf"], "unknown_service"),
        (LINKED, ["photo", "photo"], "stop_twice"),
        (many, list(many.services), "too_many_stops"),
    ):
        with pytest.raises(DomainError) as refusal:
            with_services(plan, (), services)
        assert refusal.value.code == code
        assert code in REFUSALS
    assert len(with_services(many, (), list(many.services)[:-1])) == MOST_SERVICES
    done = Stop("photo", "photo", state=DONE)
    assert with_services(LINKED, (done,), ["photo"])[1].state is OPEN, "once more is another stop"


# ------------------------------------------------------------------------------------------------ whatever comes


@st.composite
def itineraries(draw: st.DrawFn) -> Itinerary:
    """Up to six stops, each after some of those before it."""
    count = draw(st.integers(1, 6))
    after = [draw(st.frozensets(st.integers(0, place - 1))) if place else frozenset() for place in range(count)]
    return Itinerary(tuple(Stop(f"s{p}", f"q{draw(st.integers(0, 3))}", tuple(sorted(after[p]))) for p in range(count)))


standings = st.builds(
    Standing,
    zone=st.sampled_from(("east", "west")),
    wait=st.integers(0, 60).map(float),
    service=st.integers(1, 30).map(float),
    closes_in=st.one_of(st.just(float("inf")), st.integers(0, 120).map(float)),
    here=st.booleans(),
)
situations = st.builds(
    Situation, st.sampled_from(("east", "west")), st.dictionaries(st.sampled_from(["q0", "q1", "q2", "q3"]), standings)
)


@given(itinerary=itineraries(), lines=st.lists(situations, min_size=1, max_size=8), data=st.data())
def test_every_stop_is_settled_once_with_its_reason_and_in_order(
    itinerary: Itinerary, lines: list[Situation], data: st.DataObject
) -> None:
    settled: list[Stop] = []
    order: list[int] = []
    for situation in lines:
        before = itinerary
        itinerary = without_closed(itinerary, situation)
        chosen = next_stop(itinerary, situation)
        if chosen is None:
            assert not itinerary.ready, "whatever can be joined today is gone to"
            settled += itinerary.settled_since(before)
            break
        place = chosen[0]
        assert all(itinerary.stops[one].state in {DONE, DROPPED} for one in itinerary.stops[place].after)
        order.append(place)
        end = data.draw(st.sampled_from([DONE, DROPPED, UNDONE]))
        itinerary = itinerary.begin(place).settle(place, end, "" if end is DONE else "some")
        settled += itinerary.settled_since(before)
    before = itinerary
    itinerary = itinerary.end(UNDONE, UNDONE, "day_closed")
    settled += itinerary.settled_since(before)
    assert len(settled) == len(itinerary.stops)
    assert sorted(settled, key=repr) == sorted(itinerary.stops, key=repr)
    assert all(stop.state in SETTLED and (stop.reason or stop.state is DONE) for stop in settled)
    assert len(set(order)) == len(order)


@given(situation=situations, queues=st.permutations(["q0", "q1", "q2", "q3"]))
def test_only_a_tie_depends_on_the_order_asked(situation: Situation, queues: list[str]) -> None:
    chosen = {
        (order[answer[0]], answer[1])
        for order in permutations(queues)
        if (answer := next_stop(Itinerary(tuple(Stop(q, q) for q in order)), situation)) is not None
    }
    if len(chosen) > 1:
        assert {why for _, why in chosen} <= {"as_asked", "nearest", "served_here", "closes_soon"}
