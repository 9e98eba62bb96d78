"""The hall command against a real server and a real Mosquitto: import and export by a manager, a device that enrols."""

from __future__ import annotations

import io
import stat
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from live_hall import LiveServer, live_server

from contract.client.sample import CHIEF, CLERK, SAMPLE_HALL
from hall.__main__ import main
from hall.doctor import surroundings
from queueserver.hallfile import read, write

ADVICE = {"en": "Look up"}
HALL = {"export": ["--hall", "sample"], "import": []}
Shown = pytest.CaptureFixture[str]


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveServer]:
    with live_server(tmp_path) as server:
        yield server


PASSWORD = "correct-horse-7"


@pytest.fixture
def manager(live: LiveServer, tmp_path: Path, capsys: Shown) -> list[str]:
    """Flags of a manager at the live server."""
    secret = tmp_path / "password"
    secret.write_text(f"{PASSWORD}\n")
    where = ["--data-dir", str(live.settings.data_dir)]
    assert main(["user", "add", "boss", "--role", "manager", "--password-file", str(secret), *where]) == 0
    capsys.readouterr()
    return ["--server", live.url, "--user", "boss"]


def typed(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))


def test_a_manager_exports_and_imports(
    live: LiveServer, manager: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "hall.toml"
    typed(monkeypatch, PASSWORD)
    assert main(["config", "export", str(file), *manager]) == 0
    assert read(file.read_text(encoding="utf-8")).config == SAMPLE_HALL
    changed = SAMPLE_HALL.model_copy(update={"hall": SAMPLE_HALL.hall.model_copy(update={"slip_advice": ADVICE})})
    file.write_text(write(changed), encoding="utf-8")
    typed(monkeypatch, PASSWORD)
    assert main(["config", "import", str(file), *manager, "--note", "greeting"]) == 0
    assert live.client().catalogue("en").slip_advice == ADVICE["en"]


def test_a_running_server_takes_up_what_was_imported_into_its_database(live: LiveServer, tmp_path: Path) -> None:
    file = tmp_path / "hall.toml"
    changed = SAMPLE_HALL.model_copy(update={"hall": SAMPLE_HALL.hall.model_copy(update={"slip_advice": ADVICE})})
    file.write_text(write(changed), encoding="utf-8")
    assert main(["config", "import", str(file), "--data-dir", str(live.settings.data_dir)]) == 0
    assert live.client().catalogue("en").slip_advice == ADVICE["en"]


@pytest.mark.parametrize(
    ("user", "password", "says"),
    [
        ("boss", "wrong-password", "The name or the password is wrong."),
        ("boss", "", "no password was given"),
        (CLERK.user, CLERK.password, "You are not allowed to do this."),
    ],
)
def test_who_is_no_manager_is_refused_in_one_line(
    user: str,
    password: str,
    says: str,
    live: LiveServer,
    manager: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: Shown,
) -> None:
    typed(monkeypatch, password)
    assert main(["config", "export", "--server", live.url, "--user", user]) == 1
    shown = capsys.readouterr().err
    assert says in shown
    assert shown.count("\n") == 1


def test_a_token_from_the_environment_is_used(live: LiveServer, monkeypatch: pytest.MonkeyPatch, capsys: Shown) -> None:
    monkeypatch.setenv("HALL_TOKEN", "nonsense")
    assert main(["config", "export", "--server", live.url, "--hall", SAMPLE_HALL.hall.id]) == 1
    assert "HALL_TOKEN is not accepted" in capsys.readouterr().err
    assert main(["config", "export", "--server", live.url]) == 1
    assert "say which hall with --hall" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["export", "import"])
def test_no_server_is_one_line(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown) -> None:
    file = tmp_path / "hall.toml"
    file.write_text(write(SAMPLE_HALL), encoding="utf-8")
    monkeypatch.setenv("HALL_TOKEN", "t")
    assert main(["config", command, str(file), "--server", "http://127.0.0.1:1", *HALL[command]]) == 1
    shown = capsys.readouterr().err
    assert "http://127.0.0.1:1 does not answer" in shown
    assert shown.count("\n") == 1


# -- the clock


