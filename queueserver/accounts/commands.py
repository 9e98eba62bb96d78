"""`hall user` and `hall enrol`: people and devices from the command line, straight in the server's database.

They work beside a running server: it sees new people at once, and revoked ones within seconds.
"""

from __future__ import annotations

import argparse
import getpass
import re
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from contract.commandline import OneLineParser
from contract.errors import english
from contract.ids import ID_PATTERN
from contract.settings import SettingsError
from queueserver.accounts import records
from queueserver.accounts.passwords import MINIMUM_LENGTH, hash_password
from queueserver.accounts.records import Account, Enrolment
from queueserver.accounts.roles import DEVICE_ROLES, PERSON_ROLES
from queueserver.accounts.secrets import new_code
from queueserver.clock import SystemClock
from queueserver.domain.errors import DomainError
from queueserver.settings import ServerSettings
from queueserver.store.database import DatabaseRefusedError, classify, open_engine, prepare

T = TypeVar("T")

_USER_ID: Final = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
_FEWEST_HOURS: Final = 0.02
_MOST_HOURS: Final = 8760.0
_DEVICE_ID: Final = re.compile(ID_PATTERN)


class CommandRefusedError(Exception):
    """The command cannot be carried out; the message is one line for the operator."""


def main_user(argv: Sequence[str]) -> int:
    """`hall user add|list|remove`; 0 good, 1 refused, 2 wrong usage."""
    parser = OneLineParser(prog="hall user", description="People who sign in at windows and consoles.")
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="add|list|remove", parser_class=OneLineParser
    )
    add = commands.add_parser("add", help="add a person, or change password, name and roles of one")
    add.add_argument("user", help="name to sign in with, e.g. li.na")
    add.add_argument("--name", default="", help="name as colleagues and visitors read it; default: the user name")
    add.add_argument("--role", action="append", choices=PERSON_ROLES, help="may be given again; default: clerk")
    add.add_argument(
        "--password-file", type=Path, metavar="FILE", help="read the password from the first line; - = stdin"
    )
    remove = commands.add_parser("remove", help="the person may do nothing any more, at once")
    remove.add_argument("user")
    listing = commands.add_parser("list", help="who may sign in")
    for each in (add, remove, listing):
        _add_database_options(each)
    return _run(parser, {"add": _add_user, "remove": _remove, "list": _list_people}, argv)


def main_enrol(argv: Sequence[str]) -> int:
    """`hall enrol`: a one-time code for one kiosk, caller or display; 0 good, 1 refused, 2 wrong usage."""
    parser = OneLineParser(
        prog="hall enrol", description="Makes a one-time code with which a device fetches its own credentials."
    )
    parser.add_argument("device", help="id of the device, e.g. kiosk-1; its MQTT user name too")
    parser.add_argument("--role", action="append", choices=DEVICE_ROLES, required=True, help="may be given again")
    parser.add_argument("--hours", type=_hours, default=24.0, help="the code is good so long (default: %(default)s)")
    _add_database_options(parser)
    parser.set_defaults(command="enrol")
    return _run(parser, {"enrol": _enrol}, argv)


def _add_database_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--hall", default="", help="id of the hall; not needed when the database holds only one")
    parser.add_argument("--config", type=Path, metavar="FILE", help="the server's settings file")
    parser.add_argument("--data-dir", type=Path, help="the server's data folder")
    parser.add_argument("--database", help="the server's database URL")


def _run(
    parser: argparse.ArgumentParser,
    commands: dict[str, Callable[[argparse.Namespace], str]],
    argv: Sequence[str],
) -> int:
    given = parser.parse_args(argv)
    try:
        sys.stdout.write(commands[given.command](given) + "\n")
    except SettingsError as error:
        sys.stderr.write(f"{parser.prog}: {error}\n")
        return 2
    except (CommandRefusedError, DatabaseRefusedError) as error:
        sys.stderr.write(f"{parser.prog}: {error}\n")
        return 1
    return 0


