"""Visits under any interleaving of commands, and that the checks themselves notice what they are for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proofs import visits
from proofs.visits import ACTS, Step, Walks, random_days, small_hall
from queueserver.domain.stops import Itinerary, StopState
from queueserver.domain.ticket import Ticket
from queueserver.handlers import visits as rules

STEPS = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 11), st.integers(0, 11)), max_size=40)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS, here=st.booleans())
def test_whatever_happens_every_stop_ends_once_and_nobody_is_lost(steps: list[Step], here: bool) -> None:
    walks = Walks(small_hall(continue_here=here))
    walks.walk(steps)
    assert walks.wrong == []


def test_random_days_see_every_way_a_visit_goes() -> None:
    seen = sum((walks.seen for walks in random_days(16, 120)), start=visits.Counter())
    assert seen["TicketContinued"] > 20
    assert seen["TicketReplanned"] > 5
    assert {"queue_closed", "stop_twice", "queue_full"} <= set(seen), "and is refused"


def _wrong_days() -> list[str]:
    return [words for walks in random_days(8, 120) for words in walks.wrong]


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
