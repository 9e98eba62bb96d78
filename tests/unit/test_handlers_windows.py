"""Opening, pausing and closing windows, who may do what there, and a configuration that changes under their feet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from queueserver.domain.ticket import State
from queueserver.domain.window import WindowState
from queueserver.handlers import commands
from queueserver.ports import Done
from tests.unit.fake_unit import AT_WINDOW, CALLS, LI, QUEUES, WANG, WINDOWS, Rules, opened, plan_with


def test_a_window_opens_pauses_resumes_and_closes() -> None:
    rules = Rules()
    for command, state in (
        (commands.OpenWindow("w1", WANG), WindowState.OPEN),
        (commands.PauseWindow("w1", "lunch"), WindowState.PAUSED),
        (commands.ResumeWindow("w1"), WindowState.OPEN),
        (commands.CloseWindow("w1"), WindowState.CLOSED),
    ):
        assert rules.answer(command) == Done()
        assert rules.window().state is state
    assert [type(event).__name__ for event in rules.events] == [
        "WindowOpened",
        "WindowPaused",
        "WindowResumed",
        "WindowClosed",
    ]


def test_signing_in_again_at_ones_own_window_changes_nothing() -> None:
    rules = Rules()
    rules.do(commands.OpenWindow("w1", WANG))
    rules.do(commands.PauseWindow("w1", "lunch"))
    before = (rules.window(), len(rules.events))
    rules.do(commands.OpenWindow("w1", WANG))
    assert (rules.window(), len(rules.events)) == before


def test_one_window_one_clerk_and_one_clerk_one_window() -> None:
    rules = Rules()
    rules.do(commands.OpenWindow("w1", WANG))
    assert rules.refused(commands.OpenWindow("w1", LI), "window_taken").params == {"staff": "王丽"}
    assert rules.refused(commands.OpenWindow("w2", WANG), "staff_elsewhere").params == {"window": "1"}
    rules.do(commands.PauseWindow("w1", ""))
    rules.refused(commands.OpenWindow("w2", WANG), "staff_elsewhere")
    rules.do(commands.CloseWindow("w1"))
    rules.do(commands.OpenWindow("w2", WANG))
    assert rules.window("w2").staff == "wang"


def test_unknown_windows() -> None:
    rules = Rules()
    rules.take()
    for command in (
        commands.OpenWindow("w9", WANG),
        commands.PauseWindow("w9", ""),
        commands.ResumeWindow("w9"),
        commands.CloseWindow("w9"),
        *(make("w9") for make in AT_WINDOW.values()),
        *(make("w9", "x") for make in CALLS.values()),
    ):
        rules.refused(command, "unknown_window")


def test_a_window_with_a_visitor_does_not_close_but_may_pause() -> None:
    rules = opened()
    ticket = rules.take()
    rules.call()
    assert rules.refused(commands.CloseWindow("w1"), "window_busy").params == {"number": ticket.number}
    rules.do(commands.PauseWindow("w1", "lunch"))
    rules.do(commands.Start("w1"))
    rules.do(commands.Finish("w1", "done", ()))
    rules.do(commands.CloseWindow("w1"))


@pytest.mark.parametrize("call", list(CALLS))
def test_who_may_not_call(call: str) -> None:
    rules = Rules()
    ticket = rules.take()
    command = CALLS[call]("w1", ticket.id)
    rules.refused(command, "window_closed")
    rules.open("w1")
    rules.do(commands.PauseWindow("w1", "lunch"))
    rules.refused(command, "window_paused")
    rules.do(commands.ResumeWindow("w1"))
    called = rules.call()
    assert rules.refused(command, "window_busy").params == {"number": called.number}


@pytest.mark.parametrize("act", list(AT_WINDOW))
def test_an_idle_window_has_nothing_to_do(act: str) -> None:
    rules = opened()
    rules.take()
    rules.refused(AT_WINDOW[act]("w1"), "window_idle")


# -- a configuration that changes under the feet of those who work


def test_who_is_served_at_a_window_that_was_removed_is_served_to_the_end() -> None:
    rules = opened()
    rules.take()
    serving = rules.serve()
    rules.configure(plan_with(QUEUES, tuple(w for w in WINDOWS if w.id != "w1")))
    rules.do(commands.Finish("w1", "done", ()))
    assert rules.ticket(serving).state is State.FINISHED
    rules.refused(commands.CallNext("w1"), "unknown_window")
    rules.do(commands.CloseWindow("w1"))
    rules.refused(commands.OpenWindow("w1", WANG), "unknown_window")


def test_a_clerk_at_a_removed_window_cannot_also_sit_elsewhere() -> None:
    rules = Rules()
    rules.do(commands.OpenWindow("w1", WANG))
    rules.configure(plan_with(QUEUES, tuple(w for w in WINDOWS if w.id != "w1")))
    rules.refused(commands.OpenWindow("w2", WANG), "staff_elsewhere")


def test_a_called_ticket_can_be_put_back_from_a_window_that_was_removed() -> None:
    rules = opened()
    ticket = rules.take()
    rules.call()
    rules.configure(plan_with(QUEUES, tuple(w for w in WINDOWS if w.id != "w1")))
    rules.do(commands.Requeue(ticket.id))
    assert rules.waiting() == [ticket.number]
    assert rules.window().ticket is None


@pytest.mark.parametrize("act", ["no_show", "hold", "finish", "transfer"])
def test_a_ticket_of_a_removed_queue_is_not_stuck_at_its_window(act: str) -> None:
    rules = opened()
    ticket = rules.take("clerk")
    rules.serve() if act == "finish" else rules.call()
    windows = tuple(replace(one, serves=tuple(q for q in one.serves if q != "clerk")) for one in WINDOWS)
    rules.configure(plan_with(tuple(q for q in QUEUES if q.id != "clerk"), windows))
    rules.do(AT_WINDOW[act]("w1"))
    assert rules.window().ticket is None
    assert rules.ticket(ticket).state is not State.CALLED
    if act in ("no_show", "hold"):
        outcome = rules.do(commands.CallBack("w1", ticket.id))
        assert isinstance(outcome, tuple)
