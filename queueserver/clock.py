"""The only wall clock of the server, and the ids that are sorted by it."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from queueserver.ports import Clock

_DIGITS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS: Final = tuple(a + b for a in _DIGITS for b in _DIGITS)
_RANDOM_BITS: Final = 80


class SystemClock:
    """The machine's clock, in UTC and whole milliseconds because that is what is stored."""

    def now(self) -> datetime:
        moment = datetime.now(UTC)  # noqa: TID251 # this is the clock everybody else asks
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


class Ulids:
    """New ids: 48 bits of milliseconds, 80 random bits, in 26 characters of Crockford's base 32.

    Within one process ids never go backwards, even when the clock does. Source: the ULID specification.
    """

    def __init__(self, clock: Clock, random_bits: Callable[[int], int] = secrets.randbits) -> None:
        self._clock = clock
        self._random_bits = random_bits
        self._last = 0
        self._lock = threading.Lock()

    def __call__(self) -> str:
        milliseconds = int(self._clock.now().timestamp() * 1000)
        with self._lock:
            fresh = milliseconds << _RANDOM_BITS | self._random_bits(_RANDOM_BITS)
            self._last = fresh if fresh > self._last else self._last + 1
            value = self._last
        return "".join(_PAIRS[value >> shift & 1023] for shift in range(120, -1, -10))


def visitor_token() -> str:
    """The unguessable part of a visitor's link: 96 random bits."""
    return secrets.token_urlsafe(12)
