"""Guesses which department a hall's office belongs to, because window lists and directories write names differently.

人社局 is 区人社局, 交通局 is 区交通运输局, 市场监管局 is 区市监局; the guesses are for a person to look over.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_AREA: Final = ("区", "市", "县")


def matching(office: str, departments: Iterable[str]) -> str:
    """The department that `office` probably is, or ""; a surer kind of likeness is tried before a weaker one."""
    wanted = _forms(office)
    known = {department: _forms(department) for department in departments}
    for alike in (_same, _contained, _abbreviated, _shared_field):
        found = [
            department
            for department, forms in known.items()
            if any(alike(a, b) for a in wanted for b in forms if a and b)
        ]
        if found:
            return min(found, key=lambda department: (abs(len(department) - len(office)), department))
    return ""


def _forms(name: str) -> tuple[str, ...]:
    """The name as it is and without its area (区人社局, 广安区税务局), both without what follows a space."""
    whole = (name.split(maxsplit=1) or [""])[0]
    forms = [whole]
    if whole.startswith(_AREA) and len(whole) > 3:
        forms.append(whole[1:])
    place, area, rest = whole.partition("区")
    if area and 1 <= len(place) <= 3 and len(rest) >= 3:
        forms.append(rest)
    return tuple(forms)


def _same(one: str, other: str) -> bool:
    return one == other


def _contained(one: str, other: str) -> bool:
    return one in other or other in one


def _abbreviated(one: str, other: str) -> bool:
    """All characters of one occur in the other in the same order: 交通局, 交通运输局."""
    return _in_order(one, other) or _in_order(other, one)


def _in_order(short: str, long: str) -> bool:
    rest = iter(long)
    return len(short) >= 3 and all(character in rest for character in short)


def _shared_field(one: str, other: str) -> bool:
    """Both begin with the same two characters, which name the field: 税务分中心, 税务局."""
    return one[:2] == other[:2] and min(len(one), len(other)) >= 3
