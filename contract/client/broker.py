"""Where a listener finds the broker: apart from the listener, so that reading settings loads no MQTT."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where the broker is and who we are there; an empty user means no sign-in."""

    host: str = "127.0.0.1"
    port: int = 1883
    user: str = ""
    password: str = ""
    tls: bool = False
