"""The rules a queue has for bookings: who may book how much, until when it may be given back, when to check in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from queueserver.domain.appointment import OPEN, Appointment, AppointmentState
from queueserver.domain.errors import DomainError


class EarlyPolicy(Enum):
    """What becomes of somebody who checks in before the booked time."""

    WAIT = "wait"
    """is called from the booked time on"""
    WHEN_FREE = "when_free"
    """may be called before it when the line allows"""


class LatePolicy(Enum):
    """What becomes of somebody who comes later than the late minutes allow."""

    REFUSE = "refuse"
    WALK_IN = "walk_in"
    """gets a ticket like anybody who has no appointment"""


class Arrival(Enum):
    TOO_EARLY = "too_early"
    EARLY = "early"
    IN_TIME = "in_time"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class BookingRules:
    """Of one queue. Minutes and days; 0 = no limit for `max_open`, `max_per_day` and `no_shows`.

    Who missed `no_shows` appointments within `no_show_days` cannot book until `barred_days` after the last of them.
    """

    draft_minutes: int = 15
    cancel_minutes: int = 120
    cooldown_minutes: int = 10
    max_open: int = 3
    max_per_day: int = 1
    no_shows: int = 3
    no_show_days: int = 90
    barred_days: int = 30
    early_minutes: int = 30
    early: EarlyPolicy = EarlyPolicy.WAIT
    late_minutes: int = 15
    late: LatePolicy = LatePolicy.WALK_IN

    def arrival(self, start: datetime, now: datetime) -> Arrival:
        """How somebody who is here `now` stands to a booked `start`; both ends of the time allowed are in it."""
        if now < self.check_in_from(start):
            return Arrival.TOO_EARLY
        if now < start:
            return Arrival.EARLY
        return Arrival.IN_TIME if now <= start + timedelta(minutes=self.late_minutes) else Arrival.LATE

    def check_in_from(self, start: datetime) -> datetime:
        return start - timedelta(minutes=self.early_minutes)

    def may_be_given_back(self, start: datetime, now: datetime) -> bool:
        """Whether a booking may still be cancelled or moved."""
        return now <= start - timedelta(minutes=self.cancel_minutes)

    def barred_until(self, missed: Iterable[datetime], now: datetime) -> datetime | None:
        """Until when somebody who missed these appointments cannot book; None when he can."""
        lately = [start for start in missed if start > now - timedelta(days=self.no_show_days)]
        if self.no_shows == 0 or len(lately) < self.no_shows:
            return None
        until = max(lately) + timedelta(days=self.barred_days)
        return until if now < until else None

    def must_allow(self, others: Sequence[Appointment], service: str, day: date, now: datetime, zone: ZoneInfo) -> None:
        """Raise when a person with these other appointments may have no more for `service` on local `day`."""
        ahead = [one for one in others if one.state in OPEN and one.start > now and not one.lapsed(now)]
        if self.max_open and len(ahead) >= self.max_open:
            raise DomainError("too_many_appointments", count=len(ahead))
        kept = (one for one in others if one.service == service and _counts(one, now))
        if self.max_per_day and sum(one.start.astimezone(zone).date() == day for one in kept) >= self.max_per_day:
            raise DomainError("booked_that_day")


def _counts(appointment: Appointment, now: datetime) -> bool:
    return appointment.state not in (AppointmentState.CANCELLED, AppointmentState.EXPIRED) and not appointment.lapsed(
        now
    )
