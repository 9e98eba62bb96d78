"""The JSON bodies about appointments: bookable times, bookings, check-in, and bookings made elsewhere."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from contract.bodies import Body, Channel, Document, Language, ShortText
from contract.ids import ConfiguredId

Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9 -]{5,20}$")]
Reference = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,64}$")]
"""How another system names a booking: visible ASCII, as it appears there."""

MOST_IMPORTED = 2000

_CODE = re.compile(r"[0-9A-Z]{7}", re.ASCII)


def code_scanned(text: str) -> str | None:
    """The booking code in what a scanner read from a confirmation; None when it is something else.

    A confirmation's QR code holds the `code` of the appointment and nothing else, e.g. K7M4PXT. A link whose path ends
    with it does as well, for systems whose confirmations can also be opened on a phone.
    """
    last = re.split("[?#]", text)[0].rstrip("/ ").rpartition("/")[2] if "://" in text else text
    code = "".join(sign for sign in last.upper() if sign not in " -")
    return code if _CODE.fullmatch(code) else None


class AppointmentState(StrEnum):
    DRAFT = "draft"
    BOOKED = "booked"
    CHECKED_IN = "checked_in"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    EXPIRED = "expired"


class SlotState(StrEnum):
    OPEN = "open"
    FULL = "full"
    NOT_YET = "not_yet"
    """nothing of it is released yet"""
    TOO_LATE = "too_late"
    """booking has ended"""


class DayState(StrEnum):
    OPEN = "open"
    FULL = "full"
    NOT_YET = "not_yet"
    TOO_LATE = "too_late"
    CLOSED = "closed"
    """no times on this day"""


# ---------------------------------------------------------------------------------------------- asking


class Book(Body):
    """POST /halls/{hall}/appointments. A `draft` holds the place for some minutes until it is confirmed.

    `start` is that of a slot. `channel` is one of the account's: kiosk for kiosks, desk or phone for staff, api or
    phone for other systems; without it the first of these. `name` is for bookings without a document; both are kept
    masked only.
    """

    service: ConfiguredId
    start: AwareDatetime
    channel: Channel | None = None
    document: Document | None = None
    name: ShortText = ""
    phone: Phone | None = None
    lang: Language = "zh-CN"
    draft: bool = False


class Confirm(Body):
    """POST /halls/{hall}/appointments/{id}/confirm: who it is for, if the draft did not say."""

    document: Document | None = None
    name: ShortText = ""
    phone: Phone | None = None


class Move(Body):
    """POST /halls/{hall}/appointments/{id}/move: to another slot of the same service."""

    start: AwareDatetime


class CancelAppointment(Body):
    """POST /halls/{hall}/appointments/{id}/cancel"""

    reason: ShortText = ""


class CheckIn(Body):
    """POST /halls/{hall}/check-ins: exactly one of `code`, `document`, `appointment`."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=20)] | None = None
    document: Document | None = None
    appointment: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,26}$")] | None = None
    channel: Channel = Channel.KIOSK
    priority_class: ConfiguredId | None = None
    lang: Language | None = None


class ImportedBooking(Body):
    """One booking made elsewhere, known by its `reference` there; `cancelled` when it was given back there."""

    reference: Reference
    service: ConfiguredId
    start: AwareDatetime
    channel: Channel = Channel.API
    document: Document | None = None
    name: ShortText = ""
    phone: Phone | None = None
    lang: Language = "zh-CN"
    cancelled: bool = False


class ImportAppointments(Body):
    """POST /halls/{hall}/appointments/import. `exceed`: take also what is over capacity or share, and say so."""

    source: ConfiguredId
    bookings: Annotated[tuple[ImportedBooking, ...], Field(max_length=MOST_IMPORTED)]
    dry_run: bool = False
    exceed: bool = False


# ---------------------------------------------------------------------------------------------- answers


class Appointment(Body):
    """One appointment. `person`, `document` and `phone` are masked and only for the staff's eyes.

    `code` is what the visitor says, types, or shows as a QR code (`code_scanned`). `ticket` and `number` are those of
    the check-in; a draft is held until `held_until`. `obstacle` says why an open one cannot be kept as things stand,
    with a code of contract.days.AppointmentHit; told when the appointment is looked up.
    """

    id: str
    code: str
    service: str
    queue: str
    start: AwareDatetime
    end: AwareDatetime
    channel: Channel
    state: AppointmentState
    lang: str
    held_until: AwareDatetime | None = None
    ticket: str = ""
    number: str = ""
    reference: str = ""
    person: str = ""
    document: str = ""
    phone: str = ""
    obstacle: str = ""


class SlotEntry(Body):
    """One bookable time; `free` places for the channel that was asked for, `opens_at` while it is not released."""

    start: AwareDatetime
    end: AwareDatetime
    state: SlotState
    free: int
    capacity: int
    opens_at: AwareDatetime | None = None


class DayOfSlots(Body):
    """One local day of one service."""

    date: date
    state: DayState
    free: int
    slots: tuple[SlotEntry, ...] = ()


class Slots(Body):
    """GET /halls/{hall}/slots?service=&date=&days=&channel= : days from `date` on; one day comes with its slots."""

    contract: int = 1
    service: str
    channel: Channel
    time_zone: str
    time: AwareDatetime
    days: tuple[DayOfSlots, ...]


class ImportLine(Body):
    """What became of one booking. A refused one says why, as a problem document does.

    moved: it was known with another time; cancelled: it was known and given back elsewhere; known: nothing to do.
    """

    reference: str
    result: Literal["booked", "moved", "cancelled", "known", "refused"]
    appointment: str = ""
    code: str = ""
    over_quota: bool = False
    problem: str = ""
    field: str = ""
    params: dict[str, str | int] = {}


class ImportReport(Body):
    """Answer of an import: counts, and a line for each booking in the order they were sent."""

    dry_run: bool
    booked: int
    moved: int = 0
    cancelled: int = 0
    known: int
    refused: int
    over_quota: int
    lines: tuple[ImportLine, ...]
