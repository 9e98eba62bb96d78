"""Hear the hall over MQTT and never believe a hole: events in sequence, the snapshot whenever one is missing.

The broker may lose messages (its queue is not the truth); the sequence number tells, and the snapshot repairs.
While the broker cannot be reached the snapshot is asked for regularly, so a screen stays true without it. While it is
there the snapshot is still looked at now and then: nobody else would notice that the last message is the lost one, or
that the hall was restored from a backup and counts from an earlier number again.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from pydantic import ValidationError

from contract import topics
from contract.bodies import Snapshot
from contract.errors import HallError
from contract.events import WireEvent

log = logging.getLogger(__name__)

_QOS: Final = 1
_RETRY_SECONDS: Final = 2.0
_GRACE_SECONDS: Final = 1.0
"""An event may be on its way while the snapshot already knows it; only after this it counts as lost."""


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where the broker is and who we are there; an empty user means no sign-in."""

    host: str = "127.0.0.1"
    port: int = 1883
    user: str = ""
    password: str = ""
    tls: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """What a listener tells its owner, on the listener's own thread."""

    snapshot: Callable[[Snapshot], None]
    """The truth as of its `seq`: forget everything and show this."""
    event: Callable[[WireEvent], None]
    """The next fact in sequence."""
    live: Callable[[bool], None]
    """True while events arrive as they happen; False while only the snapshot is asked for, or nothing answers."""
    unreachable: Callable[[HallError], None] = lambda _: None
    """The snapshot could not be had; said at every attempt until it can be."""


class Sequencer:
    """Decides for each event: deliver, drop (seen before) or resync (something is missing)."""

    def __init__(self) -> None:
        self._last: int | None = None

    def restart_at(self, seq: int) -> None:
        """The snapshot of `seq` has been shown."""
        self._last = seq

    @property
    def last(self) -> int | None:
        """The newest fact known, None before the first snapshot."""
        return self._last

    def accepts(self, sequence: int) -> bool | None:
        """True: deliver. False: seen before. None: there is a hole, ask for the snapshot."""
        if self._last is None or sequence > self._last + 1:
            return None
        if sequence <= self._last:
            return False
        self._last = sequence
        return True


