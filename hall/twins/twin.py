"""What can be done to each kind of virtual device, in the words of its control line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final


class TwinError(Exception):
    """A twin is not written as KIND=NAME:PORT[:FOLDER]."""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing a hand can do: `on` and `off` are lines for the control port; without `off` it is done at once.

    `label` and `undo` are sentences of the catalogue.
    """

    label: str
    on: str
    off: str = ""
    undo: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Whose card is laid on the reader; the numbers are nobody's, with check digits that hold."""

    name: str
    card: str
    line: str


@dataclass(frozen=True, slots=True)
class Twin:
    """One virtual device; `folder` is where a printer leaves its slips."""

    kind: str
    name: str
    port: int
    folder: Path | None = None


PEOPLE: Final = (
    Person("张伟", "Resident card", "place name=张伟 sex=1 number=11010519491231002X"),
    Person("李娜", "Resident card", "place name=李娜 sex=2 number=440524188001010014"),
    Person("陈大文", "Hong Kong resident's permit", "place layout=J name=陈大文 sex=1 number=810000199408230021"),
    Person(
        "Anna Eriksson", "Foreigner's card", "place layout=I english_name=Eriksson,Anna sex=2 number=SWE110190081201"
    ),
)
LIFT: Final = "remove"

ACTS: Final[dict[str, tuple[Act, ...]]] = {
    "reader": (
        Act("Pull the reader's cable", "unplug", "plug", "Plug the reader in again"),
        Act("Make the card unreadable", "fault unreadable on", "fault unreadable off", "Make the card readable again"),
        Act("Silence the reader", "fault mute on", "fault mute off", "Let the reader answer again"),
    ),
    "printer": (
        Act("Take the paper out", "fault paper_out on", "fault paper_out off", "Put paper in"),
        Act("Leave little paper", "fault paper_low on", "fault paper_low off", "Put a new roll in"),
        Act("Open the cover", "fault cover_open on", "fault cover_open off", "Close the cover"),
        Act("Jam the cutter", "fault cutter on", "fault cutter off", "Free the cutter"),
        Act("Silence the printer", "fault mute on", "fault mute off", "Let the printer answer again"),
    ),
}
TITLES: Final = {"reader": "Card reader of {name}", "printer": "Slip printer of {name}"}


def twin_from(word: str) -> Twin:
    """E.g. "printer=kiosk-1:40123:/tmp/slips"; raises TwinError."""
    kind, _, rest = word.partition("=")
    name, _, where = rest.partition(":")
    port, _, folder = where.partition(":")
    if kind not in ACTS or not name or not port.isdecimal() or not 0 < int(port) < 65536:
        raise TwinError(f"{word!r} is no twin; write e.g. reader=kiosk-1:40123 or printer=kiosk-1:40124:/tmp/slips")
    return Twin(kind, name, int(port), Path(folder) if folder else None)


def newest_slip(folder: Path) -> Path | None:
    """The last slip a printer left, None before the first."""
    return max(folder.glob("*.png"), key=lambda path: path.name, default=None)
