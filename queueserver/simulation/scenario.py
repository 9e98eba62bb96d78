"""A scenario as a file: which hall, which days, who comes when, how long they take, which windows are open.

read_scenario() names every line that is wrong. Bands are local time of the hall, rates are visitors an hour.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails

from contract.config import Band, HallConfig
from queueserver.hallfile import HallFileError, read_file
from queueserver.hallfile.lines import LineIndex
from queueserver.hallfile.syntax import decoded, parsed
from queueserver.simulation.chance import Draw, Shape
from queueserver.store.plantimes import minutes_of

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Share = Annotated[float, Field(ge=0, le=1)]
WEEK: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY = frozenset(WEEK)

_Path = tuple[str | int, ...]


class Arrivals(Shape):
    """Visitors of one queue (spread evenly over its services) or of one service."""

    queue: str = ""
    service: str = ""
    per_hour: dict[Band, Annotated[float, Field(ge=0, le=10_000)]]
    weekdays: frozenset[Weekday] = EVERY_DAY


class ServiceTimes(Draw):
    """How long business takes at the window, of these queues or services; a service goes before its queue."""

    queues: tuple[str, ...] = ()
    services: tuple[str, ...] = ()


class Opening(Shape):
    """When these windows are open; windows not named are open while a queue they serve is."""

    windows: tuple[str, ...]
    open: tuple[Band, ...] = ()
    weekdays: frozenset[Weekday] = EVERY_DAY


class People(Shape):
    """How visitors behave. Shares are between 0 and 1."""

    booked: Share = 0.0
    """Come for an appointment, at a time on the clock's quarter hours."""
    booked_early_minutes: Annotated[float, Field(ge=0, le=240)] = 20.0
    booked_late_minutes: Annotated[float, Field(ge=0, le=240)] = 5.0
    """They come anywhere between so long before and so long after that time."""
    classes: dict[str, Share] = Field(default_factory=dict)
    way_minutes: Annotated[float, Field(ge=0, le=60)] = 0.4
    """From the call until the visitor is at the window."""
    no_show: Share = 0.0
    """Called, and not there."""
    no_show_wait_minutes: Annotated[float, Field(ge=0, le=60)] = 1.0
    comes_back: Share = 0.5
    """Of those who missed a call."""
    patience: Draw | None = None
    """How long somebody waits for the first call before leaving; not given = for ever."""
    silent: Share = 0.5
    """Of those who leave: nobody is told, so the call finds nobody."""


class Scenario(Shape):
    schema_version: Annotated[int, Field(ge=1, le=1)] = 1
    name: str = ""
    hall: str
    """The hall file, as seen from the scenario's folder."""
    start: date
    days: Annotated[int, Field(ge=1, le=1000)] = 1
    seed: int = 1
    overtime_minutes: Annotated[int, Field(ge=0, le=600)] = 60
    """After the day's last closing windows go on while somebody waits for them, at most so long."""
    reaction_seconds: Annotated[float, Field(ge=0, le=600)] = 0.0
    """From when a window can call until its clerk does."""
    visitors: People = People()
    arrivals: Annotated[tuple[Arrivals, ...], Field(min_length=1)]
    service_times: tuple[ServiceTimes, ...] = ()
    windows: tuple[Opening, ...] = ()


class ScenarioError(Exception):
    """`lines` say what is wrong with the scenario, one sentence each, as file:line: error: what."""

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
    wrong = list(_meaning(scenario, config))
    if wrong:
        raise ScenarioError(f"{path}:{lines.line(place)}: error: {said}" for place, said in wrong)
    return Setting(scenario, config)


def _text(path: Path) -> str:
    try:
        return decoded(path.read_bytes())
    except OSError as error:
        raise ScenarioError([f"{path}: cannot be read: {error.strerror}"]) from error
    except HallFileError as error:
        raise ScenarioError(f"{path}:{f.line}: error: {f}" for f in error.findings) from error


