"""How a number is read aloud, language by language: ticket numbers digit by digit, window numbers as numbers.

Voices must not decide this: a voice reads "012" as twelve and "A" as an article.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

_ZH_DIGITS: Final = "零一二三四五六七八九"
_ZH_UNITS: Final = ("", "十", "百", "千")
_EN_SMALL: Final = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_EN_TENS: Final = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_LARGEST: Final = 9999
_RUNS: Final = re.compile(r"[0-9]+|[A-Za-z]|[^\W\dA-Za-z_]+")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one language says for a `ticket` number ("A012") and for a `window` label ("3", "D1")."""

    ticket: Callable[[str], str]
    window: Callable[[str], str]


def chinese_number(value: int) -> str:
    """0..9999 as it is counted: 3 三, 10 十, 12 十二, 20 二十, 105 一百零五, 210 二百一十."""
    if value == 0:
        return _ZH_DIGITS[0]
    digits = str(value)
    words = ""
    for place, digit in enumerate(digits):
        if digit != "0":
            words += _ZH_DIGITS[int(digit)] + _ZH_UNITS[len(digits) - 1 - place]
        elif not words.endswith("零"):
            words += "零"
    words = words.rstrip("零")
    return words[1:] if words.startswith("一十") else words


def english_number(value: int) -> str:
    """0..9999 as it is counted: "three", "twelve", "twenty-one", "one hundred and five"."""
    if value < len(_EN_SMALL):
        return _EN_SMALL[value]
    if value < 100:
        tens, rest = divmod(value, 10)
        return _EN_TENS[tens] + (f"-{_EN_SMALL[rest]}" if rest else "")
    for size, name, link in ((1000, "thousand", " "), (100, "hundred", " and ")):
        if value >= size:
            count, rest = divmod(value, size)
            joint = " and " if rest < 100 else link
            return f"{english_number(count)} {name}" + (joint + english_number(rest) if rest else "")
    raise AssertionError(value)


def _chinese_ticket(number: str) -> str:
    return "".join(
        "".join(_ZH_DIGITS[int(digit)] for digit in run) if run.isdecimal() else run.upper()
        for run in _RUNS.findall(number)
    )


def _chinese_window(label: str) -> str:
    return "".join(
        _counted(run, chinese_number, _chinese_ticket) if run.isdecimal() else run.upper()
        for run in _RUNS.findall(label)
    )


def _english_ticket(number: str) -> str:
    # the comma makes a voice say the letter's name: without it "A" is read as the article
    letters, digits = "", ""
    for run in _RUNS.findall(number):
        if run.isdecimal():
            digits += " " + " ".join(_EN_SMALL[int(digit)] for digit in run)
        else:
            letters += " " + run.upper()
    return ", ".join(part.strip() for part in (letters, digits) if part)


def _english_window(label: str) -> str:
    # an English voice would say "Chinese letter" for every Han character
    said = [run for run in _RUNS.findall(label) if run.isascii()]
    words = (_counted(run, english_number, _english_ticket) if run.isdecimal() else run.upper() for run in said)
    return " ".join(words) or label


def _counted(run: str, counted: Callable[[int], str], spelled: Callable[[str], str]) -> str:
    """A run of digits as a number, unless it starts with 0 or is too long for one: then it is spelled."""
    if len(run) > 1 and (run.startswith("0") or int(run) > _LARGEST):
        return spelled(run)
    return counted(int(run))


READINGS: Final[Mapping[str, Reading]] = {
    "zh": Reading(_chinese_ticket, _chinese_window),
    "en": Reading(_english_ticket, _english_window),
}
"""By base language; a language that is not here is not spoken, and English is spoken instead."""
