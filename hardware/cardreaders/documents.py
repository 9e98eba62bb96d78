"""What the 256 bytes of text on a Chinese identity card say, in each of its four layouts (GA/T 490, GA/T 1012)."""

from __future__ import annotations

from dataclasses import dataclass

from hardware.cardreaders import gb11643
from hardware.errors import CardError
from hardware.ports import Card

TEXT_BYTES = 256
LAYOUT_AT = 248

# name: (offset, length in bytes); UTF-16LE, padded with spaces
_COMMON = {"valid_from": (188, 16), "valid_to": (204, 16)}
_CHINESE = {"name": (0, 30), "sex": (30, 2), "birth": (36, 16), "number": (122, 36)}
LAYOUTS: dict[str, dict[str, tuple[int, int]]] = {
    "A": _COMMON | _CHINESE | {"nation": (32, 4), "address": (52, 70), "authority": (158, 30)},
    "J": _COMMON | _CHINESE | {"address": (52, 70), "authority": (158, 30), "permit": (220, 18), "issues": (238, 4)},
    "I": _COMMON
    | {
        "english_name": (0, 120),
        "sex": (120, 2),
        "number": (122, 30),
        "country": (152, 6),
        "name": (158, 30),
        "birth": (220, 16),
        "version": (236, 4),
        "authority": (240, 8),
    },
    "Y": _COMMON
    | _CHINESE
    | {
        "renewals": (32, 4),
        "english_name": (52, 70),
        "english_name_rest": (220, 22),
        "country": (242, 6),
        "old_number_link": (250, 6),
    },
}
KINDS = {"A": "resident", "J": "residence_permit", "I": "foreign_resident", "Y": "foreign_resident"}
SEXES = {"1": "male", "2": "female"}  # GB/T 2261.1; 0 unknown and 9 not stated say nothing


@dataclass(frozen=True, slots=True)
class Document:
    """One card's text. `layout` is A, J, I or Y; what a layout does not carry is empty. Dates are YYYYMMDD."""

    layout: str
    number: str
    name: str = ""
    english_name: str = ""
    sex: str = ""
    nation: str = ""
    birth: str = ""
    address: str = ""
    authority: str = ""
    valid_from: str = ""
    valid_to: str = ""
    country: str = ""
    permit: str = ""

    def card(self) -> Card:
        """What the hall may know of it; raises CardError when the number cannot be right."""
        if self.layout != "I" and not gb11643.is_valid(self.number):
            raise CardError("the number on the card fails its check character")
        if not self.number:
            raise CardError("the card carries no number")
        return Card(
            kind=KINDS[self.layout],
            document=self.number,
            name=self.name or self.english_name,
            birth=self.birth if len(self.birth) == 8 and self.birth.isdigit() else "",
            sex=SEXES.get(self.sex, ""),
        )


def parse(text: bytes) -> Document:
    """Read one text block; an unknown layout letter is read as a resident's card. Raises CardError."""
    if len(text) != TEXT_BYTES:
        raise CardError(f"the card's text has {len(text)} bytes, not {TEXT_BYTES}")
    letter = _field(text, LAYOUT_AT, 2)
    layout = letter if letter in LAYOUTS else "A"
    found = {name: _field(text, *place) for name, place in LAYOUTS[layout].items()}
    english = (found.get("english_name", "") + found.get("english_name_rest", "")).strip()
    return Document(
        layout=layout,
        number=found["number"],
        name=found["name"],
        english_name=english,
        **{name: found.get(name, "") for name in _PLAIN},
    )


_PLAIN = ("sex", "nation", "birth", "address", "authority", "valid_from", "valid_to", "country", "permit")


def build(document: Document) -> bytes:
    """The text block of `document`, as a virtual card carries it; raises CardError for text that is too long."""
    block = bytearray(" ".encode("utf-16-le") * (TEXT_BYTES // 2))
    values = {name: getattr(document, name, "") for name in LAYOUTS[document.layout]}
    if document.layout == "Y":
        values["english_name"], values["english_name_rest"] = document.english_name[:35], document.english_name[35:]
    for name, (at, length) in LAYOUTS[document.layout].items():
        encoded = values[name].encode("utf-16-le")
        if len(encoded) > length:
            raise CardError(f"{name} is longer than {length // 2} characters")
        block[at : at + len(encoded)] = encoded
    if document.layout != "A":
        block[LAYOUT_AT : LAYOUT_AT + 2] = document.layout.encode("utf-16-le")
    return bytes(block)


def _field(text: bytes, at: int, length: int) -> str:
    return text[at : at + length].decode("utf-16-le", "replace").replace("\0", " ").strip()
