"""Does a recorded day again, fact by fact, through today's rules: would the hall have called the same people?

Every recorded command is given at its recorded time; only whom a window calls next is left to the rules. On the way it
is learned how long each clerk let a caller wait who could have been called.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from typing import Final

from queueserver.domain import events
from queueserver.domain.errors import DomainError
from queueserver.domain.ticket import Place, State
from queueserver.handlers import bookings, commands
from queueserver.ports import Actor
from queueserver.simulation.recording import Fact, Recording, dropped
from queueserver.simulation.virtualhall import VirtualHall, milliseconds
from queueserver.store.plans import plan_of

_CLERK: Final = frozenset({"clerk"})


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
            return
        make = _COMMANDS.get(fact.type)
        if make is None:
            if not fact.type.startswith(_NOTHING_TO_DO):
                self.found.unknown[fact.type] += 1
            return
        self._came_of_it.clear()
        booking = self._recording.bookings.get(fact.ticket) if fact.type == "ticket.issued" else None
        if booking is not None:
            holder = self._recording.holders.get(fact.ticket, "")
            self._hall.book(booking, fact.data["service"], holder, fact.data["lang"])
        command = make(fact, self._ids.get(fact.data.get("from_ticket") or fact.ticket, ""), self._recording)
        if fact.type == "ticket.replanned":
            command = self._replanned(fact)
        if isinstance(command, commands.CallNext):
            command = self._called(fact, command)
        try:
            heard = self._hall.do(command, fact.at_ms)
        except DomainError as refusal:
            self.found.differences.append(Difference(fact, code=refusal.code))
            return
        if heard:
            self._link(heard[0], fact)
            self._came_of_it.extend(event for event in heard[1:] if isinstance(event, events.TicketEvent))

    def _called(self, fact: Fact, command: commands.CallNext) -> commands.Command:
        """The call itself when the rules agree; else it is noted, and the recorded ticket called all the same."""
        self._chance(command.window, fact.at_ms, fact.rank, called=True)
        chosen = self._hall.would_call(command.window, fact.at_ms)
        recorded = self._ids.get(fact.ticket, "")
        if chosen is not None and chosen.id == recorded:
            return command
        self.found.differences.append(Difference(fact, instead=chosen.number if chosen else "nobody"))
        return commands.Pick(command.window, recorded, "as recorded")

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
        for window in self._hall.live.plan.windows:
            able = self._hall.is_free(window) and self._hall.would_call(window, at_ms) is not None
            if able:
                self._since.setdefault(window, at_ms)
            elif window in self._since:
                self._chance(window, at_ms, rank, called=False)

    def _chance(self, window: str, at_ms: int, rank: int, *, called: bool) -> None:
        since = self._since.pop(window, at_ms)
        self.found.chances.setdefault(window, []).append(Chance(at_ms - since, rank, called))


def _is(event: events.Event, fact: Fact) -> bool:
    """Whether what the rules did by themselves is what was recorded next."""
    if not isinstance(event, events.TicketEvent) or not fact.ticket:
        return False
    name = type(event).__name__.removeprefix("Ticket").lower()
    return name == fact.type.removeprefix("ticket.").replace("_", "") and event.ticket.number == fact.data["number"]


_Make = Callable[[Fact, str, Recording], commands.Command]
"""From a fact and our id of its ticket to the command that made it."""


def _issue(fact: Fact, _: str, recording: Recording) -> commands.Command:
    holder = commands.Holder(hash=recording.holders.get(fact.ticket, ""))
    data, booking = fact.data, recording.bookings.get(fact.ticket)
    lang = data["lang"]
    if booking is not None:
        return bookings.CheckIn(fact.detail["channel"], booking.id, lang=lang, priority_class=data["priority_class"])
    first, *further = fact.detail.get("services") or [data["service"]]
    return commands.TakeTicket(
        first,
        fact.detail["channel"],
        lang,
        data["priority_class"],
        holder,
        services=tuple(further),
        party=data.get("party", 1),
    )


def _finish(fact: Fact, _: str, recording: Recording) -> commands.Command:
    leaves = fact.ticket not in recording.continued
    return commands.Finish(fact.data["window"], fact.data["outcome"], tuple(fact.detail["items"]), leaves=leaves)


def _cancel(fact: Fact, ticket: str, recording: Recording) -> commands.Command:
    """A visit that goes on all the same had the service dropped it was waiting for."""
    if fact.ticket in recording.continued:
        return commands.DropStops(ticket, dropped(fact))
    return commands.Cancel(ticket, walkout=False, reason="")


def _call(fact: Fact, ticket: str, _: Recording) -> commands.Command:
    window = fact.data["window"]
    if fact.data["how"] == "next":
        return commands.CallNext(window)
    return commands.CallBack(window, ticket) if fact.data["how"] == "call_back" else commands.Pick(window, ticket, "-")


def _return(fact: Fact, ticket: str, _: Recording) -> commands.Command:
    how = fact.data["how"]
    if how == "requeue":
        return commands.Requeue(ticket)
    return commands.Postpone(ticket, 1) if how == "postpone" else commands.Reinstate(ticket, 0)


def _transfer(fact: Fact, _: str, __: Recording) -> commands.Command:
    sent_to = fact.detail.get("sent_to")
    to_queue, window = None if sent_to else fact.data["queue"], fact.data["from_window"]
    return commands.Transfer(window, to_queue, sent_to, "", come_back=window in fact.detail.get("returns", ()))


def _open(fact: Fact, _: str, __: Recording) -> commands.Command:
    staff = fact.detail.get("staff") or f"staff-{fact.data['window']}"
    return commands.OpenWindow(fact.data["window"], Actor(staff, staff, _CLERK))


_COMMANDS: Final[Mapping[str, _Make]] = {
    "ticket.issued": _issue,
    "ticket.printed": lambda fact, ticket, _: commands.MarkPrinted(ticket),
    "ticket.called": _call,
    "ticket.recalled": lambda fact, _, __: commands.Recall(fact.data["window"]),
    "ticket.started": lambda fact, _, __: commands.Start(fact.data["window"]),
    "ticket.finished": _finish,
    "ticket.missed": lambda fact, _, __: commands.NoShow(fact.data["from_window"]),
    "ticket.held": lambda fact, _, __: commands.Hold(fact.data["window"], ""),
    "ticket.returned": _return,
    "ticket.transferred": _transfer,
    "ticket.cancelled": _cancel,
    "ticket.replanned": lambda fact, ticket, _: commands.AddStops(ticket, ()),
    "ticket.walked_out": lambda fact, ticket, _: commands.Cancel(ticket, walkout=True, reason=""),
    "window.opened": _open,
    "window.paused": lambda fact, _, __: commands.PauseWindow(fact.data["window"], fact.data["reason"]),
    "window.resumed": lambda fact, _, __: commands.ResumeWindow(fact.data["window"]),
    "window.closed": lambda fact, _, __: commands.CloseWindow(fact.data["window"]),
}
_NOTHING_TO_DO: Final = ("announcement.", "appointment.", "day.closed")
"""Beginnings of kinds that change nothing about who is called: a check-in is seen in the ticket it issues."""
