"""The other book: the same statistics from the stored facts alone, written apart from `statistics` to check it.

It knows no ticket and no command, only the lines of the event feed: type, time, data, and the detail that stays in the
house. Where both books agree on a day, neither a forgotten fact nor a wrong sum is hidden in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from queueserver.domain.bins import NO_BIN, bin_of
from queueserver.domain.statistics import Cell, Tally


@dataclass(frozen=True, slots=True)
class StoredFact:
    """One line of the feed; `at_ms` milliseconds since 1970, `data` and `detail` as they were stored."""

    seq: int
    kind: str
    at_ms: int
    ticket: str | None
    data: Mapping[str, Any]
    detail: Mapping[str, Any]


@dataclass(slots=True)
class _Leg:
    """What the facts so far say of one ticket."""

    number: str
    queue: str
    service: str
    priority_class: str
    arrived: int
    booked: int | None = None
    promised: tuple[int, int] | None = None
    state: str = "waiting"
    called_before: bool = False
    called_at: int = 0
    started_at: int = 0
    window: str = ""
    staff: str = ""

    @property
    def waits_from(self) -> int:
        return self.arrived if self.booked is None or self.booked < self.arrived else self.booked

    def away(self) -> None:
        """Back in the line: at no window, and neither its booked time nor what it was promised counts any more."""
        self.window = self.staff = ""
        self.booked = self.promised = None


@dataclass(slots=True)
class _Seat:
    """What the facts so far say of one window; `since` and `quiet_since` None: not known, or nobody waits for it.

    `moved` is when the last ticket came or went, or the window changed.
    """

    state: str = "closed"
    staff: str = ""
    since: int | None = None
    quiet_since: int | None = None
    idle: int = 0
    moved: int = 0
    ticket: str = ""


@dataclass(slots=True)
class Recount:
    """take() the facts of one business day in order; then everything here is as the facts alone say.

    `uncounted` facts were stored by a version that did not yet record what statistics need; `strange` says what cannot
    be true.
    """

    cells: dict[Cell, Tally] = field(default_factory=dict)
    numbers: list[str] = field(default_factory=list)
    uncounted: int = 0
    strange: list[str] = field(default_factory=list)
    _legs: dict[str, _Leg] = field(default_factory=dict)
    _seats: dict[str, _Seat] = field(default_factory=dict)
    _where: dict[str, str] = field(default_factory=dict)
    _hour: int | None = None

    @property
    def states(self) -> dict[str, str]:
        """Each ticket's state after the last fact."""
        return {ticket: leg.state for ticket, leg in self._legs.items()}

    def take(self, fact: StoredFact) -> None:
        """Enter one fact; those about no ticket, window or appointment change nothing here."""
        if fact.kind == "day.closed":
            self._tell_hour(fact)
            self._close(fact)
        elif fact.kind == "day.reopened":
            self._tell_hour(fact)
            self._reopen(fact)
        elif fact.kind.startswith("ticket."):
            self._tell_hour(fact)
            self._about_ticket(fact)
            for ticket in (fact.data.get("from_ticket"), fact.ticket):
                self._seated(ticket or "", fact.at_ms)
        elif fact.kind.startswith("window."):
            self._about_window(fact)
        elif fact.kind in _BOOKINGS:
            self._tell_hour(fact)
            if self._hour is not None:
                data = fact.data
                self._add(Cell(_BOOKINGS[fact.kind], NO_BIN, self._hour, data["queue"], data["service"], "", "", ""), 0)

    def _tell_hour(self, fact: StoredFact) -> None:
        hour = fact.detail.get("hour")
        self._hour = hour if isinstance(hour, int) else None
        self.uncounted += self._hour is None

    # -- windows

    def _seated(self, ticket: str, at_ms: int) -> None:
        """Whether the ticket is at another window than before, or at none."""
        leg, was = self._legs.get(ticket), self._where.get(ticket, "")
        now = leg.window if leg is not None and leg.state in ("called", "serving") else ""
        if now == was:
            return
        if (left := self._seats.get(was)) is not None and left.ticket == ticket:
            left.ticket, left.moved = "", at_ms
            left.quiet_since = at_ms
        if (seat := self._seats.get(now)) is not None:
            if seat.state == "open" and not seat.ticket and seat.quiet_since is not None:
                seat.idle += max(0, at_ms - seat.quiet_since)
            seat.ticket, seat.moved = ticket, at_ms
        self._where[ticket] = now

    def _about_window(self, fact: StoredFact) -> None:
        """A stretch of being open or paused ends, another begins."""
        seat, hour = self._seats.setdefault(fact.data["window"], _Seat()), fact.detail.get("hour")
        if fact.data["state"] == seat.state:
            return
        if seat.since is not None and isinstance(hour, int):
            self._stretch(seat, fact, hour)
        if not seat.ticket:
            seat.quiet_since = seat.moved = fact.at_ms
        seat.state, seat.staff = fact.data["state"], fact.detail.get("staff") or ""
        seat.since, seat.idle = (fact.at_ms if isinstance(hour, int) else None), 0

    def _stretch(self, seat: _Seat, fact: StoredFact, hour: int) -> None:
        left = fact.data.get("how") == "day_over"
        lasted = max(0, (seat.moved if left else fact.at_ms) - (seat.since or 0))

        def enter(measure: str, ms: int) -> None:
            self._add(Cell(measure, NO_BIN, hour, "", "", "", fact.data["window"], seat.staff), ms)

        if seat.state == "open":
            enter("window_open", lasted)
            quiet = not seat.ticket and not left and seat.quiet_since is not None
            enter("window_idle", seat.idle + (max(0, fact.at_ms - (seat.quiet_since or 0)) if quiet else 0))
        elif seat.state == "paused":
            enter("window_paused", lasted)
        if left:
            enter("window_left_open", 0)

    def _about_ticket(self, fact: StoredFact) -> None:
        if fact.kind in _BEGINNINGS:
            _BEGINNINGS[fact.kind](self, fact)
            return
        leg = self._legs.get(fact.ticket or "")
        if leg is None:
            self.strange.append(f"fact {fact.seq} ({fact.kind}) is about a ticket that no fact of the day began")
        elif fact.kind in _ACTS:
            _ACTS[fact.kind](self, leg, fact)
            if leg.state != fact.data["state"]:
                self.strange.append(f"fact {fact.seq} ({fact.kind}) says {fact.data['state']}, not {leg.state}")

    # -- entering

    def _count(self, measure: str, leg: _Leg) -> None:
        self._enter(measure, leg, NO_BIN, 0)

    def _measure(self, measure: str, leg: _Leg, since: int, until: int) -> None:
        ms = until - since if until > since else 0
        self._enter(measure, leg, bin_of(ms), ms)

    def _enter(self, measure: str, leg: _Leg, into: int, ms: int, n: int = 1) -> None:
        if self._hour is None:
            return
        cell = Cell(measure, into, self._hour, leg.queue, leg.service, leg.priority_class, leg.window, leg.staff)
        self._add(cell, ms, n)

    def _add(self, cell: Cell, ms: int, n: int = 1) -> None:
        before, total = self.cells.get(cell, (0, 0))
        self.cells[cell] = Tally(before + n, total + ms)

    def _grade(self, leg: _Leg, fact: StoredFact, *, called: bool) -> None:
        """The promised minutes beside what came: whoever leaves uncalled tells only that he waited too long."""
        if leg.promised is None:
            return
        (low, high), waited = leg.promised, max(0, fact.at_ms - leg.arrived)
        width = 60_000 * (high - low)
        if waited > 60_000 * high:
            self._enter("promise_later", leg, NO_BIN, width)
        elif called:
            self._enter("promise_kept" if waited >= 60_000 * low else "promise_earlier", leg, NO_BIN, width)
        if called:
            self._enter("promise_error", leg, NO_BIN, abs(waited - 30_000 * (low + high)))
        leg.promised = None

    # -- a ticket begins

    def _issued(self, fact: StoredFact) -> None:
        leg = self._begin(fact)
        self.numbers.append(leg.number)
        self._count("arrived", leg)
        if (party := fact.data.get("party", 1)) > 1:
            self._enter("companions", leg, NO_BIN, 0, n=party - 1)

    def _sent_on(self, fact: StoredFact) -> None:
        before = self._legs.get(fact.data["from_ticket"])
        if before is None:
            self.strange.append(f"fact {fact.seq} sends on a ticket that no fact of the day began")
        else:
            self._count("transferred", before)
            self._end_of_part(before, fact)
            before.state = "transferred"
        self._count("joined", self._begin(fact))

    def _continued(self, fact: StoredFact) -> None:
        """The next stop of a visit: in the line of its queue, or at the window where the visitor already sits."""
        leg = self._begin(fact)
        leg.state = fact.data["state"]
        if leg.state == "serving":
            leg.started_at, leg.window, leg.staff = fact.at_ms, fact.data["window"], fact.detail["staff"] or ""
        self._count("joined", leg)

    def _begin(self, fact: StoredFact) -> _Leg:
        data, ticket = fact.data, fact.ticket or ""
        if ticket in self._legs:
            self.strange.append(f"fact {fact.seq} begins ticket {data['number']} a second time")
        leg = _Leg(data["number"], data["queue"], data["service"], data["priority_class"], fact.at_ms)
        leg.booked = fact.detail.get("booked_for")
        if (promised := fact.detail.get("promised")) is not None:
            leg.promised = promised[0], promised[1]
        self._legs[ticket] = leg
        return leg

    # -- it is called and served

    def _called(self, leg: _Leg, fact: StoredFact) -> None:
        waited, leg.state, leg.called_at = leg.state == "waiting", "called", fact.at_ms
        leg.window, leg.staff = fact.data["window"], fact.detail["staff"] or ""
        self._count("called", leg)
        if fact.data["how"] == "pick":
            self._count("picked", leg)
        elif fact.data["how"] == "call_back":
            self._count("called_back", leg)
        self._grade(leg, fact, called=True)
        if waited and not leg.called_before:
            self._measure("waiting", leg, leg.waits_from, fact.at_ms)
        leg.called_before = True

    def _recalled(self, leg: _Leg, fact: StoredFact) -> None:
        self._count("recalled", leg)

    def _started(self, leg: _Leg, fact: StoredFact) -> None:
        leg.state, leg.started_at = "serving", fact.at_ms
        self._measure("way", leg, leg.called_at, fact.at_ms)

    def _finished(self, leg: _Leg, fact: StoredFact) -> None:
        leg.state = "finished"
        self._measure("service", leg, leg.started_at, fact.at_ms)

    def _held(self, leg: _Leg, fact: StoredFact) -> None:
        self._count("held", leg)
        self._end_of_part(leg, fact)
        leg.state = "held"

    def _end_of_part(self, leg: _Leg, fact: StoredFact) -> None:
        if leg.state == "serving":
            self._measure("service_part", leg, leg.started_at, fact.at_ms)

    # -- it does not come, goes back, or leaves

    def _missed(self, leg: _Leg, fact: StoredFact) -> None:
        self._count("missed", leg)
        leg.state = fact.data["state"]
        if leg.state == "expired":
            self._count("never_came", leg)
        elif leg.state == "waiting":
            leg.away()

    def _returned(self, leg: _Leg, fact: StoredFact) -> None:
        measure = {"requeue": "requeued", "postpone": "postponed", "reinstate": "reinstated"}.get(fact.data["how"])
        if measure is None:  # the window it was sent to has closed: it waits on at its place, with what it was told
            return
        self._count(measure, leg)
        leg.state = "waiting"
        leg.away()

    def _cancelled(self, leg: _Leg, fact: StoredFact) -> None:
        leg.state = "cancelled"
        self._measure("cancelled", leg, leg.waits_from, fact.at_ms)
        self._grade(leg, fact, called=False)

    def _walked_out(self, leg: _Leg, fact: StoredFact) -> None:
        leg.state = "walkout"
        self._measure("walked_out", leg, leg.waits_from, fact.at_ms)
        self._grade(leg, fact, called=False)

    def _close(self, fact: StoredFact) -> None:
        for ticket, state in fact.detail["ended"]:
            leg = self._legs.get(ticket)
            if leg is None:
                self.strange.append(f"fact {fact.seq} closes a ticket that no fact of the day began")
                continue
            self._count(_LEFT[leg.state], leg)
            leg.state = state

    def _reopen(self, fact: StoredFact) -> None:
        for ticket, state in fact.detail["returned"]:
            leg = self._legs.get(ticket)
            if leg is None or leg.state != "expired":
                self.strange.append(f"fact {fact.seq} brings back ticket {ticket}, which no end of the day had ended")
                continue
            self._count("came_back", leg)
            self._enter(_LEFT[state], leg, NO_BIN, 0, n=-1)
            leg.state = state


_LEFT: Final = {
    "waiting": "left_waiting",
    "called": "left_called",
    "held": "left_held",
    "no_show": "never_came",
    "serving": "cut_off",
}
_BOOKINGS: Final = {
    "appointment.booked": "booked",
    "appointment.confirmed": "booked",
    "appointment.cancelled": "booking_cancelled",
    "appointment.checked_in": "booking_kept",
    "appointment.missed": "booking_missed",
}
_BEGINNINGS: Final[dict[str, Callable[[Recount, StoredFact], None]]] = {
    "ticket.issued": Recount._issued,
    "ticket.transferred": Recount._sent_on,
    "ticket.continued": Recount._continued,
}
_ACTS: Final[dict[str, Callable[[Recount, _Leg, StoredFact], None]]] = {
    "ticket.called": Recount._called,
    "ticket.recalled": Recount._recalled,
    "ticket.started": Recount._started,
    "ticket.finished": Recount._finished,
    "ticket.held": Recount._held,
    "ticket.missed": Recount._missed,
    "ticket.returned": Recount._returned,
    "ticket.cancelled": Recount._cancelled,
    "ticket.walked_out": Recount._walked_out,
}
