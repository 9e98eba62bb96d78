"""What each act adds to the statistics, told as short stories; and both books of every story agree."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from queueserver.domain.bins import NO_BIN, bin_of
from queueserver.domain.hall import Policy
from queueserver.domain.promise import Promise
from queueserver.domain.recount import Recount, StoredFact
from queueserver.domain.statistics import TIMED, Cell, Measure, Tally
from queueserver.handlers import commands
from queueserver.outgoing import fact_of
from queueserver.ports import Actor
from queueserver.store.rows import to_ms
from tests.unit.fake_unit import QUEUES, WINDOWS, Rules, day_after, plan_with

DAY_END = commands.TurnDay(day_after(Rules().live.business_day))


class Told(Rules):
    """Rules whose facts are stored as the feed stores them."""

    def __init__(self) -> None:
        super().__init__(plan_with(QUEUES, WINDOWS, Policy(max_misses=2)))
        self.feed: list[StoredFact] = []

    def stored(self) -> dict[Cell, Tally]:
        cells: dict[Cell, Tally] = {}
        for change in self.written:
            for (_, cell), tally in change.tallies.items():
                cells[cell] = cells.get(cell, Tally(0, 0)).plus(tally)
        return cells

    def do(self, command: commands.Command) -> object:  # type: ignore[override] # the stories ask no answers
        already = len(self.events)
        outcome = super().do(command)
        for event in self.events[already:]:
            fact = fact_of(event, self.unit())
            self.feed.append(
                StoredFact(
                    len(self.feed) + 1,
                    fact.type,
                    to_ms(self.now),
                    fact.ticket,
                    json.loads(fact.data),
                    json.loads(fact.detail),
                )
            )
        return outcome

    def sums(self) -> dict[str, tuple[int, int]]:
        """Measure -> (how many, minutes), over all cells but those of promises and windows, which are told apart."""
        apart = ("promise_", "window_")
        return {name: sum_ for name, sum_ in self.all_sums().items() if not name.startswith(apart)}

    def hours(self) -> dict[str, tuple[int, int]]:
        """The same of windows alone."""
        return {name: sum_ for name, sum_ in self.all_sums().items() if name.startswith("window_")}

    def all_sums(self) -> dict[str, tuple[int, int]]:
        sums: dict[str, tuple[int, int]] = {}
        for cell, tally in self.stored().items():
            n, minutes = sums.get(cell.measure, (0, 0))
            sums[cell.measure] = (n + tally.n, minutes + tally.total // 60_000)
        return sums


@pytest.fixture
def hall() -> Iterator[Told]:
    """Two open windows; at the end of each story the facts alone must tell the same."""
    told = Told()
    told.open("w1", "w2")
    yield told
    recount = Recount()
    for fact in told.feed:
        recount.take(fact)
    assert recount.strange == []
    assert recount.cells == told.stored()
    assert recount.states == {ticket: value.state.value for ticket, value in told.known.items()}


def test_the_three_durations_of_one_visit(hall: Told) -> None:
    hall.take()
    hall.later(minutes=12)
    hall.call()
    hall.later(minutes=1)
    hall.do(commands.Start("w1"))
    hall.later(minutes=7)
    hall.do(commands.Finish("w1", "done", ()))
    assert hall.sums() == {"arrived": (1, 0), "called": (1, 0), "waiting": (1, 12), "way": (1, 1), "service": (1, 7)}
    cell = Cell("waiting", bin_of(720_000), 12, "clerk", "s-clerk", "plain", "w1", "staff-w1-0")
    assert hall.stored()[cell] == Tally(1, 720_000)
    assert hall.stored()[Cell("arrived", NO_BIN, 12, "clerk", "s-clerk", "plain", "", "")] == Tally(1, 0)


def test_recalls_do_not_lengthen_the_wait_but_the_way(hall: Told) -> None:
    hall.take()
    hall.call()
    hall.later(minutes=2)
    hall.do(commands.Recall("w1"))
    hall.later(minutes=1)
    hall.do(commands.Start("w1"))
    assert hall.sums()["waiting"] == (1, 0)
    assert hall.sums()["way"] == (1, 3)
    assert hall.sums()["recalled"] == (1, 0)


def test_a_missed_visitor_is_waited_for_once(hall: Told) -> None:
    """Called, missed, called again: two calls, one wait until the first, and a way only of who came."""
    hall.take("requeue")
    hall.later(minutes=5)
    hall.call()
    hall.later(minutes=2)
    hall.do(commands.NoShow("w1"))
    hall.later(minutes=30)
    hall.serve("w2")
    assert hall.sums() == {
        "arrived": (1, 0),
        "called": (2, 0),
        "waiting": (1, 5),
        "missed": (1, 0),
        "way": (1, 0),
    }


def test_missed_once_too_often_stays_missed_and_is_counted_at_the_end_of_the_day(hall: Told) -> None:
    hall.take("requeue")
    for _ in range(2):
        hall.call()
        hall.do(commands.NoShow("w1"))
    assert "never_came" not in hall.sums()
    hall.do(DAY_END)
    assert hall.sums()["missed"] == (2, 0)
    assert hall.sums()["never_came"] == (1, 0)


def test_a_policy_that_ends_missed_tickets_says_so_at_once(hall: Told) -> None:
    hall.take("expire")
    hall.call()
    hall.do(commands.NoShow("w1"))
    assert hall.sums()["never_came"] == (1, 0)


def test_held_and_called_back_counts_both_stretches_apart(hall: Told) -> None:
    ticket = hall.take()
    hall.serve()
    hall.later(minutes=4)
    hall.do(commands.Hold("w1", "copies"))
    hall.later(minutes=20)
    hall.do(commands.CallBack("w1", ticket.id))
    hall.do(commands.Start("w1"))
    hall.later(minutes=3)
    hall.do(commands.Finish("w1", "done", ()))
    sums = hall.sums()
    assert (sums["service_part"], sums["service"]) == ((1, 4), (1, 3))
    assert (sums["held"], sums["called_back"], sums["waiting"]) == ((1, 0), (1, 0), (1, 0))


def test_held_before_the_service_began_is_no_stretch_of_service(hall: Told) -> None:
    hall.take()
    hall.call()
    hall.later(minutes=4)
    hall.do(commands.Hold("w1", "copies"))
    assert "service_part" not in hall.sums()


def test_a_leg_sent_on_waits_from_then_in_its_new_queue(hall: Told) -> None:
    hall.take()
    hall.later(minutes=6)
    hall.serve()
    hall.later(minutes=9)
    hall.do(commands.Transfer("w1", "requeue", None, ""))
    hall.later(minutes=2)
    hall.call("w2")
    stored = hall.stored()
    waits = {cell.queue: tally.total for cell, tally in stored.items() if cell.measure == Measure.WAITING}
    assert waits == {"clerk": 360_000, "requeue": 120_000}
    assert hall.sums()["service_part"] == (1, 9)
    assert hall.sums()["arrived"] == hall.sums()["joined"] == hall.sums()["transferred"] == (1, 0)


def test_who_leaves_has_waited_so_long(hall: Told) -> None:
    first, second = hall.take(), hall.take()
    hall.later(minutes=11)
    hall.do(commands.Cancel(first.id, walkout=False, reason=""))
    hall.later(minutes=4)
    hall.do(commands.Cancel(second.id, walkout=True, reason=""))
    assert hall.sums()["cancelled"] == (1, 11)
    assert hall.sums()["walked_out"] == (1, 15)


def test_four_ways_back_into_the_line(hall: Told) -> None:
    first, _ = hall.take(), hall.take()
    hall.do(commands.Postpone(first.id, 1))
    hall.do(commands.Requeue(first.id))
    hall.call()
    hall.do(commands.Hold("w1", ""))
    held = next(ticket for ticket in hall.live.tickets.values() if ticket.state == "held")
    hall.do(commands.Reinstate(held.id, 0))
    sums = hall.sums()
    assert (sums["postponed"], sums["requeued"], sums["reinstated"]) == ((1, 0), (1, 0), (1, 0))


def test_the_end_of_the_day_says_in_which_state_each_was(hall: Told) -> None:
    """Whoever was served until then is done, but nobody knows how long it took."""
    for _ in range(5):
        hall.take()
    hall.call("w1")
    hall.do(commands.Hold("w1", "copies"))
    hall.serve("w1")
    hall.call("w2")
    hall.later(hours=9)
    hall.do(DAY_END)
    sums = hall.sums()
    assert (sums["cut_off"], sums["left_called"], sums["left_waiting"]) == ((1, 0), (1, 0), (2, 0))
    assert sums["left_held"] == (1, 0)
    assert "service" not in sums


def test_a_day_that_is_reopened_takes_back_what_its_end_had_counted(hall: Told) -> None:
    hall.take()
    chief = Actor("chief", "赵敏", frozenset({"manager"}))
    hall.do(commands.CloseDay(chief, "storm", (), dry_run=False))
    assert hall.sums()["left_waiting"] == (1, 0)
    hall.later(hours=2)
    hall.do(commands.ReopenDay(chief))
    assert (hall.sums()["left_waiting"], hall.sums()["came_back"]) == ((0, 0), (1, 0))
    hall.serve()


def test_a_group_is_one_arrival_and_its_companions(hall: Told) -> None:
    hall.do(commands.TakeTicket("s-clerk", "kiosk", "en", party=4))
    assert (hall.sums()["arrived"], hall.sums()["companions"]) == ((1, 0), (3, 0))


def test_the_next_stop_of_a_visit_waits_for_itself_and_one_served_here_does_not(hall: Told) -> None:
    hall.do(commands.TakeTicket("s-clerk", "kiosk", "en", services=("s-requeue", "s-postpone")))
    hall.later(minutes=5)
    hall.serve("w1")
    hall.later(minutes=3)
    hall.do(commands.Finish("w1", "done", ()))
    hall.later(minutes=4)
    sums = hall.sums()
    assert (sums["arrived"], sums["joined"], sums["waiting"], sums["service"]) == ((1, 0), (1, 0), (1, 5), (1, 3))
    hall.do(commands.Finish("w1", "done", ()))
    assert hall.sums()["service"] == (2, 7)
    assert hall.sums()["waiting"] == (1, 5)


@pytest.mark.parametrize(
    ("waited", "leaves", "graded"),
    [
        (3, False, "promise_earlier"),
        (5, False, "promise_kept"),
        (12, False, "promise_kept"),
        (13, False, "promise_later"),
        (13, True, "promise_later"),
        (6, True, None),
    ],
)
def test_a_promised_range_is_graded_once(hall: Told, waited: int, leaves: bool, graded: str | None) -> None:
    """Given 5 to 12 minutes; of who left before they were over nobody knows."""
    ticket = hall.take()
    hall.live.keep(replace(ticket, promise=Promise(5, 12, 8.0, 2.0)))
    hall.feed[-1].detail["promised"] = [5, 12]  # type: ignore[index] # as its issue would have said
    hall.later(minutes=waited)
    if leaves:
        hall.do(commands.Cancel(ticket.id, walkout=True, reason=""))
    else:
        hall.serve()
        hall.later(minutes=30)
        hall.do(commands.Hold("w1", ""))
        hall.do(commands.CallBack("w1", ticket.id))
    found = promises(hall)
    error = found.pop("promise_error", None)
    assert found == ({graded: (1, 7)} if graded else {})
    assert error == (None if leaves else (1, int(abs(waited - 8.5))))


def test_a_booked_visitor_who_came_early_waits_from_the_booked_time(hall: Told) -> None:
    ticket = hall.take()
    booked = hall.now + timedelta(minutes=20)
    hall.live.keep(replace(ticket, booked_for=booked))
    hall.feed[-1].detail["booked_for"] = to_ms(booked)  # type: ignore[index] # as its issue would have said
    hall.later(minutes=25)
    hall.call()
    assert hall.sums()["waiting"] == (1, 5)


def test_the_hour_is_that_of_the_halls_own_clock(hall: Told) -> None:
    hall.take()
    hall.later(minutes=59)
    hall.call()
    hall.later(minutes=1)
    hall.do(commands.Start("w1"))
    hours = {cell.measure: cell.hour for cell in hall.stored()}
    assert (hours["arrived"], hours["called"], hours["way"]) == (12, 12, 13)


def test_only_measures_with_a_duration_have_bins(hall: Told) -> None:
    test_the_three_durations_of_one_visit(hall)
    assert {cell.measure for cell in hall.stored() if cell.bin != NO_BIN} <= TIMED
    assert {cell.measure for cell in hall.stored() if cell.bin == NO_BIN}.isdisjoint(TIMED)


def test_facts_from_before_statistics_were_kept_are_not_counted_but_understood() -> None:
    told = Told()
    told.open("w1")
    told.take()
    told.later(minutes=3)
    told.call()
    old, new = told.feed[-2], told.feed[-1]
    recount = Recount()
    recount.take(StoredFact(old.seq, old.kind, old.at_ms, old.ticket, old.data, {"channel": "kiosk", "leg": 1}))
    recount.take(new)
    assert recount.uncounted == 1
    assert {cell.measure for cell in recount.cells} == {"called", "waiting"}


@pytest.mark.parametrize("kind", ["ticket.started", "ticket.transferred"])
def test_a_fact_without_a_beginning_is_said_to_be_strange(kind: str) -> None:
    data = {"state": "serving", "from_ticket": "gone", "number": "A1", "queue": "q", "service": "s",
            "priority_class": "plain"}  # fmt: skip
    recount = Recount()
    recount.take(StoredFact(7, kind, 0, "nobody", data, {"hour": 9}))
    assert len(recount.strange) == 1
    assert "fact 7" in recount.strange[0]


def promises(hall: Told) -> dict[str, tuple[int, int]]:
    return {name: sum_ for name, sum_ in hall.all_sums().items() if name.startswith("promise_")}


def test_a_wait_within_the_promised_range_is_counted_as_kept_with_its_width(hall: Told) -> None:
    for _ in range(3):
        hall.take()
    ticket = hall.take()
    assert ticket.promise is not None
    low, high = ticket.promise.low, ticket.promise.high
    hall.later(minutes=(low + high) / 2)
    hall.do(commands.Pick("w1", ticket.id, "asked for"))
    assert promises(hall) == {"promise_kept": (1, high - low), "promise_error": (1, 0)}


def test_waits_before_and_after_the_range_are_counted_apart(hall: Told) -> None:
    for _ in range(8):
        ticket = hall.take()
    assert ticket.promise is not None
    assert ticket.promise.low > 1
    hall.later(minutes=1)
    hall.do(commands.Pick("w1", ticket.id, "asked for"))
    hall.later(hours=3)
    hall.call("w2")
    sums = promises(hall)
    assert sums["promise_earlier"][0] == sums["promise_later"][0] == 1
    assert sums["promise_error"][0] == 2


def test_who_left_counts_only_after_the_range_was_over(hall: Told) -> None:
    early, late = hall.take(), hall.take()
    hall.do(commands.Cancel(early.id, True, ""))
    assert promises(hall) == {}
    hall.later(hours=4)
    hall.do(commands.Cancel(late.id, True, ""))
    assert promises(hall).keys() == {"promise_later"}


def test_a_ticket_put_back_before_its_call_has_no_promise_to_keep(hall: Told) -> None:
    first, second = hall.take(), hall.take()
    hall.do(commands.Requeue(first.id))
    assert hall.ticket(first).promise is None
    hall.later(minutes=5)
    hall.call()
    hall.call("w2")
    assert hall.ticket(second).promise is not None
    assert sum(n for name, (n, _) in promises(hall).items() if name != "promise_error") == 1


def test_a_promise_is_graded_by_the_first_call_alone(hall: Told) -> None:
    hall.take()
    hall.later(minutes=1)
    hall.call()
    before = promises(hall)
    hall.do(commands.Hold("w1", ""))
    hall.later(hours=2)
    hall.do(commands.CallBack("w1", next(iter(hall.live.tickets))))
    assert promises(hall) == before


def test_a_window_s_hours_are_open_paused_and_idle(hall: Told) -> None:
    """Open 20 minutes, 12 of them with a visitor, then paused for 7, then open for 3 until it is closed."""
    hall.take()
    hall.later(minutes=5)
    hall.do(commands.CallNext("w1"))
    hall.later(minutes=2)
    hall.do(commands.Start("w1"))
    hall.later(minutes=10)
    hall.do(commands.Finish("w1", "done", ()))
    hall.later(minutes=3)
    assert hall.hours() == {}, "counted when it ends"
    hall.do(commands.PauseWindow("w1", "tea"))
    hall.later(minutes=7)
    hall.do(commands.ResumeWindow("w1"))
    hall.later(minutes=3)
    hall.do(commands.CloseWindow("w1"))
    assert hall.hours() == {"window_open": (2, 20 + 3), "window_idle": (2, 5 + 3 + 3), "window_paused": (1, 7)}


def test_a_visitor_served_on_in_a_pause_does_not_make_the_window_open_longer(hall: Told) -> None:
    hall.take()
    hall.do(commands.CallNext("w1"))
    hall.later(minutes=4)
    hall.do(commands.PauseWindow("w1", "tea"))
    hall.later(minutes=6)
    hall.do(commands.Start("w1"))
    hall.do(commands.Finish("w1", "done", ()))
    hall.later(minutes=5)
    hall.do(commands.ResumeWindow("w1"))
    hall.later(minutes=2)
    hall.do(commands.CloseWindow("w1"))
    assert hall.hours() == {"window_open": (2, 4 + 2), "window_idle": (2, 2), "window_paused": (1, 11)}


@pytest.mark.parametrize("served", [False, True])
def test_a_window_left_open_is_not_open_all_night(hall: Told, served: bool) -> None:
    """Its time ends with what last happened there; who was still there when the day turned came with that."""
    hall.later(minutes=30)
    hall.take()
    hall.do(commands.CallNext("w1"))
    if served:
        hall.later(minutes=10)
        hall.do(commands.Start("w1"))
        hall.do(commands.Finish("w1", "done", ()))
    hall.later(minutes=600)
    hall.do(DAY_END)
    hours = hall.hours()
    assert hours["window_left_open"][0] >= 1
    one = {cell.measure: tally.total // 60_000 for cell, tally in hall.stored().items() if cell.window == "w1"}
    assert (one["window_open"], one["window_idle"]) == ((40, 30) if served else (30, 30))


def test_hours_begun_before_they_were_counted_are_left_out() -> None:
    """A window whose opening says no hour was opened by an older version; from its next change on it is counted."""
    recount = Recount()
    told = {"window": "w1", "label": "1", "zone": "z", "reason": ""}
    recount.take(StoredFact(1, "window.opened", 0, None, {**told, "state": "open"}, {"staff": "li"}))
    recount.take(StoredFact(2, "window.paused", 60_000, None, {**told, "state": "paused"}, {"staff": "li", "hour": 9}))
    assert (recount.cells, recount.uncounted) == ({}, 0)
    recount.take(StoredFact(3, "window.closed", 180_000, None, {**told, "state": "closed"}, {"staff": None, "hour": 9}))
    assert recount.cells == {Cell("window_paused", NO_BIN, 9, "", "", "", "w1", "li"): Tally(1, 120_000)}
