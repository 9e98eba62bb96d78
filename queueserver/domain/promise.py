"""The range of minutes a ticket was given when it was issued, and how it is graded by what happened."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class Verdict(StrEnum):
    """How a promise came out; UNDECIDED when what happened does not tell."""

    KEPT = "kept"
    EARLIER = "earlier"
    LATER = "later"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Promise:
    """`low` to `high` whole minutes from issue to first call, both included, as it was shown.

    `expected` and `spread` (minutes) are what the range was made of; `spread` is 0 when a free window was waiting.
    `waited` (minutes) is set once: at the first call, or when the visitor was known to have left without one.
    """

    low: int
    high: int
    expected: float
    spread: float
    waited: float | None = None
    called: bool = False

    def met(self, issued_at: datetime, now: datetime, *, called: bool) -> Promise:
        """With what came of it; the first answer stays."""
        if self.waited is not None:
            return self
        return replace(self, waited=max(0.0, (now - issued_at).total_seconds() / 60), called=called)

    @property
    def verdict(self) -> Verdict:
        """Of a called ticket by its wait; of one that left uncalled only what is certain: it waited over `high`.

        Somebody who left earlier would have been called at a time nobody knows. A wait is a lower bound there.
        """
        if self.waited is None:
            return Verdict.UNDECIDED
        if self.waited > self.high:
            return Verdict.LATER
        if not self.called:
            return Verdict.UNDECIDED
        return Verdict.EARLIER if self.waited < self.low else Verdict.KEPT
