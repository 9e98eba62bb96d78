"""Facts become sentences here, for the screen and for the slip alike, in the visitor's language."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import accumulate
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contract.bodies import Catalogue, Estimate, ServiceEntry, ServiceState, StopState, Ticket, ZoneEntry
from contract.errors import REFUSALS
from i18n.translator import Translator
from kiosk.state import State

LANGUAGE_NAMES: Final[Mapping[str, str]] = {"zh-CN": "中文", "zh": "中文", "en": "English"}
"""A language is named in itself, so that whoever needs it can read it."""

MOST_MINUTES: Final = 120
"""Beyond this a wait is said in hours."""

LONGEST_AGAIN: Final = 40
"""Latin letters' worth of a name that was read in full before; a Chinese character takes the room of two."""

_PRINTER: Final[Mapping[str, str]] = {
    "paper_out": "The printer is out of paper.",
    "cover_open": "The printer's cover is open.",
    "printer_offline": "The printer does not answer.",
    "not_connected": "The printer does not answer.",
    "not_confirmed": "The printer did not confirm your slip.",
}
_DOCUMENT: Final[Mapping[str, str]] = {
    "too_short": "The number is not complete yet.",
    "check_digit": "One digit must be wrong. Please compare the number with your card.",
    "birth_date": "The birth date in the number is not a date. Please compare it with your card.",
    "code_short": "The booking code has 7 letters and digits.",
    "no_booking": "This is not the code of a booking. Please type your booking code.",
    "unreadable": "The card could not be read. Please place it again, or type the number.",
}
_FLOOR: Final = re.compile(r"(^|\s)([BL]?\d{1,2}F|F\d{1,2})($|\s)")
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def ahead(t: Translator, count: int) -> str:
    """How many are before you, in a full sentence."""
    if count <= 0:
        return t("Nobody is ahead of you")
    return t.plural("{n} person ahead of you", "{n} people ahead of you", count)


def waiting(t: Translator, count: int) -> str:
    """How many wait, in a word or two for a tile."""
    return t("Nobody waiting") if count <= 0 else t.plural("{n} waiting", "{n} waiting", count)


