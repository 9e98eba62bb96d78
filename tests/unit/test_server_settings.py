"""What a server is told wrongly is one clear line, and what is secret is never shown."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from contract.bodies import Broadcast
from contract.client.fake import FakeHall
from contract.errors import HallError
from contract.settings import SettingsError
from hall.commandline import Problem
from hall.enrolcmd import main as enrol
from queueserver.accounts.commands import main_enrol
from queueserver.settings import ServerSettings


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("database", "nonsense", "setting database: must be empty or a URL"),
        ("database", "postgresql://host:port/x", "setting database: must be empty or a URL"),
        ("broker", "mqtt://127.0.0.1:99999", 'setting broker: must be "managed" or a URL'),
        ("broker", "mqtt://user:s3cret@127.0.0.1", "setting broker: must hold no user or password"),
        ("prot", "1", "setting prot: there is no such setting"),
    ],
)
def test_a_wrong_setting_is_one_clear_line(setting: str, value: str, said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        ServerSettings.load(flags={setting: value})
    assert str(refused.value).startswith(said)
    assert "s3cret" not in str(refused.value)


def test_the_password_of_the_database_is_used_and_not_shown() -> None:
    url = "postgresql+psycopg://hall:s3cret@db.example/hall"
    settings = ServerSettings.load(flags={"database": url})
    assert settings.database_url == url
    shown = settings.model_dump_json()
    assert "s3cret" not in shown
    assert "db.example" in json.loads(shown)["database"]


@pytest.mark.parametrize("lang", ["", "x" * 5000, "zh CN", "<b>"])
def test_words_for_the_hall_name_a_language(lang: str) -> None:
    with pytest.raises(ValidationError):
        Broadcast(text="x", lang=lang)


@pytest.mark.parametrize("hours", ["0", "-5", "nan", "inf", "1e300", "soon"])
def test_a_code_is_good_for_a_sensible_time(hours: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main_enrol(["kiosk-1", "--role", "kiosk", "--hours", hours])
    assert ended.value.code == 2
    assert "give 0.02 to 8760 hours" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("device", "code", "said"), [("k-1", "X", "the code"), ("K_1", "ABCD-EFGH", "the id of a device")]
)
def test_a_mistyped_code_or_device_is_one_line(device: str, code: str, said: str) -> None:
    with pytest.raises(Problem, match=said):
        enrol([device, "--code", code, "--server", "http://127.0.0.1:1", "--part", "kiosk"])


def test_the_rehearsal_hall_refuses_a_zone_that_is_not_there_too() -> None:
    with pytest.raises(HallError, match="zones"):
        FakeHall().broadcast(Broadcast(text="x", zones=("nowhere",)))
