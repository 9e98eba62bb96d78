"""The hall's time beside the machine's: whether it is believed, and a person's word that it is right."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from fastapi import APIRouter, Request, Response

from contract import days
from queueserver.accounts.roles import OVERSEERS
from queueserver.api.deps import LeanRoute, documented, house, json_response, key_of, read_body, who
from queueserver.domain.errors import DomainError
from queueserver.steadyclock import Judgement

log = logging.getLogger(__name__)

router = APIRouter(prefix="/halls/{hall}/clock", route_class=LeanRoute, tags=["days"])

MAY_DIFFER: Final = timedelta(minutes=5)
"""A person reads a clock on the wall, and types."""
STANDS_STILL: Final = timedelta(minutes=1)


@router.get("", **documented(days.HallClock))
async def clock(hall: str, request: Request) -> Response:
    """The time that holds here, and the machine's."""
    await who(request, hall, OVERSEERS)
    return json_response(await _view(request, hall))


@router.post("/confirm", **documented(days.HallClock, days.ConfirmClock))
async def confirm(hall: str, request: Request) -> Response:
    """The machine is right, although it jumped; a repetition finds nothing left to do."""
    asker = await who(request, hall, OVERSEERS)
    key_of(request)
    body = await read_body(request, days.ConfirmClock)
    judged = house(request).judge.judgement()
    if body.time.tzinfo is None:
        raise DomainError("invalid_field", field="time")
    if abs(body.time.astimezone(UTC) - judged.machine) > MAY_DIFFER:
        now = await _view(request, hall)
        raise DomainError("clock_differs", time=now.machine.isoformat(sep=" ", timespec="minutes"))
    if judged.doubted:
        log.warning("%s of hall %s says that the machine's clock is right: %s", asker.actor.id, hall, judged.machine)
        house(request).judge.believe()
        await house(request).writer.tick(hall)
    return json_response(await _view(request, hall))


async def _view(request: Request, hall: str) -> days.HallClock:
    judged = house(request).judge.judgement()
    at, business_day, zone = await house(request).queries.time_of(hall)
    told = max(judged.told, at)
    return days.HallClock(
        time=told.astimezone(zone),
        machine=judged.machine.astimezone(zone),
        state=_state(judged, at),
        business_day=business_day,
    )


def _state(judged: Judgement, at: datetime) -> Literal["ok", "doubted", "held", "behind"]:
    if judged.doubted:
        return "held" if judged.held else "doubted"
    return "behind" if at - judged.told > STANDS_STILL else "ok"
