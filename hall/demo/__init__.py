"""`hall demo`: a whole hall on this machine, every part a process of its own, with invented visitors and clerks."""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from hall.commandline import OneLineParser, Problem

DEFAULT_OUT = Path("demo-out")
DEFAULT_VISITORS = 40
MOST_VISITORS = 900


def main(argv: Sequence[str]) -> int:
    """0: all went well; 1: a part died or two counts disagree, one line says which; 2: wrong usage."""
    given = _parser().parse_args(argv)
    if not given.headless and not _has_screen():
        raise Problem("there is no screen here; hall demo --headless plays without one")
    # The server's and the wire's libraries are loaded only now, so that --help answers at once.
    from hall.demo.run import Plan, run

    count = given.visitors if given.visitors is not None else (DEFAULT_VISITORS if given.headless else None)
    with tempfile.TemporaryDirectory(prefix="hall-demo-") as work:
        out = given.out.resolve()
        plan = Plan(headless=given.headless, out=out, work=Path(work), visitors=count, seed=given.seed)
        return asyncio.run(run(plan))


def _has_screen() -> bool:
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("QT_QPA_PLATFORM"))


def _parser() -> OneLineParser:
    parser = OneLineParser(
        prog="hall demo",
        description="A whole hall on this machine: server, kiosks, callers, displays and virtual devices, each a "
        "process of its own, with invented visitors and clerks. With a screen the windows stay open and can be used by "
        "hand until they are closed or Ctrl-C; with --headless it ends by itself.",
    )
    parser.add_argument("--headless", action="store_true", help="without a screen; ends by itself")
    parser.add_argument(
        "--out",
        type=Path,
        default=DEFAULT_OUT,
        metavar="DIR",
        help="where to leave summary, events, slips, screens and announcements (default: %(default)s)",
    )
    parser.add_argument(
        "--visitors",
        type=_visitors,
        metavar="N",
        help=f"how many come (headless default: {DEFAULT_VISITORS}; with a screen they keep coming)",
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="other visitors, other habits (default: 1)")
    return parser


def _visitors(text: str) -> int:
    """argparse turns the error into its one line."""
    if not text.isdecimal() or not 1 <= int(text) <= MOST_VISITORS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {MOST_VISITORS}")
    return int(text)
