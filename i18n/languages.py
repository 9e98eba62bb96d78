"""Names of languages in the reader's own language: "English" is 英语 to who reads Chinese."""

from __future__ import annotations

from babel import Locale, UnknownLocaleError


def language_name(tag: str, reader: str) -> str:
    """The name of language `tag` ("en-GB" is English too) in the language `reader`; an unknown one as it is written."""
    try:
        names = Locale.parse(reader, sep="-").languages
    except (UnknownLocaleError, ValueError):
        return tag
    return str(names.get(tag.split("-", maxsplit=1)[0].lower(), tag))
