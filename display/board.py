"""What a hall's screen knows: rebuilt from a snapshot, moved on by each event, pure. Unknown ids stay small.

`skew` is the server's clock minus ours, so that a device whose clock is wrong still highlights, expires and shows the
right time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from pydantic import ValidationError

from contract.bodies import QueueEntry, ServiceState, Snapshot, TicketState, WindowEntry, WindowState
from contract.events import BroadcastData, CalendarData, ConfigData, DayData, TicketData, WindowData, WireEvent
from display import calls as call_list
from display.calls import AT_WINDOW, STAYS_FRESH, CalledTicket, Calls, is_about

MOST_BROADCASTS: Final = 8


@dataclass(frozen=True, slots=True)
class WindowRow:
    """One window: `ticket` and `number` are empty while nobody is there."""

    id: str
    label: str
    names: Mapping[str, str]
    zone: str
    state: WindowState
    reason: str = ""
    ticket: str = ""
    number: str = ""
    ticket_state: TicketState | None = None
    calls: int = 0


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One queue and how many wait in it."""

    id: str
    names: Mapping[str, str]
    zone: str
    state: ServiceState
    waiting: int


@dataclass(frozen=True, slots=True)
class BroadcastRow:
    """Words of the service desk, until `expires_at` (server's clock)."""

    id: str
    text: str
    lang: str
    urgent: bool
    expires_at: datetime
    zones: tuple[str, ...]
    sequence: int


@dataclass(frozen=True, slots=True)
class Announce:
    """Effect: a call wants to be said, until `expires_at` (server's clock)."""

    call: CalledTicket
    recall: bool
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Effect: the ticket needs no announcement any more."""

    ticket: str


@dataclass(frozen=True, slots=True)
class Broadcast:
    """Effect: the service desk's words want to be said."""

    row: BroadcastRow


@dataclass(frozen=True, slots=True)
class Refetch:
    """Effect: names, windows or the day changed; only a new snapshot tells what is true now."""


Effect = Announce | Withdraw | Broadcast | Refetch
Step = tuple["Board", tuple[Effect, ...]]


