"""Keeps a device's memory small: what a screen never uses is not loaded. See docs/adr/0013-what-a-kiosk-weighs.md."""

from __future__ import annotations

import builtins
import sys

_OPENSSL = ("_ssl", "_hashlib")


def leave_out_openssl() -> None:
    """Call before http.client and paho are loaded, when nobody is spoken to over TLS.

    Both do without `ssl` then, and hashlib takes Python's own digests, as in a Python built without OpenSSL (6 MB).
    """
    for name in _OPENSSL:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type] # None is how Python says "there is none"


def load_qt() -> None:
    """Load Qt and keep Python's own `import`.

    PySide6 puts a hook in its place for `from __feature__ import`, which nobody here writes: it reads the source of
    every module loaded afterwards and linecache keeps it (7 MB, 0.1 s).
    """
    plain = builtins.__import__
    import PySide6.QtWidgets  # noqa: F401 - for what it loads

    builtins.__import__ = plain
