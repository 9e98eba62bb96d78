"""What a press leads to: a refusal beside the key, a chooser that opens, or one command on its way."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from caller import keys
from caller.effects import Effect, LoadOffer, Send
from caller.inputs import OpenSheet, Press
from caller.state import Act, Command, Stage, State
from contract.bodies import TicketState

Step = tuple[State, tuple[Effect, ...]]

SHEETS: Final = frozenset({Act.TRANSFER, Act.PAUSE, Act.PICK, Act.HOLD, Act.FINISH, Act.ADD})
"""The acts that have a chooser; those of finish and pick may be passed by."""
_OF_SERVICES: Final = frozenset({Act.TRANSFER, Act.ADD})


def press(state: State, pressed: Press) -> Step:
    """A press while a command is under way is the second of a double press and does nothing."""
    if state.stage is not Stage.WORK or state.pending is not None:
        return state, ()
    refused = keys.why_not(state, pressed.act) or keys.why_not_this(state, pressed.act, pressed.what)
    if refused is not None:
        return replace(state, refused=refused, done=None), ()
    return send(state, _command(state, pressed))


def send(state: State, command: Command) -> Step:
    """The command is under way; the same intention as the one whose answer was lost goes with the same key."""
    if state.unsure is not None and state.unsure.same_intention(command):
        command = replace(command, key=state.unsure.key)
    state = replace(state, pending=command, unsure=None, refused=None, done=None)
    return state, (Send(command, state.window),)


def open_sheet(state: State, wanted: OpenSheet) -> Step:
    """Show the chooser of an act, unless the act cannot be done now."""
    if wanted.act not in SHEETS or state.stage is not Stage.WORK or state.pending is not None:
        return state, ()
    state = without_sheet(state) if state.sheet is not wanted.act else state
    refused = keys.why_not(state, wanted.act)
    if refused is not None:
        return replace(state, refused=refused, done=None), ()
    from_bar = state.mini or state.shrink_after_sheet
    about = wanted.ticket or (state.current.id if state.current else "")
    state = replace(state, sheet=wanted.act, sheet_ticket=about, refused=None, done=None)
    effects = (LoadOffer(state.language),) if wanted.act in _OF_SERVICES else ()
    return replace(state, mini=False, shrink_after_sheet=from_bar), effects


def without_sheet(state: State) -> State:
    """The chooser closes; who came from the mini bar goes back to it."""
    if state.sheet is None:
        return state
    return replace(state, sheet=None, sheet_ticket="", mini=state.shrink_after_sheet, shrink_after_sheet=False)


def _command(state: State, pressed: Press) -> Command:
    act, what, ticket = pressed.act, replace(pressed.what, text=pressed.what.text.strip()), state.current
    ends_the_work = act is Act.FINISH or (act is Act.TRANSFER and bool(what.service))
    if ends_the_work and ticket is not None and ticket.state is TicketState.CALLED:
        return Command(Act.START, pressed.key, what, after=act)
    if act in (Act.POSTPONE, Act.ADD, Act.DROP) and ticket is not None:
        what = replace(what, ticket=ticket.id)
    if act is Act.AUTO and what.on is None:
        what = replace(what, on=not (state.view is not None and state.view.auto))
    return Command(act, pressed.key, what)
