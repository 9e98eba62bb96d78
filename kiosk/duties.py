"""Words owed to the server are not lost: "this slip is out" and "nobody has this ticket" are repeated until heard."""

from __future__ import annotations

import logging
from collections.abc import Callable

from contract.errors import HallError
from contract.ids import new_idempotency_key
from hallui.scheduler import Scheduler
from hallui.work import Jobs
from kiosk.ordering import TRY_AGAIN

log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 30.0


class Duties:
    """Commands nobody waits for at the glass, each with one key over all its attempts."""

    def __init__(self, jobs: Jobs, scheduler: Scheduler) -> None:
        self._jobs = jobs
        self._scheduler = scheduler
        self._closed = False

    def fulfil(self, name: str, command: Callable[[str], object]) -> None:
        """Do `command(key)` now; while the server cannot answer, again and again with growing pauses."""
        self._try(name, command, new_idempotency_key(), FIRST_PAUSE_SECONDS)

    def close(self) -> None:
        self._closed = True

    def _try(self, name: str, command: Callable[[str], object], key: str, pause: float) -> None:
        if self._closed:
            return

        def failed(error: Exception) -> None:
            if isinstance(error, HallError) and error.code in TRY_AGAIN:
                later = min(LONGEST_PAUSE_SECONDS, pause * 2)
                self._scheduler.call_later(pause, lambda: self._try(name, command, key, later))
            elif isinstance(error, HallError):
                log.warning("the server refused %s: %s", name, error.code)
            else:
                log.error("%s failed", name, exc_info=error)

        self._jobs.submit(lambda: command(key), None, failed)
