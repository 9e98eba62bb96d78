"""Bookable times, appointments and their check-in, and bookings made elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date as day_type

from fastapi import APIRouter, Request, Response

from contract import appointments as bodies
from contract.bodies import Channel, Ticket
from contract.days import AppointmentsHit
from queueserver.accounts.directory import Who
from queueserver.accounts.roles import (
    BOOKERS,
    EVERYBODY,
    IMPORTERS,
    OVERSEERS,
    STAFF,
    TICKET_GIVERS,
    channels,
    own_channel,
)
from queueserver.answers import Eyes
from queueserver.api.deps import (
    CONFIG_LIMIT,
    LeanRoute,
    documented,
    eyes_of,
    house,
    json_response,
    read_body,
    submit,
    who,
)
from queueserver.api.people import booker_of
from queueserver.bookingview import MOST_DAYS
from queueserver.domain.errors import DomainError
from queueserver.handlers import bookings

router = APIRouter(prefix="/halls/{hall}", route_class=LeanRoute, tags=["appointments"])


@router.get("/slots", **documented(bodies.Slots))
async def slots(
    hall: str, request: Request, service: str = "", date: str = "", days: str = "1", channel: str = "api"
) -> Response:
    """The bookable times of a service: one day with its times, or an overview of several days."""
    await who(request, hall, EVERYBODY)
    if not days.isdecimal() or not 1 <= int(days[:4]) <= MOST_DAYS:
        raise DomainError("invalid_field", field="days")
    if channel not in tuple(Channel):
        raise DomainError("invalid_field", field="channel")
    answer = await house(request).queries.slots(hall, service[:48], _date(date), int(days), Channel(channel))
    return json_response(answer)


@router.post("/appointments", **documented(bodies.Appointment, bodies.Book, 201))
async def book(hall: str, request: Request) -> Response:
    """Book a time, or hold it as a draft."""
    asker = await who(request, hall, BOOKERS)
    body = await read_body(request, bodies.Book)
    channel = body.channel or Channel(own_channel(asker.actor.roles))
    _must_be_theirs(asker, (channel,))
    command = bookings.Book(
        service=body.service,
        start=body.start,
        channel=channel.value,
        lang=body.lang,
        holder=booker_of(request, body.document, body.phone, body.name),
        draft=body.draft,
    )
    return await submit(request, hall, command, house(request).renderer.reply(201, _eyes(asker)))


@router.get("/appointments", **documented(bodies.Appointment))
async def find(hall: str, request: Request, code: str = "") -> Response:
    """The appointment with this booking code."""
    asker = await who(request, hall, BOOKERS)
    return json_response(await house(request).queries.appointment_coded(hall, code[:20], _eyes(asker)))


@router.post("/appointments/import", **documented(bodies.ImportReport, bodies.ImportAppointments))
async def bring(hall: str, request: Request) -> Response:
    """Bookings made elsewhere, each known by its reference; a dry run only says what would become of them."""
    asker = await who(request, hall, IMPORTERS)
    body = await read_body(request, bodies.ImportAppointments, CONFIG_LIMIT)
    if not asker.may(OVERSEERS):
        _must_be_theirs(asker, [one.channel for one in body.bookings])
    rows = tuple(
        bookings.ImportRow(
            reference=one.reference,
            service=one.service,
            start=one.start,
            channel=one.channel.value,
            lang=one.lang,
            holder=booker_of(request, one.document, one.phone, one.name),
            cancelled=one.cancelled,
        )
        for one in body.bookings
    )
    command = bookings.ImportAppointments(body.source, rows, body.dry_run, body.exceed)
    return await submit(request, hall, command, house(request).renderer.reply(200, _eyes(asker)))


@router.get("/appointments/hit", **documented(AppointmentsHit))
async def hit(hall: str, request: Request) -> Response:
    """Appointments still to come that cannot be kept as things stand: to be moved or cancelled."""
    await who(request, hall, STAFF)
    return json_response(AppointmentsHit(appointments=await house(request).queries.appointments_hit(hall)))


@router.get("/appointments/{appointment}", **documented(bodies.Appointment))
async def one(hall: str, appointment: str, request: Request) -> Response:
    """One appointment as it is now."""
    asker = await who(request, hall, BOOKERS)
    return json_response(await house(request).queries.appointment(hall, _id(appointment), _eyes(asker)))


@router.post("/appointments/{appointment}/confirm", **documented(bodies.Appointment, bodies.Confirm))
async def confirm(hall: str, appointment: str, request: Request) -> Response:
    """A draft becomes a booking."""
    asker = await who(request, hall, BOOKERS)
    body = await read_body(request, bodies.Confirm)
    holder = booker_of(request, body.document, body.phone, body.name)
    command = bookings.ConfirmAppointment(_id(appointment), holder)
    return await submit(request, hall, command, house(request).renderer.reply(200, _eyes(asker)))


@router.post("/appointments/{appointment}/move", **documented(bodies.Appointment, bodies.Move))
async def move(hall: str, appointment: str, request: Request) -> Response:
    """To another time of the same service."""
    asker = await who(request, hall, BOOKERS)
    body = await read_body(request, bodies.Move)
    command = bookings.MoveAppointment(_id(appointment), body.start, by_staff=asker.may(STAFF))
    return await submit(request, hall, command, house(request).renderer.reply(200, _eyes(asker)))


@router.post("/appointments/{appointment}/cancel", **documented(bodies.Appointment, bodies.CancelAppointment))
async def cancel(hall: str, appointment: str, request: Request) -> Response:
    """Given back; staff may do so at any time."""
    asker = await who(request, hall, BOOKERS)
    body = await read_body(request, bodies.CancelAppointment)
    command = bookings.CancelAppointment(_id(appointment), body.reason, by_staff=asker.may(STAFF))
    return await submit(request, hall, command, house(request).renderer.reply(200, _eyes(asker)))


@router.post("/check-ins", **documented(Ticket, bodies.CheckIn, 201))
async def check_in(hall: str, request: Request) -> Response:
    """An appointment's holder is here: a ticket that keeps the booked time."""
    asker = await who(request, hall, TICKET_GIVERS)
    body = await read_body(request, bodies.CheckIn)
    if [body.code, body.document, body.appointment].count(None) != 2:
        raise DomainError("invalid_field", field="code")
    command = bookings.CheckIn(
        channel=body.channel.value,
        appointment=body.appointment or "",
        code=body.code or "",
        holder=house(request).documents.hash(body.document.kind, body.document.number) if body.document else "",
        lang=body.lang,
        priority_class=body.priority_class,
    )
    return await submit(request, hall, command, house(request).renderer.reply(201, eyes_of(asker)))


def _must_be_theirs(asker: Who, used: Iterable[Channel]) -> None:
    """Raise channel_not_yours for a channel that is another's; whoever oversees the hall may bring in any list."""
    allowed = channels(asker.actor.roles)
    for channel in used:
        if channel.value not in allowed:
            raise DomainError("channel_not_yours", field="channel", channel=channel.value)


def _eyes(asker: Who) -> Eyes:
    """Whoever may book sees the code; the person only staff see."""
    return Eyes.STAFF if asker.may(STAFF) else Eyes.GIVER


def _id(text: str) -> str:
    if not text.isalnum() or not text.isascii() or len(text) > 26:
        raise DomainError("unknown_appointment")
    return text


def _date(text: str) -> day_type | None:
    if not text:
        return None
    try:
        return day_type.fromisoformat(text)
    except ValueError:
        raise DomainError("invalid_field", field="date") from None
