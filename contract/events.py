"""Facts on the wire: CloudEvents 1.0 with the hall's gapless `sequence`.

Source: CloudEvents 1.0 specification, JSON event format, extension attribute `sequence`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from contract.appointments import AppointmentState
from contract.bodies import Channel, StopState, TicketState, WindowState


class Data(BaseModel):
    """An event's data: a reader skips fields it does not know, so that a newer server does not blind it."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class StopData(Data):
    """One stop of a visit and how it ended; `reason` is one of contract.bodies.Stop's codes."""

    service: str
    queue: str
    state: StopState
    reason: str = ""


class TicketData(Data):
    """Data of every ticket.* event. `waiting` = tickets waiting in `queue` after the event.

    `queue` is where the ticket is now; `from_queue`, `from_window` and (transfer) `from_ticket` say where it came from.
    `how` tells which act it was (call: next|auto|pick|call_back; returned: requeue|postpone|reinstate|missed|
    window_closed; continued: in_line|here|came_back). `settled` are the stops of the visit that ended with it, `stops`
    (replanned) all of them.
    Continued: a new ticket of the same number, whose `state` is waiting, or serving when the visitor stays at `window`.
    `expires_at`: an announcement of this call later than that is noise.
    """

    ticket: str
    number: str
    queue: str
    service: str
    state: TicketState
    priority_class: str
    waiting: int
    lang: str = "zh-CN"
    window: str | None = None
    label: str = ""
    zone: str = ""
    calls: int = 0
    how: str = ""
    outcome: str = ""
    from_ticket: str | None = None
    from_queue: str | None = None
    from_window: str | None = None
    expires_at: datetime | None = None
    party: int = 1
    settled: tuple[StopData, ...] = ()
    stops: tuple[StopData, ...] = ()


class AppointmentData(Data):
    """Data of every appointment.* event; `ticket` and `number` only of checked_in, `from_start` only of moved."""

    appointment: str
    service: str
    queue: str
    start: datetime
    channel: Channel
    state: AppointmentState
    from_start: datetime | None = None
    ticket: str | None = None
    number: str = ""


class WindowData(Data):
    """Data of every window.* event. `how`: a closed one was closed by the hall itself, because its day_over,
    or by a closure that keeps it out of use.
    """

    window: str
    label: str
    zone: str
    state: WindowState
    reason: str = ""
    how: str = ""


class BroadcastData(Data):
    """Data of announcement.broadcast; empty `zones` = the whole hall."""

    text: str
    lang: str
    zones: tuple[str, ...] = ()
    urgent: bool = False
    expires_at: datetime


class ConfigData(Data):
    version: int


class DayData(Data):
    """Data of day.closed and day.reopened.

    `expired` tickets were still open and are over; `returned` are open again; so many stops of
    visits were left `undone`. Not `final` = closed early by a person:
    who is at a window is still served, and the day may be reopened.
    """

    business_day: date
    expired: int = 0
    undone: int = 0
    returned: int = 0
    final: bool = True


class CalendarData(Data):
    """Data of calendar.changed: on `date` from `start` to `end` (hall time) the `queues` (none = all) are closed.

    `opens` = they are open instead; `ended` = no more, the hours are again the usual ones. With `windows` only these
    are out of use, and no queue's hours change.
    """

    closure: str
    date: date
    start: str
    end: str
    queues: tuple[str, ...] = ()
    windows: tuple[str, ...] = ()
    opens: bool = False
    ended: bool = False


AnyData = TicketData | WindowData | BroadcastData | ConfigData | DayData | CalendarData | AppointmentData

EVENT_DATA: Final[Mapping[str, type[AnyData]]] = {
    "ticket.issued": TicketData,
    "ticket.printed": TicketData,
    "ticket.called": TicketData,
    "ticket.recalled": TicketData,
    "ticket.started": TicketData,
    "ticket.finished": TicketData,
    "ticket.missed": TicketData,
    "ticket.returned": TicketData,
    "ticket.held": TicketData,
    "ticket.transferred": TicketData,
    "ticket.continued": TicketData,
    "ticket.replanned": TicketData,
    "ticket.cancelled": TicketData,
    "ticket.walked_out": TicketData,
    "appointment.reserved": AppointmentData,
    "appointment.booked": AppointmentData,
    "appointment.confirmed": AppointmentData,
    "appointment.moved": AppointmentData,
    "appointment.cancelled": AppointmentData,
    "appointment.checked_in": AppointmentData,
    "appointment.missed": AppointmentData,
    "appointment.expired": AppointmentData,
    "window.opened": WindowData,
    "window.paused": WindowData,
    "window.resumed": WindowData,
    "window.switched": WindowData,
    "window.closed": WindowData,
    "announcement.broadcast": BroadcastData,
    "config.published": ConfigData,
    "day.closed": DayData,
    "day.reopened": DayData,
    "calendar.changed": CalendarData,
}


class WireEvent(BaseModel):
    """One CloudEvent. `data` stays raw until `parsed()` because a reader must be able to skip unknown types."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    specversion: Literal["1.0"] = "1.0"
    id: str
    source: str
    type: str
    time: datetime
    sequence: Annotated[int, Field(ge=1)]
    datacontenttype: str = "application/json"
    data: dict[str, object]

    def parsed(self) -> AnyData | None:
        """The typed data; None for a type unknown to this version. Raises pydantic.ValidationError if it is wrong."""
        model = EVENT_DATA.get(self.type)
        return None if model is None else model.model_validate(self.data)


class EventPage(BaseModel):
    """GET /halls/{hall}/events?after=SEQ&limit= : events in order; `last` is the hall's newest sequence."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    events: tuple[WireEvent, ...]
    last: int


class WindowStatus(Data):
    """Retained at state/windows/{window}: what a window bar shows."""

    sequence: int
    window: str
    label: str
    zone: str
    state: WindowState
    number: str = ""
    ticket_state: TicketState | None = None
    calls: int = 0
    reason: str = ""


class QueueStatus(Data):
    """Retained at state/queues/{queue}."""

    sequence: int
    queue: str
    waiting: int
    last_called: str = ""
