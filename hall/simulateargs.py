"""What `hall simulate` can be asked, and what of it is tried."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from hall.commandline import OneLineParser
from queueserver.simulation.scenario import minutes_in
from queueserver.simulation.whatif import Change, WhatIf
from queueserver.store.plantimes import minutes_of

_BAND: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)")
_TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def parser(description: str | None) -> OneLineParser:
    """The command's options."""
    made = OneLineParser(prog="hall simulate", description=description)
    source = made.add_mutually_exclusive_group(required=True)
    source.add_argument("--day", type=_day, metavar="DATE", help="a past day of the database, e.g. 2027-03-01")
    source.add_argument("--scenario", type=Path, metavar="FILE", help="an invented one, see docs/simulation.md")
    source.add_argument("--table", type=Path, metavar="FILE", help="past days, a line a visitor: arrived, called, ...")
    made.add_argument("--time-zone", default="Asia/Shanghai", metavar="ZONE", help="of the table's times")
    place = made.add_argument_group("where the past day is (default: the database of hall serve on this machine)")
    place.add_argument("--config", type=Path, metavar="FILE", help="settings file of hall serve")
    place.add_argument("--data-dir", type=Path, metavar="DIR", help="data folder of hall serve")
    place.add_argument("--database", default="", metavar="URL", help="e.g. sqlite:////var/lib/hallqueue/hall.db")
    place.add_argument("--site", default="", metavar="ID", help="which hall, when there are several")
    invented = made.add_argument_group("a scenario")
    invented.add_argument("--seed", type=int, metavar="N", help="other visitors")
    invented.add_argument("--days", type=_positive(int), metavar="N", help="how many days")
    tried = made.add_argument_group("what if (W is a window's id, or the label on its door)")
    tried.add_argument("--open", nargs="+", action="append", default=[], metavar="W", help="5 [10:00 or 10:00-12:00]")
    tried.add_argument("--close", nargs="+", action="append", default=[], metavar="W", help="5 [14:00 or 14:00-15:00]")
    tried.add_argument("--windows", type=_positive(int), metavar="N", help="the hall has N windows")
    tried.add_argument("--policy", action="append", default=[], metavar="KEY=VALUE", help="longest_wait_minutes=30")
    tried.add_argument("--hall", type=Path, metavar="FILE", help="the rules of another hall file")
    tried.add_argument("--arrivals", type=_positive(float), default=1.0, metavar="F", help="F times as many visitors")
    tried.add_argument("--seeds", type=_positive(int), metavar="N", help="so many times, each with other visitors")
    shown = made.add_argument_group("what is shown")
    shown.add_argument("--brief", action="store_true", help="only what the change does, in one line")
    shown.add_argument("--compare", action="store_true", help="what is tried beside the hall as it is")
    shown.add_argument("--classes", action="store_true", help="each queue's classes also in a big hall")
    shown.add_argument("--bound", type=_positive(int), metavar="MIN", help="count waits over it (else the policy's)")
    shown.add_argument("--csv", type=Path, metavar="FILE", help="the waits as a table for other programs")
    shown.add_argument("--plot", type=_picture, metavar="FILE", help="waits over the day, FILE.png or FILE.svg")
    return made


def what_if(given: argparse.Namespace, asked: OneLineParser) -> WhatIf:
    """The changes that were asked for; a wrong one ends the command."""
    changes = [_change(words, True, asked) for words in given.open] + [
        _change(words, False, asked) for words in given.close
    ]
    policy = [tuple(setting.split("=", maxsplit=1)) for setting in given.policy]
    if any(len(setting) != 2 for setting in policy):
        asked.error("--policy needs KEY=VALUE, e.g. longest_wait_minutes=30")
    return WhatIf(given.windows, tuple(changes), tuple((key, value) for key, value in policy))


def must_fit(given: argparse.Namespace, asked: OneLineParser, *, tried: bool) -> None:
    """End the command when its options contradict each other."""
    if given.day and (given.days or given.seed is not None):
        asked.error("--days and --seed belong to a scenario; --day is one recorded day")
    if given.table and (given.days or given.seed is not None or given.seeds or given.arrivals != 1):
        asked.error("--days, --seed, --seeds and --arrivals are not for --table; its days are what they are")
    if given.day and given.seeds and given.arrivals == 1:
        asked.error("--seeds needs something left to chance: a scenario, or --arrivals")
    if given.brief and not tried:
        asked.error("--brief says what a change does: add one, e.g. --open 5 10:00")


def words(given: argparse.Namespace) -> str:
    """What is tried, as a person says it."""
    parts = [f"window {_spoken(one, 'open')}" for one in given.open]
    parts += [f"window {_spoken(one, 'closed')}" for one in given.close]
    if given.windows:
        parts.append("1 window" if given.windows == 1 else f"{given.windows} windows")
    parts += given.policy
    if given.hall:
        parts.append(f"the rules of {given.hall.name}")
    if given.arrivals != 1:
        parts.append(f"{given.arrivals:g} times the visitors")
    return ", ".join(parts)


def _spoken(words_of_it: Sequence[str], state: str) -> str:
    window, *times = words_of_it
    if not times:
        return f"{window} {state} all day"
    said = " and ".join(time if "-" in time else f"from {time}" for time in times)
    return f"{window} {state} {said}"


def _change(words_of_it: Sequence[str], opens: bool, asked: OneLineParser) -> Change:  # of a pair
    window, *times = words_of_it
    if len(times) > 1:
        asked.error(f"one time for each window: write --open {window} {times[0]} --open {window} {times[1]}")
    if not times:
        return Change(window, opens)
    if _TIME.fullmatch(times[0]):
        return Change(window, opens, minutes_of(times[0]))
    if not _BAND.fullmatch(times[0]):
        asked.error(f"'{times[0]}' is neither a time such as 10:00 nor a band such as 09:00-12:00")
    start, end = minutes_in(times[0])
    if end <= start:
        asked.error(f"the band {times[0]} ends before it begins")
    return Change(window, opens, start, end)


def _positive(kind: Callable[[str], float]) -> Callable[[str], float]:
    def convert(text: str) -> float:
        value = kind(text)
        if not value > 0:
            raise argparse.ArgumentTypeError(f"{text} is not more than 0")
        return value

    convert.__name__ = "number"
    return convert


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
