"""Whether the server lives, whether it can serve, and what it counted; for watchdogs, without sign-in."""

from __future__ import annotations

import json

from fastapi import APIRouter, Request, Response

from queueserver.api.deps import JSON, house
from queueserver.steadyclock import Judgement
from queueserver.store.database import StorageError

router = APIRouter(tags=["health"])


@router.get("/health/live")
async def live() -> Response:
    """The process answers."""
    return Response('{"status":"live"}', media_type=JSON)


@router.get("/health/ready")
async def ready(request: Request) -> Response:
    """The database answers: 200. Broker and clock are told, but tickets are issued and called all the same.

    `clock` is ok, doubted (jumped a little ahead) or held (not believed until a person confirms it or sets it right).
    """
    state = house(request)
    broker, clock = "connected" if state.outbox.connected else "away", _clock(state.judge.judgement())
    try:
        halls = await state.queries.halls()
    except StorageError as error:
        return Response(json.dumps({"status": error.code, "broker": broker, "clock": clock}), 503, media_type=JSON)
    said = {"status": "ready", "broker": broker, "clock": clock, "halls": sorted(halls)}
    return Response(json.dumps(said), media_type=JSON)


def _clock(judged: Judgement) -> str:
    if not judged.doubted:
        return "ok"
    return "held" if judged.held else "doubted"


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Prometheus text format 0.0.4."""
    state = house(request)
    halls = await state.queries.halls()
    judged = state.judge.judgement()
    gauges = {
        "clock_ahead_seconds": (
            "How far the machine's clock is ahead of the time that holds; 0 when it is believed.",
            {"": (judged.machine - judged.told).total_seconds()},
        ),
        "sequence": ("Newest event of each hall.", {f'hall="{hall}"': float(seq) for hall, (seq, _) in halls.items()}),
        "outbox": (
            "Events not yet noted as relayed.",
            {f'hall="{hall}"': float(seq - relayed) for hall, (seq, relayed) in halls.items()},
        ),
        "broker_connected": ("1 while the relay reaches the broker.", {"": float(state.outbox.connected)}),
        "relayed_events": ("Events this process has published.", {"": float(state.outbox.published)}),
    }
    return Response(state.metrics.text(gauges), media_type="text/plain; version=0.0.4")
