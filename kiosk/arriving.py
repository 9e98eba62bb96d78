"""I have an appointment: the booking code or the card becomes a check-in, which is an order like any other.

A code before the scanner does it from any page but those where something must be finished first.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from contract import appointments
from hallui.keys import BACKSPACE, CLEAR
from kiosk import inputs as on
from kiosk.ordering import place, retry
from kiosk.state import (
    CheckIn,
    Departments,
    Duplicate,
    Order,
    Person,
    Refused,
    Result,
    Search,
    Services,
    Start,
    State,
    Unprinted,
)
from kiosk.wayfinding import Step, go, turn_to

CODE_LENGTH: Final = 7


def show_check_in(state: State, _: on.ShowCheckIn) -> Step:
    if isinstance(state.page, Start) and state.catalogue and state.catalogue.appointments:
        return go(state, CheckIn()), ()
    return state, ()


def code_typed(state: State, page: CheckIn, key: str) -> Step:
    typed = page.typed
    if key == CLEAR:
        typed = ""
    elif key == BACKSPACE:
        typed = typed[:-1]
    elif key.isascii() and key.isalnum():
        typed = (typed + key.upper())[:CODE_LENGTH]
    return turn_to(state, CheckIn(typed)), ()


def code_entered(state: State, page: CheckIn) -> Step:
    if len(page.typed) < CODE_LENGTH:
        return turn_to(state, replace(page, problem="code_short")), ()
    return _arrive(state, Order(state.intention + 1, "", None, lang=state.lang, booked=True, code=page.typed))


def card_shown(state: State, card: on.CardRead) -> Step:
    person = Person(card.kind, card.number, card.name)
    return _arrive(state, Order(state.intention + 1, "", None, person, state.lang, booked=True))


def code_scanned(state: State, scan: on.CodeScanned) -> Step:
    """Checked in without a touch; whoever holds the same code a moment too long changes nothing."""
    if state.catalogue is None or not state.catalogue.appointments or isinstance(state.page, Unprinted):
        return state, ()
    code = appointments.code_scanned(scan.text)
    if code is None:
        return _no_booking(state), ()
    if isinstance(state.page, Result | Refused | Duplicate):
        if code == state.scanned:
            return retry(state, on.Retry())
        state = replace(state.home(), lang=state.lang, elder=state.elder, contrast=state.contrast)
    order = Order(state.intention + 1, "", None, lang=state.lang, booked=True, code=code)
    return _arrive(replace(go(state, CheckIn()), scanned=code), order)


def _no_booking(state: State) -> State:
    """Another code: said where somebody may be at the beginning, else not looked at."""
    if isinstance(state.page, CheckIn):
        return turn_to(state, CheckIn(problem="no_booking"))
    if isinstance(state.page, Start | Departments | Services | Search):
        return go(state, CheckIn(problem="no_booking"))
    return state


def _arrive(state: State, order: Order) -> Step:
    """What was typed is forgotten: whoever comes back to this page begins anew."""
    return place(replace(turn_to(state, CheckIn()), intention=order.intention), order)
