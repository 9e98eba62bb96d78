"""Every refusal the server can give has a Chinese sentence that keeps the English one's placeholders."""

from __future__ import annotations

import string
from importlib import resources

import pytest
from babel.messages.pofile import read_po

from contract.bodies import TicketState, WindowState
from contract.errors import REFUSALS
from i18n import Translator, available_languages

CHINESE = Translator("zh-CN")


def _names(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("code", list(REFUSALS))
def test_every_code_is_translated_with_its_placeholders(code: str) -> None:
    english = REFUSALS[code].sentence
    filled = {name: f"<{name}>" for name in _names(english)}
    chinese = CHINESE(english, **filled)
    assert chinese != english.format(**filled), "no translation"
    assert all(mark in chinese for mark in filled.values())
    assert _is_chinese(chinese)
    assert chinese.endswith("。")


def test_no_sentence_is_kept_after_its_code_is_gone() -> None:
    source = resources.files("i18n").joinpath("catalogues", "zh-CN", "errors.po")
    with source.open("rb") as file:
        kept = {str(message.id) for message in read_po(file, locale="zh_CN") if message.id}
    assert kept == {refusal.sentence for refusal in REFUSALS.values()}


@pytest.mark.parametrize("state", [*TicketState, *WindowState])
def test_every_state_has_a_chinese_word(state: str) -> None:
    assert _is_chinese(CHINESE(state))


def test_a_missing_parameter_stays_visible() -> None:
    assert CHINESE("The window is {state}; this cannot be done now.") == "窗口state，现在不能进行此操作。"


def test_plural_forms_follow_the_language() -> None:
    english = Translator("en")
    assert english.plural("{n} person", "{n} people", 1) == "1 person"
    assert english.plural("{n} person", "{n} people", 3) == "3 people"


def test_a_region_falls_back_to_its_language_and_then_to_english() -> None:
    assert Translator("en-GB")("Please sign in again.") == "Please sign in again."
    assert Translator("xx")("Please sign in again.") == "Please sign in again."
    assert {"en", "zh-CN"} <= set(available_languages())


def test_every_catalogue_keeps_the_placeholders_of_its_sentences() -> None:
    for room in resources.files("i18n").joinpath("catalogues", "zh-CN").iterdir():
        if not room.name.endswith(".po"):
            continue
        with room.open("rb") as file:
            for message in read_po(file, locale="zh_CN"):
                ids = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
                said = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
                if not ids[0]:
                    continue
                for text in said:
                    assert text, f"{room.name}: {ids[0]!r} has no translation"
                    assert _names(text) == _names(ids[-1]), f"{room.name}: {ids[0]!r}"


def test_two_rooms_never_translate_one_sentence_differently() -> None:
    """The rooms' catalogues are merged, so the later file would silently win."""
    seen: dict[object, tuple[str, object]] = {}
    for room in resources.files("i18n").joinpath("catalogues", "zh-CN").iterdir():
        if not room.name.endswith(".po"):
            continue
        with room.open("rb") as file:
            for message in read_po(file, locale="zh_CN"):
                if message.id:
                    other, said = seen.setdefault(str(message.id), (room.name, message.string))
                    assert said == message.string, f"{message.id!r} in {other} and {room.name}"


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)
