"""Window states, written out; and what a window must be to call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from queueserver.domain import events
from queueserver.domain.errors import DomainError
from queueserver.domain.window import Window, WindowState

CLOSED = Window("w1", streak=3)
OPEN = Window("w1", WindowState.OPEN, "wang", "王丽", streak=3)
PAUSED = Window("w1", WindowState.PAUSED, "wang", "王丽", pause_reason="lunch", streak=3)

ACTS: dict[str, Callable[[Window], tuple[Window, events.WindowEvent]]] = {
    "open": lambda w: w.open("li", "李强"),
    "pause": lambda w: w.pause("lunch"),
    "resume": lambda w: w.resume(),
    "switch": lambda w: w.switch(auto=True),
    "close": lambda w: w.close(None),
}
EXPECTED = {
    ("open", WindowState.CLOSED): (Window("w1", WindowState.OPEN, "li", "李强", streak=3), events.WindowOpened),
    ("pause", WindowState.OPEN): (PAUSED, events.WindowPaused),
    ("resume", WindowState.PAUSED): (OPEN, events.WindowResumed),
    ("switch", WindowState.OPEN): (replace(OPEN, auto=True), events.WindowSwitched),
    ("switch", WindowState.PAUSED): (replace(PAUSED, auto=True), events.WindowSwitched),
    ("close", WindowState.OPEN): (CLOSED, events.WindowClosed),
    ("close", WindowState.PAUSED): (CLOSED, events.WindowClosed),
}


@pytest.mark.parametrize("window", [CLOSED, OPEN, PAUSED], ids=lambda window: window.state.value)
@pytest.mark.parametrize("act", list(ACTS))
def test_every_act_in_every_state(act: str, window: Window) -> None:
    expected = EXPECTED.get((act, window.state))
    if expected is None:
        with pytest.raises(DomainError) as refusal:
            ACTS[act](window)
        assert refusal.value.code == "illegal_window_transition"
        assert refusal.value.params == {"state": window.state.value}
        return
    after, event = ACTS[act](window)
    assert (after, type(event), event.window) == (*expected, after)


@pytest.mark.parametrize("window", [OPEN, PAUSED], ids=lambda window: window.state.value)
def test_nobody_closes_over_a_visitor(window: Window) -> None:
    with pytest.raises(DomainError) as refusal:
        window.take("t", 0).close("A007")
    assert (refusal.value.code, refusal.value.params) == ("window_busy", {"number": "A007"})


@pytest.mark.parametrize(
    ("window", "code"),
    [
        (CLOSED, "window_closed"),
        (PAUSED, "window_paused"),
        (OPEN.take("t", 0), "window_busy"),
        (PAUSED.take("t", 0), "window_paused"),
        (OPEN, None),
        (OPEN.take("t", 0).release(), None),
    ],
)
def test_who_may_call(window: Window, code: str | None) -> None:
    if code is None:
        window.must_call(None)
        return
    with pytest.raises(DomainError) as refusal:
        window.must_call("A007")
    assert refusal.value.code == code


def test_a_window_is_in_use_until_it_is_closed_and_empty() -> None:
    assert [w.in_use for w in (CLOSED, OPEN, PAUSED, CLOSED.take("t", 0))] == [False, True, True, True]
