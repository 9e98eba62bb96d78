"""How a business day ended: by whom, what became of each ticket that was still open, and whether it was reopened."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from queueserver.domain.stops import NOTHING_MORE, Itinerary
from queueserver.domain.ticket import State


@dataclass(frozen=True, slots=True)
class Ended:
    """One ticket that was still open: its state before and after, and what its visitor still had to do."""

    ticket: str
    number: str
    queue: str
    was: State
    became: State
    itinerary: Itinerary = NOTHING_MORE


@dataclass(frozen=True, slots=True)
class Closing:
    """One end of a business day: `final` by the hall's own boundary, else early by a person (`by` is an account)."""

    id: str
    business_day: date
    at: datetime
    by: str
    reason: str
    final: bool
    ended: tuple[Ended, ...]
    reopened_at: datetime | None = None
    reopened_by: str = ""

    def reopen(self, by: str, now: datetime) -> Closing:
        return replace(self, reopened_by=by, reopened_at=now)
