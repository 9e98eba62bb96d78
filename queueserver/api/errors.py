"""Every refusal leaves the server as an RFC 9457 problem document with a stable code."""

from __future__ import annotations

import json
import logging

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException

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


def install(app: FastAPI, metrics: Metrics) -> None:
    """Let `app` answer every error as a problem document."""

    async def answer(request: Request, error: Exception) -> Response:
        code, response = _problem(request, error)
        metrics.refused(code)
        return response

    for kind in (DomainError, StorageError, MalformedBodyError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, answer)


def _problem(request: Request, error: Exception) -> tuple[str, Response]:
    """The code of an error and how it is told."""
    match error:
        case DomainError():
            return error.code, problem_response(error.code, dict(error.params), field=error.field)
        case StorageError():
            return error.code, problem_response(error.code, {})
        case MalformedBodyError():
            return error.code, problem_response(error.code, {}, field=error.field, hint=error.hint)
        case RequestValidationError():
            first = error.errors()[0]
            return "invalid_field", problem_response(
                "invalid_field", {}, field=str(first["loc"][-1]), hint=first["msg"]
            )
        case HTTPException():
            code = _BY_STATUS.get(error.status_code, "malformed")
            response = problem_response(code, {}, status=error.status_code)
            response.headers.update(error.headers or {})
            return code, response
    log.error("%s %s failed: %r", request.method, getattr(request.scope.get("route"), "path", ""), error)
    return "internal", problem_response("internal", {})


def problem_response(
    code: str, params: dict[str, str | int], *, field: str = "", hint: str = "", status: int = 0
) -> Response:
    """The problem document of `code`; `hint` says more about the entry at fault, in English."""
    if field:
        params = {"field": field, **params}
    refusal = REFUSALS[code]
    document: dict[str, object] = {
        "type": PROBLEM_TYPE_BASE + code,
        "title": code.replace("_", " "),
        "status": status or refusal.status,
        "detail": english(code, params),
        "code": code,
        "params": params,
    }
    if field:
        document["field"] = field
    if hint:
        document["hint"] = hint
    headers = {"Retry-After": str(params["seconds"])} if "seconds" in params else {}
    if code == "unauthenticated":
        headers["WWW-Authenticate"] = "Bearer"
    return Response(
        json.dumps(document, ensure_ascii=False), status or refusal.status, headers, media_type=PROBLEM_MEDIA_TYPE
    )
