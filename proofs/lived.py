"""A simulated day written into a real database, command by command, as the server's writer would have written it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, update

from contract.config import HallConfig
from queueserver.clock import Ulids, visitor_token
from queueserver.domain.events import Event
from queueserver.domain.hall import HallPlan
from queueserver.handlers import commands
from queueserver.ports import Answer
from queueserver.simulation.run import Simulation, Staff
from queueserver.simulation.virtualhall import VirtualHall, moment
from queueserver.store.batch import Batch, Reply
from queueserver.store.database import open_engine, prepare
from queueserver.store.live import LiveHall
from queueserver.store.publishing import publish
from queueserver.store.tables import events, halls

_DONE = Reply(200, b"{}")


class StoppedClock:
    """Shows what it was set to."""

    def __init__(self) -> None:
        self.time = datetime(1970, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


def founded(url: str, config: HallConfig, day: date, now: datetime) -> Engine:
    """A database with the hall published in it, on the morning of `day`."""
    prepare(url)
    engine = open_engine(url, writing=True)
    with engine.begin() as connection:
        publish(connection, config.hall.id, config, now, "0" * 26, by="proofs", note="", expected=None)
        connection.execute(update(halls).values(business_day=day))
        connection.execute(update(events).values(business_day=day))
    return engine


class WrittenHall(VirtualHall):
    """Does everything twice: in memory for the simulation, and through Batch into the database."""

    def __init__(self, plan: HallPlan, day: date, engine: Engine) -> None:
        super().__init__(plan, day)
        self._clock = StoppedClock()
        self._ulids = Ulids(self._clock)
        self._engine = engine
        self._stored: LiveHall | None = None
        self._numbers: dict[str, str] = {}
        self._ids: dict[str, str] = {}

    def do(self, command: commands.Command, at_ms: int) -> Sequence[Event]:
        """As VirtualHall.do; the day's own end is left to whoever comes next, as it is in a real hall."""
        heard = super().do(command, at_ms)
        if not isinstance(command, commands.TurnDay):
            for event in heard:
                ticket = getattr(event, "ticket", None)
                if ticket is not None:
                    self._numbers[ticket.id] = ticket.number
            self._clock.time = moment(at_ms)
            with self._engine.begin() as connection:
                self._write(connection, command)
        return heard

    def _write(self, connection: Connection, command: commands.Command) -> None:
        hall = self.live.plan.id
        batch = Batch.begin(connection, hall, self._stored, self._clock, self._ulids, visitor_token)
        if batch is None:
            raise LookupError(hall)
        self._stored = batch.live
        batch.decide(self._translated(command), "", "", _done)
        batch.write()
        for ticket in batch.live.tickets.values():
            self._ids[ticket.number] = ticket.id

    def _translated(self, command: Any) -> commands.Command:
        """The command about the stored ticket of the same number."""
        if hasattr(command, "ticket"):
            return replace(command, ticket=self._ids[self._numbers[command.ticket]])
        translated: commands.Command = command
        return translated


def living(plan: HallPlan, day: date, engine: Engine, staff: Staff | None = None) -> Simulation:
    """A simulation whose every command is also written."""
    simulation = Simulation(plan, day, staff)
    simulation.hall = WrittenHall(plan, day, engine)
    return simulation


def _done(_: Answer) -> Reply:
    return _DONE
