"""What visitors and staff of a simulated day will do, as plain values: the hall's rules decide when they get to it.

Times are whole milliseconds, at_ms since 1970 UTC. `rank` is the recorded sequence number of the fact a deed will
repeat; of deeds in the same millisecond the lower rank comes first. Invented deeds have rank 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

HALL: Final = ""
"""In place of a window: the hall itself, where it calls for windows."""


class End(StrEnum):
    """How a stay at a window ends."""

    FINISH = "finish"
    MISS = "miss"
    HOLD = "hold"
    TRANSFER = "transfer"
    HAND_ON = "hand_on"
    REQUEUE = "requeue"
    POSTPONE = "postpone"
    STAY = "stay"
    """until the day closes"""


class Deed(StrEnum):
    """What may happen to a ticket away from a window."""

    PRINTED = "printed"
    WALK_OUT = "walk_out"
    CANCEL = "cancel"
    REQUEUE = "requeue"
    POSTPONE = "postpone"
    REINSTATE = "reinstate"
    PICK = "pick"
    CALL_BACK = "call_back"
    ADD_STOPS = "add_stops"
    DROP_STOPS = "drop_stops"


@dataclass(frozen=True, slots=True)
class Later:
    """A deed so long after arrival, after the last stay, or (Stage.meanwhile) after the call.

    Not done when another call came first or the rules refuse it.
    """

    delay_ms: int
    deed: Deed
    window: str = ""
    places: int = 0
    services: tuple[str, ...] = ()
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Stage:
    """What follows one call: the visitor is there after `way_ms` (None: never is), and `stay_ms` later it ends.

    `leaves`: finished, the visitor wants nothing more; `come_back`: transferred, but wanted back at this window.
    """

    way_ms: int | None
    stay_ms: int
    end: End = End.FINISH
    to_queue: str | None = None
    to_window: str | None = None
    places: int = 0
    outcome: str = "done"
    items: tuple[str, ...] = ()
    leaves: bool = False
    come_back: bool = False
    held_for: Mapping[str, Any] | None = None
    """{"minutes": n} when a held ticket comes back by itself."""
    services: tuple[str, ...] = ()
    """Those the visitor is handed on to."""
    meanwhile: tuple[Later, ...] = ()
    afterwards: tuple[Later, ...] = ()
    start_rank: int = 0
    end_rank: int = 0


@dataclass(frozen=True, slots=True)
class Booking:
    """An appointment made before; its holder checks in instead of taking a number."""

    id: str
    start_ms: int


@dataclass(frozen=True, slots=True)
class Visitor:
    """One visit: `stages` follow its calls in order, the last one every further call.

    `at_stop`: after `stages`, what follows a call for this service in this queue, time after time; the last one again.
    `leaves_after_ms`: when not called by then, gone without a word: every call finds nobody, and `absent` follows.
    """

    at_ms: int
    service: str
    stages: tuple[Stage, ...]
    priority_class: str | None = None
    services: tuple[str, ...] = ()
    """Further ones on the same ticket."""
    party: int = 1
    meanwhile: tuple[Later, ...] = ()
    leaves_after_ms: int | None = None
    absent: Stage = Stage(None, 60_000, End.MISS)
    booking: Booking | None = None
    holder: str = ""
    channel: str = "kiosk"
    lang: str = "zh-CN"
    rank: int = 0
    at_stop: Mapping[tuple[str, str], tuple[Stage, ...]] = field(default_factory=dict)
    comes: bool = True
    """Else there is only the booking."""


class Move(StrEnum):
    """What staff do with their window."""

    OPEN = "open"
    PAUSE = "pause"
    RESUME = "resume"
    CLOSE = "close"
    SWITCH = "switch"
    """who calls there, the hall or its clerk"""


@dataclass(frozen=True, slots=True)
class WindowMove:
    """`until_ms`: a closing window goes on while somebody waits for it, at most until then; 0 = at once."""

    at_ms: int
    window: str
    move: Move
    staff: str = ""
    reason: str = ""
    until_ms: int = 0
    rank: int = 0
    auto: bool | None = None
    """Whether the hall calls here, where windows differ; None = as configured, or as before."""
