"""The checks that frames on serial lines end with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import xor
from typing import Final


def _row(value: int) -> int:
    for _ in range(8):
        value = (value >> 1) ^ 0xA001 if value & 1 else value >> 1
    return value


_TABLE: Final = tuple(_row(value) for value in range(256))


def crc16(data: bytes, initial: int = 0xFFFF) -> int:
    """CRC-16 with the reversed polynomial A001: Modbus starts at FFFF, CRC-16/ARC at 0; the low byte is sent first."""
    value = initial
    for byte in data:
        value = (value >> 8) ^ _TABLE[(value ^ byte) & 0xFF]
    return value


CHECKS: Final[Mapping[str, tuple[int, Callable[[bytes], int]]]] = {
    "xor": (1, lambda data: reduce(xor, data, 0)),
    "sum8": (1, lambda data: sum(data) & 0xFF),
    "sum16": (2, lambda data: sum(data) & 0xFFFF),
    "crc16": (2, crc16),
    "crc16-arc": (2, lambda data: crc16(data, 0)),
}
"""Kind of check -> its bytes and how it is made; "sum" is another word for "sum8"."""
