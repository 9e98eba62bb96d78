"""Commands as plain values; the API makes them from bodies, handlers carry them out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from queueserver.handlers.bookings import BookingCommand
from queueserver.ports import Actor

DONE: Final = "done"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a ticket, as far as we keep it: `hash` of the document (keyed), the others masked; all may be empty."""

    hash: str = ""
    document: str = ""
    person: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class TakeTicket:
    """`services` are further ones for the same visitor, `party` how many people come together."""

    service: str
    channel: str
    lang: str
    priority_class: str | None = None
    holder: Holder = Holder()
    services: tuple[str, ...] = ()
    party: int = 1


@dataclass(frozen=True, slots=True)
class MarkPrinted:
    ticket: str


@dataclass(frozen=True, slots=True)
class Cancel:
    ticket: str
    walkout: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Requeue:
    ticket: str


@dataclass(frozen=True, slots=True)
class Postpone:
    ticket: str
    places: int


@dataclass(frozen=True, slots=True)
class Reinstate:
    ticket: str
    places: int


@dataclass(frozen=True, slots=True)
class AddStops:
    ticket: str
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DropStops:
    ticket: str
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenWindow:
    """`auto`: whether the server calls here, in a hall with mixed assignment; None = as configured."""

    window: str
    actor: Actor
    auto: bool | None = None


@dataclass(frozen=True, slots=True)
class AtWindow:
    """What is done at one window; `by` must sit there or oversee the hall, None is the hall itself."""

    window: str
    by: Actor | None = field(default=None, kw_only=True)


@dataclass(frozen=True, slots=True)
class PauseWindow(AtWindow):
    reason: str


@dataclass(frozen=True, slots=True)
class ResumeWindow(AtWindow):
    """`auto`: whether the server calls here from now on, in a hall with mixed assignment; None = as before."""

    auto: bool | None = None


@dataclass(frozen=True, slots=True)
class SwitchCalling(AtWindow):
    """`auto`: the server calls here from now on, or the clerk does; only in a hall with mixed assignment."""

    auto: bool


@dataclass(frozen=True, slots=True)
class Assign:
    """The hall's own: call somebody to a window that calls by itself, if there is one to call."""


@dataclass(frozen=True, slots=True)
class CloseWindow(AtWindow):
    """`how`: see events.WindowClosed."""

    how: str = ""


@dataclass(frozen=True, slots=True)
class CallNext(AtWindow):
    pass


@dataclass(frozen=True, slots=True)
class Pick(AtWindow):
    ticket: str
    reason: str


@dataclass(frozen=True, slots=True)
class CallBack(AtWindow):
    ticket: str


@dataclass(frozen=True, slots=True)
class Recall(AtWindow):
    pass


@dataclass(frozen=True, slots=True)
class Start(AtWindow):
    pass


@dataclass(frozen=True, slots=True)
class Finish(AtWindow):
    """Any `outcome` but DONE means that what must come after this service cannot be done either.

    `items` are services handled here too; `leaves`: the visitor wants nothing more today.
    """

    outcome: str
    items: tuple[str, ...]
    leaves: bool = False


@dataclass(frozen=True, slots=True)
class NoShow(AtWindow):
    pass


@dataclass(frozen=True, slots=True)
class Hold(AtWindow):
    """`minutes`: from then on the ticket comes back by itself."""

    reason: str
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Transfer(AtWindow):
    """`come_back`: after the other window the visitor returns to this one."""

    to_queue: str | None
    to_window: str | None
    note: str
    come_back: bool = False


@dataclass(frozen=True, slots=True)
class HandOn(AtWindow):
    """The visitor needs these services, not this one: a desk that has heard what he came for says so."""

    services: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Broadcast:
    text: str
    lang: str
    zones: tuple[str, ...]
    urgent: bool
    expires_in: timedelta


@dataclass(frozen=True, slots=True)
class TurnDay:
    """Close the business day and open `day`: the writer gives it before the first command of a new day."""

    day: date


Notice = tuple[tuple[str, str], ...]
"""What is said to visitors: (language, text), each its own announcement; may be empty."""


@dataclass(frozen=True, slots=True)
class MakeClosure:
    """Close (or open) queues, or the whole hall, for `band` of one local day; None = from now, to the day's end."""

    by: Actor
    queues: tuple[str, ...]
    day: date | None
    start: int | None
    end: int | None
    opens: bool
    reason: str
    void_waiting: bool
    notice: Notice
    dry_run: bool


@dataclass(frozen=True, slots=True)
class CloseWindows:
    """Take `windows` out of use for `band` of one local day; None = from now, to the day's end."""

    by: Actor
    windows: tuple[str, ...]
    day: date | None
    start: int | None
    end: int | None
    reason: str
    notice: Notice
    dry_run: bool


@dataclass(frozen=True, slots=True)
class KeepWindowsClosed:
    """The hall's own: nobody new is called at a window that is out of use, and when it is free it closes."""


@dataclass(frozen=True, slots=True)
class EndClosure:
    by: Actor
    closure: str


@dataclass(frozen=True, slots=True)
class CloseDay:
    """End the business day before its boundary."""

    by: Actor
    reason: str
    notice: Notice
    dry_run: bool


@dataclass(frozen=True, slots=True)
class ReopenDay:
    by: Actor


@dataclass(frozen=True, slots=True)
class VoidTickets:
    """Cancel all that wait or are set aside in some queues, in a zone, or with these numbers; exactly one is given."""

    by: Actor
    queues: tuple[str, ...]
    zone: str | None
    numbers: tuple[str, ...]
    reason: str
    notice: Notice
    dry_run: bool


DayCommand = TurnDay | MakeClosure | CloseWindows | KeepWindowsClosed | EndClosure | CloseDay | ReopenDay | VoidTickets
WindowCommand = (
    OpenWindow
    | PauseWindow
    | ResumeWindow
    | SwitchCalling
    | Assign
    | CloseWindow
    | CallNext
    | Pick
    | CallBack
    | Recall
    | Start
    | Finish
    | NoShow
    | Hold
    | Transfer
    | HandOn
)
TicketCommand = TakeTicket | MarkPrinted | Cancel | Requeue | Postpone | Reinstate | AddStops | DropStops
Command = WindowCommand | TicketCommand | BookingCommand | Broadcast | DayCommand
