"""What happened, in the past tense; each fact carries the value as it is afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from queueserver.domain.reason import Reason
from queueserver.domain.stops import Stop

if TYPE_CHECKING:
    from queueserver.domain.appointment import Appointment
    from queueserver.domain.closure import Closure
    from queueserver.domain.ticket import Ticket
    from queueserver.domain.window import Window


@dataclass(frozen=True, slots=True)
class TicketEvent:
    """`settled` are the stops of the visit that came to their end with it."""

    ticket: Ticket
    settled: tuple[Stop, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True, slots=True)
class TicketIssued(TicketEvent):
    pass


@dataclass(frozen=True, slots=True)
class TicketPrinted(TicketEvent):
    pass


@dataclass(frozen=True, slots=True)
class TicketCalled(TicketEvent):
    how: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class TicketRecalled(TicketEvent):
    pass


@dataclass(frozen=True, slots=True)
class TicketStarted(TicketEvent):
    pass


@dataclass(frozen=True, slots=True)
class TicketFinished(TicketEvent):
    """`handed_on`: the services a desk sent the visitor on to."""

    outcome: str
    items: tuple[str, ...]
    handed_on: tuple[str, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True, slots=True)
class TicketMissed(TicketEvent):
    """`ticket.state` is no_show, or waiting or expired when the queue's policy said so at once."""

    from_window: str | None


@dataclass(frozen=True, slots=True)
class TicketReturned(TicketEvent):
    how: str
    from_window: str | None


@dataclass(frozen=True, slots=True)
class TicketHeld(TicketEvent):
    reason: str


@dataclass(frozen=True, slots=True)
class TicketTransferred(TicketEvent):
    """`ticket` is the new leg."""

    from_ticket: str
    from_queue: str
    from_window: str | None


@dataclass(frozen=True, slots=True)
class TicketContinued(TicketEvent):
    """`ticket` is the next leg of a visit whose leg `from_ticket` has ended; `how` is in_line, here or came_back.

    `why` this stop comes next is one of itinerary.next_stop's codes.
    """

    from_ticket: str
    from_queue: str
    from_window: str | None
    how: str
    why: str


@dataclass(frozen=True, slots=True)
class TicketReplanned(TicketEvent):
    """The visit has other stops than before."""


@dataclass(frozen=True, slots=True)
class TicketCancelled(TicketEvent):
    reason: str


@dataclass(frozen=True, slots=True)
class TicketWalkedOut(TicketEvent):
    pass


@dataclass(frozen=True, slots=True)
class AppointmentEvent:
    appointment: Appointment


@dataclass(frozen=True, slots=True)
class AppointmentReserved(AppointmentEvent):
    """A draft holds a place for a while."""


@dataclass(frozen=True, slots=True)
class AppointmentBooked(AppointmentEvent):
    """Booked at once, without a draft before."""


@dataclass(frozen=True, slots=True)
class AppointmentConfirmed(AppointmentEvent):
    pass


@dataclass(frozen=True, slots=True)
class AppointmentMoved(AppointmentEvent):
    from_start: datetime


@dataclass(frozen=True, slots=True)
class AppointmentCancelled(AppointmentEvent):
    reason: str


@dataclass(frozen=True, slots=True)
class AppointmentCheckedIn(AppointmentEvent):
    pass


@dataclass(frozen=True, slots=True)
class AppointmentMissed(AppointmentEvent):
    pass


@dataclass(frozen=True, slots=True)
class AppointmentExpired(AppointmentEvent):
    """A draft that nobody confirmed."""


@dataclass(frozen=True, slots=True)
class WindowEvent:
    window: Window


@dataclass(frozen=True, slots=True)
class WindowOpened(WindowEvent):
    pass


@dataclass(frozen=True, slots=True)
class WindowPaused(WindowEvent):
    pass


@dataclass(frozen=True, slots=True)
class WindowResumed(WindowEvent):
    pass


@dataclass(frozen=True, slots=True)
class WindowSwitched(WindowEvent):
    """From now on the server calls for it, or staff do."""


@dataclass(frozen=True, slots=True)
class WindowClosed(WindowEvent):
    """`how` is empty when somebody closed it, "day_over" when the hall's day turned while it was still open.

    "closure": a manager took it out of use.
    """

    how: str = ""


@dataclass(frozen=True, slots=True)
class AnnouncementBroadcast:
    text: str
    lang: str
    zones: tuple[str, ...]
    urgent: bool
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ConfigPublished:
    version: int


@dataclass(frozen=True, slots=True)
class DayClosed:
    """`ended` pairs each ticket that was still open with the state it ended in, `stops` with the stops ended so.

    Not `final` = early, by a person: who is at a window is served, and the day may be reopened.
    """

    business_day: date
    ended: tuple[tuple[str, str], ...]
    stops: tuple[tuple[str, Stop], ...] = ()
    final: bool = True
    by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DayReopened:
    """`returned` pairs each ticket that came back with its state."""

    business_day: date
    returned: tuple[tuple[str, str], ...]
    by: str


@dataclass(frozen=True, slots=True)
class CalendarChanged:
    """The hours of one day are others now; `closure.ended_at` says whether it is the change or its end."""

    closure: Closure


DayEvent = DayClosed | DayReopened | CalendarChanged
Event = TicketEvent | AppointmentEvent | WindowEvent | AnnouncementBroadcast | ConfigPublished | DayEvent
