"""Puts the routes together: one ASGI application over the parts of a house."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp

from contract.ids import API_PREFIX
from queueserver.api import (
    admin,
    appointments,
    caller,
    clock,
    days,
    display,
    documents,
    errors,
    health,
    kiosk,
    statistics,
    visitor,
)
from queueserver.api.deps import House
from queueserver.metrics import Meter


def application(house: House) -> ASGIApp:
    """Everything the server answers. Tickets and calls come first, because routes are tried in order."""
    app = FastAPI(title="hallqueue", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.house = house
    for module in (kiosk, caller, display, appointments, days, clock, statistics, admin):
        app.include_router(module.router, prefix=API_PREFIX)
    app.include_router(visitor.router)
    app.include_router(health.router)
    errors.install(app, house.metrics)
    described = documents.openapi(app)

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi_document() -> JSONResponse:
        return JSONResponse(described)

    @app.get("/asyncapi.json", include_in_schema=False)
    async def asyncapi_document() -> JSONResponse:
        return JSONResponse(_asyncapi)

    return Meter(app, house.metrics)


_asyncapi: dict[str, Any] = documents.asyncapi()
