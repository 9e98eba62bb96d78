"""One appointment, one state, one transition table: as a ticket is, but before its holder has come."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from queueserver.domain import events
from queueserver.domain.errors import DomainError
from queueserver.domain.slots import Slot


class AppointmentState(StrEnum):
    DRAFT = "draft"
    BOOKED = "booked"
    CHECKED_IN = "checked_in"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    EXPIRED = "expired"


A = AppointmentState

OPEN: Final = frozenset({A.DRAFT, A.BOOKED})
APPOINTMENT_TRANSITIONS: Final[dict[str, frozenset[AppointmentState]]] = {
    "confirm": frozenset({A.DRAFT}),
    "move": OPEN,
    "cancel": OPEN,
    "check_in": frozenset({A.BOOKED}),
    "miss": frozenset({A.BOOKED}),
    "lapse": frozenset({A.DRAFT}),
}
"""The states in which each act is legal; everything else is refused."""

ALPHABET: Final = "234679ACDEFHJKMNPQRTUWX"
"""Signs that are not taken for one another when read, typed or said; 23, a prime, so that the check sign works."""
_DRAWN: Final = 6
_PLACES: Final = _DRAWN + 1


@dataclass(frozen=True, slots=True)
class LeftPlace:
    """The place an appointment was moved away from: offered again from `until` on."""

    slot: str
    start: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Appointment:
    """A place in a slot and whose it is. `holder` is a keyed hash, `document`, `person` and `phone` are masked.

    `slot` is the template's id. A draft holds its place until `held_until`, a cancelled one keeps it from others until
    `free_at`. `source` and `reference` name a booking made elsewhere. `ticket` and `number` are those of the check-in.
    """

    id: str
    code: str
    service: str
    queue: str
    slot: str
    start: datetime
    end: datetime
    channel: str
    state: AppointmentState
    lang: str
    made_at: datetime
    holder: str = ""
    document: str = ""
    person: str = ""
    phone: str = ""
    source: str = ""
    reference: str = ""
    held_until: datetime | None = None
    free_at: datetime | None = None
    left: LeftPlace | None = None
    ticket: str = ""
    number: str = ""
    over_quota: bool = False

    def holds(self, slot: str, start: datetime, now: datetime) -> bool:
        """Whether a place of that slot is taken because of this appointment."""
        if self.left is not None and (self.left.slot, self.left.start) == (slot, start) and now < self.left.until:
            return True
        if (self.slot, self.start) != (slot, start):
            return False
        match self.state:
            case A.DRAFT:
                return self.held_until is None or now < self.held_until
            case A.CANCELLED:
                return self.free_at is not None and now < self.free_at
            case A.EXPIRED:
                return False
            case _:
                return True

    def lapsed(self, now: datetime) -> bool:
        """A draft nobody confirmed in time."""
        return self.state is A.DRAFT and self.held_until is not None and self.held_until <= now

    def held(self, until: datetime) -> Appointment:
        """A draft that holds its place until then."""
        return replace(self, held_until=until)

    def given_to(self, holder: str, document: str, person: str, phone: str) -> Appointment:
        """The same for a person who is known only now."""
        return replace(self, holder=holder, document=document, person=person, phone=phone)

    def must_be_awaited(self) -> None:
        """Raise unless its holder may check in; a second check-in hears which ticket the first one gave."""
        if self.state is A.CHECKED_IN:
            raise DomainError("already_checked_in", number=self.number, ticket=self.ticket)
        if self.state not in APPOINTMENT_TRANSITIONS["check_in"]:
            raise DomainError("illegal_appointment", state=self.state.value)

    def must_be_open(self) -> None:
        """Raise unless it may still be moved or given back."""
        if self.state not in OPEN:
            raise DomainError("illegal_appointment", state=self.state.value)

    def confirm(self) -> tuple[Appointment, events.AppointmentConfirmed]:
        appointment = self._to("confirm", A.BOOKED, held_until=None)
        return appointment, events.AppointmentConfirmed(appointment)

    def move(
        self, slot: Slot, free_at: datetime, *, over_quota: bool = False
    ) -> tuple[Appointment, events.AppointmentMoved]:
        """To another slot; the place it leaves is offered again from `free_at` on."""
        left = LeftPlace(self.slot, self.start, free_at)
        changes = {
            "slot": slot.template.id,
            "start": slot.start,
            "end": slot.end,
            "left": left,
            "over_quota": over_quota,
        }
        appointment = self._to("move", self.state, **changes)
        return appointment, events.AppointmentMoved(appointment, self.start)

    def cancel(self, free_at: datetime, reason: str) -> tuple[Appointment, events.AppointmentCancelled]:
        """The place is offered again from `free_at` on."""
        appointment = self._to("cancel", A.CANCELLED, held_until=None, free_at=free_at)
        return appointment, events.AppointmentCancelled(appointment, reason)

    def check_in(self, ticket: str, number: str) -> tuple[Appointment, events.AppointmentCheckedIn]:
        """Its holder has come and waits with this ticket."""
        self.must_be_awaited()
        appointment = self._to("check_in", A.CHECKED_IN, ticket=ticket, number=number)
        return appointment, events.AppointmentCheckedIn(appointment)

    def miss(self) -> tuple[Appointment, events.AppointmentMissed]:
        appointment = self._to("miss", A.NO_SHOW)
        return appointment, events.AppointmentMissed(appointment)

    def lapse(self) -> tuple[Appointment, events.AppointmentExpired]:
        appointment = self._to("lapse", A.EXPIRED, held_until=None)
        return appointment, events.AppointmentExpired(appointment)

    def _to(self, act: str, state: AppointmentState, **changes: object) -> Appointment:
        if self.state not in APPOINTMENT_TRANSITIONS[act]:
            if self.state is A.EXPIRED and act == "confirm":
                raise DomainError("draft_expired")
            raise DomainError("illegal_appointment", state=self.state.value)
        return replace(self, state=state, **changes)  # type: ignore[arg-type] # named fields of this class


def code_from(number: int) -> str:
    """A booking code: six signs drawn from `number`, and one that shows a wrong or a swapped sign."""
    signs = []
    for _ in range(_DRAWN):
        number, sign = divmod(number, len(ALPHABET))
        signs.append(sign)
    return "".join(ALPHABET[sign] for sign in (*signs, _check(signs)))


def tidy_code(typed: str) -> str | None:
    """The code as it was given out, however it was typed; None when it cannot be one."""
    code = "".join(sign for sign in typed.upper() if sign not in " -\t")
    if len(code) != _PLACES or any(sign not in ALPHABET for sign in code):
        return None
    signs = [ALPHABET.index(sign) for sign in code]
    return code if _check(signs[:-1]) == signs[-1] else None


def _check(signs: list[int]) -> int:
    """Weighted sum modulo a prime: every single wrong sign and every swap of neighbours changes it."""
    return sum(weight * sign for weight, sign in enumerate(signs, start=2)) % len(ALPHABET)
