"""The caller as the process it is: `hall caller` against the real server over real HTTP, driven through its door."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from caller.__main__ import main
from caller.settings import CallerSettings
from contract.bodies import TakeTicket, TicketState
from contract.client.sample import CLERK, SAMPLE_HALL
from contract.settings import SettingsError

PATIENCE_SECONDS = 60


def _live_hall() -> ModuleType:
    path = Path(__file__).parents[1] / "wire" / "live_hall.py"
    spec = importlib.util.spec_from_file_location("live_hall", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class App:
    """A running `hall caller`; act() is one line in and the answer's line out."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def act(self, name: str, **arguments: object) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"act": name, **arguments}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"the app said nothing more: {self._last_words()}"
        answer: dict[str, Any] = json.loads(line)
        assert answer["act"] == name
        return answer

    def _last_words(self) -> str:
        _, errors = self.process.communicate(timeout=PATIENCE_SECONDS)
        return f"exit code {self.process.returncode}, {errors}"


@contextmanager
def running(*flags: str) -> Iterator[App]:
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "hall", "caller", "--autopilot", "-", *flags],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    try:
        yield App(process)
        _, errors = process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode == 0, errors
        assert "Traceback" not in errors
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def test_a_visitor_is_served_by_the_real_app_at_the_real_server(tmp_path: Path) -> None:
    live_hall = _live_hall()
    with live_hall.live_server(tmp_path) as live:
        hall = live.client()
        hall.take_ticket(TakeTicket(service="pension"))
        flags = ("--server", live.url, "--hall", SAMPLE_HALL.hall.id, "--token", live.token, "--broker-port", "9")
        with running(*flags) as app:
            assert app.act("sign_in", user=CLERK.user, password="wrong")["code"] == "wrong_credentials"
            assert app.act("sign_in", user=CLERK.user, password=CLERK.password)["ok"]
            assert app.act("open", window="w1")["ok"]
            assert app.act("next")["number"] == "A001"
            assert app.act("next")["code"] == "window_busy"
            assert app.act("screenshot", path=str(tmp_path / "caller.png"))["ok"]
            assert app.act("finish")["ok"]
            assert app.act("nonsense")["code"] == "unknown_act"
            assert app.act("close")["ok"]
            assert app.act("quit")["ok"]
        assert hall.find_ticket("A001").state is TicketState.FINISHED
        assert (tmp_path / "caller.png").stat().st_size > 5000


def test_a_server_that_restarts_finds_the_clerk_where_he_was(tmp_path: Path) -> None:
    live_hall = _live_hall()
    with live_hall.live_server(tmp_path) as live:
        live.client().take_ticket(TakeTicket(service="pension"))
        flags = ("--server", live.url, "--hall", SAMPLE_HALL.hall.id, "--token", live.token, "--broker-port", "9")
        with running(*flags) as app:
            assert app.act("sign_in", user=CLERK.user, password=CLERK.password)["ok"]
            assert app.act("open", window="w1")["ok"]
            live.stop()
            assert app.act("next")["code"] == "server_unreachable"
            assert app.act("state")["link"] == "lost"
            port = int(live.url.rsplit(":", 1)[1])
            again = live_hall.start(live.settings.model_copy(update={"port": port}), live.token)
            try:
                until = time.monotonic() + PATIENCE_SECONDS
                while app.act("state")["link"] == "lost":
                    assert time.monotonic() < until, "the app never found the server again"
                    time.sleep(0.1)
                assert app.act("next")["number"] == "A001"
                assert app.act("quit")["ok"]
            finally:
                again.stop()


def test_without_a_server_the_app_says_so_and_lives() -> None:
    with running("--server", "http://127.0.0.1:9", "--hall", "nowhere", "--broker-port", "9") as app:
        assert app.act("sign_in", user="wang", password="x")["code"] == "server_unreachable"
        assert app.act("state")["link"] == "lost"
        app.act("quit")


def test_the_end_of_the_input_ends_the_app() -> None:
    with running("--server", "http://127.0.0.1:9", "--hall", "nowhere", "--broker-port", "9") as app:
        assert app.act("state")["stage"] == "sign_in"


def test_a_hall_must_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    said = capsys.readouterr().err
    assert said.startswith("hall caller: setting hall")
    assert said.count("\n") == 1


def test_settings_are_refused_with_the_name_of_the_wrong_one(tmp_path: Path) -> None:
    config = tmp_path / "hall.toml"
    config.write_text('[caller]\nhall = "main"\nsize = "wide"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="size"):
        CallerSettings.load(config)


def test_the_broker_is_signed_in_to_as_the_device() -> None:
    settings = CallerSettings.load(flags={"device": "caller-7", "token": "secret-token"})
    broker = settings.broker()
    assert (broker.user, broker.password) == ("caller-7", "secret-token")
    assert "secret-token" not in settings.model_dump_json()
