"""People who come together: one number and one place in line, but more work at the window."""

from __future__ import annotations

from typing import Final

MOST_TOGETHER: Final = 99


def expected_services(party: int) -> float:
    """How many ordinary services the visit of `party` people takes at a window: one each."""
    return float(party)
