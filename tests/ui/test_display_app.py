"""The display as a process of its own: settings, exit codes, the rehearsal door, running without any server."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from datetime import time
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from contract.settings import SettingsError
from display.announcer import QuietHours
from display.settings import DisplaySettings
from hallui.qtscheduler import QtScheduler

_COMMAND = [sys.executable, "-m", "display"]
_ENVIRONMENT = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}


def _run(*arguments: str, acts: list[dict[str, object]] | None = None) -> subprocess.CompletedProcess[str]:
    lines = "".join(json.dumps(act) + "\n" for act in acts or [])
    return subprocess.run(
        [*_COMMAND, *arguments], input=lines, env=_ENVIRONMENT, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """A display whose server and broker are not there, and whose loudspeaker is a folder."""
    file = tmp_path / "hall.toml"
    file.write_text(
        "[display]\n"
        'hall = "sample"\nserver = "http://127.0.0.1:9"\nbroker_port = 9\nsize = "1280x720"\nautopilot = "-"\n'
        'zones = ["east"]\nquiet_hours = ["12:00-13:30", "22:00-06:00"]\n'
        f'voice = {{ driver = "virtual" }}\nloudspeaker = {{ driver = "virtual", out = "{tmp_path}" }}\n',
        encoding="utf-8",
    )
    return file


def test_without_a_server_it_shows_that_it_connects_and_answers_at_its_door(settings: Path, tmp_path: Path) -> None:
    picture = tmp_path / "display.png"
    acts: list[dict[str, object]] = [
        {"act": "state"},
        {"act": "screenshot", "path": str(picture)},
        {"act": "dance"},
        {"act": "quit"},
    ]
    ended = _run("--config", str(settings), acts=acts)
    assert ended.returncode == 0, ended.stderr
    state, shot, unknown, bye = (json.loads(line) for line in ended.stdout.splitlines())
    assert (state["link"], state["calls"], state["sound_faults"]) == ("connecting", [], [])
    assert shot["ok"]
    assert bye["ok"]
    assert unknown["code"] == "unknown_act"
    image = QImage(str(picture))
    assert (image.width(), image.height()) == (1280, 720)
    assert "Traceback" not in ended.stderr


def test_a_driver_that_cannot_be_had_is_a_status_and_not_a_dead_screen(settings: Path) -> None:
    text = settings.read_text(encoding="utf-8").replace('"virtual"', '"no-such-driver"')
    settings.write_text(text, encoding="utf-8")
    ended = _run("--config", str(settings), acts=[{"act": "state"}, {"act": "quit"}])
    assert ended.returncode == 0, ended.stderr
    assert "no-such-driver" in ended.stderr


def test_when_whoever_drives_it_is_gone_it_ends(settings: Path) -> None:
    assert _run("--config", str(settings)).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ((), "setting hall"),
        (("--hall", "h", "--layout", "bar"), "setting window"),
        (("--hall", "h", "--layout", "circle"), "setting layout"),
        (("--hall", "h", "--no-such-flag", "1"), "no-such-flag"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_two(arguments: tuple[str, ...], word: str) -> None:
    ended = _run(*arguments)
    assert ended.returncode == 2
    assert word in ended.stderr
    assert "Traceback" not in ended.stderr


def test_what_is_in_force_hides_the_token(settings: Path) -> None:
    ended = _run("--config", str(settings), "--token", "very-secret", "--print-config")
    assert ended.returncode == 0
    assert "very-secret" not in ended.stdout
    assert json.loads(ended.stdout)["zones"] == ["east"]


def test_settings_are_checked_and_read_as_meant(settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = DisplaySettings.load(settings)
    assert read.quiet_hours == (QuietHours(time(12), time(13, 30)), QuietHours(time(22), time(6)))
    assert read.options.zones == {"east"}
    assert read.options.window == ""
    monkeypatch.setenv("HALL_ZONES", "east, west")
    assert DisplaySettings.load(None, {"hall": "h"}).zones == ("east", "west")
    settings.write_text('[display]\nquiet_hours = "24:00-25:00"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="quiet_hours"):
        DisplaySettings.load(settings)


def test_an_alarm_that_nobody_keeps_still_rings(qtbot: object) -> None:
    """Sound follows the frame by such an alarm: one that the garbage collector could take would leave a hall mute."""
    scheduler, rung = QtScheduler(), []
    for _ in range(20):
        scheduler.call_later(0.01, lambda: rung.append(1))
    gc.collect()
    qtbot.waitUntil(lambda: len(rung) == 20, timeout=5000)  # type: ignore[attr-defined]
