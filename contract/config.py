"""The whole hall as one document: the shape of HALL.toml, of the configuration draft, and of what is published.

This module says what one entry may hold; what entries must mean to each other is checked by the server
(`queueserver.hallfile`). Texts for people are tables of language -> text, e.g. {zh-CN = "社保", en = "Pensions"}.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from contract.bodies import Body, Channel, Language
from contract.ids import ConfiguredId

Texts = dict[Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")], str]
Band = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$")]
ClockTime = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Minutes = Annotated[int, Field(ge=0, le=1440)]
Date = date
"""`date` where a field of that name stands in the way."""


class MissedPolicy(StrEnum):
    """What becomes of a called visitor who does not come."""

    REQUEUE = "requeue"
    """waits again, at the end"""
    POSTPONE = "postpone"
    """waits again, some places back"""
    CLERK = "clerk"
    """stays missed until the clerk reinserts the ticket"""
    EXPIRE = "expire"
    """is over"""


class Assignment(StrEnum):
    """Who decides that somebody is called."""

    MANUAL = "manual"
    """staff press "call next\""""
    AUTOMATIC = "automatic"
    """the server calls when a window is free"""
    MIXED = "mixed"
    """each window as whoever sits there likes; see Window.auto"""


class Policy(Body):
    """How the hall calls. See the domain rules on order and calls."""

    privileged_per_ordinary: Annotated[int, Field(ge=1, le=20)] = 2
    """After this many privileged calls in a row from one queue the longest-waiting ordinary ticket is taken."""
    longest_wait_minutes: Minutes = 45
    """An ordinary ticket that waited longer than this, and longer than any privileged one, goes first; 0 = never."""
    appointment_tolerance_minutes: Minutes = 10
    """A checked-in appointment that waits longer than this after its time goes before ordinary tickets."""
    assignment: Assignment = Assignment.MANUAL
    assign_after_seconds: Annotated[int, Field(ge=0, le=600)] = 5
    """A window that became free is left alone so long before the server calls for it."""
    recalls: Annotated[int, Field(ge=0, le=20)] = 3
    max_misses: Annotated[int, Field(ge=1, le=20)] = 3
    """After this many misses the ticket no longer returns by itself."""
    announcement_expires_seconds: Annotated[int, Field(ge=5, le=600)] = 90
    continue_here: bool = True
    """A visitor with several services stays at the window when it serves his next one too."""
    desk: ConfiguredId | None = None
    """The service of the desk every visitor goes to first (two levels); without it there is one level."""


class Early(StrEnum):
    """What becomes of somebody who checks in before the booked time."""

    WAIT = "wait"
    """is called from the booked time on"""
    WHEN_FREE = "when_free"
    """may be called before it"""


class Late(StrEnum):
    """What becomes of somebody who comes later than the late minutes allow."""

    REFUSE = "refuse"
    WALK_IN = "walk_in"
    """gets a ticket like anybody who has no appointment"""


Days = Annotated[int, Field(ge=0, le=366)]
Count = Annotated[int, Field(ge=0, le=99)]


class Booking(Body):
    """How the hall takes appointments; 0 = no limit for `max_open`, `max_per_day` and `no_shows`."""

    draft_minutes: Annotated[int, Field(ge=1, le=1440)] = 15
    """A place that was chosen but not confirmed is held so long."""
    cancel_minutes: Annotated[int, Field(ge=0, le=10080)] = 120
    """Until so long before it an appointment may be cancelled or moved."""
    cooldown_minutes: Minutes = 10
    """A place that was given back is offered again only then, so that nobody passes it on by arrangement."""
    max_open: Count = 3
    """Appointments one identified person may have ahead in this hall."""
    max_per_day: Count = 1
    """Appointments one identified person may have for one service on one day."""
    no_shows: Count = 3
    """Who missed so many appointments in the last `no_show_days` cannot book for `barred_days` after the last."""
    no_show_days: Annotated[int, Field(ge=1, le=366)] = 90
    barred_days: Annotated[int, Field(ge=1, le=366)] = 30
    early_minutes: Annotated[int, Field(ge=0, le=720)] = 30
    """Check-in opens so long before the booked time."""
    early: Early = Early.WAIT
    late_minutes: Annotated[int, Field(ge=0, le=720)] = 15
    """So long after the booked time a check-in is still in time."""
    late: Late = Late.WALK_IN


