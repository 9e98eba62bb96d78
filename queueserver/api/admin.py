"""Signing in, enrolling devices, and putting a configuration in force."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from contract import bodies
from contract.config import HallConfig
from contract.days import AppointmentHit
from queueserver.accounts.roles import MANAGERS
from queueserver.api.deps import (
    CONFIG_LIMIT,
    bearer_of,
    documented,
    house,
    json_response,
    key_of,
    read_body,
    who,
)
from queueserver.domain.errors import DomainError
from queueserver.hallfile import Severity, findings_in

router = APIRouter(tags=["admin"])


class PublishConfig(BaseModel):
    """POST /halls/{hall}/config/publish; `expected_version` guards against somebody else's change meanwhile.

    `dry_run`: only say what would come of it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    config: HallConfig
    note: str = Field(default="", max_length=500)
    expected_version: int | None = None
    dry_run: bool = False


class ConfigVersion(BaseModel):
    """The configuration in force, or the one that would be.

    Of publishing: `appointments` still to come that cannot be kept under it, by time; they stay until somebody moves or
    cancels them, and are also at GET .../appointments/hit.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int
    config: HallConfig
    dry_run: bool = False
    appointments: tuple[AppointmentHit, ...] = ()


@router.post("/auth/login", **documented(bodies.Token, bodies.Login))
async def login(request: Request) -> Response:
    """A person's bearer token for half a day."""
    body = await read_body(request, bodies.Login)
    session = await house(request).directory.sign_in(body.user, body.password)
    actor = session.who.actor
    return json_response(
        bodies.Token(
            token=session.token,
            user=actor.id,
            name=actor.name,
            roles=tuple(sorted(actor.roles)),
            hall=session.who.hall,
            expires_at=session.expires_at,
        )
    )


@router.post("/auth/logout", **documented(None, status=204))
async def logout(request: Request) -> Response:
    """The token is worth nothing from now on."""
    await house(request).directory.sign_out(bearer_of(request))
    return Response(status_code=204)


@router.post("/devices/enrol", **documented(bodies.DeviceCredentials, bodies.Enrol))
async def enrol(request: Request) -> Response:
    """A one-time code becomes the device's own credentials; a repetition with the same key gets the same."""
    key = key_of(request)
    body = await read_body(request, bodies.Enrol)
    address = request.client.host if request.client else ""
    bearer, device = await house(request).directory.enrol(body.code, body.device, key, address)
    host, port = house(request).broker_for_devices()
    return json_response(
        bodies.DeviceCredentials(
            device=device.actor.id,
            hall=device.hall,
            token=bearer,
            mqtt_host=host or request.url.hostname or "127.0.0.1",
            mqtt_port=port,
            mqtt_user=device.actor.id,
        )
    )


@router.get("/halls/{hall}/config", **documented(ConfigVersion))
async def config(hall: str, request: Request) -> Response:
    """The configuration in force."""
    await who(request, hall, MANAGERS)
    version, in_force = await house(request).queries.config(hall)
    return json_response(ConfigVersion(version=version, config=in_force))


@router.post("/halls/{hall}/config/publish", **documented(ConfigVersion, PublishConfig))
async def publish(hall: str, request: Request) -> Response:
    """Put a whole, checked configuration in force."""
    asker = await who(request, hall, MANAGERS)
    key_of(request)
    body = await read_body(request, PublishConfig, CONFIG_LIMIT)
    if body.config.hall.id != hall:
        raise DomainError("invalid_field", field="config.hall.id")
    errors = [
        finding
        for finding in findings_in(body.config, _today(request, body.config))
        if finding.severity is Severity.ERROR
    ]
    if errors:
        raise DomainError("config_invalid", field=errors[0].where, count=len(errors), first=str(errors[0]))
    queries = house(request).queries
    if body.dry_run:
        version, _ = await queries.config(hall)
        hit = await queries.appointments_hit(hall, body.config)
        return json_response(ConfigVersion(version=version, config=body.config, dry_run=True, appointments=hit))
    version = await house(request).writer.publish_config(
        hall, body.config, by=asker.actor.id, note=body.note, expected_version=body.expected_version
    )
    hit = await queries.appointments_hit(hall)
    return json_response(ConfigVersion(version=version, config=body.config, appointments=hit))


def _today(request: Request, config: HallConfig) -> date | None:
    """The date in the hall, if its time zone is one."""
    try:
        return house(request).clock.now().astimezone(ZoneInfo(config.hall.time_zone)).date()
    except (KeyError, ValueError, OSError):
        return None
