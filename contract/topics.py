"""MQTT topic names: built here and nowhere else, so that publisher, subscriber and permission file agree."""

from __future__ import annotations


def events(hall: str, event_type: str = "+") -> str:
    """CloudEvents of one hall; QoS 1, not retained. The default is the filter for all types."""
    return f"hall/{hall}/events/{event_type}"


def window_state(hall: str, window: str = "+") -> str:
    """Retained: what a window bar must show now."""
    return f"hall/{hall}/state/windows/{window}"


def queue_state(hall: str, queue: str = "+") -> str:
    """Retained: waiting count and last called number."""
    return f"hall/{hall}/state/queues/{queue}"


def presence(hall: str, device: str = "+") -> str:
    """Retained; "online" from the device, "offline" as its last will."""
    return f"hall/{hall}/devices/{device}/presence"


def device_commands(hall: str, device: str) -> str:
    """To one device, with a message expiry."""
    return f"hall/{hall}/devices/{device}/commands"


def device_replies(hall: str, device: str = "+") -> str:
    """What a device answers to a command."""
    return f"hall/{hall}/devices/{device}/replies"
