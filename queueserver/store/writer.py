"""The one writer: commands that wait together are decided one after another and committed together.

Each command decides on the hall in memory, and changes it only as a whole. Then one transaction, which began by taking
the hall's row, writes what all of them changed, and nobody is answered before it is on disk. If the commit fails, the
memory is thrown away, everybody is told, and nothing has happened.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import queue
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from contract.config import HallConfig
from queueserver.domain.errors import DomainError
from queueserver.handlers.commands import Command
from queueserver.ports import Answer, Clock, NewId
from queueserver.store import publishing
from queueserver.store.batch import Batch, Reply
from queueserver.store.database import StorageError, classify
from queueserver.store.live import LiveHall

log = logging.getLogger(__name__)

MOST_TOGETHER: Final = 256
MOST_WAITING: Final = 4096

T = TypeVar("T")
Render = Callable[[Answer], Reply]


@dataclass(slots=True)
class _Job:
    """One command on its way; `result` is a Reply or the error to raise."""

    hall: str
    command: Command | None
    key: str
    fingerprint: str
    render: Render | None
    future: asyncio.Future[Any]
    result: Any = None


@dataclass(slots=True)
class _Work:
    """Anything else that writes: runs in a transaction of its own."""

    run: Callable[[Connection], Any]
    future: asyncio.Future[Any]
    forget: str = ""
    result: Any = None


@dataclass(slots=True)
class _Pending:
    jobs: dict[str, list[_Job]] = field(default_factory=dict)
    works: list[_Work] = field(default_factory=list)


class Writer:
    """start(), then submit() from an event loop, then close(). `on_commit(hall, seq)` runs on the writer's thread."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        new_id: NewId,
        new_token: Callable[[], str],
        on_commit: Callable[[str, int], None],
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._new_id = new_id
        self._new_token = new_token
        self._on_commit = on_commit
        self._inbox: queue.SimpleQueue[_Job | _Work | None] = queue.SimpleQueue()
        self._lives: dict[str, LiveHall] = {}
        self._thread = threading.Thread(target=self._work, name="writer")

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Finish what was accepted, then stop."""
        self._inbox.put(None)
        self._thread.join()

    async def submit(self, hall: str, command: Command, *, key: str, render: Render) -> Reply:
        """Carry out one command durably, or give again the first reply to its key.

        Raises DomainError when it is refused and StorageError when it cannot be stored; both changed nothing.
        """
        if self._inbox.qsize() > MOST_WAITING:
            raise StorageError("busy")
        fingerprint = hashlib.sha256(repr(command).encode()).hexdigest()
        job = _Job(hall, command, key, fingerprint, render, asyncio.get_running_loop().create_future())
        self._inbox.put(job)
        reply: Reply = await job.future
        return reply

    async def tick(self, hall: str) -> None:
        """Let the hall notice that a new business day has begun."""
        job = _Job(hall, None, "", "", None, asyncio.get_running_loop().create_future())
        self._inbox.put(job)
        await job.future

    async def publish_config(
        self, hall: str, config: HallConfig, *, by: str, note: str, expected_version: int | None = None
    ) -> int:
        """Put a checked configuration in force, creating the hall if it is new; returns the new version.

        Raises DomainError("stale_draft") when `expected_version` is not the one in force.
        """

        def publish(connection: Connection) -> tuple[int, int]:
            return publishing.publish(
                connection, hall, config, self._clock.now(), self._new_id(), by=by, note=note, expected=expected_version
            )

        version, seq = await self._run(publish, forget=hall)
        self._on_commit(hall, seq)
        return version

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Any other small write, in a transaction of its own on the writer's thread."""
        return await self._run(work)

    async def _run(self, work: Callable[[Connection], T], forget: str = "") -> T:
        item = _Work(work, asyncio.get_running_loop().create_future(), forget)
        self._inbox.put(item)
        result: T = await item.future
        return result

    # -- the writer's thread

    def _work(self) -> None:
        with self._engine.connect() as connection:
            while (pending := self._next_batch()) is not None:
                for hall, jobs in pending.jobs.items():
                    self._commit(connection, hall, jobs)
                    _answer(jobs)
                for work in pending.works:
                    self._commit_work(connection, work)
                    _answer([work])

    def _next_batch(self) -> _Pending | None:
        """Everything that waits, in the order it came; None when closing."""
        pending = _Pending()
        item = self._inbox.get()
        for taken in range(1, MOST_TOGETHER + 1):
            if item is None:
                return self._last_batch(pending)
            if isinstance(item, _Work):
                pending.works.append(item)
                return pending
            pending.jobs.setdefault(item.hall, []).append(item)
            if taken == MOST_TOGETHER or self._inbox.empty():
                return pending
            item = self._inbox.get()
        return pending

    def _last_batch(self, pending: _Pending) -> _Pending | None:
        if not pending.jobs:
            return None
        self._inbox.put(None)
        return pending

    def _commit(self, connection: Connection, hall: str, jobs: list[_Job]) -> None:
        try:
            self._commit_together(connection, hall, jobs)
        except IntegrityError as error:
            self._lives.pop(hall, None)
            if len(jobs) == 1:
                log.exception("a command broke a rule of the database")
                jobs[0].result = StorageError("internal", str(error.orig))
                return
            for job in jobs:
                self._commit(connection, hall, [job])
        except SQLAlchemyError as error:
            self._lives.pop(hall, None)
            failure = classify(error)
            log.error("nothing could be stored: %s", failure.detail)
            for job in jobs:
                job.result = failure
        except Exception as error:
            self._lives.pop(hall, None)
            log.exception("a batch of %d commands failed", len(jobs))
            for job in jobs:
                job.result = StorageError("internal", repr(error))

    def _commit_together(self, connection: Connection, hall: str, jobs: list[_Job]) -> None:
        with connection.begin():
            batch = Batch.begin(connection, hall, self._lives.get(hall), self._clock, self._new_id, self._new_token)
            if batch is None:
                for job in jobs:
                    job.result = DomainError("unknown_hall")
                return
            self._lives[hall] = batch.live
            batch.remember(job.key for job in jobs if job.key)
            for job in jobs:
                job.result = self._decide(batch, job)
            batch.write()
        if batch.seq_before != batch.live.seq:
            self._on_commit(hall, batch.live.seq)

    def _decide(self, batch: Batch, job: _Job) -> Any:
        if job.command is None or job.render is None:
            return None
        try:
            return batch.decide(job.command, job.key, job.fingerprint, job.render)
        except DomainError as refusal:
            return refusal

    def _commit_work(self, connection: Connection, work: _Work) -> None:
        try:
            with connection.begin():
                work.result = work.run(connection)
        except DomainError as refusal:
            work.result = refusal
        except SQLAlchemyError as error:
            work.result = classify(error)
        except Exception as error:
            log.exception("a write failed")
            work.result = StorageError("internal", repr(error))
        if work.forget:
            self._lives.pop(work.forget, None)


def _answer(items: Iterable[_Job | _Work]) -> None:
    """Hand every result to the loop that waits for it."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Job | _Work]] = {}
    for item in items:
        by_loop.setdefault(item.future.get_loop(), []).append(item)
    for loop, answered in by_loop.items():
        try:
            loop.call_soon_threadsafe(_resolve, answered)
        except RuntimeError:
            log.info("%d answers had nobody waiting any more", len(answered))


def _resolve(items: list[_Job | _Work]) -> None:
    for item in items:
        if item.future.cancelled():
            continue
        if isinstance(item.result, Exception):
            item.future.set_exception(item.result)
        else:
            item.future.set_result(item.result)
