"""One hall's open tickets, windows and counters in memory, and the unit of work that changes them or does not.

The database is the truth; this is its copy as of sequence number `seq`, so that a command decides without reading.
Whoever holds the hall's row compares sequence numbers and catches up when another process has written meanwhile.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from queueserver.domain.agenda import Agenda, AgendaView, kept_from
from queueserver.domain.appointment import Appointment
from queueserver.domain.balance import accounted
from queueserver.domain.closure import Closure, in_force
from queueserver.domain.daybook import Closing
from queueserver.domain.eligibility import is_privileged
from queueserver.domain.errors import DomainError
from queueserver.domain.events import Event, WindowEvent
from queueserver.domain.hall import HallPlan
from queueserver.domain.learned import Learned
from queueserver.domain.lessons import lesson
from queueserver.domain.line import Line, stands_in_line
from queueserver.domain.loads import Loads
from queueserver.domain.numbering import QueueDay
from queueserver.domain.schedule import local_hour
from queueserver.domain.sharing import Sharing
from queueserver.domain.statistics import Cell, Tally, counted, stretch
from queueserver.domain.ticket import OPEN_STATES, Place, State, Ticket, Visit
from queueserver.domain.window import Window, WindowState
from queueserver.domain.workload import UNKNOWN_MINUTES, Floor, loads_of
from queueserver.ports import NewId
from queueserver.store.pastappointments import NO_PAST, PastAppointments


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
    at: datetime | None = None
    """The time of the last fact."""
    calendar_seq: int = 0
    closures: dict[str, Closure] = field(default_factory=dict)
    """Those of this business day and later that were not ended."""
    closing: Closing | None = None
    agenda: Agenda = field(default_factory=Agenda)
    learned: dict[str, Learned] = field(default_factory=dict)
    _floor: Floor | None = field(default=None, repr=False, compare=False)
    _loads: Loads | None = field(default=None, repr=False, compare=False)
    _sharing: tuple[HallPlan, Sharing] | None = field(default=None, repr=False, compare=False)

    def time(self, clock: datetime) -> datetime:
        """The hall's time when a clock says so: it stands still while the clock is behind the last fact."""
        return clock if self.at is None else max(self.at, clock)

    def renew_plan(self) -> None:
        """Let the plan's schedules follow the closures and the day's early end."""
        self.plan = in_force(self.plan, self.closures.values(), self.closing)

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
        for claim in _claims(ticket):
            self.holders.setdefault(claim, set()).add(ticket.id)

    def floor(self, now: datetime) -> Floor:
        """The windows as they stand; worked out anew when the time, a window or something learned has changed."""
        loads = self._kept_loads(now)
        if self._floor is None or self._floor.loads is not loads or self._floor.now != now:
            self._floor = Floor(loads, self.windows, self.tickets, now)
        return self._floor

    def _kept_loads(self, now: datetime) -> Loads:
        """Kept until a window opens or closes, the configuration changes, or another hour begins."""
        known, sharing, hour = self._loads, self.sharing(), local_hour(now, self.plan.time_zone)
        if known is None or known.sharing is not sharing or known.pace.hour != hour:
            known = self._loads = loads_of(self.plan, sharing, self.learned, now)
        return known

    def sharing(self) -> Sharing:
        if self._sharing is None or self._sharing[0] is not self.plan:
            self._sharing = self.plan, Sharing(self.plan, self.windows)
        return self._sharing[1]

    def seat(self, window: Window) -> None:
        """Let `window` replace what was known of it."""
        old = self.windows.get(window.id)
        self.windows[window.id] = window
        self._floor = None
        if old is None or old.state is not window.state:
            self._sharing = None

    def learn(self, queue: str, learned: Learned) -> None:
        """The floor keeps only what comes of service times and of how many are called at all."""
        old, self.learned[queue] = self.learned.get(queue), learned
        if old is None or old.durations is not learned.durations or old.came is not learned.came:
            self._floor = None

    def _forget(self, ticket: Ticket) -> None:
        if stands_in_line(ticket):
            self.line.remove(ticket)
        for claim in _claims(ticket):
            held = self.holders[claim]
            held.discard(ticket.id)
            if not held:
                del self.holders[claim]


def _claims(ticket: Ticket) -> set[tuple[str, str]]:
    """An identified person, with each queue where this ticket waits or its visit will come to."""
    if not ticket.visit.holder:
        return set()
    plan = ticket.visit.itinerary
    return {(ticket.visit.holder, queue) for queue in (ticket.queue, *(plan.stops[p].queue for p in plan.open))}


