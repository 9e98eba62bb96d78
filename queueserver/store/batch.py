"""Commands of one hall inside one transaction: decide each on the live hall, then write all changes at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final, Self

from sqlalchemy import Connection

from contract.config import HallConfig
from queueserver.domain.assignment import next_chance
from queueserver.domain.errors import DomainError
from queueserver.domain.hall import Assignment, HallPlan
from queueserver.domain.schedule import business_day
from queueserver.domain.ticket import Ticket
from queueserver.handlers.commands import Assign, Command, KeepWindowsClosed, TurnDay
from queueserver.handlers.dispatch import answer, carry_out
from queueserver.outgoing import fact_of
from queueserver.ports import Answer, CallAnswer, Clock, NewId
from queueserver.store import appointments, calendar, lessons, rows
from queueserver.store import statements as sql
from queueserver.store.appointments import StoredAppointments
from queueserver.store.live import Change, LiveHall, Unit
from queueserver.store.plans import plan_of

ANSWERS_KEPT: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the caller gets, now and for every repetition of its key."""

    status: int
    body: bytes


class Batch:
    """begin(), remember() the keys, decide() each command, write()."""

    def __init__(
        self, connection: Connection, live: LiveHall, clock: datetime, new_id: NewId, new_token: Callable[[], str]
    ) -> None:
        self.live = live
        self.seq_before = live.seq
        self._connection = connection
        self._clock = clock
        self._new_id = new_id
        self._new_token = new_token
        self._change = Change()
        self._events: list[dict[str, Any]] = []
        self._answers: dict[str, tuple[str, Reply]] = {}
        self._new_answers: list[dict[str, Any]] = []
        self._day_turned = False
        self._stored_chance: int | None = None
        self.chance: datetime | None = None
        """When time alone makes the next call possible; known once write() was called."""

    @classmethod
    def begin(
        cls,
        connection: Connection,
        hall: str,
        live: LiveHall | None,
        clock: Clock,
        new_id: NewId,
        new_token: Callable[[], str],
    ) -> Self | None:
        """Take the hall's row, catch up with it, turn the day if a new one has begun; None if there is no such hall."""
        row = connection.execute(sql.LOCK_HALL, {"in_hall": hall}).one_or_none()
        if row is None:
            return None
        if live is None or live.seq != row.seq:
            live = load(connection, hall, row)
        batch = cls(connection, live, clock.now(), new_id, new_token)
        batch._stored_chance = row.chance_at
        today = batch._day_of(live.time(batch._clock))
        if today > live.business_day:
            batch._perform(TurnDay(today))
            batch._day_turned = True
        batch._keep_windows_closed()
        return batch

    def remember(self, keys: Iterable[str]) -> None:
        """Look up which keys were answered before."""
        wanted = list(keys)
        if not wanted:
            return
        found = self._connection.execute(sql.FIND_ANSWERS, {"in_hall": self.live.plan.id, "keys": wanted})
        self._answers = {row.key: (row.fingerprint, Reply(row.status, row.body.encode())) for row in found}

    def decide(self, command: Command, key: str, fingerprint: str, render: Callable[[Answer], Reply]) -> Reply:
        """Carry the command out in memory, or repeat the first reply to its key; raises DomainError."""
        if (known := self._answers.get(key)) is not None:
            first_fingerprint, reply = known
            if first_fingerprint != fingerprint:
                raise DomainError("key_reused")
            return reply
        reply = render(self._perform(command))
        self._keep_windows_closed()
        self.assign()
        if key:
            self._answers[key] = (fingerprint, reply)
            self._new_answers.append(
                {
                    "hall": self.live.plan.id,
                    "key": key,
                    "fingerprint": fingerprint,
                    "status": reply.status,
                    "body": reply.body.decode(),
                    "at": rows.to_ms(self._clock),
                }
            )
        return reply

    def assign(self) -> None:
        """Let windows that call by themselves have their next visitors; commits with what freed them."""
        if self.live.plan.policy.assignment is Assignment.MANUAL:
            return
        while isinstance(self._perform(Assign()), CallAnswer):
            pass

    def write(self) -> None:
        """Send everything that changed to the database; the caller commits."""
        hall, send = self.live.plan.id, self._connection.execute
        chance_at = self._next_chance()
        if self._events:
            send(sql.ADVANCE_HALL.values(**_hall_values(self.live), chance_at=chance_at), {"in_hall": hall})
            send(sql.INSERT_EVENT, self._events)
        elif chance_at != self._stored_chance:
            send(sql.ADVANCE_HALL.values(chance_at=chance_at), {"in_hall": hall})
        self._write_tickets()
        calendar.write(self._connection, hall, self._change)
        if self._change.windows:
            send(sql.upsert_window(self._connection), [rows.window_row(hall, w) for w in self._change.windows.values()])
        if self._change.queue_days:
            days = [rows.queue_day_row(hall, day, counters) for (day, _), counters in self._change.queue_days.items()]
            send(sql.upsert_queue_day(self._connection), days)
        appointments.write(self._connection, hall, self._change.appointments.values())
        lessons.write(self._connection, hall, self._change.learned)
        if self._change.tallies:
            added = [rows.statistics_row(hall, *key, tally) for key, tally in self._change.tallies.items()]
            send(sql.add_statistics(self._connection), added)
        if self._new_answers:
            send(sql.INSERT_ANSWER, self._new_answers)
        if self._day_turned:
            send(sql.DELETE_OLD_ANSWERS, {"in_hall": hall, "before": rows.to_ms(self._clock - ANSWERS_KEPT)})

    def _next_chance(self) -> int | None:
        live = self.live
        self.chance = next_chance(live.plan.policy, live.windows.values(), live.line, live.time(self._clock))
        return None if self.chance is None else rows.to_ms(self.chance)

    def _perform(self, command: Command) -> Answer:
        live = self.live
        past = StoredAppointments(self._connection, live.plan.id, self._change.appointments)
        unit = Unit(live, live.time(self._clock), self._new_id, self._new_token, self._find, past)
        outcome = carry_out(unit, command)
        day, first_sequence = live.business_day, live.seq + 1
        unit.commit(self._change)
        for sequence, event in enumerate(unit.events, start=first_sequence):
            fact = fact_of(event, unit)
            self._events.append(
                {
                    "hall": live.plan.id,
                    "seq": sequence,
                    "id": self._new_id(),
                    "type": fact.type,
                    "at": rows.to_ms(unit.now),
                    "business_day": day,
                    "ticket": fact.ticket,
                    "data": fact.data,
                    "detail": fact.detail,
                }
            )
        return answer(unit, command, outcome)

    def _keep_windows_closed(self) -> None:
        if any(one.windows for one in self.live.closures.values()):
            self._perform(KeepWindowsClosed())

    def _day_of(self, moment: datetime) -> date:
        plan = self.live.plan
        return business_day(moment, plan.time_zone, plan.day_boundary_minutes)

    def _write_tickets(self) -> None:
        hall, change = self.live.plan.id, self._change
        fresh: list[dict[str, Any]] = []
        known: list[dict[str, Any]] = []
        for ticket_id, (ticket, seq) in change.tickets.items():
            row = rows.ticket_row(hall, ticket, seq)
            (fresh if ticket_id in change.new_tickets else known).append(row)
        visits = [rows.visit_row(hall, change.tickets[row["id"]][0].visit) for row in fresh if row["leg"] == 1]
        if visits:
            self._connection.execute(sql.INSERT_VISIT, visits)
        if change.visits:
            planned = [
                {"of_hall": hall, "of_id": visit.id, "itinerary": rows.itinerary_text(visit.itinerary)}
                for visit in change.visits.values()
            ]
            self._connection.execute(sql.UPDATE_VISIT, planned)
        if fresh:
            self._connection.execute(sql.INSERT_TICKET, fresh)
        if known:
            self._connection.execute(sql.UPDATE_TICKET, [sql.changed(row) for row in known])

    def _find(self, ticket_id: str) -> Ticket | None:
        """A ticket that is over: first among this batch's own changes, then in the database."""
        if (changed := self._change.tickets.get(ticket_id)) is not None:
            return changed[0]
        row = (
            self._connection.execute(sql.FIND_TICKET, {"in_hall": self.live.plan.id, "ticket": ticket_id})
            .mappings()
            .one_or_none()
        )
        return None if row is None else rows.ticket_of(row)


