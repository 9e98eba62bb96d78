"""Keeps a device's memory small: what a screen never uses is not loaded. See docs/adr/0013-what-a-kiosk-weighs.md."""

from __future__ import annotations

import builtins
import ctypes
import sys

_OPENSSL = ("ssl", "_hashlib")
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
"""glibc's malloc.h"""
_LARGE_BYTES = 128 * 1024


def leave_out_openssl() -> None:
    """Call before anything else is imported, even the settings that say whether somebody is spoken to over TLS.

    http.client and paho do without `ssl` then, and hashlib takes Python's own digests, as in a Python that was built
    without OpenSSL (5 MB).
    """
    for name in _OPENSSL:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type] # None is how Python says "there is none"


def take_openssl_back() -> None:
    """Call before http.client and paho are imported, when somebody is spoken to over TLS."""
    for name in _OPENSSL:
        if sys.modules.get(name, sys) is None:
            del sys.modules[name]


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
