"""One hall's open tickets, windows and counters in memory, and the unit of work that changes them or does not.

The database is the truth; this is its copy as of sequence number `seq`, so that a command decides without reading.
Whoever holds the hall's row compares sequence numbers and catches up when another process has written meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from queueserver.domain.errors import DomainError
from queueserver.domain.events import Event
from queueserver.domain.hall import HallPlan
from queueserver.domain.line import Line, stands_in_line
from queueserver.domain.numbering import QueueDay
from queueserver.domain.ticket import OPEN_STATES, Place, State, Ticket
from queueserver.domain.window import Window
from queueserver.ports import NewId


@dataclass(slots=True)
class LiveHall:
    """The state of one hall; `tickets` are the open ones."""

    plan: HallPlan
    seq: int
    business_day: date
    tickets: dict[str, Ticket] = field(default_factory=dict)
    windows: dict[str, Window] = field(default_factory=dict)
    queue_days: dict[str, QueueDay] = field(default_factory=dict)
    line: Line = field(default_factory=Line)
    holders: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def keep(self, ticket: Ticket) -> None:
        """Let `ticket` replace what was known of it."""
        old = self.tickets.pop(ticket.id, None)
        if old is not None:
            self._forget(old)
        if ticket.state not in OPEN_STATES:
            return
        self.tickets[ticket.id] = ticket
        if stands_in_line(ticket):
            self.line.add(ticket)
        if ticket.visit.holder:
            self.holders.setdefault((ticket.visit.holder, ticket.queue), set()).add(ticket.id)

    def _forget(self, ticket: Ticket) -> None:
        if stands_in_line(ticket):
            self.line.remove(ticket)
        if ticket.visit.holder:
            held = self.holders[ticket.visit.holder, ticket.queue]
            held.discard(ticket.id)
            if not held:
                del self.holders[ticket.visit.holder, ticket.queue]


@dataclass(slots=True)
class Change:
    """What one command, or a whole batch of them, changed and must be written; the last value of each thing."""

    tickets: dict[str, tuple[Ticket, int]] = field(default_factory=dict)
    new_tickets: set[str] = field(default_factory=set)
    windows: dict[str, Window] = field(default_factory=dict)
    queue_days: dict[tuple[date, str], QueueDay] = field(default_factory=dict)


class Unit:
    """UnitOfWork over a LiveHall: reads see the hall as it was, puts wait for commit()."""

    def __init__(
        self,
        live: LiveHall,
        now: datetime,
        new_id: NewId,
        new_token: Callable[[], str],
        load: Callable[[str], Ticket | None],
    ) -> None:
        self.plan = live.plan
        self.now = now
        self.business_day = live.business_day
        self.line = live.line
        self.events: list[Event] = []
        self._live = live
        self._new_id = new_id
        self._new_token = new_token
        self._load = load
        self._tickets: dict[str, Ticket] = {}
        self._windows: dict[str, Window] = {}
        self._queue_days: dict[str, QueueDay] = {}
        self._next_day: date | None = None

    # -- reading

    def new_id(self) -> str:
        return self._new_id()

    def new_token(self) -> str:
        return self._new_token()

    def next_sequence(self) -> int:
        return self._live.seq + len(self.events) + 1

    def end_of_line(self) -> Place:
        """Behind everybody who waits, even when the clock was set back since they came."""
        place, newest = Place.arriving(self.now, self.next_sequence()), self.line.newest()
        return place if newest is None or newest < place else replace(place, at_ms=newest.at_ms)

    def label(self, window_id: str) -> str:
        plan = self.plan.windows.get(window_id)
        return plan.label if plan else window_id

    def ticket(self, ticket_id: str) -> Ticket:
        ticket = self._tickets.get(ticket_id) or self._live.tickets.get(ticket_id) or self._load(ticket_id)
        if ticket is None:
            raise DomainError("unknown_ticket")
        return ticket

    def window(self, window_id: str) -> Window:
        window = self._windows.get(window_id) or self._live.windows.get(window_id) or Window(window_id)
        if window_id not in self.plan.windows and not window.in_use:
            raise DomainError("unknown_window")
        return window

    def windows(self) -> Sequence[Window]:
        removed = (w.id for w in self._live.windows.values() if w.in_use and w.id not in self.plan.windows)
        return [self.window(window_id) for window_id in (*self.plan.windows, *removed)]

    def queue_day(self, queue: str) -> QueueDay:
        day = self._queue_days.get(queue) or self._live.queue_days.get(queue)
        plan = self.plan.queues.get(queue)
        return day or QueueDay(queue, plan.first if plan else 1)

    def open_tickets(self) -> Sequence[Ticket]:
        return list(self._live.tickets.values())

    def held_by(self, holder: str, queue: str) -> Sequence[Ticket]:
        ids = self._live.holders.get((holder, queue), ())
        held = (self._live.tickets[ticket_id] for ticket_id in sorted(ids))
        return [ticket for ticket in held if ticket.state is not State.NO_SHOW]

    # -- writing

    def put_ticket(self, ticket: Ticket) -> None:
        self._tickets[ticket.id] = ticket

    def put_window(self, window: Window) -> None:
        self._windows[window.id] = window

    def put_queue_day(self, day: QueueDay) -> None:
        self._queue_days[day.queue] = day

    def record(self, event: Event) -> None:
        self.events.append(event)

    def begin_day(self, day: date) -> None:
        self._next_day = day

    def commit(self, change: Change) -> None:
        """Let the hall be as this command leaves it, and note in `change` what must be written."""
        live = self._live
        live.seq += len(self.events)
        for ticket_id, ticket in self._tickets.items():
            if ticket_id not in live.tickets and ticket_id not in change.tickets:
                change.new_tickets.add(ticket_id)
            live.keep(ticket)
            change.tickets[ticket_id] = (ticket, live.seq)
        for window_id, window in self._windows.items():
            live.windows[window_id] = change.windows[window_id] = window
        for queue, day in self._queue_days.items():
            live.queue_days[queue] = change.queue_days[live.business_day, queue] = day
        if self._next_day is not None:
            live.business_day = self._next_day
            live.queue_days.clear()
