"""The read side: questions about a hall, answered as contract bodies, each from one picture of the database."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from contract import appointments, bodies, days, statistics
from contract.config import HallConfig
from contract.events import QueueStatus, WindowStatus
from contract.statistics import EstimateGrades, GroupBy
from queueserver import obstacles, reports, selects
from queueserver.answers import Eyes, Renderer
from queueserver.bookingview import BookingView
from queueserver.catalogue import Catalogues
from queueserver.dayreports import day_body
from queueserver.domain.appointment import OPEN, Appointment
from queueserver.domain.closure import Closure
from queueserver.domain.errors import DomainError
from queueserver.domain.obstacle import obstacle
from queueserver.domain.stops import NOTHING_MORE
from queueserver.domain.ticket import State, Ticket
from queueserver.grades import grades
from queueserver.hallview import HallView
from queueserver.outgoing import wire_event
from queueserver.ports import Clock
from queueserver.published import HallNow, Publications
from queueserver.reading import Reading
from queueserver.retained import Retained
from queueserver.store import calendar
from queueserver.store.rows import from_ms
from queueserver.why import sentence

T = TypeVar("T")

MOST_EVENTS = 1000


@dataclass(frozen=True, slots=True)
class StopNow:
    """One stop of a visit as its holder may read it; `name` by language, `reason` a code."""

    name: dict[str, str]
    state: bodies.StopState
    reason: str


@dataclass(frozen=True, slots=True)
class VisitNow:
    """What the visitor's own page shows."""

    hall_name: dict[str, str]
    service_name: dict[str, str]
    ticket: bodies.Ticket
    label: str
    time_zone: ZoneInfo
    stops: tuple[StopNow, ...] = ()
    back: tuple[str, ...] = ()
    """Labels of the windows to return to, the next one first."""


