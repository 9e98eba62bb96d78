"""`hall simulate`: a past day or an invented scenario through the server's own rules, as it was and as it might be."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contract.config import HallConfig, text_for
from hall import simulateargs
from hall.commandline import Problem
from hall.hallplaces import DatabasePlace, database_url
from hall.simulateplot import PlotError, picture, write
from hall.simulatetable import answer, as_csv, lines, side_by_side
from hall.steps import Steps
from hall.wholefile import written_whole
from queueserver.simulation.days import Days, Played, play
from queueserver.simulation.daytable import TableDays, TableError, read_table, table_summary
from queueserver.simulation.effect import Effects, effects
from queueserver.simulation.invention import InventedDays
from queueserver.simulation.records import merged
from queueserver.simulation.replay import RecordedDays
from queueserver.simulation.report import Report, report
from queueserver.simulation.retrace import Retraced
from queueserver.simulation.scenariofile import ScenarioError, read_hall, read_scenario
from queueserver.simulation.virtualhall import moment
from queueserver.simulation.whatif import WhatIf, WhatIfError

AS_IS, WHAT_IF = "as is", "what if"
ENOUGH_DAYS: Final = 10
"""Invented days over which a change is looked at, unless --seeds says otherwise."""


def main(argv: Sequence[str]) -> int:
    """Exit 0 good, 1 the scenario, the day or the hall has a problem, 2 wrong usage."""
    parser = simulateargs.parser(__doc__)
    given = parser.parse_args(argv)
    what_if = simulateargs.what_if(given, parser)
    tried = what_if.anything or given.hall is not None or given.arrivals != 1
    simulateargs.must_fit(given, parser, tried=tried)
    for path in filter(None, (given.csv, given.plot)):
        if not path.parent.is_dir():
            raise Problem(f"cannot write {path}: there is no folder {path.parent}")
    try:
        source = _source(given)
        what_if.hall(source.after(1).config)
        done = _Done.of(given, source, what_if, tried=tried)
    except (ScenarioError, TableError) as error:
        print(*error.lines, sep="\n", file=sys.stderr)
        return 1
    except WhatIfError as error:
        raise Problem(str(error)) from error
    for note in source.notes:
        print(note, file=sys.stderr if given.brief else sys.stdout)
    if not given.brief:
        _show(done, classes=given.classes)
    if done.effects is not None:
        print(answer(simulateargs.words(given), what_if.concerned(source.config), done.effects, done.bound))
    if given.csv:
        _write(given.csv, as_csv(done.shown))
    if given.plot:
        _plot(given.plot, done)
    return 0


@dataclass(frozen=True, slots=True)
class _Source:
    """Where days come from: as they are, and as they are tried, by seed; `chance` is how many seeds are enough."""

    config: HallConfig
    before: Callable[[int], Days]
    after: Callable[[int], Days]
    seeds: Callable[[bool], range]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Done:
    """What was simulated, in figures."""

    title: str
    config: HallConfig
    shown: list[Report]
    effects: Effects | None
    bound: int

    @classmethod
    def of(cls, given: argparse.Namespace, source: _Source, what_if: WhatIf, *, tried: bool) -> _Done:
        seeds = source.seeds(tried)
        before = _played(source.before, WhatIf(), AS_IS, seeds)
        days = source.before(seeds[0]).days
        count = len(days) * len(seeds)
        title = f"{source.config.hall.id}, {days[0]}" + (f" to {days[-1]}" if len(days) > 1 else "")
        title += f", {len(seeds)} seeds" if len(seeds) > 1 else ""
        if not tried:
            shown = [_reported(AS_IS, count, before, given.bound)]
            return cls(title, source.config, shown, None, shown[0].bound_minutes)
        after = _played(source.after, what_if, WHAT_IF, seeds)
        reports = [_reported(name, count, one, given.bound) for name, one in ((AS_IS, before), (WHAT_IF, after))]
        bound = reports[0].bound_minutes
        one, two = ([day for one in played for day in one.by_day()] for played in (before, after))
        found = effects(one, two, bound, what_if.concerned(source.config))
        return cls(title, source.config, reports if given.compare else reports[1:], found, bound)


def _source(given: argparse.Namespace) -> _Source:
    if given.table:
        return _of_table(given)
    return _invented(given) if given.scenario else _recorded(given)


def _of_table(given: argparse.Namespace) -> _Source:
    try:
        rows = read_table(given.table, given.time_zone)
    except ZoneInfoNotFoundError as error:
        raise Problem(f"there is no time zone '{given.time_zone}'; write e.g. Asia/Shanghai") from error
    own = TableDays(rows, time_zone=given.time_zone)
    other = TableDays(rows, read_hall(given.hall)) if given.hall else own
    notes = tuple(table_summary(rows))
    return _Source(own.config, lambda _: own, lambda _: other, lambda _: range(1, 2), notes)


def _invented(given: argparse.Namespace) -> _Source:
    setting = read_scenario(given.scenario)
    other = read_scenario(given.scenario, given.hall) if given.hall else setting
    first = setting.scenario.seed if given.seed is None else given.seed
    enough = ceil(ENOUGH_DAYS / (given.days or setting.scenario.days))
    return _Source(
        setting.config,
        lambda seed: InventedDays(setting, seed, given.days),
        lambda seed: InventedDays(other, seed, given.days, given.arrivals),
        lambda tried: range(first, first + (given.seeds or (enough if tried else 1))),
    )


def _recorded(given: argparse.Namespace) -> _Source:
    place = DatabasePlace(given.database or database_url(given.config, given.data_dir))
    recording = place.recorded(given.day, given.site)
    own = RecordedDays(recording)
    other = read_hall(given.hall) if given.hall else None
    anew = other is not None or given.arrivals != 1

    def after(seed: int) -> RecordedDays:
        return RecordedDays(recording, other, given.arrivals, seed, own.retraced) if anew else own

    count = given.seeds or (ENOUGH_DAYS if given.arrivals != 1 else 1)
    notes = (*_how_it_came_out(own), *_left_out(after(1), own))
    return _Source(own.config, lambda _: own, after, lambda _: range(1, 1 + count), notes)


def _how_it_came_out(days: RecordedDays) -> Iterator[str]:
    """Whether today's rules make the recorded calls."""
    found, zone = days.retraced, ZoneInfo(days.config.hall.time_zone)
    other = [difference for difference in found.differences if difference.instead]
    if not other and not found.unknown and not found.differences:
        yield f"{_calls(found.calls)} recorded; the rules of today make every one of them."
        return
    yield f"{_calls(found.calls)} recorded; the rules of today make {len(other)} of them otherwise."
    for difference in other[:1]:
        at = f"{moment(difference.fact.at_ms).astimezone(zone):%H:%M:%S}"
        data = difference.fact.data
        yield f"The first: at {at} window {data['window']} called {data['number']}, today {difference.instead}."
    refused = len(found.differences) - len(other)
    if refused or found.unknown:
        yield f"Not done again: {_facts(refused + found.unknown.total())} ({', '.join(_kinds(found)) or 'none'})."


