"""The one writer: commands that wait together are decided one after another and committed together.

Each command decides on the hall in memory, and changes it only as a whole. Then one transaction, which began by taking
the hall's row, writes what all of them changed, and nobody is answered before it is on disk. If the commit fails, the
memory is thrown away, everybody is told, and nothing has happened.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import queue
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

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
    """Anything else that writes: runs in a transaction of its own.

    `publishes` names the hall whose configuration it changes; `run` then returns (version, sequence number).
    """

    run: Callable[[Connection], Any]
    future: asyncio.Future[Any]
    publishes: str = ""
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
        self._chances: dict[str, datetime] = {}
        self._thread = threading.Thread(target=self._work, name="writer")
        self._closed = False

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Finish what was accepted, then stop."""
        self._inbox.put(None)
        self._thread.join()
        self._closed = True
        _answer(self._left_over())

    async def submit(self, hall: str, command: Command, *, key: str, render: Render) -> Reply:
        """Carry out one command durably, or give again the first reply to its key.

        Raises DomainError when it is refused and StorageError when it cannot be stored; both changed nothing.
        """
        if self._inbox.qsize() > MOST_WAITING:
            raise StorageError("busy")
        fingerprint = hashlib.sha256(repr(command).encode()).hexdigest()
        reply: Reply = await self._done(_Job(hall, command, key, fingerprint, render, _new_future()))
        return reply

    async def tick(self, hall: str) -> None:
        """Let the hall notice what time alone brings: a new business day, somebody's turn where windows call alone."""
        await self._done(_Job(hall, None, "", "", None, _new_future()))

    def chances(self) -> list[str]:
        """Halls in which time alone has made a call possible, each told once; a tick makes the call."""
        now = self._clock.now()
        come = [hall for hall, moment in list(self._chances.items()) if moment <= now]
        for hall in come:
            self._chances.pop(hall, None)
        return come

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

        version: int = await self._done(_Work(publish, _new_future(), publishes=hall))
        with contextlib.suppress(StorageError):  # it is in force all the same; whoever looks next makes the calls
            await self.tick(hall)
        return version

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Any other small write, in a transaction of its own on the writer's thread."""
        result: T = await self._done(_Work(work, _new_future()))
        return result

    async def _done(self, item: _Job | _Work) -> Any:
        self._inbox.put(item)
        if self._closed:
            _answer(self._left_over())
        return await item.future

    def _left_over(self) -> list[_Job | _Work]:
        """What came too late, refused: nobody works any more."""
        items: list[_Job | _Work] = []
        with contextlib.suppress(queue.Empty):
            while (item := self._inbox.get_nowait()) is not None:
                item.result = StorageError("storage_unavailable", "the server is stopping")
                items.append(item)
        return items

    # -- the writer's thread

    def _work(self) -> None:
        while (pending := self._next_batch()) is not None:
            for hall, jobs in pending.jobs.items():
                self._commit(hall, jobs)
                _answer(jobs)
            for work in pending.works:
                self._commit_work(work)
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

    def _commit(self, hall: str, jobs: list[_Job]) -> None:
        """Commit the jobs together; when one of them cannot be stored, each by itself, so that only that one fails."""
        try:
            before, after = self._commit_together(hall, jobs)
        except SQLAlchemyError as error:
            self._lives.pop(hall, None)
            if isinstance(error, IntegrityError | DataError):
                self._find_culprit(hall, jobs, error)
                return
            failure = classify(error)
            log.error("nothing could be stored: %s", failure.detail)
            for job in jobs:
                job.result = failure
        except Exception as error:  # noqa: BLE001 # a defect in one command's handling must not take the others along
            self._lives.pop(hall, None)
            self._find_culprit(hall, jobs, error)
        else:
            if before != after:
                self._tell(hall, after)

    def _find_culprit(self, hall: str, jobs: list[_Job], error: Exception) -> None:
        if len(jobs) > 1:
            for job in jobs:
                self._commit(hall, [job])
            return
        log.error("a command could not be carried out", exc_info=error)
        jobs[0].result = StorageError("internal", repr(error))

    def _commit_together(self, hall: str, jobs: list[_Job]) -> tuple[int, int]:
        """The hall's sequence number before and after; raises whatever the database or a command's handler raises."""
        with self._engine.begin() as connection:
            batch = Batch.begin(connection, hall, self._lives.get(hall), self._clock, self._new_id, self._new_token)
            if batch is None:
                for job in jobs:
                    job.result = DomainError("unknown_hall")
                return 0, 0
            self._lives[hall] = batch.live
            batch.remember(job.key for job in jobs if job.key)
            for job in jobs:
                job.result = self._decide(batch, job)
            batch.assign()
            batch.write()
        self._remember_chance(hall, batch.chance)
        return batch.seq_before, batch.live.seq

    def _remember_chance(self, hall: str, chance: datetime | None) -> None:
        if chance is None:
            self._chances.pop(hall, None)
        else:
            self._chances[hall] = chance

    def _decide(self, batch: Batch, job: _Job) -> Any:
        if job.command is None or job.render is None:
            return None
        try:
            return batch.decide(job.command, job.key, job.fingerprint, job.render)
        except DomainError as refusal:
            return refusal

    def _commit_work(self, work: _Work) -> None:
        try:
            with self._engine.begin() as connection:
                work.result = work.run(connection)
        except DomainError as refusal:
            work.result = refusal
        except SQLAlchemyError as error:
            work.result = classify(error)
        except Exception as error:
            log.exception("a write failed")
            work.result = StorageError("internal", repr(error))
        else:
            if work.publishes:
                work.result, seq = work.result
                self._tell(work.publishes, seq)

    def _tell(self, hall: str, seq: int) -> None:
        try:
            self._on_commit(hall, seq)
        except Exception:
            log.exception("a commit could not be told on")


def _new_future() -> asyncio.Future[Any]:
    return asyncio.get_running_loop().create_future()


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
