"""What every endpoint needs: who asks, the body, the key, and the way to the writer. Lean: tickets pass here."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError

from contract.bodies import Problem
from contract.ids import is_idempotency_key
from queueserver.accounts.directory import Directory, Who
from queueserver.accounts.documents import DocumentKeeper
from queueserver.accounts.roles import STAFF, TICKET_GIVERS
from queueserver.answers import Eyes, Renderer
from queueserver.api.errors import MalformedBodyError, body_error
from queueserver.domain.errors import DomainError
from queueserver.handlers.commands import Command
from queueserver.metrics import Metrics
from queueserver.ports import Answer, Clock
from queueserver.queries import Queries
from queueserver.steadyclock import SteadyClock
from queueserver.store.batch import Reply
from queueserver.store.writer import Writer

BODY_LIMIT: Final = 64 * 1024
CONFIG_LIMIT: Final = 8 * 1024 * 1024
_HEARD_OUT: Final = 32 * 1024 * 1024
JSON: Final = "application/json"
REQUEST_BODIES: Final[dict[str, type[BaseModel]]] = {}
"""The bodies that endpoints read by themselves, by name; documented() notes each for the OpenAPI document."""
_NUL: Final = b"\\u0000"
"""PostgreSQL cannot store it in a text, and nobody means it."""

B = TypeVar("B", bound=BaseModel)


class Outbox(Protocol):
    """How the relay is doing; the API and the relay do not know each other."""

    connected: bool
    published: int


@dataclass(frozen=True, slots=True)
class House:
    """The parts the HTTP face stands on; made in queueserver.app."""

    writer: Writer
    queries: Queries
    directory: Directory
    documents: DocumentKeeper
    renderer: Renderer
    outbox: Outbox
    metrics: Metrics
    clock: Clock
    judge: SteadyClock
    """The same clock, and what it thinks of the machine's."""
    broker_for_devices: Callable[[], tuple[str, int]]
    """Host ("" = the one this request came to) and port at which devices find the broker."""


def house(request: Request) -> House:
    found: House = request.app.state.house
    return found


class LeanRoute(APIRoute):
    """A route whose endpoint takes the request and the names in its path: called directly, which halves its cost.

    Endpoints with query parameters go FastAPI's usual way.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        if self.dependant.query_params:
            return super().get_route_handler()
        endpoint = self.endpoint

        async def handle(request: Request) -> Response:
            response: Response = await endpoint(request=request, **request.path_params)
            return response

        return handle


def documented(
    answer: type[BaseModel] | None, body: type[BaseModel] | None = None, status: int = 200
) -> dict[str, Any]:
    """Keyword arguments of a route that describe it in the OpenAPI document; bodies are read by read_body()."""
    responses: dict[int | str, dict[str, Any]] = {
        status: {"model": answer} if answer is not None else {"description": "Done"},
        "4XX": {"model": Problem, "description": "Refused; nothing was changed"},
    }
    extra: dict[str, Any] = {}
    if body is not None:
        REQUEST_BODIES[body.__name__] = body
        schema = {"$ref": f"#/components/schemas/{body.__name__}"}
        extra["requestBody"] = {"required": True, "content": {JSON: {"schema": schema}}}
    return {"responses": responses, "status_code": status, "openapi_extra": extra, "response_model": None}


async def who(request: Request, hall: str, roles: frozenset[str]) -> Who:
    """The account that asks; raises DomainError unauthenticated, unknown_hall or forbidden."""
    directory = house(request).directory
    bearer = bearer_of(request)
    found = directory.known(bearer) or await directory.who(bearer)
    if found.hall != hall:
        if not await house(request).queries.exists(hall):
            raise DomainError("unknown_hall")
        raise DomainError("forbidden")
    if not found.may(roles):
        raise DomainError("forbidden")
    return found


def bearer_of(request: Request) -> str:
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not bearer or not bearer.isascii():
        raise DomainError("unauthenticated")
    return bearer


def eyes_of(asker: Who) -> Eyes:
    """How much of a ticket the asker may see."""
    if asker.may(STAFF):
        return Eyes.STAFF
    return Eyes.GIVER if asker.may(TICKET_GIVERS) else Eyes.SCREEN


def key_of(request: Request) -> str:
    """The Idempotency-Key; raises DomainError("missing_key")."""
    key = request.headers.get("idempotency-key", "")
    if not is_idempotency_key(key):
        raise DomainError("missing_key")
    return key


async def read_body(request: Request, model: type[B], limit: int = BODY_LIMIT) -> B:
    """The body as `model`; an empty one counts as {}. Raises MalformedBodyError.

    What exceeds `limit` is read on without being kept, or the client would be cut off before it hears why; beyond
    _HEARD_OUT bytes it is cut off.
    """
    if _declared_length(request) > limit:
        raise MalformedBodyError("too_large")
    content, length = b"", 0
    async for piece in request.stream():
        length += len(piece)
        if length <= limit:
            content += piece
        elif length > _HEARD_OUT:
            break
    if length > limit:
        raise MalformedBodyError("too_large")
    if _NUL in content:
        raise MalformedBodyError("malformed", hint="text with the character NUL cannot be kept")
    try:
        return model.model_validate_json(content or b"{}")
    except ValidationError as error:
        raise body_error(error) from None


def _declared_length(request: Request) -> int:
    length = request.headers.get("content-length", "")
    return int(length) if length.isdecimal() else 0


async def submit(request: Request, hall: str, command: Command, render: Callable[[Answer], Reply]) -> Response:
    """Have the command carried out durably and answer what its render made, now or the first time."""
    reply = await house(request).writer.submit(hall, command, key=key_of(request), render=render)
    return Response(reply.body, reply.status, media_type=JSON if reply.body else None)


def json_response(body: BaseModel | bytes, status: int = 200) -> Response:
    content = body if isinstance(body, bytes) else body.model_dump_json().encode()
    return Response(content, status, media_type=JSON)


def ticket_id(text: str) -> str:
    """An id as tickets have; anything else cannot be one."""
    if not text.isalnum() or not text.isascii() or len(text) > 26:
        raise DomainError("unknown_ticket")
    return text
