"""What a command may ask of appointments that are no longer in memory; the database answers from an index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from queueserver.domain.appointment import Appointment


class PastAppointments(Protocol):
    """Answers as of now, the changes of commands before this one included."""

    def find(self, appointment_id: str) -> Appointment | None: ...

    def referenced(self, source: str, references: Sequence[str]) -> Mapping[str, Appointment]:
        """Bookings made elsewhere, by their references there."""

    def missed_since(self, holder: str, since: datetime) -> Sequence[datetime]:
        """Booked times after `since` at which this person did not come."""


class _NoPast:
    def find(self, appointment_id: str) -> Appointment | None:
        return None

    def referenced(self, source: str, references: Sequence[str]) -> Mapping[str, Appointment]:
        return {}

    def missed_since(self, holder: str, since: datetime) -> Sequence[datetime]:
        return ()


NO_PAST: Final = _NoPast()
"""For halls that live in memory alone."""
