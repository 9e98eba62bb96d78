"""One thing the doctor looked at, how it is, and what a person must do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial


class Verdict(StrEnum):
    """`NOTE` is worth knowing, `LOOK` may trouble somebody later, `FIX` needs a person now."""

    OK = "ok"
    NOTE = "note"
    LOOK = "look"
    FIX = "FIX"


@dataclass(frozen=True, slots=True)
class Check:
    """`found` is the state in a few words; `advice` is what to do, e.g. a command to type."""

    verdict: Verdict
    name: str
    found: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """Checks that belong together."""

    title: str
    checks: tuple[Check, ...]


Examination = Callable[[], Iterable[Check]]


def examined(title: str, examinations: Iterable[Examination]) -> Chapter:
    """Run the examinations; one that fails is itself a finding and keeps no other from running."""
    return Chapter(title, tuple(check for examination in examinations for check in _guarded(examination)))


def _guarded(examination: Examination) -> Iterator[Check]:
    try:
        yield from examination()
    except ModuleNotFoundError as error:
        yield Check(Verdict.LOOK, _name(examination), f"could not be checked without the package {error.name}")
    except Exception as error:  # noqa: BLE001 # the doctor must see all of the patient
        yield Check(Verdict.LOOK, _name(examination), f"could not be checked: {type(error).__name__}: {error}")


def _name(examination: Examination) -> str:
    function = examination.func if isinstance(examination, partial) else examination
    return str(getattr(function, "__name__", "check")).strip("_").replace("_", " ")
