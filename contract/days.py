"""Bodies about a day's hours and its end: closures, closing and reopening, and voiding tickets in one go.

Every act can be asked with `dry_run` first: the same answer, nothing changed.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from contract.bodies import Body, Language, ShortText, TicketState
from contract.config import ClockTime, Date
from contract.ids import ConfiguredId

Notice = Annotated[dict[Language, Annotated[str, StringConstraints(min_length=1, max_length=300)]], Field(max_length=5)]
"""What visitors are told, by language; each text is an announcement of its own, on screens and loudspeakers."""
ClosingTime = Annotated[str, StringConstraints(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")]
TicketNumber = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,2}\d{1,4}$")]


class MakeClosure(Body):
    """POST /halls/{hall}/closures: no `queues` = the whole hall, no `date` = today, no `start` = now, no `end` = 24:00.

    `opens` = open then, instead of closed. `void_waiting` also ends who waits there, if the closure holds already.
    `windows` instead of `queues`: these are out of use then; who is at one is served, who was sent to one waits with
    the queue, and nobody opens one before. Neither `opens` nor `void_waiting` goes with them.
    """

    queues: Annotated[tuple[ConfiguredId, ...], Field(max_length=500)] = ()
    windows: Annotated[tuple[ConfiguredId, ...], Field(max_length=500)] = ()
    date: Date | None = None
    start: ClockTime | None = None
    end: ClosingTime | None = None
    opens: bool = False
    reason: ShortText = ""
    notice: Notice = {}
    void_waiting: bool = False
    dry_run: bool = False


class CloseDay(Body):
    """POST /halls/{hall}/day/close: no more tickets today, who waits loses the place, who is at a window is served."""

    reason: ShortText = ""
    notice: Notice = {}
    dry_run: bool = False


class VoidTickets(Body):
    """POST /halls/{hall}/tickets/void: exactly one of `queues`, `zone`, `numbers` says whose tickets end."""

    queues: Annotated[tuple[ConfiguredId, ...], Field(max_length=500)] = ()
    zone: ConfiguredId | None = None
    numbers: Annotated[tuple[TicketNumber, ...], Field(max_length=5000)] = ()
    reason: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    notice: Notice = {}
    dry_run: bool = False


class ConfirmClock(Body):
    """POST /halls/{hall}/clock/confirm: the date and time a person reads off a clock that is right.

    Refused when the machine shows another time (more than five minutes away); else the machine is believed.
    """

    time: datetime


# ---------------------------------------------------------------------------------------------- answers


class TicketHit(Body):
    """One ticket that is met: its state before, and the one it gets; null = it keeps state and place.

    `why`, of windows out of use: at_window (is served), sent_here (waits with the queue), nobody_serves (waits where no
    window at work serves).
    """

    ticket: str
    number: str
    queue: str
    state: TicketState
    becomes: TicketState | None = None
    why: str = ""


class UnservedQueue(Body):
    """A queue that no window at work serves then; `could_serve` are labels of windows that might be opened for it."""

    queue: str
    waiting: int
    could_serve: tuple[str, ...]


class AppointmentHit(Body):
    """One appointment that cannot be kept as it was promised; it keeps its state until it is moved or cancelled.

    `why`: closed (the hall is closed then), service_gone: it cannot be checked in; no_slot: there is no such time any
    more, but it can be checked in.
    """

    id: str
    code: str
    queue: str
    service: str = ""
    start: datetime
    why: str = "closed"


class AppointmentsHit(Body):
    """GET /halls/{hall}/appointments/hit: appointments still to come that cannot be kept as things stand, by time."""

    appointments: tuple[AppointmentHit, ...]


class Closure(Body):
    """A change of the hours of one day, or windows out of use; `start` and `end` are the hall's clock."""

    id: str
    date: Date
    start: str
    end: str
    queues: tuple[str, ...]
    windows: tuple[str, ...] = ()
    opens: bool
    reason: str
    made_by: str
    made_at: datetime
    ended_by: str = ""
    ended_at: datetime | None = None


class Closures(Body):
    """GET /halls/{hall}/closures: what holds today and later, oldest first."""

    closures: tuple[Closure, ...]


class HallClock(Body):
    """GET /halls/{hall}/clock: the time that holds in the hall, and the one the server's machine says.

    `state`: ok; doubted = the machine jumped a little ahead, believed if that lasts ten minutes; held = it is further
    ahead than can be and is not believed until it is set right or confirmed; behind = the machine is behind the hall's
    last fact, and the hall's time stands still until it has caught up.
    """

    time: datetime
    machine: datetime
    state: Literal["ok", "doubted", "held", "behind"]
    business_day: date


class HitReport(Body):
    """Whom an act meets, or would meet: tickets in the order of the line, appointments by time."""

    dry_run: bool
    tickets: tuple[TicketHit, ...]
    appointments: tuple[AppointmentHit, ...] = ()
    unserved: tuple[UnservedQueue, ...] = ()
    closure: Closure | None = None
    business_day: date | None = None
    """Of closing and reopening: the day that is meant."""


class DayEnd(Body):
    """One end of a business day. `final` = by the hall's own boundary; else early, by `by`."""

    at: datetime
    by: str
    reason: str
    final: bool
    tickets: tuple[TicketHit, ...]
    reopened_at: datetime | None = None
    reopened_by: str = ""


class DayView(Body):
    """GET /halls/{hall}/days/{date}: what happened to each open ticket. `ended` counts them by their last state.

    `closed_at` and `by` are of the end that holds; null while the day goes on.
    """

    business_day: date
    closed_at: datetime | None
    by: str
    ended: dict[TicketState, int]
    ends: tuple[DayEnd, ...]
