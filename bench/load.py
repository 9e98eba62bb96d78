"""A small HTTP load generator: keep-alive connections in a closed loop, in a process of its own.

Reads one JSON object on stdin: {"port", "seconds", "lanes": [[{"path", "body"}...]...], "token", "pause", "whole"};
each lane is one connection that walks its requests round and round, ending after a whole round if "whole". Writes one
JSON object: {"seconds", "statuses": {status: count}, "samples": {last part of the path: [[start, took]]}}; `start` is
CLOCK_MONOTONIC in seconds, `took` in milliseconds.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time
from collections import Counter, defaultdict
from typing import Any, cast

import uvloop


class Connection(asyncio.Protocol):
    """One keep-alive connection with at most one request under way."""

    def __init__(self) -> None:
        self._buffer = b""
        self._answer: asyncio.Future[int] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[:end].lower()
        start = head.find(b"content-length:")
        length = int(head[start + 15 :].split(b"\r\n", 1)[0]) if start >= 0 else 0
        if len(self._buffer) >= end + 4 + length and self._answer is not None:
            status = int(self._buffer[9:12])
            self._buffer = self._buffer[end + 4 + length :]
            self._answer.set_result(status)

    async def send(self, request: bytes) -> int:
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer


async def run(order: dict[str, Any]) -> dict[str, Any]:
    keys = itertools.count()
    samples: dict[str, list[tuple[float, float]]] = defaultdict(list)
    statuses: Counter[int] = Counter()
    salt = f"{time.time_ns():x}"
    loop = asyncio.get_running_loop()

    async def walk(lane: list[dict[str, Any]], until: float) -> None:
        _, connection = await loop.create_connection(Connection, "127.0.0.1", order["port"])
        for turn in itertools.count():
            step = lane[turn % len(lane)]
            if time.monotonic() >= until and (not order["whole"] or turn % len(lane) == 0):
                return
            body = json.dumps(step["body"]).encode()
            head = (
                f"POST {step['path']} HTTP/1.1\r\nHost: hall\r\nAuthorization: Bearer {order['token']}\r\n"
                f"Idempotency-Key: {salt}-{next(keys)}\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n"
            )
            began = time.monotonic()
            status = await connection.send(head.encode() + body)
            samples[step["path"].rsplit("/", 1)[-1]].append((began, (time.monotonic() - began) * 1000))
            statuses[status] += 1
            if order.get("pause"):
                await asyncio.sleep(order["pause"])

    began = time.monotonic()
    await asyncio.gather(*(walk(lane, began + order["seconds"]) for lane in order["lanes"]))
    return {"seconds": time.monotonic() - began, "samples": samples, "statuses": statuses}


if __name__ == "__main__":
    json.dump(uvloop.run(run(json.load(sys.stdin))), sys.stdout)
