"""Whether a typed document number can be right, so that a slip of the finger is noticed at the kiosk."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from kiosk.state import Person, PersonKind

RESIDENT_LENGTH: Final = 18
OTHER_LENGTHS: Final = range(5, 21)

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK: Final = "10X98765432"
_RESIDENT = re.compile(r"^[1-9]\d{16}[\dX]$", re.ASCII)
_OTHER = re.compile(r"^[A-Z0-9]{5,20}$", re.ASCII)


def check_character(first_seventeen: str) -> str:
    """The 18th character for 17 digits. Source: GB 11643-1999, ISO 7064 MOD 11-2."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, first_seventeen, strict=True))
    return _CHECK[total % 11]


def problem_of(typed: str, *, letters: bool) -> str:
    """ "" when the number can be right, else "too_short", "check_digit" or "birth_date"."""
    if letters:
        return "" if _OTHER.fullmatch(typed) else "too_short"
    if not _RESIDENT.fullmatch(typed):
        return "too_short" if len(typed) < RESIDENT_LENGTH else "check_digit"
    if check_character(typed[:17]) != typed[17]:
        return "check_digit"
    return "" if _is_date(typed[6:14]) else "birth_date"


def person_of(typed: str, *, letters: bool) -> Person:
    """The person of a number that `problem_of` found nothing wrong with."""
    return Person("other" if letters else _kind(typed), typed)


def masked(number: str) -> str:
    """The number as a screen may show it: its first three and last four characters."""
    if len(number) <= 8:
        return number[:1] + "*" * (len(number) - 2) + number[-1:]
    return number[:3] + "*" * (len(number) - 7) + number[-4:]


def grouped(typed: str) -> str:
    """A resident's number in groups of 6, 8 and 4, the way people compare it with their card."""
    return " ".join(part for part in (typed[:6], typed[6:14], typed[14:]) if part)


def _kind(number: str) -> PersonKind:
    """81-83: residence permits of people from Hong Kong, Macao, Taiwan; 9: foreigners' permanent residence card."""
    if number[:2] in ("81", "82", "83"):
        return "residence_permit"
    return "foreign_resident" if number.startswith("9") else "resident"


def _is_date(text: str) -> bool:
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return True