class QueueBooking(Body):
    """What one queue does otherwise than the hall's Booking says."""

    draft_minutes: Annotated[int, Field(ge=1, le=1440)] | None = None
    cancel_minutes: Annotated[int, Field(ge=0, le=10080)] | None = None
    cooldown_minutes: Minutes | None = None
    max_open: Count | None = None
    max_per_day: Count | None = None
    no_shows: Count | None = None
    no_show_days: Annotated[int, Field(ge=1, le=366)] | None = None
    barred_days: Annotated[int, Field(ge=1, le=366)] | None = None
    early_minutes: Annotated[int, Field(ge=0, le=720)] | None = None
    early: Early | None = None
    late_minutes: Annotated[int, Field(ge=0, le=720)] | None = None
    late: Late | None = None


class Weekday(StrEnum):
    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class Release(Body):
    """One step: from `days_ahead` days before on, `percent` of the places are open, those of earlier steps included."""

    days_ahead: Days
    percent: Annotated[int, Field(ge=1, le=100)]


class SlotTemplate(Body):
    """Bookable times for one queue (all its services) or for some services of one queue.

    `shares` (percent) or `places` divide a slot's capacity among the channels; what neither gives away is open to all.
    """

    id: ConfiguredId
    queue: ConfiguredId | None = None
    services: tuple[ConfiguredId, ...] = ()
    weekdays: tuple[Weekday, ...]
    times: tuple[Band, ...]
    minutes: Annotated[int, Field(ge=5, le=480)]
    """Length of one slot."""
    capacity: Annotated[int, Field(ge=1, le=500)]
    """Places in each slot."""
    shares: dict[Channel, Annotated[int, Field(ge=0, le=100)]] = {}
    places: dict[Channel, Annotated[int, Field(ge=0, le=500)]] = {}
    release: tuple[Release, ...] = ()
    release_at: ClockTime = "08:00"
    """Hall time at which places become bookable, on the days of `release` and on the first day of the horizon."""
    horizon_days: Days = 14
    """How many days ahead may be booked."""
    lead_minutes: Annotated[int, Field(ge=0, le=43200)] = 60
    """Booking ends so long before the slot."""
    every_weeks: Annotated[int, Field(ge=1, le=52)] = 1
    anchor: date | None = None
    """Any day of a week that counts, for every_weeks above 1."""
    valid_from: date | None = None
    valid_to: date | None = None


class Hall(Body):
    id: ConfiguredId
    name: Texts
    time_zone: str = "Asia/Shanghai"
    languages: tuple[str, ...] = ("zh-CN", "en")
    day_boundary: ClockTime = "04:00"
    calendar: ConfiguredId | None = None
    """The holidays that every queue keeps which names no calendar of its own."""
    slip_advice: Texts = {}
    policy: Policy = Policy()
    booking: Booking = Booking()


class Zone(Body):
    id: ConfiguredId
    name: Texts
    floor: str = ""


class PriorityClass(Body):
    """`privileged` classes go before ordinary ones, by the policy's ratio. The first ordinary one is the default."""

    id: ConfiguredId
    name: Texts
    privileged: bool = False
    hint: Texts = {}


class Hours(Body):
    """A weekly plan: bands per weekday, e.g. mon = ["09:00-12:00", "13:30-17:00"]; a missing day is closed."""

    id: ConfiguredId
    mon: tuple[Band, ...] = ()
    tue: tuple[Band, ...] = ()
    wed: tuple[Band, ...] = ()
    thu: tuple[Band, ...] = ()
    fri: tuple[Band, ...] = ()
    sat: tuple[Band, ...] = ()
    sun: tuple[Band, ...] = ()


class Holiday(Body):
    """Closed from `date` to `until`, both included; without `until` one day."""

    date: date
    until: Date | None = None
    name: Texts = {}


class MakeUpDay(Body):
    """A day that is worked as another weekday (调休), e.g. a Saturday as mon."""

    date: date
    works_as: Weekday


class Calendar(Body):
    """Holidays and make-up days, shared by the queues that name it."""

    id: ConfiguredId
    name: Texts
    holidays: tuple[Holiday, ...] = ()
    make_up: tuple[MakeUpDay, ...] = ()


class Override(Body):
    """One date that differs; empty `open` = closed; no `queues` = the whole hall."""

    date: date
    open: tuple[Band, ...] = ()
    queues: tuple[ConfiguredId, ...] = ()
    note: Texts = {}


