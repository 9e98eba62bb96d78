"""Words in a person's language: gettext catalogues read as they are, no compiled files to forget.

Message ids are the English sentences; `i18n/catalogues/<language>.po` holds each translation. A missing one shows
the English, and a test keeps that from happening.
"""

from __future__ import annotations

import gettext
import io
from functools import cache
from importlib import resources

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE_LANGUAGE = "en"


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
    names = (entry.name for entry in resources.files("i18n").joinpath("catalogues").iterdir())
    return (SOURCE_LANGUAGE, *sorted(name.removesuffix(".po") for name in names if name.endswith(".po")))


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    folder = resources.files("i18n").joinpath("catalogues")
    for name in (language, language.split("-", maxsplit=1)[0]):
        entry = folder.joinpath(f"{name}.po")
        if entry.is_file():
            compiled = io.BytesIO()
            write_mo(compiled, read_po(io.BytesIO(entry.read_bytes()), locale=name.replace("-", "_")))
            compiled.seek(0)
            return gettext.GNUTranslations(compiled)
    return gettext.NullTranslations()
