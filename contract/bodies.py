"""Every JSON body of the HTTP face, in both directions; unknown fields are refused.

Times are RFC 3339 with offset. Durations carry their unit in the name.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contract.ids import ConfiguredId

ShortText = Annotated[str, StringConstraints(max_length=200)]
Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]


class Body(BaseModel):
    """A wire body: immutable, and strict about fields it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TicketState(StrEnum):
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


class StopState(StrEnum):
    OPEN = "open"
    NOW = "now"
    DONE = "done"
    DROPPED = "dropped"
    UNDONE = "undone"


class WindowState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    PAUSED = "paused"


class ServiceState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    FULL = "full"


class Channel(StrEnum):
    KIOSK = "kiosk"
    DESK = "desk"
    PHONE = "phone"
    API = "api"


# ---------------------------------------------------------------------------------------------- asking


class Document(Body):
    """An identity document as read or typed; kept by the server only as a keyed hash and a masked form."""

    kind: Literal["resident", "residence_permit", "foreign_resident", "passport", "social_security", "other"]
    number: Annotated[str, StringConstraints(min_length=4, max_length=40, strip_whitespace=True)]
    name: ShortText = ""


class TakeTicket(Body):
    """POST /halls/{hall}/tickets: `services` are further ones on the same ticket, `party` how many come together.

    With further ones a refusal about one of them names it in its parameter `service`, and nothing is given out.
    """

    service: ConfiguredId
    services: Annotated[tuple[ConfiguredId, ...], Field(max_length=7)] = ()
    party: Annotated[int, Field(ge=1, le=99)] = 1
    channel: Channel = Channel.KIOSK
    priority_class: ConfiguredId | None = None
    document: Document | None = None
    phone: Annotated[str, StringConstraints(pattern=r"^\+?[0-9 -]{5,20}$")] | None = None
    lang: Language = "zh-CN"


class Stops(Body):
    """POST /halls/{hall}/tickets/{id}/stops (more services for the visit) and .../stops/drop (no longer wanted)."""

    services: Annotated[tuple[ConfiguredId, ...], Field(min_length=1, max_length=8)]


class Empty(Body):
    """A command that needs no more words than its address."""


class Postpone(Body):
    """POST /halls/{hall}/tickets/{id}/postpone and reinstate: how many places back (reinstate: 0 = first in line)."""

    places: Annotated[int, Field(ge=0, le=999)] = 3


class Cancel(Body):
    """POST /halls/{hall}/tickets/{id}/cancel; `walkout` = the visitor was seen leaving."""

    walkout: bool = False
    reason: ShortText = ""


class Pick(Body):
    """POST .../windows/{window}/pick: out of order, by permission and with a reason."""

    ticket: str
    reason: ShortText


class CallBack(Body):
    """POST .../windows/{window}/call-back: a held ticket, or one missed at this window, is called again."""

    ticket: str


class Finish(Body):
    """POST .../windows/{window}/finish; `outcome` e.g. "done", "materials_missing"; `items` = service ids handled.

    A visit with further stops goes on to the next: not to those among `items`, not to what needs a stop whose outcome
    is other than "done", and nowhere when the visitor `leaves`.
    """

    outcome: ShortText = "done"
    items: tuple[ConfiguredId, ...] = ()
    leaves: bool = False


class AtWork(Body):
    """POST .../windows/{window}/open and resume; `auto` only in a hall where each window may choose (policy mixed)."""

    auto: bool | None = None


class SwitchCalling(Body):
    """POST .../windows/{window}/auto: the server calls here from now on, or the clerk does (policy mixed)."""

    auto: bool


class Pause(Body):
    reason: ShortText = ""


class Hold(Body):
    """POST .../windows/{window}/hold; after `minutes` call-next brings the ticket by itself, at its old place."""

    reason: ShortText = ""
    minutes: Annotated[int, Field(ge=1, le=480)] | None = None


class Transfer(Body):
    """POST .../windows/{window}/transfer: either to a `queue` or to a `window`; the original arrival counts.

    `come_back`: afterwards the visitor returns to this window, or to its queue if it has closed.
    """

    queue: ConfiguredId | None = None
    window: ConfiguredId | None = None
    note: ShortText = ""
    come_back: bool = False


class Login(Body):
    """POST /auth/login"""

    user: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=256)]


class Enrol(Body):
    """POST /devices/enrol: a one-time code from `hall enrol` becomes the device's own credentials."""

    code: Annotated[str, StringConstraints(min_length=4, max_length=64)]
    device: ConfiguredId


