"""Visits under any interleaving of commands, and that the checks themselves notice what they are for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proofs import visits
from proofs.visits import ACTS, Step, Walks, random_days, small_hall
from queueserver.domain.itinerary import with_services
from queueserver.domain.stops import Itinerary, StopState
from queueserver.domain.ticket import Ticket
from queueserver.handlers import tickets
from queueserver.handlers import visits as rules
from queueserver.handlers.handingon import HANDED_ON

STEPS = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 11), st.integers(0, 11)), max_size=40)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS, here=st.booleans(), desk=st.booleans())
def test_whatever_happens_every_stop_ends_once_and_nobody_is_lost(steps: list[Step], here: bool, desk: bool) -> None:
    walks = Walks(small_hall(continue_here=here, desk=desk))
    walks.walk(steps)
    assert walks.wrong == []


def test_random_days_see_every_way_a_visit_goes() -> None:
    seen = sum((walks.seen for walks in random_days(24, 120)), start=visits.Counter())
    assert seen["TicketContinued"] > 20
    assert seen["TicketReplanned"] > 5
    assert {"queue_closed", "stop_twice", "queue_full"} <= set(seen), "and is refused"


def test_random_days_of_two_levels_hand_visitors_on() -> None:
    days = list(random_days(30, 120, desk=True))
    assert [words for walks in days for words in walks.wrong] == []
    assert sum((walks.seen for walks in days), start=visits.Counter())[HANDED_ON] > 20


def test_a_visitor_who_skips_the_desk_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tickets, "by_way_of_the_desk", lambda plan, services: with_services(plan, (), services))
    assert any("did not go to the desk first" in words for words in _wrong_days(desk=True))


def test_a_desk_that_comes_again_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Itinerary, "settle", _but_the_desk(Itinerary.settle))
    assert any("to the desk" in words for words in _wrong_days(desk=True))


def _but_the_desk(settle: Callable[..., Itinerary]) -> Callable[..., Itinerary]:
    """A desk that is settled and opens again behind everything else."""

    def again(itinerary: Itinerary, place: int, state: StopState, reason: str = "") -> Itinerary:
        settled = settle(itinerary, place, state, reason)
        stop = itinerary.stops[place]
        if stop.service != visits.DESK or itinerary.stops.count(replace(stop, state=StopState.DONE)):
            return settled
        return replace(settled, stops=(*settled.stops, replace(stop, state=StopState.OPEN)))

    return again


def _wrong_days(*, desk: bool = False) -> list[str]:
    return [words for walks in random_days(12 if desk else 8, 120, desk=desk) for words in walks.wrong]


def test_a_lost_stop_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "go_on", lambda *_: None)
    assert any("left to do" in words for words in _wrong_days())


def test_a_place_at_the_end_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "original_place", lambda uow, _: uow.end_of_line())
    assert any("where the visitor arrived" in words for words in _wrong_days())


def test_a_stop_begun_too_early_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Itinerary, "ready", property(lambda itinerary: itinerary.open))
    assert any("before what must come first" in words for words in _wrong_days())


def test_a_fact_that_forgets_a_stop_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Ticket.plan

    def forgetful(ticket: Ticket, itinerary: Itinerary) -> object:
        planned, event = whole(ticket, itinerary)
        return planned, replace(event, settled=())

    monkeypatch.setattr(Ticket, "plan", forgetful)
    assert any("facts and visits differ" in words for words in _wrong_days())


def test_the_states_of_a_stop_are_those_of_the_contract() -> None:
    from contract.bodies import StopState as OnTheWire

    assert [state.value for state in StopState] == [state.value for state in OnTheWire]
