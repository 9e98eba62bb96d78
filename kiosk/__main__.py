"""`hall kiosk`: one touch screen and its slip printer."""

from __future__ import annotations

import logging
import sys

from hallui import lean

lean.leave_out_httpx_command_line()

from kiosk.settings import KioskSettings  # noqa: E402 - httpx comes with it


def main(argv: list[str]) -> int:
    """Exit code: 0 ended as asked, 1 it could not start, 2 wrong usage (argparse exits itself)."""
    settings = KioskSettings.from_arguments(argv, "The kiosk: visitors take their numbers here.")
    if not settings.hall:
        sys.stderr.write("hall kiosk: setting hall: which hall is this kiosk in?\n")
        return 2
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # Qt is loaded only now, so that --help and wrong settings answer at once.
    lean.give_large_blocks_back()
    lean.load_qt()
    from hallui.application import StartError
    from kiosk.app import run

    try:
        return run(settings)
    except StartError as error:
        sys.stderr.write(f"hall kiosk: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