def read_hall(path: Path) -> HallConfig:
    """The hall in a file; raises ScenarioError with everything that is wrong with it."""
    reading = read_file(path)
    if reading.config is None:
        raise ScenarioError(f"{path}:{f.line}: error: {f}" if f.line else f"{path}: {f}" for f in reading.errors)
    return reading.config


def _hall(path: Path, scenario: Scenario, lines: LineIndex) -> HallConfig:
    try:
        return read_hall(path.parent / scenario.hall)
    except ScenarioError as error:
        where = f"{path}:{lines.line(('hall',))}"
        raise ScenarioError([f"{where}: error: the hall cannot be used: {error.lines[0]}"]) from error


def _place(detail: ErrorDetails, raw: dict[str, Any]) -> _Path:
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
    field = ".".join(str(part) for part in detail["loc"] if part != "[key]")
    if detail["type"] == "missing":
        return f"'{field}' is missing"
    if detail["type"] == "extra_forbidden":
        return f"'{field}' is not a setting of a scenario"
    if detail["loc"][-1:] == ("[key]",) or "HH" in detail["msg"] or detail["type"] == "string_pattern_mismatch":
        return f"{field}: '{detail['input']}' is not a band of the day such as \"09:00-12:00\""
    said = detail["msg"].removeprefix("Value error, ")
    return f"{field}: {said[:1].lower()}{said[1:]}" if field else said


def _meaning(scenario: Scenario, config: HallConfig) -> Iterator[tuple[_Path, str]]:
    queues = {queue.id for queue in config.queues}
    services = {service.id for service in config.services}
    for number, arrivals in enumerate(scenario.arrivals):
        yield from _arrivals(("arrivals", number), arrivals, queues, services)
    for number, times in enumerate(scenario.service_times):
        place = ("service_times", number)
        yield from _unknown((*place, "queues"), times.queues, queues, "queue")
        yield from _unknown((*place, "services"), times.services, services, "service")
        if not times.queues and not times.services:
            yield place, "service_times needs queues or services it is about"
    windows = {window.id for window in config.windows}
    for number, opening in enumerate(scenario.windows):
        yield from _unknown(("windows", number, "windows"), opening.windows, windows, "window")
        yield from _bands(("windows", number, "open"), opening.open)
    classes = scenario.visitors.classes
    yield from _unknown(("visitors", "classes"), classes, {kind.id for kind in config.priority_classes}, "class")
    if sum(classes.values()) > 1 + 1e-9:
        yield ("visitors", "classes"), f"the shares of the classes add up to {sum(classes.values()):g}, more than 1"


def _arrivals(place: _Path, arrivals: Arrivals, queues: set[str], services: set[str]) -> Iterator[tuple[_Path, str]]:
    if bool(arrivals.queue) == bool(arrivals.service):
        yield place, "arrivals are those of one queue or of one service: give either"
    if arrivals.queue:
        yield from _unknown((*place, "queue"), (arrivals.queue,), queues, "queue")
    if arrivals.service:
        yield from _unknown((*place, "service"), (arrivals.service,), services, "service")
    yield from _bands((*place, "per_hour"), arrivals.per_hour)


def _unknown(place: _Path, named: Iterable[str], known: set[str], noun: str) -> Iterator[tuple[_Path, str]]:
    for name in named:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            yield place, f"the hall has no {noun} '{name}'" + (f"; did you mean '{near[0]}'?" if near else "")


def _bands(place: _Path, bands: Iterable[str]) -> Iterator[tuple[_Path, str]]:
    before, name = -1, ""
    for start, end, band in sorted((*minutes_in(band), band) for band in bands):
        if end <= start:
            yield place, f"the band {band} ends before it begins"
        if start < before:
            yield place, f"the bands {name} and {band} overlap"
        before, name = end, band


def minutes_in(band: str) -> tuple[int, int]:
    """ "09:00-12:30" -> (540, 750)."""
    start, end = band.split("-")
    return minutes_of(start), minutes_of(end)
