"""Does a recorded day again, fact by fact, through today's rules: would the hall have called the same people?

Every recorded command is given at its recorded time; only whom a window calls next is left to the rules. On the way it
is learned how long each clerk let a caller wait who could have been called.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush

from queueserver.domain import events
from queueserver.domain.assignment import calls_by_itself, next_chance
from queueserver.domain.errors import DomainError
from queueserver.domain.hall import Assignment
from queueserver.domain.ticket import Place, State
from queueserver.handlers import commands
from queueserver.simulation.daychanges import OF_THE_DAY, DayChanges
from queueserver.simulation.deeds import cancelling
from queueserver.simulation.factcommands import COMMANDS, NOTHING_TO_DO
from queueserver.simulation.recording import Fact, Recording
from queueserver.simulation.virtualhall import VirtualHall, milliseconds, moment
from queueserver.simulation.visitors import HALL
from queueserver.store.plans import plan_of


@dataclass(frozen=True, slots=True)
class Difference:
    """A call the rules would have made otherwise, or (empty `instead`) a fact they refuse with `code`."""

    fact: Fact
    instead: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Chance:
    """A window could call: after `delay_ms` it did, or (not `called`) somebody else was quicker or it was over."""

    delay_ms: int
    rank: int
    called: bool


@dataclass(slots=True)
class Retraced:
    """`calls` were recorded, `differences` did not come out; `unknown` counts kinds of facts that cannot be done again.

    `chances` are by window in order. By sequence number: `ahead`, how many stood before a ticket that came back into
    the line, and `replanned`, whether stops were added (else dropped) and which.
    """

    calls: int = 0
    differences: list[Difference] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)
    chances: dict[str, list[Chance]] = field(default_factory=dict)
    ahead: dict[int, int] = field(default_factory=dict)
    replanned: dict[int, tuple[bool, tuple[str, ...]]] = field(default_factory=dict)


def retrace(recording: Recording) -> Retraced:
    """Do the whole day again."""
    tracer = _Tracer(recording)
    for fact in recording.facts:
        tracer.follow(fact)
    return tracer.found


class _Tracer:
    def __init__(self, recording: Recording) -> None:
        self.found = Retraced()
        self._recording = recording
        self._hall = VirtualHall(plan_of(recording.config, recording.version), recording.day)
        self._hall.live.windows.update(recording.windows)
        self._ids: dict[str, str] = {}
        self._came_of_it: deque[events.Event] = deque()
        self._since: dict[str, int] = {}
        self._due: list[int] = []
        self._changes = DayChanges()
        for fact in recording.calendar:
            self._changed(fact, recording.facts[0].at_ms)

    def follow(self, fact: Fact) -> None:
        """Do what the fact says was done, unless it already came of what was done before."""
        while self._due and self._due[0] <= fact.at_ms:
            self._notice(heappop(self._due), 0)
        if fact.type == "ticket.called":
            self.found.calls += 1
        if not self._already(fact):
            self._hall.live.seq = fact.seq - 1
            self._do(fact)
        self._notice(fact.at_ms, fact.rank + 1)

    def _already(self, fact: Fact) -> bool:
        if not self._came_of_it:
            return False
        event = self._came_of_it[0]
        if not _is(event, fact):
            return False
        self._came_of_it.popleft()
        self._link(event, fact)
        return True

    def _do(self, fact: Fact) -> None:
        if fact.type == "config.published":
            version = fact.data["version"]
            self._hall.live.plan = plan_of(self._recording.configs[version], version)
            self._hall.live.renew_plan()
        elif fact.type in OF_THE_DAY:
            self._changed(fact)
        elif fact.type in COMMANDS:
            self._came_of_it.clear()
            heard = self._tried(fact, self._command(fact))
            if heard:
                self._link(heard[0], fact)
                self._came_of_it.extend(event for event in heard[1:] if isinstance(event, events.TicketEvent))
        elif not fact.type.startswith(NOTHING_TO_DO):
            self.found.unknown[fact.type] += 1

    def _changed(self, fact: Fact, at_ms: int | None = None) -> None:
        when = fact.at_ms if at_ms is None else at_ms
        with suppress(DomainError):
            self._changes.again(fact, lambda command: self._hall.do(command, when))

    def _tried(self, fact: Fact, command: commands.Command) -> Sequence[events.Event]:
        try:
            return self._hall.do(command, fact.at_ms)
        except DomainError as refusal:
            self.found.differences.append(Difference(fact, code=refusal.code))
            return ()

    def _command(self, fact: Fact) -> commands.Command:
        ticket = self._ids.get(fact.data.get("from_ticket") or fact.ticket, "")
        ours = self._hall.live.tickets.get(ticket)
        booking = self._recording.bookings.get(fact.ticket) if fact.type == "ticket.issued" else None
        if booking is not None:
            holder = self._recording.holders.get(fact.ticket, "")
            self._hall.book(booking, fact.data["service"], holder, fact.data["lang"])
        if fact.type == "ticket.replanned":
            return self._replanned(fact)
        command = COMMANDS[fact.type](fact, ticket, self._recording)
        if isinstance(command, commands.CallNext):
            return self._called(fact, command)
        if isinstance(command, commands.Assign):
            return self._assigned(fact, command)
        mixed = self._hall.live.plan.policy.assignment is Assignment.MIXED
        if mixed and isinstance(command, commands.OpenWindow | commands.ResumeWindow):
            return replace(command, auto=bool(fact.detail.get("auto")))
        if isinstance(command, commands.Cancel) and not command.walkout and ours is not None:
            return cancelling(ours)
        return command

    def _called(self, fact: Fact, command: commands.CallNext) -> commands.Command:
        """The call itself when the rules agree; else it is noted, and the recorded ticket called all the same."""
        self._chance(command.window, fact.at_ms, fact.rank, called=True)
        chosen = self._hall.would_call(command.window, fact.at_ms)
        recorded = self._ids.get(fact.ticket, "")
        if chosen is not None and chosen.id == recorded:
            return command
        self.found.differences.append(Difference(fact, instead=chosen.number if chosen else "nobody"))
        return commands.Pick(command.window, recorded, "as recorded")

    def _assigned(self, fact: Fact, command: commands.Assign) -> commands.Command:
        """The hall's own call, if it would be the same visitor at the same window."""
        self._chance(HALL, fact.at_ms, fact.rank, called=True)
        chosen = self._hall.would_assign(fact.at_ms)
        recorded, window = self._ids.get(fact.ticket, ""), fact.data["window"]
        if chosen is not None and chosen.id == recorded and chosen.window == window:
            return command
        instead = f"{chosen.number} at {chosen.window}" if chosen else "nobody"
        self.found.differences.append(Difference(fact, instead=instead))
        return commands.Pick(window, recorded, "as recorded")

    def _replanned(self, fact: Fact) -> commands.Command:
        """Stops added behind those there were, or else dropped."""
        ticket = self._hall.live.tickets[self._ids[fact.ticket]]
        known, then = ticket.visit.itinerary.stops, fact.data["stops"]
        added = then[max(1, len(known)) :]
        services = added or [
            stop
            for stop, before in zip(then, known, strict=True)
            if stop["state"] == "dropped" and not before.is_settled
        ]
        named = tuple(dict.fromkeys(stop["service"] for stop in services))
        command = commands.AddStops(ticket.id, named) if added else commands.DropStops(ticket.id, named)
        self.found.replanned[fact.seq] = (bool(added), named)
        return command

    def _link(self, event: events.Event, fact: Fact) -> None:
        """Which of our tickets the recorded one is, and its very place."""
        if not isinstance(event, events.TicketEvent):
            return
        ticket = event.ticket
        self._ids[fact.ticket] = ticket.id
        place = fact.detail.get("place")
        if ticket.state is State.WAITING and place and fact.type != "ticket.printed":
            ticket = replace(ticket, place=Place(*place))
            self._hall.live.keep(ticket)
        if ticket.state is State.WAITING:
            self.found.ahead[fact.seq] = self._hall.live.line.index(ticket)
        if ticket.not_before is not None:
            heappush(self._due, milliseconds(ticket.not_before))

    def _notice(self, at_ms: int, rank: int) -> None:
        """Which windows can call now that could not, or no longer can."""
        live, hall = self._hall.live, self._hall
        able = {window: self._clerk_can_call(window, at_ms) for window in live.plan.windows}
        if live.plan.policy.assignment is not Assignment.MANUAL:
            able[HALL] = hall.would_assign(at_ms) is not None
            chance = next_chance(live.plan.policy, live.windows.values(), live.line, moment(at_ms))
            if chance is not None:
                heappush(self._due, milliseconds(chance))
        for window, can in able.items():
            if can:
                self._since.setdefault(window, at_ms)
            elif window in self._since:
                self._chance(window, at_ms, rank, called=False)

    def _clerk_can_call(self, window: str, at_ms: int) -> bool:
        live, hall = self._hall.live, self._hall
        if not hall.is_free(window) or calls_by_itself(live.plan.policy, live.windows[window]):
            return False
        return hall.would_call(window, at_ms) is not None

    def _chance(self, window: str, at_ms: int, rank: int, *, called: bool) -> None:
        since = self._since.pop(window, at_ms)
        self.found.chances.setdefault(window, []).append(Chance(at_ms - since, rank, called))


def _is(event: events.Event, fact: Fact) -> bool:
    """Whether what the rules did by themselves is what was recorded next."""
    if not isinstance(event, events.TicketEvent) or not fact.ticket:
        return False
    name = type(event).__name__.removeprefix("Ticket").lower()
    return name == fact.type.removeprefix("ticket.").replace("_", "") and event.ticket.number == fact.data["number"]
