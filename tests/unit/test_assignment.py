"""The server's own calls: when, to which window, and that balancing keeps windows equally busy."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queueserver.domain.assignment import calls_at, next_chance, ready
from queueserver.domain.balance import accounted, choose_window
from queueserver.domain.hall import Assignment, Policy
from queueserver.domain.ticket import State, Ticket
from queueserver.domain.window import Window, WindowState
from queueserver.handlers import commands
from tests.unit.fake_unit import NOON, PLAN, WANG, Rules


def hall(assignment: Assignment, seconds: int = 5, **more: bool) -> Rules:
    """The usual hall in another mode; `more` says which windows open as windows the server calls for."""
    policy = replace(PLAN.policy, assignment=assignment, assign_after_seconds=seconds)
    windows = {name: replace(plan, auto=more.get(name, False)) for name, plan in PLAN.windows.items()}
    return Rules(replace(PLAN, policy=policy, windows=windows))


def assign(rules: Rules) -> list[str]:
    """Everybody the server calls now, as window and number."""
    called = []
    while isinstance(outcome := rules.do(commands.Assign()), tuple):
        called.append(f"{outcome[0].window} {outcome[0].number}")
    return called


def test_in_a_manual_hall_nobody_is_called_by_the_server() -> None:
    rules = hall(Assignment.MANUAL)
    rules.open("w1")
    rules.take()
    rules.later(minutes=9)
    assert assign(rules) == []


def test_the_server_calls_after_the_window_was_left_alone_for_a_while() -> None:
    rules = hall(Assignment.AUTOMATIC)
    rules.open("w1")
    first, second = rules.take(), rules.take()
    rules.later(seconds=4.999)
    assert assign(rules) == []
    rules.later(seconds=0.001)
    assert assign(rules) == [f"w1 {first.number}"]
    rules.do(commands.Start("w1"))
    rules.later(minutes=6)
    rules.do(commands.Finish("w1", "done", ()))
    assert assign(rules) == []
    live = rules.live
    assert next_chance(live.plan.policy, live.windows.values(), live.line, rules.now) == rules.now + timedelta(
        seconds=5
    )
    rules.later(seconds=5)
    assert assign(rules) == [f"w1 {second.number}"]
    assert assign(rules) == [], "one active ticket a window"


def test_without_a_pause_the_call_follows_at_once() -> None:
    rules = hall(Assignment.AUTOMATIC, seconds=0)
    rules.open("w1")
    assert assign(rules) == []
    first = rules.take()
    assert assign(rules) == [f"w1 {first.number}"]


def test_neither_a_paused_nor_a_closed_window_is_called_for() -> None:
    rules = hall(Assignment.AUTOMATIC, seconds=0)
    rules.open("w1", "w2")
    rules.do(commands.PauseWindow("w1", "lunch"))
    rules.do(commands.CloseWindow("w2"))
    ticket = rules.take()
    assert assign(rules) == []
    rules.do(commands.ResumeWindow("w1"))
    assert assign(rules) == [f"w1 {ticket.number}"]


def test_time_alone_brings_who_may_not_be_called_yet() -> None:
    rules = hall(Assignment.AUTOMATIC, seconds=0)
    rules.open("w1")
    ticket = rules.take()
    due = rules.now + timedelta(minutes=10)
    rules.live.keep(replace(ticket, not_before=due))
    live = rules.live
    assert assign(rules) == []
    assert next_chance(live.plan.policy, live.windows.values(), live.line, rules.now) == due
    rules.later(minutes=10)
    assert assign(rules) == [f"w1 {ticket.number}"]
    assert next_chance(live.plan.policy, live.windows.values(), live.line, rules.now) is None


def test_in_a_mixed_hall_each_window_chooses() -> None:
    rules = hall(Assignment.MIXED, seconds=0, w2=True)
    rules.open("w1", "w2")
    first, second = rules.take(), rules.take()
    assert assign(rules) == [f"w2 {first.number}"]
    rules.do(commands.PauseWindow("w1", ""))
    rules.do(commands.ResumeWindow("w1", auto=True))
    assert assign(rules) == [f"w1 {second.number}"]
    rules.do(commands.OpenWindow("w3", WANG, auto=True))
    assert rules.window("w3").auto


def test_a_clerk_at_work_switches_the_servers_calls_on_and_off() -> None:
    rules = hall(Assignment.MIXED)
    rules.open("w1", "w2")
    first, second = rules.take(), rules.take()
    rules.later(seconds=60)
    assert calls_at(rules.live.plan.policy, rules.window("w1"), rules.now) is None
    rules.do(commands.SwitchCalling("w1", True))
    assert calls_at(rules.live.plan.policy, rules.window("w1"), rules.now) == rules.now - timedelta(seconds=55)
    assert assign(rules) == [f"w1 {first.number}"]
    assert calls_at(rules.live.plan.policy, rules.window("w1"), rules.now) is None, "somebody is there"
    rules.do(commands.SwitchCalling("w1", False))
    rules.do(commands.NoShow("w1"))
    rules.later(seconds=60)
    assert assign(rules) == []
    rules.do(commands.PauseWindow("w1", ""))
    rules.do(commands.SwitchCalling("w1", True))
    assert assign(rules) == [], "a pause holds off the server too"
    rules.do(commands.ResumeWindow("w1"))
    rules.later(seconds=5)
    assert assign(rules) == [f"w1 {second.number}"]


def test_switching_to_what_is_so_already_is_no_fact() -> None:
    rules = hall(Assignment.MIXED)
    rules.open("w1")
    already = len(rules.events)
    rules.do(commands.SwitchCalling("w1", False))
    assert len(rules.events) == already


@pytest.mark.parametrize("assignment", [Assignment.MANUAL, Assignment.AUTOMATIC])
def test_where_all_windows_do_the_same_none_may_choose(assignment: Assignment) -> None:
    rules = hall(assignment)
    rules.refused(commands.OpenWindow("w1", WANG, auto=True), "assignment_fixed")
    rules.open("w1")
    rules.do(commands.PauseWindow("w1", ""))
    rules.refused(commands.ResumeWindow("w1", auto=False), "assignment_fixed")
    rules.refused(commands.SwitchCalling("w1", False), "assignment_fixed")


def test_the_servers_call_is_told_as_such_and_counts_in_the_row_of_privileged_calls() -> None:
    rules = hall(Assignment.AUTOMATIC, seconds=0)
    rules.open("w1")
    rules.take("clerk", "old")
    assign(rules)
    assert getattr(rules.events[-1], "how", "") == "auto"
    assert rules.window().streak == 1


def test_a_window_that_cannot_serve_anybody_waiting_lets_the_busier_one_call() -> None:
    rules = hall(Assignment.AUTOMATIC, seconds=0)
    rules.open("w1", "w3")
    assert rules.window("w3").busy_ms == rules.window("w1").busy_ms
    rules.live.windows["w1"] = replace(rules.window("w1"), busy_ms=99)
    ticket = rules.take("clerk")
    assert assign(rules) == [f"w1 {ticket.number}"]


# -- balance


def free(name: str, busy_ms: int = 0, minutes: float = 0) -> Window:
    return Window(name, WindowState.OPEN, busy_ms=busy_ms, since=NOON - timedelta(minutes=minutes))


def test_the_least_busy_first_then_the_longest_free() -> None:
    assert choose_window([free("w1", 5), free("w2", 4), free("w3", 9, 60)]) == free("w2", 4)
    assert choose_window([free("w1", 5, 1), free("w2", 5, 2)]) == free("w2", 5, 2)
    assert choose_window([free("w2"), free("w1")]) == free("w1")
    assert choose_window([]) is None


def test_who_opens_late_need_not_catch_up_with_the_morning() -> None:
    rules = hall(Assignment.AUTOMATIC, seconds=0)
    rules.open("w1")
    rules.take()
    rules.serve()
    rules.later(minutes=30)
    rules.do(commands.Finish("w1", "done", ()))
    assert rules.window().busy_ms == 30 * 60_000
    rules.do(commands.OpenWindow("w2", WANG))
    assert rules.window("w2").busy_ms == 30 * 60_000


@settings(max_examples=200, deadline=None)
@given(st.integers(2, 6), st.lists(st.integers(1, 60), min_size=1, max_size=80))
def test_windows_that_are_free_together_never_differ_by_more_than_one_visit(count: int, minutes: list[int]) -> None:
    """Visitors come one by one and each is served to the end before the next comes."""
    windows = {f"w{n}": free(f"w{n}") for n in range(count)}
    now = NOON
    for visit in minutes:
        chosen = choose_window(windows.values())
        assert chosen is not None
        taken = accounted(chosen, chosen.take("t", 0), (), now)
        now += timedelta(minutes=visit)
        windows[chosen.id] = accounted(taken, taken.release(), (), now)
        loads = [one.busy_ms for one in windows.values()]
        assert max(loads) - min(loads) <= max(minutes) * 60_000
    assert sum(one.busy_ms for one in windows.values()) == sum(minutes) * 60_000


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(("take", "later", "finish1", "finish2", "pause", "resume", "hold")), max_size=40))
def test_nobody_waits_while_a_window_that_could_call_has_been_free(acts: list[str]) -> None:
    rules = hall(Assignment.AUTOMATIC, seconds=5)
    rules.open("w1", "w2")
    made: list[Ticket] = []
    for act in acts:
        if act == "take":
            made.append(rules.take())
        elif act == "later":
            rules.later(seconds=3)
        else:
            _try(rules, act)
        assign(rules)
        policy: Policy = rules.live.plan.policy
        idle = ready(policy, rules.live.windows.values(), rules.now)
        assert not (idle and rules.live.line.count("clerk"))
    called = [one for one in made if rules.ticket(one).state is State.CALLED]
    assert len({rules.ticket(one).window for one in called}) == len(called), "nobody twice at one window"


def _try(rules: Rules, act: str) -> None:
    window = "w2" if act.endswith("2") else "w1"
    at = rules.window(window)
    if act.startswith("finish") and at.ticket is not None:
        rules.do(commands.Start(window))
        rules.do(commands.Finish(window, "done", ()))
    elif act == "pause" and at.state is WindowState.OPEN:
        rules.do(commands.PauseWindow(window, ""))
    elif act == "resume" and at.state is WindowState.PAUSED:
        rules.do(commands.ResumeWindow(window))
    elif act == "hold" and at.ticket is not None:
        rules.do(commands.Hold(window, "", 1))
