"""A pseudo-terminal as slow as a real cable, on which two who speak at once damage each other's bytes."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from hardware.transport.pty import PtyPlug

BITS = 10
DAMAGE = bytes(value ^ 0x55 for value in range(256))


class PacedPlug:
    """The devices' end. `receive` gets what the host said when its last bit has arrived, on a thread of its own.

    `baud` 0 = as quick as may be. `collisions` counts frames damaged because both ends spoke.
    """

    def __init__(self, receive: Callable[[bytes], None], baud: int, link: Path | None = None) -> None:
        self._receive = receive
        self._byte = BITS / baud if baud else 0.0
        self._arrived: deque[tuple[float, bytes]] = deque()
        self._lock = threading.Condition()
        self._host_until = self._device_until = 0.0
        self._closing = False
        self.collisions = 0
        self._thread = threading.Thread(target=self._deliver, name="paced line")
        self._thread.start()
        self._plug = PtyPlug(self._came, link)

    @property
    def path(self) -> str:
        return self._plug.path

    def send(self, data: bytes) -> None:
        """Speak; returns when the last bit is out. Call it on the thread of `receive` or on one of its own."""
        with self._lock:
            begin = max(time.monotonic(), self._device_until)
            collided = bool(self._byte) and begin < self._host_until
            self._device_until = begin + len(data) * self._byte
            until = self._device_until
        _sleep_until(until)
        with self._lock:
            if self._byte and (collided or self._host_until > begin):
                self.collisions += 1
                data = data.translate(DAMAGE)
        self._plug.send(data)

    def unplug(self) -> None:
        """Pull the cable."""
        self._plug.unplug()

    def plug(self) -> None:
        """Put the cable back."""
        self._plug.plug()

    def close(self) -> None:
        """Unplug and join."""
        self._plug.unplug()
        with self._lock:
            self._closing = True
            self._lock.notify()
        self._thread.join()

    def _came(self, data: bytes) -> None:
        with self._lock:
            begin = max(time.monotonic(), self._host_until)
            if self._byte and begin < self._device_until:
                data = data.translate(DAMAGE)
                self.collisions += 1
            self._host_until = begin + len(data) * self._byte
            self._arrived.append((self._host_until, data))
            self._lock.notify()

    def _deliver(self) -> None:
        while True:
            with self._lock:
                while not self._arrived and not self._closing:
                    self._lock.wait()
                if self._closing:
                    return
                due, data = self._arrived.popleft()
            _sleep_until(due)
            self._receive(data)


def _sleep_until(due: float) -> None:
    left = due - time.monotonic()
    if left > 0:
        time.sleep(left)
