"""Says in plain words which entry has a wrong shape: a missing line, an unknown setting, a value of the wrong kind."""

from __future__ import annotations

import re
import typing
from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from contract.config import Hall, HallConfig, Hours, Queue, Texts
from contract.ids import ID_PATTERN
from queueserver.hallfile.entries import SECTIONS, Entries, listed, model_at, nearest
from queueserver.hallfile.findings import Finding, Path

_EXAMPLES: Final[Mapping[str, str]] = {
    "id": 'id = "social-security"',
    "name": 'name = { zh-CN = "社保登记", en = "Social insurance registration" }',
    "prefix": 'prefix = "A"',
    "zone": 'zone = "f1-east"',
    "hours": 'hours = "weekdays"',
    "label": 'label = "3"',
    "serves": 'serves = ["social"]',
    "queue": 'queue = "social"',
    "department": 'department = "social-security"',
    "date": "date = 2026-10-01",
}
_LINE_BREAK = re.compile(r"\s+")

Words = tuple[str, dict[str, str | int]]


def misshapen(raw: Mapping[str, Any], entries: Entries) -> tuple[HallConfig | None, list[Finding]]:
    """The typed configuration, or None with everything that keeps `raw` from being one."""
    try:
        return HallConfig.model_validate(raw), []
    except ValidationError as error:
        return None, [_finding(detail, entries) for detail in error.errors(include_url=False)]


def _finding(detail: ErrorDetails, entries: Entries) -> Finding:
    path: Path = tuple(detail["loc"])
    if path[-1:] == ("[key]",):
        path = path[:-1]
    kind = detail["type"]
    if kind == "missing":
        return _missing(path, entries)
    if kind == "extra_forbidden":
        return _unknown(path, entries)
    code, params = _words(kind, path, detail)
    params["subject"] = entries.subject(path)
    params.setdefault("field", _field(path))
    params.setdefault("value", _shown(detail["input"]))
    return Finding(code, path, params)


def _missing(path: Path, entries: Entries) -> Finding:
    if len(path) == 1:
        header = f"[[{path[0]}]] entry" if path[0] in SECTIONS else f"[{path[0]}] table"
        return Finding("missing_section", path, {"header": header})
    field = _field(path)
    example = _EXAMPLES.get(field, f"{field} = ...")
    return Finding("missing_field", path, {"subject": entries.subject(path), "field": field, "example": example})


def _unknown(path: Path, entries: Entries) -> Finding:
    field, choices = _field(path), list(model_at(path[:-1]).model_fields)
    params: dict[str, str | int] = {
        "subject": entries.subject(path[:-1]),
        "field": field,
        "choices": listed(choices, most=20),
        "near": nearest(field, choices),
    }
    return Finding("unknown_field", path, params)


def _words(kind: str, path: Path, detail: ErrorDetails) -> Words:
    special = _SPECIAL.get(kind)
    if special:
        return special(path, detail)
    if kind in _CODES:
        return _CODES[kind], {"example": _example(path)}
    return "bad_value", {"reason": detail["msg"]}


_CODES: Final[Mapping[str, str]] = {
    "string_type": "not_text",
    "int_type": "not_whole_number",
    "int_parsing": "not_whole_number",
    "int_from_float": "not_whole_number",
    "float_type": "not_number",
    "float_parsing": "not_number",
    "bool_type": "not_true_false",
    "bool_parsing": "not_true_false",
    "model_type": "not_table",
    "model_attributes_type": "not_table",
    "date_type": "bad_date",
    "date_parsing": "bad_date",
    "date_from_datetime_parsing": "bad_date",
    "date_from_datetime_inexact": "bad_date",
}


