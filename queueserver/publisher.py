"""A connection that only publishes: MQTT 5, QoS 1, many messages in one write, answers counted on the loop itself.

The relay needs nothing else of MQTT. A general client spends a task, two wake-ups and a reason-code table on every
message, which took a quarter of the tickets a server could issue. Source: MQTT Version 5.0, OASIS, sections 3.1 to 3.4,
3.12 and 3.14.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

_CONNECT, _CONNACK, _PUBLISH_QOS_1, _PUBACK, _PINGREQ, _DISCONNECT = 0x10, 0x20, 0x32, 0x40, 0xC0, 0xE0
_RETAIN: Final = 0x01
_SHORTEST_CONNACK: Final = 3
"""Flags (0 or 1), reason, length of properties; it is the first packet a broker may send (MQTT 5.0, 3.2)."""
_REFUSED: Final = 0x80
_EXPIRY: Final = 0x02
_RECEIVE_MAXIMUM: Final = 0x21
_FIXED_PROPERTIES: Final = {
    0x11: 4, 0x13: 2, 0x21: 2, 0x22: 2, 0x24: 1, 0x25: 1, 0x27: 4, 0x28: 1, 0x29: 1, 0x2A: 1,
}  # fmt: skip
_MOST_IN_FLIGHT: Final = 128
_ANSWERS_WITHIN_SECONDS: Final = 10.0
KEEP_ALIVE_SECONDS: Final = 10


class PublishingError(Exception):
    """The broker refused, or is gone; what was not answered must be published again."""


@dataclass(frozen=True, slots=True)
class MqttAddress:
    """Where the broker is, and who we are there."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    tls: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """One publication; `expiry_seconds` lets the broker drop it for clients that are away longer."""

    topic: str
    payload: bytes
    retain: bool = False
    expiry_seconds: int | None = None


class Publisher(asyncio.Protocol):
    """connect(), then publish() one batch after another, then close(); `lost` is done when the connection ended."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._unanswered: set[int] = set()
        self._last_id = 0
        self._answered: asyncio.Future[None] | None = None
        self._accepted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pinging: asyncio.Task[None] | None = None
        self._in_flight = _MOST_IN_FLIGHT
        self.lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    @classmethod
    async def connect(cls, address: MqttAddress) -> Publisher:
        """A connection the broker has accepted; raises PublishingError."""
        loop = asyncio.get_running_loop()
        tls = ssl.create_default_context() if address.tls else None
        try:
            async with asyncio.timeout(_ANSWERS_WITHIN_SECONDS):
                _, publisher = await loop.create_connection(cls, address.host, address.port, ssl=tls)
                publisher._send(connect_packet(address.user, address.password, KEEP_ALIVE_SECONDS))
                await publisher._accepted
        except TimeoutError as error:
            raise PublishingError("the broker does not answer") from error
        except OSError as error:
            raise PublishingError(f"the broker cannot be reached: {error.strerror or error}") from error
        publisher._pinging = loop.create_task(publisher._ping_for_ever())
        return publisher

    async def publish(self, messages: Sequence[Message]) -> None:
        """Returns when the broker has answered for every message; raises PublishingError when it cannot any more."""
        for start in range(0, len(messages), self._in_flight):
            await self._publish_some(messages[start : start + self._in_flight])

    async def close(self) -> None:
        """Say goodbye."""
        if self._pinging is not None:
            self._pinging.cancel()
        if self._transport is not None:
            if not self._transport.is_closing():
                self._transport.write(bytes((_DISCONNECT, 0)))
            self._transport.close()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(self.lost), 1.0)

    async def _publish_some(self, messages: Sequence[Message]) -> None:
        if self.lost.done():
            raise PublishingError(self.lost.result())
        packets = bytearray()
        for message in messages:
            self._last_id = self._last_id % 0xFFFF + 1
            self._unanswered.add(self._last_id)
            packets += publish_packet(self._last_id, message)
        self._answered = asyncio.get_running_loop().create_future()
        self._send(bytes(packets))
        try:
            async with asyncio.timeout(_ANSWERS_WITHIN_SECONDS):
                await self._answered
        except TimeoutError as error:
            self._end("the broker does not answer")
            raise PublishingError("the broker does not answer") from error

    def _send(self, packet: bytes) -> None:
        if self._transport is not None:
            self._transport.write(packet)

    async def _ping_for_ever(self) -> None:
        while True:
            await asyncio.sleep(KEEP_ALIVE_SECONDS / 2)
            self._send(bytes((_PINGREQ, 0)))

    # -- asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none, and is one in all but name

    def data_received(self, data: bytes) -> None:
        self._received += data
        try:
            packets = take_packets(self._received)
        except PublishingError as error:
            self._end(str(error))
            return
        for kind, body in packets:
            if not self._accepted.done() and (kind != _CONNACK or len(body) < _SHORTEST_CONNACK or body[0] > 1):
                self._end("what answers there is not an MQTT broker")
                return
            if kind == _PUBACK:
                self._acknowledged(body)
            elif kind == _CONNACK:
                self._connected(body)
            elif kind == _DISCONNECT:
                self._end(f"the broker ended the connection (reason {body[0] if body else 0:#04x})")

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(f"the connection to the broker ended{f': {exc}' if exc else ''}")

    def _connected(self, body: bytes) -> None:
        reason = body[1]
        if reason >= _REFUSED:
            self._end(f"the broker refused the sign-in (reason {reason:#04x})")
        elif not self._accepted.done():
            self._in_flight = min(_MOST_IN_FLIGHT, receive_maximum(body))
            self._accepted.set_result(None)

    def _acknowledged(self, body: bytes) -> None:
        if len(body) > 2 and body[2] >= _REFUSED:
            self._end(f"the broker refused a message (reason {body[2]:#04x})")
            return
        self._unanswered.discard(body[0] << 8 | body[1])
        if not self._unanswered and self._answered is not None and not self._answered.done():
            self._answered.set_result(None)

    def _end(self, why: str) -> None:
        if self._pinging is not None:
            self._pinging.cancel()
        if self._transport is not None:
            self._transport.close()
        if not self.lost.done():
            self.lost.set_result(why)
        for waiting in (self._accepted, self._answered):
            if waiting is not None and not waiting.done():
                waiting.set_exception(PublishingError(why))


