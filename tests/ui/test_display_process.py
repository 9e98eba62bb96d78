"""The display as the process it is, against the real server and the real broker: from a call to glass and sound."""

from __future__ import annotations

import importlib.util
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from contract.bodies import Broadcast, TakeTicket
from contract.client.api import HallApi
from contract.client.sample import CLERK, SAMPLE_HALL
from queueserver.accounts import records
from queueserver.accounts.records import Enrolment
from queueserver.accounts.secrets import new_code
from queueserver.clock import SystemClock

pytestmark = pytest.mark.broker

PATIENCE_SECONDS = 40.0
_WINDOW = next(window for window in SAMPLE_HALL.windows if window.id == "w1")
_MANAGED = {"broker": "managed", "broker_port": 0}


def _live_hall() -> ModuleType:
    path = Path(__file__).parents[1] / "wire" / "live_hall.py"
    spec = importlib.util.spec_from_file_location("live_hall", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Display:
    """A running `hall display`, its unasked lines, and its answers."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._lines: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.heard: list[dict[str, Any]] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(json.loads(line))

    def close(self) -> None:
        """Kill it if it is still there, and leave no pipe open."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join(PATIENCE_SECONDS)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert pipe is not None
            pipe.close()

    def ask(self, act: str, **arguments: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"act": act, **arguments}) + "\n")
        self.process.stdin.flush()

    def wait(self, found: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next line for which `found`; all that went by is in `heard`."""
        while True:
            line = self._lines.get(timeout=PATIENCE_SECONDS)
            self.heard.append(line)
            if found(line):
                return line

    def event(self, kind: str) -> dict[str, Any]:
        return self.wait(lambda line: line.get("event") == kind)

    def state(self) -> dict[str, Any]:
        self.ask("state")
        return self.wait(lambda line: line.get("act") == "state")

    def wait_state(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Ask again and again, bounded, until the state is as `wanted`."""
        pause = threading.Event()
        for _ in range(round(PATIENCE_SECONDS / 0.1)):
            state = self.state()
            if wanted(state):
                return state
            pause.wait(0.1)
        raise AssertionError(state)


@contextmanager
def _display(live: Any, token: str, sounds: Path, device: str) -> Iterator[Display]:
    settings = sounds.parent / f"{device}.toml"
    settings.write_text(
        f'[display]\nserver = "{live.url}"\nhall = "{SAMPLE_HALL.hall.id}"\ndevice = "{device}"\ntoken = "{token}"\n'
        f'broker_port = {live.broker_port}\nsize = "1280x720"\nautopilot = "-"\nalso_spoken = "en"\n'
        f'loudspeaker = {{ driver = "virtual", out = "{sounds}", pace = 0.05 }}\n',
        encoding="utf-8",
    )
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "hall", "display", "--config", str(settings)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    display = Display(process)
    try:
        yield display
        display.ask("quit")
        assert process.wait(PATIENCE_SECONDS) == 0
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()
    finally:
        display.close()


def _enrolled(kit: ModuleType, live: Any, device: str) -> str:
    """The token of a device that was let in as any device is; the broker knows it too."""
    enrolment, code = Enrolment(SAMPLE_HALL.hall.id, device, frozenset({"display"}), used=False), new_code()
    until = SystemClock().now() + timedelta(minutes=5)
    kit.in_database(live.settings, lambda connection: records.add_enrolment(connection, enrolment, code, until))
    token: str = live.client("").enrol(code, device).token
    return token


def _call(hall: HallApi) -> str:
    hall.take_ticket(TakeTicket(service="pension"))
    call = hall.call_next(_WINDOW.id)
    assert call is not None
    return call.ticket.number


def test_a_call_reaches_glass_and_loudspeaker_and_a_restart_shows_the_truth(tmp_path: Path) -> None:
    sounds, later = tmp_path / "sounds", tmp_path / "later"
    kit = _live_hall()
    with kit.live_server(tmp_path / "data", **_MANAGED) as live:
        token = _enrolled(kit, live, "display-1")
        hall = live.client()
        hall.login(CLERK.user, CLERK.password)
        hall.open_window(_WINDOW.id)
        with _display(live, token, sounds, "display-1") as display:
            display.wait_state(lambda state: bool(state["windows"]) and bool(state["hears_live"]))
            number = _call(hall)
            shown = display.event("shown")
            assert (shown["number"], shown["window"]) == (number, _WINDOW.id)
            said = display.event("announced")
            assert (said["number"], said["spoken"]) == (number, True)
            assert len(list(sounds.glob("*.wav"))) == 1
            hall.recall(_WINDOW.id)
            assert display.event("shown")["number"] == number
            assert display.event("announced")["number"] == number
            hall.broadcast(Broadcast(text="请大家注意", expires_in_seconds=60))
            assert display.event("announced")["number"] == ""
            assert not [line for line in display.heard if line.get("event") == "not_announced"]
        with _display(live, token, later, "display-1") as again:
            state = again.wait_state(lambda state: bool(state["windows"]))
            assert [call["number"] for call in state["calls"]] == [number]
            assert state["windows"][_WINDOW.id] == {"state": "open", "number": number}
            hall.start(_WINDOW.id)
            hall.finish(_WINDOW.id)
            again.wait_state(lambda state: state["calls"] == [])
            assert not list(later.glob("*.wav")), "nothing old is announced"


def test_without_the_broker_the_screen_stays_true_and_fresh_calls_are_still_said(tmp_path: Path) -> None:
    with _live_hall().live_server(tmp_path / "data", broker="mqtt://127.0.0.1:9") as live:
        token = live.device("display-1", "display")
        hall = live.client()
        hall.login(CLERK.user, CLERK.password)
        hall.open_window(_WINDOW.id)
        with _display(live, token, tmp_path / "sounds", "display-1") as display:
            display.wait_state(lambda state: bool(state["windows"]))
            number = _call(hall)
            assert display.event("shown")["number"] == number
            assert display.event("announced")["number"] == number
            assert display.wait_state(lambda state: state["link"] == "delayed")["calls"][0]["number"] == number
