"""What a queue has learned, to and from one short text: it is read and written only as a whole.

Floats come back exactly as they were, so that a hall that was read anew promises the same as before.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection

from queueserver.domain.learned import Calibration, Learned, Moments
from queueserver.store import statements as sql

_MOMENTS = ("durations", "recent", "came", "idle", "expected", "waited", "together", "opening")


def learned_text(learned: Learned) -> str:
    at = learned.calibration
    told: dict[str, Any] = {name: _numbers(getattr(learned, name)) for name in _MOMENTS}
    told |= {
        "services": {service: _numbers(one) for service, one in learned.services.items()},
        "hours": {str(hour): _numbers(one) for hour, one in learned.hours.items()},
        "privileged": [learned.privileged_rate, learned.privileged_at],
        "calibration": [at.count, at.low, at.middle, at.high, at.soon, at.count_soon],
    }
    return json.dumps(told, separators=(",", ":"))


@lru_cache(maxsize=512)
def learned_of(text: str) -> Learned:
    told = json.loads(text)
    rate, at = told["privileged"]
    return Learned(
        **{name: Moments(*told[name]) for name in _MOMENTS if name in told},
        services={service: Moments(*one) for service, one in told["services"].items()},
        hours={int(hour): Moments(*one) for hour, one in told["hours"].items()},
        privileged_rate=rate,
        privileged_at=at,
        calibration=Calibration(*told["calibration"]),
    )


def kept(connection: Connection, hall: str) -> dict[str, Learned]:
    """By queue, everything the hall has learned."""
    return {row.queue: learned_of(row.document) for row in connection.execute(sql.LEARNED, {"in_hall": hall})}


def write(connection: Connection, hall: str, learned: Mapping[str, Learned]) -> None:
    """One row for each queue that learned something."""
    if learned:
        rows = [{"hall": hall, "queue": queue, "document": learned_text(one)} for queue, one in learned.items()]
        connection.execute(sql.upsert_learned(connection), rows)


def _numbers(moments: Moments) -> tuple[float, float, float]:
    return moments.weight, moments.mean, moments.square
