"""The only wall clock of the server, and the ids that are sorted by it."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
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


class ThisMachine(SystemClock):
    """The machine's clock, beside the stopwatch it is judged by; see steadyclock."""

    def __init__(self, boot_file: Path = Path("/proc/sys/kernel/random/boot_id")) -> None:
        try:
            self._boot = boot_file.read_text(encoding="ascii").strip()
        except OSError:
            self._boot = ""

    @property
    def boot(self) -> str:
        """Linux's own name of this boot; empty on other systems."""
        return self._boot

    def seconds(self) -> float:
        """Since the start of the machine, also while it sleeps: macOS counts so by CLOCK_MONOTONIC, Windows anyway."""
        for name in ("CLOCK_BOOTTIME", "CLOCK_MONOTONIC"):
            if (clock := getattr(time, name, None)) is not None:
                return time.clock_gettime(clock)
        return time.monotonic()


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
