"""Slows down whoever guesses: after some failures in a row, a name or address waits, and each time twice as long."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from queueserver.domain.errors import DomainError
from queueserver.ports import Clock

_FREE_FAILURES: Final = 5
_FIRST_WAIT_SECONDS: Final = 15
_LONGEST_WAIT_SECONDS: Final = 900
_REMEMBERED: Final = 10_000


@dataclass(frozen=True, slots=True)
class _Failures:
    count: int
    wait: timedelta
    wait_until: datetime


class Lockout:
    """Failures by subject (e.g. "user li.na"); kept in memory, the oldest forgotten first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, _Failures] = OrderedDict()

    def check(self, subject: str) -> None:
        """Raises DomainError("too_many_attempts") while `subject` must wait."""
        failures = self._failures.get(subject)
        if failures is None:
            return
        now = self._clock.now()
        if failures.wait_until - now > failures.wait:
            # the clock was set back since
            failures = self._failures[subject] = replace(failures, wait_until=now + failures.wait)
        left = (failures.wait_until - now).total_seconds()
        if left > 0:
            raise DomainError("too_many_attempts", seconds=int(left) + 1)

    def failed(self, subject: str) -> None:
        """Once more."""
        count = self._failures[subject].count + 1 if subject in self._failures else 1
        over = count - _FREE_FAILURES
        wait = min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2**over) if over >= 0 else 0
        span = timedelta(seconds=wait)
        self._failures[subject] = _Failures(count, span, self._clock.now() + span)
        self._failures.move_to_end(subject)
        if len(self._failures) > _REMEMBERED:
            self._failures.popitem(last=False)

    def succeeded(self, subject: str) -> None:
        """Everything is forgiven."""
        self._failures.pop(subject, None)
