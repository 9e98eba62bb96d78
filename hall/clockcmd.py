"""`hall clock`: whether the server believes its machine's clock, and a person's word that it is right after all."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from contract.client.http import HallClient
from contract.days import HallClock
from contract.errors import HallError
from hall.commandline import OneLineParser, Problem
from hall.hallplaces import TOKEN, sign_in

_STATES: Final = {
    "ok": "believed",
    "doubted": "jumped a little ahead; believed if that lasts ten minutes",
    "held": "further ahead than can be, and not believed: set the machine's clock right, or if it is right "
    "say so: hall clock --confirm 'DATE TIME'",
    "behind": "behind the hall's last fact; the hall's time stands still until it has caught up",
}


def main(argv: Sequence[str]) -> int:
    """Exit 0 when the clock is believed, 1 when somebody must look, 2 wrong usage."""
    given = _parser().parse_args(argv)
    client = HallClient(given.server, given.hall, os.environ.get(TOKEN, ""), timeout=15, attempts=2)
    try:
        sign_in(client, given.user, given.hall)
        clock = client.clock()
        if given.confirm is not None:
            clock = client.confirm_clock(given.confirm.replace(tzinfo=clock.machine.tzinfo))
    except HallError as error:
        raise Problem(f"{given.server}: {error}") from error
    finally:
        client.close()
    print(said(clock))
    return 0 if clock.state == "ok" else 1


def said(clock: HallClock) -> str:
    """Both times and what is thought of them, for an operator."""
    return (
        f"the hall's time:  {_read(clock.time)}, business day {clock.business_day}\n"
        f"the machine says: {_read(clock.machine)}: {_STATES[clock.state]}"
    )


def _parser() -> OneLineParser:
    parser = OneLineParser(prog="hall clock", description="Whether the queue server believes its machine's clock.")
    parser.add_argument(
        "--confirm",
        type=_time,
        metavar="'DATE TIME'",
        help="the machine is right; what a right clock shows in the hall",
    )
    parser.add_argument("--server", default="http://127.0.0.1:8460", metavar="URL", help="the running server")
    parser.add_argument("--hall", default="", metavar="ID", help="which hall; by default that of --user")
    parser.add_argument(
        "--user", default="", metavar="NAME", help=f"a duty manager; the password is asked for, or {TOKEN} is set"
    )
    return parser


def _time(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M")  # noqa: DTZ007 # the hall's zone is known later
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a date and time such as '2026-03-02 08:30'") from None


def _read(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M")
