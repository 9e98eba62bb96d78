"""Jobs that block (network, printer) leave the glass free: one thread does them in order, answers come back as posts.

No Qt: `post` is anything that runs a callable on the app's own thread (`bridge.Bridge.post`, or a list in a test).
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from typing import Protocol, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")
Post = Callable[[Callable[[], None]], None]


def log_failure(error: Exception) -> None:
    """What happens to a job's error when nobody asked for it."""
    log.error("a background job failed: %s", error, exc_info=error)


class Jobs(Protocol):
    """Somewhere to hand a blocking job to."""

    def submit(
        self,
        job: Callable[[], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[Exception], None] = log_failure,
    ) -> None:
        """Do `job` in the background; exactly one of `done` and `failed` then runs on the app's own thread."""


class Worker:
    """Jobs on one thread of its own, one at a time, in the order they came."""

    def __init__(self, post: Post, name: str) -> None:
        self._post = post
        self._inbox: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def submit(
        self,
        job: Callable[[], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[Exception], None] = log_failure,
    ) -> None:
        self._inbox.put(lambda: _do(job, done, failed, self._post))

    def close(self, timeout: float = 10.0) -> None:
        """Finish the jobs already handed in, then end the thread; give up after `timeout` seconds."""
        self._inbox.put(None)
        self._thread.join(timeout)

    def _work(self) -> None:
        while (task := self._inbox.get()) is not None:
            task()


class InlineJobs:
    """Jobs done at once on the caller's thread; for tests and for command-line use."""

    def submit(
        self,
        job: Callable[[], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[Exception], None] = log_failure,
    ) -> None:
        _do(job, done, failed, lambda action: action())


def _do(
    job: Callable[[], T], done: Callable[[T], None] | None, failed: Callable[[Exception], None], post: Post
) -> None:
    try:
        result = job()
    except Exception as error:  # noqa: BLE001 - whatever it is, the app must hear of it, or a screen waits for ever
        trouble = error
        post(lambda: failed(trouble))
    else:
        if done is not None:
            post(lambda: done(result))
