"""Which appointments a configuration leaves without their time: asked before it is published, and while it holds."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, bindparam, select

from contract import days
from contract.config import HallConfig
from queueserver.domain.appointment import OPEN, Appointment
from queueserver.domain.closure import in_force
from queueserver.domain.hall import HallPlan
from queueserver.domain.obstacle import Obstacle, obstacle
from queueserver.store import calendar
from queueserver.store.appointments import appointment_of
from queueserver.store.plans import plan_of
from queueserver.store.rows import to_ms
from queueserver.store.tables import appointments as t

_AHEAD = (
    select(t)
    .where(
        t.c.hall == bindparam("in_hall"),
        t.c.start_at >= bindparam("since"),
        t.c.state.in_(sorted(state.value for state in OPEN)),
    )
    .order_by(t.c.start_at, t.c.id)
)


def obstructed(connection: Connection, hall: str, plan: HallPlan, now: datetime) -> tuple[days.AppointmentHit, ...]:
    """Every appointment still to come that `plan` does not allow for, by time, each with what is in its way."""
    ahead = connection.execute(_AHEAD, {"in_hall": hall, "since": to_ms(now)}).mappings()
    waiting = (one for one in map(appointment_of, ahead) if not one.lapsed(now))
    return tuple(_hit(one, why) for one in waiting if (why := obstacle(plan, one)) is not None)


def plan_if_published(connection: Connection, hall: str, config: HallConfig, today: date) -> HallPlan:
    """`config` as it would hold, with what managers changed for single days from `today` on."""
    closures, closing = calendar.of_day(connection, hall, today)
    return in_force(plan_of(config, 0), closures.values(), closing)


def _hit(one: Appointment, why: Obstacle) -> days.AppointmentHit:
    return days.AppointmentHit(
        id=one.id, code=one.code, queue=one.queue, service=one.service, start=one.start, why=why.value
    )