class Listener:
    """One hall's events for one device. start() once, close() once; callbacks come on one thread.

    The snapshot is asked for every `poll_seconds` without the broker, and every `check_seconds` with it.
    """

    def __init__(
        self,
        address: BrokerAddress,
        hall: str,
        device: str,
        *,
        fetch: Callable[[], Snapshot],
        heard: Heard,
        poll_seconds: float = 3.0,
        check_seconds: float = 30.0,
    ) -> None:
        self._address = address
        self._hall = hall
        self._device = device
        self._fetch = fetch
        self._heard = heard
        self._poll_seconds = poll_seconds
        self._check_seconds = check_seconds
        self._inbox: queue.SimpleQueue[WireEvent | bool | None] = queue.SimpleQueue()
        self._sequencer = Sequencer()
        self._subscribed = False
        self._told_live = False
        self._stale = True
        self._suspected: int | None = None
        self._next_look = 0.0
        self._worker = threading.Thread(target=self._work, name=f"listener-{device}", daemon=True)
        self._client = self._new_client()

    def start(self) -> None:
        """Begin; the first callback is the snapshot, as soon as the server answers."""
        self._client.connect_async(self._address.host, self._address.port, keepalive=10)
        self._client.loop_start()
        self._worker.start()

    def close(self) -> None:
        """Say goodbye (presence "offline"), stop both threads."""
        if self._client.is_connected():
            farewell = self._client.publish(topics.presence(self._hall, self._device), "offline", _QOS, retain=True)
            try:
                farewell.wait_for_publish(1.0)
            except (RuntimeError, ValueError):
                log.debug("the broker left before the farewell")
        self._client.disconnect()
        self._client.loop_stop()
        self._inbox.put(None)
        if self._worker.is_alive():
            self._worker.join(10.0)

    # -- the broker's thread: put into the inbox, nothing more

    def _new_client(self) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=f"{self._hall}-{self._device}", protocol=mqtt.MQTTv5
        )
        if self._address.user:
            client.username_pw_set(self._address.user, self._address.password)
        if self._address.tls:
            client.tls_set()
        client.will_set(topics.presence(self._hall, self._device), "offline", _QOS, retain=True)
        client.reconnect_delay_set(1, 2)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    def _on_connect(
        self, client: mqtt.Client, _: Any, __: mqtt.ConnectFlags, code: ReasonCode, ___: Properties | None
    ) -> None:
        if code.is_failure:
            log.warning("the broker refused %s: %s", self._device, code)
            return
        client.subscribe(topics.events(self._hall), _QOS)
        client.publish(topics.presence(self._hall, self._device), "online", _QOS, retain=True)

    def _on_subscribe(
        self, _: mqtt.Client, __: Any, ___: int, codes: list[ReasonCode], ____: Properties | None
    ) -> None:
        if any(code.is_failure for code in codes):
            log.warning("the broker lets %s hear nothing: %s", self._device, codes)
            return
        self._inbox.put(True)

    def _on_disconnect(
        self, _: mqtt.Client, __: Any, ___: mqtt.DisconnectFlags, code: ReasonCode, ____: Properties | None
    ) -> None:
        log.info("broker connection ended: %s", code)
        self._inbox.put(False)

    def _on_message(self, _: mqtt.Client, __: Any, message: mqtt.MQTTMessage) -> None:
        try:
            event = WireEvent.model_validate_json(message.payload)
        except ValidationError as error:
            log.warning("skipped a message on %s that is no event: %s", message.topic, error.errors()[0]["msg"])
            return
        self._inbox.put(event)

    # -- our own thread: order, resync, tell

    def _work(self) -> None:
        self._next_look = time.monotonic()
        while True:
            try:
                item = self._inbox.get(timeout=max(0.0, self._next_look - time.monotonic()))
            except queue.Empty:
                self._guarded(self._look)
                continue
            if item is None:
                return
            if isinstance(item, bool):
                self._connection(connected=item)
            else:
                self._deliver(item)

    def _connection(self, *, connected: bool) -> None:
        self._subscribed = connected
        self._became_stale()
        if not connected:
            self._tell_live(live=False)

    def _deliver(self, event: WireEvent) -> None:
        verdict = self._sequencer.accepts(event.sequence)
        if verdict is None and not self._stale:
            log.info("event %s came and one before it did not", event.sequence)
            self._became_stale()
        elif verdict and not self._stale:
            self._guarded(lambda: self._heard.event(event))

    def _became_stale(self) -> None:
        self._stale = True
        self._suspected = None
        self._next_look = time.monotonic()

    def _look(self) -> None:
        """Ask for the snapshot; believe it when we know ourselves blind, else compare it with what was heard."""
        self._next_look = time.monotonic() + _RETRY_SECONDS
        if not self._stale and self._suspected is not None and self._arrived_after_all():
            self._next_look = time.monotonic() + self._check_seconds
            return
        try:
            snapshot = self._fetch()
        except HallError as error:
            log.info("no snapshot: %s", error)
            self._heard.unreachable(error)
            return
        if self._stale:
            self._show(snapshot)
        else:
            self._compare(snapshot)

    def _arrived_after_all(self) -> bool:
        """Whether the fact the snapshot was ahead by has been heard meanwhile; if not, we are blind."""
        suspected, self._suspected = self._suspected or 0, None
        self._stale = (self._sequencer.last or 0) < suspected
        return not self._stale

    def _compare(self, snapshot: Snapshot) -> None:
        last = self._sequencer.last or 0
        if snapshot.seq < last:
            self._show(snapshot)
        elif snapshot.seq > last:
            self._suspected = snapshot.seq
            self._next_look = time.monotonic() + _GRACE_SECONDS
        else:
            self._next_look = time.monotonic() + self._check_seconds

    def _show(self, snapshot: Snapshot) -> None:
        self._sequencer.restart_at(snapshot.seq)
        self._stale = not self._subscribed
        self._next_look = time.monotonic() + (self._poll_seconds if self._stale else self._check_seconds)
        self._heard.snapshot(snapshot)
        if self._subscribed:
            self._tell_live(live=True)

    def _tell_live(self, *, live: bool) -> None:
        if live != self._told_live:
            self._told_live = live
            self._guarded(lambda: self._heard.live(live))

    def _guarded(self, action: Callable[[], None]) -> None:
        """A defect in whoever listens must not end the listening; the snapshot brings both back together."""
        try:
            action()
        except Exception:
            log.exception("a listener's callback failed")
            self._stale = True
            self._next_look = time.monotonic() + _RETRY_SECONDS
