"""Commands about appointments as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from queueserver.handlers.commands import Holder


@dataclass(frozen=True, slots=True)
class Book:
    """A place in the slot of `service` that begins at `start`; a draft holds it until it is confirmed."""

    service: str
    start: datetime
    channel: str
    lang: str
    holder: Holder
    draft: bool = False


@dataclass(frozen=True, slots=True)
class ConfirmAppointment:
    """`holder` says who it is for, if the draft did not."""

    appointment: str
    holder: Holder


@dataclass(frozen=True, slots=True)
class MoveAppointment:
    """`by_staff`: the hall itself may do so at any time."""

    appointment: str
    start: datetime
    by_staff: bool = False


@dataclass(frozen=True, slots=True)
class CancelAppointment:
    appointment: str
    reason: str = ""
    by_staff: bool = False


@dataclass(frozen=True, slots=True)
class CheckIn:
    """By one of three: the appointment's id, its code, or the keyed hash of the holder's document."""

    channel: str
    appointment: str = ""
    code: str = ""
    holder: str = ""
    lang: str | None = None
    priority_class: str | None = None


@dataclass(frozen=True, slots=True)
class ImportRow:
    """A booking made elsewhere, or given back there."""

    reference: str
    service: str
    start: datetime
    channel: str
    lang: str
    holder: Holder
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class ImportAppointments:
    """Rows of one `source`; known references follow what became of them there. A dry run changes nothing.

    `exceed`: take also what is over a slot's capacity or a channel's share.
    """

    source: str
    rows: tuple[ImportRow, ...]
    dry_run: bool
    exceed: bool


BookingCommand = Book | ConfirmAppointment | MoveAppointment | CancelAppointment | CheckIn | ImportAppointments
