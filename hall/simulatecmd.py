"""`hall simulate`: a past day or an invented scenario through the server's own rules, as it was and as it might be."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from contract.config import text_for
from hall.commandline import OneLineParser, Problem
from hall.hallplaces import DatabasePlace, database_url
from hall.simulateplot import PlotError, picture, write
from hall.simulatetable import as_csv, lines, side_by_side
from hall.steps import Steps
from queueserver.simulation.days import Days, play
from queueserver.simulation.invention import InventedDays
from queueserver.simulation.replay import RecordedDays
from queueserver.simulation.report import Report, report
from queueserver.simulation.retrace import Retraced
from queueserver.simulation.scenario import minutes_in
from queueserver.simulation.scenariofile import ScenarioError, read_hall, read_scenario
from queueserver.simulation.virtualhall import moment
from queueserver.simulation.whatif import Change, WhatIf, WhatIfError

_BAND = re.compile(r"([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)")
_ALL_DAY = (0, 1440)
AS_IS, WHAT_IF = "as is", "what if"


def main(argv: Sequence[str]) -> int:
    """Exit 0 good, 1 the scenario, the day or the hall has a problem, 2 wrong usage."""
    parser = _parser()
    given = parser.parse_args(argv)
    what_if = _what_if(given, parser)
    if given.day and (given.days or given.seed is not None):
        parser.error("--days and --seed belong to a scenario; --day is one recorded day")
    try:
        before, after = _sources(given)
        reports = _reports(given, before, after, what_if)
    except ScenarioError as error:
        print(*error.lines, sep="\n", file=sys.stderr)
        return 1
    except WhatIfError as error:
        raise Problem(str(error)) from error
    _show(before, reports, classes=given.classes)
    if given.csv:
        _write(given.csv, as_csv(reports))
    if given.plot:
        _plot(given.plot, after, reports)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = OneLineParser(prog="hall simulate", description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--day", type=_day, metavar="DATE", help="a past day of the database, e.g. 2027-03-01")
    source.add_argument("--scenario", type=Path, metavar="FILE", help="an invented one, see docs/simulation.md")
    place = parser.add_argument_group("where the past day is (default: the database of hall serve on this machine)")
    place.add_argument("--config", type=Path, metavar="FILE", help="settings file of hall serve")
    place.add_argument("--data-dir", type=Path, metavar="DIR", help="data folder of hall serve")
    place.add_argument("--database", default="", metavar="URL", help="e.g. sqlite:////var/lib/hallqueue/hall.db")
    place.add_argument("--site", default="", metavar="ID", help="which hall, when there are several")
    invented = parser.add_argument_group("a scenario")
    invented.add_argument("--seed", type=int, metavar="N", help="other visitors")
    invented.add_argument("--days", type=_positive(int), metavar="N", help="how many days")
    tried = parser.add_argument_group("what if")
    tried.add_argument("--windows", type=_positive(int), metavar="N", help="the hall has N windows")
    tried.add_argument("--open", nargs=2, action="append", default=[], metavar=("W", "BAND"), help="w5 09:00-12:00")
    tried.add_argument("--close", nargs="+", action="append", default=[], metavar="W", help="w5 [09:00-12:00]")
    tried.add_argument("--policy", action="append", default=[], metavar="KEY=VALUE", help="longest_wait_minutes=30")
    tried.add_argument("--hall", type=Path, metavar="FILE", help="the rules of another hall file")
    tried.add_argument("--arrivals", type=_positive(float), default=1.0, metavar="F", help="F times as many visitors")
    shown = parser.add_argument_group("what is shown")
    shown.add_argument("--compare", action="store_true", help="what is tried beside the hall as it is")
    shown.add_argument("--classes", action="store_true", help="each queue's classes also in a big hall")
    shown.add_argument("--bound", type=_positive(int), metavar="MIN", help="count waits over it (else the policy's)")
    shown.add_argument("--csv", type=Path, metavar="FILE", help="the waits as a table for other programs")
    shown.add_argument("--plot", type=_picture, metavar="FILE", help="waits over the day, FILE.png or FILE.svg")
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


def _sources(given: argparse.Namespace) -> tuple[Days, Days]:
    """The days as they are, and as they are tried: in another hall, or with more visitors."""
    if given.scenario:
        own = InventedDays(read_scenario(given.scenario), given.seed, given.days)
        if given.hall is None and given.arrivals == 1:
            return own, own
        return own, InventedDays(read_scenario(given.scenario, given.hall), given.seed, given.days, given.arrivals)
    place = DatabasePlace(given.database or database_url(given.config, given.data_dir))
    recording = place.recorded(given.day, given.site)
    recorded = RecordedDays(recording)
    _say_how_it_came_out(recorded)
    if given.hall is None and given.arrivals == 1:
        return recorded, recorded
    other = read_hall(given.hall) if given.hall else None
    return recorded, RecordedDays(recording, other, given.arrivals)


def _reports(given: argparse.Namespace, before: Days, after: Days, what_if: WhatIf) -> list[Report]:
    tried = what_if.anything or after is not before
    if not tried:
        return [_played(before, what_if, AS_IS, given.bound)]
    reports = [_played(before, WhatIf(), AS_IS, given.bound)] if given.compare else []
    return [*reports, _played(after, what_if, WHAT_IF, given.bound)]


def _say_how_it_came_out(days: RecordedDays) -> None:
    """Whether today's rules make the recorded calls."""
    found, zone = days.retraced, ZoneInfo(days.config.hall.time_zone)
    other = [difference for difference in found.differences if difference.instead]
    if not other and not found.unknown and not found.differences:
        print(f"{_calls(found.calls)} recorded; the rules of today make every one of them.")
        return
    print(f"{_calls(found.calls)} recorded; the rules of today make {len(other)} of them otherwise.")
    for difference in other[:1]:
        at = f"{moment(difference.fact.at_ms).astimezone(zone):%H:%M:%S}"
        data = difference.fact.data
        print(f"The first: at {at} window {data['window']} called {data['number']}, today {difference.instead}.")
    refused = len(found.differences) - len(other)
    if refused or found.unknown:
        print(f"Not done again: {refused + found.unknown.total()} facts ({', '.join(_kinds(found)) or 'none'}).")