def connect_packet(user: str, password: str, keep_alive: int) -> bytes:
    """CONNECT with a clean start and a client id of the broker's choosing."""
    flags = 0x02 | (0x80 if user else 0) | (0x40 if password else 0)
    body = _text("MQTT") + struct.pack("!BBHB", 5, flags, keep_alive, 0) + _text("")
    if user:
        body += _text(user)
    if password:
        body += _text(password)
    return bytes((_CONNECT,)) + _length(len(body)) + body


def publish_packet(packet_id: int, message: Message) -> bytes:
    """PUBLISH with QoS 1."""
    expiry = message.expiry_seconds
    properties = b"\0" if expiry is None else struct.pack("!BBI", 5, _EXPIRY, expiry)
    head = _text(message.topic) + packet_id.to_bytes(2, "big") + properties
    kind = _PUBLISH_QOS_1 | (_RETAIN if message.retain else 0)
    return bytes((kind,)) + _length(len(head) + len(message.payload)) + head + message.payload


def take_packets(received: bytearray) -> list[tuple[int, bytes]]:
    """Whole packets as (type, body), taken out of `received`; a packet that is not whole yet stays."""
    packets = []
    position = 0
    while (found := _body_range(received, position)) is not None:
        start, end = found
        packets.append((received[position] & 0xF0, bytes(received[start:end])))
        position = end
    del received[:position]
    return packets


def receive_maximum(connack: bytes) -> int:
    """How many messages the broker takes before it has answered for them; 65535 when it does not say."""
    position, size = _varint(connack, 2) or (len(connack), 0)
    end = min(len(connack), position + size)
    while position < end:
        name = connack[position]
        width = _FIXED_PROPERTIES.get(name)
        if name == _RECEIVE_MAXIMUM:
            return max(1, int.from_bytes(connack[position + 1 : position + 3], "big"))
        if width is None:
            width = _width_of_texts(connack, position + 1, 2 if name == 0x26 else 1)
        position += 1 + width
    return 0xFFFF


def _width_of_texts(packet: bytes, start: int, count: int) -> int:
    position = start
    for _ in range(count):
        position += 2 + int.from_bytes(packet[position : position + 2], "big")
    return position - start


def _body_range(packet: bytearray, start: int) -> tuple[int, int] | None:
    found = _varint(packet, start + 1) if start < len(packet) else None
    if found is None or found[0] + found[1] > len(packet):
        return None
    return found[0], found[0] + found[1]


def _varint(packet: bytes | bytearray, start: int) -> tuple[int, int] | None:
    """(position behind it, value) of a variable byte integer; None when it is not whole."""
    value = 0
    for index in range(4):
        if start + index >= len(packet):
            return None
        byte = packet[start + index]
        value |= (byte & 0x7F) << 7 * index
        if byte < _REFUSED:
            return start + index + 1, value
    raise PublishingError("the broker sent a packet that is not MQTT")


def _text(text: str) -> bytes:
    encoded = text.encode()
    return len(encoded).to_bytes(2, "big") + encoded


def _length(length: int) -> bytes:
    encoded = bytearray()
    while True:
        length, low = length >> 7, length & 0x7F
        encoded.append(low | (_REFUSED if length else 0))
        if not length:
            return bytes(encoded)