def _left_out(after: RecordedDays, own: RecordedDays) -> Iterator[str]:
    """What happened that day and does not happen in the hall that is tried."""
    zone = ZoneInfo(own.config.hall.time_zone)
    for fact in after.left_out:
        at = f"{moment(fact.at_ms).astimezone(zone):%H:%M}"
        yield f"Note: the configuration published at {at} is left out, because another hall file is tried all day."


def _kinds(found: Retraced) -> list[str]:
    return sorted({*found.unknown, *(d.fact.type for d in found.differences if d.code)})


def _calls(count: int) -> str:
    return "1 call was" if count == 1 else f"{count} calls were"


def _facts(count: int) -> str:
    return "1 fact" if count == 1 else f"{count} facts"


def _played(days: Callable[[int], Days], what_if: WhatIf, name: str, seeds: range) -> list[Played]:
    """Once for each seed; days that do not depend on it are played once."""
    steps, played, last = Steps(name), list[Played](), None
    for number, seed in enumerate(seeds, start=1):
        mine = days(seed)
        if mine is not last:
            said = _progress(steps, len(mine.days), f"seed {number} of {len(seeds)}, " if len(seeds) > 1 else "")
            played.append(play(mine, what_if, said))
        else:
            played.append(played[-1])
        last = mine
    steps.end()
    return played


def _progress(steps: Steps, count: int, before: str) -> Callable[[int], None]:
    return lambda done: steps.show(f"{before}day {done} of {count}")


def _reported(name: str, count: int, played: Sequence[Played], bound: int | None) -> Report:
    records = merged([one.records for one in played])
    return report(name, count, records, played[0].plan, played[0].zone, bound)


def _show(done: _Done, *, classes: bool) -> None:
    shown = done.shown
    said = ", ".join(f"{one.name}: {one.whole.tickets} {_tickets(one)}, {one.whole.called} called" for one in shown)
    print(f"{done.title}: {said}", end="\n\n")
    for line in lines(shown[0], classes=classes) if len(shown) == 1 else side_by_side(*shown, classes=classes):
        print(line.rstrip())
    if done.effects is not None:
        print()


def _tickets(one: Report) -> str:
    return "ticket" if one.whole.tickets == 1 else "tickets"


def _write(path: Path, text: str) -> None:
    try:
        written_whole(path, text.encode())
    except OSError as error:
        raise Problem(f"cannot write {path}: {error.strerror}") from error


def _plot(path: Path, done: _Done) -> None:
    title = done.title.removeprefix(f"{done.config.hall.id}, ")
    try:
        write(picture(done.shown, done.config, f"{text_for(done.config.hall.name, 'zh-CN')}  {title}"), path)
    except PlotError as error:
        raise Problem(str(error)) from error