def load(connection: Connection, hall: str, row: Any) -> LiveHall:
    """The hall as the database has it; `row` is its row of halls."""
    document = connection.execute(sql.CONFIG, {"in_hall": hall, "version": row.config_version}).scalar_one()
    live = LiveHall(plan_of(HallConfig.model_validate(document), row.config_version), row.seq, row.business_day)
    for ticket in connection.execute(sql.OPEN_TICKETS, {"in_hall": hall}).mappings():
        live.keep(_reachable(rows.ticket_of(ticket), live.plan))
    for window in connection.execute(sql.WINDOWS, {"in_hall": hall}).mappings():
        live.windows[window["id"]] = rows.window_of(window)
    for appointment in appointments.kept(connection, hall, row.business_day):
        live.agenda.keep(appointment)
    live.learned.update(lessons.kept(connection, hall))
    live.at, live.calendar_seq = rows.from_ms(row.at), row.calendar_seq
    load_day(connection, live)
    return live


def load_day(connection: Connection, live: LiveHall) -> None:
    """What belongs to the hall's business day: counters, changed hours, an early end."""
    hall, today = live.plan.id, live.business_day
    days = connection.execute(sql.QUEUE_DAYS, {"in_hall": hall, "day": today}).mappings()
    live.queue_days = {day["queue"]: rows.queue_day_of(day) for day in days}
    live.closures, live.closing = calendar.of_day(connection, hall, today)
    live.renew_plan()


def _hall_values(live: LiveHall) -> dict[str, Any]:
    at = rows.to_ms(live.at) if live.at else 0
    return {"seq": live.seq, "business_day": live.business_day, "at": at, "calendar_seq": live.calendar_seq}


def _reachable(ticket: Ticket, plan: HallPlan) -> Ticket:
    """Sent to a window that is configured no more, it waits with its queue again: nobody else could call it."""
    gone = ticket.sent_to is not None and ticket.sent_to not in plan.windows
    return replace(ticket, sent_to=None) if gone else ticket
