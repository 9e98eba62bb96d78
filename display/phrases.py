"""The sentences a hall speaks: pure, one language at a time, numbers already written as they are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from display.reading import READINGS
from i18n import Translator, available_languages

FALLBACK_LANGUAGE: Final = "en"


@dataclass(frozen=True, slots=True)
class Utterance:
    """One sentence for a voice; `language` is a BCP 47 tag."""

    text: str
    language: str


def spoken_language(language: str) -> str:
    """The language that is really spoken to a visitor who reads `language`: English where we cannot read numbers."""
    base = base_language(language)
    if base not in READINGS:
        return FALLBACK_LANGUAGE
    return next((known for known in available_languages() if base_language(known) == base), FALLBACK_LANGUAGE)


def base_language(language: str) -> str:
    """ "zh" of "zh-CN"."""
    return language.replace("_", "-").split("-", maxsplit=1)[0].lower()


def call_sentence(number: str, label: str, language: str, *, recall: bool = False) -> Utterance:
    """ "请A零一二号到三号窗口" for ticket `number` and window `label`; a recall says that it is one."""
    spoken = spoken_language(language)
    reading = READINGS[base_language(spoken)]
    words = Translator(spoken)
    filled = {"number": reading.ticket(number), "window": reading.window(label)}
    if recall:
        return Utterance(words("Calling again: ticket {number}, please go to window {window}", **filled), spoken)
    return Utterance(words("Ticket {number}, please go to window {window}", **filled), spoken)


def call_announcement(
    number: str, label: str, language: str, *, recall: bool = False, also: str = "", brief: bool = False
) -> tuple[Utterance, ...]:
    """A whole call: twice in the visitor's language, then once in `also` (empty, or the same language: not at all).

    `brief` says it once and in one language only, for when others are waiting to be called.
    """
    own = call_sentence(number, label, language, recall=recall)
    if brief:
        return (own,)
    if not also or spoken_language(also) == own.language:
        return (own, own)
    return (own, own, call_sentence(number, label, also, recall=recall))


def broadcast_announcement(text: str, language: str, *, urgent: bool = False) -> tuple[Utterance, ...]:
    """The service desk's own words, twice when they are urgent."""
    said = Utterance(text.strip(), language)
    return (said, said) if urgent else (said,)