@dataclass(slots=True)
class Change:
    """What one command, or a whole batch of them, changed and must be written; the last value of each thing."""

    tickets: dict[str, tuple[Ticket, int]] = field(default_factory=dict)
    new_tickets: set[str] = field(default_factory=set)
    visits: dict[str, Visit] = field(default_factory=dict)
    """Visits that were there before and have other things to do now."""
    windows: dict[str, Window] = field(default_factory=dict)
    queue_days: dict[tuple[date, str], QueueDay] = field(default_factory=dict)
    closures: dict[str, Closure] = field(default_factory=dict)
    closings: dict[str, Closing] = field(default_factory=dict)
    appointments: dict[str, tuple[Appointment, int]] = field(default_factory=dict)
    learned: dict[str, Learned] = field(default_factory=dict)
    tallies: dict[tuple[date, Cell], Tally] = field(default_factory=dict)
    """What to add to the statistics, by business day."""

    def add(self, day: date, cell: Cell, tally: Tally) -> None:
        """More of what is counted; see domain.statistics."""
        known = self.tallies.get((day, cell))
        self.tallies[day, cell] = tally if known is None else known.plus(tally)


class Unit:
    """UnitOfWork over a LiveHall: reads see the hall as it was, puts wait for commit()."""

    def __init__(
        self,
        live: LiveHall,
        now: datetime,
        new_id: NewId,
        new_token: Callable[[], str],
        load: Callable[[str], Ticket | None],
        past: PastAppointments = NO_PAST,
    ) -> None:
        self.plan = live.plan
        self.now = now
        self.business_day = live.business_day
        self.line = live.line
        self.closing = live.closing
        self.closures: Mapping[str, Closure] = live.closures
        self.events: list[Event] = []
        self._live = live
        self._new_id = new_id
        self._new_token = new_token
        self._load = load
        self._stored: dict[str, Ticket] = {}
        """Tickets that were over and are looked at again."""
        self._new_closures: list[Closure] = []
        self._new_closings: list[Closing] = []
        self._past = past
        self.agenda = AgendaView(live.agenda)
        self._tickets: dict[str, Ticket] = {}
        self._was: dict[str, Ticket | None] = {}
        self._counted: list[tuple[Cell, Tally]] = []
        self._hour = local_hour(now, live.plan.time_zone)
        self._windows: dict[str, Window] = {}
        self._queue_days: dict[str, QueueDay] = {}
        self._learned: dict[str, Learned] = {}
        self._next_day: date | None = None
        self._committed = False

    # -- reading

    def new_id(self) -> str:
        return self._new_id()

    def new_token(self) -> str:
        return self._new_token()

    def next_sequence(self) -> int:
        return self._live.seq + len(self.events) + 1

    def end_of_line(self) -> Place:
        """Behind everybody who came before, because the hall's time never runs back."""
        return Place.arriving(self.now, self.next_sequence())

    def label(self, window_id: str) -> str:
        plan = self.plan.windows.get(window_id)
        return plan.label if plan else window_id

    def ticket(self, ticket_id: str) -> Ticket:
        ticket = self._tickets.get(ticket_id) or self._live.tickets.get(ticket_id) or self._stored.get(ticket_id)
        if ticket is None:
            ticket = self._load(ticket_id)
            if ticket is None:
                raise DomainError("unknown_ticket")
            self._stored[ticket_id] = ticket
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

    def learned(self, queue: str) -> Learned:
        return self._learned.get(queue) or self._live.learned.get(queue) or Learned()

    def floor(self) -> Floor:
        live = self._live
        if self._committed or not (self._windows or self._learned):
            return live.floor(self.now)
        windows = {**live.windows, **self._windows}
        tickets, learned = ChainMap(self._tickets, live.tickets), ChainMap(self._learned, live.learned)
        moved = any(window.state is not self._state(window.id) for window in self._windows.values())
        sharing = Sharing(self.plan, windows) if moved else live.sharing()
        return Floor(loads_of(self.plan, sharing, learned, self.now), windows, tickets, self.now)

    def open_tickets(self) -> Sequence[Ticket]:
        return list(self._live.tickets.values())

    def held_by(self, holder: str, queue: str) -> Sequence[Ticket]:
        ids = self._live.holders.get((holder, queue), ())
        held = (self._live.tickets[ticket_id] for ticket_id in sorted(ids))
        return [ticket for ticket in held if ticket.state is not State.NO_SHOW]

    def appointment(self, appointment_id: str) -> Appointment:
        found = self.agenda.get(appointment_id) or self._past.find(appointment_id)
        if found is None:
            raise DomainError("unknown_appointment")
        return found

    def referenced(self, source: str, references: Sequence[str]) -> Mapping[str, Appointment]:
        return self._past.referenced(source, references)

    def missed_since(self, holder: str, since: datetime) -> Sequence[datetime]:
        return self._past.missed_since(holder, since)

    # -- writing

    def put_appointment(self, appointment: Appointment) -> None:
        self.agenda.put(appointment)

    def put_ticket(self, ticket: Ticket) -> None:
        was = self._was[ticket.id] = (
            self._tickets.get(ticket.id) or self._live.tickets.get(ticket.id) or self._stored.get(ticket.id)
        )
        self._tickets[ticket.id] = ticket
        self._learn(was, ticket)

    def put_window(self, window: Window) -> None:
        if self._state(window.id) is WindowState.CLOSED is not window.state:
            self._learn_opening(window)
        self._windows[window.id] = window

    def _learn_opening(self, window: Window) -> None:
        """When the day's first window of a queue opens, before anybody was called there."""
        plan = self.plan.windows.get(window.id)
        for queue in plan.serves if plan else ():
            at_work = any(self._state(other) is not WindowState.CLOSED for other in self.plan.windows_of_queue[queue])
            bands = self._live.sharing().hours(queue, self.now).bands
            if bands and not at_work and not self.queue_day(queue).last_called:
                learned = self.learned(queue).opened(self.now.timestamp() / 60 - bands[0][0])
                self._learned[queue] = learned

    def put_queue_day(self, day: QueueDay) -> None:
        self._queue_days[day.queue] = day

    def _learn(self, was: Ticket | None, ticket: Ticket) -> None:
        known, queue = self.learned(ticket.queue), self.plan.queues.get(ticket.queue)
        learned = lesson(
            known,
            was,
            ticket,
            self.now,
            hour=self._hour,
            configured=queue.service_minutes if queue else UNKNOWN_MINUTES,
            privileged=is_privileged(ticket, self.plan.privileged, self.plan.policy, self.now),
            sharing=self._live.sharing(),
        )
        if learned is not known:
            self._learned[ticket.queue] = learned

    def _state(self, window: str) -> WindowState:
        known = self._live.windows.get(window)
        return known.state if known else WindowState.CLOSED

    def record(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, WindowEvent):
            before = self._live.windows.get(event.window.id)
            self._counted += stretch(before, event, self.now, self._hour) if before else ()
        else:
            self._counted += counted(event, self._was.get, self.now, self._hour)

    def put_closure(self, closure: Closure) -> None:
        self._new_closures.append(closure)

    def put_closing(self, closing: Closing) -> None:
        self._new_closings.append(closing)

    def begin_day(self, day: date) -> None:
        self._next_day = day

    def commit(self, change: Change) -> None:
        """Let the hall be as this command leaves it, and note in `change` what must be written."""
        live = self._live
        live.seq += len(self.events)
        if self.events:
            live.at = self.now
        for cell, tally in self._counted:
            change.add(live.business_day, cell, tally)
        self._commit_tickets(change)
        for window_id, changed in self._windows.items():
            before = live.windows.get(window_id) or Window(window_id)
            others = (one for one in live.windows.values() if one.id != window_id)
            window = accounted(before, changed, others, self.now)
            live.seat(window)
            change.windows[window_id] = window
        for queue, learned in self._learned.items():
            live.learn(queue, learned)
            change.learned[queue] = learned
        for queue, day in self._queue_days.items():
            live.queue_days[queue] = change.queue_days[live.business_day, queue] = day
        for appointment in self.agenda.changed.values():
            live.agenda.keep(appointment)
            change.appointments[appointment.id] = (appointment, live.seq)
        if self._next_day is not None:
            live.business_day = self._next_day
            live.queue_days.clear()
            live.agenda.forget_before(kept_from(self._next_day))
        if self._new_closures or self._new_closings:
            self._commit_calendar(change)
        self._committed = True

    def _commit_tickets(self, change: Change) -> None:
        live = self._live
        for ticket_id, ticket in self._tickets.items():
            known = live.tickets.get(ticket_id) or self._stored.get(ticket_id)
            if known is None and ticket_id not in change.tickets:
                change.new_tickets.add(ticket_id)
            if known is not None and known.visit is not ticket.visit:
                change.visits[ticket.visit.id] = ticket.visit
            live.keep(ticket)
            change.tickets[ticket_id] = (ticket, live.seq)

    def _commit_calendar(self, change: Change) -> None:
        live = self._live
        live.calendar_seq = live.seq
        for closure in self._new_closures:
            change.closures[closure.id] = closure
            live.closures[closure.id] = closure
        for closing in self._new_closings:
            change.closings[closing.id] = closing
            live.closing = None if closing.final or closing.reopened_at else closing
        kept = (one for one in live.closures.values() if one.ended_at is None and one.day >= live.business_day)
        live.closures = {one.id: one for one in kept}
        live.renew_plan()
