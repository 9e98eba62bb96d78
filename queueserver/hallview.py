"""One hall as of one sequence number, as screens and clerks must see it; lives as long as one reading transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from contract import bodies
from contract.config import text_for
from queueserver import selects
from queueserver.answers import Eyes, Renderer
from queueserver.catalogue import QueueNow
from queueserver.domain.assignment import calls_at, calls_by_itself
from queueserver.domain.errors import DomainError
from queueserver.domain.hall import QueuePlan, WindowPlan
from queueserver.domain.lanework import Crowd
from queueserver.domain.schedule import business_day
from queueserver.domain.sharing import Sharing
from queueserver.domain.stops import Stop, StopState
from queueserver.domain.ticket import Place, State, Ticket
from queueserver.domain.window import Window
from queueserver.domain.workload import Asker, Floor, loads_of
from queueserver.ports import Wait
from queueserver.published import HallNow
from queueserver.store import lessons
from queueserver.store.rows import from_ms

END_OF_ALL = Place(1 << 62, 0)


class HallView:
    """Reads what a question needs, and no more, at `time`: the hall's, which never runs back as a clock may."""

    def __init__(self, connection: Connection, now: HallNow, time: datetime) -> None:
        self.connection = connection
        self.now = now
        self.time = max(time, now.at)
        self._published = now.published
        self._local = self.time.astimezone(ZoneInfo(now.published.config.hall.time_zone))

    @cached_property
    def _windows(self) -> dict[str, Window]:
        return selects.windows_at_work(self.connection, self.now.hall)

    @cached_property
    def _tickets_at_windows(self) -> dict[str, Ticket]:
        ids = [window.ticket for window in self._windows.values() if window.ticket]
        return selects.tickets_by_id(self.connection, self.now.hall, ids)

    @cached_property
    def _floor(self) -> Floor:
        """The very estimate the server's commands make, from what is stored."""
        plan = self._published.plan
        learned = lessons.kept(self.connection, self.now.hall)
        loads = loads_of(plan, Sharing(plan, self._windows), learned, self.time)
        return Floor(loads, self._windows, self._tickets_at_windows, self.time)

    @cached_property
    def _everybody(self) -> Crowd:
        return self._crowd(END_OF_ALL)

    @cached_property
    def _timed(self) -> list[Ticket]:
        return selects.timed(self.connection, self.now.hall)

    def _crowd(self, place: Place) -> Crowd:
        return Crowd(selects.groups_before(self.connection, self.now.hall, place), self._timed)

    @cached_property
    def _counters(self) -> selects.Counters:
        return selects.counters(self.connection, self.now.hall, self.now.business_day)

    def wait_of(self, ticket: Ticket) -> Wait | None:
        """Where a waiting ticket stands; None when its queue is no longer configured."""
        plan = self._published.plan.queues.get(ticket.queue)
        if plan is None:
            return None
        ahead, _ = selects.ahead_of(self.connection, self.now.hall, ticket, self.time)
        promise = self._floor.promise(ticket, self._crowd(ticket.place))
        beyond = promise is not None and self._floor.beyond_closing(Asker.of(ticket, self._published.plan), promise)
        return Wait(ahead + 1, ahead, promise, beyond)

    def queues_now(self, lang: str = "") -> dict[str, QueueNow]:
        """Every configured queue as a kiosk must show it to somebody who speaks `lang`."""
        queues = self._published.plan.queues.values()
        return {plan.id: self._with_estimate(plan, Asker(plan.id, lang=lang)) for plan in queues}

    def services_now(self, lang: str = "") -> dict[str, QueueNow]:
        """The services that only some of the staff can serve, each as its queue, but for the wait."""
        plan = self._published.plan
        asked = (
            plan.services[service] for service in plan.skills if service in plan.services and not plan.via_desk(service)
        )
        return {one.id: self._with_estimate(plan.queues[one.queue], Asker(one.queue, one.id, lang)) for one in asked}

    def snapshot(self) -> bodies.Snapshot:
        config = self._published.config
        calls = selects.latest_calls(self.connection, self.now.hall, self.now.business_day)
        lang = config.hall.languages[0]
        return bodies.Snapshot(
            hall=self.now.hall,
            names=dict(config.hall.name),
            time_zone=config.hall.time_zone,
            time=self.time,
            seq=self.now.seq,
            config_version=self._published.version,
            business_day=self.now.business_day,
            languages=config.hall.languages,
            zones=tuple(bodies.ZoneEntry(id=z.id, name=text_for(z.name, lang), floor=z.floor) for z in config.zones),
            windows=tuple(self._window_entry(window) for window in self._published.windows),
            queues=tuple(self._queue_entry(queue) for queue in self._published.queues),
            calls=tuple(self._call_entry(ticket) for ticket in calls),
        )

    def window_view(self, window: str, lang: str, renderer: Renderer, eyes: Eyes) -> bodies.WindowView:
        """What a clerk at `window` must see; raises DomainError("unknown_window")."""
        plan = self._published.plan.windows.get(window)
        if plan is None:
            raise DomainError("unknown_window")
        state = self._windows.get(window) or Window(window)
        current = self._tickets_at_windows.get(state.ticket) if state.ticket else None
        policy = self._published.plan.policy
        count, waiting = selects.line_of_window(self.connection, self.now.hall, window, plan.serves)
        aside = selects.set_aside(self.connection, self.now.hall, window, list(self._published.queues))
        return bodies.WindowView(
            seq=self.now.seq,
            time=self.time,
            window=self._window_entry(window),
            staff=bodies.StaffEntry(id=state.staff, name=state.staff_name) if state.staff else None,
            current=self._current(current, renderer, eyes),
            current_service=self._published.service_name(current.service, lang) if current else "",
            current_stops=self._stops(current, plan, lang) if current else (),
            current_then=self._then(current, lang) if current else (),
            current_back=self._back(current) if current else (),
            waiting_count=count,
            waiting=tuple(self._line_entry(ticket, lang) for ticket in waiting),
            held=tuple(self._line_entry(ticket, lang) for ticket in aside if ticket.state is State.HELD),
            missed=tuple(self._line_entry(ticket, lang) for ticket in aside if ticket.state is State.NO_SHOW),
            queues=tuple(self._queue_entry(queue) for queue in plan.serves),
            recalls_allowed=policy.recalls,
            transfer_queues=tuple(self._queue_entry(queue) for queue in self._published.queues),
            transfer_windows=tuple(self._window_entry(other) for other in self._published.windows if other != window),
            assignment=self._published.config.hall.policy.assignment.value,
            auto=calls_by_itself(policy, state),
            assign_after_seconds=policy.assign_after_seconds,
            calls_at=calls_at(policy, state, self.time),
            at_desk=current is not None and current.service == policy.desk,
        )

    def _current(self, ticket: Ticket | None, renderer: Renderer, eyes: Eyes) -> bodies.Ticket | None:
        if ticket is None:
            return None
        return renderer.ticket(ticket, self._published.zone_of_queue(ticket.queue), None, eyes)

    def _stops(self, ticket: Ticket, plan: WindowPlan, lang: str) -> tuple[bodies.StopEntry, ...]:
        stops = ticket.visit.itinerary.stops or (Stop(ticket.service, ticket.queue, state=StopState.NOW),)
        return tuple(
            bodies.StopEntry(
                service=stop.service,
                name=text_for(self._published.stop_texts(stop), lang),
                queue=stop.queue,
                state=bodies.StopState(stop.state),
                reason=stop.reason,
                here=stop.queue in plan.serves,
            )
            for stop in stops
        )

    def _then(self, ticket: Ticket, lang: str) -> tuple[str, ...]:
        itinerary = ticket.visit.itinerary
        return tuple(text_for(self._published.stop_texts(itinerary.stops[place]), lang) for place in itinerary.open)

    def _back(self, ticket: Ticket) -> tuple[str, ...]:
        return tuple(self._published.label(one.window) for one in reversed(ticket.visit.itinerary.returns))

    def _queue_now(self, plan: QueuePlan) -> QueueNow:
        waiting = self._counters.waiting.get(plan.id, 0)
        if not plan.schedule.gives_tickets(self._local):
            opens_at = plan.schedule.next_opening(self._local)
            return QueueNow(bodies.ServiceState.CLOSED, waiting, None, opens_at)
        if self._takes_no_more(plan, waiting):
            return QueueNow(bodies.ServiceState.FULL, waiting, None, None)
        return QueueNow(bodies.ServiceState.OPEN, waiting, None, None)

    def _with_estimate(self, plan: QueuePlan, asker: Asker) -> QueueNow:
        now = self._queue_now(plan)
        if now.state is not bodies.ServiceState.OPEN:
            return now
        promise = self._floor.promised(asker, self._everybody)
        if promise is None:
            return now
        estimate = bodies.Estimate(
            low_minutes=promise.low,
            high_minutes=promise.high,
            beyond_closing=self._floor.beyond_closing(asker, promise),
        )
        return replace(now, estimate=estimate)

    def _takes_no_more(self, plan: QueuePlan, waiting: int) -> bool:
        """Whether a limit of the day or of the line is reached; a day that has turned starts with nothing issued."""
        if plan.waiting_limit is not None and waiting >= plan.waiting_limit:
            return True
        day = self._counters.days.get(plan.id)
        today = business_day(self.time, self._published.plan.time_zone, self._published.plan.day_boundary_minutes)
        if day is None or today > self.now.business_day:
            return False
        used_up = max(day.next_number, plan.first) > plan.last
        return used_up or (plan.daily_limit is not None and day.issued >= plan.daily_limit)

    def _queue_entry(self, queue: str) -> bodies.QueueEntry:
        config = self._published.queues[queue]
        state = self._queue_now(self._published.plan.queues[queue])
        day = self._counters.days.get(queue)
        return bodies.QueueEntry(
            id=queue,
            names=dict(config.name),
            prefix=config.prefix,
            zone=config.zone,
            state=state.state,
            waiting=state.waiting,
            last_called=day.last_called if day else "",
        )

    def _window_entry(self, window: str) -> bodies.WindowEntry:
        config = self._published.windows[window]
        state = self._windows.get(window) or Window(window)
        ticket = self._tickets_at_windows.get(state.ticket) if state.ticket else None
        return bodies.WindowEntry(
            id=window,
            label=config.label,
            names=dict(config.name),
            zone=config.zone,
            state=bodies.WindowState(state.state),
            pause_reason=state.pause_reason,
            ticket=self._window_ticket(ticket) if ticket else None,
        )

    def _window_ticket(self, ticket: Ticket) -> bodies.WindowTicket:
        return bodies.WindowTicket(
            id=ticket.id,
            number=ticket.number,
            state=bodies.TicketState(ticket.state),
            service=ticket.service,
            queue=ticket.queue,
            called_at=ticket.called_at or ticket.issued_at,
            calls=ticket.calls,
        )

    def _call_entry(self, ticket: Ticket) -> bodies.CallEntry:
        window = ticket.window or ""
        return bodies.CallEntry(
            ticket=ticket.id,
            number=ticket.number,
            window=window,
            label=self._published.label(window),
            zone=self._published.zone_of_window(window),
            queue=ticket.queue,
            service=ticket.service,
            lang=ticket.visit.lang,
            state=bodies.TicketState(ticket.state),
            called_at=ticket.called_at or ticket.issued_at,
            calls=ticket.calls,
        )

    def _line_entry(self, ticket: Ticket, lang: str) -> bodies.LineEntry:
        waits = ticket.state is State.WAITING
        return bodies.LineEntry(
            id=ticket.id,
            number=ticket.number,
            queue=ticket.queue,
            service=ticket.service,
            service_name=self._published.service_name(ticket.service, lang),
            priority_class=ticket.priority_class,
            priority_name=self._published.class_name(ticket.priority_class, lang),
            state=bodies.TicketState(ticket.state),
            since=from_ms(ticket.place.at_ms) if waits else ticket.visit.arrived_at,
            calls=ticket.calls,
            misses=ticket.misses,
            note=ticket.note,
            due_at=ticket.not_before,
            party=ticket.visit.party,
            then=self._then(ticket, lang),
        )
