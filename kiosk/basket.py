"""Several matters on one number: set aside while one more is looked for, taken off, never lost by a refusal.

The newest service is the one on the page Confirm; those before it are in the basket. Whoever comes back to a service's
question takes it out of the basket again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from kiosk import effects as do
from kiosk import inputs as on
from kiosk import wayfinding
from kiosk.state import Basket, Confirm, Departments, Duplicate, Refused, Search, Services, State
from kiosk.wayfinding import Step, first_choice, go, turn_to

MOST: Final = 4
"""Services the kiosk puts on one number: so many are read at a glance, in large type too."""


def wanted(state: State) -> tuple[str, ...]:
    """All services of this visit in the order asked for, as long as the page shows that it knows them."""
    newest = (state.page.service,) if isinstance(state.page, Confirm) else ()
    return (*state.basket.services, *newest)


def party_limit(state: State) -> int:
    """How many may come together for everything that is wanted; 1 = it is not asked."""
    found = (state.service(one) for one in wanted(state))
    return min((service.party_limit for service in found if service is not None), default=1)


def party(state: State) -> int:
    """How many come together, as far as the services allow it."""
    return min(state.page.party, party_limit(state)) if isinstance(state.page, Confirm) else 1


def may_add(state: State) -> bool:
    """Whether there is room for one more service, and one to choose."""
    chosen, catalogue = wanted(state), state.catalogue
    others = catalogue is not None and any(service.id not in chosen for service in catalogue.services)
    return isinstance(state.page, Confirm) and len(chosen) < MOST and others


def change_party(state: State, touch: on.ChangeParty) -> Step:
    if not isinstance(state.page, Confirm):
        return state, ()
    people = max(1, min(party_limit(state), party(state) + touch.by))
    return turn_to(state, replace(state.page, party=people)), ()


def add_another(state: State, _: on.AddAnother) -> Step:
    if not may_add(state) or state.catalogue is None:
        return state, ()
    return go(set_aside(state), first_choice(state.catalogue)), (do.Refresh(state.lang),)


def set_aside(state: State) -> State:
    """All that is wanted is in the basket."""
    page = state.page
    return (
        replace(state, basket=Basket(wanted(state), page.priority, page.party)) if isinstance(page, Confirm) else state
    )


def show_basket(state: State, _: on.ShowBasket) -> Step:
    pages = (Departments, Services, Search, Refused, Duplicate)
    if state.basket.services and isinstance(state.page, pages):
        return reopen(state), ()
    return state, ()


def choose_service(state: State, touch: on.ChooseService) -> Step:
    """One that is in the basket already leads there."""
    if touch.service in state.basket.services:
        return show_basket(state, on.ShowBasket())
    return wayfinding.choose_service(state, touch)


def remove(state: State, touch: on.RemoveService) -> Step:
    page, chosen = state.page, wanted(state)
    if not isinstance(page, Confirm) or touch.service not in chosen or len(chosen) < 2:
        return state, ()
    if touch.service == page.service:
        return reopen(_left_out(set_aside(state), touch.service)), ()
    return _left_out(state, touch.service), ()


def go_without(state: State, _: on.GoWithout) -> Step:
    page = state.page
    if not isinstance(page, Refused | Duplicate) or not can_go_without(state):
        return state, ()
    return reopen(_left_out(state, page.service)), (do.Refresh(state.lang),)


def can_go_without(state: State) -> bool:
    """Whether something is left to do when the service that the refusal is about is left out."""
    page, chosen = state.page, state.basket.services
    return isinstance(page, Refused | Duplicate) and page.service in chosen and len(chosen) > 1


def back(state: State, touch: on.Back) -> Step:
    """One page back; what was said about the visitor on the way stays said."""
    after, effects = wayfinding.back(state, touch)
    basket, page = after.basket, after.page
    if not basket.services:
        return after, effects
    if isinstance(state.page, Confirm):
        basket = replace(basket, priority=state.page.priority, party=state.page.party)
    if isinstance(page, Confirm) and page.service in basket.services:
        page = Confirm(page.service, basket.priority, basket.party)
        basket = replace(basket, services=tuple(one for one in basket.services if one != page.service))
    return replace(after, basket=basket, page=page), effects


def reopen(state: State) -> State:
    """At the question again with all that is in the basket, as if nothing had been looked for since."""
    basket = state.basket
    *others, newest = basket.services
    asked = [place for place, page in enumerate(state.trail) if isinstance(page, Confirm)]
    return replace(
        state,
        page=Confirm(newest, basket.priority, basket.party),
        trail=state.trail[: asked[-1]] if asked else (),
        basket=replace(basket, services=tuple(others)),
    )


def _left_out(state: State, service: str) -> State:
    """Without this service: the way back does not lead to its question either."""
    basket = replace(state.basket, services=tuple(one for one in state.basket.services if one != service))
    trail = tuple(page for page in state.trail if not isinstance(page, Confirm) or page.service != service)
    return replace(state, basket=basket, trail=trail)
