"""Which key does something now, and if not, why not: the same words the server would use, before it is asked.

The server decides; this only spares the clerk a question whose answer is known.
"""

from __future__ import annotations

from typing import Final

from caller.state import Act, Details, Link, Refused, Stage, State
from contract.bodies import StopState, TicketState, WindowState

HOTKEYS: Final[dict[Act, str]] = {
    Act.OPEN: "F1",
    Act.NEXT: "F1",
    Act.RESUME: "F1",
    Act.START: "F2",
    Act.FINISH: "F3",
    Act.RECALL: "F4",
    Act.NO_SHOW: "F5",
    Act.HOLD: "F6",
    Act.TRANSFER: "F7",
    Act.POSTPONE: "F8",
    Act.PAUSE: "F9",
    Act.CLOSE: "F10",
    Act.AUTO: "Shift+F1",
    Act.PICK: "Enter",
    Act.CALL_BACK: "Enter",
    Act.REQUEUE: "Shift+Enter",
    Act.ADD: "Ins",
    Act.DROP: "Del",
}
"""RESUME is F9 too, because the hand that paused looks for it there. What is not an F key counts in the lists only."""
ASK_FINISH: Final = "Shift+F3"
"""Finish with more to say, also where a plain finish would do."""

SECONDARY: Final = (
    Act.START,
    Act.RECALL,
    Act.NO_SHOW,
    Act.HOLD,
    Act.TRANSFER,
    Act.POSTPONE,
    Act.PAUSE,
    Act.CLOSE,
)

NEED_TICKET: Final = frozenset(
    {
        *(Act.START, Act.FINISH, Act.RECALL, Act.NO_SHOW, Act.HOLD, Act.TRANSFER, Act.POSTPONE),
        *(Act.ADD, Act.DROP),
    }
)
_NEED_CALLED: Final = frozenset({Act.START, Act.RECALL, Act.NO_SHOW, Act.POSTPONE})
_CALLS: Final = frozenset({Act.NEXT, Act.PICK, Act.CALL_BACK})


def primary(state: State) -> tuple[Act, ...]:
    """The two keys that matter most now."""
    match state.window_state:
        case WindowState.CLOSED:
            return (Act.OPEN,)
        case WindowState.PAUSED:
            return (Act.RESUME, Act.FINISH) if state.current else (Act.RESUME,)
        case _:
            return (Act.NEXT, Act.FINISH)


def act_of_hotkey(state: State, hotkey: str) -> Act | None:
    """What F1 to F10, and Shift with one of them, mean now."""
    if hotkey == "F1":
        return primary(state)[0]
    if hotkey == "F9" and state.window_state is WindowState.PAUSED:
        return Act.RESUME
    return next((act for act, key in HOTKEYS.items() if key == hotkey), None)


def why_not(state: State, act: Act) -> Refused | None:
    """None when `act` may be tried now, else the refusal to show."""
    if state.link is Link.LOST:
        return Refused(act, "server_unreachable")
    if state.stage is not Stage.WORK:
        return None
    if state.other_staff:
        return Refused(act, "window_taken", (("staff", state.other_staff),))
    if act in _CALLS:
        return _why_not_call(state, act)
    if act in NEED_TICKET:
        return _why_not_with_ticket(state, act)
    return _why_not_window(state, act)


def why_not_this(state: State, act: Act, what: Details) -> Refused | None:
    """None when nothing is missing in `what`, else the refusal to show; only for an act that may be tried."""
    if act is Act.PICK and not what.text.strip():
        return Refused(act, "reason_required")
    if act is Act.DROP:
        return _why_not_drop(state, what.service)
    return None


def _why_not_drop(state: State, service: str) -> Refused | None:
    of_it = {stop.state for stop in state.stops if stop.service == service}
    ticket = state.current
    if StopState.NOW in of_it and ticket is not None:
        return Refused(Act.DROP, "illegal_transition", (("number", ticket.number), ("state", ticket.state.value)))
    return None if StopState.OPEN in of_it else Refused(Act.DROP, "unknown_stop")


def _why_not_call(state: State, act: Act) -> Refused | None:
    if state.window_state is WindowState.CLOSED:
        return Refused(act, "window_closed")
    if state.window_state is WindowState.PAUSED:
        return Refused(act, "window_paused")
    return _busy(state, act)


def _why_not_with_ticket(state: State, act: Act) -> Refused | None:
    ticket = state.current
    if ticket is None:
        return Refused(act, "window_idle")
    if act in _NEED_CALLED and ticket.state is not TicketState.CALLED:
        return Refused(act, "illegal_transition", (("number", ticket.number), ("state", ticket.state.value)))
    if act is Act.RECALL and state.view is not None and ticket.calls > state.view.recalls_allowed:
        return Refused(act, "recall_limit", (("number", ticket.number), ("calls", ticket.calls)))
    return None


def _why_not_window(state: State, act: Act) -> Refused | None:
    if act is Act.AUTO and (state.view is None or state.view.assignment != "mixed"):
        return Refused(act, "assignment_fixed")
    wrong = {
        Act.AUTO: state.window_state is WindowState.CLOSED,
        Act.OPEN: state.window_state is not WindowState.CLOSED,
        Act.PAUSE: state.window_state is not WindowState.OPEN,
        Act.RESUME: state.window_state is not WindowState.PAUSED,
        Act.CLOSE: state.window_state is WindowState.CLOSED,
    }
    if wrong.get(act, False):
        return Refused(act, "illegal_window_transition", (("state", state.window_state.value),))
    return _busy(state, act) if act is Act.CLOSE else None


def _busy(state: State, act: Act) -> Refused | None:
    ticket = state.current
    return None if ticket is None else Refused(act, "window_busy", (("number", ticket.number),))
