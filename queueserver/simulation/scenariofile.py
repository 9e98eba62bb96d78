"""Reads a scenario file and the hall it plays in; whatever is wrong is named with its line, and what would be right.

Meanings are checked by `scenariomeaning`, the shape of each entry here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from contract.config import HallConfig
from queueserver.hallfile import HallFileError, read_file
from queueserver.hallfile.entries import listed, nearest
from queueserver.hallfile.lines import LineIndex
from queueserver.hallfile.syntax import decoded, parsed
from queueserver.simulation.chance import Draw
from queueserver.simulation.scenario import Arrivals, Opening, People, Scenario, ServiceTimes, Transfers
from queueserver.simulation.scenariomeaning import Place, meaning

_TABLES: Final[Mapping[str, type[BaseModel]]] = {
    "visitors": People,
    "arrivals": Arrivals,
    "service_times": ServiceTimes,
    "windows": Opening,
    "transfers": Transfers,
    "patience": Draw,
    "minutes": Draw,
    "back": Draw,
}
_EXAMPLES: Final[Mapping[str, str]] = {
    "hall": 'hall = "hall.toml"',
    "start": "start = 2027-03-01",
    "arrivals": '[[arrivals]] with queue = "..." and per_hour = 12',
    "queue": 'queue = "social"',
    "to": 'to = "tax"',
    "share": "share = 0.1",
    "windows": 'windows = ["w1"]',
}


class ScenarioError(Exception):
    """`lines` say what is wrong with the scenario, one sentence each, as file:line: error: what; what to do."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = tuple(lines)
        super().__init__(self.lines[0])


@dataclass(frozen=True, slots=True)
class Setting:
    """A scenario with the hall it plays in."""

    scenario: Scenario
    config: HallConfig


def read_scenario(path: Path, hall: Path | None = None) -> Setting:
    """The scenario in the file and its hall, or another `hall`; raises ScenarioError with everything that is wrong."""
    text = _text(path)
    try:
        raw = parsed(text)
    except HallFileError as error:
        raise ScenarioError(f"{path}:{f.line}: error: {f}" for f in error.findings) from error
    lines = LineIndex(text)
    try:
        scenario = Scenario.model_validate(raw)
    except ValidationError as error:
        details = error.errors(include_url=False)
        raise ScenarioError(f"{path}:{lines.line(_place(d, raw))}: error: {_words(d)}" for d in details) from error
    config = read_hall(hall) if hall else _hall(path, scenario, lines)
    wrong = list(meaning(scenario, config))
    if wrong:
        raise ScenarioError(f"{path}:{lines.line(place)}: error: {said}" for place, said in wrong)
    return Setting(scenario, config)


def read_hall(path: Path) -> HallConfig:
    """The hall in a file; raises ScenarioError with everything that is wrong with it."""
    reading = read_file(path)
    if reading.config is None:
        raise ScenarioError(f"{path}:{f.line}: error: {f}" if f.line else f"{path}: {f}" for f in reading.errors)
    return reading.config


def _text(path: Path) -> str:
    try:
        return decoded(path.read_bytes())
    except OSError as error:
        raise ScenarioError([f"{path}: cannot be read: {error.strerror}"]) from error
    except HallFileError as error:
        raise ScenarioError(f"{path}:{f.line}: error: {f}" for f in error.findings) from error


def _hall(path: Path, scenario: Scenario, lines: LineIndex) -> HallConfig:
    try:
        return read_hall(path.parent / scenario.hall)
    except ScenarioError as error:
        where = f"{path}:{lines.line(('hall',))}"
        raise ScenarioError([f"{where}: error: the hall cannot be used: {error.lines[0]}"]) from error


def _place(detail: ErrorDetails, raw: Mapping[str, Any]) -> Place:
    """Where the entry is; parts of pydantic's own that are not in the file are left out."""
    place: list[str | int] = []
    inside: Any = raw
    for part in detail["loc"]:
        try:
            inside = inside[part]
        except (KeyError, IndexError, TypeError):
            break
        place.append(part)
    return (*place, detail["loc"][-1]) if detail["type"] == "extra_forbidden" else tuple(place)


