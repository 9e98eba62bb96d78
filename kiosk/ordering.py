"""One intention, one ticket: ask, print, tell the server; and every way in which that goes wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from contract.bodies import Ticket
from kiosk import basket
from kiosk import effects as do
from kiosk import inputs as on
from kiosk.state import (
    Confirm,
    Duplicate,
    Finding,
    Order,
    Printing,
    Priority,
    Refused,
    Result,
    Start,
    State,
    Taking,
    Unprinted,
)
from kiosk.wayfinding import Step, chosen, go, turn_to

TRY_AGAIN: Final = frozenset({"server_unreachable", "busy", "storage_unavailable", "storage_full", "internal"})
"""Refusals that may have another answer in a moment; the retry carries the same key."""

HAS_ONE: Final = frozenset({"person_limit", "already_checked_in"})
"""Refusals that name the ticket the visitor has already: it can be printed again."""

TICKETS_REMEMBERED: Final = 32
"""An answer that comes twice must not take back a ticket in somebody's hand."""


def choose_priority(state: State, touch: on.ChoosePriority) -> Step:
    if all(entry.id != touch.priority for entry in state.priorities):
        return state, ()
    if isinstance(state.page, Confirm):
        return turn_to(state, replace(state.page, priority=touch.priority)), ()
    if isinstance(state.page, Priority):
        return go(state, Confirm(state.page.service, touch.priority)), ()
    return state, ()


def agree(state: State, _: on.Agree) -> Step:
    if not isinstance(state.page, Confirm):
        return state, ()
    first, *others = basket.wanted(state)
    order = Order(
        state.intention + 1,
        first,
        state.page.priority,
        state.person,
        state.lang,
        others=tuple(others),
        party=basket.party(state),
    )
    if others:  # a refusal comes back to the whole list
        state = basket.set_aside(go(state, state.page))
    return place(replace(state, intention=order.intention), order)


def take_desk(state: State, _: on.TakeDesk) -> Step:
    """One touch: whoever does not know which service it is has nothing to confirm."""
    if not isinstance(state.page, Start) or state.catalogue is None or not state.catalogue.desk:
        return state, ()
    after, effects = chosen(state, state.catalogue.desk)
    return agree(after, on.Agree()) if isinstance(after.page, Confirm) else (after, effects)


def retry(state: State, _: on.Retry) -> Step:
    if not isinstance(state.page, Refused) or state.page.order is None:
        return state, ()
    order = state.page.order
    if order.intention <= state.withdrawn:  # its key would bring back the ticket that was taken back
        order = replace(order, intention=state.intention + 1)
    return place(replace(state, intention=max(state.intention, order.intention)), order)


def place(state: State, order: Order) -> Step:
    """Ask for the ticket, and the printer how it is."""
    return turn_to(state, Taking(order)), (do.CheckPrinter(), do.Take(order))


def taken(state: State, news: on.TicketTaken) -> Step:
    page = state.page
    waits = page.order if isinstance(page, Taking | Refused) else None
    if waits is not None and waits.intention == news.intention > state.withdrawn:
        return _print(state, news.ticket, attempt=1)
    if news.ticket.id in state.in_hand:
        return state, ()
    return replace(state, withdrawn=max(state.withdrawn, news.intention)), (do.Withdraw(news.ticket.id),)


def _print(state: State, ticket: Ticket, attempt: int) -> Step:
    seen = (*(one for one in state.in_hand if one != ticket.id), ticket.id)
    printing = replace(state, page=Printing(ticket, attempt), in_hand=seen[-TICKETS_REMEMBERED:])
    return printing, (do.Print(ticket, state.lang, attempt),)


def refused(state: State, news: on.TicketRefused) -> Step:
    page = state.page
    if not isinstance(page, Taking) or page.order.intention != news.intention:
        return state, ()
    service = about(page.order, news.params)
    if news.code in HAS_ONE and news.params.get("number"):
        return turn_to(state, Duplicate(service, str(news.params["number"]))), ()
    order = page.order if news.code in TRY_AGAIN else None
    known = state.service(service)
    opens_at = known.opens_at if known else None
    return turn_to(state, Refused(service, news.code, news.params, opens_at, order)), (do.Refresh(state.lang),)


def about(order: Order, params: Mapping[str, object]) -> str:
    """The service a refusal is about; of several only the one it names, else ""."""
    return str(params.get("service", "")) if order.others else order.service


def reprint(state: State, _: on.Reprint) -> Step:
    page = state.page
    if isinstance(page, Unprinted):
        return _print(state, page.ticket, page.attempt + 1)
    if isinstance(page, Duplicate):
        return turn_to(state, Finding(page.service, page.number)), (do.CheckPrinter(), do.Find(page.number))
    return state, ()


def found(state: State, news: on.TicketFound) -> Step:
    if isinstance(state.page, Finding) and state.page.number == news.ticket.number:
        return _print(state, news.ticket, attempt=1)
    return state, ()


def not_found(state: State, news: on.TicketNotFound) -> Step:
    if isinstance(state.page, Finding) and state.page.number == news.number:
        return turn_to(state, Refused(state.page.service, news.code, news.params)), ()
    return state, ()


def printed(state: State, news: on.SlipPrinted) -> Step:
    page = state.page
    if isinstance(page, Printing) and (page.ticket.id, page.attempt) == (news.ticket_id, news.attempt):
        return replace(state, page=Result(page.ticket), trail=()), (do.ReportPrinted(news.ticket_id),)
    return state, (do.ReportPrinted(news.ticket_id),)


def not_printed(state: State, news: on.SlipFailed) -> Step:
    page = state.page
    if isinstance(page, Printing) and (page.ticket.id, page.attempt) == (news.ticket_id, news.attempt):
        return replace(state, page=Unprinted(page.ticket, news.code, page.attempt), trail=()), ()
    return state, ()


def claim(state: State, _: on.Claim) -> Step:
    if isinstance(state.page, Unprinted):
        return state.home(), (do.ReportPrinted(state.page.ticket.id), do.Refresh(state.defaults.lang))
    return state, ()