def minutes(t: Translator, estimate: Estimate | None) -> str:
    """The range of the wait; "" when the server dares none."""
    if estimate is None:
        return ""
    low, high = estimate.low_minutes, estimate.high_minutes
    if high <= 1:
        return t("Hardly any wait")
    if high > MOST_MINUTES:
        return t("about {low} to {high} hours", low=max(1, low // 60), high=-(-high // 60))
    if low >= high:
        return t("about {minutes} min", minutes=high)
    return t("about {low} to {high} min", low=low, high=high)


def closing(t: Translator, estimate: Estimate | None) -> str:
    """That it may close before the turn comes; "" when there is time enough."""
    if estimate is None or not estimate.beyond_closing:
        return ""
    return t("You may not be served today: your turn is likely to come after closing.")


def booked(t: Translator, ticket: Ticket, zone: str) -> str:
    """An appointment's time on the hall's clock, and what it means; "" for any other ticket."""
    if ticket.booked_for is None:
        return ""
    clock = f"{local(ticket.booked_for, zone):%H:%M}"
    if ticket.not_before is not None:
        return t("Booked, called from {time}", time=clock)
    return t("Booked for {time}", time=clock)


def where(t: Translator, zone: ZoneEntry | None) -> str:
    """Where to wait: the area, and its floor."""
    if zone is None:
        return ""
    floor = zone.floor.strip()
    floor = floor.rstrip("Ff") if floor[:1].isdigit() else floor
    if not floor or _says_floor(zone.name):
        return zone.name
    return t("{area}, floor {floor}", area=zone.name, floor=floor)


def _says_floor(name: str) -> bool:
    return any(word in name.casefold() for word in ("楼", "层", "floor")) or bool(_FLOOR.search(name))


def windows(t: Translator, labels: tuple[str, ...]) -> str:
    """The windows that may call, at most six of them named."""
    if not labels:
        return ""
    named = t(", ").join(labels[:6]) + ("…" if len(labels) > 6 else "")
    return t("Window {windows}", windows=named) if len(labels) == 1 else t("Windows {windows}", windows=named)


def opens(t: Translator, at: datetime | None, now: datetime, zone: str) -> str:
    """When it opens again, on the hall's own clock; "" when nobody knows."""
    if at is None:
        return ""
    opening, today = local(at, zone), local(now, zone).date()
    clock = f"{opening:%H:%M}"
    days = (opening.date() - today).days
    if days <= 0:
        return t("Opens at {time}", time=clock)
    if days == 1:
        return t("Opens tomorrow at {time}", time=clock)
    if days < 7:
        return t("Opens on {day} at {time}", day=t(_WEEKDAYS[opening.weekday()]), time=clock)
    return t("Opens on {month}/{day} at {time}", month=opening.month, day=opening.day, time=clock)


def local(moment: datetime, zone: str) -> datetime:
    """A moment on the hall's wall clock; a zone this machine does not know leaves it as it is."""
    try:
        return moment.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        return moment


def service_state(t: Translator, state: ServiceState) -> str:
    """One word for a tile; an open service needs none."""
    return {ServiceState.CLOSED: t("Closed now"), ServiceState.FULL: t("Full today")}.get(state, "")


def refusal(t: Translator, code: str, params: Mapping[str, object]) -> str:
    """The sentence for a refusal's code; an unknown code still says something a person understands."""
    known = REFUSALS.get(code)
    if known is None:
        return t("This cannot be done now. Please ask at the service desk.")
    spoken = {name: t(value) if name == "state" and isinstance(value, str) else value for name, value in params.items()}
    return t(known.sentence, **spoken)


def printer(t: Translator, code: str) -> str:
    """What is wrong with the printer."""
    return t(_PRINTER.get(code, "The printer has a fault."))


def document_problem(t: Translator, code: str) -> str:
    """What is wrong with a document or its number; "" for no problem."""
    return t(_DOCUMENT[code]) if code in _DOCUMENT else ""


def needs(services: Iterable[ServiceEntry]) -> list[str]:
    """What to bring for all of these, each thing once."""
    return list(dict.fromkeys(need for service in services for need in service.needs))


def shortened(name: str) -> str:
    """The name as it is recognised again in a list of what was chosen just now."""
    widths = list(accumulate(1 if sign.isascii() else 2 for sign in name))
    if not widths or widths[-1] <= LONGEST_AGAIN:
        return name
    return f"{name[: bisect_left(widths, LONGEST_AGAIN - 1)].rstrip()}…"


def question(t: Translator, services: int) -> str:
    """What is asked before the number is taken."""
    if services < 2:
        return t("Is this right?")
    return t.plural("{n} service on one number. Is this right?", "{n} services on one number. Is this right?", services)


def chosen(t: Translator, state: State) -> str:
    """How many services are in the basket, and which."""
    found = [state.service(one) for one in state.basket.services]
    names = t(", ").join(shortened(service.name) for service in found if service is not None)
    return t.plural("{n} service chosen: {list}", "{n} services chosen: {list}", len(found), list=names)


def still_to_do(ticket: Ticket, catalogue: Catalogue) -> list[str]:
    """The stops after this one, in the order asked for; a step of a linked service by the name of its queue."""
    services = {entry.id: entry for entry in catalogue.services}
    steps: Counter[str] = Counter()
    names = []
    for stop in ticket.stops:
        service, step = services.get(stop.service), steps[stop.service]
        steps[stop.service] += 1
        if stop.state is not StopState.OPEN:
            continue
        if service is None:
            names.append(stop.service)
        else:
            names.append(service.steps[step] if step < len(service.steps) else service.name)
    return names


def goes_on(t: Translator, ticket: Ticket) -> str:
    """That no further number is needed; "" when there is nothing more to do after this."""
    to_come = {stop.service for stop in ticket.stops if stop.state is StopState.OPEN}
    if not to_come:
        return ""
    if to_come == {ticket.service}:
        return t("The next steps follow with the same number.")
    return t("Your other matters follow with the same number.")


def onward(t: Translator, ticket: Ticket, catalogue: Catalogue) -> str:
    """On the screen: what follows, and that it does so with the same number; "" when nothing does."""
    then = [shortened(name) for name in still_to_do(ticket, catalogue)]
    return "\n".join((t("Then: {list}", list=t(", ").join(then)), goes_on(t, ticket))) if then else ""


def language_name(lang: str) -> str:
    return LANGUAGE_NAMES.get(lang, lang)


def zone_of(catalogue: Catalogue | None, zone_id: str) -> ZoneEntry | None:
    zones = catalogue.zones if catalogue else ()
    return next((zone for zone in zones if zone.id == zone_id), None)
