"""The real server for tests: real HTTP on a free port, a real SQLite file, and a real Mosquitto when asked for."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import uvicorn
from sqlalchemy import Connection, Engine, delete, update

from contract.client.api import HallApi
from contract.client.http import HallClient
from contract.client.sample import SAMPLE_HALL, STAFF
from contract.config import HallConfig
from queueserver.accounts import records
from queueserver.accounts.passwords import hash_password
from queueserver.accounts.records import Account
from queueserver.accounts.secrets import mqtt_hash, new_bearer
from queueserver.app import Server
from queueserver.broker import find_mosquitto, free_port
from queueserver.clock import SystemClock, Ulids
from queueserver.settings import ServerSettings
from queueserver.steadyclock import Machine
from queueserver.store import publishing
from queueserver.store.database import open_engine, prepare
from queueserver.store.tables import events, halls

T = TypeVar("T")

STARTS_WITHIN_SECONDS = 20.0
NO_BROKER = "mqtt://127.0.0.1:9"
"""Nothing listens on the discard port: the server must do without."""


class LiveServer:
    """One running server. `token` is a device's that may do what kiosks and callers do."""

    def __init__(
        self,
        settings: ServerSettings,
        server: Server,
        url: str,
        token: str,
        running: uvicorn.Server,
        thread: threading.Thread,
    ) -> None:
        self.settings = settings
        self.server = server
        self.url = url
        self.token = token
        self._uvicorn = running
        self._thread = thread
        self._clients: list[HallClient] = []

    @property
    def broker_port(self) -> int:
        return self.server.broker_for_devices()[1]

    def client(self, token: str | None = None, hall: str = SAMPLE_HALL.hall.id, attempts: int = 1) -> HallClient:
        client = HallClient(self.url, hall, self.token if token is None else token, attempts=attempts)
        self._clients.append(client)
        return client

    def device(self, device: str, *roles: str, hall: str = SAMPLE_HALL.hall.id) -> str:
        """A new device's bearer token and MQTT password."""
        return in_database(self.settings, lambda connection: add_device(connection, device, roles, hall))

    def stop(self) -> None:
        for client in self._clients:
            client.close()
        self._uvicorn.should_exit = True
        self._thread.join(STARTS_WITHIN_SECONDS)
        assert not self._thread.is_alive()


@contextlib.contextmanager
def live_hall(config: HallConfig = SAMPLE_HALL) -> Iterator[HallApi]:
    """The sample hall, or one with its id, with no facts yet, asked by a device that is kiosk and caller in one."""
    with tempfile.TemporaryDirectory() as folder, live_server(Path(folder), config) as live:
        yield live.client()


@contextlib.contextmanager
def live_server(
    folder: Path, config: HallConfig = SAMPLE_HALL, machine: Machine | None = None, **settings: object
) -> Iterator[LiveServer]:
    """A server over `folder`, configured and with its staff; no broker unless settings say so."""
    chosen = ServerSettings.load(flags={"data_dir": folder, "port": 0, "broker": NO_BROKER, **settings})
    token = furnish(chosen, config)
    live = start(chosen, token, machine)
    try:
        yield live
    finally:
        live.stop()


def start(settings: ServerSettings, token: str = "", machine: Machine | None = None) -> LiveServer:
    """Run a server in a thread of this process until stop(); `machine` has the clock, by default this one."""
    listener = socket.create_server((settings.host, settings.port), backlog=1024)
    url = f"http://{settings.host}:{listener.getsockname()[1]}"
    ready = threading.Event()
    made: list[tuple[Server, uvicorn.Server]] = []

    def serve() -> None:
        async def run() -> None:
            server = Server(settings, url, machine)
            config = uvicorn.Config(
                server.asgi,
                http="httptools",
                lifespan="off",
                access_log=False,
                log_config=None,
                timeout_graceful_shutdown=2,
            )
            running = _Announcing(config, ready)
            made.append((server, running))
            async with server.running():
                await running.serve(sockets=[listener])

        try:
            asyncio.run(run())
        finally:
            listener.close()
            ready.set()

    thread = threading.Thread(target=serve, name="live-server", daemon=True)
    thread.start()
    assert ready.wait(STARTS_WITHIN_SECONDS)
    assert made, "the server could not be made"
    server, running = made[0]
    assert running.started, "the server did not start"
    return LiveServer(settings, server, url, token, running, thread)


def furnish(settings: ServerSettings, config: HallConfig = SAMPLE_HALL) -> str:
    """A database with the hall as on its first morning, without the fact that it was configured; a device's token."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    prepare(settings.database_url)
    return in_database(settings, lambda connection: _furnish(connection, config))


def in_database(settings: ServerSettings, work: Callable[[Connection], T]) -> T:
    """Run `work` in one transaction of its own."""
    engine: Engine = open_engine(settings.database_url, writing=True)
    try:
        with engine.begin() as connection:
            return work(connection)
    finally:
        engine.dispose()


@contextlib.contextmanager
def run_outside_broker(folder: Path) -> Iterator[int]:
    """The port of a Mosquitto that lets everybody in and is none of the server's business."""
    port, config = free_port(), folder / "outside.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n")
    with (
        (folder / "outside.log").open("wb") as log,
        subprocess.Popen([find_mosquitto(), "-c", str(config)], stdout=log, stderr=log) as process,
    ):
        try:
            yield port
        finally:
            process.terminate()


def add_device(connection: Connection, device: str, roles: tuple[str, ...], hall: str) -> str:
    bearer = new_bearer()
    account = Account(hall, device, records.DEVICE, device, frozenset(roles), mqtt_hash=mqtt_hash(bearer))
    records.put(connection, account)
    records.add_token(connection, account, bearer, None)
    return bearer


def add_staff(connection: Connection, hall: str) -> None:
    for person in STAFF:
        account = Account(
            hall, person.user, records.PERSON, person.name, frozenset(person.roles), _hashed(person.password)
        )
        records.put(connection, account)


def _furnish(connection: Connection, config: HallConfig) -> str:
    clock, hall = SystemClock(), config.hall.id
    publishing.publish(connection, hall, config, clock.now(), Ulids(clock)(), by="installer", note="", expected=None)
    connection.execute(delete(events).where(events.c.hall == hall))
    connection.execute(update(halls).where(halls.c.hall == hall).values(seq=0))
    if hall == SAMPLE_HALL.hall.id:
        add_staff(connection, hall)
    return add_device(connection, f"{hall}-kiosk", ("kiosk", "caller"), hall)


_hashes: dict[str, str] = {}


def _hashed(password: str) -> str:
    """Each password is hashed once a test run: hashing is slow on purpose."""
    if password not in _hashes:
        _hashes[password] = hash_password(password)
    return _hashes[password]


class _Announcing(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: threading.Event) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready.set()
