"""Times of day as a configuration writes them, turned into minutes after midnight."""

from __future__ import annotations

from collections.abc import Sequence

from queueserver.domain.schedule import Band


def minutes_of(clock_time: str) -> int:
    """ "04:30" -> 270."""
    hours, minutes = clock_time.split(":")
    return int(hours) * 60 + int(minutes)


def bands_of(bands: Sequence[str]) -> tuple[Band, ...]:
    """["09:00-12:00"] -> ((540, 720),), in ascending order."""
    pairs = (band.split("-") for band in bands)
    return tuple(sorted((minutes_of(start), minutes_of(end)) for start, end in pairs))
