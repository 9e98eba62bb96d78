"""Windows out of use: whom it hits, that nobody is lost, that nobody works there meanwhile, and that it ends."""

from __future__ import annotations

from datetime import date

import pytest

from queueserver.domain import events
from queueserver.domain.closure import Closure
from queueserver.domain.ticket import State
from queueserver.domain.window import WindowState
from queueserver.handlers import commands
from queueserver.ports import Actor, Report, Unserved
from tests.unit.fake_unit import WANG, Rules, opened

BOSS = Actor("boss", "陈主任", frozenset({"duty_manager"}))
TODAY = date(2026, 3, 2)
TWO, FIVE = 14 * 60, 17 * 60


def closing(*windows: str, **more: object) -> commands.CloseWindows:
    given: dict[str, object] = {
        "day": None,
        "start": None,
        "end": None,
        "reason": "water",
        "notice": (),
        "dry_run": False,
    }
    return commands.CloseWindows(by=BOSS, windows=windows, **(given | more))  # type: ignore[arg-type] # named as there


def report(rules: Rules, command: commands.Command) -> Report:
    outcome = rules.do(command)
    assert isinstance(outcome, Report)
    return outcome


def kinds(rules: Rules, since: int) -> list[str]:
    return [type(event).__name__ for event in rules.events[since:]]


def hall_with_work() -> Rules:
    """A001 is served at w1, A002 sent to w1, C001 waits where only w1 and the closed w3 serve, A003 anywhere."""
    rules = opened("w1", "w2")
    rules.take()
    sent = rules.take()
    rules.serve("w1")
    rules.do(commands.Pick("w2", sent.id, "-"))
    rules.do(commands.Transfer("w2", None, "w1", ""))
    rules.take("postpone")
    rules.take()
    return rules


def test_the_dry_run_tells_whom_it_hits_and_changes_nothing() -> None:
    rules = hall_with_work()
    seq = rules.live.seq
    asked = report(rules, closing("w1", dry_run=True))
    assert [(one.number, one.why, one.becomes) for one in asked.hit] == [
        ("A001", "at_window", None),
        ("A002", "sent_here", None),
        ("C001", "nobody_serves", None),
    ]
    assert asked.unserved == (Unserved("postpone", 1, ("3",)), Unserved("expire", 0, ()))
    assert (rules.live.seq, rules.live.closures, rules.window("w1").state) == (seq, {}, WindowState.OPEN)


def test_who_is_there_is_served_and_nobody_new_is_called() -> None:
    rules = hall_with_work()
    before = len(rules.events)
    done = report(rules, closing("w1"))
    assert isinstance(done.subject, Closure)
    assert kinds(rules, before) == ["CalendarChanged", "WindowPaused", "TicketReturned"]
    assert (rules.window("w1").state, rules.window("w1").pause_reason) == (WindowState.PAUSED, "water")
    assert rules.waiting() == ["A002", "A003"], "who was sent there stands where he stood"
    rules.refused(commands.ResumeWindow("w1"), "window_out_of_use")
    rules.refused(commands.CallNext("w1"), "window_paused")
    rules.do(commands.Finish("w1", "done", ()))
    before = len(rules.events)
    rules.do(commands.KeepWindowsClosed())
    assert [(e.window.id, e.how) for e in rules.events[before:] if isinstance(e, events.WindowClosed)] == [
        ("w1", "closure")
    ]
    assert rules.window("w1").staff is None
    refusal = rules.refused(commands.OpenWindow("w1", WANG), "window_out_of_use")
    assert refusal.params["until"] == "24:00"
    assert rules.call("w2").number == "A002"


def test_a_free_window_closes_at_once() -> None:
    rules = opened("w1")
    before = len(rules.events)
    rules.do(closing("w1"))
    assert kinds(rules, before) == ["CalendarChanged", "WindowClosed"]
    rules.do(commands.KeepWindowsClosed())
    assert len(rules.events) == before + 2


def test_a_paused_window_with_its_visitor_stays_as_it_is_until_the_visitor_leaves() -> None:
    rules = opened("w1")
    rules.take()
    rules.serve("w1")
    rules.do(commands.PauseWindow("w1", "lunch"))
    before = len(rules.events)
    rules.do(closing("w1"))
    assert kinds(rules, before) == ["CalendarChanged"]
    rules.do(commands.Hold("w1", "copies"))
    rules.do(commands.KeepWindowsClosed())
    assert rules.window("w1").state is WindowState.CLOSED


