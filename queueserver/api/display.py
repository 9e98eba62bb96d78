"""What a display asks: the truth now, and the facts since; and words for everybody."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from contract import bodies
from contract.events import EventPage
from queueserver.accounts.roles import EVERYBODY, STAFF
from queueserver.answers import Eyes
from queueserver.api.deps import LeanRoute, documented, house, json_response, read_body, submit, who
from queueserver.handlers import commands

router = APIRouter(prefix="/halls/{hall}", route_class=LeanRoute, tags=["display"])


@router.get("/snapshot", **documented(bodies.Snapshot))
async def snapshot(hall: str, request: Request) -> Response:
    """The truth as of its `seq`."""
    await who(request, hall, EVERYBODY)
    return json_response(await house(request).queries.snapshot(hall))


@router.get("/events", **documented(EventPage))
async def events(
    hall: str,
    request: Request,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 500,
) -> Response:
    """CloudEvents after a sequence number, in order."""
    await who(request, hall, EVERYBODY)
    return json_response(await house(request).queries.events(hall, after, limit))


@router.post("/announcements", **documented(None, bodies.Broadcast, 204))
async def broadcast(hall: str, request: Request) -> Response:
    """Words for the screens and loudspeakers of some zones, or of all."""
    await who(request, hall, STAFF)
    body = await read_body(request, bodies.Broadcast)
    expires_in = timedelta(seconds=body.expires_in_seconds)
    command = commands.Broadcast(body.text, body.lang, body.zones, body.urgent, expires_in)
    return await submit(request, hall, command, house(request).renderer.reply(204, Eyes.SCREEN))