class Queries:
    """Every question the HTTP face may ask. Raises DomainError unknown_* and StorageError."""

    def __init__(self, reading: Reading, clock: Clock, renderer: Renderer) -> None:
        self._reading = reading
        self._clock = clock
        self._renderer = renderer
        self._publications = Publications()
        self._catalogues = Catalogues()

    async def catalogue(self, hall: str, lang: str) -> bytes:
        """contract.bodies.Catalogue as JSON."""

        def ask(view: HallView) -> bytes:
            return self._catalogues.json(view.now, view.time, lang, view.queues_now(lang), view.services_now(lang))

        return await self._ask(hall, ask)

    async def snapshot(self, hall: str) -> bodies.Snapshot:
        return await self._ask(hall, HallView.snapshot)

    async def window(self, hall: str, window: str, lang: str, eyes: Eyes) -> bodies.WindowView:
        return await self._ask(hall, lambda view: view.window_view(window, lang, self._renderer, eyes))

    async def ticket(self, hall: str, ticket_id: str, eyes: Eyes) -> bodies.Ticket:
        """Also one that is over, of any day."""

        def ask(view: HallView) -> bodies.Ticket:
            found = selects.tickets_by_id(view.connection, hall, [ticket_id])
            return self._ticket(view, found.get(ticket_id), eyes)

        return await self._ask(hall, ask)

    async def find_ticket(self, hall: str, number: str, eyes: Eyes) -> bodies.Ticket:
        """Today's ticket of that number, where it is now."""

        def ask(view: HallView) -> bodies.Ticket:
            visit = selects.visit_of_number(view.connection, hall, view.now.business_day, number)
            found = selects.last_leg(view.connection, hall, visit) if visit else None
            return self._ticket(view, found, eyes)

        return await self._ask(hall, ask)

    async def why(self, hall: str, ticket_id: str, lang: str) -> bodies.Why:
        """Every stored call of a ticket with its reason."""
        return await self._ask(hall, lambda view: _why(view, ticket_id, lang))

    async def events(self, hall: str, after: int, limit: int) -> bytes:
        """contract.events.EventPage as JSON: at most `limit` events after sequence `after`."""

        def ask(view: HallView) -> bytes:
            rows = selects.events_after(view.connection, hall, after, min(limit, MOST_EVENTS))
            page = b",".join(
                wire_event(hall, row.id, row.type, from_ms(row.at).isoformat(), row.seq, row.data) for row in rows
            )
            return b'{"events":[%b],"last":%d}' % (page, view.now.seq)

        return await self._ask(hall, ask)

    async def visit(self, token: str) -> VisitNow:
        """The visit of a visitor's link; raises DomainError("unknown_ticket")."""

        def ask(connection: Connection) -> VisitNow:
            found = selects.visit_of_token(connection, token)
            if found is None:
                raise DomainError("unknown_ticket")
            hall, visit = found
            view = self._view(connection, hall)
            leg = selects.last_leg(connection, hall, visit)
            ticket = self._ticket(view, leg, Eyes.SCREEN)
            published = view.now.published
            itinerary = leg.visit.itinerary if leg else NOTHING_MORE
            service = published.services.get(ticket.service)
            return VisitNow(
                hall_name=dict(published.config.hall.name),
                service_name=dict(service.name) if service else {},
                ticket=ticket,
                label=published.label(ticket.window) if ticket.window else "",
                time_zone=ZoneInfo(published.config.hall.time_zone),
                stops=tuple(
                    StopNow(published.stop_texts(stop), bodies.StopState(stop.state), stop.reason)
                    for stop in itinerary.stops
                ),
                back=tuple(published.label(one.window) for one in reversed(itinerary.returns)),
            )

        return await self._reading.run(ask)

    async def closures(self, hall: str) -> list[Closure]:
        """What managers changed about the hours of today and later, oldest first."""

        def ask(view: HallView) -> list[Closure]:
            return list(calendar.of_day(view.connection, hall, view.now.business_day)[0].values())

        return await self._ask(hall, ask)

    async def day(self, hall: str, day: date) -> days.DayView:
        """How one business day ended."""
        return await self._ask(hall, lambda view: day_body(day, calendar.closings(view.connection, hall, day)))

    async def statistics(
        self, hall: str, first: date | None, last: date | None, by: GroupBy, lang: str
    ) -> statistics.Statistics:
        """These business days, both included; None is the one that runs."""

        def ask(view: HallView) -> statistics.Statistics:
            today = view.now.business_day
            return reports.report(view.connection, view.now.published, first or today, last or today, by, lang)

        return await self._ask(hall, ask)

    async def estimate_grades(self, hall: str, day: date | None, lang: str) -> EstimateGrades:
        """How the ranges told on one business day came out; today's so far if none is given."""

        def ask(view: HallView) -> EstimateGrades:
            of_day = day or view.now.business_day
            names = {queue: view.now.published.queue_name(queue, lang) for queue in view.now.published.queues}
            return grades(of_day, selects.promise_tallies(view.connection, hall, of_day), names, lang)

        return await self._ask(hall, ask)

    async def slots(
        self, hall: str, service: str, first: date | None, days: int, channel: bodies.Channel
    ) -> appointments.Slots:
        """The bookable times of a service on `days` days from `first` (None = today) on."""
        return await self._ask(hall, lambda view: _booking(view).slots(service, first, days, channel))

    async def appointment(self, hall: str, appointment: str, eyes: Eyes) -> appointments.Appointment:
        """Raises DomainError("unknown_appointment")."""
        return await self._ask(
            hall, lambda view: self._appointment(view, _booking(view).appointment(appointment), eyes)
        )

    async def appointment_coded(self, hall: str, code: str, eyes: Eyes) -> appointments.Appointment:
        """The one with this booking code; raises DomainError("unknown_appointment")."""
        return await self._ask(hall, lambda view: self._appointment(view, _booking(view).coded(code), eyes))

    async def appointments_hit(self, hall: str, config: HallConfig | None = None) -> tuple[days.AppointmentHit, ...]:
        """Those that cannot be kept as things stand, or as they would if `config` were published."""

        def ask(view: HallView) -> tuple[days.AppointmentHit, ...]:
            now, plan = view.now, view.now.published.plan
            if config is not None:
                plan = obstacles.plan_if_published(view.connection, hall, config, now.business_day)
            return obstacles.obstructed(view.connection, hall, plan, view.time)

        return await self._ask(hall, ask)

    async def config(self, hall: str) -> tuple[int, HallConfig]:
        """The configuration in force and its version."""

        def ask(view: HallView) -> tuple[int, HallConfig]:
            return view.now.published.version, view.now.published.config

        return await self._ask(hall, ask)

    async def time_of(self, hall: str) -> tuple[datetime, date, ZoneInfo]:
        """When the hall's last fact was, its business day, and the zone its clocks show."""

        def ask(view: HallView) -> tuple[datetime, date, ZoneInfo]:
            now = view.now
            return now.at, now.business_day, ZoneInfo(now.published.plan.time_zone)

        return await self._ask(hall, ask)

    async def exists(self, hall: str) -> bool:
        return hall in await self.halls()

    async def halls(self) -> dict[str, tuple[int, int]]:
        """Each hall's newest sequence number and how far it was relayed."""
        return await self._reading.run(selects.all_halls)

    async def overdue_halls(self, until: datetime) -> list[str]:
        """Halls in which a call was due by `until` and no server process has made it."""
        return await self._reading.run(lambda connection: selects.overdue_halls(connection, until))

    def retained(self, connection: Connection, hall: str) -> Retained:
        """What the hall's retained topics must show now."""
        snapshot = self._view(connection, hall).snapshot()
        return Retained(
            snapshot.seq,
            [_window_status(snapshot.seq, window) for window in snapshot.windows],
            [
                QueueStatus(sequence=snapshot.seq, queue=one.id, waiting=one.waiting, last_called=one.last_called)
                for one in snapshot.queues
            ],
        )

    async def _ask(self, hall: str, question: Callable[[HallView], T]) -> T:
        return await self._reading.run(lambda connection: question(self._view(connection, hall)))

    def _view(self, connection: Connection, hall: str) -> HallView:
        return HallView(connection, self._publications.hall_now(connection, hall), self._clock.now())

    def _appointment(self, view: HallView, appointment: Appointment, eyes: Eyes) -> appointments.Appointment:
        stands = appointment.state in OPEN and appointment.start >= view.time
        why = obstacle(view.now.published.plan, appointment) if stands else None
        return self._renderer.appointment(appointment, eyes, why.value if why else "")

    def _ticket(self, view: HallView, ticket: Ticket | None, eyes: Eyes) -> bodies.Ticket:
        if ticket is None:
            raise DomainError("unknown_ticket")
        wait = view.wait_of(ticket) if ticket.state is State.WAITING else None
        return self._renderer.ticket(ticket, view.now.published.zone_of_queue(ticket.queue), wait, eyes)