def _add_user(given: argparse.Namespace) -> str:
    if not _USER_ID.fullmatch(given.user):
        raise CommandRefusedError(f"'{given.user}' cannot be a user name: use letters, digits, dots and hyphens")
    password = _password(given.password_file)
    roles = frozenset(given.role or ("clerk",))
    stored = hash_password(password)

    def add(connection: Connection) -> str:
        account = Account(
            _hall(connection, given.hall), given.user, records.PERSON, given.name or given.user, roles, stored
        )
        _put(connection, account)
        records.drop_tokens(connection, account)
        return account.hall

    hall = _in_database(given, add)
    return f"{given.user} may sign in at {hall} as {', '.join(sorted(roles))}"


def _remove(given: argparse.Namespace) -> str:
    if not _in_database(given, lambda connection: records.revoke(connection, given.user)):
        raise CommandRefusedError(f"there is no account '{given.user}'")
    return f"{given.user} may do nothing any more"


def _list_people(given: argparse.Namespace) -> str:
    found = _in_database(given, records.people)
    people = [one for one in found if given.hall in ("", one.hall)]
    return "\n".join(f"{one.hall}\t{one.id}\t{one.name}\t{' '.join(sorted(one.roles))}" for one in people) or "nobody"


def _enrol(given: argparse.Namespace) -> str:
    if not _DEVICE_ID.fullmatch(given.device):
        raise CommandRefusedError(f"'{given.device}' cannot be a device id: use a-z, digits and hyphens, e.g. kiosk-1")
    code = new_code()
    expires_at = SystemClock().now() + timedelta(hours=given.hours)

    def enrol(connection: Connection) -> None:
        hall = _hall(connection, given.hall)
        known = records.find(connection, given.device)
        if known is not None and (known.hall != hall or known.kind != records.DEVICE):
            raise CommandRefusedError(f"the id '{given.device}' is already used by another account")
        enrolment = Enrolment(hall, given.device, frozenset(given.role), used=False)
        records.add_enrolment(connection, enrolment, code, expires_at)

    _in_database(given, enrol)
    return code


def _hours(text: str) -> float:
    """From a minute to a year; raises ArgumentTypeError."""
    try:
        hours = float(text)
    except ValueError:
        hours = 0.0
    if not _FEWEST_HOURS <= hours <= _MOST_HOURS:
        raise argparse.ArgumentTypeError(f"'{text}' is no time a code may be good for; give 0.02 to 8760 hours")
    return hours


def _hall(connection: Connection, wanted: str) -> str:
    if wanted and records.hall_exists(connection, wanted):
        return wanted
    if wanted:
        raise CommandRefusedError(f"there is no hall '{wanted}'; `hall config import` makes one")
    only = records.the_only_hall(connection)
    if only is None:
        raise CommandRefusedError("the database holds no hall, or several: say which with --hall")
    return only


def _put(connection: Connection, account: Account) -> None:
    try:
        records.put(connection, account)
    except DomainError as error:
        raise CommandRefusedError(f"the id '{account.id}' is already used by another account") from error


def _password(file: Path | None) -> str:
    if file is None:
        password = getpass.getpass("Password: ")
        if getpass.getpass("Once more: ") != password:
            raise CommandRefusedError("the two passwords differ")
    elif str(file) == "-":
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        try:
            password = file.read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
        except OSError as error:
            raise CommandRefusedError(f"cannot read {file}: {error.strerror}") from error
    if len(password) < MINIMUM_LENGTH:
        raise CommandRefusedError(f"the password needs at least {MINIMUM_LENGTH} characters")
    return password


def _in_database(given: argparse.Namespace, work: Callable[[Connection], T]) -> T:
    """Run `work` in one transaction of the server's database; raises CommandRefusedError."""
    flags = {name: getattr(given, name) for name in ("data_dir", "database") if getattr(given, name) is not None}
    settings = ServerSettings.load(given.config, flags)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    prepare(settings.database_url)
    engine = open_engine(settings.database_url, writing=True)
    try:
        with engine.begin() as connection:
            return work(connection)
    except SQLAlchemyError as error:
        raise CommandRefusedError(english(classify(error).code, {})) from error
    finally:
        engine.dispose()
