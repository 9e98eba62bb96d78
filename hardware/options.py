"""Turns a device's settings (a table from TOML or the environment) into the frozen options its driver declares."""

from __future__ import annotations

import dataclasses
import math
import typing
from collections.abc import Mapping
from dataclasses import MISSING, dataclass
from typing import Any, TypeVar

from hardware.errors import OptionError

O = TypeVar("O")  # noqa: E741 - one letter, as type variables are written


def option(
    default: Any = MISSING,
    *,
    doc: str,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """Declare one option of a driver: bounds are inclusive, `doc` is one line for `hall devices list`."""
    return dataclasses.field(default=default, metadata={"doc": doc, "low": low, "high": high, "choices": choices})


@dataclass(frozen=True, slots=True)
class OptionInfo:
    """What a person must know to set one option; `default` is None when it must be given."""

    name: str
    type: str
    default: object
    required: bool
    doc: str


def describe(options: type) -> tuple[OptionInfo, ...]:
    """List the options of one driver in the order they are declared."""
    hints = typing.get_type_hints(options)
    return tuple(
        OptionInfo(
            name=field.name,
            type=getattr(hints[field.name], "__name__", str(hints[field.name])),
            default=None if field.default is MISSING else field.default,
            required=field.default is MISSING,
            doc=str(field.metadata.get("doc", "")),
        )
        for field in dataclasses.fields(options)
    )


def parse(options: type[O], raw: Mapping[str, object]) -> O:
    """Check `raw` against the dataclass `options`; raises OptionError naming the setting that is wrong.

    Numbers may come as text, because environment variables have no other form.
    """
    fields = {field.name: field for field in dataclasses.fields(typing.cast(Any, options))}
    for name in raw:
        if name not in fields:
            known = ", ".join(sorted(fields)) or "none"
            raise OptionError(name, f"no such setting; this driver knows: {known}")
    hints = typing.get_type_hints(options)
    values: dict[str, object] = {}
    for name, field in fields.items():
        if name in raw:
            values[name] = _checked(name, raw[name], hints[name], field.metadata)
        elif field.default is MISSING:
            raise OptionError(name, "must be given")
    return options(**values)


def _checked(name: str, value: object, kind: Any, metadata: Mapping[str, Any]) -> object:
    choices = metadata.get("choices") or ()
    if choices and isinstance(value, int) and not isinstance(value, bool):
        value = str(value)  # paper = 80 means what paper = "80" does
    converted = _converted(name, value, kind)
    low, high = metadata.get("low"), metadata.get("high")
    if isinstance(converted, int | float) and not isinstance(converted, bool):
        if low is not None and converted < low:
            raise OptionError(name, f"must be at least {low}, is {converted}")
        if high is not None and converted > high:
            raise OptionError(name, f"must be at most {high}, is {converted}")
    if choices and converted not in choices:
        raise OptionError(name, f"must be one of {', '.join(choices)}, is {converted!r}")
    return converted


def _converted(name: str, value: object, kind: Any) -> object:
    reader = {bool: _bool, int: _int, float: _float, str: _str}.get(kind)
    if reader is None:
        raise OptionError(name, f"the driver declares a type that settings cannot have: {kind}")
    try:
        return reader(value)
    except (TypeError, ValueError):
        raise OptionError(name, f"must be {_WORDS[kind]}, is {value!r}") from None


_WORDS = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}


def _bool(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in {"true", "1", "yes", "on"}:
        return True
    if isinstance(value, str) and value.lower() in {"false", "0", "no", "off"}:
        return False
    raise ValueError(value)


def _int(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise TypeError(value)
    return int(value, 0) if isinstance(value, str) else value


def _float(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError(value)
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(value)
    return number


def _str(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value
