"""Tells the person at the terminal what happens, one calm line a step, on standard error."""

from __future__ import annotations

import sys
import time


class Progress:
    """Lines like " 12.3 s  server ready"."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._last = ""
        # Kept, because commands run here with the standard streams turned away for a moment.
        self._stream = sys.stderr

    def say(self, text: str) -> None:
        """One line, once: the same line twice in a row says nothing new."""
        if text != self._last:
            self._last = text
            self._stream.write(f"{time.monotonic() - self._began:6.1f} s  {text}\n")
            self._stream.flush()
