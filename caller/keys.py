"""Which key does something now, and if not, why not: the same words the server would use, before it is asked.

The server decides; this only spares the clerk a question whose answer is known.
"""

from __future__ import annotations

from typing import Final

from caller.state import Act, Link, Refused, Stage, State
from contract.bodies import TicketState, WindowState

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
}
"""RESUME is F9 too, because the hand that paused looks for it there."""

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

_NEED_TICKET: Final = frozenset({Act.START, Act.FINISH, Act.RECALL, Act.NO_SHOW, Act.HOLD, Act.TRANSFER, Act.POSTPONE})
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
    """What F1 to F10 mean now."""
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
    if act in _NEED_TICKET:
        return _why_not_with_ticket(state, act)
    return _why_not_window(state, act)


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
    wrong = {
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
