"""Which clips must be recorded so that every call of a hall can be put together from them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from display.phrases import base_language, call_sentence, spoken_language
from display.reading import READINGS

_DIGITS = "0123456789"
_NUMBER, _LABEL = "QQ", "88"
"""A ticket and a window whose readings are found again in a sentence."""
_WORDS = re.compile(r"\w[\w' -]*\w|\w")


@dataclass(frozen=True, slots=True)
class WantedClip:
    """`text` is what to say and the file's name; `example` is a sentence it stands in."""

    text: str
    example: str


def wanted_clips(prefixes: Iterable[str], labels: Iterable[str], language: str) -> tuple[WantedClip, ...]:
    """The clips for calls in `language`: the words around, letters and digits, and each window as it is counted."""
    language = spoken_language(language)
    reading = READINGS[base_language(language)]
    letters = sorted({letter for prefix in prefixes for letter in prefix})
    windows = sorted(set(labels), key=lambda label: (len(label), label))
    number, window = f"{letters[0] if letters else 'A'}012", windows[0] if windows else "1"
    found: dict[str, WantedClip] = {}

    def want(text: str, label: str = window, *, recall: bool = False) -> None:
        sentence = call_sentence(number, label, language, recall=recall).text
        found.setdefault(text.casefold(), WantedClip(text, sentence))

    for recall in (False, True):
        for words in _frame(language, recall=recall):
            want(words, recall=recall)
    for letter in letters:
        want(letter)
    for digit in _DIGITS:
        want(reading.ticket(digit))
    for label in windows:
        want(reading.window(label), label)
    return tuple(found.values())


def _frame(language: str, *, recall: bool) -> list[str]:
    """The words around ticket and window."""
    reading = READINGS[base_language(language)]
    inserted = (reading.ticket(_NUMBER), reading.window(_LABEL))
    sentence = call_sentence(_NUMBER, _LABEL, language, recall=recall).text
    parts = re.split("|".join(map(re.escape, inserted)), sentence)
    return [words for part in parts for words in _WORDS.findall(part)]
