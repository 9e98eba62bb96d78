"""One ticket, one state, one transition table: every act on a ticket returns the new ticket and the fact of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from queueserver.domain import events
from queueserver.domain.errors import DomainError
from queueserver.domain.reason import Reason


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
    "expire": frozenset({State.WAITING, State.HELD, State.NO_SHOW, State.CALLED}),
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
    """One person's stay. `holder` is a keyed hash of the document, `document` and `person` are masked, or empty."""

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
    appointment: str = ""
    """The id of the appointment this visit was booked with."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """One leg of a visit, in one queue. `window` is where it is or last was; `sent_to` the only one to call it.

    `booked_for` is an appointment's claim to be called then; nobody may call the ticket earlier than `not_before`.
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
        """To `window`; `how` is next, pick or call_back."""
        act = "call_back" if how == "call_back" else "call"
        ticket = self._to(
            act,
            State.CALLED,
            window=window,
            staff=staff,
            called_at=now,
            calls=1,
            started_at=None,
            not_before=None,
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

    def finish(self, now: datetime, outcome: str, items: tuple[str, ...]) -> tuple[Ticket, events.TicketFinished]:
        ticket = self._to("finish", State.FINISHED, ended_at=now)
        return ticket, events.TicketFinished(ticket, outcome, items)

    def miss(self, back_to: Place | None, *, over: bool, now: datetime) -> tuple[Ticket, events.TicketMissed]:
        """Called and not come: waits again at `back_to`, or is over, or stays missed until a clerk acts."""
        ticket = self._to("miss", State.NO_SHOW, misses=self.misses + 1)
        if over:
            ticket = replace(ticket, state=State.EXPIRED, ended_at=now)
        elif back_to is not None:
            ticket = replace(
                ticket, state=State.WAITING, place=back_to, window=None, staff=None, called_at=None, booked_for=None
            )
        return ticket, events.TicketMissed(ticket, self.window)

    def hold(self, reason: str) -> tuple[Ticket, events.TicketHeld]:
        ticket = self._to("hold", State.HELD, note=reason)
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
        )
        if act == "requeue":
            ticket = replace(ticket, sent_to=None)
        return ticket, events.TicketReturned(ticket, act, self.window if self.state in AT_WINDOW else None)

    def transfer(
        self, leg_id: str, queue: str, sent_to: str | None, place: Place, note: str, now: datetime
    ) -> tuple[Ticket, Ticket, events.TicketTransferred]:
        """This leg ends; a new one of the same visit waits in `queue`, for `sent_to` alone if it is given."""
        ended = self._to("transfer", State.TRANSFERRED, ended_at=now)
        leg = Ticket(
            id=leg_id,
            visit=self.visit,
            leg=self.leg + 1,
            queue=queue,
            service=self.service,
            state=State.WAITING,
            priority_class=self.priority_class,
            place=place,
            issued_at=now,
            sent_to=sent_to,
            printed=self.printed,
            note=note,
        )
        return ended, leg, events.TicketTransferred(leg, ended.id, ended.queue, ended.window)

    def cancel(self, now: datetime, reason: str) -> tuple[Ticket, events.TicketCancelled]:
        ticket = self._to("cancel", State.CANCELLED, ended_at=now)
        return ticket, events.TicketCancelled(ticket, reason)

    def walk_out(self, now: datetime) -> tuple[Ticket, events.TicketWalkedOut]:
        ticket = self._to("walk_out", State.WALKOUT, ended_at=now)
        return ticket, events.TicketWalkedOut(ticket)

    def expire(self, now: datetime) -> Ticket:
        """At day close. Being served then is finished instead: somebody did the work."""
        if self.state is State.SERVING:
            return self._to("finish", State.FINISHED, ended_at=now)
        return self._to("expire", State.EXPIRED, ended_at=now)

    def _to(self, act: str, state: State, **changes: object) -> Ticket:
        if self.state not in TRANSITIONS[act]:
            raise DomainError("illegal_transition", number=self.number, state=self.state.value)
        return replace(self, state=state, **changes)  # type: ignore[arg-type] # named fields of this class