def _words(detail: ErrorDetails) -> str:
    """One sentence: what is wrong; what would be right."""
    place = tuple(part for part in detail["loc"] if part != "[key]")
    field = str(next((part for part in reversed(place) if isinstance(part, str)), "the scenario"))
    special = _SPECIAL.get(detail["type"])
    if special is not None:
        return special(field, place, detail)
    if detail["type"].startswith("value_error"):
        said = detail["msg"].removeprefix("Value error, ")
        return f"{_subject(place)}: {said}" if isinstance(place[-1], int) else f"{field}: {said}"
    return f"{field}: {detail['msg'][:1].lower()}{detail['msg'][1:]}; compare it with docs/simulation.md"


def _subject(place: Place) -> str:
    """The table around `place`, as it is written."""
    names = [part for part in place if isinstance(part, str)]
    if not names:
        return "the scenario"
    return f"[{names[0]}]" if names[0] == "visitors" else f"[[{names[0]}]]"


def _missing(field: str, place: Place, _: ErrorDetails) -> str:
    return f"'{field}' is missing; add {_EXAMPLES.get(field, f'{field} = ...')}"


def _unknown(field: str, place: Place, _: ErrorDetails) -> str:
    inside = next((part for part in reversed(place[:-1]) if isinstance(part, str)), "")
    fields = list(_TABLES.get(inside, Scenario).model_fields)
    near = nearest(field, fields)
    where = f" of {inside}" if inside else ""
    remedy = f"did you mean '{near}'?" if near else f"it may have: {listed(fields, most=20)}"
    return f"'{field}' is not a setting of a scenario{where}; {remedy}"


def _band(field: str, place: Place, detail: ErrorDetails) -> str:
    table = _TABLES.get(str(place[0]), Scenario)
    name = next((part for part in place if part in table.model_fields and part != place[0]), field)
    return f"{name}: '{detail['input']}' is not a band of the day; write HH:MM-HH:MM, e.g. \"09:00-12:00\""


def _bound(words: str) -> Callable[[str, Place, ErrorDetails], str]:
    def said(field: str, _: Place, detail: ErrorDetails) -> str:
        limit = next(iter(detail.get("ctx", {}).values()))
        return f"{field} is {detail['input']}; it must be {words} {limit:g}"

    return said


def _kind(words: str) -> Callable[[str, Place, ErrorDetails], str]:
    def said(field: str, _: Place, detail: ErrorDetails) -> str:
        value = detail["input"]
        shown = "a table" if isinstance(value, dict) else "a list" if isinstance(value, list) else repr(value)
        return f"{field} is {shown}; it must be {words}"

    return said


def _choice(field: str, _: Place, detail: ErrorDetails) -> str:
    choices = re.findall(r"'([^']*)'", str(detail.get("ctx", {}).get("expected", "")))
    near = nearest(str(detail["input"]), choices)
    remedy = f"did you mean '{near}'?" if near else f"choose one of {listed(choices, most=12)}"
    return f"{field} cannot be '{detail['input']}'; {remedy}"


def _too_few(field: str, _: Place, detail: ErrorDetails) -> str:
    return f"{field} is empty; add {_EXAMPLES.get(field, 'at least one')}"


_NUMBER: Final = _kind("a number, e.g. 5")
_WHOLE: Final = _kind("a whole number, e.g. 5")
_LIST: Final = _kind('a list, e.g. ["w1"] or ["09:00-12:00"]')
_TABLE: Final = _kind('a table, e.g. { distribution = "gamma", mean_minutes = 8 }')
_SPECIAL: Final[Mapping[str, Callable[[str, Place, ErrorDetails], str]]] = {
    "missing": _missing,
    "extra_forbidden": _unknown,
    "string_pattern_mismatch": _band,
    "greater_than": _bound("more than"),
    "greater_than_equal": _bound("at least"),
    "less_than": _bound("less than"),
    "less_than_equal": _bound("at most"),
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "string_type": _kind("text in quotes"),
    "tuple_type": _LIST,
    "frozen_set_type": _LIST,
    "model_type": _TABLE,
    "dict_type": _kind('a number, or a table such as { "09:00-12:00" = 12 }'),
    "date_type": _kind("a date without quotes, e.g. 2027-03-01"),
    "date_from_datetime_parsing": _kind("a date without quotes, e.g. 2027-03-01"),
    "date_from_datetime_inexact": _kind("a date without a time, e.g. 2027-03-01"),
    "literal_error": _choice,
    "too_short": _too_few,
}
