"""What is counted of the hall's facts, at the moment each is recorded: counts and sums, which add up, and no averages.

A cell is one measure together with everything a report may group by. Every fact adds to some cells; adding cells up
over hours, queues or months is always right, which is not so for averages. docs/statistics.md defines each measure in
a manager's words. `recount` makes the same cells from the stored facts alone, with code of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from queueserver.domain import events
from queueserver.domain.balance import idle_until
from queueserver.domain.bins import NO_BIN, bin_of
from queueserver.domain.promise import Verdict
from queueserver.domain.ticket import State, Ticket
from queueserver.domain.window import Window, WindowState

_MS: Final = timedelta(milliseconds=1)


class Measure(StrEnum):
    """What a cell counts; those with a duration also sum it and say in which bin it fell."""

    ARRIVED = "arrived"
    COMPANIONS = "companions"
    JOINED = "joined"
    CALLED = "called"
    PICKED = "picked"
    CALLED_BACK = "called_back"
    RECALLED = "recalled"
    MISSED = "missed"
    HELD = "held"
    TRANSFERRED = "transferred"
    REQUEUED = "requeued"
    POSTPONED = "postponed"
    REINSTATED = "reinstated"
    LEFT_WAITING = "left_waiting"
    LEFT_CALLED = "left_called"
    LEFT_HELD = "left_held"
    NEVER_CAME = "never_came"
    CUT_OFF = "cut_off"
    BOOKED = "booked"
    BOOKING_CANCELLED = "booking_cancelled"
    BOOKING_KEPT = "booking_kept"
    BOOKING_MISSED = "booking_missed"
    # the promised range: its width is summed, and for the last how far the wait was from its middle
    PROMISE_KEPT = "promise_kept"
    PROMISE_EARLIER = "promise_earlier"
    PROMISE_LATER = "promise_later"
    PROMISE_ERROR = "promise_error"
    CAME_BACK = "came_back"
    # of windows: how often, and how long
    WINDOW_OPEN = "window_open"
    WINDOW_PAUSED = "window_paused"
    WINDOW_IDLE = "window_idle"
    WINDOW_LEFT_OPEN = "window_left_open"
    # with a duration
    WAITING = "waiting"
    WAY = "way"
    SERVICE = "service"
    SERVICE_PART = "service_part"
    CANCELLED = "cancelled"
    WALKED_OUT = "walked_out"


TIMED: Final = frozenset(
    {
        Measure.WAITING,
        Measure.WAY,
        Measure.SERVICE,
        Measure.SERVICE_PART,
        Measure.CANCELLED,
        Measure.WALKED_OUT,
    }
)
"""Measures with a duration: milliseconds are summed, and each falls into a bin."""


PROMISES: Final = (Measure.PROMISE_KEPT, Measure.PROMISE_EARLIER, Measure.PROMISE_LATER, Measure.PROMISE_ERROR)


DAY_OVER: Final = "day_over"


class Cell(NamedTuple):
    """Where a fact is counted. `bin` is NO_BIN where there is no duration; what does not apply is an empty text.

    `hour` is the hour of the hall's own clock in which the fact was recorded.
    """

    measure: str
    bin: int
    hour: int
    queue: str
    service: str
    priority_class: str
    window: str
    staff: str


class Tally(NamedTuple):
    """How many facts fell into a cell, and the sum of their durations in milliseconds."""

    n: int
    total: int

    def plus(self, other: Tally) -> Tally:
        return Tally(self.n + other.n, self.total + other.total)


Counted = Iterator[tuple[Cell, Tally]]
"""Cells, and what to add to each."""
Was = Callable[[str], Ticket | None]
"""A ticket as it was before the fact; None when it is new."""


def counted(event: events.Event, was: Was, now: datetime, hour: int) -> Counted:
    """What one fact adds; `hour` is the local hour of `now`."""
    match event:
        case events.TicketTransferred():
            yield from _transferred(event, was(event.from_ticket), now, hour)
        case events.TicketEvent():
            yield from _of_ticket(event, was(event.ticket.id), now, hour)
            yield from _graded(was(event.ticket.id), event.ticket, hour)
        case events.AppointmentEvent() if type(event) in _BOOKINGS:
            about = event.appointment
            measure = _BOOKINGS[type(event)].value
            yield Cell(measure, NO_BIN, hour, about.queue, about.service, "", "", ""), Tally(1, 0)
        case events.DayClosed():
            for ticket_id, _ in event.ended:
                if (ticket := was(ticket_id)) is not None:
                    yield _one(_AT_CLOSE[ticket.state], ticket, hour)
        case events.DayReopened():
            for ticket_id, state in event.returned:
                if (ticket := was(ticket_id)) is not None:
                    yield _one(Measure.CAME_BACK, ticket, hour)
                    yield _cell(_AT_CLOSE[State(state)].value, NO_BIN, hour, ticket), Tally(-1, 0)


_VERDICTS: Final = {
    Verdict.KEPT: Measure.PROMISE_KEPT,
    Verdict.EARLIER: Measure.PROMISE_EARLIER,
    Verdict.LATER: Measure.PROMISE_LATER,
}
_MS_A_MINUTE: Final = 60_000
_AT_CLOSE: Final = {
    State.WAITING: Measure.LEFT_WAITING,
    State.CALLED: Measure.LEFT_CALLED,
    State.HELD: Measure.LEFT_HELD,
    State.NO_SHOW: Measure.NEVER_CAME,
    State.SERVING: Measure.CUT_OFF,
}
_BOOKINGS: Final[dict[type[events.AppointmentEvent], Measure]] = {
    events.AppointmentBooked: Measure.BOOKED,
    events.AppointmentConfirmed: Measure.BOOKED,
    events.AppointmentCancelled: Measure.BOOKING_CANCELLED,
    events.AppointmentCheckedIn: Measure.BOOKING_KEPT,
    events.AppointmentMissed: Measure.BOOKING_MISSED,
}
_RETURNS: Final = {
    "requeue": Measure.REQUEUED,
    "postpone": Measure.POSTPONED,
    "reinstate": Measure.REINSTATED,
}
_LEAVES: Final[dict[type[events.TicketEvent], Measure]] = {
    events.TicketCancelled: Measure.CANCELLED,
    events.TicketWalkedOut: Measure.WALKED_OUT,
}
_CALLS: Final = {"pick": Measure.PICKED, "call_back": Measure.CALLED_BACK}


def _of_ticket(event: events.TicketEvent, was: Ticket | None, now: datetime, hour: int) -> Counted:
    ticket = event.ticket
    match event:
        case events.TicketIssued():
            yield _one(Measure.ARRIVED, ticket, hour)
            if ticket.visit.party > 1:
                yield _cell(Measure.COMPANIONS.value, NO_BIN, hour, ticket), Tally(ticket.visit.party - 1, 0)
        case events.TicketContinued():
            yield _one(Measure.JOINED, ticket, hour)
        case events.TicketCalled():
            yield from _called(event, was, now, hour)
        case events.TicketRecalled():
            yield _one(Measure.RECALLED, ticket, hour)
        case events.TicketStarted():
            yield _timed(Measure.WAY, ticket, ticket.called_at, now, hour)
        case events.TicketFinished():
            yield _timed(Measure.SERVICE, ticket, ticket.started_at, now, hour)
        case events.TicketCancelled() | events.TicketWalkedOut():
            yield _timed(_LEAVES[type(event)], ticket, _since(ticket), now, hour)
        case _ if was is not None:
            yield from _set_back(event, was, now, hour)


def _set_back(event: events.TicketEvent, was: Ticket, now: datetime, hour: int) -> Counted:
    """A ticket that came no further, counted where it was."""
    match event:
        case events.TicketMissed():
            yield _one(Measure.MISSED, was, hour)
            if event.ticket.state is State.EXPIRED:
                yield _one(Measure.NEVER_CAME, was, hour)
        case events.TicketReturned() if event.how in _RETURNS:
            yield _one(_RETURNS[event.how], was, hour)
        case events.TicketHeld():
            yield _one(Measure.HELD, was, hour)
            yield from _part(was, now, hour)


def _called(event: events.TicketCalled, was: Ticket | None, now: datetime, hour: int) -> Counted:
    ticket = event.ticket
    yield _one(Measure.CALLED, ticket, hour)
    if event.how in _CALLS:
        yield _one(_CALLS[event.how], ticket, hour)
    if was is not None and was.calls == 0 and was.state is State.WAITING:
        yield _timed(Measure.WAITING, ticket, _since(ticket), now, hour)


def _graded(was: Ticket | None, ticket: Ticket, hour: int) -> Counted:
    """How the range that was promised came out, once: when it is known for the first time."""
    promise = ticket.promise
    if was is None or was.promise is None or was.promise.waited is not None or promise is None:
        return
    if promise.verdict is Verdict.UNDECIDED or promise.waited is None:
        return
    width = (promise.high - promise.low) * _MS_A_MINUTE
    yield _cell(_VERDICTS[promise.verdict].value, NO_BIN, hour, ticket), Tally(1, width)
    if promise.called:
        waited = round(promise.waited * _MS_A_MINUTE)
        error = abs(2 * waited - (promise.low + promise.high) * _MS_A_MINUTE) // 2
        yield _cell(Measure.PROMISE_ERROR.value, NO_BIN, hour, ticket), Tally(1, error)


def _transferred(event: events.TicketTransferred, ended: Ticket | None, now: datetime, hour: int) -> Counted:
    if ended is not None:
        yield _one(Measure.TRANSFERRED, ended, hour)
        yield from _part(ended, now, hour)
    yield _one(Measure.JOINED, event.ticket, hour)


def _part(was: Ticket, now: datetime, hour: int) -> Counted:
    """A stretch of service that did not end with "finish"."""
    if was.state is State.SERVING:
        yield _timed(Measure.SERVICE_PART, was, was.started_at, now, hour)


def _since(ticket: Ticket) -> datetime:
    """From when this leg's waiting is counted: when it was issued, or the booked time of who came before it."""
    return ticket.issued_at if ticket.booked_for is None else max(ticket.issued_at, ticket.booked_for)


