"""`hall verify`: each day's statistics, tickets and numbers against the facts alone, beside a running server."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from contract.errors import english
from hall.commandline import OneLineParser, Problem
from hall.hallplaces import database_url

if TYPE_CHECKING:
    from queueserver.books import Account
    from queueserver.reading import Reading

_SHOWN: Final = 3
"""Differences written out on a day's line; --all writes every one."""


def main(argv: Sequence[str]) -> int:
    """Exit 0 when all days are well, 1 when a day is not or cannot be read, 2 wrong usage."""
    parser = _parser()
    given = parser.parse_args(argv)
    if given.day and (given.first or given.last):
        parser.error("--day is one day; --from and --to are a range")
    url = given.database or database_url(given.config, given.data_dir)
    shown = None if given.all else _SHOWN
    looked_at = differing = 0
    for account in _accounts(url, given.hall, given.day or given.first, given.day or given.last):
        print(line(account, shown))
        looked_at, differing = looked_at + 1, differing + bool(account.differences)
    if not looked_at:
        raise Problem("there are no facts of that time")
    return 1 if differing else 0


def line(account: Account, shown: int | None = _SHOWN) -> str:
    """One day in one line; at most `shown` differences are written out."""
    from queueserver.books import COUNTED_SINCE

    counted = f"{account.facts} facts, {account.tickets} tickets, {account.cells} cells"
    said = "ok"
    if account.differences:
        most = account.differences[:shown]
        rest = len(account.differences) - len(most)
        said = f"differs: {'; '.join(most)}" + (f"; and {rest} more" if rest else "")
    if account.uncounted:
        counted += f"; {account.uncounted} facts were recorded before schema {COUNTED_SINCE} and are in no statistics"
    return f"{account.day}  {said} ({counted})"


def _parser() -> OneLineParser:
    parser = OneLineParser(
        prog="hall verify",
        description="Makes each day's statistics anew from the facts alone and compares them with the stored ones; "
        "looks for holes in the line of facts, tickets in another state than the facts say, and numbers given twice.",
    )
    parser.add_argument("hall", nargs="?", default="", metavar="HALL", help="which hall, when there are several")
    parser.add_argument("--day", type=_date, metavar="DATE", help="one business day, e.g. 2026-03-02 (default: all)")
    parser.add_argument("--from", type=_date, metavar="DATE", dest="first", help="the first day")
    parser.add_argument("--to", type=_date, metavar="DATE", dest="last", help="the last day")
    parser.add_argument("--all", action="store_true", help=f"write out every difference, not only {_SHOWN} a day")
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings file of hall serve")
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="data folder of hall serve")
    parser.add_argument("--database", default="", metavar="URL", help="e.g. sqlite:////var/lib/hallqueue/hall.db")
    return parser


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a date such as 2026-03-02") from None


def _accounts(url: str, hall: str, first: date | None, last: date | None) -> Iterator[Account]:
    """Day by day, each from one picture of the database."""
    from queueserver import books
    from queueserver.domain.errors import DomainError
    from queueserver.reading import Reading
    from queueserver.store.database import StorageError, open_engine

    name = url.rpartition("@")[2].removeprefix("sqlite:///")
    _must_exist(url)
    engine = open_engine(url, writing=False)
    reading = Reading(engine)
    try:
        chosen = _the_one(reading, hall, name)
        for day in reading.now(lambda connection: list(books.days(connection, chosen))):
            if (first is None or first <= day) and (last is None or day <= last):
                yield reading.now(lambda connection, day=day: books.account(connection, chosen, day))  # type: ignore[misc]
    except DomainError as error:
        raise Problem(f"{name}: there is no hall '{hall}'") from error
    except StorageError as error:
        raise Problem(f"{name}: {english(error.code, {})} ({error.detail})") from error
    finally:
        reading.close()
        engine.dispose()


def _must_exist(url: str) -> None:
    """Reading must not make an empty database where there is none."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise Problem(f"'{url}' is not a database URL such as sqlite:////var/lib/hallqueue/hall.db") from error
    if parsed.get_backend_name() == "sqlite" and parsed.database and not Path(parsed.database).exists():
        raise Problem(f"there is no database {parsed.database}")


def _the_one(reading: Reading, hall: str, name: str) -> str:
    from sqlalchemy import inspect

    from queueserver import selects
    from queueserver.store.tables import statistics

    if not reading.now(lambda connection: inspect(connection).has_table(statistics.name)):
        raise Problem(f"{name} keeps no statistics yet; hall serve of this version brings it up to date")
    known = sorted(reading.now(selects.all_halls))
    if hall or len(known) == 1:
        return hall or known[0]
    if not known:
        raise Problem(f"{name}: no hall has been imported yet")
    raise Problem(f"{name} has several halls, say which one: {', '.join(known)}")
