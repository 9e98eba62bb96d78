"""The files an operator copies are right: sample settings load, units start what exists."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

from queueserver.settings import ServerSettings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


def test_the_sample_settings_load() -> None:
    settings = ServerSettings.load(DEPLOY / "server.toml")
    assert (settings.host, settings.broker_port) == ("0.0.0.0", 8461)
    assert settings.outside_broker is None


def test_the_alternatives_in_comments_load_too(tmp_path: Path) -> None:
    text = (DEPLOY / "server.toml").read_text().replace('broker = "managed"\n', "")
    config = tmp_path / "server.toml"
    config.write_text(re.sub(r"^# (\w+ = )", r"\1", text, flags=re.MULTILINE))
    settings = ServerSettings.load(config)
    assert settings.outside_broker == ("broker.example", 8883, True)
    assert settings.database_url.startswith("postgresql+psycopg://")


def test_the_units_are_whole() -> None:
    for unit in DEPLOY.glob("*.service"):
        parser = configparser.ConfigParser(interpolation=None, strict=False)
        parser.optionxform = str  # type: ignore[assignment, method-assign] # systemd's keys have capitals
        parser.read(unit)
        assert parser["Service"]["ExecStart"].startswith("/opt/hallqueue/bin/hall ")
        assert parser["Service"]["Restart"] == "always"
        assert parser["Install"]["WantedBy"]


def test_everything_the_operator_is_told_to_copy_exists() -> None:
    text = (ROOT / "docs" / "operation.md").read_text()
    for name in re.findall(r"deploy/([\w@.-]+)", text):
        assert (DEPLOY / name).exists(), name
