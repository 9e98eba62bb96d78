"""A clock that does not follow a sudden jump ahead until it has lasted: a wrong hour must not end everybody's day.

Each reading is compared with the furthest one before and a stopwatch that nobody can set. A clock that runs back is
followed at once, and forward again as far as it was; that does no harm, because a hall's time stands still meanwhile
(store/live.py). A clock that jumps further ahead is believed only when it has said so for ten minutes; until then time
goes on as it went before. A machine that was asleep has not jumped: the stopwatch goes on while it sleeps, where the
system has such a one.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from queueserver.ports import Clock

log = logging.getLogger(__name__)

JUMP: Final = timedelta(minutes=1)
"""A clock ahead of the stopwatch by less is only being adjusted."""
CONFIRMED_AFTER: Final = timedelta(minutes=10)


def stopwatch() -> float:
    """Seconds since some moment, also while the machine sleeps, where the system can tell."""
    boot_time = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot_time is None else time.clock_gettime(boot_time)


class SteadyClock:
    """`clock` without its jumps ahead, as far as they do not last; `seconds` is the stopwatch."""

    def __init__(self, clock: Clock, seconds: Callable[[], float] = stopwatch) -> None:
        self._clock = clock
        self._seconds = seconds
        self._lock = threading.Lock()
        self._said, self._at = clock.now(), seconds()
        self._ahead = timedelta(0)
        self._doubted_at: float | None = None

    def now(self) -> datetime:
        with self._lock:
            read, at = self._clock.now(), self._seconds()
            expected = self._said + _whole_ms(at - self._at)
            ahead = read - expected
            if ahead <= JUMP:
                self._doubted_at = None
                if read > expected:
                    self._said, self._at = read, at
                return read
            if self._doubted_at is None or abs(ahead - self._ahead) > JUMP:
                self._doubted_at, self._ahead = at, ahead
                log.warning("the clock jumped ahead by %s; it is believed if that lasts %s", ahead, CONFIRMED_AFTER)
            elif at - self._doubted_at >= CONFIRMED_AFTER.total_seconds():
                log.warning("the clock has been ahead by %s for %s and is believed now", ahead, CONFIRMED_AFTER)
                self._said, self._at, self._doubted_at = read, at, None
                return read
            return expected


def _whole_ms(seconds: float) -> timedelta:
    return timedelta(milliseconds=int(seconds * 1000))
