"""The machine-readable lines of a travel document (ICAO Doc 9303, parts 3 to 6): what they say, and the key in them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hardware.errors import CardError

_WEIGHTS = (7, 3, 1)
_VALUES = {letter: value for value, letter in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")} | {"<": 0}
_LINES = {44: 2, 36: 2, 30: 3}
"""How many lines a document has whose lines are so long."""
_DATE = re.compile(r"^\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$", re.ASCII)
_SEXES = {"M": "male", "F": "female"}


@dataclass(frozen=True, slots=True)
class AccessKey:
    """What opens the chip: document number, birth and expiry (YYMMDD), as printed in the lines."""

    number: str
    birth: str
    expiry: str

    @property
    def seed(self) -> str:
        """The three with their check digits, as Basic Access Control takes them (Doc 9303-11, 4.3.2)."""
        number = self.number.ljust(9, "<")
        return "".join(part + check_digit(part) for part in (number, self.birth, self.expiry))


@dataclass(frozen=True, slots=True)
class Mrz:
    """One document's lines, read. Dates are YYMMDD; `birth` may have unknown parts ("<")."""

    kind: str
    issuer: str
    number: str
    nationality: str
    birth: str
    sex: str
    expiry: str
    name: str

    @property
    def key(self) -> AccessKey:
        return AccessKey(self.number, self.birth, self.expiry)

    @property
    def born(self) -> str:
        """YYYYMMDD, or empty when not known: the last such day that is not after the document's expiry."""
        if not _DATE.match(self.birth) or not _DATE.match(self.expiry):
            return ""
        return ("20" if self.birth <= self.expiry else "19") + self.birth


def check_digit(text: str) -> str:
    """Weights 7 3 1, modulo 10 (Doc 9303-3, 4.9); raises CardError for a character the lines cannot have."""
    try:
        return str(sum(_VALUES[letter] * _WEIGHTS[at % 3] for at, letter in enumerate(text)) % 10)
    except KeyError as wrong:
        raise CardError(f"{wrong.args[0]!r} cannot stand in machine-readable lines", code="bad_mrz") from None


def typed_key(number: str, birth: str, expiry: str) -> AccessKey:
    """The key as a visitor types it: `birth` and `expiry` YYMMDD; raises CardError bad_mrz."""
    number = re.sub(r"[\s-]", "", number).upper()
    if not number or not set(number) <= set(_VALUES):
        raise CardError("the document number has letters A-Z and digits only", code="bad_mrz")
    for date in (birth, expiry):
        if not _DATE.match(date):
            raise CardError("a date is written YYMMDD", code="bad_mrz")
    return AccessKey(number, birth, expiry)


def looks_like_mrz(text: str) -> bool:
    """Whether a scanned text is meant to be these lines, right or not."""
    plain = _plain(text)
    return len(plain) in _LAYOUTS and set(plain) <= set(_VALUES) and "<" in plain


class LineCollector:
    """Puts lines together that a scanner sends one by one; `now` is any clock's seconds."""

    WITHIN = 2.0

    def __init__(self) -> None:
        self._lines: tuple[str, ...] = ()
        self._last = 0.0

    def add(self, text: str, now: float) -> str:
        """All lines of a document once the last has come, empty before that and for anything else."""
        if looks_like_mrz(text):
            return _plain(text)
        plain = _plain(text)
        if len(plain) not in _LINES or not set(plain) <= set(_VALUES):
            self._lines = ()
            return ""
        fresh = now - self._last <= self.WITHIN and self._lines and len(self._lines[0]) == len(plain)
        self._lines, self._last = (*self._lines, plain) if fresh else (plain,), now
        if len(self._lines) < _LINES[len(plain)]:
            return ""
        whole, self._lines = "".join(self._lines), ()
        return whole if "<" in whole else ""


def parse(text: str) -> Mrz:
    """Read the two or three lines, with or without line ends; raises CardError bad_mrz."""
    plain = _plain(text)
    if len(plain) not in _LAYOUTS:
        raise CardError(f"machine-readable lines have 90, 88 or 72 characters, not {len(plain)}", code="bad_mrz")
    mrz, checked = _LAYOUTS[len(plain)](plain)
    for value, digit in checked:
        if check_digit(value) != digit.replace("<", "0"):
            raise CardError("a check digit of the machine-readable lines is wrong", code="bad_mrz")
    return mrz


def _plain(text: str) -> str:
    return re.sub(r"\s", "", text).upper()


_Read = tuple[Mrz, tuple[tuple[str, str], ...]]
"""The lines and the (value, check digit) pairs in them."""


def _passport(plain: str) -> _Read:
    """TD3: two lines of 44."""
    first, second = plain[:44], plain[44:]
    mrz = _mrz(first, second[:9], second[10:13], (second[13:19], second[20], second[21:27]), first[5:])
    composite = second[:10] + second[13:20] + second[21:43]
    return mrz, (*_fields(second), (second[28:42], second[42]), (composite, second[43]))


def _small_booklet(plain: str) -> _Read:
    """TD2: two lines of 36."""
    first, second = plain[:36], plain[36:]
    number, number_digit = _number(second[:9], second[9], second[28:35])
    mrz = _mrz(first, number, second[10:13], (second[13:19], second[20], second[21:27]), first[5:])
    composite = second[:10] + second[13:20] + second[21:35]
    return mrz, ((number, number_digit), *_fields(second)[1:], (composite, second[35]))


def _card(plain: str) -> _Read:
    """TD1: three lines of 30."""
    first, second, third = plain[:30], plain[30:60], plain[60:]
    number, number_digit = _number(first[5:14], first[14], first[15:30])
    mrz = _mrz(first, number, second[15:18], (second[:6], second[7], second[8:14]), third)
    composite = first[5:30] + second[:7] + second[8:15] + second[18:29]
    dates = ((second[:6], second[6]), (second[8:14], second[14]))
    return mrz, ((number, number_digit), *dates, (composite, second[29]))


_LAYOUTS = {88: _passport, 72: _small_booklet, 90: _card}


def _fields(second: str) -> tuple[tuple[str, str], ...]:
    """Number, birth and expiry with their digits, where two-line documents have them."""
    return (second[:9], second[9]), (second[13:19], second[19]), (second[21:27], second[27])


def _number(nine: str, digit: str, optional: str) -> tuple[str, str]:
    """A number of more than nine characters goes on in the optional data, its check digit after it (9303-5, 4.2.2)."""
    rest = optional.split("<", 1)[0]
    if digit == "<" and len(rest) > 1:
        return nine + rest[:-1], rest[-1]
    return nine, digit


def _mrz(first: str, number: str, nationality: str, person: tuple[str, str, str], name: str) -> Mrz:
    """`person` is birth, sex and expiry; the first line begins with kind and issuer in every layout."""
    birth, sex, expiry = person
    surname, _, given = name.partition("<<")
    words = (part.replace("<", " ").strip() for part in (surname, given))
    return Mrz(
        kind=first[:2].strip("<"),
        issuer=first[2:5].strip("<"),
        number=number.rstrip("<"),
        nationality=nationality.strip("<"),
        birth=birth,
        sex=_SEXES.get(sex, ""),
        expiry=expiry,
        name=" ".join(word for word in words if word),
    )