def _booking(view: HallView) -> BookingView:
    return BookingView(view.connection, view.now, view.time)


def _why(view: HallView, ticket_id: str, lang: str) -> bodies.Why:
    now: HallNow = view.now
    ticket = selects.tickets_by_id(view.connection, now.hall, [ticket_id]).get(ticket_id)
    if ticket is None:
        raise DomainError("unknown_ticket")
    calls: Sequence[selects.AnyRow] = selects.calls_of(view.connection, now.hall, ticket_id)
    told = []
    for row in calls:
        detail = json.loads(row.detail)
        reason = bodies.Reason.model_validate(detail["reason"])
        window, how = detail["window"] or "", json.loads(row.data).get("how", "")
        told.append(
            bodies.WhyCall(
                called_at=from_ms(row.at),
                window=window,
                reason=reason,
                sentence=sentence(reason, now.published, lang, how),
            )
        )
    return bodies.Why(ticket=ticket_id, number=ticket.number, calls=tuple(told))


def _window_status(seq: int, window: bodies.WindowEntry) -> WindowStatus:
    ticket = window.ticket
    return WindowStatus(
        sequence=seq,
        window=window.id,
        label=window.label,
        zone=window.zone,
        state=window.state,
        number=ticket.number if ticket else "",
        ticket_state=ticket.state if ticket else None,
        calls=ticket.calls if ticket else 0,
        reason=window.pause_reason,
    )
