"""The kiosk as a process: it starts without a server, says its troubles, and ends cleanly when told to."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QImage

NOBODY = "http://127.0.0.1:9"
"""The discard port: nothing answers."""


class Process:
    """A kiosk driven through its rehearsal door."""

    def __init__(self, *flags: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kiosk", "--autopilot", "-", "--broker-port", "9", *flags],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "HALL_PRINTER__DRIVER": "no-such-driver"},
        )

    def act(self, **arguments: object) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(arguments) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert isinstance(answer, dict)
        return answer

    def end(self) -> tuple[int, str]:
        _, errors = self.process.communicate(timeout=60)
        return self.process.returncode, errors


@pytest.fixture
def kiosk() -> Iterator[Process]:
    made = Process("--hall", "sample", "--server", NOBODY, "--size", "1366x768")
    yield made
    if made.process.poll() is None:
        made.process.kill()
    made.process.communicate()


def test_without_a_server_it_shows_that_and_goes_on_trying(kiosk: Process, tmp_path: Path) -> None:
    while kiosk.act(act="state")["online"]:
        pass
    state = kiosk.act(act="state")
    assert (state["page"], state["catalogue"]) == ("start", False)
    assert kiosk.act(act="take", service="pension") == {"act": "take", "ok": False, "code": "server_unreachable"}
    picture = tmp_path / "offline.png"
    assert kiosk.act(act="screenshot", path=str(picture))["ok"] is True
    assert QImage(str(picture)).width() == 1366
    assert kiosk.act(act="quit")["ok"] is True
    code, errors = kiosk.end()
    assert code == 0
    assert "Traceback" not in errors


def test_a_printer_that_cannot_be_had_is_a_status(kiosk: Process) -> None:
    while kiosk.act(act="state")["printer"] == "ok":
        pass
    assert kiosk.act(act="quit")["ok"] is True
    assert kiosk.end()[0] == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(kiosk: Process, number: signal.Signals) -> None:
    kiosk.act(act="state")
    kiosk.process.send_signal(number)
    code, errors = kiosk.end()
    assert code == 0
    assert "Traceback" not in errors


def test_it_ends_with_whoever_drove_it(kiosk: Process) -> None:
    kiosk.act(act="state")
    assert kiosk.end()[0] == 0, "communicate() closes its standard input"


def run(*flags: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    kept.pop("QT_QPA_PLATFORM", None)
    command = [sys.executable, "-m", "kiosk", *flags]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=kept | environment, check=False)


def test_no_screen_is_one_clear_line() -> None:
    done = run("--hall", "sample")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "no screen" in done.stderr


@pytest.mark.parametrize(
    ("flags", "said"), [((), "setting hall"), (("--hall", "h", "--idle-seconds", "1"), "idle_seconds")]
)
def test_wrong_settings_are_one_clear_line(flags: tuple[str, ...], said: str) -> None:
    done = run(*flags)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert said in done.stderr


def test_secrets_are_not_shown() -> None:
    done = run("--hall", "h", "--token", "very-secret", "--print-config")
    assert done.returncode == 0
    assert "very-secret" not in done.stdout
