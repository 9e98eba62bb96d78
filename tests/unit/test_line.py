"""The line against a plain sorted list: any order of adding, moving and leaving gives the same places and counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from queueserver.domain.line import Line, kind_of, lane_of, window_lane
from queueserver.domain.ticket import Place, State, Ticket, Visit

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
QUEUES = ("a", "b")
CLASSES = ("plain", "old", "army")
WINDOWS = (None, "w1", "w2")


def waiting(
    name: str, queue: str = "a", priority_class: str = "plain", place: Place | None = None, sent_to: str | None = None
) -> Ticket:
    visit = Visit(name, name, date(2026, 3, 2), name, NOW, "zh-CN", "kiosk")
    where = place or Place.arriving(NOW, int(name))
    return Ticket(name, visit, 1, queue, "s", State.WAITING, priority_class, where, NOW, sent_to=sent_to)


class LineAgainstList(RuleBasedStateMachine):
    """Everything the server does to a line, done to a list as well."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.sequence = 0
        self.model: list[Ticket] = []

    @initialize(
        start=st.lists(
            st.tuples(st.sampled_from(QUEUES), st.sampled_from(CLASSES), st.sampled_from(WINDOWS)), max_size=8
        )
    )
    def begin(self, start: list[tuple[str, str, str | None]]) -> None:
        for queue, priority_class, sent_to in start:
            self.sequence += 1
            self.model.append(waiting(str(self.sequence), queue, priority_class, sent_to=sent_to))
        self.line = Line(reversed(self.model))

    def lane(self, lane: str) -> list[Ticket]:
        return sorted((t for t in self.model if lane_of(t) == lane), key=lambda t: t.place)

    def end(self) -> Place:
        self.sequence += 1
        return Place.arriving(self.now, self.sequence)

    @rule(
        queue=st.sampled_from(QUEUES),
        priority_class=st.sampled_from(CLASSES),
        sent_to=st.sampled_from(WINDOWS),
        seconds=st.integers(0, 2),
    )
    def arrive(self, queue: str, priority_class: str, sent_to: str | None, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        place = self.end()
        ticket = waiting(str(self.sequence), queue, priority_class, place, sent_to)
        self.line.add(ticket)
        self.model.append(ticket)

    @rule(queue=st.sampled_from(QUEUES), booked=st.integers(-30, 90), early=st.integers(0, 20))
    def check_in(self, queue: str, booked: int, early: int) -> None:
        """An appointment stands at its time, which may be still to come, and may be called a little earlier."""
        at = self.now + timedelta(minutes=booked)
        self.sequence += 1
        place = Place.arriving(at, self.sequence)
        ticket = replace(
            waiting(str(self.sequence), queue, place=place), booked_for=at, not_before=at - timedelta(minutes=early)
        )
        self.line.add(ticket)
        self.model.append(ticket)

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        ticket = data.draw(st.sampled_from(self.model))
        self.line.remove(ticket)
        self.model.remove(ticket)

    @precondition(lambda self: self.model)
    @rule(data=st.data(), places=st.integers(0, 4))
    def move_back(self, data: st.DataObject, places: int) -> None:
        ticket = data.draw(st.sampled_from(self.model))
        before = [t.id for t in self.lane(lane_of(ticket))]
        index = before.index(ticket.id)
        end = self.end()
        if ticket.place > end:
            return
        place = self.line.place_behind(lane_of(ticket), index + places, end, leaving=ticket.id)
        present = sum(t.place < end for t in self.lane(lane_of(ticket)))
        self._move(ticket, place)
        before.remove(ticket.id)
        before.insert(min(index + places, present - 1), ticket.id)
        assert [t.id for t in self.lane(lane_of(ticket))] == before

    @precondition(lambda self: self.model)
    @rule(data=st.data(), places=st.integers(0, 4))
    def put_behind_the_first(self, data: st.DataObject, places: int) -> None:
        ticket = data.draw(st.sampled_from(self.model))
        self.line.remove(ticket)
        self.model.remove(ticket)
        before = [t.id for t in self.lane(lane_of(ticket))]
        end = self.end()
        back = _walk_in(ticket, self.line.place_behind(lane_of(ticket), places, end))
        present = sum(t.place < end for t in self.lane(lane_of(ticket)))
        self.line.add(back)
        self.model.append(back)
        before.insert(min(places, present), ticket.id)
        assert [t.id for t in self.lane(lane_of(ticket))] == before

    def _move(self, ticket: Ticket, place: Place) -> None:
        moved = _walk_in(ticket, place)
        self.line.remove(ticket)
        self.line.add(moved)
        self.model[self.model.index(ticket)] = moved

    @invariant()
    def same_as_the_list(self) -> None:
        for queue in QUEUES:
            assert self.line.count(queue) == sum(t.queue == queue for t in self.model)
        for lane in (*QUEUES, window_lane("w1"), window_lane("w2"), "nowhere"):
            expected = self.lane(lane)
            assert list(self.line.in_order(lane)) == expected
            assert self.line.length(lane) == len(expected)
            rows = {kind: list(tickets) for kind, tickets in self.line.rows(lane)}
            assert rows == {kind: [t for t in expected if kind_of(t) == kind] for kind in map(kind_of, expected)}
            for index, ticket in enumerate(expected):
                assert self.line.index(ticket) == index
                assert self.line.ahead(ticket, self.now) == sum(t.is_due(self.now) for t in expected[:index])
        assert len({(lane_of(t), t.place) for t in self.model}) == len(self.model), "no two share a place"


def _walk_in(ticket: Ticket, place: Place) -> Ticket:
    """Back in line: the appointment's claim is gone."""
    return replace(ticket, place=place, booked_for=None, not_before=None)


TestLineAgainstList = LineAgainstList.TestCase
TestLineAgainstList.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)


