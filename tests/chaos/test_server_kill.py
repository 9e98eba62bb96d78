"""kill -9 of the serving process in mid-load: what was acknowledged is there, what happened is published, no gap."""

from __future__ import annotations

import contextlib
import queue
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import paho.mqtt.client as mqtt
import psutil
import pytest
from live_hall import add_device, furnish, in_database, run_outside_broker
from paho.mqtt.enums import CallbackAPIVersion

from contract import topics
from contract.bodies import TakeTicket
from contract.client.http import HallClient
from contract.client.sample import CLERK, SAMPLE_HALL
from contract.errors import HallError
from contract.events import WireEvent
from contract.ids import new_idempotency_key
from queueserver.broker import free_port
from queueserver.selects import all_halls
from queueserver.settings import ServerSettings

pytestmark = pytest.mark.broker

T = TypeVar("T")

HALL = SAMPLE_HALL.hall.id
PATIENCE = 30.0
SERVICES = ("pension", "invoices", "id-card", "medical")


@dataclass
class Acknowledged:
    """What clients were told, by every thread."""

    tickets: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)


class Serving:
    """`hall serve` as a process of its own, started again on the same ports."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.port, self.broker_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self._arguments = arguments
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [
            sys.executable, "-m", "queueserver", "--data-dir", str(self._folder), "--port", str(self.port),
            "--broker-port", str(self.broker_port), "--log-level", "warning", *self._arguments,
        ]  # fmt: skip
        with (self._folder / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log)
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        assert ready, (self._folder / "serve.log").read_text()
        assert self.process.stdout.readline().startswith(b"listening on"), (self._folder / "serve.log").read_text()

    def kill(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def stop(self) -> int:
        assert self.process is not None
        assert self.process.stdout is not None
        self.process.terminate()
        code = self.process.wait(PATIENCE)
        self.process.stdout.close()
        return code


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    found = Serving(tmp_path)
    yield found
    if found.process is not None and found.process.poll() is None:
        found.kill()


@contextlib.contextmanager
def screen(port: int, token: str = "") -> Iterator[dict[int, int]]:
    """How often each sequence number was heard, by a subscriber that reconnects by itself."""
    heard: dict[int, int] = {}

    def on_message(_: object, __: object, message: mqtt.MQTTMessage) -> None:
        sequence = WireEvent.model_validate_json(message.payload).sequence
        heard[sequence] = heard.get(sequence, 0) + 1

    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="screen-1", protocol=mqtt.MQTTv5)
    ready: queue.SimpleQueue[bool] = queue.SimpleQueue()
    if token:
        client.username_pw_set("screen-1", token)
    client.reconnect_delay_set(1, 1)
    client.on_connect = lambda client, *_: client.subscribe(topics.events(HALL), 1)
    client.on_subscribe = lambda *_: ready.put(True)
    client.on_message = on_message
    while True:
        try:
            client.connect("127.0.0.1", port, keepalive=10)
            break
        except ConnectionRefusedError:
            time.sleep(0.05)
    client.loop_start()
    assert ready.get(timeout=PATIENCE)
    try:
        yield heard
    finally:
        client.disconnect()
        client.loop_stop()


def load(serving: Serving, token: str, told: Acknowledged, over: threading.Event) -> list[threading.Thread]:
    """Four kiosks and a clerk who never wait and repeat what was not answered with the same key."""

    def kiosk(number: int) -> None:
        hall = HallClient(serving.url, HALL, token, timeout=5, attempts=1)
        while not over.is_set():
            key = new_idempotency_key()
            ticket = persistently(
                lambda key=key: hall.take_ticket(TakeTicket(service=SERVICES[number]), key), told, over
            )
            if ticket is not None:
                told.tickets[ticket.id] = ticket.number
        hall.close()

    def clerk() -> None:
        hall = HallClient(serving.url, HALL, token, timeout=5, attempts=1)
        persistently(lambda: hall.login(CLERK.user, CLERK.password), told, over)
        persistently(lambda: hall.open_window("w1", "open-window"), told, over)
        while not over.is_set():
            key = new_idempotency_key()
            called = persistently(lambda key=key: hall.call_next("w1", key), told, over)
            if called is not None:
                told.calls.append(called.ticket.id)
                persistently(lambda key=key: hall.start("w1", key + "s"), told, over)
                persistently(lambda key=key: hall.finish("w1", None, key + "f"), told, over)
        hall.close()

    hands = [threading.Thread(target=kiosk, args=(n,)) for n in range(len(SERVICES))] + [threading.Thread(target=clerk)]
    for hand in hands:
        hand.start()
    return hands


def persistently(act: Callable[[], T], told: Acknowledged, over: threading.Event) -> T | None:
    """The answer to one intention, however often the server is away meanwhile; None when all is over."""
    while True:
        try:
            return act()
        except HallError as error:
            if error.code not in {"server_unreachable", "storage_unavailable", "busy"}:
                told.refusals.append(error.code)
                return None
        if over.wait(0.05):
            return None


def test_kill_in_mid_load_loses_nothing(serving: Serving, tmp_path: Path) -> None:
    settings = ServerSettings.load(flags={"data_dir": tmp_path})
    token = furnish(settings)
    screen_token = in_database(settings, lambda connection: add_device(connection, "screen-1", ("display",), HALL))
    serving.start()
    told, over = Acknowledged(), threading.Event()
    with screen(serving.broker_port, screen_token) as heard:
        hands = load(serving, token, told, over)
        for _ in range(3):
            target = len(told.tickets) + 60
            _wait(lambda target=target: len(told.tickets) >= target)
            serving.kill()
            assert _broker_children(serving) == []
            serving.start()
        before = max(heard)
        _wait(lambda: max(heard) > before)
        over.set()
        for hand in hands:
            hand.join(PATIENCE)
        hall = HallClient(serving.url, HALL, token)
        events = _all_events(hall)
        assert [event.sequence for event in events] == list(range(1, len(events) + 1))
        issued = {
            str(event.data["ticket"]): str(event.data["number"]) for event in events if event.type == "ticket.issued"
        }
        called = [str(event.data["ticket"]) for event in events if event.type == "ticket.called"]
        assert told.tickets.items() <= issued.items()
        assert len(set(issued.values())) == len(issued)
        assert len(set(called)) == len(called)
        assert set(told.calls) <= set(called)
        assert told.refusals == []
        assert hall.snapshot().seq == len(events)
        _wait(lambda: _relayed(settings) == len(events))
        hall.close()
    # A subscriber that was away while the broker died misses what passed meanwhile: that is what the snapshot is for.
    # But the relay's own mark says that the broker has answered for every event, and none is heard that is not stored.
    assert set(heard) <= set(range(1, len(events) + 1))
    assert serving.stop() == 0


def test_with_a_broker_that_stays_every_event_is_heard(tmp_path: Path) -> None:
    settings = ServerSettings.load(flags={"data_dir": tmp_path})
    token = furnish(settings)
    told, over = Acknowledged(), threading.Event()
    with run_outside_broker(tmp_path) as port:
        serving = Serving(tmp_path, "--broker", f"mqtt://127.0.0.1:{port}")
        serving.start()
        with screen(port) as heard:
            hands = load(serving, token, told, over)
            for _ in range(2):
                target = len(told.tickets) + 60
                _wait(lambda target=target: len(told.tickets) >= target)
                serving.kill()
                serving.start()
            over.set()
            for hand in hands:
                hand.join(PATIENCE)
            hall = HallClient(serving.url, HALL, token)
            newest = hall.snapshot().seq
            hall.close()
            _wait(lambda: len(heard) == newest)
            assert sorted(heard) == list(range(1, newest + 1))
        assert serving.stop() == 0


def _wait(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _broker_children(serving: Serving) -> list[int]:
    """Brokers left behind on our port, a moment after the server died."""
    deadline = time.monotonic() + 5
    while True:
        left = [
            process.pid
            for process in psutil.process_iter(["name", "status"])
            if process.info["name"] == "mosquitto"
            and process.info["status"] != psutil.STATUS_ZOMBIE
            and str(serving.broker_port) in _config_of(process)
        ]
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.05)


def _config_of(process: psutil.Process) -> str:
    try:
        return Path(process.cmdline()[-1]).read_text()
    except (psutil.Error, OSError, IndexError):
        return ""


def _all_events(hall: HallClient) -> list[WireEvent]:
    found: list[WireEvent] = []
    while True:
        page = hall.events(len(found), 1000)
        found += page.events
        if len(found) >= page.last:
            return found


def _relayed(settings: ServerSettings) -> int:
    return in_database(settings, all_halls)[HALL][1]
