"""Counts what a demo run really did, from its evidence alone, and says where two accounts disagree."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field

from contract.bodies import TicketState
from contract.events import TicketData, WireEvent
from hall.demo.evidence import Evidence

CALLS = frozenset({"ticket.called", "ticket.recalled"})
AT_A_WINDOW = frozenset({TicketState.CALLED, TicketState.SERVING})


@dataclass(frozen=True, slots=True)
class Check:
    """Two numbers that must agree: `expected` from one source, `got` from another."""

    name: str
    expected: int
    got: int
    ok: bool


@dataclass(frozen=True, slots=True)
class Spread:
    """Milliseconds; None when nothing was measured."""

    p50: float | None
    p99: float | None


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of one run; see the public face, `hall demo`."""

    tickets_issued: int
    calls: int
    recalls: int
    announcements: int
    finished: int
    no_shows: int
    held: int
    transferred: int
    waiting_at_end: int
    slips: int
    events: int
    seq_gaps: int
    duplicates: int
    touch_to_slip: Spread
    call_to_screen: Spread
    checks: tuple[Check, ...] = field(default=())

    @property
    def good(self) -> bool:
        """Whether all accounts agree."""
        return all(check.ok for check in self.checks)

    def as_json(self) -> dict[str, object]:
        """The body of summary.json."""
        return asdict(self)


def summarise(evidence: Evidence) -> Summary:
    """The summary; every count comes from the event feed or from files, every time from the part that measured it."""
    events = evidence.events
    kinds = Counter(event.type for event in events)
    tickets = tuple(ticket_events(events))
    slip_times = [taken.touch_to_slip_ms for taken in evidence.taken if taken.touch_to_slip_ms is not None]
    return Summary(
        tickets_issued=kinds["ticket.issued"],
        calls=kinds["ticket.called"],
        recalls=kinds["ticket.recalled"],
        announcements=len(evidence.sounds) if evidence.rehearsed else evidence.announced,
        finished=kinds["ticket.finished"],
        no_shows=kinds["ticket.missed"],
        held=kinds["ticket.held"],
        transferred=kinds["ticket.transferred"],
        waiting_at_end=waiting(tickets),
        slips=len(evidence.slips),
        events=len(events),
        seq_gaps=gaps(events),
        duplicates=duplicates(tickets),
        touch_to_slip=spread(slip_times),
        call_to_screen=spread([shown.call_to_screen_ms for shown in evidence.shown]),
        checks=tuple(_checks(evidence, tickets)),
    )


def ticket_events(events: Iterable[WireEvent]) -> Iterable[tuple[WireEvent, TicketData]]:
    """The events about tickets with their typed data; raises pydantic.ValidationError for data of the wrong shape."""
    for event in events:
        data = event.parsed()
        if isinstance(data, TicketData):
            yield event, data


def gaps(events: Sequence[WireEvent]) -> int:
    """Sequence numbers that are missing between 1 and the newest."""
    seen = {event.sequence for event in events}
    return max(seen, default=0) - len(seen)


def duplicates(tickets: Sequence[tuple[WireEvent, TicketData]]) -> int:
    """How often a number was given out although it had been given out before."""
    given = Counter(data.number for event, data in tickets if event.type == "ticket.issued")
    return sum(count - 1 for count in given.values())


def waiting(tickets: Sequence[tuple[WireEvent, TicketData]]) -> int:
    """Tickets whose latest event left them waiting; a transfer closes the leg it came from."""
    states: dict[str, TicketState] = {}
    for _, data in tickets:
        if data.from_ticket:
            states.pop(data.from_ticket, None)
        states[data.ticket] = data.state
    return sum(state is TicketState.WAITING for state in states.values())


def double_calls(tickets: Sequence[tuple[WireEvent, TicketData]]) -> int:
    """Calls that found their window, or their ticket, still taken by another call."""
    window_of: dict[str, str] = {}
    clashes = 0
    for event, data in tickets:
        left = window_of.pop(data.from_ticket or data.ticket, None)
        if event.type == "ticket.called" and data.window:
            clashes += left is not None or data.window in window_of.values()
        if data.state in AT_A_WINDOW and data.window:
            window_of[data.ticket] = data.window
    return clashes


def spread(milliseconds: Sequence[float]) -> Spread:
    """Nearest-rank percentiles, rounded to a tenth."""
    ordered = sorted(milliseconds)
    if not ordered:
        return Spread(None, None)

    def rank(percent: int) -> float:
        return round(ordered[math.ceil(len(ordered) * percent / 100) - 1], 1)

    return Spread(rank(50), rank(99))


def _checks(evidence: Evidence, tickets: Sequence[tuple[WireEvent, TicketData]]) -> Iterable[Check]:
    events = evidence.events
    issued = {data.ticket for event, data in tickets if event.type == "ticket.issued"}
    yield _equal("every sequence number is there", max((event.sequence for event in events), default=0), len(events))
    yield _equal("every event has an id of its own", len(events), len({event.id for event in events}))
    yield _equal("no number was given out twice", 0, duplicates(tickets))
    yield _equal("nobody was called twice at once", 0, double_calls(tickets))
    promised = {taken.ticket for taken in evidence.taken}
    yield _equal("every ticket a kiosk gave is in the feed", len(promised), len(promised & issued))
    printed = {data.ticket for event, data in tickets if event.type == "ticket.printed"}
    if evidence.rehearsed:
        if evidence.visitors is not None:
            yield _equal("every visitor was given a ticket", evidence.visitors, len(promised))
        yield _equal("as many slips as tickets printed", len(printed), len(evidence.slips))
        yield _equal("a sound file for each announcement", evidence.announced, len(evidence.sounds))
    yield from _calls_on_screens(evidence, tickets)
    yield _equal("the server's line is what the feed says", waiting(tickets), evidence.waiting_now)


def _calls_on_screens(evidence: Evidence, tickets: Sequence[tuple[WireEvent, TicketData]]) -> Iterable[Check]:
    calls = {event.sequence for event, _ in tickets if event.type in CALLS}
    for screen in evidence.screens:
        painted = {shown.sequence for shown in evidence.shown if shown.display == screen}
        yield _equal(f"every call was painted by {screen}", len(calls), len(calls & painted))


def _equal(name: str, expected: int, got: int) -> Check:
    return Check(name, expected, got, expected == got)
