"""The device's end of a pseudo-terminal, so that virtual devices hang on the same kind of port as real ones."""

from __future__ import annotations

import contextlib
import os
import select
import threading
import tty
from collections.abc import Callable
from pathlib import Path


class PtyPlug:
    """A serial device one can plug in and pull out; what the host writes goes to `receive` on a thread of its own.

    `path` is what a driver opens. Given a `link`, the port keeps that name over unplug and plug, as udev would.
    """

    def __init__(self, receive: Callable[[bytes], None], link: Path | None = None) -> None:
        self._receive = receive
        self._link = link
        self._master = self._slave = -1
        self._wake: tuple[int, int] = (-1, -1)
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._path = Path()
        self.plug()

    @property
    def path(self) -> str:
        return str(self._link or self._path)

    def plug(self) -> None:
        """Appear; does nothing when plugged in already."""
        if self._thread is not None:
            return
        self._master, self._slave = os.openpty()  # the slave stays open here, else the master fails between two hosts
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._path = Path(os.ttyname(self._slave))
        self._wake = os.pipe()
        if self._link is not None:
            if self._link.is_symlink():  # left by a run that was killed
                self._link.unlink()
            self._link.symlink_to(self._path)
        self._thread = threading.Thread(target=self._listen, name=f"pty {self.path}")
        self._thread.start()

    def unplug(self) -> None:
        """Vanish: the host's open port fails and cannot be opened again; joins the thread."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        if self._link is not None:
            self._link.unlink(missing_ok=True)
        os.write(self._wake[1], b"x")
        if thread is not threading.current_thread():
            thread.join()
        with self._lock:
            for handle in (self._master, self._slave, *self._wake):
                os.close(handle)
            self._master = self._slave = -1

    def send(self, data: bytes) -> None:
        """Say something to the host; lost when nobody listens for long, as on a real line."""
        with self._lock:
            while data and self._master >= 0:
                if not select.select([], [self._master], [], 0.5)[1]:
                    return
                with contextlib.suppress(BlockingIOError):
                    data = data[os.write(self._master, data) :]

    def _listen(self) -> None:
        while True:
            ready, _, _ = select.select([self._master, self._wake[0]], [], [])
            if self._wake[0] in ready:
                return
            try:
                data = os.read(self._master, 4096)
            except OSError:
                return
            self._receive(data)
