"""Key presses from one input device of Linux, kept from everybody else on the machine."""

from __future__ import annotations

import fcntl
import os
import select
import stat

from hardware.errors import LinkError

GRAB = 0x40044590
"""EVIOCGRAB of linux/input.h: while we hold it, the pad does not type into whatever window is open."""


class EventDevice:
    """Reads only. `path` is best one of /dev/input/by-id, which stays the same over replugging."""

    two_way = False

    def __init__(self, path: str, *, grab: bool = True) -> None:
        self._path = path
        self._grab = grab
        self._handle = -1

    def describe(self) -> str:
        return self._path

    @property
    def is_open(self) -> bool:
        return self._handle >= 0

    def open(self) -> None:
        self.close()
        try:
            self._handle = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            if self._grab and stat.S_ISCHR(os.fstat(self._handle).st_mode):
                fcntl.ioctl(self._handle, GRAB, 1)
        except OSError as fault:
            self.close()
            raise LinkError(f"{self._path}: {fault.strerror}") from fault

    def write(self, data: bytes, timeout: float) -> None:
        raise LinkError(f"{self._path}: cannot be written to")

    def read(self, size: int, timeout: float) -> bytes:
        if not self.is_open:
            raise LinkError(f"{self._path}: not open")
        try:
            ready, _, _ = select.select([self._handle], [], [], timeout)
            if not ready:
                return b""
            data = os.read(self._handle, size)
        except BlockingIOError:
            return b""
        except (OSError, ValueError) as fault:
            raise LinkError(f"{self._path}: {fault}") from fault
        if not data:
            raise LinkError(f"{self._path}: the device is gone")
        return data

    def close(self) -> None:
        handle, self._handle = self._handle, -1
        if handle >= 0:
            os.close(handle)
