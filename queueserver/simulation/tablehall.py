"""A hall made of a table of visitors: its queues, its windows with the queues they were seen to serve, always open."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from contract.config import HallConfig

OFTEN = 3
"""A window that is seen with a queue less often helped out."""


class Seen(Protocol):
    """One visitor of the table."""

    @property
    def queue(self) -> str: ...
    @property
    def window(self) -> str: ...
    @property
    def kind(self) -> str: ...


def name_of(text: str) -> str:
    """A table's name as the hall's id: "Tax 2" -> "tax-2"."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "x"


def _usual(window: str, seen: Counter[tuple[str, str]]) -> str:
    return max((queue for of, queue in seen if of == window), key=lambda queue: seen[window, queue])


def hall_of(rows: Sequence[Seen], time_zone: str) -> HallConfig:
    """Whoever has a class is privileged, as often as policy allows before an ordinary visitor."""
    queues = sorted({name_of(row.queue) for row in rows})
    seen = Counter((name_of(row.window), name_of(row.queue)) for row in rows if row.window)
    serves: dict[str, set[str]] = {window: {_usual(window, seen)} for window, _ in seen}
    for (window, queue), times in seen.items():
        if times >= OFTEN:
            serves[window].add(queue)
    kinds = sorted({name_of(row.kind) for row in rows if row.kind})
    every_day = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return HallConfig.model_validate(
        {
            "hall": {
                "id": "table",
                "name": {"en": "Hall of the table"},
                "time_zone": time_zone,
                "languages": ["en"],
                "policy": {"privileged_per_ordinary": 20, "longest_wait_minutes": 0},
            },
            "zones": [{"id": "hall", "name": {"en": "Hall"}}],
            "priority_classes": [
                {"id": "ordinary", "name": {"en": "Ordinary"}},
                *({"id": kind, "name": {"en": kind}, "privileged": True} for kind in kinds),
            ],
            "hours": [{"id": "always", **{day: ["00:00-24:00"] for day in every_day}}],
            "departments": [{"id": "all", "name": {"en": "All"}}],
            "services": [{"id": queue, "department": "all", "name": {"en": queue}, "queue": queue} for queue in queues],
            "queues": [
                {
                    "id": queue,
                    "name": {"en": queue},
                    "prefix": f"{chr(65 + number // 26)}{chr(65 + number % 26)}",
                    "zone": "hall",
                    "hours": "always",
                    "digits": 4,
                    "last": 9999,
                }
                for number, queue in enumerate(queues)
            ],
            "windows": [
                {"id": window, "label": window[:8], "name": {"en": window}, "zone": "hall", "serves": sorted(mine)}
                for window, mine in sorted(serves.items())
            ],
        }
    )
