"""What handlers need from outside and what they answer: the seam between the rules and the machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from queueserver.domain.agenda import AgendaView
from queueserver.domain.appointment import Appointment
from queueserver.domain.closure import Closure
from queueserver.domain.daybook import Closing
from queueserver.domain.events import Event
from queueserver.domain.hall import HallPlan
from queueserver.domain.learned import Learned
from queueserver.domain.line import Line
from queueserver.domain.numbering import QueueDay
from queueserver.domain.promise import Promise
from queueserver.domain.reason import Reason
from queueserver.domain.ticket import Place, State, Ticket
from queueserver.domain.window import Window
from queueserver.domain.workload import Floor


class Clock(Protocol):
    def now(self) -> datetime:
        """The time now, aware, UTC, whole milliseconds."""


class NewId(Protocol):
    def __call__(self) -> str:
        """A new id of 26 characters, sortable by the time it was made."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who gives the command: an account of the hall."""

    id: str
    name: str
    roles: frozenset[str] = field(repr=False)


class UnitOfWork(Protocol):
    """One command on one hall. What is put here is kept only if the whole command succeeds."""

    plan: HallPlan
    now: datetime
    """The hall's time: never earlier than its last fact, also when the clock was set back."""
    business_day: date
    line: Line
    closing: Closing | None
    """The early end of this business day, while it holds."""
    closures: Mapping[str, Closure]
    """What holds today and later, by id."""

    def new_id(self) -> str: ...
    def new_token(self) -> str: ...

    def next_sequence(self) -> int:
        """The sequence number the next recorded event will get."""

    def end_of_line(self) -> Place:
        """The place of somebody who arrives now."""

    def label(self, window_id: str) -> str:
        """What people read over the window."""

    def ticket(self, ticket_id: str) -> Ticket:
        """Also tickets that are over; raises DomainError("unknown_ticket")."""

    def window(self, window_id: str) -> Window:
        """Configured, or removed while still in use; raises DomainError("unknown_window") for any other."""

    def windows(self) -> Sequence[Window]:
        """All that window() knows."""

    def queue_day(self, queue: str) -> QueueDay: ...

    def learned(self, queue: str) -> Learned:
        """What the queue knows of its own past; it learns from every ticket that is put."""

    def floor(self) -> Floor:
        """The windows as this command leaves them so far, for estimates."""

    def open_tickets(self) -> Sequence[Ticket]: ...

    def held_by(self, holder: str, queue: str) -> Sequence[Ticket]:
        """Open tickets of one identified person in one queue, or on the way to it."""

    agenda: AgendaView
    """The appointments of today and later, with what this command has put already."""

    def appointment(self, appointment_id: str) -> Appointment:
        """Also those that are over; raises DomainError("unknown_appointment")."""

    def referenced(self, source: str, references: Sequence[str]) -> Mapping[str, Appointment]:
        """Bookings of any day that were made elsewhere, by their references there."""

    def missed_since(self, holder: str, since: datetime) -> Sequence[datetime]:
        """The booked times at which this person did not come."""

    def put_appointment(self, appointment: Appointment) -> None: ...
    def put_ticket(self, ticket: Ticket) -> None: ...
    def put_window(self, window: Window) -> None: ...
    def put_queue_day(self, day: QueueDay) -> None: ...
    def record(self, event: Event) -> None: ...

    def put_closure(self, closure: Closure) -> None: ...
    def put_closing(self, closing: Closing) -> None: ...

    def begin_day(self, day: date) -> None:
        """From here on the hall's business day is `day`, with fresh counters."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Where a waiting ticket stands: 1-based position, tickets ahead, and what it is told of the time until its call.

    `promise` is None when nobody can know. `beyond_closing`: the queue's day is likely to end before.
    """

    position: int
    ahead: int
    promise: Promise | None
    beyond_closing: bool = False


@dataclass(frozen=True, slots=True)
class TicketAnswer:
    """A ticket after the command; `wait` only while it waits."""

    ticket: Ticket
    zone: str
    wait: Wait | None


@dataclass(frozen=True, slots=True)
class CallAnswer:
    called: TicketAnswer
    reason: Reason


@dataclass(frozen=True, slots=True)
class Nobody:
    """call-next when no one may be called."""


@dataclass(frozen=True, slots=True)
class Done:
    """The command needs no more words."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One ticket that a manager's command meets: its state before, and the one it gets; None = it keeps its state."""

    ticket: str
    number: str
    queue: str
    state: State
    becomes: State | None
    why: str = ""
    """Of windows out of use: at_window, sent_here, or nobody_serves the queue."""


@dataclass(frozen=True, slots=True)
class Unserved:
    """A queue that no window at work serves any more; `could_serve` are labels of windows that might be opened."""

    queue: str
    waiting: int
    could_serve: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Whom a command on many tickets meets, or would meet if `dry_run`; `appointments` keep their state."""

    hit: tuple[Hit, ...]
    dry_run: bool
    subject: Closure | Closing | None = None
    appointments: tuple[Appointment, ...] = ()
    unserved: tuple[Unserved, ...] = ()


@dataclass(frozen=True, slots=True)
class AppointmentAnswer:
    appointment: Appointment


@dataclass(frozen=True, slots=True)
class ImportLine:
    """What became of one row: `result` is booked, moved, cancelled, known or refused.

    `code`, `field` and `params` say why it was refused.
    """

    reference: str
    result: str
    appointment: Appointment | None = None
    code: str = ""
    params: Mapping[str, str | int] = field(default_factory=dict)
    field: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """The lines in the order of the rows."""

    lines: tuple[ImportLine, ...]
    dry_run: bool


Answer = TicketAnswer | CallAnswer | AppointmentAnswer | Imported | Nobody | Done | Report
