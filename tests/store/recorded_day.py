"""A simulated day written into a real database, command by command, as the server's writer would have written it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from contract.config import HallConfig
from queueserver.clock import Ulids, visitor_token
from queueserver.domain.events import Event
from queueserver.domain.hall import HallPlan
from queueserver.handlers import commands
from queueserver.simulation.run import Simulation, Staff
from queueserver.simulation.virtualhall import VirtualHall, moment
from queueserver.store.batch import Batch
from queueserver.store.live import LiveHall
from tests.store.store_kit import HandClock, render

NAMED = ("ticket",)


class WrittenHall(VirtualHall):
    """Does everything twice: in memory for the simulation, and through Batch into the database."""

    def __init__(self, plan: HallPlan, day: date, engine: Engine, clock: HandClock) -> None:
        super().__init__(plan, day)
        self._engine = engine
        self._clock = clock
        self._ulids = Ulids(clock)
        self._stored: LiveHall | None = None
        self._numbers: dict[str, str] = {}
        self._ids: dict[str, str] = {}

    def do(self, command: commands.Command, at_ms: int) -> Sequence[Event]:
        heard = super().do(command, at_ms)
        if isinstance(command, commands.TurnDay):
            return heard
        for event in heard:
            ticket = getattr(event, "ticket", None)
            if ticket is not None:
                self._numbers[ticket.id] = ticket.number
        self._clock.time = moment(at_ms)
        with self._engine.begin() as connection:
            batch = Batch.begin(connection, self.live.plan.id, self._stored, self._clock, self._ulids, visitor_token)
            assert batch is not None
            self._stored = batch.live
            batch.decide(self._translated(command), "", "", render)
            batch.write()
        for ticket in self._stored.tickets.values():
            self._ids[ticket.number] = ticket.id
        return heard

    def _translated(self, command: Any) -> commands.Command:
        """The command about the stored ticket of the same number."""
        if hasattr(command, "ticket"):
            return replace(command, ticket=self._ids[self._numbers[command.ticket]])
        translated: commands.Command = command
        return translated


def recorder(config: HallConfig, plan: HallPlan, day: date, engine: Engine, staff: Staff | None = None) -> Simulation:
    """A simulation whose every command is also written."""
    simulation = Simulation(plan, day, staff)
    simulation.hall = WrittenHall(plan, day, engine, HandClock())
    return simulation


def database(folder: Path) -> str:
    return f"sqlite:///{folder / 'hall.db'}"