def test_the_clock_is_told_and_confirmed_in_words(
    live: LiveServer, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    asked = ["clock", "--server", live.url, "--user", CHIEF.user]
    typed(monkeypatch, CHIEF.password)
    assert main(asked) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].startswith("the hall's time:  20")
    assert shown[1].endswith(": believed")
    typed(monkeypatch, CHIEF.password)
    assert main([*asked, "--confirm", "2020-01-01 08:30"]) == 1
    assert "Set its clock right first. Nothing was changed." in capsys.readouterr().err
    assert main([*asked, "--confirm", "half past eight"]) == 2
    assert "is not a date and time such as '2026-03-02 08:30'" in capsys.readouterr().err
    assert main(["clock", "--server", live.url]) == 1
    assert "say who you are with --user NAME" in capsys.readouterr().err


# -- enrolment


def enrolment_code(live: LiveServer, device: str, capsys: Shown) -> str:
    where = ["--data-dir", str(live.settings.data_dir)]
    assert main(["enrol", device, "--role", "kiosk", *where]) == 0
    return capsys.readouterr().out.strip()


def test_a_device_turns_its_code_into_settings_that_work(live: LiveServer, tmp_path: Path, capsys: Shown) -> None:
    code, file = enrolment_code(live, "kiosk-9", capsys), tmp_path / "settings.toml"
    file.write_text('# ours\n[kiosk]\nlanguage = "en" # stays\ntoken = "old"\n\n[display]\nhall = "other"\n')
    given = ["enrol", "kiosk-9", "--code", code, "--server", live.url, "--part", "kiosk", "--write", str(file)]
    assert main(given) == 0
    text = file.read_text(encoding="utf-8")
    kiosk = tomllib.loads(text)["kiosk"]
    assert "# ours" in text
    assert "# stays" in text
    assert tomllib.loads(text)["display"] == {"hall": "other"}
    assert (kiosk["hall"], kiosk["device"], kiosk["language"]) == (SAMPLE_HALL.hall.id, "kiosk-9", "en")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert kiosk["token"] not in capsys.readouterr().out
    assert live.client(kiosk["token"]).snapshot().seq == 0


def test_a_device_can_also_be_shown_its_settings(live: LiveServer, capsys: Shown) -> None:
    code = enrolment_code(live, "kiosk-8", capsys)
    assert main(["enrol", "kiosk-8", "--code", code, "--server", live.url, "--part", "kiosk"]) == 0
    assert tomllib.loads(capsys.readouterr().out)["kiosk"]["device"] == "kiosk-8"


def test_a_used_code_is_refused_in_one_line(live: LiveServer, capsys: Shown) -> None:
    code = enrolment_code(live, "kiosk-7", capsys)
    given = ["enrol", "kiosk-7", f"--code={code}", "--server", live.url, "--part", "kiosk"]
    assert main(given) == 0
    capsys.readouterr()
    assert main(given) == 1
    assert capsys.readouterr().err.endswith("This enrolment code is unknown, used or expired. Ask for a new one.\n")


def test_a_settings_file_that_is_no_toml_is_left_alone(live: LiveServer, tmp_path: Path, capsys: Shown) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("[kiosk\n")
    code = enrolment_code(live, "kiosk-6", capsys)
    given = ["enrol", "kiosk-6", "--code", code, "--server", live.url, "--part", "kiosk", "--write", str(file)]
    assert main(given) == 1
    assert "is not valid TOML" in capsys.readouterr().err
    assert file.read_text() == "[kiosk\n"


# -- the doctor


@pytest.mark.broker
def test_the_doctor_tries_the_broker_with_the_devices_own_credentials(tmp_path: Path) -> None:
    with live_server(tmp_path, broker="managed", broker_port=0) as live:
        kiosk = f"{SAMPLE_HALL.hall.id}-kiosk"
        for device, password, verdict in ((kiosk, live.token, "ok"), (kiosk, "wrong", "FIX"), ("", "", "ok")):
            where = surroundings.Broker("127.0.0.1", live.broker_port, device, password)
            (check,) = surroundings.broker(where, expected=True)
            assert check.verdict.value == verdict, check
        checks = list(surroundings.server(live.url, expected=True))
        assert [check.name for check in checks] == ["queue server", "clock"]
