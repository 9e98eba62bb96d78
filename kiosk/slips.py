"""What a visitor takes along on paper: the number first, then where, how long, and how to follow it on a phone."""

from __future__ import annotations

from collections import Counter
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
    then = _still_to_do(ticket, catalogue)
    if then:
        blocks.append(Text(t("Then: {list}", list=t(", ").join(then)), plain))
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
    """What the service needs; at a desk, which needs nothing itself, what the visitor came for."""
    services = {entry.id: entry for entry in catalogue.services}
    service = services.get(ticket.service)
    if service is None:
        return []
    later = (
        services[stop.service] for stop in ticket.stops if stop.state is StopState.OPEN and stop.service in services
    )
    needs = service.needs or tuple(dict.fromkeys(need for one in later for need in one.needs))
    lines = [t("Have ready: {list}", list=t(", ").join(needs))] if needs else []
    return [*lines, service.hint] if service.hint else lines


def _still_to_do(ticket: Ticket, catalogue: Catalogue) -> list[str]:
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


def _privileged(ticket: Ticket, catalogue: Catalogue) -> str:
    return next(
        (entry.name for entry in catalogue.priority_classes if entry.id == ticket.priority_class and entry.privileged),
        "",
    )


def _time(issued: datetime, catalogue: Catalogue) -> str:
    return f"{words.local(issued, catalogue.time_zone):%Y-%m-%d %H:%M}"
