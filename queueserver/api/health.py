"""Whether the server lives, whether it can serve, and what it counted; for watchdogs, without sign-in."""

from __future__ import annotations

import json

from fastapi import APIRouter, Request, Response

from queueserver.api.deps import JSON, house
from queueserver.store.database import StorageError

router = APIRouter(tags=["health"])


@router.get("/health/live")
async def live() -> Response:
    """The process answers."""
    return Response('{"status":"live"}', media_type=JSON)


@router.get("/health/ready")
async def ready(request: Request) -> Response:
    """The database answers: 200. The broker is told, but without it tickets are still issued and called."""
    state = house(request)
    broker = "connected" if state.outbox.connected else "away"
    try:
        halls = await state.queries.halls()
    except StorageError as error:
        return Response(json.dumps({"status": error.code, "broker": broker}), 503, media_type=JSON)
    return Response(json.dumps({"status": "ready", "broker": broker, "halls": sorted(halls)}), media_type=JSON)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Prometheus text format 0.0.4."""
    state = house(request)
    halls = await state.queries.halls()
    gauges = {
        "sequence": ("Newest event of each hall.", {f'hall="{hall}"': float(seq) for hall, (seq, _) in halls.items()}),
        "outbox": (
            "Events not yet noted as relayed.",
            {f'hall="{hall}"': float(seq - relayed) for hall, (seq, relayed) in halls.items()},
        ),
        "broker_connected": ("1 while the relay reaches the broker.", {"": float(state.outbox.connected)}),
        "relayed_events": ("Events this process has published.", {"": float(state.outbox.published)}),
    }
    return Response(state.metrics.text(gauges), media_type="text/plain; version=0.0.4")
