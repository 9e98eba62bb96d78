"""`hall caller`: the window clerk's panel."""

from __future__ import annotations

import logging
import sys

from caller.settings import CallerSettings
from hallui import lean


def main(argv: list[str]) -> int:
    """Exit code 0 when the clerk closed the app, 1 when it cannot be shown; wrong usage ends with 2."""
    settings = CallerSettings.from_arguments(argv, "The window clerk's app: call, serve, transfer, pause.")
    if not settings.hall:
        print("hall caller: setting hall: which hall? give its id with --hall or in the settings file", file=sys.stderr)
        return 2
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")

    lean.give_large_blocks_back()
    lean.load_qt()
    from caller.app import run
    from hallui.application import StartError

    try:
        return run(settings)
    except StartError as error:
        print(f"hall caller: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
