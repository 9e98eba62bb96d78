"""Relay, managed broker and permissions, with the real Mosquitto and real subscribers."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from live_hall import LiveServer, add_device, in_database, live_server, run_outside_broker, start
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties

from contract import topics
from contract.bodies import Broadcast, TakeTicket, WindowState
from contract.client.sample import CLERK, SAMPLE_HALL
from contract.events import QueueStatus, WindowStatus, WireEvent
from queueserver import rounds
from queueserver.accounts import records
from queueserver.accounts.records import Enrolment
from queueserver.accounts.secrets import new_code
from queueserver.broker import MqttAccount, permissions
from queueserver.clock import SystemClock, Ulids
from queueserver.selects import all_halls
from queueserver.store import publishing

pytestmark = pytest.mark.broker

HALL = SAMPLE_HALL.hall.id
MANAGED = {"broker": "managed", "broker_port": 0}
PATIENCE = 15.0


class Subscriber:
    """A real MQTT 5 client that keeps what it hears."""

    def __init__(self, port: int, user: str, password: str, *filters: str, clean: bool = True) -> None:
        self.heard: queue.SimpleQueue[mqtt.MQTTMessage] = queue.SimpleQueue()
        self.answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.refused: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._ready: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._filters = filters
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"test-{user}", protocol=mqtt.MQTTv5)
        self.client.username_pw_set(user, password)
        self.client.on_connect = self._on_connect
        self.client.on_subscribe = lambda *_: self._ready.put(True)
        self.client.on_message = lambda _, __, message: self.heard.put(message)
        self.client.on_publish = lambda _, __, ___, code, ____: self.answers.put(str(code))
        self.client.reconnect_delay_set(1, 1)
        self.client.connect("127.0.0.1", port, keepalive=10, clean_start=clean)
        self.client.loop_start()

    def _on_connect(self, client: mqtt.Client, _: object, __: object, code: object, ___: Properties | None) -> None:
        if getattr(code, "is_failure", False):
            self.refused.put(str(code))
        elif self._filters:
            client.subscribe([(name, 1) for name in self._filters])

    def ready(self) -> Subscriber:
        assert self._ready.get(timeout=PATIENCE)
        return self

    def next(self) -> mqtt.MQTTMessage:
        return self.heard.get(timeout=PATIENCE)

    def until(self, wanted: Callable[[mqtt.MQTTMessage], bool]) -> mqtt.MQTTMessage:
        while not wanted(message := self.next()):
            pass
        return message

    def events(self, count: int) -> list[WireEvent]:
        """The next `count` events, retained states skipped."""
        found: list[WireEvent] = []
        while len(found) < count:
            message = self.next()
            if "/events/" in message.topic:
                found.append(WireEvent.model_validate_json(message.payload))
        return found

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LiveServer]:
    with live_server(tmp_path, **MANAGED) as live:
        yield live


@contextlib.contextmanager
def subscriber(live: LiveServer, device: str, *filters: str) -> Iterator[Subscriber]:
    token = enrolled(live, device)
    found = Subscriber(live.broker_port, device, token, *filters)
    try:
        yield found
    finally:
        found.close()


def enrolled(live: LiveServer, device: str, *roles: str) -> str:
    """The device's token, fetched with a one-time code as a real device does, so that the broker learns of it."""
    code = new_code()
    enrolment = Enrolment(HALL, device, frozenset(roles or ("display",)), used=False)
    until = SystemClock().now() + timedelta(hours=1)
    in_database(live.settings, lambda connection: records.add_enrolment(connection, enrolment, code, until))
    credentials = live.client("").enrol(code, device)
    assert (credentials.mqtt_port, credentials.mqtt_user) == (live.broker_port, device)
    return credentials.token


def test_every_event_arrives_in_order(server: LiveServer) -> None:
    with subscriber(server, "screen-1", topics.events(HALL)) as screen:
        screen.ready()
        hall = server.client()
        taken = [hall.take_ticket(TakeTicket(service="pension")) for _ in range(40)]
        hall.login(CLERK.user, CLERK.password)
        hall.open_window("w1")
        called = hall.call_next("w1")
        assert called is not None
        events = screen.events(42)
        assert [event.sequence for event in events] == list(range(1, 43))
        assert [event.data["number"] for event in events[:40]] == [ticket.number for ticket in taken]
        assert [event.type for event in events[40:]] == ["window.opened", "ticket.called"]
        assert [event.model_dump() for event in hall.events(0).events] == [event.model_dump() for event in events]


