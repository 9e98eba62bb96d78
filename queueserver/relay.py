"""The outbox's way out: events in order, at least once, from the database to the broker.

The database's `relayed_seq` says how far each hall has come; it is moved only after the broker has answered for every
event up to it. While the broker is away nothing is lost and nobody waits: events stay where they are.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from sqlalchemy import Connection, update

from contract import topics
from contract.events import EVENT_DATA, AnyData
from queueserver.accounts.directory import Writes
from queueserver.outgoing import wire_event
from queueserver.ports import Clock
from queueserver.publisher import Message, MqttAddress, Publisher, PublishingError
from queueserver.reading import Reading
from queueserver.retained import Retained
from queueserver.selects import AnyRow, all_halls, events_after
from queueserver.store.database import StorageError
from queueserver.store.rows import from_ms, to_ms
from queueserver.store.tables import halls

log = logging.getLogger(__name__)

_BATCH: Final = 200
_QUEUE_STATE_SECONDS: Final = 0.2
"""Waiting counts are published at most this often; calls and windows at once."""
_BREATH_SECONDS: Final = 0.003
"""Least time between two looks at the outbox: one event alone never waits, a flood is taken in handfuls."""
_MARK_SECONDS: Final = 0.25
_FIRST_PAUSE_SECONDS: Final = 0.2
_LONGEST_PAUSE_SECONDS: Final = 5.0

LoadRetained = Callable[[Connection, str], Retained]


class Relay:
    """Publishes every hall's events. start() in the event loop, committed() from any thread, close() once."""

    def __init__(
        self, address: Callable[[], MqttAddress], reading: Reading, writes: Writes, clock: Clock, retained: LoadRetained
    ) -> None:
        self._address = address
        self._reading = reading
        self._writes = writes
        self._clock = clock
        self._load_retained = retained
        self._wake = asyncio.Event()
        self._dirty: set[str] = set()
        self._relayed: dict[str, int] = {}
        self._marked: dict[str, int] = {}
        self._retained: dict[str, Retained] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self.connected = False
        self.published = 0

    async def start(self) -> None:
        """Begin to relay; does not wait for the broker."""
        self._loop = asyncio.get_running_loop()
        self._tasks = [asyncio.create_task(self._run()), asyncio.create_task(self._mark_for_ever())]

    async def close(self) -> None:
        """Stop, and write down how far everything has come."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(StorageError):
            await self._mark()

    def committed(self, hall: str, _seq: int) -> None:
        """There is something new; called by the writer after each commit, on its own thread."""
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended: the next start relays it
                loop.call_soon_threadsafe(self._look_at, hall)

    def relayed(self, hall: str) -> int | None:
        """How far this process has relayed `hall`; None before it was looked at."""
        return self._relayed.get(hall)

    def _look_at(self, hall: str) -> None:
        self._dirty.add(hall)
        self._wake.set()

    async def _run(self) -> None:
        pause = _FIRST_PAUSE_SECONDS
        while True:
            try:
                await self._one_connection()
            except PublishingError as error:
                log.warning("events wait: %s", error)
            except StorageError as error:
                log.warning("events wait, they cannot be read: %s", error)
            pause = _FIRST_PAUSE_SECONDS if self.connected else min(pause * 2, _LONGEST_PAUSE_SECONDS)
            self.connected = False
            await asyncio.sleep(pause)

    async def _one_connection(self) -> None:
        """Until the broker or the database is gone."""
        publisher = await Publisher.connect(self._address())
        self.connected = True
        publishing = asyncio.create_task(self._publish_for_ever(publisher))
        try:
            await asyncio.wait((publishing, publisher.lost), return_when=asyncio.FIRST_COMPLETED)
            if publishing.done():
                await publishing
            raise PublishingError(publisher.lost.result())
        finally:
            publishing.cancel()
            await asyncio.gather(publishing, return_exceptions=True)
            await publisher.close()

    async def _publish_for_ever(self, publisher: Publisher) -> None:
        self._relayed, self._retained = await self._relayed_so_far(), {}
        self._dirty.update(self._relayed)
        self._wake.set()
        last_look = last_queues = 0.0
        while True:
            await self._until_something(last_queues)
            await asyncio.sleep(last_look + _BREATH_SECONDS - time.monotonic())
            last_look = time.monotonic()
            dirty, self._dirty = self._dirty, set()
            self._wake.clear()
            for hall in sorted(dirty):
                await self._catch_up(publisher, hall)
            if time.monotonic() - last_queues >= _QUEUE_STATE_SECONDS:
                await self._publish_queues(publisher)
                last_queues = time.monotonic()

    async def _relayed_so_far(self) -> dict[str, int]:
        stored = await self._reading.run(all_halls)
        return {hall: max(relayed, self._relayed.get(hall, 0)) for hall, (_, relayed) in stored.items()}

    async def _until_something(self, last_queues: float) -> None:
        """Until there is a new event, or waiting counts are due."""
        unpublished = any(retained.queues_changed for retained in self._retained.values())
        left = max(0.0, last_queues + _QUEUE_STATE_SECONDS - time.monotonic()) if unpublished else None
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), left)

    async def _catch_up(self, publisher: Publisher, hall: str) -> None:
        if hall not in self._retained:
            self._retained[hall] = await self._reading.run(lambda connection: self._load_retained(connection, hall))
            await publisher.publish(_window_messages(hall, self._retained[hall]))
        while True:
            after = self._relayed.setdefault(hall, 0)
            rows = await self._reading.run(partial(events_after, hall=hall, after=after, most=_BATCH))
            if rows:
                await self._publish_events(publisher, hall, rows)
            if len(rows) < _BATCH:
                return

    async def _publish_events(self, publisher: Publisher, hall: str, rows: Sequence[AnyRow]) -> None:
        retained = self._retained[hall]
        messages: list[Message] = []
        told = True
        for row in rows:
            data = EVENT_DATA[row.type].model_validate_json(row.data)
            told = retained.apply(row.seq, row.type, data) and told
            payload = wire_event(hall, row.id, row.type, from_ms(row.at).isoformat(), row.seq, row.data)
            messages.append(Message(topics.events(hall, row.type), payload, expiry_seconds=self._expiry(data, row.at)))
        messages += _window_messages(hall, retained)
        await publisher.publish(messages)
        self._relayed[hall] = rows[-1].seq
        self.published += len(rows)
        if not told:
            await self._reload(publisher, hall)

    async def _reload(self, publisher: Publisher, hall: str) -> None:
        """The day or the configuration changed: show what there is now, and forget what is no more."""
        before = self._retained[hall]
        now = await self._reading.run(lambda connection: self._load_retained(connection, hall))
        self._retained[hall] = now
        gone = [topics.window_state(hall, window) for window in before.windows.keys() - now.windows.keys()]
        gone += [topics.queue_state(hall, queue) for queue in before.queues.keys() - now.queues.keys()]
        await publisher.publish([*(Message(topic, b"", retain=True) for topic in gone), *_window_messages(hall, now)])

    async def _publish_queues(self, publisher: Publisher) -> None:
        await publisher.publish(
            [
                Message(topics.queue_state(hall, status.queue), status.model_dump_json().encode(), retain=True)
                for hall, retained in self._retained.items()
                for status in retained.take_queues()
            ]
        )

    def _expiry(self, data: AnyData, at_ms: int) -> int | None:
        """A call nobody could hear in time is noise: the broker drops it for clients that were away.

        Counted from the fact when the clock was set back since.
        """
        expires_at = getattr(data, "expires_at", None)
        if expires_at is None:
            return None
        return max(1, (to_ms(expires_at) - max(at_ms, to_ms(self._clock.now()))) // 1000)

    async def _mark_for_ever(self) -> None:
        while True:
            await asyncio.sleep(_MARK_SECONDS)
            try:
                await self._mark()
            except StorageError as error:
                log.warning("cannot write down what was relayed: %s", error)

    async def _mark(self) -> None:
        """Move relayed_seq; published again after a crash is better than never."""
        due = {hall: seq for hall, seq in self._relayed.items() if seq > self._marked.get(hall, 0)}
        if due:
            await self._writes.run(lambda connection: _store_relayed(connection, due))
            self._marked.update(due)


def _window_messages(hall: str, retained: Retained) -> list[Message]:
    return [
        Message(topics.window_state(hall, status.window), status.model_dump_json().encode(), retain=True)
        for status in retained.take_windows()
    ]


def _store_relayed(connection: Connection, due: dict[str, int]) -> None:
    for hall, seq in due.items():
        connection.execute(update(halls).where(halls.c.hall == hall, halls.c.relayed_seq < seq).values(relayed_seq=seq))