def _pattern(path: Path, detail: ErrorDetails) -> Words:
    value, pattern = str(detail["input"]), detail.get("ctx", {}).get("pattern")
    if pattern == ID_PATTERN:
        return "bad_id", {"near": _id_like(value)}
    if pattern == _pattern_of(Queue.model_fields["prefix"].metadata):
        prefix = value.strip().upper()
        return "bad_prefix", {"near": prefix if re.fullmatch("[A-Z]{1,2}", prefix) else ""}
    if pattern == _pattern_of(_item_of(Hours.model_fields["mon"].annotation).__metadata__):
        return "bad_band", {"near": _band_like(value)}
    if pattern == _pattern_of(Hall.model_fields["day_boundary"].metadata):
        return "bad_clock_time", {"near": _time_like(value)}
    if pattern == _pattern_of(_item_of(Texts).__metadata__):
        near = value.replace("_", "-")
        return "bad_language", {"near": near if near != value else ""}
    return "bad_value", {"reason": detail["msg"]}


def _pattern_of(metadata: Any) -> str:
    return str(next(constraint.pattern for constraint in metadata if getattr(constraint, "pattern", None)))


def _item_of(annotation: Any) -> Any:
    """The type of a container's items (or keys)."""
    return typing.get_args(annotation)[0]


def _bound(words: str) -> Callable[[Path, ErrorDetails], Words]:
    def said(_path: Path, detail: ErrorDetails) -> Words:
        limit = next(iter(detail.get("ctx", {}).values()))
        return "out_of_range", {"bound": f"{words} {limit:g}"}

    return said


def _length(words: str) -> Callable[[Path, ErrorDetails], Words]:
    def said(_path: Path, detail: ErrorDetails) -> Words:
        limit = next(value for key, value in detail.get("ctx", {}).items() if key.endswith("_length"))
        return "wrong_length", {"bound": f"{words} {limit} characters"}

    return said


def _one_of(_path: Path, detail: ErrorDetails) -> Words:
    choices = re.findall(r"'([^']*)'", str(detail.get("ctx", {}).get("expected", "")))
    return "not_one_of", {"choices": listed(choices), "near": nearest(str(detail["input"]), choices)}


def _list(path: Path, detail: ErrorDetails) -> Words:
    if len(path) == 1:
        return "not_entries", {}
    value = detail["input"]
    return "not_list", {"value": f'"{value}"' if isinstance(value, str) else _shown(value)}


def _table(path: Path, _detail: ErrorDetails) -> Words:
    return "not_texts", {}


_SPECIAL: Final[Mapping[str, Callable[[Path, ErrorDetails], Words]]] = {
    "string_pattern_mismatch": _pattern,
    "greater_than": _bound("more than"),
    "greater_than_equal": _bound("at least"),
    "less_than": _bound("less than"),
    "less_than_equal": _bound("at most"),
    "string_too_short": _length("at least"),
    "string_too_long": _length("at most"),
    "enum": _one_of,
    "tuple_type": _list,
    "dict_type": _table,
}


def _field(path: Path) -> str:
    """The setting at the end of `path`: its last name, with the language or place that follows it."""
    names = [part for part in path if isinstance(part, str)]
    if len(names) >= 3 and names[-2] in ("name", "hint", "note", "needs"):
        return f"{names[-2]}.{names[-1]}"
    return names[-1] if names else "the file"


def _example(path: Path) -> str:
    field = model_at(path[:-1]).model_fields.get(_field(path))
    default = field.default if field is not None and isinstance(field.default, int | float) else None
    return str(default or 5)


def _shown(value: object) -> str:
    """A value as the file has it, short."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping | list | tuple):
        return "a table" if isinstance(value, Mapping) else "a list"
    text = _LINE_BREAK.sub(" ", str(value))
    return text if len(text) <= 60 else f"{text[:57]}..."


def _id_like(value: str) -> str:
    near = re.sub(r"-{2,}", "-", re.sub(r"[^a-z0-9]+", "-", value.strip().lower())).strip("-")[:48]
    return near if re.fullmatch(ID_PATTERN, near) and value.isascii() else ""


def _time_like(value: str) -> str:
    match = re.fullmatch(r"\s*(\d{1,2})\s*[:：.]\s*(\d{1,2})\s*", value)
    if not match or int(match[1]) > 23 or int(match[2]) > 59:
        return ""
    return f"{int(match[1]):02}:{int(match[2]):02}"


def _band_like(value: str) -> str:
    ends = [_time_like(part) for part in re.split(r"[-–—~～至]|to", value)]
    return "-".join(ends) if len(ends) == 2 and all(ends) else ""
