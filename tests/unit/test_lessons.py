"""What queues learn from what happens at windows, through the real handlers, and what is promised afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from queueserver.domain.learned import Learned
from queueserver.handlers import commands
from queueserver.ports import TicketAnswer
from queueserver.store.lessons import learned_of, learned_text
from tests.unit.fake_unit import NOON, Rules, opened


def learned(rules: Rules, queue: str = "clerk") -> Learned:
    return rules.live.learned.get(queue, Learned())


def served(rules: Rules, minutes: float) -> None:
    rules.take()
    rules.serve()
    rules.later(minutes=minutes)
    rules.do(commands.Finish("w1", "done", ()))


def test_a_service_teaches_how_long_the_window_was_taken() -> None:
    rules = opened()
    rules.take()
    rules.call()
    rules.later(minutes=2)
    rules.do(commands.Start("w1"))
    rules.later(minutes=10)
    rules.do(commands.Finish("w1", "done", ()))
    assert learned(rules).durations.mean == pytest.approx(12)
    assert learned(rules).services["s-clerk"].weight == 1
    assert list(learned(rules).hours) == [12]


@pytest.mark.parametrize("act", ["no_show", "hold", "transfer"])
def test_a_window_is_taken_by_every_visitor_however_it_ends(act: str) -> None:
    ends = {
        "no_show": commands.NoShow("w1"),
        "hold": commands.Hold("w1", ""),
        "transfer": commands.Transfer("w1", "requeue", None, ""),
    }
    rules = opened()
    rules.take()
    rules.call()
    rules.later(minutes=3)
    rules.do(ends[act])
    assert learned(rules).durations.mean == pytest.approx(3)


def test_a_ticket_forgotten_at_a_window_teaches_nothing() -> None:
    rules = opened()
    served(rules, 241)
    assert learned(rules).durations.weight == 0


def test_people_who_come_together_teach_what_one_of_them_takes() -> None:
    rules = opened()
    rules.do(commands.TakeTicket("s-clerk", "kiosk", "en", party=3))
    rules.serve()
    rules.later(minutes=24)
    rules.do(commands.Finish("w1", "done", ()))
    assert learned(rules).durations.mean == pytest.approx(8)


def test_calls_and_walkouts_teach_how_many_of_those_ahead_will_come() -> None:
    rules = opened()
    first = rules.take()
    rules.take()
    rules.do(commands.Cancel(first.id, True, ""))
    rules.call()
    assert learned(rules).came.mean == pytest.approx(0.5, abs=0.01)


def test_privileged_visitors_are_counted_as_they_come() -> None:
    rules = opened()
    rules.take("clerk", "old")
    assert learned(rules).privileged_a_minute(NOON.timestamp() / 60) > 0
    assert learned(rules, "requeue").privileged_rate == 0


def test_the_range_that_is_told_is_the_one_that_is_kept_with_the_ticket() -> None:
    rules = opened("w1", "w2")
    for number in range(12):
        answer = rules.answer(commands.TakeTicket("s-clerk", "kiosk", "en", "old" if number % 4 == 0 else None))
        assert isinstance(answer, TicketAnswer)
        assert answer.wait is not None
        assert answer.ticket.promise is not None
        assert answer.wait.promise == answer.ticket.promise
        assert rules.live.tickets[answer.ticket.id].promise == answer.ticket.promise


def test_slow_services_make_the_next_range_later() -> None:
    quick, slow = opened(), opened()
    for rules, minutes in ((quick, 3), (slow, 25)):
        for _ in range(15):
            served(rules, minutes)
        rules.take()
        rules.call()
        for _ in range(5):
            rules.take()
    early, late = quick.take().promise, slow.take().promise
    assert early is not None
    assert late is not None
    assert late.low > early.high


def test_a_further_leg_gets_a_range_of_its_own() -> None:
    rules = opened("w1", "w2")
    ticket = rules.take()
    rules.call()
    rules.later(minutes=5)
    leg = rules.do(commands.Transfer("w1", "requeue", None, ""))
    assert getattr(leg, "promise", None) is not None
    kept = rules.ticket(ticket).promise
    assert kept is not None
    assert kept.called
    assert kept.waited == 0


def test_a_call_is_a_lesson_once() -> None:
    rules = opened()
    for _ in range(4):
        rules.take()
    rules.call()
    rules.do(commands.Hold("w1", ""))
    rules.later(minutes=30)
    held = next(one for one in rules.live.tickets.values() if one.state == "held")
    before = learned(rules)
    rules.do(commands.CallBack("w1", held.id))
    assert learned(rules) == before


def test_a_hall_that_goes_on_from_what_it_knew_promises_the_same() -> None:
    rules = opened()
    for minutes in (3.7, 11.1, 6.25):
        served(rules, minutes)
        rules.later(seconds=17)
    known = learned(rules)
    assert learned_of(learned_text(known)) == known
    again = Rules(now=rules.now)
    again.open("w1")
    again.live.learned.update({queue: learned_of(learned_text(one)) for queue, one in rules.live.learned.items()})
    assert again.take().promise == rules.take().promise


def test_whoever_waits_for_a_booked_time_is_not_told_an_earlier_one() -> None:
    rules = opened()
    ticket = rules.take()
    unit = rules.unit()
    floor = unit.floor()
    later = replace(ticket, not_before=rules.now + timedelta(minutes=50))
    promise = floor.promise_in(unit.line, later)
    assert promise is not None
    assert promise.low >= 40
    assert promise.high >= 50
