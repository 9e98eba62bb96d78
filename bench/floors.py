"""What this machine gives without us: the HTTP stack alone, the disk alone, the broker alone."""

from __future__ import annotations

import contextlib
import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
import uvicorn
from paho.mqtt.enums import CallbackAPIVersion
from starlette.types import Receive, Scope, Send

from bench.figures import percentile


async def bare(scope: Scope, receive: Receive, send: Send) -> None:
    """An ASGI application that reads the body and answers 201: uvicorn's own speed."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    answer = b'{"ok":true}'
    headers = [(b"content-length", str(len(answer)).encode()), (b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 201, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


@contextlib.contextmanager
def bare_server() -> Iterator[int]:
    """The bare application in a process of its own; yields its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen([sys.executable, "-m", "bench.floors", str(port)])
    try:
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def durable_commits_per_second(folder: Path, rows: int, seconds: float = 2.0) -> float:
    """Rows a second that raw SQLite (WAL, FULL) commits durably, `rows` in each commit."""
    path = folder / f"floor-{rows}.db"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)")
    done, began = 0, time.monotonic()
    while time.monotonic() - began < seconds:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO t (a, b) VALUES (?, ?)", [(os.urandom(8).hex(), n) for n in range(rows)])
        connection.execute("COMMIT")
        done += rows
    rate = done / (time.monotonic() - began)
    connection.close()
    return rate


def broker_milliseconds(
    host: str, port: int, user: str, password: str, topic: str, count: int = 200
) -> tuple[float, float]:
    """(p50, p99) from publish to our own subscriber over the given broker, QoS 1, 20 a second."""
    arrived: list[float] = []
    got, ready = threading.Event(), threading.Event()
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"floor-{os.getpid()}", protocol=mqtt.MQTTv5)
    client.username_pw_set(user, password)
    client.on_connect = lambda *_: client.subscribe(topic, 1)
    client.on_subscribe = lambda *_: ready.set()

    def on_message(*_: object) -> None:
        arrived.append(time.monotonic())
        got.set()

    client.on_message = on_message
    client.on_socket_open = lambda _, __, opened: opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.connect(host, port)
    client.loop_start()
    ready.wait(10)
    took = []
    for _ in range(count):
        got.clear()
        began = time.monotonic()
        client.publish(topic, b"x" * 400, 1)
        if got.wait(2):
            took.append((arrived[-1] - began) * 1000)
        time.sleep(0.02)
    client.disconnect()
    client.loop_stop()
    return percentile(took, 0.5), percentile(took, 0.99)


if __name__ == "__main__":
    uvicorn.run(bare, host="127.0.0.1", port=int(sys.argv[1]), access_log=False, log_level="error")
