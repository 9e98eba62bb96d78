"""One try of a window bar, told step by step so that an installer sees where it stops."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from hall.commandline import Problem
from hardware import registry
from hardware.errors import DeviceError
from hardware.ports import BarLine, Colour, Condition

_TEXT = "A012到3号窗口"
SETTLE = 0.5


def show(settings: Mapping[str, object], address: int, text: str) -> None:
    """Ask one bar how it is and show a text on it, which stays. Raises Problem."""
    bar = registry.open_bar(settings)
    try:
        line = bar.health()
        if line.condition is Condition.DOWN:
            raise Problem(f"{bar.name} is not ready: {line.code}{': ' + line.detail if line.detail else ''}")
        bar.show(address, (BarLine(text or _TEXT, Colour.RED),))
        told = bar.ping(address)
        if told.condition is Condition.DOWN:
            raise Problem(f"bar {address} does not answer: address, speed and cable (A to A, B to B) must be right")
        if told.code == "one_way":
            threading.Event().wait(SETTLE)  # let the frame leave before the port is closed
        _print_told(address, told.code, told.detail)
    except DeviceError as error:
        raise Problem(f"{bar.name}: {error.detail}") from error
    finally:
        bar.close()
    print(f"It must now show: {text or _TEXT}")


def _print_told(address: int, code: str, detail: str) -> None:
    print(f"bar {address}: {'answers' if code == 'ok' else f'{code}: {detail}'}")
