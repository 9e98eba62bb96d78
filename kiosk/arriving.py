"""I have an appointment: the booking code or the card becomes a check-in, which is an order like any other."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from hallui.keys import BACKSPACE, CLEAR
from kiosk import inputs as on
from kiosk.ordering import place
from kiosk.state import CheckIn, Order, Person, Start, State
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


def _arrive(state: State, order: Order) -> Step:
    """What was typed is forgotten: whoever comes back to this page begins anew."""
    return place(replace(turn_to(state, CheckIn()), intention=order.intention), order)
