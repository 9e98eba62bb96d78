"""Finds a service among thousands by pinyin, initials or part of its name, best first, at every letter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from contract.bodies import Catalogue, ServiceEntry

LIMIT = 60
"""More than a person will page through; further letters narrow it."""


@dataclass(frozen=True, slots=True)
class _Line:
    service: ServiceEntry
    name: str
    words: tuple[str, ...]
    pinyin: str
    initials: str
    department: str


class Index:
    """The searchable text of one catalogue; build once per catalogue, ask per letter."""

    def __init__(self, catalogue: Catalogue) -> None:
        departments = {
            entry.id: _plain(f"{entry.name} {entry.pinyin} {entry.initials}") for entry in catalogue.departments
        }
        self._lines = [_line(service, departments.get(service.department, "")) for service in catalogue.services]

    def find(self, text: str, limit: int = LIMIT) -> tuple[ServiceEntry, ...]:
        """Services matching every word of `text`, best first; nothing typed = what most people come for."""
        wanted = [_plain(word) for word in text.split()]
        if not wanted:
            return hot(line.service for line in self._lines)[:limit]
        ranked = []
        for place, line in enumerate(self._lines):
            ranks = [_rank(line, word) for word in wanted]
            if None not in ranks:
                worst = max(rank for rank in ranks if rank is not None)
                ranked.append((worst, not line.service.hot, len(line.name), place, line.service))
        ranked.sort(key=lambda found: found[:4])
        return tuple(found[4] for found in ranked[:limit])


def hot(services: Iterable[ServiceEntry]) -> tuple[ServiceEntry, ...]:
    """What most people come for, in the catalogue's order."""
    return tuple(service for service in services if service.hot)


def _line(service: ServiceEntry, department: str) -> _Line:
    name = service.name.casefold()
    return _Line(
        service,
        _plain(name),
        tuple(_plain(word) for word in name.split()),
        _plain(service.pinyin),
        _plain(service.initials),
        department,
    )


def _rank(line: _Line, wanted: str) -> int | None:
    """0 is the best; None when nothing matches."""
    tests = (
        wanted in (line.name, line.initials, line.pinyin),
        line.name.startswith(wanted),
        line.initials.startswith(wanted),
        line.pinyin.startswith(wanted),
        any(word.startswith(wanted) for word in line.words),
        _abbreviates(wanted, line.initials),
        wanted in line.name,
        len(wanted) > 1 and wanted in line.initials,
        len(wanted) > 2 and wanted in line.pinyin,
        len(wanted) > 1 and wanted in line.department,
    )
    return next((rank for rank, matches in enumerate(tests) if matches), None)


def _abbreviates(wanted: str, initials: str) -> bool:
    """Whether `wanted` reads like the usual short form: sb for 社会保险 skips one letter here and there."""
    if len(wanted) < 2 or wanted[0] != initials[:1]:
        return False
    at = 0
    for letter in wanted[1:]:
        step = initials.find(letter, at + 1, at + 3)
        if step < 0:
            return False
        at = step
    return True


def _plain(text: str) -> str:
    return "".join(text.casefold().split())
