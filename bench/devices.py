"""Subscribed devices in a process of their own: one real Listener as a display has it, and plain subscribers around it.

Arguments: JSON {"http", "hall", "host", "port", "measured": [device, token], "others": [[device, token]...]}. Prints
"ready", then one line `SEQUENCE MONOTONIC_SECONDS` for each ticket.called the display has.
"""

from __future__ import annotations

import json
import sys
import threading
import time

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from contract import topics
from contract.client.http import HallClient
from contract.client.listener import BrokerAddress, Heard, Listener
from contract.events import WireEvent


def main() -> None:
    order = json.loads(sys.argv[1])
    others = [_subscriber(order, device, token) for device, token in order["others"]]
    device, token = order["measured"]
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
    for other in others:
        other.disconnect()
        other.loop_stop()


def _subscriber(order: dict[str, object], device: str, token: str) -> mqtt.Client:
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=device, protocol=mqtt.MQTTv5)
    client.username_pw_set(device, token)
    subscribed = threading.Event()
    client.on_subscribe = lambda *_: subscribed.set()
    client.on_connect = lambda *_: client.subscribe(topics.events(str(order["hall"])), 1)
    client.connect(str(order["host"]), int(str(order["port"])))
    client.loop_start()
    subscribed.wait(10)
    return client


if __name__ == "__main__":
    main()
