"""On which line of a description a key stands, because TOML parsers do not say."""

from __future__ import annotations

import re

_TABLE = re.compile(r"\s*\[\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"""\s*["']?([^"'=\s]+)["']?\s*=""")


def line_of(text: str, table: str, key: str = "") -> int:
    """The line (from 1) of `key` in `table` ("" = before the first table), else of the table, else 1.

    Descriptions have one key a line; a key inside braces is found on the line of what holds it.
    """
    current, best = "", 1
    for number, line in enumerate(text.splitlines(), 1):
        header = _TABLE.match(line)
        if header is not None:
            current = header[1].replace('"', "")
            best = number if current == table else best
            continue
        found = _KEY.match(line)
        if found is not None and current == table and found[1] == key:
            return number
    return best