def test_a_call_is_kept_by_the_broker_only_while_it_means_something(server: LiveServer) -> None:
    with subscriber(server, "screen-1", topics.events(HALL, "ticket.called")) as screen:
        screen.ready()
        hall = server.client()
        hall.take_ticket(TakeTicket(service="pension"))
        hall.login(CLERK.user, CLERK.password)
        hall.open_window("w1")
        hall.call_next("w1")
        message = screen.next()
        assert message.properties is not None
        left = message.properties.MessageExpiryInterval
        assert 0 < left <= SAMPLE_HALL.hall.policy.announcement_expires_seconds
        assert not message.retain


def test_retained_states_tell_a_newcomer_what_to_show(server: LiveServer) -> None:
    hall = server.client()
    hall.take_ticket(TakeTicket(service="pension"))
    hall.take_ticket(TakeTicket(service="pension"))
    hall.login(CLERK.user, CLERK.password)
    hall.open_window("w1")
    hall.call_next("w1")
    with subscriber(server, "bar-1", topics.window_state(HALL, "w1"), topics.queue_state(HALL, "social")) as bar:

        def shown(message: mqtt.MQTTMessage) -> bool:
            return "windows" in message.topic and b"A001" in message.payload

        status = WindowStatus.model_validate_json(bar.until(shown).payload)
        assert (status.label, status.state, status.ticket_state, status.calls) == ("1", "open", "called", 1)
        counted = bar.until(lambda message: b'"waiting":1' in message.payload)
        line = QueueStatus.model_validate_json(counted.payload)
        assert (line.queue, line.last_called) == ("social", "A001")
        hall.start("w1")
        hall.finish("w1")
        cleared = bar.until(lambda message: "windows" in message.topic and b"A001" not in message.payload)
        assert WindowStatus.model_validate_json(cleared.payload).ticket_state is None
        hall.pause_window("w1", "午休")
        paused = bar.until(lambda message: b"paused" in message.payload)
        assert WindowStatus.model_validate_json(paused.payload).reason == "午休"
        assert WindowStatus.model_validate_json(paused.payload).state is WindowState.PAUSED


def test_the_broker_may_die_and_nothing_is_lost(server: LiveServer) -> None:
    broker = server.server._broker
    assert broker is not None
    with subscriber(server, "screen-1", topics.events(HALL)) as screen:
        screen.ready()
        hall = server.client()
        hall.take_ticket(TakeTicket(service="pension"))
        assert screen.events(1)[0].sequence == 1
        first = broker.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        numbers = [hall.take_ticket(TakeTicket(service="pension")).number for _ in range(5)]
        assert numbers == [f"A{n:03d}" for n in range(2, 7)]
        screen.ready()
        seen = {1}
        hall.take_ticket(TakeTicket(service="pension"))
        while max(seen) < 7:
            seen.add(screen.events(1)[0].sequence)
        assert broker.pid not in (None, first)
        assert broker.restarts >= 1
        assert hall.events(0).last == 7
    _wait_until_relayed(server)


def _wait_until_relayed(live: LiveServer) -> None:
    """Until the server has noted that everything was published."""
    deadline = time.monotonic() + PATIENCE
    while True:
        seq, relayed = in_database(live.settings, all_halls)[HALL]
        if seq == relayed:
            return
        assert time.monotonic() < deadline, f"{seq - relayed} events are not relayed"
        time.sleep(0.05)


@pytest.fixture
def outside_broker(tmp_path: Path) -> Iterator[int]:
    with run_outside_broker(tmp_path) as port:
        yield port


