"""One ticket, one state, one transition table: every act on a ticket returns the new ticket and the fact of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from queueserver.domain import events
from queueserver.domain.errors import DomainError
from queueserver.domain.promise import Promise
from queueserver.domain.reason import Reason
from queueserver.domain.stops import NOTHING_MORE, Itinerary, Stop, StopState


class Origin(StrEnum):
    """How a leg came about."""

    ISSUED = "issued"
    TRANSFERRED = "transferred"
    NEXT_STOP = "next_stop"
    CAME_BACK = "came_back"


class State(StrEnum):
    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    FINISHED = "finished"
    NO_SHOW = "no_show"
    HELD = "held"
    TRANSFERRED = "transferred"
    CANCELLED = "cancelled"
    WALKOUT = "walkout"
    EXPIRED = "expired"


OPEN_STATES: Final = frozenset({State.WAITING, State.CALLED, State.SERVING, State.HELD, State.NO_SHOW})
AT_WINDOW: Final = frozenset({State.CALLED, State.SERVING})

TRANSITIONS: Final[dict[str, frozenset[State]]] = {
    "print": OPEN_STATES,
    "call": frozenset({State.WAITING}),
    "call_back": frozenset({State.HELD, State.NO_SHOW}),
    "recall": frozenset({State.CALLED}),
    "start": frozenset({State.CALLED}),
    "finish": frozenset({State.SERVING}),
    "miss": frozenset({State.CALLED}),
    "hold": AT_WINDOW,
    "transfer": AT_WINDOW,
    "requeue": frozenset({State.WAITING, State.CALLED, State.NO_SHOW, State.HELD}),
    "postpone": frozenset({State.WAITING, State.CALLED}),
    "reinstate": frozenset({State.NO_SHOW, State.HELD}),
    "cancel": frozenset({State.WAITING}),
    "walk_out": frozenset({State.WAITING}),
    "void": frozenset({State.WAITING, State.HELD, State.NO_SHOW}),
    "expire": frozenset({State.WAITING, State.HELD, State.NO_SHOW, State.CALLED}),
    "restore": frozenset({State.EXPIRED}),
    "plan": OPEN_STATES,
    "release": frozenset({State.WAITING}),
}
"""The states in which each act is legal; everything else is refused."""


_GAP: Final = 1 << 30
"""Room between two orders of arrival, for places given in between; leaves 2**33 sequence numbers in 63 bits."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place among those of one queue: the effective time in ms since 1970, then the order of arrival there."""

    at_ms: int
    order: int

    @classmethod
    def arriving(cls, at: datetime, sequence: int) -> Place:
        """At the end of those that came before `at`; `sequence` is the hall's next sequence number."""
        return cls(round(at.timestamp() * 1000), sequence * _GAP)

    @classmethod
    def between(cls, before: Place | None, after: Place | None, otherwise: Place) -> Place:
        """Directly behind `before` and ahead of `after`; either may be missing, `otherwise` serves when both are."""
        if before is None:
            return otherwise if after is None else cls(after.at_ms, after.order - _GAP // 2)
        if after is None or after.at_ms > before.at_ms:
            return cls(before.at_ms, before.order + _GAP // 2)
        return cls(before.at_ms, (before.order + after.order) // 2)

    def room_before(self, after: Place) -> bool:
        """Whether a place fits between this one and `after`; each use of the same spot halves the room there."""
        return after.at_ms > self.at_ms or after.order - self.order > 1


@dataclass(frozen=True, slots=True)
class Visit:
    """One stay, of one person or of `party` people together.

    `holder` is a keyed hash of the document, `document` and `person` are masked, or empty. `itinerary` is what there is
    to do beyond one leg.
    """

    id: str
    number: str
    business_day: date
    token: str
    arrived_at: datetime
    lang: str
    channel: str
    holder: str = ""
    document: str = ""
    person: str = ""
    phone: str = ""
    party: int = 1
    itinerary: Itinerary = NOTHING_MORE
    appointment: str = ""
    """The id of the appointment this visit was booked with."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """One leg of a visit, in one queue. `window` is where it is or last was; `sent_to` the only one to call it.

    `booked_for` is an appointment's claim to be called then; nobody may call the ticket earlier than `not_before`.
    `promise` is the range of minutes it was given at issue; a ticket put back before its first call has none any more.
    """

    id: str
    visit: Visit
    leg: int
    queue: str
    service: str
    state: State
    priority_class: str
    place: Place
    issued_at: datetime
    called_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    window: str | None = None
    sent_to: str | None = None
    staff: str | None = None
    calls: int = 0
    misses: int = 0
    printed: bool = False
    note: str = ""
    booked_for: datetime | None = None
    not_before: datetime | None = None
    origin: Origin = Origin.ISSUED
    promise: Promise | None = None

    @property
    def number(self) -> str:
        return self.visit.number

    def is_due(self, now: datetime) -> bool:
        """Whether its time to be called has come."""
        return self.not_before is None or self.not_before <= now

    def print(self) -> tuple[Ticket, events.TicketPrinted]:
        ticket = self._to("print", self.state, printed=True)
        return ticket, events.TicketPrinted(ticket)

    def call(
        self, window: str, staff: str | None, now: datetime, how: str, reason: Reason
    ) -> tuple[Ticket, events.TicketCalled]:
        """To `window`; `how` is next, auto, pick or call_back; a held ticket whose time has come may be next too."""
        came_due = self.state is State.HELD and self.not_before is not None and self.is_due(now)
        act = "call_back" if how == "call_back" or (how in ("next", "auto") and came_due) else "call"
        ticket = self._to(
            act,
            State.CALLED,
            window=window,
            staff=staff,
            called_at=now,
            calls=1,
            started_at=None,
            not_before=None,
            promise=self._promise_met(now, called=True),
        )
        return ticket, events.TicketCalled(ticket, how, reason)

    def recall(self, limit: int) -> tuple[Ticket, events.TicketRecalled]:
        """Say it once more, at most `limit` times after the first call."""
        if self.state is State.CALLED and self.calls > limit:
            raise DomainError("recall_limit", number=self.number, calls=self.calls)
        ticket = self._to("recall", State.CALLED, calls=self.calls + 1)
        return ticket, events.TicketRecalled(ticket)

    def start(self, now: datetime) -> tuple[Ticket, events.TicketStarted]:
        ticket = self._to("start", State.SERVING, started_at=now)
        return ticket, events.TicketStarted(ticket)

    def finish(
        self, now: datetime, outcome: str, items: tuple[str, ...], itinerary: Itinerary | None = None
    ) -> tuple[Ticket, events.TicketFinished]:
        """`itinerary` is what then is left to do; without it the visit is over."""
        ticket, settled = self._to("finish", State.FINISHED, ended_at=now)._leaving(itinerary, "left", StopState.DONE)
        return ticket, events.TicketFinished(ticket, outcome, items, settled=settled)

    def miss(self, back_to: Place | None, *, over: bool, now: datetime) -> tuple[Ticket, events.TicketMissed]:
        """Called and not come: waits again at `back_to`, or is over, or stays missed until a clerk acts."""
        ticket = self._to("miss", State.NO_SHOW, misses=self.misses + 1)
        settled: tuple[Stop, ...] = ()
        if over:
            ticket, settled = replace(ticket, state=State.EXPIRED, ended_at=now)._leaving(None, "missed")
        elif back_to is not None:
            ticket = replace(
                ticket, state=State.WAITING, place=back_to, window=None, staff=None, called_at=None, booked_for=None
            )
        return ticket, events.TicketMissed(ticket, self.window, settled=settled)

    def hold(self, reason: str, until: datetime | None = None) -> tuple[Ticket, events.TicketHeld]:
        """Set aside; from `until` on it is called again by itself, without it only by a clerk."""
        ticket = self._to("hold", State.HELD, note=reason, not_before=until)
        return ticket, events.TicketHeld(ticket, reason)

    def back_in_line(self, act: str, place: Place) -> tuple[Ticket, events.TicketReturned]:
        """`act` is requeue, postpone or reinstate; the window it was at and the appointment's claim are forgotten.

        A requeued ticket may be called by any window of its queue, also if it had been sent to one.
        """
        ticket = self._to(
            act,
            State.WAITING,
            place=place,
            window=None,
            staff=None,
            called_at=None,
            started_at=None,
            booked_for=None,
            not_before=None,
            promise=self.promise if self.promise and self.promise.waited is not None else None,
        )
        if act == "requeue":
            ticket = replace(ticket, sent_to=None)
        return ticket, events.TicketReturned(ticket, act, self.window if self.state in AT_WINDOW else None)

    def release(self) -> tuple[Ticket, events.TicketReturned]:
        """The window it was sent to has closed: any window of its queue may call it, at the same place."""
        ticket = self._to("release", State.WAITING, sent_to=None)
        return ticket, events.TicketReturned(ticket, "window_closed", self.sent_to)

    def transfer(
        self,
        leg_id: str,
        queue: str,
        sent_to: str | None,
        place: Place,
        note: str,
        now: datetime,
        *,
        itinerary: Itinerary | None = None,
    ) -> tuple[Ticket, Ticket]:
        """This leg ends; a new one of the same visit waits in `queue`, for `sent_to` alone if it is given.

        The fact of it is told with the new leg as it then stands in the line.
        """
        ended = self._to("transfer", State.TRANSFERRED, ended_at=now)._planning(itinerary or self.visit.itinerary)
        leg = ended._next_leg(leg_id, queue, self.service, place, now, Origin.TRANSFERRED)
        return ended, replace(leg, sent_to=sent_to, note=note)

    def go_on(
        self, leg_id: str, queue: str, service: str, place: Place, now: datetime, why: str
    ) -> tuple[Ticket, events.TicketContinued]:
        """After this leg's end: the next one of the same visit waits in `queue`; `why` that stop comes next."""
        leg = self._next_leg(leg_id, queue, service, place, now, Origin.NEXT_STOP)
        return leg, events.TicketContinued(leg, self.id, self.queue, self.window, "in_line", why)

    def go_on_here(
        self, leg_id: str, queue: str, service: str, place: Place, now: datetime
    ) -> tuple[Ticket, events.TicketContinued]:
        """After this leg's end: the visitor stays at the window and is served on, without a call."""
        leg = self._next_leg(leg_id, queue, service, place, now, Origin.NEXT_STOP)
        leg = replace(leg, state=State.SERVING, window=self.window, staff=self.staff, started_at=now)
        return leg, events.TicketContinued(leg, self.id, self.queue, self.window, "here", "served_here")

    def come_back(
        self, leg_id: str, queue: str, sent_to: str | None, place: Place, now: datetime
    ) -> tuple[Ticket, events.TicketContinued]:
        """After this leg's end: back to the window that wanted the visitor back, or to its queue when it has closed."""
        leg = replace(
            self._next_leg(leg_id, queue, self.service, place, now, Origin.CAME_BACK), sent_to=sent_to, note=self.note
        )
        return leg, events.TicketContinued(leg, self.id, self.queue, self.window, "came_back", "came_back")

    def plan(self, itinerary: Itinerary) -> tuple[Ticket, events.TicketReplanned]:
        """More or less to do; the leg itself is as it was."""
        ticket = self._to("plan", self.state)._planning(itinerary)
        return ticket, events.TicketReplanned(ticket, settled=itinerary.settled_since(self.visit.itinerary))

    def cancel(
        self, now: datetime, reason: str, itinerary: Itinerary | None = None
    ) -> tuple[Ticket, events.TicketCancelled]:
        """`itinerary` is what then is left to do; without it the whole visit is cancelled."""
        ended = self._to("cancel", State.CANCELLED, ended_at=now, promise=self._promise_met(now, called=False))
        ticket, settled = ended._leaving(itinerary, "cancelled")
        return ticket, events.TicketCancelled(ticket, reason, settled=settled)

    def void(self, now: datetime, reason: str) -> tuple[Ticket, events.TicketCancelled]:
        """By the hall, for all that wait or are set aside; who is at a window is served."""
        promise = self._promise_met(now, called=False)
        ticket = self._to("void", State.CANCELLED, ended_at=now, promise=promise)
        ticket, settled = ticket._leaving(None, "cancelled")
        return ticket, events.TicketCancelled(ticket, reason, settled=settled)

    def walk_out(self, now: datetime) -> tuple[Ticket, events.TicketWalkedOut]:
        ended = self._to("walk_out", State.WALKOUT, ended_at=now, promise=self._promise_met(now, called=False))
        ticket, settled = ended._leaving(None, "walkout")
        return ticket, events.TicketWalkedOut(ticket, settled=settled)

    def expire(self, now: datetime) -> Ticket:
        """At day close. Being served then is finished instead: somebody did the work."""
        if self.state is State.SERVING:
            return self._to("finish", State.FINISHED, ended_at=now)._leaving(None, "day_closed", StopState.DONE)[0]
        return self._to("expire", State.EXPIRED, ended_at=now)._leaving(None, "day_closed")[0]

    def _next_leg(self, leg_id: str, queue: str, service: str, place: Place, now: datetime, origin: Origin) -> Ticket:
        return Ticket(
            id=leg_id,
            visit=self.visit,
            leg=self.leg + 1,
            queue=queue,
            service=service,
            state=State.WAITING,
            priority_class=self.priority_class,
            place=place,
            issued_at=now,
            printed=self.printed,
            origin=origin,
        )

    def _leaving(
        self, itinerary: Itinerary | None, reason: str, this_stop: StopState = StopState.UNDONE
    ) -> tuple[Ticket, tuple[Stop, ...]]:
        """With what is left to do, and the stops settled by that; None = nothing, for `reason`."""
        before = self.visit.itinerary
        if itinerary is None:
            itinerary = before.end(this_stop, StopState.UNDONE, reason)
        return self._planning(itinerary), itinerary.settled_since(before)

    def _planning(self, itinerary: Itinerary) -> Ticket:
        same = itinerary == self.visit.itinerary
        return self if same else replace(self, visit=replace(self.visit, itinerary=itinerary))

    def restore(self, was: State, itinerary: Itinerary) -> Ticket:
        """Open again, where and as it was before the day's end, with as much to do; the day was reopened."""
        return self._to("restore", was, ended_at=None)._planning(itinerary)

    def _promise_met(self, now: datetime, *, called: bool) -> Promise | None:
        return self.promise.met(self.issued_at, now, called=called) if self.promise else None

    def _to(self, act: str, state: State, **changes: object) -> Ticket:
        if self.state not in TRANSITIONS[act]:
            raise DomainError("illegal_transition", number=self.number, state=self.state.value)
        return replace(self, state=state, **changes)  # type: ignore[arg-type] # named fields of this class
