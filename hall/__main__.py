"""The `hall` command: finds the part that is asked for, and turns whatever goes wrong into one usable line."""

from __future__ import annotations

import argparse
import difflib
import importlib
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NoReturn, cast

from hall.commandline import OneLineParser, Problem

_DEBUG: Final = "HALL_DEBUG"


@dataclass(frozen=True, slots=True)
class Command:
    """One word after `hall`: what it is for, and "module:function" imported only when it is used."""

    help: str
    target: str
    section: str


_PARTS, _CARE, _SETUP = "the parts of a hall", "looking after it", "setting it up"
COMMANDS: Final = {
    "demo": Command("a whole hall on this machine, with visitors and clerks", "hall.demo:main", _PARTS),
    "serve": Command("the queue server, and its message broker", "queueserver.__main__:main", _PARTS),
    "kiosk": Command("the ticket machine for visitors", "kiosk.__main__:main", _PARTS),
    "caller": Command("the caller for staff at a window", "caller.__main__:main", _PARTS),
    "display": Command("a hall screen with its voice", "display.__main__:main", _PARTS),
    "config": Command("check, import or export the hall as one file", "hall.configcmd:main", _SETUP),
    "appointments": Command("bring in bookings made elsewhere", "hall.appointmentscmd:main", _CARE),
    "clock": Command(
        "whether the server's clock is believed, and a word that it is right", "hall.clockcmd:main", _CARE
    ),
    "user": Command("accounts of staff: hall user add", "queueserver.accounts.commands:main_user", _SETUP),
    "enrol": Command("make a device known: a code here, --code there", "hall.enrolcmd:main", _SETUP),
    "simulate": Command("replay or invent days: waits, what if", "hall.simulatecmd:main", _CARE),
    "doctor": Command("what is installed, reachable, misconfigured", "hall.doctor:main", _CARE),
    "verify": Command("statistics against the facts, day by day", "hall.verifycmd:main", _CARE),
    "clips": Command("recordings for announcements: which, and are they good", "hall.clipscmd:main", _SETUP),
    "devices": Command("list, probe or test printers, readers, voices", "hall.devicescmd:main", _CARE),
}

_EXTRAS: Final = {
    "PySide6": "apps",
    "shiboken6": "apps",
    "escpos": "devices",
    "serial": "devices",
    "smartcard": "devices",
    "pyttsx3": "devices",
    "PIL": "devices",
    "qrcode": "devices",
    "usb": "devices",
    "fastapi": "server",
    "uvicorn": "server",
    "sqlalchemy": "server",
    "alembic": "server",
    "argon2": "server",
    "psycopg": "server",
}
"""Which extra of the distribution brings a package."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run `hall` with `argv` (default: this process's); returns 0 good, 1 a problem, 2 wrong usage."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        return _run(arguments)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)


def _run(arguments: list[str]) -> int:
    given = _parser().parse_args(arguments[:1])
    name = given.command
    if not name:
        _complain("hall: which command? see hall --help")
        return 2
    if name not in COMMANDS:
        near = difflib.get_close_matches(name, COMMANDS, n=1)
        _complain(
            f"hall: there is no command '{name}'" + (f"; did you mean '{near[0]}'?" if near else "; see hall --help")
        )
        return 2
    try:
        return _target(COMMANDS[name])(arguments[1:])
    except Problem as problem:
        _complain(f"hall {name}: {problem}")
    except KeyboardInterrupt:
        _complain(f"hall {name}: interrupted")
    except BrokenPipeError:
        # Whoever read our output has gone, as in "| head"; nothing is left to tell them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:  # noqa: BLE001 # a person gets one line, whatever it was
        if os.environ.get(_DEBUG):
            traceback.print_exc()
        _complain(f"hall {name}: {_words(error)}")
    return 1


def _target(command: Command) -> Callable[[list[str]], int]:
    module, _, function = command.target.partition(":")
    return cast("Callable[[list[str]], int]", getattr(importlib.import_module(module), function))


def _words(error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name:
        package = error.name.partition(".")[0]
        extra = _EXTRAS.get(package)
        how = f"install it with: pip install 'hallqueue[{extra}]'" if extra else "the installation is not complete"
        return f"the Python package {package} is missing; {how}"
    said = " ".join(str(error).split()) or "no further word"
    return f"unexpected {type(error).__name__}: {said} (set {_DEBUG}=1 to see where)"


def _complain(line: str) -> None:
    print(line, file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = OneLineParser(
        prog="hall",
        usage="hall COMMAND [options]",
        description="Queue and calling system for service halls.",
        epilog=_listing(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    parser.add_argument("command", nargs="?", default="", help=argparse.SUPPRESS)
    return parser


def _listing() -> str:
    lines = []
    for section in dict.fromkeys(command.section for command in COMMANDS.values()):
        lines += ["", f"{section}:"]
        lines += [f"  {name:<9} {command.help}" for name, command in COMMANDS.items() if command.section == section]
    lines += [
        "",
        "hall COMMAND --help says more. To see everything at work: hall demo",
        "Exit codes: 0 good, 1 there is a problem, 2 wrong usage.",
    ]
    return "\n".join(lines).lstrip("\n")


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(f"hallqueue {version('hallqueue')}")
        except PackageNotFoundError:
            print("hallqueue, run from its source folder")
        parser.exit(0)


if __name__ == "__main__":
    sys.exit(main())
