"""The composition root: opens the database, puts the parts together, starts and stops them in a stated order."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from sqlalchemy import Engine
from starlette.types import ASGIApp

from queueserver import clockfile, selects
from queueserver.accounts import records
from queueserver.accounts.directory import Directory
from queueserver.accounts.documents import DocumentKeeper, load_or_create_key
from queueserver.answers import Renderer
from queueserver.api.application import application
from queueserver.api.deps import House
from queueserver.broker import ManagedBroker, MqttAccount
from queueserver.clock import ThisMachine, Ulids, visitor_token
from queueserver.metrics import Metrics
from queueserver.publisher import MqttAddress
from queueserver.queries import Queries
from queueserver.reading import Reading
from queueserver.relay import Relay
from queueserver.rounds import Rounds
from queueserver.settings import ServerSettings
from queueserver.steadyclock import Machine, SteadyClock
from queueserver.store.database import open_engine, prepare
from queueserver.store.writer import Writer

log = logging.getLogger(__name__)


class Server:
    """One queue server. Making it opens and migrates the database; `asgi` is to be served within running().

    Raises KeyFileError and DatabaseRefusedError, each with one line for the operator.
    """

    def __init__(self, settings: ServerSettings, public_url: str, machine: Machine | None = None) -> None:
        self._settings = settings
        _make_folder(settings.data_dir)
        prepare(settings.database_url)
        key = load_or_create_key(settings.document_key_path)
        self._engines: Sequence[Engine] = (
            open_engine(settings.database_url, writing=True),
            open_engine(settings.database_url, writing=False),
        )
        writing, reading = self._engines
        with reading.connect() as connection:
            newest = selects.newest_fact(connection)
        self._clock = SteadyClock(machine or ThisMachine(), clockfile.read(settings.clock_file), newest)
        self._writer = Writer(writing, self._clock, Ulids(self._clock), visitor_token, self._committed)
        self._reading = Reading(reading)
        renderer = Renderer(settings.public_url or public_url)
        self._queries = Queries(self._reading, self._clock, renderer)
        self._broker = self._managed_broker()
        self._relay = Relay(self._broker_address, self._reading, self._writer, self._clock, self._queries.retained)
        directory = Directory(self._reading, self._writer, self._clock, key, self._devices_changed)
        house = House(
            writer=self._writer,
            queries=self._queries,
            directory=directory,
            documents=DocumentKeeper(key),
            renderer=renderer,
            outbox=self._relay,
            metrics=Metrics(),
            clock=self._clock,
            judge=self._clock,
            broker_for_devices=self.broker_for_devices,
        )
        self.asgi: ASGIApp = application(house)

    def broker_for_devices(self) -> tuple[str, int]:
        """Where devices find the broker; an empty host means this machine, under the name they know."""
        address = self._broker_address()
        everywhere = self._broker is not None and self._settings.broker_host in ("0.0.0.0", "::", "")
        return ("" if everywhere else address.host), address.port

    def _managed_broker(self) -> ManagedBroker | None:
        if self._settings.outside_broker is not None:
            return None
        return ManagedBroker(self._settings.broker_host, self._settings.broker_port, self._settings.broker_files)

    def _broker_address(self) -> MqttAddress:
        if self._broker is not None:
            return self._broker.address
        host, port, tls = self._settings.outside_broker or ("", 0, False)
        password = self._settings.broker_password.get_secret_value()
        return MqttAddress(host, port, self._settings.broker_user, password, tls)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Writer, broker, relay; and back in the opposite order. Raises BrokerError and StorageError."""
        async with contextlib.AsyncExitStack() as stack:
            for engine in self._engines:
                stack.callback(engine.dispose)
            stack.callback(self._reading.close)
            self._keep_clock()
            stack.callback(self._keep_clock)
            self._writer.start()
            stack.push_async_callback(asyncio.to_thread, self._writer.close)
            if self._broker is not None:
                stack.push_async_callback(self._broker.close)
                await self._broker.start(await self._mqtt_accounts())
            await self._relay.start()
            stack.push_async_callback(self._relay.close)
            rounds = Rounds(self._writer, self._queries, self._relay, self._clock, self._keep_house)
            await stack.enter_async_context(rounds.going())
            yield

    def _committed(self, hall: str, seq: int) -> None:
        self._relay.committed(hall, seq)

    async def _devices_changed(self) -> None:
        """Let the broker know exactly the devices in force; nothing happens when it does already."""
        accounts = await self._mqtt_accounts()
        if self._broker is not None and accounts != self._broker.accounts:
            self._broker.devices_changed(accounts)

    async def _mqtt_accounts(self) -> list[MqttAccount]:
        devices = await self._reading.run(records.devices)
        return [MqttAccount(one.hall, one.id, one.mqtt_hash) for one in devices]

    async def _keep_house(self) -> None:
        self._keep_clock()
        await self._devices_changed()

    def _keep_clock(self) -> None:
        clockfile.write(self._settings.clock_file, self._clock.kept())


def _make_folder(path: Path) -> None:
    """Raises OSError with a sentence for the operator."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = "it is a file" if isinstance(error, FileExistsError) else error.strerror
        raise OSError(f"the data folder {path} cannot be used: {reason}") from error
