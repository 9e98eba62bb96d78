"""What a visitor takes along on paper: the number first, then where, how long, and how to follow it on a phone."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from contract.bodies import Catalogue, StopState, Ticket
from hardware.slip import Block, QrCode, Rule, Slip, Text
from i18n.translator import Translator
from kiosk import words

PRINTABLE_MM: Final = {80: 72.0, 58: 48.0}
"""Printed width by paper width, millimetres: 576 and 384 dots at 203 dpi."""

SMALL_MM: Final = 2.8
"""As the caption of the code: four sizes of type on a slip are enough, and each costs the kiosk a font in memory."""


def slip(ticket: Ticket, catalogue: Catalogue, t: Translator, *, paper_width_mm: int = 80) -> Slip:
    """The slip for `ticket` in the language of `catalogue` and `t`; the number is a quarter of the width high."""
    wide = paper_width_mm >= 80
    printable = PRINTABLE_MM[80 if wide else 58]
    strong, plain = (4.4, 3.6) if wide else (3.8, 3.2)
    service = next((entry for entry in catalogue.services if entry.id == ticket.service), None)
    department = next((entry for entry in catalogue.departments if service and entry.id == service.department), None)
    blocks: list[Block] = [
        Text(catalogue.name, strong, bold=True),
        Text(ticket.number, printable / 4, bold=True),
        Text(service.name if service else ticket.service, strong, bold=True),
    ]
    if department and service and department.name != service.name:
        blocks.append(Text(department.name, plain))
    then = words.still_to_do(ticket, catalogue)
    if then:
        blocks.append(Text(t("Then: {list}", list=t(", ").join(then)), plain, bold=True))
        blocks.append(Text(words.goes_on(t, ticket), plain))
    if ticket.party > 1:
        blocks.append(Text(t.plural("{n} person", "{n} people", ticket.party), strong, bold=True))
    privileged = _privileged(ticket, catalogue)
    if privileged:
        blocks.append(Text(privileged, strong, bold=True))
    blocks.append(Rule())
    booked = words.booked(t, ticket, catalogue.time_zone)
    if booked:
        blocks.append(Text(booked, strong, bold=True))
    blocks += [Text(line, plain) for line in _line_facts(ticket, t)]
    if closing := words.closing(t, ticket.estimate):
        blocks.append(Text(closing, plain, bold=True))
    blocks += [Text(line, strong, bold=True) for line in _places(ticket, catalogue, t)]
    blocks += [Text(line, plain) for line in _to_bring(ticket, catalogue, t)]
    blocks.append(Rule())
    if ticket.visitor_url:
        blocks.append(QrCode(ticket.visitor_url, t("Scan to follow your number"), 26.0 if wide else 24.0))
    advice = catalogue.slip_advice or t("Please wait in your area and listen for your number.")
    blocks += [Text(advice, plain), Text(_time(ticket.issued_at, catalogue), SMALL_MM)]
    return Slip(ticket.number, tuple(blocks))


def _line_facts(ticket: Ticket, t: Translator) -> list[str]:
    facts = [words.ahead(t, ticket.ahead)]
    range_ = words.minutes(t, ticket.estimate)
    if range_ and ticket.ahead > 0:
        facts.append(t("Expected wait: {range}", range=range_))
    return facts


def _places(ticket: Ticket, catalogue: Catalogue, t: Translator) -> list[str]:
    service = next((entry for entry in catalogue.services if entry.id == ticket.service), None)
    zone = words.where(t, words.zone_of(catalogue, ticket.zone))
    places = [t("Please wait here: {place}", place=zone)] if zone else []
    labels = words.windows(t, service.windows) if service else ""
    return [*places, labels] if labels else places


def _to_bring(ticket: Ticket, catalogue: Catalogue, t: Translator) -> list[str]:
    """For everything on this number; advice about a later service names it."""
    known = {entry.id: entry for entry in catalogue.services}
    ids = dict.fromkeys((ticket.service, *(stop.service for stop in ticket.stops if stop.state is StopState.OPEN)))
    services = [known[one] for one in ids if one in known]
    needs = words.needs(services)
    lines = [t("Have ready: {list}", list=t(", ").join(needs))] if needs else []
    for service in services:
        if service.hint:
            own = service.id == ticket.service
            lines.append(service.hint if own else t("{service}: {advice}", service=service.name, advice=service.hint))
    return lines


def _privileged(ticket: Ticket, catalogue: Catalogue) -> str:
    return next(
        (entry.name for entry in catalogue.priority_classes if entry.id == ticket.priority_class and entry.privileged),
        "",
    )


def _time(issued: datetime, catalogue: Catalogue) -> str:
    return f"{words.local(issued, catalogue.time_zone):%Y-%m-%d %H:%M}"
