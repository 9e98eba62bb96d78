"""Who calls at this window, and when: what the panel and the bar say in a hall where the server may call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from caller.state import State
from contract.bodies import WindowState
from i18n import Translator


@dataclass(frozen=True, slots=True)
class Calling:
    """`word` says who calls, `what` follows from it now; `may_switch` where each window chooses for itself."""

    word: str
    what: str
    auto: bool
    may_switch: bool


def calling(state: State, t: Translator, now: datetime) -> Calling | None:
    """None in a hall where staff call everywhere: there is nothing to tell. `now` is the server's."""
    view = state.view
    if view is None or view.assignment == "manual":
        return None
    may_switch = view.assignment == "mixed"
    if not view.auto:
        return Calling(t("By hand"), t("You call with F1"), auto=False, may_switch=may_switch)
    return Calling(t("Automatic"), _what_the_server_does(state, t, now), auto=True, may_switch=may_switch)


def _what_the_server_does(state: State, t: Translator, now: datetime) -> str:
    view = state.view
    if view is None or state.window_state is WindowState.CLOSED:
        return t("Once the window is open")
    if state.window_state is WindowState.PAUSED:
        return t("Paused: nobody is called")
    seconds = view.assign_after_seconds
    if view.current is not None:
        if not seconds:
            return t("At once after this one")
        after = "{n} second after this one", "{n} seconds after this one"
        return t.plural(*after, seconds)
    if not view.waiting_count or view.calls_at is None or view.calls_at <= now:
        return t("Whoever comes is called")
    left = -(-int((view.calls_at - now).total_seconds() * 1000) // 1000)
    return t.plural("Next call in {n} second", "Next call in {n} seconds", max(1, left))


def calling_in_short(state: State, t: Translator) -> str:
    """One short word for the bar; "" where staff call everywhere."""
    view = state.view
    if view is None or view.assignment == "manual":
        return ""
    return t("Auto") if view.auto else t("Manual")