def test_what_was_decided_without_a_broker_is_published_later_and_once(tmp_path: Path, outside_broker: int) -> None:
    with live_server(tmp_path / "hall") as lonely:
        hall = lonely.client()
        for _ in range(7):
            hall.take_ticket(TakeTicket(service="pension"))
    screen = connected(outside_broker, "screen-1", topics.events(HALL))
    settings = lonely.settings.model_copy(update={"broker": f"mqtt://127.0.0.1:{outside_broker}"})
    first = start(settings, lonely.token)
    assert [event.sequence for event in screen.events(7)] == [1, 2, 3, 4, 5, 6, 7]
    _wait_until_relayed(first)
    first.stop()
    second = start(settings, lonely.token)
    try:
        second.client().take_ticket(TakeTicket(service="pension"))
        assert screen.events(1)[0].sequence == 8
    finally:
        second.stop()
        screen.close()


def test_a_backlog_larger_than_the_window_arrives_whole_and_in_order(tmp_path: Path, outside_broker: int) -> None:
    with live_server(tmp_path / "hall") as lonely:
        hall = lonely.client()
        with ThreadPoolExecutor(8) as hands:
            list(hands.map(lambda _: hall.take_ticket(TakeTicket(service="pension")), range(450)))
    screen = connected(outside_broker, "screen-1", topics.events(HALL))
    settings = lonely.settings.model_copy(update={"broker": f"mqtt://127.0.0.1:{outside_broker}"})
    relaying = start(settings, lonely.token)
    try:
        assert [event.sequence for event in screen.events(450)] == list(range(1, 451))
    finally:
        relaying.stop()
        screen.close()


