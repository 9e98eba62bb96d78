"""What the environment says about a part's settings: HALL_PORT, and for tables HALL_PRINTER__DRIVER or JSON."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any, Final

PREFIX: Final = "HALL_"
_INTO_TABLE: Final = "__"


def read(environment: Mapping[str, str], fields: Collection[str], structured: Collection[str]) -> dict[str, Any]:
    """The values given for `fields`; those of the `structured` ones (tables, lists) may be JSON or table entries.

    Upper and lower case are alike in names. Everything else stays text, for the field itself to understand. Other
    variables that begin with HALL_ are none of this part's. Raises ValueError, "name: what is wrong".
    """
    values: dict[str, Any] = {}
    # Sorted, so that a whole table (HALL_PRINTER) comes before its single entries (HALL_PRINTER__PORT).
    for variable, text in sorted((name.lower(), text) for name, text in environment.items()):
        field, *entry = variable.removeprefix(PREFIX.lower()).split(_INTO_TABLE)
        if not variable.startswith(PREFIX.lower()) or field not in fields or (entry and field not in structured):
            continue
        value: Any = _from_json(field, text) if field in structured else text
        for key in reversed(entry):
            value = {key: value}
        values = merged(values, {field: value})
    return values


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """`below` with what `above` says instead; tables are merged entry by entry."""
    both = dict(below)
    for key, value in above.items():
        beneath = both.get(key)
        both[key] = merged(beneath, value) if isinstance(beneath, dict) and isinstance(value, dict) else value
    return both


def _from_json(field: str, text: str) -> Any:
    if not text.startswith(("{", "[")):
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise ValueError(f"{field}: is not valid JSON: {error}") from error
