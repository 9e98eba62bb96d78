"""Key presses out of the records that Linux gives for keyboards and keypads: pure bytes.

Source: linux/input.h and linux/input-event-codes.h; one record is a time, a type, a code and a value.
"""

from __future__ import annotations

import struct
from typing import Final

RECORD: Final = struct.Struct("@llHHi")
"""In the machine's own sizes, as the kernel writes it."""
SYNC, KEY = 0, 1
DROPPED = 3
UP, DOWN, REPEATED = 0, 1, 2

NAMES: Final = {
    1: "ESC",
    **{code: str((code - 1) % 10) for code in range(2, 12)},
    14: "BACKSPACE",
    15: "TAB",
    28: "ENTER",
    55: "KPASTERISK",
    57: "SPACE",
    **{58 + number: f"F{number}" for number in range(1, 11)},
    69: "NUMLOCK",
    71: "KP7",
    72: "KP8",
    73: "KP9",
    74: "KPMINUS",
    75: "KP4",
    76: "KP5",
    77: "KP6",
    78: "KPPLUS",
    79: "KP1",
    80: "KP2",
    81: "KP3",
    82: "KP0",
    83: "KPDOT",
    87: "F11",
    88: "F12",
    96: "KPENTER",
    98: "KPSLASH",
    102: "HOME",
    103: "UP",
    104: "PAGEUP",
    105: "LEFT",
    106: "RIGHT",
    107: "END",
    108: "DOWN",
    109: "PAGEDOWN",
    110: "INSERT",
    111: "DELETE",
    113: "MUTE",
    114: "VOLUMEDOWN",
    115: "VOLUMEUP",
    117: "KPEQUAL",
    140: "CALC",
}
"""Code -> name, as in the kernel's headers without KEY_; the row of digits is "1".."9", "0"."""
DIGITS: Final = {name: name.removeprefix("KP") for name in NAMES.values() if name.removeprefix("KP").isdecimal()}


def record(kind: int, code: int, value: int) -> bytes:
    """One record at time 0, as a twin writes it."""
    return RECORD.pack(0, 0, kind, code, value)


class Decoder:
    """Names of keys that went down; releases and what a key held down repeats are passed over."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> list[str]:
        """The keys in `data` and in what was left of earlier data; a key without a name is "#CODE"."""
        self._buffer += data
        whole = len(self._buffer) // RECORD.size * RECORD.size
        records, self._buffer = self._buffer[:whole], self._buffer[whole:]
        return [
            NAMES.get(code, f"#{code}")
            for _, _, kind, code, value in RECORD.iter_unpack(records)
            if kind == KEY and value == DOWN
        ]
