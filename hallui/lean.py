"""Keeps a device's memory small: what a screen never uses is not loaded. See docs/adr/0018-what-a-kiosk-weighs.md."""

from __future__ import annotations

import builtins
import ctypes
import sys
from types import ModuleType

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
"""glibc's malloc.h"""
_LARGE_BYTES = 128 * 1024


def leave_out_httpx_command_line() -> None:
    """Call before httpx is imported: its command line would bring click, rich and pygments (8 MB, 0.1 s) along."""
    stand_in = ModuleType("httpx._main")
    stand_in.__dict__["main"] = _no_command_line
    sys.modules.setdefault("httpx._main", stand_in)


def _no_command_line() -> None:
    raise SystemExit("this program is not httpx")


def load_qt() -> None:
    """Load Qt and keep Python's own `import`.

    PySide6 puts a hook in its place for `from __feature__ import`, which nobody here writes: it reads the source of
    every module loaded afterwards and linecache keeps it (6 MB).
    """
    plain = builtins.__import__
    import PySide6.QtWidgets  # noqa: F401 - for what it loads

    builtins.__import__ = plain


def give_large_blocks_back() -> None:
    """Let glibc return what is freed: pictures lie apart from the heap, and all threads share one heap (2 MB).

    Left to itself glibc takes the first screen-sized picture for a sign that 8 MB blocks belong into the heap, where
    they stay. Another C library than glibc keeps its own ways.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)
        mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
        mallopt(_M_TRIM_THRESHOLD, _LARGE_BYTES)
