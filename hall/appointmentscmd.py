"""`hall appointments import FILE.csv`: bookings made elsewhere, tried first if wanted, every wrong line named."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from contract.appointments import MOST_IMPORTED, ImportAppointments, ImportLine
from contract.client.http import HallClient
from contract.errors import HallError, english
from hall.bookingfile import BookingFileError, Line, lines_of, text_of
from hall.commandline import OneLineParser, Problem
from hall.hallplaces import TOKEN, sign_in

_NO_SERVER: Final = (
    "no queue server answers at {server}. Bookings go through the running server, which alone counts the places of "
    "each time: start it (hall serve), or say where it is with --server URL. A list may be imported again at any time"
)
_TOGETHER: Final = 500
"""So many in one request, so that the hall is not kept waiting."""


def main(argv: Sequence[str]) -> int:
    """Exit 0 when every line is in (or, tried, would be), 1 when something is wrong, 2 wrong usage."""
    given = _parser().parse_args(argv)
    client = HallClient(given.server, given.hall, os.environ.get(TOKEN, ""), timeout=30, attempts=2)
    try:
        return _import(client, given)
    except HallError as error:
        if error.code == "server_unreachable":
            raise Problem(_NO_SERVER.format(server=given.server)) from error
        raise Problem(f"{given.server}: {error}") from error
    finally:
        client.close()


def _parser() -> OneLineParser:
    parser = OneLineParser(prog="hall appointments", description="Appointments made elsewhere.")
    commands = parser.add_subparsers(metavar="import", required=True, parser_class=OneLineParser)
    bring = commands.add_parser(
        "import", help="bring in a list of bookings; those that are in follow what the list says of them"
    )
    bring.add_argument("file", type=Path, metavar="FILE.csv", help="first line: reference, service, start, ...")
    bring.add_argument("--dry-run", action="store_true", help="only say what would become of each line")
    bring.add_argument("--exceed-quota", action="store_true", help="take also what is over a time's places, and say so")
    bring.add_argument("--source", default="import", metavar="ID", help="whose references they are, e.g. city-portal")
    bring.add_argument("--server", default="http://127.0.0.1:8460", metavar="URL", help="the running server")
    bring.add_argument("--hall", default="", metavar="ID", help="which hall; by default that of --user")
    bring.add_argument(
        "--user", default="", metavar="NAME", help=f"a manager; the password is asked for, or {TOKEN} is set instead"
    )
    return parser


def _import(client: HallClient, given: argparse.Namespace) -> int:
    sign_in(client, given.user, given.hall)
    try:
        content = given.file.read_bytes()
    except OSError as error:
        raise Problem(f"cannot read {given.file}: {error.strerror}") from error
    try:
        text, encoding = text_of(content)
        catalogue = client.catalogue("zh-CN")
        names = Counter(service.name for service in catalogue.services)
        services = {service.name: service.id for service in catalogue.services if names[service.name] == 1}
        lines = lines_of(text, ZoneInfo(catalogue.time_zone), services)
    except BookingFileError as error:
        raise Problem(f"{given.file}: {error}") from error
    print(f"{given.file}: read as {encoding}, {_counted(len(lines), 'line')}")
    return _told(given, lines, _sent(client, given, [line for line in lines if line.booking is not None]))


def _sent(client: HallClient, given: argparse.Namespace, lines: list[Line]) -> dict[int, ImportLine]:
    """What the server says of each line, by its number; lines of a dry run are tried together."""
    together = MOST_IMPORTED if given.dry_run else _TOGETHER
    answered: dict[int, ImportLine] = {}
    for begin in range(0, len(lines), together):
        part = lines[begin : begin + together]
        body = ImportAppointments(
            source=given.source,
            bookings=tuple(line.booking for line in part if line.booking is not None),
            dry_run=given.dry_run,
            exceed=given.exceed_quota,
        )
        report = client.import_appointments(body)
        answered |= {line.number: answer for line, answer in zip(part, report.lines, strict=True)}
    return answered


def _told(given: argparse.Namespace, lines: list[Line], answered: dict[int, ImportLine]) -> int:
    """Print what is wrong the way compilers do, then the counts; the exit code."""
    counts: Counter[str] = Counter()
    for line in lines:
        answer = answered.get(line.number)
        result = answer.result if answer else "refused"
        counts[result] += 1
        if answer is None or result == "refused":
            problem = line.problem or (
                english(answer.problem, answer.params | {"field": answer.field}) if answer else ""
            )
            reference = f" ({line.booking.reference})" if line.booking else ""
            print(f"{given.file}:{line.number}: refused{reference}: {problem}", file=sys.stderr)
        elif answer.over_quota:
            counts["over"] += 1
            print(f"{given.file}:{line.number}: over the quota ({answer.reference})")
    verb = "would be " if given.dry_run else ""
    print(
        f"{counts['booked']} {verb}booked, {counts['moved']} {verb}moved, {counts['cancelled']} {verb}cancelled, "
        f"{counts['known']} known already, {counts['refused']} refused"
        + (f", {counts['over']} over the quota" if given.exceed_quota else "")
        + (" (dry run: nothing was changed)" if given.dry_run else "")
    )
    return 1 if counts["refused"] else 0


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
