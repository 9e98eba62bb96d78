"""What happened in simulated days: one record a leg of each visit, and the hours of each window."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from queueserver.domain import events
from queueserver.domain.ticket import State, Ticket
from queueserver.domain.window import WindowState
from queueserver.simulation.virtualhall import milliseconds


@dataclass(slots=True)
class Leg:
    """One ticket in one queue; times in ms since 1970, None while it has not come to that. `end` is its last state."""

    number: str
    queue: str
    priority_class: str
    since_ms: int
    first: bool
    called_ms: int | None = None
    started_ms: int | None = None
    ended_ms: int | None = None
    window: str | None = None
    misses: int = 0
    end: State = State.WAITING

    @property
    def wait_ms(self) -> int | None:
        """From joining the queue until its first call there; an early appointment's from the booked time."""
        return None if self.called_ms is None else max(0, self.called_ms - self.since_ms)


@dataclass(slots=True)
class Hours:
    """A window's time: `open_ms` while it could call or serve, `busy_ms` from each call to the end of the stay."""

    open_ms: int = 0
    busy_ms: int = 0
    finished: int = 0
    open_since: int | None = None
    busy_since: int | None = None


@dataclass(slots=True)
class Records:
    """Everything heard from the rules, in order."""

    legs: list[Leg] = field(default_factory=list)
    windows: dict[str, Hours] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    """(number, window) of every call."""
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Arrivals who got no ticket, by (service, code of the refusal)."""
    unkept: int = 0
    """Appointments of the days that nobody came for."""
    _open: dict[str, Leg] = field(default_factory=dict)
    _given_up: dict[str, Leg] = field(default_factory=dict)

    def hear(self, heard: Sequence[events.Event], at_ms: int) -> None:
        """Take in the facts of one command."""
        for event in heard:
            if isinstance(event, events.TicketEvent):
                self._ticket(event, at_ms)
            elif isinstance(event, events.WindowEvent):
                self._window(event.window.id, event.window.state, at_ms)
            elif isinstance(event, events.AppointmentMissed):
                self.unkept += 1
            elif isinstance(event, events.DayClosed):
                self._day_over(event, at_ms)
            elif isinstance(event, events.DayReopened):
                self._day_again(event)

    def finish(self, at_ms: int) -> None:
        """Count the hours of windows that are still open at the end."""
        for window in self.windows:
            self._window(window, WindowState.CLOSED, at_ms)
            self._freed(window, at_ms)

    def _ticket(self, event: events.TicketEvent, at_ms: int) -> None:
        ticket = event.ticket
        if isinstance(event, events.TicketTransferred):
            self._ended(event.from_ticket, State.TRANSFERRED, at_ms)
            self._freed(event.from_window, at_ms)
        leg = self._open.get(ticket.id)
        if leg is None:
            leg = self._open[ticket.id] = _new_leg(ticket, at_ms)
            self.legs.append(leg)
        if isinstance(event, events.TicketCalled):
            self._called(leg, ticket, at_ms)
        elif isinstance(event, events.TicketContinued) and ticket.state is State.SERVING:
            leg.called_ms = leg.started_ms = at_ms
            leg.window = ticket.window
            self._hours(ticket.window or "").busy_since = at_ms
        elif isinstance(event, events.TicketStarted):
            leg.started_ms = at_ms
        elif isinstance(event, events.TicketFinished) and ticket.window is not None:
            self._hours(ticket.window).finished += 1
            self._freed(ticket.window, at_ms)
        elif isinstance(event, events.TicketMissed | events.TicketReturned):
            leg.misses = ticket.misses
            self._freed(event.from_window, at_ms)
        elif isinstance(event, events.TicketHeld):
            self._freed(ticket.window, at_ms)
        leg.end = ticket.state
        if ticket.ended_at is not None:
            self._ended(ticket.id, ticket.state, at_ms)

    def _called(self, leg: Leg, ticket: Ticket, at_ms: int) -> None:
        window = ticket.window or ""
        self.calls.append((ticket.number, window))
        leg.window = window
        if leg.called_ms is None:
            leg.called_ms = at_ms
        self._hours(window).busy_since = at_ms

    def _ended(self, ticket_id: str, state: State, at_ms: int) -> None:
        leg = self._open.pop(ticket_id, None)
        if leg is not None:
            leg.end, leg.ended_ms = state, at_ms

    def _window(self, window: str, state: WindowState, at_ms: int) -> None:
        hours = self._hours(window)
        if state is WindowState.OPEN:
            hours.open_since = at_ms if hours.open_since is None else hours.open_since
        elif hours.open_since is not None:
            hours.open_ms += at_ms - hours.open_since
            hours.open_since = None

    def _freed(self, window: str | None, at_ms: int) -> None:
        hours = self._hours(window) if window is not None else None
        if hours is not None and hours.busy_since is not None:
            hours.busy_ms += at_ms - hours.busy_since
            hours.busy_since = None

    def _day_over(self, event: events.DayClosed, at_ms: int) -> None:
        for ticket_id, state in event.ended:
            leg = self._open.get(ticket_id)
            if leg is not None and leg.window is not None and leg.end in (State.CALLED, State.SERVING):
                self._freed(leg.window, at_ms)
            if leg is not None and not event.final:
                self._given_up[ticket_id] = leg
            self._ended(ticket_id, State(state), at_ms)

    def _day_again(self, event: events.DayReopened) -> None:
        """Who had lost the place has it again."""
        for ticket_id, state in event.returned:
            leg = self._given_up.pop(ticket_id, None)
            if leg is not None:
                leg.end, leg.ended_ms = State(state), None
                self._open[ticket_id] = leg

    def _hours(self, window: str) -> Hours:
        hours = self.windows.get(window)
        if hours is None:
            hours = self.windows[window] = Hours()
        return hours


def merged(several: Sequence[Records]) -> Records:
    """All of them as one."""
    whole = Records()
    for one in several:
        whole.legs += one.legs
        whole.calls += one.calls
        whole.refused += one.refused
        whole.unkept += one.unkept
        for window, hours in one.windows.items():
            known = whole.windows.setdefault(window, Hours())
            known.open_ms += hours.open_ms
            known.busy_ms += hours.busy_ms
            known.finished += hours.finished
    return whole


def _new_leg(ticket: Ticket, at_ms: int) -> Leg:
    since = at_ms if ticket.booked_for is None else max(at_ms, milliseconds(ticket.booked_for))
    return Leg(ticket.number, ticket.queue, ticket.priority_class, since, ticket.leg == 1)
