"""The listener against a real Mosquitto: presence, order, junk on the wire, a broker that dies and comes back."""

from __future__ import annotations

import queue
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from contract import topics
from contract.bodies import TakeTicket
from contract.client.fake import FakeHall
from contract.client.listener import BrokerAddress, Heard, Listener
from contract.events import WireEvent

pytestmark = [
    pytest.mark.broker,
    pytest.mark.skipif(
        shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin") is None, reason="no broker"
    ),
]

WAIT_SECONDS = 15.0


class Broker:
    """A Mosquitto of our own on a free loopback port, with one password for everybody."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = int(probe.getsockname()[1])
        passwords = folder / "passwords"
        subprocess.run(["mosquitto_passwd", "-b", "-c", passwords, "board", "secret"], check=True, capture_output=True)
        passwords.chmod(0o644)
        folder.chmod(0o755)
        (folder / "mosquitto.conf").write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous false\npassword_file {passwords}\nuser root\n"
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            ["/usr/sbin/mosquitto", "-c", self._folder / "mosquitto.conf"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(WAIT_SECONDS)
            self._process = None

    @contextmanager
    def client(self) -> Iterator[mqtt.Client]:
        """Somebody else on the broker, connected."""
        client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        client.username_pw_set("board", "secret")
        connected: queue.Queue[bool] = queue.Queue()
        client.on_connect = lambda *_: connected.put(True)
        client.connect_async("127.0.0.1", self.port)
        client.reconnect_delay_set(1, 1)
        client.loop_start()
        try:
            assert connected.get(timeout=WAIT_SECONDS)
            yield client
        finally:
            client.disconnect()
            client.loop_stop()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    made = Broker(tmp_path)
    made.start()
    yield made
    made.kill()


class Ear:
    def __init__(self, broker: Broker, hall: FakeHall, password: str = "secret") -> None:
        self.told: queue.Queue[tuple[str, object]] = queue.Queue()
        self.listener = Listener(
            BrokerAddress(port=broker.port, user="board", password=password),
            hall.hall,
            "board",
            fetch=hall.snapshot,
            heard=Heard(
                snapshot=lambda snapshot: self.told.put(("snapshot", snapshot.seq)),
                event=lambda event: self.told.put(("event", event.sequence)),
                live=lambda live: self.told.put(("live", live)),
            ),
            poll_seconds=0.2,
        )

    def until(self, wanted: tuple[str, object]) -> list[tuple[str, object]]:
        """Everything said up to and with `wanted`."""
        said = []
        while not said or said[-1] != wanted:
            said.append(self.told.get(timeout=WAIT_SECONDS))
        return said


@contextmanager
def listening(broker: Broker, hall: FakeHall, password: str = "secret") -> Iterator[Ear]:
    ear = Ear(broker, hall, password)
    ear.listener.start()
    try:
        yield ear
    finally:
        ear.listener.close()


def publish(client: mqtt.Client, event: WireEvent) -> None:
    topic = topics.events("sample", event.type)
    client.publish(topic, event.model_dump_json(), qos=1).wait_for_publish(WAIT_SECONDS)


def take(hall: FakeHall) -> WireEvent:
    hall.take_ticket(TakeTicket(service="pension"))
    return hall.events(0).events[-1]


def test_facts_arrive_in_order_and_junk_is_skipped(broker: Broker) -> None:
    hall = FakeHall()
    with broker.client() as client, listening(broker, hall) as ear:
        ear.until(("live", True))
        first = take(hall)
        client.publish(topics.events("sample", "ticket.issued"), b"\xff not JSON", qos=1).wait_for_publish(WAIT_SECONDS)
        client.publish(topics.events("sample", "ticket.issued"), b'{"id": 1}', qos=1).wait_for_publish(WAIT_SECONDS)
        publish(client, first)
        publish(client, first)
        publish(client, take(hall))
        assert ear.until(("event", 2)) == [("event", 1), ("event", 2)]


def test_a_gap_on_the_wire_is_closed_from_the_snapshot(broker: Broker) -> None:
    hall = FakeHall()
    with broker.client() as client, listening(broker, hall) as ear:
        ear.until(("live", True))
        take(hall)
        publish(client, take(hall))
        assert ear.until(("snapshot", 2)) == [("snapshot", 2)]
        publish(client, take(hall))
        assert ear.until(("event", 3)) == [("event", 3)]


def test_a_broker_that_dies_is_replaced_by_the_snapshot_until_it_is_back(broker: Broker) -> None:
    hall = FakeHall()
    with listening(broker, hall) as ear:
        ear.until(("live", True))
        broker.kill()
        ear.until(("live", False))
        take(hall)
        ear.until(("snapshot", 1))
        broker.start()
        ear.until(("live", True))
        with broker.client() as client:
            publish(client, take(hall))
            ear.until(("event", 2))


def test_presence_is_kept_by_the_broker(broker: Broker) -> None:
    hall = FakeHall()
    presence: queue.Queue[bytes] = queue.Queue()
    with broker.client() as watcher:
        watcher.on_message = lambda _, __, message: presence.put(message.payload)
        watcher.subscribe(topics.presence("sample"), 1)
        with listening(broker, hall) as ear:
            ear.until(("live", True))
            assert presence.get(timeout=WAIT_SECONDS) == b"online"
        assert presence.get(timeout=WAIT_SECONDS) == b"offline"


def test_a_wrong_password_leaves_the_snapshot(broker: Broker) -> None:
    hall = FakeHall()
    with listening(broker, hall, password="wrong") as ear:
        assert ear.told.get(timeout=WAIT_SECONDS) == ("snapshot", 0)
        take(hall)
        said = ear.until(("snapshot", 1))
        assert ("live", True) not in said
