"""Bytes that never leave the process, so that codecs and drivers meet a scripted device in tests and previews."""

from __future__ import annotations

from collections.abc import Callable

from hardware.errors import LinkError


class MemoryTransport:
    """Keeps what was written in `sent` and answers with whatever `device` returns for it."""

    def __init__(self, device: Callable[[bytes], bytes] = lambda data: b"", *, two_way: bool = True) -> None:
        self.two_way = two_way
        self.sent = bytearray()
        self.broken = False
        self._device = device
        self._answers = bytearray()
        self._open = False

    def describe(self) -> str:
        return "memory"

    @property
    def is_open(self) -> bool:
        return self._open

    def open(self) -> None:
        self._refuse_when_broken()
        self._answers.clear()
        self._open = True

    def write(self, data: bytes, timeout: float) -> None:
        self._refuse_when_broken()
        self.sent += data
        self._answers += self._device(data)

    def read(self, size: int, timeout: float) -> bytes:
        self._refuse_when_broken()
        part = bytes(self._answers[:size])
        del self._answers[:size]
        return part

    def close(self) -> None:
        self._open = False

    def _refuse_when_broken(self) -> None:
        if self.broken:
            raise LinkError("memory: broken")
