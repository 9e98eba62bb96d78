"""What follows from what: step(state, input) -> (state, effects). No clock, no network, no Qt."""

from __future__ import annotations

from dataclasses import replace

from caller.answering import accepted, explained, look_again, not_accepted, reached, view_came, view_failed
from caller.effects import Explain, LoadOffer
from caller.inputs import (
    Accepted,
    ChooseWindow,
    CloseSheet,
    Explained,
    Forget,
    Input,
    LeaveWindow,
    LinkChanged,
    LookAgain,
    NotAccepted,
    OfferCame,
    OpenSheet,
    Press,
    ShowShelf,
    Shrink,
    SignedIn,
    SignIn,
    SignOut,
    Speak,
    ViewCame,
    ViewFailed,
    WindowsCame,
)
from caller.pressing import Step, open_sheet, press, without_sheet
from caller.signing import choose, leave, sign_in, sign_out, signed_in
from caller.state import Done, Link, Refused, Stage, State


def step(state: State, happened: Input) -> Step:  # noqa: C901, PLR0911, PLR0912 - one line an input, nothing else
    """The next moment, and what must be done for it."""
    match happened:
        case SignIn():
            return sign_in(state, happened)
        case SignOut():
            return sign_out(state)
        case ChooseWindow():
            return choose(state, happened)
        case LeaveWindow():
            return leave(state)
        case Press():
            return press(state, happened)
        case OpenSheet():
            return open_sheet(state, happened)
        case CloseSheet():
            return replace(without_sheet(state), refused=None), ()
        case ShowShelf():
            return replace(state, shelf=happened.shelf), ()
        case Shrink():
            return replace(without_sheet(state), mini=happened.mini and state.stage is Stage.WORK), ()
        case Speak():
            return _speak(state, happened)
        case SignedIn():
            return signed_in(state, happened)
        case Accepted():
            return accepted(state, happened)
        case NotAccepted():
            return not_accepted(state, happened.error)
        case ViewCame():
            return view_came(state, happened.view)
        case ViewFailed():
            return view_failed(state, happened.error)
        case WindowsCame():
            windows = tuple(sorted(happened.snapshot.windows, key=lambda entry: _by_label(entry.label)))
            return replace(state, windows=windows, link=reached(state)), ()
        case Explained():
            return explained(state, happened), ()
        case OfferCame():
            return replace(state, privileged=happened.privileged, services=happened.services), ()
        case LinkChanged():
            return _link_changed(state, happened.link)
        case LookAgain():
            return state, look_again(state)
        case Forget():
            return _forget(state, happened.words), ()


def _forget(state: State, words: Refused | Done) -> State:
    return replace(
        state,
        refused=None if state.refused is words else state.refused,
        done=None if state.done is words else state.done,
    )


# ------------------------------------------------------------------------------------------------- the hall


def _link_changed(state: State, link: Link) -> Step:
    returned = state.link is Link.LOST and link is not Link.LOST
    state = replace(state, link=link)
    return state, look_again(state) if returned else ()


def _speak(state: State, wanted: Speak) -> Step:
    state = replace(state, language=wanted.language)
    effects = look_again(state)
    if state.person is not None:
        effects += (LoadOffer(state.language),)
    if state.why is not None and state.stage is Stage.WORK:
        effects += (Explain(state.why.ticket, wanted.language),)
    return state, effects


def _by_label(label: str) -> tuple[int, str]:
    """Window 2 before window 10."""
    digits = "".join(character for character in label if character.isdigit())
    return (int(digits) if digits else 0, label)