class Broadcast(Body):
    """POST /halls/{hall}/announcements: words for the screens and loudspeakers of `zones` (empty = all)."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    lang: Language = "zh-CN"
    zones: tuple[ConfiguredId, ...] = ()
    urgent: bool = False
    expires_in_seconds: Annotated[int, Field(ge=5, le=3600)] = 90


# ---------------------------------------------------------------------------------------------- answers


class Estimate(Body):
    """A range of minutes until the call, breaks included, never a promise of one minute.

    `beyond_closing`: the queue is likely to close for the day before.
    """

    low_minutes: int
    high_minutes: int
    beyond_closing: bool = False


class Stop(Body):
    """One service of a visit, or one step of a linked service, in the order asked for.

    `reason` when it is dropped: not_wanted, handed_on, left; undone: queue_closed, not_offered, earlier_undone,
    not_done, missed, cancelled, walkout, left, day_closed; done: "handled" when another window did it along with its
    own.
    """

    service: str
    queue: str
    state: StopState
    reason: str = ""


class Ticket(Body):
    """One ticket as its holder and the staff may see it.

    `position` is 1 for the next in its queue and 0 when not waiting; `ahead` the tickets waiting before it.
    `person` is the masked name and `document` the masked number, both only for callers' eyes. `stops` are there when
    the visit has more than this one; `returns_to` are the windows that want the visitor back, the last one first.
    """

    id: str
    number: str
    visit: str
    leg: int
    queue: str
    service: str
    state: TicketState
    priority_class: str
    channel: Channel
    lang: str
    zone: str
    issued_at: datetime
    position: int = 0
    ahead: int = 0
    estimate: Estimate | None = None
    token: str = ""
    visitor_url: str = ""
    printed: bool = False
    window: str | None = None
    called_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    calls: int = 0
    misses: int = 0
    person: str = ""
    document: str = ""
    note: str = ""
    party: int = 1
    stops: tuple[Stop, ...] = ()
    returns_to: tuple[str, ...] = ()
    booked_for: datetime | None = None
    """The booked time of an appointment that was checked in early or in time."""
    not_before: datetime | None = None
    """Nobody calls it earlier."""


class PassedOver(Body):
    """A ticket that also could have been called, and was not.

    One that was left to other staff says why: `waits_for` "skill" and `what` the service, or "language" and which.
    """

    number: str
    priority_class: str
    waited_minutes: int
    waits_for: str = ""
    what: str = ""


class Reason(Body):
    """Why this ticket was called: a stable `code`, its `params`, and who was passed over.

    Codes: first_in_line, sent_here, came_back, held_due, privileged, appointment_due, ordinary_turn, waited_too_long,
    rule, picked, called_back.
    """

    code: str
    params: dict[str, str | int] = {}
    passed_over: tuple[PassedOver, ...] = ()


class Call(Body):
    """Answer of call-next, pick and call-back."""

    ticket: Ticket
    reason: Reason


class WhyCall(Body):
    """One stored call with its reason and the same in a sentence in the reader's language."""

    called_at: datetime
    window: str
    reason: Reason
    sentence: str


class Why(Body):
    """GET /halls/{hall}/tickets/{id}/why"""

    ticket: str
    number: str
    calls: tuple[WhyCall, ...]


class Token(Body):
    """Answer of /auth/login."""

    token: str
    user: str
    name: str
    roles: tuple[str, ...]
    hall: str
    expires_at: datetime


class DeviceCredentials(Body):
    """Answer of /devices/enrol, shown once: bearer token, and the MQTT user and password (the same secret)."""

    device: str
    hall: str
    token: str
    mqtt_host: str
    mqtt_port: int
    mqtt_user: str


class DepartmentEntry(Body):
    id: str
    name: str
    icon: str = ""
    zone: str = ""
    pinyin: str = ""
    initials: str = ""


class ServiceEntry(Body):
    """One service on the kiosk. `pinyin` is the toneless full spelling without spaces, `initials` its first letters.

    In a hall where visitors go to the desk first, `queue`, `zone`, `waiting`, `estimate` and `windows` are the desk's.
    """

    id: str
    department: str
    name: str
    queue: str
    zone: str
    state: ServiceState
    waiting: int
    estimate: Estimate | None = None
    opens_at: datetime | None = None
    windows: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    hint: str = ""
    hot: bool = False
    requires_document: bool = False
    pinyin: str = ""
    initials: str = ""
    steps: tuple[str, ...] = ()
    """Of a linked service: the names of all queues it walks."""
    party_limit: int = 1
    """How many may come together on one ticket; above 1 the kiosk asks."""


class PriorityClassEntry(Body):
    id: str
    name: str
    privileged: bool
    hint: str = ""


class ZoneEntry(Body):
    id: str
    name: str
    floor: str = ""


