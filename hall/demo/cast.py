"""Who and what plays in the demo: which kiosks, displays and windows of the sample hall, and who sits there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kiosk:
    """One kiosk with a virtual printer of its own; `reader`: it reads identity cards; `size` is for headless."""

    id: str
    size: str
    reader: bool = False


@dataclass(frozen=True, slots=True)
class Clerk:
    """One person at one window; `transfer_to` is where visitors are sent who came to the wrong line."""

    user: str
    name: str
    device: str
    window: str
    transfer_to: str
    pauses: bool = False


@dataclass(frozen=True, slots=True)
class Display:
    """One hall screen and its loudspeaker; no `zone` = the whole hall is shown."""

    id: str
    size: str
    zones: tuple[str, ...]
    speaks_for: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody; `queues` are those the staffed windows serve, the only ones invented visitors come for."""

    kiosks: tuple[Kiosk, ...]
    clerks: tuple[Clerk, ...]
    displays: tuple[Display, ...]
    queues: tuple[str, ...]
    manager: str = "manager"
    desk: str = "desk"


CAST = Cast(
    kiosks=(Kiosk("kiosk-1", "1920x1080", reader=True), Kiosk("kiosk-2", "1080x1920")),
    clerks=(
        Clerk("zhoumin", "周敏", "caller-3", "w03", transfer_to="medical"),
        Clerk("lijun", "李军", "caller-5", "w05", transfer_to="employment"),
        Clerk("chenjing", "陈静", "caller-9", "w09", transfer_to="medical", pauses=True),
    ),
    displays=(
        Display("display-hall", "1920x1080", zones=(), speaks_for=("f1-west", "f2-east", "f2-west")),
        Display("display-east", "1080x1920", zones=("f1-east",), speaks_for=("f1-east",)),
    ),
    queues=("employment", "social", "medical", "household", "id-card"),
)
"""The sample hall's first floor: windows 3 and 5 in the east area, window 9 in the west area."""
