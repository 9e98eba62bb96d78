"""A queue's numbers for one business day: taken in order, never given twice, refused when used up."""

from __future__ import annotations

from dataclasses import dataclass, replace

from queueserver.domain.errors import DomainError
from queueserver.domain.hall import QueuePlan


@dataclass(frozen=True, slots=True)
class QueueDay:
    """A queue's counters of one day; configuration never touches them, except that a range may begin later.

    `issued` are the day's places: tickets given out, and places promised to visits that will come to this queue. The
    daily limit bounds them; arrivals are counted by the statistics, not here.
    """

    queue: str
    next_number: int
    issued: int = 0
    last_called: str = ""

    def take(self, plan: QueuePlan, *, booked: bool = False) -> tuple[QueueDay, str]:
        """The day after one more ticket, and its number; raises queue_full or numbers_used_up.

        The daily limit is for walk-ins: whoever is `booked` had a place before the day began.
        """
        if not booked and plan.daily_limit is not None and self.issued >= plan.daily_limit:
            raise DomainError("queue_full")
        digits = max(self.next_number, plan.first)
        if digits > plan.last:
            raise DomainError("numbers_used_up")
        number = f"{plan.prefix}{digits:0{plan.digits}d}"
        return replace(self, next_number=digits + 1, issued=self.issued + 1), number

    def reserve(self, plan: QueuePlan) -> QueueDay:
        """One of the day's places promised to a ticket with a number of another queue; raises queue_full."""
        if plan.daily_limit is not None and self.issued >= plan.daily_limit:
            raise DomainError("queue_full")
        return self.promise()

    def promise(self) -> QueueDay:
        """The same for somebody who was let in with an appointment, whatever the limit says."""
        return replace(self, issued=self.issued + 1)

    def give_back(self) -> QueueDay:
        """A promised place that nobody needs any more."""
        return replace(self, issued=max(0, self.issued - 1))

    def called(self, number: str) -> QueueDay:
        return replace(self, last_called=number)
