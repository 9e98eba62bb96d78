"""Asks the desktop what it has: room for windows, and a sound card."""

from __future__ import annotations

import shutil
import subprocess
import sys

from hall.commandline import Problem
from hall.demo.layout import Area

ANSWER_SECONDS = 20.0


def screen_area() -> Area:
    """The main screen without the desktop's own bars; raises Problem when there is no screen.

    A process of its own looks, because Qt belongs to a program's main thread.
    """
    asked = subprocess.run(
        [sys.executable, "-m", "hall.demo.screen"], capture_output=True, text=True, timeout=ANSWER_SECONDS, check=False
    )
    numbers = asked.stdout.split()
    if asked.returncode or len(numbers) != 4:
        last = (asked.stderr.strip().splitlines() or ["no answer"])[-1]
        raise Problem(f"the screen cannot be used ({last}); hall demo --headless plays without one")
    x, y, width, height = map(int, numbers)
    return Area(x, y, width, height)


def has_sound_card() -> bool:
    """Whether ALSA's player is here and knows a card."""
    if shutil.which("aplay") is None:
        return False
    listed = subprocess.run(["aplay", "-l"], capture_output=True, text=True, timeout=ANSWER_SECONDS, check=False)
    return listed.returncode == 0 and "card" in listed.stdout


def main() -> int:
    """Print x, y, width and height."""
    from PySide6.QtGui import QGuiApplication

    app = QGuiApplication([])
    area = app.primaryScreen().availableGeometry()
    sys.stdout.write(f"{area.x()} {area.y()} {area.width()} {area.height()}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