class Catalogue(Body):
    """GET /halls/{hall}/catalogue?lang= : everything a kiosk offers, in one language."""

    contract: int = 1
    seq: int
    config_version: int
    hall: str
    name: str
    lang: str
    languages: tuple[str, ...]
    time_zone: str
    time: datetime
    departments: tuple[DepartmentEntry, ...]
    services: tuple[ServiceEntry, ...]
    priority_classes: tuple[PriorityClassEntry, ...]
    zones: tuple[ZoneEntry, ...]
    slip_advice: str = ""
    appointments: bool = False
    """Whether times can be booked here, so that people may come to check in."""
    desk: str = ""
    """The service of the desk visitors go to first; in a hall of one level there is none."""


class WindowTicket(Body):
    """The ticket at a window, as far as a screen may show it."""

    id: str
    number: str
    state: TicketState
    service: str
    queue: str
    called_at: datetime
    calls: int


class WindowEntry(Body):
    """`label` is what people read on the wall ("3"); `names` the office name by language."""

    id: str
    label: str
    names: dict[str, str]
    zone: str
    state: WindowState
    pause_reason: str = ""
    ticket: WindowTicket | None = None


class QueueEntry(Body):
    id: str
    names: dict[str, str]
    prefix: str
    zone: str
    state: ServiceState
    waiting: int
    last_called: str = ""


class CallEntry(Body):
    """One recent call, newest first in the snapshot; `lang` is the visitor's language."""

    ticket: str
    number: str
    window: str
    label: str
    zone: str
    queue: str
    service: str
    lang: str
    state: TicketState
    called_at: datetime
    calls: int


class Snapshot(Body):
    """GET /halls/{hall}/snapshot: the truth as of event `seq`; a display rebuilds itself from this alone."""

    contract: int = 1
    hall: str
    names: dict[str, str]
    time_zone: str
    time: datetime
    seq: int
    config_version: int
    business_day: date
    languages: tuple[str, ...]
    zones: tuple[ZoneEntry, ...]
    windows: tuple[WindowEntry, ...]
    queues: tuple[QueueEntry, ...]
    calls: tuple[CallEntry, ...]


class LineEntry(Body):
    """One waiting, held or missed ticket as the clerk sees it. `since` = effective arrival."""

    id: str
    number: str
    queue: str
    service: str
    service_name: str
    priority_class: str
    priority_name: str
    state: TicketState
    since: datetime
    calls: int = 0
    misses: int = 0
    note: str = ""
    due_at: datetime | None = None
    """From then on it may be called: held for a time, or an appointment that checked in early."""
    party: int = 1
    then: tuple[str, ...] = ()
    """What is to be done after this: at the desk, what the visitor came for."""


class StopEntry(Body):
    """One stop of the visitor at the window by its name; `here`: this window serves its queue. See Stop."""

    service: str
    name: str
    queue: str
    state: StopState
    reason: str = ""
    here: bool = False


class StaffEntry(Body):
    id: str
    name: str


class WindowView(Body):
    """GET /halls/{hall}/windows/{window}?lang= : all a caller needs. `waiting` in order of arrival, at most 200.

    `current_stops` are those of the visitor at the window, one at least; `current_then` names what is still to do,
    `current_back` the windows (labels) that want the visitor back first.
    """

    seq: int
    time: datetime
    window: WindowEntry
    staff: StaffEntry | None = None
    current: Ticket | None = None
    current_service: str = ""
    current_stops: tuple[StopEntry, ...] = ()
    current_then: tuple[str, ...] = ()
    current_back: tuple[str, ...] = ()
    waiting_count: int
    waiting: tuple[LineEntry, ...]
    held: tuple[LineEntry, ...]
    missed: tuple[LineEntry, ...]
    queues: tuple[QueueEntry, ...]
    recalls_allowed: int
    transfer_queues: tuple[QueueEntry, ...]
    transfer_windows: tuple[WindowEntry, ...]
    assignment: Literal["manual", "automatic", "mixed"] = "manual"
    auto: bool = False
    """Whether the server calls for this window."""
    at_desk: bool = False
    """Whether the visitor here has come to the desk, to be handed on to services (contract.desk.HandOn)."""
    assign_after_seconds: int = 0
    """So long after it became free the server calls for such a window."""
    calls_at: datetime | None = None
    """From then on the server calls here as soon as somebody may be called; only while it waits for that."""


class Problem(BaseModel):
    """RFC 9457 problem document."""

    model_config = ConfigDict(extra="allow", frozen=True)

    type: str
    title: str
    status: int
    detail: str
    code: str
    field: str | None = None
    params: dict[str, str | int] = {}
