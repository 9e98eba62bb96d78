"""Subscribed devices, as processes of their own: `display`, one real Listener, or `crowd`, plain subscribers around it.

Arguments: the role, then JSON {"http", "hall", "host", "port", "devices": [[device, token]...]}. Both print "ready"
when they hear; the display then prints a line `SEQUENCE MONOTONIC_SECONDS` for each ticket.called it has. Both end with
their standard input. The crowd is apart because fifty devices do not share one Python in a hall either.
"""

from __future__ import annotations

import json
import selectors
import sys
import threading
import time
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from contract import topics
from contract.client.http import HallClient
from contract.client.listener import BrokerAddress, Heard, Listener
from contract.events import WireEvent


def display(order: dict[str, Any]) -> None:
    """One device that hears as a display does."""
    ((device, token),) = order["devices"]
    client = HallClient(order["http"], order["hall"], token)
    live = threading.Event()

    def heard(event: WireEvent) -> None:
        if event.type == "ticket.called":
            print(event.sequence, time.monotonic(), flush=True)

    listener = Listener(
        BrokerAddress(order["host"], order["port"], device, token),
        order["hall"],
        device,
        fetch=client.snapshot,
        heard=Heard(snapshot=lambda _: None, event=heard, live=lambda state: live.set() if state else None),
    )
    listener.start()
    live.wait(30)
    print("ready", flush=True)
    sys.stdin.read()
    listener.close()


def crowd(order: dict[str, Any]) -> None:
    """All other devices, read by one thread."""
    clients = [_subscriber(order, device, token) for device, token in order["devices"]]
    waiting = selectors.DefaultSelector()
    waiting.register(sys.stdin, selectors.EVENT_READ)
    for client in clients:
        waiting.register(client.socket(), selectors.EVENT_READ, client)
    print("ready", flush=True)
    while True:
        for key, _ in waiting.select(1.0):
            if key.data is None:
                return
            key.data.loop_read()
        for client in clients:
            client.loop_misc()


def _subscriber(order: dict[str, Any], device: str, token: str) -> mqtt.Client:
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=device, protocol=mqtt.MQTTv5)
    client.username_pw_set(device, token)
    subscribed = threading.Event()
    client.on_subscribe = lambda *_: subscribed.set()
    client.on_connect = lambda *_: client.subscribe(topics.events(order["hall"]), 1)
    client.connect(order["host"], order["port"], keepalive=300)
    until = time.monotonic() + 10
    while not subscribed.is_set() and time.monotonic() < until:
        client.loop(0.1)
    return client


if __name__ == "__main__":
    {"display": display, "crowd": crowd}[sys.argv[1]](json.loads(sys.argv[2]))
