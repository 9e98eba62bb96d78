"""Keeps a device's memory small: what a screen never uses is not loaded."""

from __future__ import annotations

import sys
from types import ModuleType


def leave_out_httpx_command_line() -> None:
    """Call before httpx is imported: its command line would bring click, rich and pygments (8 MB, 0.1 s) along."""
    stand_in = ModuleType("httpx._main")
    stand_in.__dict__["main"] = _no_command_line
    sys.modules.setdefault("httpx._main", stand_in)


def _no_command_line() -> None:
    raise SystemExit("this program is not httpx")