def _kinds(found: Retraced) -> list[str]:
    return sorted({*found.unknown, *(d.fact.type for d in found.differences if d.code)})


def _calls(count: int) -> str:
    return "1 call was" if count == 1 else f"{count} calls were"


def _played(days: Days, what_if: WhatIf, name: str, bound: int | None) -> Report:
    count, steps = len(days.days), Steps(name)
    played = play(days, what_if, lambda done: steps.show(f"day {done} of {count}"))
    steps.end()
    return report(name, count, played.records, played.plan, played.zone, bound)


def _show(days: Days, reports: Sequence[Report], *, classes: bool) -> None:
    print(f"{days.config.hall.id}, {_when(days)}: {', '.join(_words(one) for one in reports)}", end="\n\n")
    for line in lines(reports[0], classes=classes) if len(reports) == 1 else side_by_side(*reports, classes=classes):
        print(line.rstrip())


def _words(one: Report) -> str:
    return f"{one.name}: {one.whole.tickets} tickets, {one.whole.called} called"


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Problem(f"cannot write {path}: {error.strerror}") from error


def _plot(path: Path, days: Days, reports: Sequence[Report]) -> None:
    try:
        write(picture(reports, days.config, f"{text_for(days.config.hall.name, 'zh-CN')}  {_when(days)}"), path)
    except PlotError as error:
        raise Problem(str(error)) from error


def _when(days: Days) -> str:
    first, last = days.days[0], days.days[-1]
    return f"{first}" if first == last else f"{first} to {last}"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a date such as 2027-03-01") from None


def _picture(text: str) -> Path:
    path = Path(text)
    if path.suffix.lower() not in (".png", ".svg"):
        raise argparse.ArgumentTypeError(f"'{text}' ends neither in .png nor in .svg")
    return path