def test_only_waiting_tickets_stand_in_line() -> None:
    line = Line()
    for state in State:
        if state is not State.WAITING:
            with pytest.raises(ValueError, match=state.value):
                line.add(replace(waiting("1"), state=state))
    assert line.count("a") == 0


def test_nobody_is_taken_out_twice() -> None:
    line = Line([waiting("1"), waiting("2")])
    line.remove(waiting("1"))
    with pytest.raises(KeyError):
        line.remove(waiting("1"))
    with pytest.raises(KeyError):
        line.remove(waiting("3", queue="b"))
    assert (line.count("a"), [t.id for t in line.in_order("a")]) == (1, ["2"])


def test_a_ticket_sent_to_a_window_waits_in_its_queue_but_in_the_windows_lane() -> None:
    line = Line([waiting("1"), waiting("2", sent_to="w1")])
    assert (line.count("a"), line.length("a"), line.length(window_lane("w1"))) == (2, 1, 1)


def test_a_hundred_reinserted_into_the_same_spot_keep_distinct_places() -> None:
    """Room between two places halves with each; when it is used up the next goes further back."""
    line = Line([waiting("1"), waiting("2")])
    for name in range(3, 103):
        line.add(waiting(str(name), place=line.place_behind("a", 1, Place.arriving(NOW, name))))
        order = [t.id for t in line.in_order("a")]
        places = [t.place for t in line.in_order("a")]
        assert len(set(places)) == len(places)
        assert order[1] == str(name) or name > 30
    assert (order[0], order[-1]) == ("1", "2")


def test_equal_places_keep_the_order_in_which_they_came() -> None:
    same = Place(0, 0)
    tickets = [waiting(str(n), place=same) for n in range(5)]
    line = Line()
    for ticket in tickets:
        line.add(ticket)
    assert list(line.in_order("a")) == tickets
    line.remove(tickets[2])
    assert [t.id for t in line.in_order("a")] == ["0", "1", "3", "4"]


@given(st.permutations(range(1, 12)))
def test_the_order_of_loading_does_not_matter(order: list[int]) -> None:
    line = Line(waiting(str(n), priority_class=CLASSES[n % 3]) for n in order)
    assert [int(t.id) for t in line.in_order("a")] == sorted(order)


def test_two_thousand_waiting_are_no_problem() -> None:
    line = Line(waiting(str(n), priority_class=CLASSES[n % 3]) for n in range(2000, 0, -1))
    last = waiting("2000", priority_class=CLASSES[2000 % 3])
    assert (line.count("a"), line.ahead(last, NOW)) == (2000, 1999)
    served = []
    while (first := next(line.in_order("a"), None)) is not None:
        line.remove(first)
        served.append(int(first.id))
    assert served == list(range(1, 2001))
