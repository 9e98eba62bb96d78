"""How long until the call, as a range: from configured minutes until there are measured ones."""

from __future__ import annotations

from math import ceil, floor

SPREAD_LOW, SPREAD_HIGH = 0.6, 1.5
"""How far real waits lie from the configured mean while nothing was measured yet."""


def wait_range(ahead: float, service_minutes: float, windows: int) -> tuple[int, int]:
    """(low, high) in whole minutes for a ticket with `ahead` services before it, served by `windows` (at least one)."""
    mean = ahead * service_minutes / max(1, windows)
    return floor(mean * SPREAD_LOW), ceil(mean * SPREAD_HIGH + service_minutes / max(1, windows))
