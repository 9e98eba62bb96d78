"""Modbus RTU as far as digit displays speak it: write registers, read one back. Pure bytes.

Source: "MODBUS Application Protocol Specification V1.1b3" and "MODBUS over Serial Line V1.02", modbus.org.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from hardware.bus.checks import crc16
from hardware.errors import FrameError

READ, WRITE_ONE, WRITE_MANY = 3, 6, 16
EXCEPTION = 0x80
LONGEST = 256
MOST_REGISTERS = 123
REFUSALS = {1: "function not known", 2: "no such register", 3: "value not allowed", 4: "device failed", 6: "busy"}


@dataclass(frozen=True, slots=True)
class Message:
    """One frame without its check."""

    address: int
    function: int
    data: bytes


def frame(message: Message) -> bytes:
    """The frame; the check travels with its low byte first."""
    body = bytes([message.address, message.function]) + message.data
    return body + crc16(body).to_bytes(2, "little")


def write(address: int, register: int, values: Sequence[int]) -> bytes:
    """The request that writes `values` from `register` on."""
    body = struct.pack(f">HHB{len(values)}H", register, len(values), 2 * len(values), *values)
    return frame(Message(address, WRITE_MANY, body))


def read(address: int, register: int, count: int = 1) -> bytes:
    """The request for some registers' values."""
    return frame(Message(address, READ, struct.pack(">HH", register, count)))


def written(message: Message) -> tuple[int, tuple[int, ...]] | None:
    """Register and values of a request to write, as a display reads it; None when it is none. Raises FrameError."""
    try:
        if message.function == WRITE_ONE:
            register, value = struct.unpack(">HH", message.data)
            return register, (value,)
        if message.function == WRITE_MANY:
            register, count, _ = struct.unpack_from(">HHB", message.data)
            return register, struct.unpack(f">{count}H", message.data[5:])
    except struct.error as fault:
        raise FrameError("a request to write is cut short") from fault
    return None


class Unframer:
    """Finds frames by their check; `answers` tells which end listens, because lengths differ."""

    def __init__(self, *, answers: bool) -> None:
        self._answers = answers
        self._buffer = b""

    def feed(self, data: bytes) -> None:
        """Keep what arrived; at most one frame's worth is kept while none is whole."""
        self._buffer = (self._buffer + data)[-LONGEST:]

    def take(self) -> Message | None:
        """The next whole message, None when there is none yet; what is no message is passed over."""
        for start in range(len(self._buffer) - 3):
            size = self._size(self._buffer[start:])
            whole = self._buffer[start : start + size] if size else b""
            if size and len(whole) == size and crc16(whole[:-2]) == int.from_bytes(whole[-2:], "little"):
                self._buffer = self._buffer[start + size :]
                return Message(whole[0], whole[1], whole[2:-2])
        return None

    def _size(self, data: bytes) -> int:
        """Bytes of the frame that would begin here, 0 when none can."""
        function = data[1]
        if function & EXCEPTION:
            return 5 if self._answers else 0
        if function in {WRITE_ONE, WRITE_MANY} and (self._answers or function == WRITE_ONE):
            return 8
        if function == READ:
            return 5 + data[2] if self._answers else 8
        if function == WRITE_MANY:
            return 9 + data[6] if len(data) > 6 else LONGEST
        return 0
