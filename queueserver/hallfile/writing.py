"""Writes a configuration as the canonical hall file: always the same text for the same hall, made to be read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from enum import Enum
from typing import Any, Final

from pydantic import BaseModel

from contract.config import HallConfig
from queueserver.hallfile.entries import SECTIONS

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_ALWAYS: Final = frozenset({"time_zone", "languages", "day_boundary", "service_minutes", "missed"})
"""Settings written even when they have their default, because people look for them."""
_WIDTH: Final = 110
_TITLES: Final[Mapping[str, str]] = {
    "zones": "Zones: waiting areas; screens and loudspeakers follow them",
    "priority_classes": "Priority classes; the first that is not privileged is the usual one",
    "hours": "Opening hours; a missing day is closed",
    "calendars": "Calendars: holidays, and days worked as another weekday (调休)",
    "overrides": "Dates that differ; no open = closed, no queues = the whole hall",
    "departments": "Departments, as the kiosk shows them",
    "services": "Services: what visitors come for; each leads to one queue",
    "queues": "Queues; a ticket number is prefix + digits",
    "windows": "Windows; rules are tried in order, then the longest wait of serves",
    "staff": "Staff by account: skills that services ask for, and languages besides the first",
    "slots": "Appointments: bookable times, cut to the opening hours of their queue",
}


def write(config: HallConfig) -> str:
    """The TOML text; reading it again gives an equal configuration."""
    lines = [f"schema_version = {config.schema_version}", "", "[hall]"]
    lines += _settings(config.hall, leave_out=("policy",))
    lines += ["", "[hall.policy]", *_settings(config.hall.policy, everything=True)]
    for section in SECTIONS:
        entries: tuple[BaseModel, ...] = getattr(config, section)
        if entries:
            lines += ["", "", f"# {_TITLES[section]}"]
        else:
            # An empty list of tables has no [[header]]; it must stand before the first one.
            lines[1:1] = [f"{section} = []"] if HallConfig.model_fields[section].is_required() else []
        for entry in entries:
            lines += ["", f"[[{section}]]", *_settings(entry)]
    return "\n".join(lines) + "\n"


def _settings(entry: BaseModel, *, leave_out: tuple[str, ...] = (), everything: bool = False) -> Iterator[str]:
    for name, field in type(entry).model_fields.items():
        value = getattr(entry, name)
        if name in leave_out or value is None:
            continue
        if everything or name in _ALWAYS or field.is_required() or value != field.default:
            yield f"{name} = {_value(value, room=_WIDTH - len(name) - 3)}"


def _value(value: Any, room: int = 0) -> str:
    """One TOML value; a list that does not fit into `room` characters, or holds tables, takes a line for each item."""
    if isinstance(value, BaseModel):
        value = {
            name: getattr(value, name)
            for name, field in type(value).model_fields.items()
            if field.is_required() or getattr(value, name) != field.default
        }
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, tuple | list):
        return _list([_value(item) for item in value], room)
    return _scalar(value)


def _list(items: list[str], room: int) -> str:
    flat = f"[{', '.join(items)}]"
    tables = any(item.startswith("{") for item in items)
    if len(flat) <= room and not (tables and len(items) > 1):
        return flat
    return "[\n" + "".join(f"    {item},\n" for item in items) + "]"


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        return _text(str(value.value))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return str(int(value)) if value == int(value) else repr(value)
    return _text(str(value))


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _text(key)


def _text(text: str) -> str:
    # JSON's escapes are all TOML's too; only DEL must be escaped in addition.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