@dataclass(frozen=True, slots=True)
class Board:
    """One screen's knowledge, true as of `heard_at`. `zones` is its filter; empty shows the whole hall."""

    zones: frozenset[str] = frozenset()
    is_known: bool = False
    seq: int = 0
    names: Mapping[str, str] = field(default_factory=dict)
    time_zone: str = "UTC"
    skew: timedelta = timedelta(0)
    heard_at: datetime | None = None
    windows: Mapping[str, WindowRow] = field(default_factory=dict)
    queues: Mapping[str, QueueRow] = field(default_factory=dict)
    calls: Calls = ()
    broadcasts: tuple[BroadcastRow, ...] = ()

    def shows(self, zones: tuple[str, ...]) -> bool:
        """Whether something that belongs to `zones` (none = everywhere) belongs on this screen."""
        return not self.zones or not zones or not self.zones.isdisjoint(zones)

    def call_of(self, ticket: str) -> CalledTicket | None:
        return next((call for call in self.calls if call.ticket == ticket), None)

    def rebuilt(self, snapshot: Snapshot, now: datetime) -> Step:
        """Forget everything and show `snapshot`, received `now`.

        A call this screen has not shown yet is announced only if it is fresh and the screen was already running: after
        a restart nothing old is said again.
        """
        board = replace(
            self,
            is_known=True,
            seq=snapshot.seq,
            names=snapshot.names,
            time_zone=snapshot.time_zone,
            skew=snapshot.time - now,
            heard_at=now,
            windows={entry.id: _window(entry) for entry in snapshot.windows},
            queues={entry.id: _queue(entry) for entry in snapshot.queues},
        )
        known = {call.ticket: call for call in self.calls}
        calls, news = board._calls_in(snapshot, known, self.heard_at)
        board = replace(board, calls=calls)
        gone = tuple(Withdraw(ticket) for ticket in known if board.call_of(ticket) is None)
        expires_at = snapshot.time + STAYS_FRESH
        return board, (*gone, *(Announce(call, call.calls > 1, expires_at) for call in reversed(news)))

    def after(self, event: WireEvent, now: datetime) -> Step:
        """Move on by one event, received `now`; an old one, or one of a type we do not know, changes nothing."""
        if event.sequence <= self.seq or not self.is_known:
            return self, ()
        board = replace(self, seq=event.sequence, heard_at=now)
        try:
            data = event.parsed()
        except ValidationError:
            return board, (Refetch(),)
        if isinstance(data, TicketData):
            return board._after_ticket(event, data, now)
        if isinstance(data, WindowData):
            return board._after_window(data), ()
        if isinstance(data, BroadcastData):
            return board._after_broadcast(event, data)
        return board, (Refetch(),) if isinstance(data, ConfigData | DayData | CalendarData) else ()

    def aged(self, now: datetime) -> Board:
        """Without the broadcasts that have expired and the calls missed long ago; itself when nothing changes."""
        server_now = now + self.skew
        broadcasts = tuple(row for row in self.broadcasts if row.expires_at > server_now)
        calls = call_list.aged(self.calls, now)
        if len(broadcasts) == len(self.broadcasts) and calls is self.calls:
            return self
        return replace(self, broadcasts=broadcasts, calls=calls)

    # -- one snapshot

    def _calls_in(
        self, snapshot: Snapshot, known: Mapping[str, CalledTicket], known_at: datetime | None
    ) -> tuple[Calls, Calls]:
        """The list, and what of it is news to a screen that knew `known` at `known_at` (None: it just started)."""
        now = snapshot.time - self.skew
        found: list[CalledTicket] = []
        news: list[CalledTicket] = []
        for entry in snapshot.calls:
            window = self.windows.get(entry.window)
            call = call_list.from_entry(entry, window.zone if window else "", snapshot.seq, entry.called_at - self.skew)
            old = known.get(call.ticket)
            if old is not None and call.is_same_call(old):
                missed_at = call.missed_at and (old.missed_at or now)
                call = replace(call, shown_at=old.shown_at, sequence=old.sequence, missed_at=missed_at)
            elif known_at is not None and _is_news(call, old, now, known_at):
                call = replace(call, shown_at=now)
                news.append(call)
            if self.shows(call.zones):
                found.append(call)
        listed = call_list.listed(found)
        return listed, tuple(call for call in news if call in listed)

    # -- one event

    def _after_ticket(self, event: WireEvent, data: TicketData, now: datetime) -> Step:
        board = self._counted(data)._seated(data)
        if event.type in {"ticket.called", "ticket.recalled"}:
            return board._after_call(event, data, now)
        over = (call.ticket for call in self.calls if is_about(data, call.ticket, call.number))
        effects = () if data.state is TicketState.CALLED else tuple(Withdraw(ticket) for ticket in over)
        return replace(board, calls=call_list.changed(board.calls, data, now)), effects

    def _after_call(self, event: WireEvent, data: TicketData, now: datetime) -> Step:
        window = self.windows.get(data.window or "")
        label, zone = (window.label, window.zone) if window else ("", "")
        call = call_list.from_event(event, data, label, zone, now)
        calls = call_list.called(self.calls, call)
        if not self.shows(call.zones):
            return replace(self, calls=calls[1:]), (Withdraw(data.ticket),)
        expires_at = data.expires_at or event.time + STAYS_FRESH
        return replace(self, calls=calls), (Announce(call, event.type == "ticket.recalled", expires_at),)

    def _counted(self, data: TicketData) -> Board:
        row = self.queues.get(data.queue)
        if row is None or row.waiting == data.waiting:
            return self
        return replace(self, queues={**self.queues, row.id: replace(row, waiting=data.waiting)})

    def _seated(self, data: TicketData) -> Board:
        """The ticket leaves whatever window it was at, and sits at the one the event names if it is there."""
        windows = dict(self.windows)
        for row in self.windows.values():
            if row.ticket and is_about(data, row.ticket, row.number):
                windows[row.id] = replace(row, ticket="", number="", ticket_state=None, calls=0)
        here = windows.get(data.window or "")
        if here is not None and data.state in AT_WINDOW:
            windows[here.id] = replace(
                here, ticket=data.ticket, number=data.number, ticket_state=data.state, calls=data.calls
            )
        return replace(self, windows=windows)

    def _after_window(self, data: WindowData) -> Board:
        row = self.windows.get(data.window)
        if row is None:
            return self
        row = replace(row, state=data.state, reason=data.reason, label=data.label or row.label)
        return replace(self, windows={**self.windows, row.id: row})

    def _after_broadcast(self, event: WireEvent, data: BroadcastData) -> Step:
        if not self.shows(data.zones):
            return self, ()
        row = BroadcastRow(event.id, data.text, data.lang, data.urgent, data.expires_at, data.zones, event.sequence)
        return replace(self, broadcasts=(row, *self.broadcasts)[:MOST_BROADCASTS]), (Broadcast(row),)


def _window(entry: WindowEntry) -> WindowRow:
    row = WindowRow(entry.id, entry.label, entry.names, entry.zone, entry.state, entry.pause_reason)
    ticket = entry.ticket
    if ticket is None:
        return row
    return replace(row, ticket=ticket.id, number=ticket.number, ticket_state=ticket.state, calls=ticket.calls)


def _is_news(call: CalledTicket, old: CalledTicket | None, now: datetime, known_at: datetime) -> bool:
    """Whether a call this screen has not shown is young enough to be said.

    The snapshot tells when a ticket was first called; a recall is as young as our last knowledge of it is.
    """
    if call.state is not TicketState.CALLED:
        return False
    recalled = old is not None and old.state is TicketState.CALLED and call.calls > old.calls
    return now - (known_at if recalled else call.shown_at) < STAYS_FRESH


def _queue(entry: QueueEntry) -> QueueRow:
    return QueueRow(entry.id, entry.names, entry.zone, entry.state, entry.waiting)
