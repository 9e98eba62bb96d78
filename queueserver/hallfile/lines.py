"""Finds on which line each table, key and list item of a TOML text stands, because parsers do not say.

The text must be valid TOML (parse it first); this scanner only follows its structure: table headers, arrays of
tables, dotted keys, inline tables, lists, strings of all four kinds and comments. Source: TOML 1.0.0.
"""

from __future__ import annotations

import re

from queueserver.hallfile.findings import Path

_KEY = re.compile(r"""[ \t]*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))[ \t]*""")
_STRINGS = (
    re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}', re.DOTALL),
    re.compile(r"'''.*?'{3,5}", re.DOTALL),
    re.compile(r'"(?:[^"\\\n]|\\.)*"'),
    re.compile(r"'[^'\n]*'"),
)
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SCALAR = re.compile(r"[^,\]}#\n]*")
_ESCAPE = re.compile(r'\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([btnfr"\\]))')
_SHORT = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}


class LineIndex:
    """The line (from 1) of every path in `text`."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._line_of: dict[Path, int] = {(): 1}
        self._last: dict[Path, int] = {}
        self._at = 0
        self._counted = (0, 1)
        self._scan()

    def line(self, path: Path) -> int:
        """The line of `path`, or of the nearest table or list around it when the path itself is not in the text."""
        while path not in self._line_of:
            path = path[:-1]
        return self._line_of[path]

    def _scan(self) -> None:
        table: Path = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)

    def _header(self) -> Path:
        array = self._text.startswith("[[", self._at)
        start = self._at
        self._at += 2 if array else 1
        names = self._names()
        self._at += 2 if array else 1
        table: Path = ()
        for name in names[:-1]:
            table = self._inside((*table, name))
        table = (*table, names[-1])
        if array:
            self._mark(table, start)
            self._last[table] = self._last.get(table, -1) + 1
            table = (*table, self._last[table])
        self._mark(table, start)
        return table

    def _inside(self, path: Path) -> Path:
        """`path`, or the entry last begun when `path` is an array of tables."""
        return (*path, self._last[path]) if path in self._last else path

    def _pair(self, table: Path) -> None:
        start = self._at
        names = self._names()
        self._at += 1  # the "="
        path = table
        for name in names:
            path = (*path, name)
            self._mark(path, start)
        self._value(path)

    def _names(self) -> list[str]:
        names = []
        while True:
            match = _KEY.match(self._text, self._at)
            if match is None:
                raise ValueError(f"no key at offset {self._at}: the text is not valid TOML")
            basic, literal, bare = match.groups()
            names.append(bare or (_unescaped(basic) if basic is not None else literal or ""))
            self._at = match.end()
            if not self._text.startswith(".", self._at):
                return names
            self._at += 1

    def _value(self, path: Path) -> None:
        self._skip(_BLANK)
        opening = self._text[self._at]
        if opening == "[":
            self._items(path)
        elif opening == "{":
            self._inline_table(path)
        elif opening in "\"'":
            self._string()
        else:
            self._skip(_SCALAR)

    def _items(self, path: Path) -> None:
        self._at += 1
        index = 0
        while not self._closed("]"):
            self._mark((*path, index), self._at)
            self._value((*path, index))
            index += 1

    def _inline_table(self, path: Path) -> None:
        self._at += 1
        while not self._closed("}"):
            self._pair(path)

    def _closed(self, bracket: str) -> bool:
        """Step over blanks and one comma; whether `bracket` was found and passed."""
        self._skip(_BLANK)
        if self._text.startswith(",", self._at):
            self._at += 1
            self._skip(_BLANK)
        if self._text.startswith(bracket, self._at):
            self._at += 1
            return True
        return False

    def _string(self) -> None:
        for pattern in _STRINGS:
            match = pattern.match(self._text, self._at)
            if match:
                self._at = match.end()
                return
        raise ValueError(f"no end of the string at offset {self._at}: the text is not valid TOML")

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self._text, self._at)
        if match:
            self._at = match.end()

    def _mark(self, path: Path, offset: int) -> None:
        self._line_of.setdefault(path, self._line_at(offset))

    def _line_at(self, offset: int) -> int:
        before, line = self._counted
        if offset >= before:
            line += self._text.count("\n", before, offset)
        else:
            line -= self._text.count("\n", offset, before)
        self._counted = (offset, line)
        return line


def _unescaped(text: str) -> str:
    def plain(match: re.Match[str]) -> str:
        short, long, letter = match.groups()
        return _SHORT[letter] if letter else chr(int(short or long, 16))

    return _ESCAPE.sub(plain, text)