def stretch(before: Window, event: events.WindowEvent, now: datetime, hour: int) -> Counted:
    """What ends with this fact: a time the window was open or paused, by whoever sat there. `before` it was so.

    A window that is still open when the day turns was left alone: its time ends with what last happened there.
    """
    if before.state_since is None or before.state is event.window.state:
        return
    left = isinstance(event, events.WindowClosed) and event.how == DAY_OVER
    end = (before.since or before.state_since) if left else now
    lasted = max(0, (end - before.state_since) // _MS)
    if before.state is WindowState.OPEN:
        yield _at_window(Measure.WINDOW_OPEN, before, hour), Tally(1, lasted)
        idle = before.idle_ms + (0 if left else idle_until(before, now))
        yield _at_window(Measure.WINDOW_IDLE, before, hour), Tally(1, idle)
    elif before.state is WindowState.PAUSED:
        yield _at_window(Measure.WINDOW_PAUSED, before, hour), Tally(1, lasted)
    if left:
        yield _at_window(Measure.WINDOW_LEFT_OPEN, before, hour), Tally(1, 0)


def _at_window(measure: Measure, window: Window, hour: int) -> Cell:
    return Cell(measure.value, NO_BIN, hour, "", "", "", window.id, window.staff or "")


def _one(measure: Measure, ticket: Ticket, hour: int) -> tuple[Cell, Tally]:
    return _cell(measure.value, NO_BIN, hour, ticket), Tally(1, 0)


def _timed(measure: Measure, ticket: Ticket, since: datetime | None, now: datetime, hour: int) -> tuple[Cell, Tally]:
    """A duration is never below nothing: a booked time may still be to come, a clock may have been set back."""
    ms = 0 if since is None else max(0, (now - since) // _MS)
    return _cell(measure.value, bin_of(ms), hour, ticket), Tally(1, ms)


def _cell(measure: str, into: int, hour: int, ticket: Ticket) -> Cell:
    window = ticket.window or ""
    staff = ticket.staff or "" if window else ""
    return Cell(measure, into, hour, ticket.queue, ticket.service, ticket.priority_class, window, staff)
