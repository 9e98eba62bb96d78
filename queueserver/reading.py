"""The read side's one way to the database: a few threads, and for each question one transaction with one picture."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from queueserver.store.database import classify

T = TypeVar("T")

_THREADS = 3


class Reading:
    """Runs read-only work off the event loop; raises StorageError when the database does not answer."""

    def __init__(self, engine: Engine) -> None:
        if engine.dialect.name == "postgresql":
            engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._engine = engine
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="reader")

    async def run(self, work: Callable[[Connection], T]) -> T:
        """What `work` returns; everything it reads belongs to one moment."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.now, work)

    def now(self, work: Callable[[Connection], T]) -> T:
        """The same on the caller's own thread."""
        try:
            with self._engine.connect() as connection, connection.begin():
                return work(connection)
        except SQLAlchemyError as error:
            raise classify(error) from error

    def close(self) -> None:
        self._threads.shutdown()
