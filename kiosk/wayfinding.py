"""The way from the start to the question "shall it be this one?": choosing, searching, saying who one is."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from contract.bodies import Catalogue, ServiceState
from hallui.keys import BACKSPACE, CLEAR
from kiosk import documents
from kiosk import effects as do
from kiosk import inputs as on
from kiosk.state import (
    Confirm,
    Departments,
    Help,
    Identify,
    Page,
    Person,
    Priority,
    Refused,
    Result,
    Search,
    Services,
    Start,
    State,
    Unprinted,
)

LONGEST_SEARCH: Final = 40
LONGEST_TRAIL: Final = 12

Step = tuple[State, tuple[do.Effect, ...]]


def go(state: State, page: Page) -> State:
    return replace(state, page=page, trail=(*state.trail, state.page)[-LONGEST_TRAIL:])


def turn_to(state: State, page: Page) -> State:
    return replace(state, page=page)


def take_number(state: State, _: on.TakeNumber) -> Step:
    if not isinstance(state.page, Start) or state.catalogue is None:
        return state, ()
    return go(state, first_choice(state.catalogue)), (do.Refresh(state.lang),)


def first_choice(catalogue: Catalogue) -> Page:
    """Which department; where there is but one, which of its services."""
    departments = catalogue.departments
    return Services(departments[0].id) if len(departments) == 1 else Departments()


def show_hot(state: State, _: on.ShowHot) -> Step:
    if isinstance(state.page, Start) and state.catalogue:
        return go(state, Services()), (do.Refresh(state.lang),)
    return state, ()


def show_search(state: State, _: on.ShowSearch) -> Step:
    if isinstance(state.page, Start | Departments | Services) and state.catalogue:
        return go(state, Search()), ()
    return state, ()


def show_help(state: State, _: on.ShowHelp) -> Step:
    if isinstance(state.page, Help | Result | Unprinted):
        return state, ()
    return go(state, Help()), ()


def choose_department(state: State, touch: on.ChooseDepartment) -> Step:
    if isinstance(state.page, Departments) and state.department(touch.department):
        return go(state, Services(touch.department)), ()
    return state, ()


def choose_service(state: State, touch: on.ChooseService) -> Step:
    if not isinstance(state.page, Services | Search):
        return state, ()
    return chosen(state, touch.service)


def chosen(state: State, wanted: str) -> Step:
    """The page after a service is chosen: its question, who asks, or why it cannot be had."""
    service = state.service(wanted)
    if service is None:
        return go(state, Refused(wanted, "unknown_service")), ()
    if service.state is ServiceState.CLOSED:
        return go(state, Refused(service.id, "queue_closed", opens_at=service.opens_at)), (do.Refresh(state.lang),)
    if service.state is ServiceState.FULL:
        return go(state, Refused(service.id, "queue_full", opens_at=service.opens_at)), (do.Refresh(state.lang),)
    if service.requires_document and state.person is None:
        return go(state, Identify(service.id)), ()
    return go(state, question(state, service.id)), ()


def question(state: State, service: str) -> Page:
    """The page after the visitor is known: elder mode asks about priority on a screen of its own, and once."""
    if state.basket.services:
        return Confirm(service, state.basket.priority, state.basket.party)
    if state.elder and len(state.priorities) > 1:
        return Priority(service)
    return Confirm(service, state.default_priority)


def back(state: State, _: on.Back) -> Step:
    if not state.trail or isinstance(state.page, Result | Unprinted):
        return state, ()
    return replace(state, page=state.trail[-1], trail=state.trail[:-1]), ()


def start_over(state: State, _: on.StartOver) -> Step:
    if isinstance(state.page, Unprinted):
        return state, ()
    return state.home(), (do.Refresh(state.defaults.lang),)


def type_key(state: State, touch: on.Type) -> Step:
    page = state.page
    if isinstance(page, Search):
        return turn_to(state, Search(_typed(page.text, touch.key, LONGEST_SEARCH))), ()
    if isinstance(page, Identify):
        return turn_to(state, replace(page, typed=_document_typed(page, touch.key), problem="")), ()
    return state, ()


def _typed(text: str, key: str, longest: int) -> str:
    if key == CLEAR:
        return ""
    if key == BACKSPACE:
        return text[:-1]
    return (text + key)[:longest] if key.isprintable() else text


def _document_typed(page: Identify, key: str) -> str:
    if key in (CLEAR, BACKSPACE):
        return _typed(page.typed, key, 0)
    wanted = key.upper()
    if page.letters:
        allowed = wanted.isascii() and wanted.isalnum()
        return _typed(page.typed, wanted, documents.OTHER_LENGTHS[-1]) if allowed else page.typed
    last = len(page.typed) == documents.RESIDENT_LENGTH - 1
    allowed = (wanted.isascii() and wanted.isdigit()) or (wanted == "X" and last)
    return _typed(page.typed, wanted, documents.RESIDENT_LENGTH) if allowed else page.typed


def toggle_letters(state: State, _: on.ToggleLetters) -> Step:
    if isinstance(state.page, Identify):
        return turn_to(state, Identify(state.page.service, letters=not state.page.letters)), ()
    return state, ()


def enter(state: State, _: on.Enter) -> Step:
    page = state.page
    if not isinstance(page, Identify):
        return state, ()
    problem = documents.problem_of(page.typed, letters=page.letters)
    if problem:
        return turn_to(state, replace(page, problem=problem)), ()
    return _identified(state, documents.person_of(page.typed, letters=page.letters)), ()


def _identified(state: State, person: Person) -> State:
    """On with this person; the page where a number was typed is forgotten together with the number."""
    known = replace(state, person=person)
    if not isinstance(state.page, Identify):
        return known
    before = state.trail[-1] if state.trail else Start()
    if isinstance(before, Confirm | Priority):
        return replace(known, page=before, trail=state.trail[:-1])
    return replace(known, page=question(known, state.page.service))


def skip(state: State, _: on.Skip) -> Step:
    page = state.page
    if not isinstance(page, Identify):
        return state, ()
    service = state.service(page.service)
    if service is None or service.requires_document:
        return state, ()
    if state.trail and isinstance(state.trail[-1], Confirm):
        return back(state, on.Back())
    return turn_to(state, question(state, page.service)), ()


def add_document(state: State, _: on.AddDocument) -> Step:
    if isinstance(state.page, Confirm):
        return go(state, Identify(state.page.service)), ()
    return state, ()


def card_read(state: State, card: on.CardRead) -> Step:
    """A card helps wherever the visitor is on the way to a ticket; elsewhere it is not looked at."""
    pages = (Start, Departments, Services, Search, Identify, Priority, Confirm)
    if not isinstance(state.page, pages) or state.catalogue is None:
        return state, ()
    known = _identified(state, Person(card.kind, card.number, card.name))
    if isinstance(state.page, Start):
        known, _ = take_number(known, on.TakeNumber())
    return known, ()