def connected(port: int, user: str, *filters: str) -> Subscriber:
    """A subscriber at a broker that may still be starting."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return Subscriber(port, user, "", *filters).ready()
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_a_device_hears_only_its_hall_and_says_only_its_own(server: LiveServer) -> None:
    other = SAMPLE_HALL.model_copy(update={"hall": SAMPLE_HALL.hall.model_copy(update={"id": "other"})})
    clock = SystemClock()
    in_database(
        server.settings,
        lambda connection: publishing.publish(
            connection, "other", other, clock.now(), Ulids(clock)(), by="installer", note="", expected=None
        ),
    )
    spy_token = in_database(server.settings, lambda connection: add_device(connection, "spy", ("kiosk",), "other"))
    with subscriber(server, "screen-1", "hall/#") as screen:
        screen.ready()
        spy = Subscriber(
            server.broker_port, "spy", spy_token, "#", "hall/#", topics.events(HALL), topics.events("other")
        )
        spy.ready()
        server.client(spy_token, hall="other").take_ticket(TakeTicket(service="pension"))
        server.client().take_ticket(TakeTicket(service="pension"))
        heard = screen.events(1)
        assert heard[0].source.endswith(HALL)
        assert spy.until(lambda message: b"ticket.issued" in message.payload).topic == topics.events(
            "other", "ticket.issued"
        )
        forbidden = (
            topics.events(HALL, "ticket.called"),
            topics.window_state(HALL, "w1"),
            topics.presence(HALL, "screen-2"),
            topics.device_commands(HALL, "screen-1"),
            topics.device_replies(HALL, "screen-2"),
            topics.events("other", "ticket.called"),
        )
        for topic in forbidden:
            screen.client.publish(topic, b"forged", 1, retain=True)
            assert screen.answers.get(timeout=PATIENCE) == "Not authorized"
        for topic in (topics.presence(HALL, "screen-1"), topics.device_replies(HALL, "screen-1")):
            screen.client.publish(topic, b"mine", 1)
            assert screen.answers.get(timeout=PATIENCE) in ("Success", "No matching subscribers")
        spy.close()
        server.client().take_ticket(TakeTicket(service="pension"))
        events = screen.events(1)
        assert events[0].data["number"] == "A002"
        leftovers = []
        with contextlib.suppress(queue.Empty):
            while True:
                leftovers.append(spy.heard.get_nowait())
        assert all(message.topic.startswith("hall/other/") for message in leftovers)
        assert all(message.payload != b"forged" for message in leftovers)


def test_a_wrong_password_is_refused(server: LiveServer) -> None:
    for user, password in (("sample-kiosk", "wrong"), ("nobody", "x"), ("_relay", "x"), ("", "")):
        client = Subscriber(server.broker_port, user, password)
        assert client.refused.get(timeout=PATIENCE) == "Not authorized"
        client.close()


def test_a_device_that_was_shut_out_hears_nothing_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "_TICK_SECONDS", 0.2)
    with (
        live_server(tmp_path, **MANAGED) as server,
        subscriber(server, "screen-1", topics.events(HALL)) as lost,
        subscriber(server, "screen-2", topics.events(HALL)) as kept,
    ):
        lost.ready()
        kept.ready()
        server.client().take_ticket(TakeTicket(service="pension"))
        assert lost.events(1)[0].sequence == kept.events(1)[0].sequence == 1
        passwords = server.settings.broker_files / "passwords"
        assert in_database(server.settings, lambda connection: records.revoke(connection, "screen-1"))
        deadline = time.monotonic() + PATIENCE
        while "screen-1" in passwords.read_text():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        stranger = Subscriber(server.broker_port, "screen-1", "any password")
        assert stranger.refused.get(timeout=PATIENCE) == "Not authorized"
        stranger.close()
        server.client().take_ticket(TakeTicket(service="pension"))
        assert kept.events(1)[0].sequence == 2
        assert lost.heard.empty()


def test_what_another_process_published_is_relayed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "_TICK_SECONDS", 0.2)
    clock = SystemClock()
    with live_server(tmp_path, **MANAGED) as server, subscriber(server, "screen-1", topics.events(HALL)) as screen:
        screen.ready()
        in_database(
            server.settings,
            lambda connection: publishing.publish(
                connection, HALL, SAMPLE_HALL, clock.now(), Ulids(clock)(), by="installer", note="", expected=1
            ),
        )
        event = screen.events(1)[0]
        assert (event.type, event.data["version"]) == ("config.published", 2)


def test_the_will_of_a_lost_device_says_offline(server: LiveServer) -> None:
    with subscriber(server, "screen-1", topics.presence(HALL)) as screen:
        screen.ready()
        token = enrolled(server, "kiosk-7", "kiosk")
        kiosk = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="kiosk-7", protocol=mqtt.MQTTv5)
        kiosk.username_pw_set("kiosk-7", token)
        kiosk.will_set(topics.presence(HALL, "kiosk-7"), "offline", 1, retain=True)
        kiosk.connect("127.0.0.1", server.broker_port)
        kiosk.loop_start()
        kiosk.publish(topics.presence(HALL, "kiosk-7"), "online", 1, retain=True)
        assert screen.until(lambda message: b"online" in message.payload).topic == topics.presence(HALL, "kiosk-7")
        sock = kiosk.socket()
        assert sock is not None
        kiosk.loop_stop()
        sock.close()
        assert screen.until(lambda message: b"offline" in message.payload).topic == topics.presence(HALL, "kiosk-7")


def test_a_broadcast_reaches_the_screens(server: LiveServer) -> None:
    with subscriber(server, "screen-1", topics.events(HALL, "announcement.broadcast")) as screen:
        screen.ready()
        hall = server.client()
        hall.login(CLERK.user, CLERK.password)
        hall.broadcast(Broadcast(text="请车主移车", zones=("east",), urgent=True, expires_in_seconds=60), "one-press")
        hall.broadcast(Broadcast(text="请车主移车", zones=("east",), urgent=True, expires_in_seconds=60), "one-press")
        event = screen.events(1)[0]
        assert event.data["text"] == "请车主移车"
        assert json.loads(json.dumps(event.data))["zones"] == ["east"]
        assert [one.type for one in hall.events(0).events].count("announcement.broadcast") == 1


def test_the_permission_file_says_no_more_than_the_contract() -> None:
    text = permissions([MqttAccount("main", "kiosk-1", "x")])
    assert text.split("\n\n")[1].splitlines() == [
        "user kiosk-1",
        "topic read hall/main/events/+",
        "topic read hall/main/state/windows/+",
        "topic read hall/main/state/queues/+",
        "topic read hall/main/devices/+/presence",
        "topic read hall/main/devices/kiosk-1/commands",
        "topic write hall/main/devices/kiosk-1/presence",
        "topic write hall/main/devices/kiosk-1/replies",
    ]


def test_the_brokers_files_are_private(server: LiveServer) -> None:
    folder = server.settings.broker_files
    assert folder.stat().st_mode & 0o777 == 0o700
    for name in ("passwords", "permissions", "mosquitto.conf"):
        assert (folder / name).stat().st_mode & 0o777 == 0o600
    assert server.token not in (folder / "passwords").read_text()
