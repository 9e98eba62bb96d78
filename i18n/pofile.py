"""Reads .po files and makes gettext catalogues of them: all we need of Babel, which takes 4 MB of a kiosk.

Formats: GNU gettext manual, "The Format of PO Files" and "The Format of GNU MO Files".
"""

from __future__ import annotations

import ast
import gettext
import io
import struct
from collections.abc import Iterable, Iterator

Messages = dict[str, str]
"""Message id -> translation; plural forms are joined by NUL on both sides, as a .mo file has them."""

_MO_MAGIC = 0x950412DE
_MO_HEADER_BYTES = 7 * 4


def read(text: str) -> Messages:
    """The translated messages of one .po file, the header under ""; raises ValueError naming the line.

    Fuzzy, obsolete and empty entries count as not translated. Contexts (msgctxt) are refused: our ids are sentences.
    """
    messages: Messages = {}
    fuzzy, entry = False, {"": ""}
    for number, line in enumerate([*text.splitlines(), ""], 1):
        stripped = line.strip()
        try:
            if stripped.startswith("#,"):
                fuzzy = "fuzzy" in stripped
            elif stripped and not stripped.startswith("#"):
                _add(entry, stripped)
        except (SyntaxError, ValueError) as error:
            raise ValueError(f"line {number}: {error}") from error
        if not stripped:
            if not fuzzy:
                messages.update(_translated(entry))
            fuzzy, entry = False, {"": ""}
    return messages


def catalogue(messages: Messages) -> gettext.GNUTranslations:
    """Python's own catalogue of `messages`, plural rules and all."""
    return gettext.GNUTranslations(io.BytesIO(_mo(sorted(messages.items()))))


def _add(entry: dict[str, str], line: str) -> None:
    """One keyword with its string, or a string that continues the one before; "" holds the latest keyword."""
    keyword, quote, rest = line.partition('"')
    if keyword.strip() in entry and keyword:
        raise ValueError("an empty line must part two entries")
    keyword = keyword.strip() or entry[""]
    if not quote or not (keyword in {"msgid", "msgid_plural", "msgstr"} or keyword.startswith("msgstr[")):
        raise ValueError(f"not understood: {line}")
    entry[keyword] = entry.get(keyword, "") + ast.literal_eval(quote + rest)
    entry[""] = keyword


def _translated(entry: dict[str, str]) -> Iterator[tuple[str, str]]:
    forms = [text for keyword, text in entry.items() if keyword.startswith("msgstr")]
    if "msgid" in entry and all(forms):
        ids = [entry[keyword] for keyword in ("msgid", "msgid_plural") if keyword in entry]
        yield "\0".join(ids), "\0".join(forms)


def _mo(messages: Iterable[tuple[str, str]]) -> bytes:
    """The bytes of a .mo file: a header, two tables of (length, offset), then the strings, each ended by NUL."""
    pairs = [(source.encode(), translation.encode()) for source, translation in messages]
    tables, strings = b"", b""
    first = _MO_HEADER_BYTES + 2 * 8 * len(pairs)
    for side in (0, 1):
        for pair in pairs:
            tables += struct.pack("<II", len(pair[side]), first + len(strings))
            strings += pair[side] + b"\0"
    of_translations = _MO_HEADER_BYTES + 8 * len(pairs)
    return struct.pack("<7I", _MO_MAGIC, 0, len(pairs), _MO_HEADER_BYTES, of_translations, 0, 0) + tables + strings
