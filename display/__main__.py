"""`hall display`: one hall screen, or the bar over one window, and its loudspeakers."""

from __future__ import annotations

import logging
import sys

from display.settings import DisplaySettings
from hallui import lean


def main(argv: list[str]) -> int:
    """Exit code: 0 ended as asked, 1 it could not start, 2 wrong usage (argparse exits itself)."""
    settings = DisplaySettings.from_arguments(argv, "The hall's screen: who is called where, shown and said.")
    if not settings.hall:
        sys.stderr.write("hall display: setting hall: which hall is this display in?\n")
        return 2
    if settings.layout == "bar" and not settings.window:
        sys.stderr.write("hall display: setting window: which window does this bar hang over?\n")
        return 2
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # Qt is loaded only now, so that --help and wrong settings answer at once.
    lean.give_large_blocks_back()
    lean.load_qt()
    from display.app import run
    from hallui.application import StartError

    try:
        return run(settings)
    except StartError as error:
        sys.stderr.write(f"hall display: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
