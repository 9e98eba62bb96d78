"""The one way drivers move bytes, so that a codec never knows whether it speaks to a cable, a socket or a test."""

from __future__ import annotations

from typing import Protocol


class Transport(Protocol):
    """A connection to one device; not thread-safe, its driver owns it.

    Every call is bounded by a time in seconds. LinkError means the connection is gone: close() and open() again.
    """

    two_way: bool

    def describe(self) -> str:
        """Where it leads, for logs and health, e.g. "192.0.2.7:9100"."""

    @property
    def is_open(self) -> bool: ...

    def open(self) -> None:
        """Connect, closing an earlier connection first; raises LinkError."""

    def write(self, data: bytes, timeout: float) -> None:
        """Hand all of `data` over within `timeout`; raises LinkError."""

    def read(self, size: int, timeout: float) -> bytes:
        """Up to `size` bytes as soon as any are there, empty after `timeout`; raises LinkError."""

    def close(self) -> None:
        """Let go of the device; never raises, never blocks."""


def read_exactly(link: Transport, size: int, timeout: float) -> bytes:
    """`size` bytes, or fewer when none come for `timeout` seconds in a row; raises LinkError."""
    data = b""
    while len(data) < size:
        part = link.read(size - len(data), timeout)
        if not part:
            break
        data += part
    return data


def drain(link: Transport) -> bytes:
    """Throw away what the device said before it was asked; returns it for the log."""
    stale = b""
    while len(stale) < 65536:
        part = link.read(4096, 0.0)
        if not part:
            break
        stale += part
    return stale
