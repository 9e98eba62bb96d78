"""When a day begins, and when windows open and close on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from queueserver.domain.schedule import Band
from queueserver.simulation.anyone import anyone_at
from queueserver.simulation.chance import MS_A_MINUTE
from queueserver.simulation.visitors import Move, WindowMove


def midnight_of(day: date, time_zone: str) -> int:
    """When the day begins there, in ms since 1970."""
    return round(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(time_zone)).timestamp() * 1000)


def joined(bands: Iterator[Band]) -> tuple[Band, ...]:
    """The union of bands, in order."""
    union: list[Band] = []
    for start, end in sorted(bands):
        if union and start <= union[-1][1]:
            union[-1] = (union[-1][0], max(end, union[-1][1]))
        else:
            union.append((start, end))
    return tuple(union)


def opening_moves(
    window: str, bands: Sequence[Band], midnight_ms: int, overtime_minutes: int, staff: str = ""
) -> Iterator[WindowMove]:
    """Opening and closing for each band; after the last one the window may go on for a while."""
    for number, (start, end) in enumerate(bands, start=1):
        yield WindowMove(midnight_ms + start * MS_A_MINUTE, window, Move.OPEN, staff or anyone_at(window))
        closing = midnight_ms + end * MS_A_MINUTE
        more = overtime_minutes * MS_A_MINUTE if number == len(bands) else 0
        yield WindowMove(closing, window, Move.CLOSE, until_ms=closing + more)
