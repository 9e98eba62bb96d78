"""Who sits where: signing in and out, sitting down at a window and leaving it."""

from __future__ import annotations

from dataclasses import replace

from caller.answering import fresh, reached
from caller.effects import LoadOffer, LoadView, LoadWindows, LogIn, LogOut
from caller.inputs import ChooseWindow, SignedIn, SignIn
from caller.pressing import Step, send
from caller.state import Act, Command, Details, Person, Refused, Stage, State


def sign_in(state: State, wanted: SignIn) -> Step:
    if state.pending is not None or state.stage is not Stage.SIGN_IN:
        return state, ()
    if not wanted.user.strip() or not wanted.password:
        return replace(state, refused=Refused(Act.SIGN_IN, "wrong_credentials")), ()
    asked = Command(Act.SIGN_IN, key="")
    return replace(state, pending=asked, refused=None), (LogIn(wanted.user.strip(), wanted.password),)


def signed_in(state: State, happened: SignedIn) -> Step:
    person = Person(happened.token.user, happened.token.name)
    state = replace(state, person=person, pending=None, refused=None, link=reached(state))
    window = state.fixed_window or state.window
    classes = LoadOffer(state.language)
    if window:
        return replace(state, stage=Stage.WORK, window=window), (LoadView(window, state.language), classes)
    return replace(state, stage=Stage.CHOOSE), (LoadWindows(), classes)


def sign_out(state: State) -> Step:
    if not state.may_leave:
        return state, ()
    return fresh(state), () if state.person is None else (LogOut(),)


def choose(state: State, wanted: ChooseWindow) -> Step:
    if state.stage is not Stage.CHOOSE or state.pending is not None:
        return state, ()
    state = replace(state, window=wanted.window)
    return send(state, Command(Act.OPEN, wanted.key, Details(window=wanted.window)))


def leave(state: State) -> Step:
    if state.stage is not Stage.WORK or not state.may_leave or state.fixed_window:
        return state, ()
    state = replace(state, stage=Stage.CHOOSE, window="", view=None, why=None, done=None, refused=None, mini=False)
    return state, (LoadWindows(),)
