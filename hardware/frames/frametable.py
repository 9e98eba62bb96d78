"""The table [frame] of a description: how its parts follow each other, and whether such frames can be found again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from hardware.bus.checks import CHECKS
from hardware.frames.layout import Check, Layout, Name, Number, Part

_KEYS = {
    "header": "",
    "parts": "",
    "tail": "",
    "address_bytes": 1,
    "address_first": "high",
    "length_bytes": 1,
    "length_first": "high",
    "length_counts": ["address", "command", "data"],
    "length_more": 0,
    "check": "",
    "check_first": "high",
    "check_over": "body",
    "data_bytes": 0,
    "escapes": {},
}
"""Every key with its default; the type of the default is the type of the key."""
EMPTY = Layout(b"", (Name.DATA,), b"", data_size=1)


class Finder(Protocol):
    """Where findings go."""

    def add(self, table: str, key: str, problem: str) -> None: ...


class _Table:
    """Typed access; each wrong value is one finding and its default goes on."""

    def __init__(self, table: Mapping[str, Any], findings: Finder) -> None:
        self._table = table
        self._findings = findings
        for key in table:
            if key not in _KEYS:
                self.wrong(key, f"no such key: {key}; there are {', '.join(_KEYS)}")

    def wrong(self, key: str, problem: str) -> None:
        self._findings.add("frame", key, problem)

    def value(self, key: str) -> Any:
        default = _KEYS[key]
        value = self._table.get(key, default)
        if key == "check_over" and isinstance(value, list):
            return value
        if type(value) is not type(default):
            words = {str: "text", int: "a whole number", list: "a list", dict: "a table"}
            self.wrong(key, f"{key} must be {words[type(default)]}, is {value!r}")
            return default
        return value

    def hex(self, key: str) -> bytes:
        return self._bytes(key, self.value(key))

    def _bytes(self, key: str, text: object) -> bytes:
        try:
            return bytes.fromhex(text if isinstance(text, str) else "?")
        except ValueError:
            self.wrong(key, f'{key} must be hex bytes such as "FF 68", is {text!r}')
            return b""

    def number(self, what: str) -> Number:
        size = self.value(f"{what}_bytes")
        if not 1 <= size <= 4:
            self.wrong(f"{what}_bytes", f"{what}_bytes must be 1 to 4, is {size}")
            size = 1
        return Number(size, self.high_first(what))

    def high_first(self, what: str) -> bool:
        first = self.value(f"{what}_first")
        if first not in {"high", "low"}:
            self.wrong(f"{what}_first", f'{what}_first must be "high" or "low", is {first!r}')
        return bool(first == "high")

    def names(self, key: str) -> frozenset[Name]:
        chosen = self.value(key)
        unknown = [name for name in chosen if name not in {"address", "length", "command", "data"}]
        if unknown:
            self.wrong(key, f"{key} may have address, length, command, data; not {unknown[0]!r}")
        return frozenset(Name(name) for name in chosen if name not in unknown)

    def parts(self) -> tuple[Part, ...]:
        parts: list[Part] = []
        for word in self.value("parts").split():
            if word in set(Name):
                parts.append(Name(word))
            else:
                parts.append(self._bytes("parts", word))
        return tuple(parts)

    def escapes(self) -> dict[bytes, bytes]:
        pairs = self.value("escapes").items()
        return {self._bytes("escapes", plain): self._bytes("escapes", escaped) for plain, escaped in pairs}


def read_frame(raw: Mapping[str, Any], commands: Mapping[str, bytes], findings: Finder) -> Layout:
    """The layout; `commands` are those of all messages. What is wrong goes to `findings` and is left out."""
    table = _Table(raw, findings)
    parts = table.parts()
    if raw and not parts:
        table.wrong("parts", 'parts must say what travels, e.g. "address command data check"')
    layout = Layout(
        header=table.hex("header"),
        parts=parts or EMPTY.parts,
        tail=table.hex("tail"),
        address=table.number("address"),
        length=table.number("length"),
        command_size=_command_size(parts, commands, findings),
        counts=table.names("length_counts"),
        more=table.value("length_more"),
        check=_check(table, parts),
        data_size=table.value("data_bytes") or None,
        escapes=table.escapes(),
    )
    _can_be_found(table, layout)
    _escapes_hold(table, layout)
    return layout


def _command_size(parts: tuple[Part, ...], commands: Mapping[str, bytes], findings: Finder) -> int:
    if Name.COMMAND not in parts:
        for name in sorted(name for name, command in commands.items() if command):
            findings.add(name, "command", f"[{name}] has a command, but parts of [frame] have none")
        return 0
    for name in sorted(name for name, command in commands.items() if not command):
        findings.add(name, "command", f"[{name}] needs a command, because parts of [frame] have one")
    sizes = sorted({len(command) for command in commands.values() if command})
    for name in sorted(name for name, command in commands.items() if command and len(command) != sizes[0]):
        findings.add(name, "command", f"the command of [{name}] is longer than others: all must have the same bytes")
    return sizes[0] if sizes else 1


def _check(table: _Table, parts: tuple[Part, ...]) -> Check:
    kind, over = table.value("check"), table.value("check_over")
    if kind and kind not in CHECKS:
        table.wrong("check", f"check must be one of {', '.join(CHECKS)}, is {kind!r}")
        kind = ""
    if bool(kind) != (Name.CHECK in parts):
        table.wrong("parts", "check names a kind, and parts say where it stands: both or neither")
    if not isinstance(over, list) and over not in {"body", "all"}:
        table.wrong("check_over", 'check_over must be "body" (behind the header), "all" or a list of parts')
    named = table.names("check_over") if isinstance(over, list) else None
    return Check(kind, named, with_header=over == "all", big=table.high_first("check"))


def _can_be_found(table: _Table, layout: Layout) -> None:
    """Whether the end of such a frame can be told in a stream of bytes."""
    parts = layout.parts
    if parts.count(Name.DATA) > 1:
        table.wrong("parts", "data can stand in a frame only once")
    length_first = Name.LENGTH in parts and (
        Name.DATA not in parts or parts.index(Name.LENGTH) < parts.index(Name.DATA)
    )
    if Name.LENGTH in parts and not length_first:
        table.wrong("parts", "the length must come before the data it tells the end of")
    ended = length_first or layout.data_size or Name.DATA not in parts or (layout.header and layout.tail)
    if not ended:
        table.wrong("parts", "nobody can tell where the data end: give a length, data_bytes, or a header and a tail")


def _escapes_hold(table: _Table, layout: Layout) -> None:
    if not layout.escapes:
        return
    if not layout.header or not layout.tail:
        table.wrong("escapes", "frames with escapes need a header and a tail")
        return
    if any(len(plain) != 1 or len(escaped) < 2 for plain, escaped in layout.escapes.items()):
        table.wrong("escapes", 'an escape turns one byte into two or more, e.g. "5A" = "5B 02"')
        return
    marks = {escaped[:1] for escaped in layout.escapes.values()}
    missing = sorted(mark for mark in {layout.tail[:1], *marks} if mark not in layout.escapes)
    if missing:
        mark = missing[0].hex().upper()
        table.wrong("escapes", f"{mark} ends frames or begins escapes, so it must be escaped itself")
    if any(layout.tail[:1] in escaped for escaped in layout.escapes.values()):
        table.wrong("escapes", "an escape must not have the first byte of the tail in it")
