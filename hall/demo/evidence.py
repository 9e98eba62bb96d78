"""What a demo run leaves to count: the event feed, the files, what kiosks and screens say they did."""

from __future__ import annotations

from dataclasses import dataclass

from contract.events import WireEvent


@dataclass(frozen=True, slots=True)
class Taken:
    """A kiosk's own word about one ticket; `touch_to_slip_ms` is None when no slip came out."""

    kiosk: str
    ticket: str
    number: str
    printed: bool
    touch_to_slip_ms: float | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A display's own word that it painted the call of event `sequence`, milliseconds after the event's time."""

    display: str
    sequence: int
    number: str
    call_to_screen_ms: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything observed. `slips` and `sounds` are names of files found; `announced` is what displays say they spoke.

    `screens` are the displays that must show every call of the hall, `waiting_now` the line by the server's snapshot.
    `visitors` are those who were invented, None when they came without end. `rehearsed` = no person took part, so that
    slips and sounds can be compared one by one.
    """

    events: tuple[WireEvent, ...]
    taken: tuple[Taken, ...]
    shown: tuple[Shown, ...]
    announced: int
    slips: tuple[str, ...]
    sounds: tuple[str, ...]
    screens: tuple[str, ...]
    waiting_now: int
    rehearsed: bool
    visitors: int | None = None
