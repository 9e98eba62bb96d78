"""Checks that people can read the hall in each of its languages: no text is empty, missing or in a stray language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from contract.config import Texts
from queueserver.hallfile.entries import SECTIONS, Entries, nearest
from queueserver.hallfile.findings import Finding, Path

_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_OPTIONAL = ("hint", "note", "slip_advice")


def check_texts(entries: Entries) -> Iterator[Finding]:
    """Needs the hall's list of languages, so an unsound [hall] table is checked first."""
    if entries.hall is None:
        return
    languages = entries.hall.languages
    yield from _languages(languages)
    for path, texts in _all_texts(entries):
        yield from _one_text(entries, path, texts, languages)


def _languages(languages: tuple[str, ...]) -> Iterator[Finding]:
    if not languages:
        yield Finding("no_language", ("hall", "languages"))
    for place, language in enumerate(languages):
        path = ("hall", "languages", place)
        params = {"subject": "the hall", "value": language}
        if not _TAG.fullmatch(language):
            near = language.replace("_", "-")
            yield Finding("bad_language", path, {**params, "near": near if _TAG.fullmatch(near) else ""})
        elif languages.index(language) != place:
            yield Finding("language_twice", path, params)


def _all_texts(entries: Entries) -> Iterator[tuple[Path, Texts]]:
    hall = entries.raw.get("hall")
    for field in ("name", "slip_advice"):
        yield from _texts_at(("hall", field), hall.get(field) if isinstance(hall, Mapping) else None)
    for section in SECTIONS:
        for index, row in entries.tables(section):
            for field in ("name", "hint", "note"):
                yield from _texts_at((section, index, field), row.get(field))
            holidays = row.get("holidays")
            for place, holiday in enumerate(holidays if isinstance(holidays, list | tuple) else ()):
                name = holiday.get("name") if isinstance(holiday, Mapping) else None
                yield from _texts_at((section, index, "holidays", place, "name"), name or None)
            needs = row.get("needs")
            for place, texts in enumerate(needs if isinstance(needs, list | tuple) else ()):
                yield from _texts_at((section, index, "needs", place), texts)


def _texts_at(path: Path, value: object) -> Iterator[tuple[Path, Texts]]:
    if isinstance(value, Mapping) and all(isinstance(text, str) for text in value.values()):
        yield path, dict(value)


def _one_text(entries: Entries, path: Path, texts: Texts, languages: tuple[str, ...]) -> Iterator[Finding]:
    subject = entries.subject(path)
    field = f"needs no. {int(path[-1]) + 1}" if "needs" in path else str(path[-1])
    if not texts:
        if field not in _OPTIONAL:
            example = languages[0] if languages else "zh-CN"
            yield Finding("text_empty", path, {"subject": subject, "field": field, "value": example})
        return
    for language, text in texts.items():
        params: dict[str, str | int] = {"subject": subject, "field": field, "value": language}
        if not text.strip():
            yield Finding("text_empty", (*path, language), params)
        elif _TAG.fullmatch(language) and language not in languages:
            yield Finding("language_not_offered", (*path, language), {**params, "near": nearest(language, languages)})
    for language in languages:
        if language not in texts and _TAG.fullmatch(language):
            yield Finding("text_missing", path, {"subject": subject, "field": field, "value": language})
