"""Bytes into a file: a printer's device node such as /dev/usb/lp0, or a record of what would have been printed."""

from __future__ import annotations

import os
import select
import time
from pathlib import Path

from hardware.errors import LinkError


class FileTransport:
    """One-way. Never blocks: a device node whose printer is off would else hold its caller for ever."""

    two_way = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle = -1

    def describe(self) -> str:
        return str(self._path)

    @property
    def is_open(self) -> bool:
        return self._handle >= 0

    def open(self) -> None:
        self.close()
        flags = os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK | os.O_CLOEXEC
        if not self._path.is_relative_to("/dev"):  # in /dev a missing node is a missing printer, not a new file
            flags |= os.O_CREAT
        try:
            self._handle = os.open(self._path, flags, 0o640)
        except OSError as fault:
            raise LinkError(f"{self._path}: {fault.strerror}") from fault

    def write(self, data: bytes, timeout: float) -> None:
        if not self.is_open:
            raise LinkError(f"{self._path}: not open")
        deadline = time.monotonic() + timeout
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(self._handle, rest) :]
            except BlockingIOError:
                self._wait(deadline)
            except OSError as fault:
                raise LinkError(f"{self._path}: {fault.strerror}") from fault

    def _wait(self, deadline: float) -> None:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([], [self._handle], [], left)[1]:
            raise LinkError(f"{self._path}: the device takes no more bytes")

    def read(self, size: int, timeout: float) -> bytes:
        """Always empty: nothing comes back this way."""
        return b""

    def close(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
