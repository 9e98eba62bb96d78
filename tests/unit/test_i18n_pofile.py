"""Our reader of .po files says what Babel's says, and refuses what it does not understand."""

from __future__ import annotations

import gettext
import io
from importlib import resources
from importlib.resources.abc import Traversable

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from i18n import pofile

ROOMS = [
    room
    for language in resources.files("i18n").joinpath("catalogues").iterdir()
    for room in language.iterdir()
    if room.name.endswith(".po")
]
ODD = r"""
# a remark
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\n"

#: somewhere.py:12
#, python-brace-format
msgid "long "
"sentence with \"quotes\", a \\ and\ta tab"
msgstr ""
"longue "
"phrase\n"

#, fuzzy
msgid "guessed"
msgstr "deviné"

msgid "not yet"
msgstr ""

#~ msgid "gone"
#~ msgstr "parti"

msgid "{n} hour"
msgid_plural "{n} hours"
msgstr[0] "{n} heure"
msgstr[1] "{n} heures"
"""


def by_babel(text: str) -> dict[object, str]:
    whole = io.BytesIO()
    write_mo(whole, read_po(io.BytesIO(text.encode()), locale="fr"))
    whole.seek(0)
    return said(gettext.GNUTranslations(whole))


def by_us(text: str) -> dict[object, str]:
    return said(pofile.catalogue(pofile.read(text)))


def said(catalogue: gettext.GNUTranslations) -> dict[object, str]:
    """Everything but the header, which Babel writes anew."""
    known: dict[object, str] = vars(catalogue)["_catalog"]
    return {source: text for source, text in known.items() if source != ""}


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_every_catalogue_reads_as_babel_reads_it(room: Traversable) -> None:
    text = room.read_text(encoding="utf-8")
    assert by_us(text) == by_babel(text)
    assert by_us(text)


def test_the_odd_corners_of_the_format() -> None:
    assert by_us(ODD) == by_babel(ODD)
    assert len(by_us(ODD)) == 3  # a plural has two forms


def test_a_language_keeps_its_plural_rule() -> None:
    french = pofile.catalogue(pofile.read(ODD))
    assert [french.ngettext("{n} hour", "{n} hours", n) for n in (0, 1, 2)] == ["{n} heure", "{n} heure", "{n} heures"]
    assert french.gettext("not yet") == "not yet"
    assert french.gettext('long sentence with "quotes", a \\ and\ta tab') == "longue phrase\n"


@pytest.mark.parametrize("line", ['msgctxt "menu"', 'msgid "open', "msgid", "nonsense", 'msgstr "again"'])
def test_what_is_not_understood_is_named_by_its_line(line: str) -> None:
    with pytest.raises(ValueError, match="line 2: "):
        pofile.read(f'msgstr ""\n{line}\n')
