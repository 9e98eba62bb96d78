"""Every refusal leaves the server as an RFC 9457 problem document with a stable code."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from contract.errors import PROBLEM_MEDIA_TYPE, PROBLEM_TYPE_BASE, REFUSALS, english
from queueserver.domain.errors import DomainError
from queueserver.metrics import Metrics
from queueserver.store.database import StorageError

log = logging.getLogger(__name__)

_BY_STATUS = {404: "not_found", 405: "method_not_allowed", 400: "malformed", 413: "too_large"}


class MalformedBodyError(Exception):
    """A body that cannot be accepted: malformed, invalid_field or too_large; `hint` never repeats the input."""

    def __init__(self, code: str, field: str = "", hint: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.hint = hint


def body_error(error: ValidationError) -> MalformedBodyError:
    """The first thing wrong with a body."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    if first["type"] == "json_invalid":
        return MalformedBodyError("malformed")
    field = ".".join(str(part) for part in first["loc"])
    return MalformedBodyError("invalid_field", field or "body", first["msg"])


_EXPECTED = (DomainError, StorageError, MalformedBodyError, RequestValidationError, HTTPException, ClientDisconnect)


def install(app: FastAPI, metrics: Metrics) -> None:
    """Let `app` answer every error as a problem document."""

    async def answer(request: Request, error: Exception) -> Response:
        told = _told(error)
        if told.code == "internal":
            log.error("%s %s failed: %r", request.method, getattr(request.scope.get("route"), "path", ""), error)
        metrics.refused(told.code)
        response = problem_response(told)
        if isinstance(error, HTTPException):
            response.headers.update(error.headers or {})
        return response

    for kind in (*_EXPECTED, Exception):
        app.add_exception_handler(kind, answer)


@dataclass(frozen=True, slots=True)
class Told:
    """What a problem document says; `hint` says more about the entry at fault, in English."""

    code: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    field: str = ""
    hint: str = ""


def _told(error: Exception) -> Told:
    match error:
        case DomainError():
            told = Told(error.code, error.params, error.field)
        case StorageError():
            told = Told(error.code)
        case MalformedBodyError():
            told = Told(error.code, field=error.field, hint=error.hint)
        case RequestValidationError():
            first = error.errors()[0]
            told = Told("invalid_field", field=str(first["loc"][-1]), hint=first["msg"])
        case HTTPException():
            told = Told(_BY_STATUS.get(error.status_code, "malformed"))
        case ClientDisconnect():
            told = Told("malformed")
        case _:
            told = Told("internal")
    return told


def problem_response(told: Told) -> Response:
    """The problem document."""
    params = {"field": told.field, **told.params} if told.field else dict(told.params)
    refusal = REFUSALS[told.code]
    document: dict[str, object] = {
        "type": PROBLEM_TYPE_BASE + told.code,
        "title": told.code.replace("_", " "),
        "status": refusal.status,
        "detail": english(told.code, params),
        "code": told.code,
        "params": params,
    }
    if told.field:
        document["field"] = told.field
    if told.hint:
        document["hint"] = told.hint
    headers = {"Retry-After": str(params["seconds"])} if "seconds" in params else {}
    if told.code == "unauthenticated":
        headers["WWW-Authenticate"] = "Bearer"
    content = json.dumps(document, ensure_ascii=False)
    return Response(content, refusal.status, headers, media_type=PROBLEM_MEDIA_TYPE)
