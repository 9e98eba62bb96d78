"""From the TOML text of a description to the description, or to every finding with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from hardware.errors import DeviceError, OptionError
from hardware.frames.description import HEARD, MARKS, SAID, Description
from hardware.frames.frametable import read_frame
from hardware.frames.lines import line_of
from hardware.frames.words import Hearing, Saying, Word, words
from hardware.ports import Colour, Effect, PadAct

T = TypeVar("T")

_TABLES = frozenset({"frame", "colours", "effects", "keys", "ratings", *SAID, *HEARD})
_TOP = frozenset({"name", "charset", "addresses", "lines", "columns"})
_Said = tuple[bytes, tuple[Word, ...]]
_AT_LINE = re.compile(r"at line (\d+)")
MOST_ADDRESSES = 65536


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong in a description, and on which line (from 1)."""

    line: int
    problem: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.problem}"


class Findings:
    """Collects what is wrong; `text` is only asked for lines."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.found: list[Finding] = []

    def add(self, table: str, key: str, problem: str) -> None:
        """One finding at a key, or at its table when the key is not in the text."""
        self.found.append(Finding(line_of(self._text, table, key), problem))

    def attempt(self, table: str, key: str, make: Callable[[], T], instead: T) -> T:
        """What `make` returns, or a finding and `instead` when it raises ValueError or TypeError."""
        try:
            return make()
        except (ValueError, TypeError, LookupError) as fault:
            self.add(table, key, f"{key}: {fault}")
            return instead


class DescriptionError(DeviceError):
    """A description with its findings, all of them."""

    code = "bad_description"

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("; ".join(map(str, findings)))
        self.findings = findings


def read(text: str) -> Description:
    """The description in `text`; raises DescriptionError with every finding."""
    try:
        whole = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        line = _AT_LINE.search(str(fault))
        raise DescriptionError([Finding(int(line[1]) if line else 1, f"not valid TOML: {fault}")]) from fault
    findings = Findings(text)
    description = _description(whole, findings)
    if findings.found:
        raise DescriptionError(sorted(findings.found, key=lambda finding: finding.line))
    return description


def load(source: str) -> Description:
    """The description in the file `source`, or one that comes with us by its name.

    Raises OptionError for the setting "frames" with the file and every finding.
    """
    try:
        return read(_text(source))
    except DescriptionError as fault:
        raise OptionError("frames", f"{source}: {fault.detail}") from fault
    except (OSError, UnicodeDecodeError) as fault:
        raise OptionError("frames", f"{source}: {fault}; there are {', '.join(known())}") from fault


def known() -> list[str]:
    """Names of the descriptions that come with us."""
    folder = resources.files("hardware.frames.known")
    return sorted(Path(entry.name).stem for entry in folder.iterdir() if entry.name.endswith(".toml"))


def _text(source: str) -> str:
    if source in known():
        return resources.files("hardware.frames.known").joinpath(f"{source}.toml").read_text(encoding="utf-8")
    return Path(source).read_text(encoding="utf-8-sig")


def _description(whole: Mapping[str, Any], findings: Findings) -> Description:
    for key, value in whole.items():
        allowed = _TABLES if isinstance(value, Mapping) else _TOP
        if key not in allowed:
            kind = "table" if isinstance(value, Mapping) else "key"
            findings.add(key if kind == "table" else "", key, f"no such {kind}: {key}; there are {_listed(allowed)}")
    if not isinstance(whole.get("frame"), Mapping):
        findings.add("", "frame", "a description needs a table [frame]")
    said = {name: _saying(name, whole, findings) for name in SAID if isinstance(whole.get(name), Mapping)}
    heard = {name: _hearing(name, whole, findings) for name in HEARD if isinstance(whole.get(name), Mapping)}
    commands = {name: saying.command for name, saying in said.items()}
    commands |= {name: hearing.command for name, hearing in heard.items()}
    return Description(
        name=findings.attempt("", "name", lambda: _string(whole.get("name", "")), ""),
        layout=read_frame(_table(whole, "frame"), commands, findings),
        charset=findings.attempt("", "charset", lambda: _charset(whole.get("charset", "gb2312")), "ascii"),
        addresses=findings.attempt("", "addresses", lambda: _addresses(whole.get("addresses", [1, 255])), range(1, 2)),
        lines=findings.attempt("", "lines", lambda: _count(whole.get("lines", 1)), 1),
        columns=findings.attempt("", "columns", lambda: _count(whole.get("columns", 8)), 8),
        said=said,
        heard=heard,
        colours=_codes("colours", whole, findings, lambda key, value: (Colour(key), _hex(value))),
        effects=_codes("effects", whole, findings, lambda key, value: (Effect(key), _hex(value))),
        keys=_codes("keys", whole, findings, lambda key, value: (_hex(key), _act(value))),
        ratings=_codes("ratings", whole, findings, lambda key, value: (_hex(key), _rating(value))),
    )


def _saying(name: str, whole: Mapping[str, Any], findings: Findings) -> Saying:
    return Saying(*_message(name, _table(whole, name), SAID[name], findings))


def _hearing(name: str, whole: Mapping[str, Any], findings: Findings) -> Hearing:
    return Hearing(*_message(name, _table(whole, name), HEARD[name], findings))


def _message(name: str, table: Mapping[str, Any], allowed: frozenset[str], findings: Findings) -> _Said:
    """Its command and its words."""
    for key in table:
        if key not in {"command", "data"}:
            findings.add(name, key, f"no such key: {key}; there are command, data")
    command = findings.attempt(name, "command", lambda: _hex(table.get("command", "")), b"")
    none: tuple[Word, ...] = ()
    data = findings.attempt(name, "data", lambda: words(_string(table.get("data", "")), allowed), none)
    return command, data


def _codes(
    name: str, whole: Mapping[str, Any], findings: Findings, entry: Callable[[str, Any], tuple[Any, T]]
) -> dict[Any, T]:
    codes: dict[Any, T] = {}
    for key, value in _table(whole, name).items():
        pair = findings.attempt(name, key, lambda key=key, value=value: entry(key, value), None)  # type: ignore[misc]
        if pair is not None:
            codes[pair[0]] = pair[1]
    return codes


def _table(whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = whole.get(name, {})
    return table if isinstance(table, Mapping) else {}


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"must be text, is {value!r}")
    return value


def _hex(value: object) -> bytes:
    try:
        return bytes.fromhex(_string(value))
    except (ValueError, TypeError):
        raise ValueError(f'must be hex bytes such as "FF 68", is {value!r}') from None


def _charset(value: object) -> str:
    name = _string(value)
    try:
        "".encode(name)
    except LookupError:
        raise ValueError(f"no such charset: {name}; e.g. gb2312, gbk, utf-8, utf-16-be, ascii") from None
    return name


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 255:
        raise ValueError(f"must be a whole number from 1 to 255, is {value!r}")
    return value


def _addresses(value: object) -> range:
    match value:
        case [int(first), int(last)] if 0 <= first <= last < MOST_ADDRESSES:
            return range(first, last + 1)
    raise ValueError(f"must be the first and the last, e.g. [1, 255], is {value!r}")


def _act(value: object) -> PadAct | str:
    if isinstance(value, str) and value in MARKS:
        return value
    try:
        return PadAct(_string(value))
    except (ValueError, TypeError):
        raise ValueError(f"must be one of {_listed({*PadAct, *MARKS})}, is {value!r}") from None


def _rating(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 5:
        raise ValueError(f"must be 1 (very dissatisfied) to 5 (very satisfied), is {value!r}")
    return value


def _listed(names: frozenset[str] | set[str]) -> str:
    return ", ".join(sorted(names))