def test_from_two_oclock_it_closes_by_itself_and_afterwards_may_be_opened() -> None:
    rules = opened("w1")
    made = report(rules, closing("w1", start=TWO, end=FIVE))
    rules.do(commands.KeepWindowsClosed())
    assert rules.window("w1").state is WindowState.OPEN
    rules.later(hours=1, minutes=59)
    rules.do(commands.KeepWindowsClosed())
    assert rules.window("w1").state is WindowState.OPEN
    rules.later(minutes=1)
    rules.do(commands.KeepWindowsClosed())
    assert rules.window("w1").state is WindowState.CLOSED
    assert rules.refused(commands.OpenWindow("w1", WANG), "window_out_of_use").params["until"] == "17:00"
    rules.later(hours=3)
    rules.do(commands.OpenWindow("w1", WANG))
    assert isinstance(made.subject, Closure)


def test_taken_back_it_may_be_opened_at_once() -> None:
    rules = opened("w1")
    made = report(rules, closing("w1")).subject
    assert isinstance(made, Closure)
    rules.do(commands.EndClosure(BOSS, made.id))
    rules.do(commands.OpenWindow("w1", WANG))
    rules.do(commands.KeepWindowsClosed())
    assert rules.window("w1").state is WindowState.OPEN


def test_nobody_is_sent_to_a_window_out_of_use_and_who_comes_back_to_it_waits_with_the_queue() -> None:
    rules = opened("w1", "w2")
    first, second = rules.take(), rules.take()
    rules.serve("w1")
    rules.do(commands.Transfer("w1", None, "w2", "", come_back=True))
    rules.do(commands.Pick("w1", second.id, "-"))
    rules.do(closing("w1"))
    rules.serve("w2")
    rules.do(commands.Finish("w2", "done", ()))
    rules.do(commands.KeepWindowsClosed())
    assert rules.waiting() == [first.number]
    rules.call("w2")
    rules.refused(commands.Transfer("w2", None, "w1", ""), "window_out_of_use")


def test_a_closure_of_a_window_leaves_the_hours_of_its_queues() -> None:
    rules = opened("w1")
    rules.do(closing("w1"))
    assert rules.take("expire").state is State.WAITING
    assert not Closure(
        "1", TODAY, (0, 1440), (), opens=False, reason="", made_by="", made_at=rules.now, windows=("w1",)
    ).concerns("expire")


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (closing("w9"), "unknown_window"),
        (closing("w1", day=date(2026, 3, 1)), "closure_past"),
        (closing("w1", start=FIVE, end=TWO), "invalid_field"),
    ],
)
def test_what_cannot_be_meant_is_refused(command: commands.CloseWindows, code: str) -> None:
    opened("w1").refused(command, code)


def test_what_is_closed_all_that_time_already_is_not_closed_again() -> None:
    rules = opened("w1")
    rules.do(closing("w1", start=TWO, end=FIVE))
    rules.refused(closing("w1", start=TWO + 30, end=FIVE), "nothing_to_close")
    rules.do(closing("w1", start=TWO, end=FIVE + 1))
    rules.do(closing("w1", "w2", start=TWO, end=FIVE))


def test_of_another_day_all_windows_count_that_are_not_out_of_use_themselves() -> None:
    rules = Rules()
    tomorrow = date(2026, 3, 3)
    asked = report(rules, closing("w1", day=tomorrow, dry_run=True))
    assert (asked.hit, asked.unserved) == ((), (Unserved("expire", 0, ()),))
    rules.do(closing("w3", day=tomorrow))
    asked = report(rules, closing("w1", day=tomorrow, dry_run=True))
    assert [one.queue for one in asked.unserved] == ["postpone", "expire"]


def test_its_word_is_said_where_its_visitors_wait() -> None:
    rules = opened("w1")
    rules.do(closing("w3", notice=(("en", "Window 3 is closed."),)))
    said = rules.events[-1]
    assert isinstance(said, events.AnnouncementBroadcast)
    assert said.zones == ("east",)
