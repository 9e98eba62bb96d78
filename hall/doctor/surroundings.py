"""What this machine and its network give: disk, ports, the server, the broker, clocks that agree."""

from __future__ import annotations

import email.utils
import shutil
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from hall.doctor.check import Check, Verdict

_SECONDS: Final = 3.0
_LEAST_FREE_BYTES: Final = 1_000_000_000
_MOST_CLOCK_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is, and as whom this machine signs in; without a user only the port is tried."""

    host: str
    port: int
    user: str = ""
    password: str = ""


def disk(folder: Path) -> Iterator[Check]:
    """Space where the server keeps its database."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    found = f"{free / 1e9:.1f} GB free at {existing}"
    if free < _LEAST_FREE_BYTES:
        yield Check(Verdict.FIX, "disk", found, "make room: without it no ticket can be stored")
    else:
        yield Check(Verdict.OK, "disk", found)


def server(url: str, *, expected: bool) -> Iterator[Check]:
    """The queue server and how far its clock is from ours; `expected` = the settings say it must be there."""
    try:
        answer = httpx.get(f"{url.rstrip('/')}/health/ready", timeout=_SECONDS, trust_env=False)
    except httpx.HTTPError as error:
        if expected:
            yield Check(Verdict.FIX, "queue server", f"{url}: {error}", "start hall serve there, or correct server")
        else:
            yield Check(Verdict.NOTE, "queue server", f"none at {url}", "start one here with: hall serve")
        return
    if answer.is_success:
        yield Check(Verdict.OK, "queue server", f"{url} is ready")
        yield from _its_broker_and_clock(answer)
    else:
        yield Check(Verdict.FIX, "queue server", f"{url} is not ready: {_said(answer)}", "see its log")
    yield from _clocks(answer)


def _its_broker_and_clock(answer: httpx.Response) -> Iterator[Check]:
    """What the server says of its way to the broker and of its machine's time; one of another version may not."""
    try:
        state = answer.json()
    except ValueError:
        return
    if not isinstance(state, dict):
        return
    if state.get("broker") == "away":
        advice = "tickets go on, screens wait: see the server's log, and the broker's"
        yield Check(Verdict.FIX, "its broker", "the server does not reach it", advice)
    if state.get("clock") == "held":
        advice = "no day ends by it: set the machine's clock right, or see hall clock"
        yield Check(Verdict.FIX, "its clock", "further ahead than can be, and not believed", advice)


def _said(answer: httpx.Response) -> str:
    text = " ".join(answer.text.split())
    return f"HTTP {answer.status_code} {text[:120]}".rstrip()


def _clocks(answer: httpx.Response) -> Iterator[Check]:
    from queueserver.clock import SystemClock

    said = answer.headers.get("date")
    if not said:
        return
    apart = abs((SystemClock().now() - email.utils.parsedate_to_datetime(said)).total_seconds())
    if apart > _MOST_CLOCK_SECONDS:
        advice = "set the time on both machines, e.g. with systemd-timesyncd"
        yield Check(Verdict.FIX, "clock", f"{apart:.0f} s away from the server's", advice)
    else:
        yield Check(Verdict.OK, "clock", "agrees with the server's")


def port(name: str, host: str, number: int, *, ours: bool) -> Iterator[Check]:
    """Can `hall serve` listen here? `ours` = a queue server already answered, so the port is taken by it."""
    where = f"{host}:{number}"
    try:
        with socket.create_server((host, number)):
            yield Check(Verdict.OK, name, f"{where} is free")
    except OSError as error:
        if ours:
            yield Check(Verdict.OK, name, f"{where} is in use by the running server")
        else:
            yield Check(
                Verdict.FIX, name, f"{where}: {error.strerror or error}", "stop what uses it, or choose another"
            )


def broker(where: Broker, *, expected: bool) -> Iterator[Check]:
    """The message broker: whether it answers, and whether it lets this device in."""
    place = f"{where.host}:{where.port}"
    try:
        socket.create_connection((where.host, where.port), timeout=_SECONDS).close()
    except OSError as error:
        verdict = Verdict.FIX if expected else Verdict.NOTE
        advice = "hall serve starts it; check broker_host and broker_port" if expected else ""
        yield Check(verdict, "message broker", f"{place}: {error.strerror or error}", advice)
        return
    if not where.user or not where.password:
        yield Check(Verdict.OK, "message broker", f"{place} answers")
        return
    refused = _refused(where)
    if refused:
        yield Check(
            Verdict.FIX, "message broker", f"{place} refuses {where.user}: {refused}", "enrol this device again"
        )
    else:
        yield Check(Verdict.OK, "message broker", f"{place} lets {where.user} in")


def _refused(where: Broker) -> str:
    """Why the broker does not let the device in; "" when it does."""
    import paho.mqtt.client as mqtt
    from paho.mqtt.enums import CallbackAPIVersion

    answered = threading.Event()
    said: list[str] = []

    def connected(_client: object, _data: object, _flags: object, reason: object, _properties: object) -> None:
        said.append("" if str(reason) == "Success" else str(reason))
        answered.set()

    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"{where.user}-doctor", protocol=mqtt.MQTTv5)
    client.username_pw_set(where.user, where.password)
    client.on_connect = connected
    client.connect(where.host, where.port, keepalive=10)
    client.loop_start()
    try:
        answered.wait(_SECONDS)
    finally:
        client.disconnect()
        client.loop_stop()
    return said[0] if said else "no answer"
