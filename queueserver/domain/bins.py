"""Bins of durations: fine enough for percentiles, few enough to keep, and counts in them may be added up.

Up to 16 seconds a bin is one second wide; above, each doubling of time has eight bins of equal width. So a bin is never
wider than an eighth of what is in it, and its middle is never off by more than a sixteenth (6.25 %). The same for all
halls and all times: bins of other days and other halls can be merged.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Final

NO_BIN: Final = -1
"""In place of a bin where there is no duration."""

_EXACT: Final = 16
_PER_DOUBLING: Final = 8


def bin_of(ms: int) -> int:
    """The bin of a duration in milliseconds, which must not be negative; parts of a second do not count."""
    seconds = ms // 1000
    if seconds < _EXACT:
        return seconds
    doublings = seconds.bit_length() - 4
    return _PER_DOUBLING * doublings + (seconds >> doublings)


def bounds(number: int) -> tuple[int, int]:
    """The seconds from which (inclusive) and up to which (exclusive) a bin reaches."""
    if number < _EXACT:
        return number, number + 1
    doublings = number // _PER_DOUBLING - 1
    low = (number - _PER_DOUBLING * doublings) << doublings
    return low, low + (1 << doublings)


def percentile(bins: Mapping[int, int], share: float) -> float | None:
    """The duration in seconds that `share` (above 0, up to 1) of all counted in `bins` do not exceed.

    The middle of the bin in which it lies; None when nothing is counted. Nearest-rank definition.
    """
    wanted = ceil(share * sum(bins.values()))
    for number in sorted(bins):
        wanted -= bins[number]
        if wanted <= 0 and bins[number]:
            low, high = bounds(number)
            return (low + high - 1) / 2
    return None
