"""The kiosk's whole behaviour as one pure function: step(state, input) -> (state, effects).

A touch that makes no sense on the page it arrives at changes nothing; while the kiosk is busy every touch is one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from kiosk import arriving, basket, ordering, wayfinding
from kiosk import effects as do
from kiosk import inputs as on
from kiosk.state import (
    BUSY_PAGES,
    CheckIn,
    Count,
    Finding,
    Identify,
    Printing,
    Refused,
    Result,
    Start,
    State,
    Taking,
    Unprinted,
)
from kiosk.wayfinding import Step, turn_to

WARNING_SECONDS: Final = 10.0
BUSY_SECONDS: Final = 40.0
"""Longer than client and printer can take with all their retries: then something is lost, not slow."""
UNPRINTED_SECONDS: Final = 90.0
ELDER_PATIENCE: Final = 2.0


def step(state: State, happened: on.Input) -> Step:
    """What the kiosk becomes, and what is to be done, when `happened` happens."""
    handler = _HANDLERS[type(happened)]
    if isinstance(happened, on.TimeUp):
        return _time_up(state, happened)
    if isinstance(happened, on.News):
        return _clocked(state, *handler(state, happened))
    if isinstance(state.page, BUSY_PAGES):
        return state, ()
    after, effects = handler(state, happened)
    return _restarted(replace(after, warned=False), effects)


# ------------------------------------------------------------------------------------------------- the screen itself


def _language(state: State, touch: on.ChooseLanguage) -> Step:
    known = state.catalogue is None or touch.lang in state.catalogue.languages
    return (replace(state, lang=touch.lang), (do.Refresh(touch.lang),)) if known else (state, ())


def _elder(state: State, _: on.ToggleElder) -> Step:
    return replace(state, elder=not state.elder), ()


def _contrast(state: State, _: on.ToggleContrast) -> Step:
    return replace(state, contrast=not state.contrast), ()


def _touched(state: State, _: on.Touched) -> Step:
    return state, ()


# ------------------------------------------------------------------------------------------------- who is here


def _type(state: State, touch: on.Type) -> Step:
    if isinstance(state.page, CheckIn):
        return arriving.code_typed(state, state.page, touch.key)
    return wayfinding.type_key(state, touch)


def _enter(state: State, touch: on.Enter) -> Step:
    if isinstance(state.page, CheckIn):
        return arriving.code_entered(state, state.page)
    return wayfinding.enter(state, touch)


def _card(state: State, card: on.CardRead) -> Step:
    if isinstance(state.page, CheckIn):
        return arriving.card_shown(state, card)
    return wayfinding.card_read(state, card)


# ------------------------------------------------------------------------------------------------- the world


def _catalogue(state: State, news: on.CatalogueArrived) -> Step:
    fresh = news.catalogue
    catalogues = {**state.world.catalogues, fresh.lang: fresh}
    return replace(state, world=replace(state.world, catalogues=catalogues, online=True)), ()


def _lost(state: State, _: on.ServerLost) -> Step:
    return replace(state, world=replace(state.world, online=False)), ()


def _server_found(state: State, _: on.ServerFound) -> Step:
    return replace(state, world=replace(state.world, online=True)), ()


def _counted(state: State, news: on.QueueCounted) -> Step:
    known = state.world.counts.get(news.queue)
    if known is not None and known.seq >= news.seq:
        return state, ()
    counts = {**state.world.counts, news.queue: Count(news.seq, news.waiting)}
    return replace(state, world=replace(state.world, counts=counts)), ()


def _printer(state: State, news: on.PrinterIs) -> Step:
    return replace(state, world=replace(state.world, printer=news.code)), ()


def _reader(state: State, news: on.ReaderIs) -> Step:
    if news.code == "unreadable":
        if isinstance(state.page, Identify | CheckIn):
            return turn_to(state, replace(state.page, problem="unreadable")), ()
        return state, ()
    return replace(state, world=replace(state.world, reader=news.code)), ()


def _scanner(state: State, news: on.ScannerIs) -> Step:
    return replace(state, world=replace(state.world, scanner=news.code)), ()


# ------------------------------------------------------------------------------------------------- time


def patience(state: State) -> float:
    """Seconds this page waits for a touch before it warns (or, where nothing can be lost, goes home)."""
    page, factor = state.page, ELDER_PATIENCE if state.elder else 1.0
    if isinstance(page, BUSY_PAGES):
        return BUSY_SECONDS
    if isinstance(page, Result):
        return state.defaults.result_seconds * factor
    if isinstance(page, Unprinted):
        return UNPRINTED_SECONDS * factor
    return max(WARNING_SECONDS, state.defaults.patience * factor - WARNING_SECONDS)


def _restarted(state: State, effects: tuple[do.Effect, ...], seconds: float | None = None) -> Step:
    wait = patience(state) if seconds is None else seconds
    clocked = replace(state, timer=state.timer + 1, timer_seconds=wait)
    return clocked, (*effects, do.StartTimer(wait, clocked.timer))


def _clocked(before: State, after: State, effects: tuple[do.Effect, ...]) -> Step:
    """News restart the idle clock only when they turned the page."""
    if type(after.page) is type(before.page) or after.timer != before.timer:
        return after, effects
    return _restarted(replace(after, warned=False), effects)


def _time_up(state: State, news: on.TimeUp) -> Step:
    if news.timer != state.timer:
        return state, ()
    page = state.page
    if isinstance(page, BUSY_PAGES):
        return _restarted(_given_up(state), ())
    if state.warned and isinstance(page, Unprinted):
        return state.home(), (do.VoidUnlessTaken(page.ticket.id), do.Refresh(state.defaults.lang))
    if state.warned or isinstance(page, Start | Result):
        return state.home(), (do.Refresh(state.defaults.lang),)
    return _restarted(replace(state, warned=True), (), WARNING_SECONDS)


def _given_up(state: State) -> State:
    """What was waited for is lost; the visitor hears what that means for him."""
    page = state.page
    if isinstance(page, Taking):
        return turn_to(state, Refused(ordering.about(page.order, {}), "server_unreachable", order=page.order))
    if isinstance(page, Printing):
        return turn_to(state, Unprinted(page.ticket, "not_confirmed", page.attempt))
    if isinstance(page, Finding):
        return turn_to(state, Refused(page.service, "server_unreachable"))
    return state


_HANDLERS: Final[Mapping[type, Callable[[State, Any], Step]]] = {
    on.TakeNumber: wayfinding.take_number,
    on.ShowHot: wayfinding.show_hot,
    on.TakeDesk: ordering.take_desk,
    on.ShowSearch: wayfinding.show_search,
    on.ShowCheckIn: arriving.show_check_in,
    on.ShowHelp: wayfinding.show_help,
    on.ChooseDepartment: wayfinding.choose_department,
    on.ChooseService: basket.choose_service,
    on.Type: _type,
    on.ToggleLetters: wayfinding.toggle_letters,
    on.Enter: _enter,
    on.Skip: wayfinding.skip,
    on.AddDocument: wayfinding.add_document,
    on.ChoosePriority: ordering.choose_priority,
    on.ChangeParty: basket.change_party,
    on.AddAnother: basket.add_another,
    on.RemoveService: basket.remove,
    on.ShowBasket: basket.show_basket,
    on.GoWithout: basket.go_without,
    on.Agree: ordering.agree,
    on.Retry: ordering.retry,
    on.Reprint: ordering.reprint,
    on.Claim: ordering.claim,
    on.Back: basket.back,
    on.StartOver: wayfinding.start_over,
    on.ChooseLanguage: _language,
    on.ToggleElder: _elder,
    on.ToggleContrast: _contrast,
    on.Touched: _touched,
    on.CatalogueArrived: _catalogue,
    on.ServerLost: _lost,
    on.ServerFound: _server_found,
    on.QueueCounted: _counted,
    on.PrinterIs: _printer,
    on.ReaderIs: _reader,
    on.ScannerIs: _scanner,
    on.CardRead: _card,
    on.CodeScanned: arriving.code_scanned,
    on.TicketTaken: ordering.taken,
    on.TicketRefused: ordering.refused,
    on.TicketFound: ordering.found,
    on.TicketNotFound: ordering.not_found,
    on.SlipPrinted: ordering.printed,
    on.SlipFailed: ordering.not_printed,
    on.TimeUp: _time_up,
}
