"""`hall serve` as an operator starts it: one clear line for what is wrong, and a clean end when asked."""

from __future__ import annotations

import os
import select
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from live_hall import NO_BROKER, furnish

from queueserver.settings import ServerSettings

PATIENCE = 40.0


def serve(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "queueserver", *arguments]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **environment}
    )


def refused(*arguments: str, code: int = 1, **environment: str) -> str:
    """The one line an operator reads."""
    with serve(*arguments, **environment) as process:
        _, said = process.communicate(timeout=PATIENCE)
    lines = [line for line in said.splitlines() if line.startswith("hall serve: ")]
    assert process.returncode == code, said
    assert len(lines) == 1, said
    assert "Traceback" not in said
    return lines[0]


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], PATIENCE)
    assert ready
    return process.stdout.readline().strip()


def test_it_says_where_it_listens_and_ends_when_asked(tmp_path: Path) -> None:
    furnish(ServerSettings.load(flags={"data_dir": tmp_path}))
    with serve("--data-dir", str(tmp_path), "--port", "0", "--broker-port", "0") as process:
        words = first_line(process).split()
        assert words[:2] == ["listening", "on"]
        assert httpx.get(words[2].rstrip(",") + "/health/ready", trust_env=False).json()["halls"] == ["sample"]
        host, port = words[-1].split(":")
        socket.create_connection((host, int(port)), timeout=5).close()
        process.terminate()
        assert process.wait(PATIENCE) == 0
        with pytest.raises(OSError, match="refused"):
            socket.create_connection((host, int(port)), timeout=5)
    assert (tmp_path / "document.key").stat().st_mode & 0o777 == 0o600


def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = refused("--data-dir", str(tmp_path), "--port", port, "--broker", NO_BROKER)
        assert f"port {port} is in use by another program; choose another with --port" in said
        said = refused("--data-dir", str(tmp_path), "--port", "0", "--broker-port", port)
        assert f"port {port} of the broker is in use; choose another broker_port" in said


def test_a_database_of_a_newer_version(tmp_path: Path) -> None:
    furnish(ServerSettings.load(flags={"data_dir": tmp_path}))
    with sqlite3.connect(tmp_path / "hall.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    said = refused("--data-dir", str(tmp_path), "--port", "0", "--broker", NO_BROKER)
    assert "newer version" in said


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "hall.db").write_bytes(b"not a database" * 100)
    said = refused("--data-dir", str(tmp_path), "--port", "0", "--broker", NO_BROKER)
    assert "file is not a database" in said


def test_a_damaged_document_key(tmp_path: Path) -> None:
    (tmp_path / "document.key").write_text("?")
    assert "document.key is damaged" in refused("--data-dir", str(tmp_path), "--port", "0", "--broker", NO_BROKER)


def test_mosquitto_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from queueserver import broker

    monkeypatch.setattr(broker.shutil, "which", lambda *_, **__: None)
    with pytest.raises(broker.BrokerError, match="apt install mosquitto"):
        broker.find_mosquitto()


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["--port", "99999"], "setting port"),
        (["--port", "eighty"], "setting port"),
        (["--broker", "http://broker"], "setting broker"),
        (["--log-level", "loud"], "setting log_level"),
    ],
)
def test_settings_that_cannot_be(tmp_path: Path, arguments: list[str], names: str) -> None:
    assert names in refused("--data-dir", str(tmp_path), *arguments, code=2)


def test_an_unknown_setting_in_the_file(tmp_path: Path) -> None:
    config = tmp_path / "hall.toml"
    config.write_text("[server]\nprot = 8460\n")
    assert "setting prot" in refused("--config", str(config), code=2)


def test_print_config_hides_secrets(tmp_path: Path) -> None:
    with serve("--print-config", "--data-dir", str(tmp_path), HALL_BROKER_PASSWORD="s3cret") as process:
        shown, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert "s3cret" not in shown
    assert '"port": 8460' in shown


def test_a_second_server_in_the_same_folder_is_refused_and_harms_nobody(tmp_path: Path) -> None:
    furnish(ServerSettings.load(flags={"data_dir": tmp_path}))
    arguments = ("--data-dir", str(tmp_path), "--port", "0", "--broker-port", "0")
    with serve(*arguments) as first:
        assert first_line(first).startswith("listening on")
        before = (tmp_path / "broker" / "passwords").read_bytes()
        assert "another hall serve works in" in refused(*arguments)
        assert (tmp_path / "broker" / "passwords").read_bytes() == before
        first.kill()
        first.wait(PATIENCE)
    with serve(*arguments) as again:
        assert first_line(again).startswith("listening on")
        again.terminate()
        assert again.wait(PATIENCE) == 0


def test_a_data_folder_that_is_a_file(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("x")
    assert refused("--data-dir", str(taken)).endswith(f"the data folder {taken} cannot be used: it is a file")
