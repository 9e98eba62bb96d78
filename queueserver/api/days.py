"""What managers ask about a day: closures, its end and reopening, voiding tickets; and what became of whom."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Request, Response

from contract import bodies, days
from queueserver.accounts.directory import Who
from queueserver.accounts.roles import OVERSEERS
from queueserver.api.deps import LeanRoute, documented, house, json_response, read_body, submit, ticket_id, who
from queueserver.dayreports import closure_body, report_body
from queueserver.domain.errors import DomainError
from queueserver.handlers import commands
from queueserver.ports import Answer, Report
from queueserver.store.batch import Reply

router = APIRouter(prefix="/halls/{hall}", route_class=LeanRoute, tags=["days"])


@router.post("/closures", **documented(days.HitReport, days.MakeClosure))
async def make_closure(hall: str, request: Request) -> Response:
    """Close, or open, queues for some hours of a day, or take windows out of use; first whom it hits."""
    asker = await _overseer(request, hall)
    body = await read_body(request, days.MakeClosure)
    if body.windows:
        return await submit(request, hall, _of_windows(asker, body), _reported)
    command = commands.MakeClosure(
        by=asker.actor,
        queues=body.queues,
        day=body.date,
        start=_minute(body.start),
        end=_minute(body.end),
        opens=body.opens,
        reason=body.reason,
        void_waiting=body.void_waiting,
        notice=tuple(body.notice.items()),
        dry_run=body.dry_run,
    )
    return await submit(request, hall, command, _reported)


@router.get("/closures", **documented(days.Closures))
async def closures(hall: str, request: Request) -> Response:
    """What holds today and later."""
    await _overseer(request, hall)
    held = await house(request).queries.closures(hall)
    return json_response(days.Closures(closures=tuple(closure_body(one) for one in held)))


@router.post("/closures/{closure}/end", **documented(days.HitReport, bodies.Empty))
async def end_closure(hall: str, closure: str, request: Request) -> Response:
    """The hours are again what they would be without it."""
    asker = await _overseer(request, hall)
    await read_body(request, bodies.Empty)
    return await submit(request, hall, commands.EndClosure(asker.actor, _closure_id(closure)), _reported)


@router.post("/day/close", **documented(days.HitReport, days.CloseDay))
async def close_day(hall: str, request: Request) -> Response:
    """End the business day before its boundary; first what becomes of each open ticket."""
    asker = await _overseer(request, hall)
    body = await read_body(request, days.CloseDay)
    command = commands.CloseDay(asker.actor, body.reason, tuple(body.notice.items()), body.dry_run)
    return await submit(request, hall, command, _reported)


@router.post("/day/reopen", **documented(days.HitReport, bodies.Empty))
async def reopen_day(hall: str, request: Request) -> Response:
    """Take the day's end back; the tickets it ended stand where they stood."""
    asker = await _overseer(request, hall)
    await read_body(request, bodies.Empty)
    return await submit(request, hall, commands.ReopenDay(asker.actor), _reported)


@router.get("/days/{day}", **documented(days.DayView))
async def day(hall: str, day: str, request: Request) -> Response:
    """How a business day ended, and what happened to each ticket that was still open."""
    await _overseer(request, hall)
    try:
        wanted = date.fromisoformat(day)
    except ValueError:
        raise DomainError("invalid_field", field="day") from None
    return json_response(await house(request).queries.day(hall, wanted))


@router.post("/tickets/void", **documented(days.HitReport, days.VoidTickets))
async def void_tickets(hall: str, request: Request) -> Response:
    """End many tickets at once, each with its own fact, all in one commit."""
    asker = await _overseer(request, hall)
    body = await read_body(request, days.VoidTickets)
    command = commands.VoidTickets(
        by=asker.actor,
        queues=body.queues,
        zone=body.zone,
        numbers=body.numbers,
        reason=body.reason,
        notice=tuple(body.notice.items()),
        dry_run=body.dry_run,
    )
    return await submit(request, hall, command, _reported)


def _of_windows(asker: Who, body: days.MakeClosure) -> commands.CloseWindows:
    """Raises invalid_field for what can only be meant of queues."""
    for field, given in (("queues", body.queues), ("opens", body.opens), ("void_waiting", body.void_waiting)):
        if given:
            raise DomainError("invalid_field", field=field)
    return commands.CloseWindows(
        by=asker.actor,
        windows=body.windows,
        day=body.date,
        start=_minute(body.start),
        end=_minute(body.end),
        reason=body.reason,
        notice=tuple(body.notice.items()),
        dry_run=body.dry_run,
    )


async def _overseer(request: Request, hall: str) -> Who:
    return await who(request, hall, OVERSEERS)


def _reported(answer: Answer) -> Reply:
    if not isinstance(answer, Report):
        raise TypeError(answer)
    return Reply(200, report_body(answer).model_dump_json().encode())


def _minute(clock_time: str | None) -> int | None:
    return None if clock_time is None else int(clock_time[:2]) * 60 + int(clock_time[3:])


def _closure_id(text: str) -> str:
    try:
        return ticket_id(text)
    except DomainError:
        raise DomainError("unknown_closure") from None
