"""How far a long command has come, on stderr: nothing while it is quick, one line that changes on a terminal."""

from __future__ import annotations

import sys
import time
from typing import Final

QUIET_SECONDS: Final = 2.0
BETWEEN_SECONDS: Final = 10.0
"""Where each step is a line of its own, as in a log file."""


class Steps:
    """show() each step, then end()."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._next = time.monotonic() + QUIET_SECONDS
        self._shown = False

    def show(self, step: str) -> None:
        if time.monotonic() < self._next:
            return
        terminal = sys.stderr.isatty()
        self._next = time.monotonic() + (0.1 if terminal else BETWEEN_SECONDS)
        line = f"{self._name}: {step}"
        print(f"\r{line}" if terminal else line, end="" if terminal else "\n", file=sys.stderr, flush=True)
        self._shown = terminal

    def end(self) -> None:
        if self._shown:
            print(file=sys.stderr)
