"""Waits for something to be done, unless a part dies or a person wants the end before that."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

GRACE_SECONDS = 0.5
"""A broken conversation is noticed before the death that broke it; so long is waited for the better explanation."""


class StoppedError(Exception):
    """A person asked for the end: Ctrl-C, SIGTERM, or the last window was closed."""


class Guard:
    """`death` fails when a part dies, `stop` is set when a person wants the end."""

    def __init__(self, death: asyncio.Future[None], stop: asyncio.Event) -> None:
        self._death = death
        self._stop = stop

    async def watch(self, doing: Coroutine[Any, Any, T]) -> T:
        """What `doing` returns or raises; if PartDiedError or StoppedError comes first, `doing` is cancelled."""
        work = asyncio.create_task(doing)
        stopped = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait({work, stopped, self._death}, return_when=asyncio.FIRST_COMPLETED)
            if work.done() and work.exception() is not None:
                await asyncio.wait({self._death}, timeout=GRACE_SECONDS)
            if self._death.done():
                self._death.result()
            if not work.done():
                raise StoppedError
            return work.result()
        finally:
            for task in (work, stopped):
                task.cancel()
            with contextlib.suppress(BaseException):
                await asyncio.gather(work, stopped, return_exceptions=True)
