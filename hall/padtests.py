"""One try of a call pad and of a rating pad, told step by step so that an installer sees where it stops."""

from __future__ import annotations

import queue
import time
from collections.abc import Mapping

from hall.commandline import Problem
from hardware import registry
from hardware.ports import Condition, Health, PadEvent

_TEXT = "A012"


def press(settings: Mapping[str, object], address: int, seconds: float) -> None:
    """Show a number on one pad, beep it, and wait for a key of any pad. Raises Problem."""
    pad = registry.open_call_pad(settings)
    pressed: queue.SimpleQueue[PadEvent] = queue.SimpleQueue()
    try:
        pad.start(pressed.put, _print_fault)
        pad.display(address, _TEXT)
        pad.beep(address)
        print(f"Press a key that calls, recalls or finishes (within {seconds:g} s) ...", flush=True)
        event = pressed.get(timeout=seconds)
    except queue.Empty:
        raise Problem(f"no key arrived within {seconds:g} s; {_state(pad.health())}") from None
    finally:
        pad.close()
    print(f"pad {event.address}: {event.act}{f' {event.digits}' if event.digits else ''}")


def rate(settings: Mapping[str, object], address: int, seconds: float) -> None:
    """Ask one rating pad. Raises Problem."""
    pad = registry.open_rating_pad(settings)
    try:
        _print_fault(pad.health())
        print(f"Touch a face of pad {address} (within {seconds:g} s) ...", flush=True)
        begun = time.monotonic()
        rating = pad.ask(address, seconds)
        if rating is None:
            waited = time.monotonic() - begun
            raise Problem(f"no rating from pad {address} within {waited:.0f} s; {_state(pad.health())}")
    finally:
        pad.close()
    print(f"pad {address}: {rating} of 5")


def _state(health: Health) -> str:
    return f"its health: {health.code}{': ' + health.detail if health.detail else ''}"


def _print_fault(health: Health) -> None:
    if health.condition is not Condition.OK:
        print(f"  {health.code}{': ' + health.detail if health.detail else ''}", flush=True)
