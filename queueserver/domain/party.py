"""People who come together: one number and one place in line, but more work at the window."""

from __future__ import annotations

from typing import Final

MOST_TOGETHER: Final = 99


def expected_services(people: int) -> float:
    """How many ordinary services `people` take at a window, together or one after another: one each."""
    return float(people)
