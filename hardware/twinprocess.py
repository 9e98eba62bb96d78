"""A virtual device as a process of its own: one line that says where it is, a control line, an orderly end."""

from __future__ import annotations

import signal
import sys
import threading
from typing import Protocol

from hardware.control import ControlLine


class Twin(Protocol):
    """What is played with over the control line."""

    def obey(self, words: list[str]) -> str: ...

    def close(self) -> None: ...


def be(twin: Twin, said: str, control_port: int) -> int:
    """Say `said` and the control port (0 = any) on stdout, and be the device until SIGTERM or SIGINT; the exit code."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    control = ControlLine(twin.obey, control_port)
    sys.stdout.write(f"{said} control {control.port}\n")
    sys.stdout.flush()
    stop.wait()
    control.close()
    twin.close()
    return 0
