"""`hall config check|import|export`: the whole hall as one readable file, to and from a database or a server."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TextIO
from zoneinfo import ZoneInfo

from contract.config import HallConfig
from contract.days import AppointmentHit
from hall.commandline import OneLineParser, Problem
from hall.hallplaces import DatabasePlace, Place, ServerPlace, database_url
from queueserver.hallfile import Finding, Reading, read_file, write
from queueserver.hallfile.directory import DirectoryError, from_directory

_TOKEN = "HALL_TOKEN"  # noqa: S105 # the name of a variable, not a secret


def main(argv: Sequence[str]) -> int:
    """Exit 0 good, 1 the file or the place has a problem, 2 wrong usage."""
    given = _parser().parse_args(argv)
    result: int = given.run(given)
    return result


def _parser() -> argparse.ArgumentParser:
    parser = OneLineParser(prog="hall config", description="The whole hall as one readable file.")
    commands = parser.add_subparsers(metavar="check|import|export", required=True, parser_class=OneLineParser)

    check = commands.add_parser("check", help="name every line that is wrong, and what would be right")
    check.add_argument("file", type=Path, metavar="HALL.toml")
    check.set_defaults(run=_check)

    bring = commands.add_parser("import", help="put a file in force, or make one from a service directory")
    bring.add_argument("file", type=Path, metavar="HALL.toml", nargs="?")
    _add_place(bring)
    bring.add_argument("--dry-run", action="store_true", help="only say which appointments could not be kept")
    bring.add_argument("--note", default="", help="what changed and why, for the history")
    made = bring.add_argument_group("making a file from a service directory")
    made.add_argument("--directory", type=Path, metavar="FILE.json", help="departments and their services")
    made.add_argument("--windows", type=Path, metavar="FILE.json", help="offices and their windows")
    made.add_argument(
        "-o", "--output", type=Path, metavar="HALL.toml", help="where to write it (default: standard output)"
    )
    bring.set_defaults(run=_import)

    export = commands.add_parser("export", help="write the configuration in force as a file")
    export.add_argument("file", type=Path, metavar="HALL.toml", nargs="?", help="default: standard output")
    _add_place(export)
    export.add_argument("--hall", default="", metavar="ID", help="which hall, when there are several")
    export.add_argument("--from", type=Path, metavar="FILE", dest="source", help="a file, to bring it into order")
    export.set_defaults(run=_export)
    return parser


def _add_place(parser: argparse.ArgumentParser) -> None:
    place = parser.add_argument_group("where the hall is (default: the database of hall serve on this machine)")
    place.add_argument("--config", type=Path, metavar="FILE", help="settings file of hall serve")
    place.add_argument("--data-dir", type=Path, metavar="DIR", help="data folder of hall serve")
    place.add_argument("--database", default="", metavar="URL", help="e.g. sqlite:////var/lib/hallqueue/hall.db")
    place.add_argument("--server", default="", metavar="URL", help="a running server, e.g. http://127.0.0.1:8460")
    place.add_argument(
        "--user",
        default="",
        metavar="NAME",
        help=f"a manager at that server; the password is asked for, or {_TOKEN} is set instead",
    )


def _check(given: argparse.Namespace) -> int:
    reading = _read(given.file)
    _print_findings(reading, given.file, sys.stdout)
    if reading.config is None:
        print(f"hall config: {given.file} cannot be used: {_counted(reading)}", file=sys.stderr)
        return 1
    print(f"{given.file} is good: {_summary(reading.config)}{_and_warnings(reading)}")
    return 0


def _import(given: argparse.Namespace) -> int:
    if given.directory:
        return _from_directory(given)
    if not given.file:
        raise _usage("import needs HALL.toml, or --directory FILE.json")
    config = _good(given.file, "imported")
    place = _place(given, config.hall.id)
    if given.dry_run:
        _print_hit(place.hit(config), config, "could not be kept")
        print(f"{given.file} is good: {_summary(config)} (dry run: nothing was changed)")
        return 0
    published = place.publish(config, given.note)
    print(f"{place.name}: version {published.version} of hall '{config.hall.id}' is in force: {_summary(config)}")
    _print_hit(published.appointments, config, "cannot be kept: move or cancel them")
    return 0


_IN_THE_WAY: Final = {
    "service_gone": "the service is offered no more",
    "closed": "closed then",
    "no_slot": "no such time any more; it can be checked in",
}


def _print_hit(hit: Sequence[AppointmentHit], config: HallConfig, verb: str) -> None:
    """On stderr, because somebody must do something about them."""
    if not hit:
        return
    print(f"{len(hit)} {'appointment' if len(hit) == 1 else 'appointments'} {verb}:", file=sys.stderr)
    zone = ZoneInfo(config.hall.time_zone)
    for one in hit:
        start = one.start.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        print(f"  {one.code}  {start}  {one.service}: {_IN_THE_WAY.get(one.why, one.why)}", file=sys.stderr)


def _export(given: argparse.Namespace) -> int:
    source: Path | None = given.source
    config = _good(source, "exported") if source else _place(given, given.hall).published(given.hall)
    _write_out(write(config), given.file)
    return 0


def _read(path: Path) -> Reading:
    reading = read_file(path)
    if any(finding.code == "not_readable" for finding in reading.findings):
        raise Problem(f"{path}: {reading.findings[0].problem}")
    return reading


def _good(path: Path, what: str) -> HallConfig:
    """The configuration in the file, or its findings on stderr and a Problem."""
    reading = _read(path)
    if reading.config is None:
        _print_findings(reading, path, sys.stderr)
        raise Problem(f"{path} was not {what}: {_counted(reading)}")
    return reading.config


def _from_directory(given: argparse.Namespace) -> int:
    windows = _json(given.windows) if given.windows else None
    try:
        imported = from_directory(_json(given.directory), windows)
    except DirectoryError as error:
        raise Problem(str(error)) from error
    for guess in imported.guesses:
        print(f"look: {guess}", file=sys.stderr)
    output = given.output or given.file
    _write_out(write(imported.config), output)
    if output:
        print(f"{output}: {_summary(imported.config)}")
    return 0


def _place(given: argparse.Namespace, hall: str) -> Place:
    if given.server:
        return ServerPlace(given.server, hall, given.user, os.environ.get(_TOKEN, ""))
    return DatabasePlace(given.database or database_url(given.config, given.data_dir))


def _json(path: Path) -> object:
    try:
        parsed: object = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise Problem(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise Problem(f"{path} is not JSON in UTF-8: {error}") from error
    return parsed


def _write_out(text: str, path: Path | None) -> None:
    if path is None or str(path) == "-":
        sys.stdout.write(text)
        return
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Problem(f"cannot write {path}: {error.strerror}") from error


def _print_findings(reading: Reading, path: Path, stream: TextIO) -> None:
    for finding in reading.findings:
        print(_line(finding, path), file=stream)


def _line(finding: Finding, path: Path) -> str:
    """One finding the way compilers write theirs, so that editors can jump to the line."""
    where = f":{finding.line}" if finding.line else ""
    return f"{path}{where}: {finding.severity}: {finding}"


def _summary(config: HallConfig) -> str:
    counted = (
        (len(config.zones), "zone"),
        (len(config.departments), "department"),
        (len(config.services), "service"),
        (len(config.queues), "queue"),
        (len(config.windows), "window"),
    )
    return ", ".join(_number(count, noun) for count, noun in counted)


def _counted(reading: Reading) -> str:
    return _number(len(reading.errors), "error") + _and_warnings(reading)


def _and_warnings(reading: Reading) -> str:
    return f", {_number(len(reading.warnings), 'warning')}" if reading.warnings else ""


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _usage(message: str) -> SystemExit:
    print(f"hall config: {message}; see hall config --help", file=sys.stderr)
    return SystemExit(2)
