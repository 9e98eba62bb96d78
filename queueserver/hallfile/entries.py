"""The sections of a hall file and their entries, as far as each is sound: one bad entry hides no other error."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from contract.config import (
    Booking,
    Calendar,
    Department,
    Hall,
    HallConfig,
    Holiday,
    Hours,
    MakeUpDay,
    Override,
    Policy,
    PriorityClass,
    Queue,
    QueueBooking,
    Release,
    Rule,
    Service,
    SlotTemplate,
    Staff,
    Step,
    Window,
    Zone,
)
from queueserver.hallfile.findings import Path

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Section:
    """One list of entries: how one of them is called, and its shape."""

    noun: str
    model: type[BaseModel]


SECTIONS: Final[Mapping[str, Section]] = {
    "zones": Section("zone", Zone),
    "priority_classes": Section("priority class", PriorityClass),
    "hours": Section("hours", Hours),
    "calendars": Section("calendar", Calendar),
    "overrides": Section("override", Override),
    "departments": Section("department", Department),
    "services": Section("service", Service),
    "queues": Section("queue", Queue),
    "windows": Section("window", Window),
    "staff": Section("staff", Staff),
    "slots": Section("slot template", SlotTemplate),
}

REFERENCES: Final[tuple[tuple[str, str, str], ...]] = (
    ("overrides", "queues", "queues"),
    ("departments", "zone", "zones"),
    ("services", "department", "departments"),
    ("services", "queue", "queues"),
    ("services", "after", "services"),
    ("queues", "zone", "zones"),
    ("queues", "hours", "hours"),
    ("queues", "calendar", "calendars"),
    ("windows", "zone", "zones"),
    ("windows", "serves", "queues"),
    ("slots", "queue", "queues"),
    ("slots", "services", "services"),
)
"""(section, field, section whose ids the field names); a list field names several."""

_INSIDE: Final[Mapping[str | int, type[BaseModel]]] = {
    "rules": Rule,
    "holidays": Holiday,
    "make_up": MakeUpDay,
    "steps": Step,
    "release": Release,
    "booking": QueueBooking,
}
"""The shape of the tables inside an entry, by the name of the list or table."""

_STAND_INS: Final[Mapping[str, tuple[Any, Any]]] = {
    "id": ("x", ""),
    "name": ({}, {}),
    "prefix": ("A", ""),
    "zone": ("x", ""),
    "hours": ("x", ""),
    "label": ("x", ""),
    "queue": ("x", ""),
    "department": ("x", ""),
    "serves": ((), ()),
    "weekdays": ((), ()),
    "times": ((), ()),
}
"""For a required field that is wrong: what lets the rest of its entry be checked, and what to leave in its place."""


class Entries:
    """What a hall file says, read with tolerance: `raw` as written, and the sound entries as typed values."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw
        self.hall = _sound(Hall, raw.get("hall"))
        self._known = {section: tuple(identifier for _, identifier in self.ids(section)) for section in SECTIONS}

    @classmethod
    def of(cls, config: HallConfig) -> Entries:
        return cls(config.model_dump(mode="python"))

    def of_hall(self, field: str) -> object:
        """A setting of the [hall] table as written, None when there is none."""
        hall = self.raw.get("hall")
        return hall.get(field) if isinstance(hall, Mapping) else None

    def tables(self, section: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """Every entry of `section` that is a table at all, with its place."""
        rows = self.raw.get(section)
        for index, row in enumerate(rows if isinstance(rows, list | tuple) else ()):
            if isinstance(row, Mapping):
                yield index, row

    def sound(self, section: str, model: type[M]) -> Iterator[tuple[int, M]]:
        """Every entry of `section`, as far as it is sound, with its place."""
        for index, row in self.tables(section):
            entry = _sound(model, row)
            if entry is not None:
                yield index, entry

    def ids(self, section: str) -> Iterator[tuple[int, str]]:
        for index, row in self.tables(section):
            identifier = row.get("id")
            if isinstance(identifier, str):
                yield index, identifier

    def known(self, section: str) -> tuple[str, ...]:
        return self._known[section]

    def _row(self, section: str, index: int) -> Mapping[str, Any]:
        rows = self.raw.get(section)
        row = rows[index] if isinstance(rows, list | tuple) and index < len(rows) else {}
        return row if isinstance(row, Mapping) else {}

    def subject(self, path: Path) -> str:
        """How a person names the entry at or around `path`: "queue 'social'", "window no. 3", "the hall"."""
        if not path or path[0] not in SECTIONS:
            return "the hall" if path[:1] == ("hall",) else "the file"
        section = str(path[0])
        if len(path) == 1 or not isinstance(path[1], int):
            return f"[[{section}]]"
        noun, index = SECTIONS[section].noun, path[1]
        row = self._row(section, index)
        if section == "overrides" and "date" in row:
            return f"{noun} of {row['date']}"
        identifier = row.get("id")
        return f"{noun} '{identifier}'" if isinstance(identifier, str) else f"{noun} no. {index + 1}"


def model_at(path: Path) -> type[BaseModel]:
    """The shape of the table at `path`."""
    if path[:2] == ("hall", "policy"):
        return Policy
    if path[:2] == ("hall", "booking"):
        return Booking
    if path[:1] == ("hall",):
        return Hall
    if len(path) >= 3 and path[2] in _INSIDE:
        return _INSIDE[path[2]]
    section = SECTIONS.get(str(path[0])) if path else None
    return section.model if section else HallConfig


def nearest(word: str, choices: Iterable[str]) -> str:
    """The choice that `word` probably means, or ""."""
    by_lower = {choice.lower(): choice for choice in choices}
    close = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[close[0]] if close else ""


def listed(choices: Iterable[str], most: int = 8) -> str:
    """Some words as a person lists them: "'a', 'b', 'c' and 4 more"."""
    words = [f"'{choice}'" for choice in choices]
    if not words:
        return "none"
    rest = len(words) - most
    return ", ".join(words) if rest <= 1 else f"{', '.join(words[:most])} and {rest} more"


def _sound(model: type[M], row: object) -> M | None:
    """`row` as a typed entry; what is wrong with it is left out, and a required field left out is empty."""
    try:
        return model.model_validate(row)
    except ValidationError as error:
        wrong = {str(detail["loc"][0]) for detail in error.errors(include_url=False) if detail["loc"]}
    required = {name for name, field in model.model_fields.items() if field.is_required()} & wrong
    if not isinstance(row, Mapping) or not required <= _STAND_INS.keys():
        return None
    rest = {name: value for name, value in row.items() if name not in wrong}
    entry = model.model_validate({**rest, **{name: _STAND_INS[name][0] for name in required}})
    return entry.model_copy(update={name: _STAND_INS[name][1] for name in required})
