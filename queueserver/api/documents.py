"""The machine-readable descriptions of both faces, generated from the contract's own models: OpenAPI and AsyncAPI."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from contract import topics
from contract.events import EVENT_DATA, QueueStatus, WindowStatus, WireEvent
from contract.ids import API_PREFIX
from queueserver.api.deps import REQUEST_BODIES

VERSION: Final = "1.0.0"
_REFS: Final = "#/components/schemas/{model}"
_OPEN: Final = ("/auth/login", "/devices/enrol", "/health", "/metrics", "/t/")
_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "One key for one intention; a repetition gets the first answer again.",
    "schema": {"type": "string", "minLength": 8, "maxLength": 128},
}


def openapi(app: FastAPI) -> dict[str, Any]:
    """OpenAPI 3.1 of every route, with the bodies that endpoints read by themselves."""
    document: dict[str, Any] = get_openapi(
        title="hallqueue", version=VERSION, routes=app.routes, description="Ask over HTTP, hear over MQTT."
    )
    components = document.setdefault("components", {})
    _, requests = models_json_schema([(model, "validation") for model in REQUEST_BODIES.values()], ref_template=_REFS)
    components.setdefault("schemas", {}).update(requests["$defs"])
    components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    for path, operations in document["paths"].items():
        plain = path.removeprefix(API_PREFIX)
        for method, operation in operations.items():
            if not plain.startswith(_OPEN):
                operation["security"] = [{"bearer": []}]
            if method == "post" and not plain.startswith("/auth/"):
                operation.setdefault("parameters", []).append(_KEY)
    return document


def asyncapi() -> dict[str, Any]:
    """AsyncAPI 3.0 of everything that is published over MQTT 5."""
    data = sorted(set(EVENT_DATA.values()), key=lambda model: model.__name__)
    _, schemas = models_json_schema(
        [(model, "serialization") for model in (WireEvent, WindowStatus, QueueStatus, *data)], ref_template=_REFS
    )
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    for event, model in EVENT_DATA.items():
        _publish(event, topics.events("{hall}", event), _event(model), (channels, operations, messages))
    states = (("window.state", topics.window_state("{hall}", "{window}"), WindowStatus),)
    queues = (("queue.state", topics.queue_state("{hall}", "{queue}"), QueueStatus),)
    for name, address, status in (*states, *queues):
        payload = {"$ref": _REFS.format(model=status.__name__)}
        _publish(name, address, payload, (channels, operations, messages), retained=True)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "hallqueue",
            "version": VERSION,
            "description": "CloudEvents 1.0 of one hall in gapless `sequence`, and retained states.",
        },
        "defaultContentType": "application/json",
        "servers": {"broker": {"host": "localhost:8461", "protocol": "mqtt5"}},
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": schemas["$defs"]},
    }


def _event(model: type[BaseModel]) -> dict[str, Any]:
    """A CloudEvent whose data is `model`."""
    data = {"type": "object", "properties": {"data": {"$ref": _REFS.format(model=model.__name__)}}}
    return {"allOf": [{"$ref": _REFS.format(model="WireEvent")}, data]}


def _publish(
    name: str,
    address: str,
    payload: dict[str, Any],
    into: tuple[dict[str, Any], dict[str, Any], dict[str, Any]],
    *,
    retained: bool = False,
) -> None:
    """One message on one channel, sent by the server."""
    channels, operations, messages = into
    key = name.replace(".", "-")
    parameters: dict[str, Any] = {part[1:-1]: {} for part in address.split("/") if part.startswith("{")}
    messages[key] = {"name": name, "contentType": "application/json", "payload": payload}
    channels[key] = {
        "address": address,
        "parameters": parameters,
        "messages": {key: {"$ref": f"#/components/messages/{key}"}},
        "bindings": {"mqtt": {"bindingVersion": "0.2.0"}},
    }
    operations[f"send-{key}"] = {
        "action": "send",
        "channel": {"$ref": f"#/channels/{key}"},
        "messages": [{"$ref": f"#/channels/{key}/messages/{key}"}],
        "bindings": {"mqtt": {"qos": 1, "retain": retained, "bindingVersion": "0.2.0"}},
    }
