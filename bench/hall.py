"""A real `hall serve` in a folder of its own, with a hall wide enough to be loaded, and past days if wanted."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import ascii_uppercase
from typing import Any

import httpx
from sqlalchemy import Connection, insert

from contract.config import HallConfig
from queueserver.accounts import records
from queueserver.accounts.records import Account
from queueserver.accounts.secrets import mqtt_hash, new_bearer
from queueserver.clock import SystemClock, Ulids
from queueserver.store import publishing
from queueserver.store import tables as t
from queueserver.store.database import open_engine, prepare

HALL = "bench"
QUEUES = tuple(ascii_uppercase[:20])
WINDOWS = 16
DEVICES = 51
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class RunningHall:
    """`token` may do all; `devices` are (id, token) pairs that may listen."""

    port: int
    broker_port: int
    token: str
    devices: list[tuple[str, str]]
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def config() -> HallConfig:
    """Twenty queues of 9,999 numbers, always open; sixteen windows that serve them all."""
    return HallConfig.model_validate(
        {
            "hall": {"id": HALL, "name": {"en": "Bench"}, "day_boundary": "00:00"},
            "zones": [{"id": "zone", "name": {"en": "Zone"}}],
            "priority_classes": [
                {"id": "ordinary", "name": {"en": "Ordinary"}},
                {"id": "elderly", "name": {"en": "Elderly"}, "privileged": True},
            ],
            "hours": [{"id": "always", **{day: ["00:00-24:00"] for day in WEEK}}],
            "departments": [{"id": "all", "name": {"en": "All"}}],
            "services": [
                {"id": f"s-{q.lower()}", "department": "all", "name": {"en": q}, "queue": q.lower()} for q in QUEUES
            ],
            "queues": [
                {
                    "id": q.lower(),
                    "name": {"en": q},
                    "prefix": q,
                    "zone": "zone",
                    "hours": "always",
                    "last": 9999,
                    "digits": 4,
                }
                for q in QUEUES
            ],
            "windows": [
                {
                    "id": f"w{n}",
                    "label": str(n),
                    "name": {"en": str(n)},
                    "zone": "zone",
                    "serves": [q.lower() for q in QUEUES],
                }
                for n in range(1, WINDOWS + 1)
            ],
        }
    )


@contextlib.contextmanager
def running_hall(folder: Path, past_tickets: int = 0) -> Iterator[RunningHall]:
    """Prepare the database, serve it, and stop again."""
    url = f"sqlite:///{folder / 'hall.db'}"
    prepare(url)
    engine = open_engine(url, writing=True)
    with engine.begin() as connection:
        devices = _furnish(connection)
        _past(connection, past_tickets)
    engine.dispose()
    port, broker_port = free_port(), free_port()
    environment = {**os.environ, "HALL_DATA_DIR": str(folder), "HALL_LOG_LEVEL": "warning"}
    arguments = ["serve", "--port", str(port), "--broker-port", str(broker_port)]
    process = subprocess.Popen([sys.executable, "-m", "hall", *arguments], env=environment)
    try:
        _wait_until_ready(port, process)
        yield RunningHall(port, broker_port, devices[0][1], devices[1:], process)
    finally:
        process.terminate()
        process.wait(20)


def _furnish(connection: Connection) -> list[tuple[str, str]]:
    clock = SystemClock()
    publishing.publish(connection, HALL, config(), clock.now(), Ulids(clock)(), by="bench", note="", expected=None)
    made = []
    for number in range(DEVICES + 1):
        device, bearer = f"device-{number}", new_bearer()
        roles = frozenset({"kiosk", "display", "manager" if number == 0 else "clerk"})
        account = Account(HALL, device, records.DEVICE, device, roles, mqtt_hash=mqtt_hash(bearer))
        records.put(connection, account)
        records.add_token(connection, account, bearer, None)
        made.append((device, bearer))
    return made


def _past(connection: Connection, count: int) -> None:
    """`count` finished tickets over past days, four facts each, 10,000 tickets a day."""
    now = datetime.now(UTC)
    for start in range(0, count, 10_000):
        moment = now - timedelta(days=2 + start // 10_000)
        visits, tickets, events = [], [], []
        for n in range(min(10_000, count - start)):
            queue, number = QUEUES[n % len(QUEUES)], f"{QUEUES[n % len(QUEUES)]}{n // len(QUEUES) + 1:04d}"
            at = int(moment.timestamp() * 1000) + n
            one = _past_ticket(start + n, queue.lower(), number, at, moment)
            visits.append(one[0])
            tickets.append(one[1])
            events.extend(one[2])
        connection.execute(insert(t.visits), visits)
        connection.execute(insert(t.tickets), tickets)
        connection.execute(insert(t.events), events)


def _past_ticket(
    index: int, queue: str, number: str, at: int, moment: datetime
) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
    ident, day = f"past-{index}", moment.date()
    visit = {
        "hall": HALL, "id": ident, "business_day": day, "number": number, "token": ident, "arrived_at": at,
        "lang": "zh-CN", "channel": "kiosk", "holder": "", "document": "", "person": "", "phone": "",
    }  # fmt: skip
    ticket = {
        "hall": HALL, "id": ident, "visit": ident, "leg": 1, "business_day": day, "queue": queue,
        "service": f"s-{queue}", "state": "finished", "priority_class": "ordinary", "place_at": at,
        "place_order": index, "issued_at": at, "called_at": at + 1, "started_at": at + 2, "ended_at": at + 3,
        "window": "w1", "sent_to": None, "staff": None, "calls": 1, "misses": 0, "printed": True, "note": "",
        "seq": -4 * index,
    }  # fmt: skip
    kinds = ("ticket.issued", "ticket.called", "ticket.started", "ticket.finished")
    events = [
        {
            "hall": HALL, "seq": -4 * index - step, "id": f"{ident}-{step}", "type": kind, "at": at + step,
            "business_day": day, "ticket": ident, "detail": "{}",
            "data": json.dumps({"ticket": ident, "number": number}),
        }
        for step, kind in enumerate(kinds)
    ]  # fmt: skip
    return visit, ticket, events


def free_port() -> int:
    """A TCP port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"http://127.0.0.1:{port}/health/ready", trust_env=False).status_code == 200:
                return
        time.sleep(0.1)
    raise RuntimeError("the server was not ready within 60 s")
