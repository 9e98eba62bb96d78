"""What a server looks at without being asked: what time alone brings, and what another server process left undone.

Whichever process took the command that freed a window calls there when the time comes. The moment is stored with the
hall, so that when that process is no more, its neighbour makes the call. The hall's row, taken first, lets only one of
them do it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Final

from queueserver.domain.errors import DomainError
from queueserver.ports import Clock
from queueserver.queries import Queries
from queueserver.relay import Relay
from queueserver.store.database import StorageError
from queueserver.store.writer import Writer

log = logging.getLogger(__name__)

_TICK_SECONDS: Final = 20.0
"""How soon a hall notices that its business day has turned, when nobody gives a command."""
_CHANCE_SECONDS: Final = 0.25
"""How late a window that calls by itself may call; asked in memory."""
_NEIGHBOURS_SECONDS: Final = 1.0
"""How often the database is asked what another process left undone."""
LEFT_UNDONE: Final = timedelta(seconds=1)
"""So long a call is left to the process that knew of it first."""


class Rounds:
    """Goes round while `going()` lasts; `keep_house` is what else is due from time to time."""

    def __init__(
        self,
        writer: Writer,
        queries: Queries,
        relay: Relay,
        clock: Clock,
        keep_house: Callable[[], Awaitable[None]],
    ) -> None:
        self._writer = writer
        self._queries = queries
        self._relay = relay
        self._clock = clock
        self._keep_house = keep_house
        self._unrelayed: dict[str, int] = {}

    @contextlib.asynccontextmanager
    async def going(self) -> AsyncIterator[None]:
        rounds = (
            (self.turn_days, _TICK_SECONDS),
            (self.take_chances, _CHANCE_SECONDS),
            (self.look_after_neighbours, _NEIGHBOURS_SECONDS),
        )
        tasks = [asyncio.create_task(_for_ever(one, seconds)) for one, seconds in rounds]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def turn_days(self) -> None:
        """Let every hall turn its day though nobody asks anything of it, and see what another process has written."""
        await self._keep_house()
        for hall, (seq, relayed) in (await self._queries.halls()).items():
            await self._writer.tick(hall)
            if seq > relayed:
                self._relay.committed(hall, seq)

    async def take_chances(self) -> None:
        """Let windows that call by themselves call when the time for it comes."""
        for hall in self._writer.chances():
            await self._writer.tick(hall)

    async def look_after_neighbours(self) -> None:
        """Make the calls, and relay the facts, that no other process has made or relayed for a while."""
        for hall in await self._queries.overdue_halls(self._clock.now() - LEFT_UNDONE):
            await self._writer.tick(hall)
        before, self._unrelayed = self._unrelayed, {}
        for hall, (seq, relayed) in (await self._queries.halls()).items():
            if seq > relayed:
                self._unrelayed[hall] = relayed
                if before.get(hall) == relayed:
                    self._relay.committed(hall, seq)


async def _for_ever(look: Callable[[], Awaitable[None]], seconds: float) -> None:
    while True:
        try:
            await look()
        except (StorageError, DomainError, OSError) as error:
            log.warning("the round every %g seconds failed: %s", seconds, error)
        await asyncio.sleep(seconds)
