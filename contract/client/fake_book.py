"""The memory of FakeHall: tickets, windows and facts, and the rules by which they change.

It follows the product's transition table and repeats none of the server's code; both are held to the same tests.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from contract.bodies import Reason, StaffEntry, Ticket, TicketState, WindowState
from contract.config import HallConfig, MissedPolicy, Queue, Window
from contract.errors import HallError
from contract.events import BroadcastData, DayData, TicketData, WindowData, WireEvent

S = TicketState
ACTIVE: Final = frozenset({S.CALLED, S.SERVING})

ALLOWED_FROM: Final[dict[str, frozenset[TicketState]]] = {
    "call": frozenset({S.WAITING}),
    "call_back": frozenset({S.HELD, S.NO_SHOW}),
    "recall": frozenset({S.CALLED}),
    "start": frozenset({S.CALLED}),
    "finish": frozenset({S.SERVING}),
    "no_show": frozenset({S.CALLED}),
    "hold": ACTIVE,
    "transfer": ACTIVE,
    "cancel": frozenset({S.WAITING}),
    "plan": frozenset({S.WAITING, S.CALLED, S.SERVING, S.HELD, S.NO_SHOW}),
    "requeue": frozenset({S.WAITING, S.CALLED, S.NO_SHOW, S.HELD}),
    "postpone": frozenset({S.WAITING, S.CALLED}),
    "reinstate": frozenset({S.NO_SHOW, S.HELD}),
}


@dataclass(slots=True)
class Entry:
    """One ticket, its place in line (`order`, smaller is earlier), who holds it, and a window it was sent to.

    `since` is from when on it counts as waiting. `arrival` and `arrived` are order and time with which its visit
    began; `came_back` to the window it left.
    """

    ticket: Ticket
    order: float
    since: datetime
    arrival: float
    arrived: datetime
    person: str = ""
    sent_to: str | None = None
    came_back: bool = False


@dataclass(slots=True)
class Desk:
    """One window as it stands now; `auto`: in a hall with mixed assignment it is called for.

    `streak` counts privileged calls since an ordinary one. How long it was `busy`, `since` when it stands so, and how
    it `stood` when that was last looked at (its state, and the ticket there) are kept by fake_assigning.account.
    """

    config: Window
    state: WindowState = WindowState.CLOSED
    staff: StaffEntry | None = None
    reason: str = ""
    auto: bool = False
    streak: int = 0
    busy: timedelta = timedelta()
    since: datetime | None = None
    stood: tuple[WindowState, str] = (WindowState.CLOSED, "")


class Book:
    """Everything the fake hall knows. Not safe for threads; FakeHall holds the lock."""

    def __init__(self, config: HallConfig, now: Callable[[], datetime]) -> None:
        self.config = config
        self.now = now
        self.entries: dict[str, Entry] = {}
        self.desks = {window.id: Desk(window) for window in config.windows}
        self.queues = {queue.id: queue for queue in config.queues}
        self.services = {service.id: service for service in config.services}
        self.privileged = {entry.id for entry in config.priority_classes if entry.privileged}
        self.closed = {queue.id for queue in config.queues if queue.hours == "never"}
        self.full: set[str] = set()
        self.day_closed = False
        self.ended: list[tuple[Entry, Ticket]] = []
        """What the early end of the day ended, each as it was."""
        self.issued = dict.fromkeys(self.queues, 0)
        self.last_called = dict.fromkeys(self.queues, "")
        self.events: list[WireEvent] = []
        self.reasons: dict[str, list[tuple[datetime, str, Reason]]] = {}
        self._serial = itertools.count(1)

    # -- finding

    def entry(self, ticket_id: str) -> Entry:
        if ticket_id not in self.entries:
            raise HallError("unknown_ticket")
        return self.entries[ticket_id]

    def desk(self, window: str) -> Desk:
        if window not in self.desks:
            raise HallError("unknown_window")
        return self.desks[window]

    def queue(self, queue: str) -> Queue:
        if queue not in self.queues:
            raise HallError("unknown_queue")
        return self.queues[queue]

    def is_shut(self, queue: str) -> bool:
        """Whether nobody can join the queue any more today."""
        return self.day_closed or queue in self.closed

    def business_day(self) -> date:
        return self.now().astimezone(ZoneInfo(self.config.hall.time_zone)).date()

    def active(self, window: str) -> Entry | None:
        """The one ticket at this window, if there is one."""
        return next((e for e in self.entries.values() if e.ticket.window == window and e.ticket.state in ACTIVE), None)

    def line(self, queue: str) -> list[Entry]:
        """Waiting tickets of one queue, the earliest first."""
        waiting = (e for e in self.entries.values() if e.ticket.queue == queue and e.ticket.state is S.WAITING)
        return sorted(waiting, key=lambda e: e.order)

    def for_window(self, window: str) -> list[Entry]:
        """Everybody this window may call, the earliest first: its queues, and tickets sent to it."""
        serves = self.desk(window).config.serves
        waiting = (e for e in self.entries.values() if e.ticket.state is S.WAITING)
        mine = (e for e in waiting if e.sent_to == window or (e.sent_to is None and e.ticket.queue in serves))
        return sorted(mine, key=lambda e: e.order)

    # -- changing

    def add(self, ticket: Ticket, person: str = "") -> Entry:
        """The first leg of a visit, at the end of the line."""
        order, now = float(next(self._serial)), self.now()
        entry = Entry(ticket, order, now, order, now, person)
        self.entries[ticket.id] = entry
        return entry

    def add_leg(self, ticket: Ticket, before: Entry, sent_to: str | None = None) -> Entry:
        """A further leg of the visit of `before`, placed by the visitor's arrival."""
        came = (before.arrival, before.arrived)
        entry = Entry(ticket, *came, *came, before.person, sent_to)
        self.entries[ticket.id] = entry
        return entry

    def new_id(self) -> str:
        return f"t-{next(self._serial):06d}"

    def check(self, entry: Entry, act: str) -> None:
        """Raises illegal_transition unless the table lets this ticket do this."""
        if entry.ticket.state not in ALLOWED_FROM[act]:
            raise HallError(
                "illegal_transition", {"number": entry.ticket.number, "state": entry.ticket.state.value}, field="state"
            )

    def change(self, entry: Entry, **fields: object) -> Ticket:
        entry.ticket = entry.ticket.model_copy(update=fields)
        return entry.ticket

    def call(self, entry: Entry, window: str, reason: Reason, how: str) -> Ticket:
        ticket = self.change(
            entry,
            state=S.CALLED,
            window=window,
            called_at=self.now(),
            calls=1,
            started_at=None,
            finished_at=None,
            not_before=None,
        )
        entry.sent_to = None
        self.last_called[ticket.queue] = ticket.number
        self.reasons.setdefault(ticket.id, []).append((self.now(), window, reason))
        self.say("ticket.called", entry, how=how)
        return ticket

    def put_back(self, entry: Entry, places: int | None, how: str) -> Ticket:
        """Into the line again: behind `places` others, or at the end (None)."""
        left = entry.ticket.window if entry.ticket.state in ACTIVE else None
        ticket = self._replace_in_line(entry, places)
        self.say("ticket.returned", entry, how=how, from_window=left)
        return ticket

    def _replace_in_line(self, entry: Entry, places: int | None) -> Ticket:
        others = [e for e in self.line(entry.ticket.queue) if e is not entry]
        index = len(others) if places is None else min(places, len(others))
        entry.order = self._between(others, index)
        entry.since = self.now() if index == len(others) else others[index].since
        return self.change(
            entry, state=S.WAITING, window=None, called_at=None, started_at=None, not_before=None, booked_for=None
        )

    def _between(self, others: list[Entry], index: int) -> float:
        if index == len(others):
            return float(next(self._serial))
        after = others[index].order
        before = others[index - 1].order if index else after - 1.0
        return (before + after) / 2

    def miss(self, entry: Entry) -> Ticket:
        """Not there when called: the queue's policy decides what follows."""
        queue = self.queues[entry.ticket.queue]
        misses = entry.ticket.misses + 1
        window = entry.ticket.window
        gone = queue.missed is MissedPolicy.EXPIRE or self.day_closed
        self.change(entry, state=S.EXPIRED if gone else S.NO_SHOW, misses=misses)
        if misses < self.config.hall.policy.max_misses and not gone:
            if queue.missed is MissedPolicy.REQUEUE:
                self._replace_in_line(entry, None)
            elif queue.missed is MissedPolicy.POSTPONE:
                self._replace_in_line(entry, queue.postpone_places)
        self.say("ticket.missed", entry, from_window=window)
        return entry.ticket

    # -- facts

    def say(self, event_type: str, entry: Entry, **more: object) -> WireEvent:
        """Append the fact about this ticket."""
        ticket = entry.ticket
        window = self.desks[ticket.window].config if ticket.window else None
        expires = self.now() + timedelta(seconds=self.config.hall.policy.announcement_expires_seconds)
        data = TicketData(
            ticket=ticket.id,
            number=ticket.number,
            queue=ticket.queue,
            service=ticket.service,
            state=ticket.state,
            priority_class=ticket.priority_class,
            waiting=len(self.line(ticket.queue)),
            lang=ticket.lang,
            window=window.id if window else None,
            label=window.label if window else "",
            zone=window.zone if window else ticket.zone,
            calls=ticket.calls,
            expires_at=expires if event_type in {"ticket.called", "ticket.recalled"} else None,
        )
        return self.append(event_type, data.model_copy(update=more))

    def say_window(self, event_type: str, desk: Desk) -> WireEvent:
        config = desk.config
        data = WindowData(window=config.id, label=config.label, zone=config.zone, state=desk.state, reason=desk.reason)
        return self.append(event_type, data)

    def append(self, event_type: str, data: TicketData | WindowData | BroadcastData | DayData) -> WireEvent:
        sequence = len(self.events) + 1
        event = WireEvent(
            id=f"e-{sequence:06d}",
            source=f"urn:hallqueue:hall:{self.config.hall.id}",
            type=event_type,
            time=self.now(),
            sequence=sequence,
            data=data.model_dump(mode="json"),
        )
        self.events.append(event)
        return event