class Department(Body):
    id: ConfiguredId
    name: Texts
    icon: str = ""
    zone: ConfiguredId | None = None


class Step(Body):
    """One further queue of a linked service; `any_order`: with the step before it in whichever order suits."""

    queue: ConfiguredId
    any_order: bool = False


class Service(Body):
    """`queue` gives the number and is the first to be walked; a linked service goes on through its `steps`."""

    id: ConfiguredId
    department: ConfiguredId
    name: Texts
    queue: ConfiguredId
    needs: tuple[Texts, ...] = ()
    """What to bring."""
    hint: Texts = {}
    hot: bool = False
    requires_document: bool = False
    skill: ConfiguredId | None = None
    """What whoever serves it must be able to do; see Staff."""
    steps: tuple[Step, ...] = ()
    after: tuple[ConfiguredId, ...] = ()
    """Services to be done before this one when one visitor comes for both."""
    direct: bool = False
    """Without going to the desk first, where the policy names one."""


class Queue(Body):
    id: ConfiguredId
    name: Texts
    prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,2}$")]
    zone: ConfiguredId
    hours: ConfiguredId
    first: Annotated[int, Field(ge=0, le=9999)] = 1
    last: Annotated[int, Field(ge=1, le=9999)] = 999
    digits: Annotated[int, Field(ge=2, le=4)] = 3
    service_minutes: Annotated[float, Field(gt=0, le=480)] = 8
    last_ticket_minutes: Minutes = 0
    """No tickets in the last minutes before the day's last closing."""
    break_ticket_minutes: Minutes = 0
    """No tickets in the last minutes before any earlier closing of the day, such as noon."""
    calendar: ConfiguredId | None = None
    """The queue's own holidays instead of the hall's."""
    daily_limit: Annotated[int, Field(ge=1)] | None = None
    waiting_limit: Annotated[int, Field(ge=1)] | None = None
    person_limit: Annotated[int, Field(ge=1)] | None = None
    """Open tickets of one identified person in this queue."""
    party_limit: Annotated[int, Field(ge=1, le=99)] | None = None
    """People who may come together on one ticket (`party` of TakeTicket)."""
    missed: MissedPolicy = MissedPolicy.CLERK
    postpone_places: Annotated[int, Field(ge=1, le=99)] = 3
    booking: QueueBooking = QueueBooking()


class Rule(Body):
    """One line of a window's rule: take from `queue` if its first ticket waited, or its line is, at least this long."""

    queue: ConfiguredId
    waited_minutes: Minutes = 0
    waiting_at_least: Annotated[int, Field(ge=0)] = 0


class Window(Body):
    """`serves` are the queues for "longest wait"; `rules` are tried before it, in order."""

    id: ConfiguredId
    label: Annotated[str, StringConstraints(min_length=1, max_length=8)]
    name: Texts
    zone: ConfiguredId
    serves: tuple[ConfiguredId, ...]
    rules: tuple[Rule, ...] = ()
    auto: bool = False
    """How the window opens in a hall with mixed assignment: the server calls, or staff do."""


class Staff(Body):
    """Somebody at the windows, by the account's `id`: skills that services ask for, and languages besides the first.

    Who is not listed has no skills and speaks the hall's first language.
    """

    id: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    skills: tuple[ConfiguredId, ...] = ()
    languages: tuple[Language, ...] = ()


class HallConfig(Body):
    """One hall, whole."""

    schema_version: Annotated[int, Field(ge=1, le=1)] = 1
    hall: Hall
    zones: tuple[Zone, ...]
    priority_classes: tuple[PriorityClass, ...]
    hours: tuple[Hours, ...]
    calendars: tuple[Calendar, ...] = ()
    overrides: tuple[Override, ...] = ()
    departments: tuple[Department, ...]
    services: tuple[Service, ...]
    queues: tuple[Queue, ...]
    windows: tuple[Window, ...]
    staff: tuple[Staff, ...] = ()
    slots: tuple[SlotTemplate, ...] = ()


def text_for(texts: Texts, lang: str) -> str:
    """The text in `lang`, else in its base language, else in English, else in the first language there is, else ""."""
    for wanted in (lang, lang.split("-", maxsplit=1)[0], "en"):
        if wanted in texts:
            return texts[wanted]
    return next(iter(texts.values()), "")
