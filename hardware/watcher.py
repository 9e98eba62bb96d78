"""The thread behind every device that speaks by itself: keeps its link open, tells faults once, ends when asked."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from hardware.errors import DeviceError, LinkError
from hardware.ports import HEALTHY, Condition, Health

LOG = logging.getLogger(__name__)


class Closable(Protocol):
    """What a watcher keeps open: a cable, a socket, a service."""

    def close(self) -> None: ...


Seen = TypeVar("Seen")
Link = TypeVar("Link", bound=Closable)


class Watcher(ABC, Generic[Seen, Link]):
    """Subclasses say how to greet a freshly opened device and how to look at it once (under half a second)."""

    def __init__(self, name: str, retry: float = 1.0) -> None:
        self.name = name
        self._retry = retry
        self._health = Health(Condition.DOWN, "not_started", "not started")
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._on_seen: Callable[[Seen], None] = lambda seen: None
        self._on_fault: Callable[[Health], None] = lambda health: None

    def start(self, on_seen: Callable[[Seen], None], on_fault: Callable[[Health], None]) -> None:
        """Begin watching; both are called on the watching thread."""
        if self._thread is not None:
            raise DeviceError(f"{self.name} is watching already")
        self._on_seen, self._on_fault = on_seen, on_fault
        self._thread = threading.Thread(target=self._run, name=f"watch {self.name}")
        self._thread.start()

    def health(self) -> Health:
        """The last known state; never waits for the device."""
        return self._health

    def close(self) -> None:
        """Stop watching and join the thread; safe to call twice and on the watching thread's own callbacks."""
        self._closing.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    @abstractmethod
    def _connect(self) -> Link:
        """Open the link and greet the device; raises LinkError or another DeviceError."""

    @abstractmethod
    def _look(self, link: Link) -> None:
        """Look once; call _seen for what is there, _warn for what cannot be read; raises LinkError when lost."""

    def _pause(self, seconds: float) -> bool:
        """Wait, but not when closing; whether to go on."""
        return not self._closing.wait(seconds)

    def _seen(self, what: Seen) -> None:
        try:
            self._on_seen(what)
        except Exception:  # the listener's defect must not blind the device
            LOG.exception("%s: the listener failed", self.name)

    def _warn(self, health: Health) -> None:
        """Tell something that does not change how well the device works, e.g. one bad card."""
        try:
            self._on_fault(health)
        except Exception:
            LOG.exception("%s: the listener failed", self.name)

    def _become(self, health: Health) -> None:
        if (health.condition, health.code) != (self._health.condition, self._health.code):
            self._health = health
            self._warn(health)

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                link = self._connect()
            except DeviceError as fault:
                self._become(Health(Condition.DOWN, fault.code, fault.detail))
                self._pause(self._retry)
                continue
            self._become(HEALTHY)
            self._watch(link)

    def _watch(self, link: Link) -> None:
        try:
            while not self._closing.is_set():
                self._look(link)
        except LinkError as fault:
            self._become(Health(Condition.DOWN, fault.code, fault.detail))
            self._pause(self._retry)
        finally:
            link.close()
