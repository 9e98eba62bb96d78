"""Opens the window for the twins named on the command line."""

from __future__ import annotations

import sys

from hall.commandline import OneLineParser, Problem
from hall.twins.twin import TwinError, twin_from


def main(argv: list[str] | None = None) -> int:
    """Show the window until it is closed; raises Problem for a twin that is not written right."""
    parser = OneLineParser(prog="python -m hall.twins", description="Virtual devices in one window.")
    parser.add_argument(
        "twins", nargs="+", metavar="KIND=NAME:PORT[:FOLDER]", help="reader or printer, with its control port"
    )
    parser.add_argument(
        "--language", default="zh-CN", metavar="TAG", help="language of the window (default: %(default)s)"
    )
    parser.add_argument("--minimised", action="store_true", help="begin as an entry of the task bar")
    given = parser.parse_args(argv)
    try:
        twins = [twin_from(word) for word in given.twins]
    except TwinError as fault:
        raise Problem(str(fault)) from fault
    from hall.twins.window import run

    return run(twins, given.language, minimised=given.minimised)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Problem as problem:
        sys.exit(f"hall.twins: {problem}")
