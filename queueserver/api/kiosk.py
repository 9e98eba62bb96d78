"""What a kiosk asks: the catalogue, a ticket, and what its holder may still do with it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from contract import bodies
from queueserver.accounts.roles import EVERYBODY, STAFF, TICKET_GIVERS
from queueserver.api.deps import LeanRoute, documented, eyes_of, house, json_response, read_body, submit, ticket_id, who
from queueserver.api.people import holder_of
from queueserver.domain.errors import DomainError
from queueserver.handlers import commands

router = APIRouter(prefix="/halls/{hall}", route_class=LeanRoute, tags=["kiosk"])


@router.post("/tickets", **documented(bodies.Ticket, bodies.TakeTicket, 201))
async def take_ticket(hall: str, request: Request) -> Response:
    """Give out the next number of a service's queue; past the desk of a two-level hall only at the staff's hands."""
    asker = await who(request, hall, TICKET_GIVERS)
    body = await read_body(request, bodies.TakeTicket)
    if body.channel is bodies.Channel.DESK and not asker.may(STAFF):
        raise DomainError("channel_not_yours", field="channel", channel=body.channel.value)
    command = commands.TakeTicket(
        service=body.service,
        channel=body.channel.value,
        lang=body.lang,
        priority_class=body.priority_class,
        holder=holder_of(request, body.document, body.phone),
        services=body.services,
        party=body.party,
    )
    return await submit(request, hall, command, house(request).renderer.reply(201, eyes_of(asker)))


@router.get("/catalogue", **documented(bodies.Catalogue))
async def catalogue(hall: str, request: Request, lang: str = "zh-CN") -> Response:
    """Everything the hall offers, in one language."""
    await who(request, hall, EVERYBODY)
    return json_response(await house(request).queries.catalogue(hall, lang[:16]))


@router.get("/tickets", **documented(bodies.Ticket))
async def find_ticket(hall: str, request: Request, number: str = "") -> Response:
    """Today's ticket of that number."""
    asker = await who(request, hall, TICKET_GIVERS)
    if not number.strip():
        raise DomainError("invalid_field", field="number")
    wanted = number.strip().upper()[:8] if number.strip().isalnum() else ""
    return json_response(await house(request).queries.find_ticket(hall, wanted, eyes_of(asker)))


@router.get("/tickets/{ticket}", **documented(bodies.Ticket))
async def ticket(hall: str, ticket: str, request: Request) -> Response:
    """One ticket, where it stands now."""
    asker = await who(request, hall, EVERYBODY)
    return json_response(await house(request).queries.ticket(hall, ticket_id(ticket), eyes_of(asker)))


@router.post("/tickets/{ticket}/printed", **documented(bodies.Ticket, bodies.Empty))
async def printed(hall: str, ticket: str, request: Request) -> Response:
    """The slip is on paper."""
    asker = await who(request, hall, TICKET_GIVERS)
    await read_body(request, bodies.Empty)
    render = house(request).renderer.reply(200, eyes_of(asker))
    return await submit(request, hall, commands.MarkPrinted(ticket_id(ticket)), render)


@router.post("/tickets/{ticket}/cancel", **documented(bodies.Ticket, bodies.Cancel))
async def cancel(hall: str, ticket: str, request: Request) -> Response:
    """The visitor gives the ticket back, or was seen leaving."""
    asker = await who(request, hall, TICKET_GIVERS)
    body = await read_body(request, bodies.Cancel)
    command = commands.Cancel(ticket_id(ticket), body.walkout, body.reason)
    return await submit(request, hall, command, house(request).renderer.reply(200, eyes_of(asker)))


@router.post("/tickets/{ticket}/stops", **documented(bodies.Ticket, bodies.Stops))
async def add_stops(hall: str, ticket: str, request: Request) -> Response:
    """More services for a visit that goes on."""
    asker = await who(request, hall, TICKET_GIVERS)
    body = await read_body(request, bodies.Stops)
    command = commands.AddStops(ticket_id(ticket), body.services)
    return await submit(request, hall, command, house(request).renderer.reply(200, eyes_of(asker)))


@router.post("/tickets/{ticket}/stops/drop", **documented(bodies.Ticket, bodies.Stops))
async def drop_stops(hall: str, ticket: str, request: Request) -> Response:
    """Services the visitor no longer wants; the answer is the next leg when the visitor waited for one of them."""
    asker = await who(request, hall, TICKET_GIVERS)
    body = await read_body(request, bodies.Stops)
    command = commands.DropStops(ticket_id(ticket), body.services)
    return await submit(request, hall, command, house(request).renderer.reply(200, eyes_of(asker)))


@router.post("/tickets/{ticket}/postpone", **documented(bodies.Ticket, bodies.Postpone))
async def postpone(hall: str, ticket: str, request: Request) -> Response:
    """The visitor lets others go first."""
    asker = await who(request, hall, TICKET_GIVERS)
    body = await read_body(request, bodies.Postpone)
    command = commands.Postpone(ticket_id(ticket), body.places)
    return await submit(request, hall, command, house(request).renderer.reply(200, eyes_of(asker)))
