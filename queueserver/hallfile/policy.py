"""Checks the bounds of the calling policy against each other: a promise that cannot be kept is refused here."""

from __future__ import annotations

from collections.abc import Iterator

from queueserver.hallfile.entries import Entries
from queueserver.hallfile.findings import Finding


def check_policy(entries: Entries) -> Iterator[Finding]:
    """Bounds that contradict each other."""
    if entries.hall is None:
        return
    policy, path = entries.hall.policy, ("hall", "policy", "appointment_tolerance_minutes")
    if 0 < policy.longest_wait_minutes <= policy.appointment_tolerance_minutes:
        params = {"tolerance": policy.appointment_tolerance_minutes, "limit": policy.longest_wait_minutes}
        yield Finding("tolerance_over_bound", path, params)
