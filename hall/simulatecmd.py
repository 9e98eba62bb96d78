"""`hall simulate`: a past day or an invented scenario through the server's own rules, as it was and as it might be."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from hall.commandline import OneLineParser, Problem
from hall.simulatetable import as_csv, lines, side_by_side
from hall.steps import Steps
from queueserver.simulation.days import Days, play
from queueserver.simulation.invention import InventedDays
from queueserver.simulation.report import Report, report
from queueserver.simulation.scenario import ScenarioError, minutes_in, read_scenario
from queueserver.simulation.whatif import Change, WhatIf, WhatIfError

_BAND = re.compile(r"([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)")
_ALL_DAY = (0, 1440)


def main(argv: Sequence[str]) -> int:
    """Exit 0 good, 1 the scenario, the day or the hall has a problem, 2 wrong usage."""
    parser = _parser()
    given = parser.parse_args(argv)
    what_if = _what_if(given, parser)
    reports = []
    try:
        days = _days(given)
        if given.compare:
            reports.append(_played(days, WhatIf(), "as is", given.bound))
        reports.append(_played(days, what_if, "what if" if what_if.anything else "as is", given.bound))
    except ScenarioError as error:
        print(*error.lines, sep="\n", file=sys.stderr)
        return 1
    except WhatIfError as error:
        raise Problem(str(error)) from error
    _show(days, reports, classes=given.classes)
    if given.csv:
        _write(given.csv, as_csv(reports))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = OneLineParser(prog="hall simulate", description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--scenario", type=Path, metavar="FILE", help="an invented one, see docs/simulation.md")
    parser.add_argument("--seed", type=int, metavar="N", help="other invented visitors")
    parser.add_argument("--days", type=_positive(int), metavar="N", help="how many days")
    parser.add_argument("--arrivals", type=_positive(float), default=1.0, metavar="F", help="F times as many visitors")
    tried = parser.add_argument_group("what if")
    tried.add_argument("--windows", type=_positive(int), metavar="N", help="the hall has N windows")
    tried.add_argument("--open", nargs=2, action="append", default=[], metavar=("W", "BAND"), help="w5 09:00-12:00")
    tried.add_argument("--close", nargs="+", action="append", default=[], metavar="W", help="w5 [09:00-12:00]")
    tried.add_argument("--policy", action="append", default=[], metavar="KEY=VALUE", help="longest_wait_minutes=30")
    parser.add_argument("--classes", action="store_true", help="each queue's classes also in a big hall")
    parser.add_argument("--compare", action="store_true", help="show it beside the hall as it is")
    parser.add_argument(
        "--bound", type=_positive(int), metavar="MIN", help="waits over it are counted (else the policy's)"
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", help="the waits as a table for other programs")
    return parser


def _positive(kind: Callable[[str], float]) -> Callable[[str], float]:
    def convert(text: str) -> float:
        value = kind(text)
        if not value > 0:
            raise argparse.ArgumentTypeError(f"{text} is not more than 0")
        return value

    convert.__name__ = "number"
    return convert


def _what_if(given: argparse.Namespace, parser: argparse.ArgumentParser) -> WhatIf:
    opened = [Change(window, True, _band(band, parser)) for window, band in given.open]
    closed = []
    for window, *bands in given.close:
        closed += [Change(window, False, _band(band, parser)) for band in bands] or [Change(window, False, _ALL_DAY)]
    policy = [tuple(setting.split("=", maxsplit=1)) for setting in given.policy]
    if any(len(setting) != 2 for setting in policy):
        parser.error("--policy needs KEY=VALUE, e.g. longest_wait_minutes=30")
    return WhatIf(given.windows, (*opened, *closed), tuple((key, value) for key, value in policy))


def _band(text: str, parser: argparse.ArgumentParser) -> tuple[int, int]:
    if not _BAND.fullmatch(text):
        parser.error(f"'{text}' is not a band of the day such as 09:00-12:00")
    start, end = minutes_in(text)
    if end <= start:
        parser.error(f"the band {text} ends before it begins")
    return start, end


def _days(given: argparse.Namespace) -> Days:
    return InventedDays(read_scenario(given.scenario), given.seed, given.days, given.arrivals)


def _played(days: Days, what_if: WhatIf, name: str, bound: int | None) -> Report:
    count, steps = len(days.days), Steps(name)
    played = play(days, what_if, lambda done: steps.show(f"day {done} of {count}"))
    steps.end()
    return report(name, count, played.records, played.plan, played.zone, bound)


def _show(days: Days, reports: Sequence[Report], *, classes: bool) -> None:
    first, last = days.days[0], days.days[-1]
    when = f"{first}" if first == last else f"{first} to {last}"
    print(f"{days.config.hall.id}, {when}: {', '.join(_words(one) for one in reports)}", end="\n\n")
    for line in lines(reports[0], classes=classes) if len(reports) == 1 else side_by_side(*reports, classes=classes):
        print(line.rstrip())


def _words(one: Report) -> str:
    return f"{one.name}: {one.whole.tickets} tickets, {one.whole.called} called"


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Problem(f"cannot write {path}: {error.strerror}") from error


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a date such as 2027-03-01") from None
