"""Small halls of one kind each, gone through whole: stops, appointments, closures, the server's own calls, ways back.

Each hall knows a few acts; every act is tried in every state that can be reached so many acts deep. After each accepted
one the step must have been one the rules allow, the hall must be in order, and both books must agree.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from contract.errors import REFUSALS
from proofs.claims import Claim
from proofs.corneracts import HALLS, NOON, Act, Corner
from proofs.exploring import copied_live
from proofs.order import untrue
from proofs.promises import calls_untrue, hall_untrue, left_alone, states_untrue
from queueserver.books import cell_differences
from queueserver.domain import events
from queueserver.domain.errors import DomainError
from queueserver.domain.hall import Assignment
from queueserver.domain.recount import Recount, StoredFact
from queueserver.domain.statistics import Cell, Tally
from queueserver.domain.ticket import OPEN_STATES, Ticket
from queueserver.handlers import commands
from queueserver.handlers.dispatch import carry_out
from queueserver.outgoing import fact_of
from queueserver.store.live import Change, LiveHall, Unit

MOST_WRONG = 20


@dataclass(slots=True)
class Searched:
    """What going through one hall saw; `wrong` says each thing that must not be."""

    states: int = 1
    acts: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Node:
    """One state of a hall; `known` are all its tickets, `facts` and `cells` what both books hold of the day."""

    live: LiveHall
    now: datetime = NOON
    known: dict[str, Ticket] = field(default_factory=dict)
    facts: tuple[StoredFact, ...] = ()
    cells: dict[Cell, Tally] = field(default_factory=dict)
    made: int = 0
    wrong: list[str] = field(default_factory=list)
    way: tuple[Act, ...] = ()

    def copy(self) -> Node:
        live = copied_live(self.live)
        return Node(live, self.now, dict(self.known), self.facts, dict(self.cells), self.made, way=self.way)

    def do(self, command: commands.Command) -> bool:
        """Carry it out, and what the server does of its own then; False when it changes nothing. Raises DomainError."""
        changes = self._do(command)
        while self.live.plan.policy.assignment is not Assignment.MANUAL and self._do(commands.Assign()):
            changes = True
        return changes

    def wait(self, span: timedelta) -> None:
        self.now += span
        while self.live.plan.policy.assignment is not Assignment.MANUAL and self._do(commands.Assign()):
            pass

    def _do(self, command: commands.Command) -> bool:
        unit = Unit(self.live, self.live.time(self.now), self._id, self._id, self.known.get)
        carry_out(unit, command)
        for event in unit.events:
            if isinstance(event, events.TicketCalled):
                self.wrong += calls_untrue(self.live, event, unit.now)
        before, change, day, first = self.known, Change(), self.live.business_day, self.live.seq + 1
        unit.commit(change)
        self.known = before | {ticket_id: ticket for ticket_id, (ticket, _) in change.tickets.items()}
        self.wrong += states_untrue(before, self.known, isinstance(command, commands.ReopenDay))
        self.facts += tuple(_stored(unit, event, seq) for seq, event in enumerate(unit.events, first))
        for (of_day, cell), tally in change.tallies.items():
            if of_day == day:
                self.cells[cell] = self.cells[cell].plus(tally) if cell in self.cells else tally
        return bool(unit.events)

    def untrue(self) -> list[str]:
        """Everything that is not as it must be, the step that led here included."""
        recount = Recount()
        for fact in self.facts:
            recount.take(fact)
        states = {ticket.id: ticket.state.value for ticket in self.known.values()}
        now = self.live.time(self.now)
        return [
            *self.wrong,
            *untrue(self.live, self.known),
            *hall_untrue(self.live, self.known, now),
            *left_alone(self.live, now),
            *recount.strange,
            *cell_differences(self.cells, recount.cells),
            *([] if states == recount.states else [f"states {states}, by the facts {recount.states}"]),
        ]

    def _id(self) -> str:
        self.made += 1
        return f"{self.made:026d}"


def searched(corner: Corner) -> Searched:
    """Breadth first, `corner.depth` acts deep."""
    start = Node(LiveHall(corner.plan, 0, NOON.date()))
    for command in corner.before:
        start.do(command)
    found, seen, frontier = Searched(), {_key(start)}, [start]
    for _ in range(corner.depth):
        frontier = [after for node in frontier for after in _steps(corner, node, seen, found)]
        if len(found.wrong) > MOST_WRONG:
            break
    return found


def _steps(corner: Corner, node: Node, seen: set[Any], found: Searched) -> Iterator[Node]:
    for act in corner.acts(node.live, node.now):
        found.acts += 1
        after = node.copy()
        if not _done(after, act, found):
            continue
        after.way += (act,)
        key = _key(after)
        if key not in seen:
            seen.add(key)
            found.states += 1
            found.wrong += (f"after {_told(after.way)}: {breach}" for breach in after.untrue())
            if after.live.business_day == node.live.business_day:
                yield after


def _done(after: Node, act: Act, found: Searched) -> bool:
    """Whether the act changed anything; what is refused must be so for a reason the contract knows."""
    if isinstance(act, timedelta):
        after.wait(act)
        return True
    try:
        changed = after.do(act)
    except DomainError as refusal:
        found.refused[refusal.code] += 1
        if refusal.code not in REFUSALS:
            found.wrong.append(f"{act} is refused with {refusal.code}")
        return False
    found.done[type(act).__name__] += 1
    return changed


def _stored(unit: Unit, event: events.Event, seq: int) -> StoredFact:
    fact = fact_of(event, unit)
    at_ms = round(unit.now.timestamp() * 1000)
    return StoredFact(seq, fact.type, at_ms, fact.ticket, json.loads(fact.data), json.loads(fact.detail))


def _told(way: tuple[Act, ...]) -> str:
    """What was done, in the order it was."""
    return ", ".join(f"{act}" for act in way)


# -- states as values


def _key(node: Node) -> Any:
    """What of a state matters to what may come; ids by the order in which they were made, times from now on."""
    live, now = node.live, node.now
    name = {made: place for place, made in enumerate((*node.known, *live.agenda.appointments, *live.closures))}
    places = sorted(ticket.place for ticket in live.tickets.values())
    automatic = live.plan.policy.assignment is not Assignment.MANUAL
    return (
        now,
        live.business_day,
        tuple(_ticket(ticket, name, places, now) for ticket in node.known.values()),
        tuple(
            (
                one.id,
                one.state,
                name.get(one.ticket or ""),
                one.streak,
                *((one.auto, one.busy_ms, one.since) if automatic else ()),
            )
            for one in sorted(live.windows.values(), key=lambda one: one.id)
        ),
        tuple(sorted((day.queue, day.next_number, day.issued) for day in live.queue_days.values())),
        tuple((one.band, one.queues, one.opens) for one in live.closures.values()),
        live.closing and tuple((name[one.ticket], one.was, one.itinerary) for one in live.closing.ended),
        tuple(
            (one.state, one.start, one.held_until, one.free_at, one.left) for one in live.agenda.appointments.values()
        ),
    )


def _ticket(ticket: Ticket, name: dict[str, int], places: list[Any], now: datetime) -> Any:
    over = (ticket.visit.number, ticket.leg, ticket.queue, ticket.state, ticket.visit.itinerary)
    if ticket.state not in OPEN_STATES:
        return over
    return (
        *over,
        places.index(ticket.place),
        (round(now.timestamp() * 1000) - ticket.place.at_ms) // 60_000,
        ticket.service,
        ticket.window,
        ticket.sent_to,
        ticket.calls,
        ticket.misses,
        ticket.origin,
        ticket.not_before,
        ticket.booked_for,
        name.get(ticket.visit.appointment),
    )


def claims(_: Path | None) -> Iterator[Claim]:
    """Each hall a line."""
    for corner in HALLS:
        found = searched(corner)
        got = f"{len(found.wrong)} in {found.states:,} states and {found.acts:,} acts, {corner.depth} deep"
        yield Claim(
            f"every course of a small hall: {corner.name}",
            "0 breaches",
            got + (f"; first: {found.wrong[0]}" if found.wrong else ""),
            not found.wrong and found.states > 500,
        )
