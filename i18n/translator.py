"""Words in a person's language: gettext catalogues read as they are, no compiled files to forget.

Message ids are the English sentences; `i18n/catalogues/<language>/<room>.po` hold the translations, one file a room.
A missing one shows the English, and a test keeps that from happening.
"""

from __future__ import annotations

import gettext
import io
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE_LANGUAGE = "en"

_CATALOGUES = resources.files("i18n").joinpath("catalogues")


class Translator:
    """`t("Take a number")`, `t("{count} ahead of you", count=3)`, `t.plural("{n} person", "{n} people", n)`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._catalogue = _catalogue(language)

    def __call__(self, message: str, /, **params: object) -> str:
        """The translation of `message` with {params} filled in; a missing parameter stays visible as its name."""
        return self._catalogue.gettext(message).format_map(_Named(params))

    def plural(self, one: str, many: str, n: int, /, **params: object) -> str:
        """The form for `n`, with {n} and {params} filled in."""
        return self._catalogue.ngettext(one, many, n).format_map(_Named({"n": n, **params}))


class _Named(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return key


def available_languages() -> tuple[str, ...]:
    """Languages with a catalogue, plus the source language."""
    return (SOURCE_LANGUAGE, *sorted(entry.name for entry in _CATALOGUES.iterdir() if entry.is_dir()))


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    for name in (language, language.split("-", maxsplit=1)[0]):
        folder = _CATALOGUES.joinpath(name)
        if folder.is_dir():
            return _compiled(folder, name.replace("-", "_"))
    return gettext.NullTranslations()


def _compiled(folder: Traversable, locale: str) -> gettext.GNUTranslations:
    whole = Catalog(locale=locale)
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".po"):
            for message in read_po(io.BytesIO(entry.read_bytes()), locale=locale):
                if message.id:
                    whole[message.id] = message
    compiled = io.BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
