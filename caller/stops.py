"""What the stops of a visit are called on the panel: done, now, next, dropped, and why."""

from __future__ import annotations

from typing import Final

from caller.state import State
from contract.bodies import StopEntry, StopState
from i18n import Translator

LEAST_OF_SEVERAL: Final = 2
"""With fewer stops there is nothing to tell that the service's name does not."""

_WORDS: Final[dict[StopState, str]] = {
    StopState.NOW: "now",
    StopState.OPEN: "to come",
    StopState.DONE: "done",
    StopState.DROPPED: "dropped",
    StopState.UNDONE: "not done",
}
_REASONS: Final[dict[str, str]] = {
    "handled": "Done at another window along with its own service.",
    "not_wanted": "The visitor does not want it any more.",
    "handed_on": "The visitor needed something else.",
    "left": "The visitor left.",
    "queue_closed": "It was closed when its turn came.",
    "not_offered": "It is no longer offered.",
    "earlier_undone": "Something it needs was not done.",
    "not_done": "It could not be done.",
    "missed": "The visitor did not come.",
    "cancelled": "The ticket was cancelled.",
    "walkout": "The visitor left.",
    "day_closed": "The day is closed.",
}


def stop_words(stop: StopEntry, t: Translator) -> tuple[str, str]:
    """How it stands, in a word or two, and why; "" when there is nothing to explain."""
    if stop.state is StopState.OPEN and stop.here:
        return t("can be done here"), ""
    reason = _REASONS.get(stop.reason)
    return t(_WORDS[stop.state]), t(reason) if reason else ""


def way_words(state: State, t: Translator) -> str:
    """How far the visit is and what follows; "" when there is only one stop."""
    stops = state.stops
    if len(stops) < LEAST_OF_SEVERAL:
        return ""
    then = [stop.name for stop in stops if stop.state is StopState.OPEN]
    return t("Then: {list}", list=" / ".join(then)) if then else t("This is the last one.")


def way_in_full(state: State, t: Translator) -> str:
    """Every stop on a line of its own."""
    return "\n".join(f"{stop.name}: {stop_words(stop, t)[0]}" for stop in state.stops)


def after_finish(state: State, t: Translator, items: tuple[str, ...], *, leaves: bool) -> str:
    """What follows when the visitor is finished with `items` handled along, as far as it can be known."""
    back = state.view.current_back[:1] if state.view else ()
    if back and not leaves:
        return t("Back to window {window}", window=back[0])
    then = [stop.name for stop in state.stops if stop.state is StopState.OPEN and stop.service not in items]
    if leaves or not then:
        return t("The visit ends here.")
    return t("Then: {list}", list=" / ".join(then))
