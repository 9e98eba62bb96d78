"""Bytes in the 64-byte reports of a USB HID device, through Linux's /dev/hidraw nodes."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable
from pathlib import Path

from hardware.errors import LinkError

REPORT = 64
_CLASS = Path("/sys/class/hidraw")


class HidTransport:
    """One device; what is written goes in whole reports, filled up with zeros. `find` says where its node is now."""

    two_way = True

    def __init__(self, name: str, find: Callable[[], Path | None]) -> None:
        self._name = name
        self._find = find
        self._handle = -1

    def describe(self) -> str:
        return self._name

    @property
    def is_open(self) -> bool:
        return self._handle >= 0

    def open(self) -> None:
        self.close()
        node = self._find()
        if node is None:
            raise LinkError(f"{self._name}: not plugged in")
        try:
            self._handle = os.open(node, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as fault:
            raise LinkError(f"{self._name}: {node}: {fault.strerror}") from fault

    def write(self, data: bytes, timeout: float) -> None:
        self._must_be_open()
        deadline = time.monotonic() + timeout
        for start in range(0, len(data), REPORT):
            report = data[start : start + REPORT].ljust(REPORT, b"\x00")
            self._wait_until_it_takes(deadline)
            try:
                os.write(self._handle, b"\x00" + report)  # the number of a report that has none
            except OSError as fault:
                raise LinkError(f"{self._name}: {fault.strerror}") from fault

    def read(self, size: int, timeout: float) -> bytes:
        """One report at a time, its filling included: a codec knows where its frame ends."""
        self._must_be_open()
        try:
            if not select.select([self._handle], [], [], timeout)[0]:
                return b""
            data = os.read(self._handle, REPORT)
        except OSError as fault:
            raise LinkError(f"{self._name}: {fault.strerror}") from fault
        if not data:
            raise LinkError(f"{self._name}: unplugged")
        return data

    def close(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _wait_until_it_takes(self, deadline: float) -> None:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([], [self._handle], [], left)[1]:
            raise LinkError(f"{self._name}: takes no more bytes")

    def _must_be_open(self) -> None:
        if not self.is_open:
            raise LinkError(f"{self._name}: not open")


def node_of(vendor: int, product: int, known: Path = _CLASS) -> Path | None:
    """The node of the first device with these ids, None when it is not plugged in."""
    wanted = f"HID_ID=0003:{vendor:08X}:{product:08X}"
    for entry in sorted(known.glob("hidraw*")):
        try:
            lines = (entry / "device" / "uevent").read_text().splitlines()
        except OSError:
            continue  # unplugged while we looked
        if wanted in lines:
            return Path("/dev") / entry.name
    return None
