"""Everything the caller knows at one moment, as values: who, which window, what was asked, what was refused."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from contract.bodies import (
    Reason,
    ServiceEntry,
    StopEntry,
    StopState,
    Ticket,
    TicketState,
    WindowEntry,
    WindowState,
    WindowView,
)


class Act(StrEnum):
    """What a clerk can do; each has one key on the screen."""

    SIGN_IN = "sign_in"
    OPEN = "open"
    NEXT = "next"
    START = "start"
    FINISH = "finish"
    RECALL = "recall"
    NO_SHOW = "no_show"
    HOLD = "hold"
    TRANSFER = "transfer"
    POSTPONE = "postpone"
    ADD = "add"
    DROP = "drop"
    PICK = "pick"
    CALL_BACK = "call_back"
    REQUEUE = "requeue"
    PAUSE = "pause"
    RESUME = "resume"
    AUTO = "auto"
    CLOSE = "close"


class Stage(StrEnum):
    """Which of the three screens is shown."""

    SIGN_IN = "sign_in"
    CHOOSE = "choose"
    WORK = "work"


class Link(StrEnum):
    """How the hall is heard: as it happens, by asking regularly, or not at all."""

    LIVE = "live"
    POLLED = "polled"
    LOST = "lost"


class Shelf(StrEnum):
    """The lists under the keys: three of tickets, and what the visitor at the window has to do."""

    WAITING = "waiting"
    HELD = "held"
    MISSED = "missed"
    VISIT = "visit"


@dataclass(frozen=True, slots=True)
class Details:
    """What an act is about, as far as it needs to be said.

    `ticket` is an id, `text` a reason, note or outcome, `back` that a transferred visitor comes back, `minutes` how
    long somebody is held (0 = until called back), `items` the services handled along, `leaves` that the visit ends
    here, `on` whether the server calls (None = the other way from now).
    """

    ticket: str = ""
    queue: str = ""
    window: str = ""
    service: str = ""
    text: str = ""
    places: int = 3
    back: bool = False
    minutes: int = 0
    items: tuple[str, ...] = ()
    leaves: bool = False
    on: bool | None = None


NOTHING_SAID: Final = Details()


@dataclass(frozen=True, slots=True)
class Command:
    """One intention of the clerk; a repeat of the same intention carries the same `key`.

    `after` is another act to send, with the same details, when this one was accepted.
    """

    act: Act
    key: str
    what: Details = NOTHING_SAID
    after: Act | None = None

    def same_intention(self, other: Command) -> bool:
        """Whether `other` asks for the very same thing."""
        return (self.act, self.what) == (other.act, other.what)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why `act` was not done: a code of contract.errors with its parameters. Shown beside the key of `act`."""

    act: Act
    code: str
    params: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """What became of the last accepted act, when the clerk cannot see it anyway. Empty `number`: nobody was there.

    `subject` names the service that was added or dropped, or that the visitor goes on to; `back` is the label of the
    window he returns to, `minutes` how long he is held.
    """

    act: Act
    number: str = ""
    became: TicketState | None = None
    subject: str = ""
    back: str = ""
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in."""

    user: str
    name: str


@dataclass(frozen=True, slots=True)
class Why:
    """Why the ticket of `ticket` (an id) was called: the reason as data, and the server's sentence once it came."""

    ticket: str
    reason: Reason | None = None
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """One moment.

    `sheet` is the chooser that is open, `sheet_ticket` whom it is about. `privileged` are the priority classes worth
    pointing out, `services` what the hall offers. `pending` is the one command under way, `unsure` the last one whose
    answer never came.
    """

    language: str = "zh-CN"
    fixed_window: str = ""
    stage: Stage = Stage.SIGN_IN
    link: Link = Link.POLLED
    person: Person | None = None
    privileged: frozenset[str] = frozenset()
    services: tuple[ServiceEntry, ...] = ()
    windows: tuple[WindowEntry, ...] = ()
    window: str = ""
    view: WindowView | None = None
    why: Why | None = None
    pending: Command | None = None
    unsure: Command | None = None
    refused: Refused | None = None
    done: Done | None = None
    sheet: Act | None = None
    sheet_ticket: str = ""
    shelf: Shelf = Shelf.WAITING
    mini: bool = False
    shrink_after_sheet: bool = False

    @property
    def current(self) -> Ticket | None:
        """The one active ticket at this window."""
        return self.view.current if self.view else None

    @property
    def stops(self) -> tuple[StopEntry, ...]:
        """What the visitor at the window has to do, or has done: one stop at least while somebody is there."""
        return self.view.current_stops if self.view and self.view.current else ()

    @property
    def at_desk(self) -> bool:
        """Whether the visitor has come to the desk that hands everybody on; finishing does just that."""
        return self.view is not None and self.view.at_desk

    @property
    def tickable(self) -> tuple[StopEntry, ...]:
        """The further services of the visit that may be handled here along with this one; each once.

        The steps of the service that is being done follow by themselves.
        """
        ours = self.current.service if self.current else ""
        to_come: dict[str, StopEntry] = {}
        for stop in self.stops:
            if stop.state is StopState.OPEN and stop.service != ours:
                to_come.setdefault(stop.service, stop)
        return tuple(to_come.values())

    @property
    def other_staff(self) -> str:
        """Name of the colleague in whose name this window is open, "" when it is ours or closed."""
        staff = self.view.staff if self.view else None
        return "" if staff is None or self.person is None or staff.id == self.person.user else staff.name

    @property
    def may_leave(self) -> bool:
        """Whether the clerk may sign out or take another window: nobody is left at an open window of theirs."""
        return self.pending is None and (self.window_state is WindowState.CLOSED or bool(self.other_staff))

    @property
    def window_state(self) -> WindowState:
        return self.view.window.state if self.view else WindowState.CLOSED
