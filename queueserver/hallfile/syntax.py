"""Turns the text of a hall file into plain tables, or says on which line it stops being TOML and why."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from queueserver.hallfile.findings import Finding, HallFileError

_POSITION = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")
_FULL_WIDTH = {"＝": "=", "“": '"', "”": '"', "‘": "'", "’": "'", "，": ",", "［": "[", "］": "]", "【": "[", "】": "]"}
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'|#.*')
_REASONS = {
    "Cannot overwrite a value": ("the same setting is written twice", "remove one of the two lines"),
    "Cannot declare": ("the same table is begun twice", "entries of a list begin with two brackets, e.g. [[queues]]"),
    "Invalid value": (
        "there is no value here",
        'text stands in quotes: id = "social"; yes and no are true and false',
    ),
    "Unclosed array": ("a list is not closed", "add the missing ]"),
    "Unclosed inline table": (
        "a table in braces is not closed",
        "write { ... } on one line, with a comma between its parts and none at its end",
    ),
    "Unterminated string": ("a text is not closed", "add the missing quote"),
    "Illegal character": ("a text is not closed on its line", "add the missing quote"),
    "Unescaped": ("a text has a single backslash", "write it twice, \\\\, or put the text in 'single quotes'"),
    "Expected '='": ("a setting needs '=' after its name", 'write e.g. id = "social"'),
    "Expected newline": (
        "something follows the value",
        "write one setting a line; quotes go around all of a text",
    ),
    "Expected ']'": ("a table's name is not closed", "write e.g. [hall] or [[queues]]"),
}


def decoded(content: bytes) -> str:
    """The text of `content`, with or without a byte order mark; raises HallFileError when it is not UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise HallFileError((Finding("not_utf8", line=line),)) from error


def parsed(text: str) -> dict[str, Any]:
    """The tables of `text`; raises HallFileError with one finding at the first place that is not TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise HallFileError((_finding(text, str(error)),)) from error


def _finding(text: str, message: str) -> Finding:
    position = _POSITION.search(message)
    lines = text.splitlines() or [""]
    line = int(position[1]) if position and position[1] else len(text.rstrip().splitlines() or [""])
    said = _POSITION.sub("", message)
    reason, advice = next(
        (words for beginning, words in _REASONS.items() if said.startswith(beginning)),
        (said[:1].lower() + said[1:], "compare the line with examples/hall.toml"),
    )
    outside_quotes = _QUOTED.sub("", lines[min(line, len(lines)) - 1])
    for wide, narrow in _FULL_WIDTH.items():
        if wide in outside_quotes:
            reason, advice = f"the line has a full-width {wide}", f"write the half-width {narrow} instead"
            break
    return Finding("syntax", params={"reason": reason, "advice": advice}, line=line)
