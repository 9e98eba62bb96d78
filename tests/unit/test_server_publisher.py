"""The publisher's packets, byte by byte as MQTT 5.0 writes them."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queueserver.publisher import (
    Message,
    MqttAddress,
    Publisher,
    PublishingError,
    connect_packet,
    publish_packet,
    receive_maximum,
    take_packets,
)


def test_connect() -> None:
    assert connect_packet("u", "pw", 10) == bytes.fromhex(
        "1014 00044d515454 05 c2 000a 00 0000 000175 00027077".replace(" ", "")
    )
    assert connect_packet("", "", 60) == bytes.fromhex("100d 00044d515454 05 02 003c 00 0000".replace(" ", ""))


def test_publish() -> None:
    assert publish_packet(258, Message("a/b", b"hi")) == b"\x32\x0a\x00\x03a/b\x01\x02\x00hi"
    retained = publish_packet(1, Message("a", b"", retain=True, expiry_seconds=90))
    assert retained == b"\x33\x0b\x00\x01a\x00\x01\x05\x02\x00\x00\x00\x5a"


def test_a_long_message_has_a_long_length() -> None:
    packet = publish_packet(1, Message("t", b"x" * 20_000))
    assert packet[:4] == bytes((0x32, 0xA6, 0x9C, 0x01))
    assert len(packet) == 4 + 0xA6 - 128 + (0x1C << 7) + (1 << 14)


def test_packets_are_taken_whole() -> None:
    received = bytearray(b"\x40\x02\x00\x01\xd0\x00\x40\x03\x00")
    assert take_packets(received) == [(0x40, b"\x00\x01"), (0xD0, b"")]
    assert received == b"\x40\x03\x00"
    received += b"\x02\x10"
    assert take_packets(received) == [(0x40, b"\x00\x02\x10")]
    assert received == b""


@given(st.lists(st.binary(max_size=300), max_size=8), st.data())
def test_however_the_bytes_arrive(bodies: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(publish_packet(number + 1, Message("t", body)) for number, body in enumerate(bodies))
    received, found = bytearray(), []
    while stream:
        cut = data.draw(st.integers(1, len(stream)))
        received += stream[:cut]
        stream = stream[cut:]
        found += take_packets(received)
    assert [body[6:] for _, body in found] == bodies
    assert received == b""


def test_what_is_not_mqtt_is_refused() -> None:
    with pytest.raises(PublishingError):
        take_packets(bytearray(b"HTTP/1.1 400\xff\xff\xff\xff\xff".replace(b"TTP/", b"\xff\xff\xff\xff")))


@pytest.mark.parametrize(
    ("properties", "most"),
    [
        (b"", 0xFFFF),
        (b"\x21\x00\x14", 20),
        (b"\x22\x00\x0a\x12\x00\x03abc\x21\x00\x64", 100),
        (b"\x26\x00\x01k\x00\x02vv\x1f\x00\x00\x21\x00\x02", 2),
        (b"\x21\x00\x00", 1),
    ],
)
def test_the_broker_says_how_much_it_takes_at_once(properties: bytes, most: int) -> None:
    assert receive_maximum(b"\x00\x00" + bytes((len(properties),)) + properties) == most


@pytest.mark.parametrize(
    "said",
    [
        b'<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN">\n<html>\n    <head>\n        <title>Error</title>',
        b"<\xff\xff\xff\xff\xff",
        b"\x40\x02\x00\x01\x20\x03\x00\x00\x00",
        b"\x20\x02\x00\x00",
        b"\x20\x03\x09\x00\x00",
    ],
)
def test_another_program_on_the_port_is_not_taken_for_a_broker(said: bytes) -> None:
    gone = asyncio.Event()

    class Other(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            transport.write(said)

        def connection_lost(self, exc: Exception | None) -> None:
            gone.set()

    async def call_it() -> None:
        async with await asyncio.get_running_loop().create_server(Other, "127.0.0.1", 0) as server:
            with pytest.raises(PublishingError, match="not"):
                await Publisher.connect(MqttAddress("127.0.0.1", server.sockets[0].getsockname()[1], "u", "p"))
            await asyncio.wait_for(gone.wait(), 5)

    asyncio.run(call_it())
