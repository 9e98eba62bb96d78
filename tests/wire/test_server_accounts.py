"""Signing in, enrolling and being locked out, on the real server, and the command line beside it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from live_hall import LiveServer, in_database, live_server

from contract.bodies import TakeTicket
from contract.client.sample import CLERK, OTHER_CLERK, SAMPLE_HALL
from contract.errors import HallError
from contract.ids import API_PREFIX
from queueserver.accounts import directory, records
from queueserver.accounts.commands import main_enrol, main_user
from queueserver.accounts.records import Enrolment
from queueserver.accounts.secrets import new_code
from queueserver.clock import SystemClock
from queueserver.settings import ServerSettings

HALL = SAMPLE_HALL.hall.id


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LiveServer]:
    with live_server(tmp_path) as live:
        yield live


def refusal(code: str) -> object:
    return pytest.raises(HallError, match=re.escape(HallError(code).sentence.split("{")[0]))


def code_for(server: LiveServer, device: str, *roles: str, hours: float = 1) -> str:
    code, until = new_code(), SystemClock().now() + timedelta(hours=hours)
    enrolment = Enrolment(HALL, device, frozenset(roles), used=False)
    in_database(server.settings, lambda connection: records.add_enrolment(connection, enrolment, code, until))
    return code


# ------------------------------------------------------------------------------------------------ people


def test_a_session_lasts_until_one_signs_out(server: LiveServer) -> None:
    hall = server.client()
    token = hall.login(CLERK.user, CLERK.password)
    assert timedelta(hours=11) < token.expires_at - SystemClock().now() < timedelta(hours=13)
    hall.open_window("w1")
    headers = {"Authorization": f"Bearer {token.token}"}
    answer = httpx.post(f"{server.url}{API_PREFIX}/auth/logout", headers=headers, trust_env=False)
    assert answer.status_code == 204
    with refusal("unauthenticated"):
        hall.call_next("w1")


def test_who_guesses_waits_and_nobody_else(server: LiveServer) -> None:
    hall = server.client()
    for _ in range(5):
        with refusal("wrong_credentials"):
            hall.login(CLERK.user, "a wrong password")
    with pytest.raises(HallError) as caught:
        hall.login(CLERK.user, CLERK.password)
    assert (caught.value.code, caught.value.status) == ("too_many_attempts", 429)
    assert 0 < int(str(caught.value.params["seconds"])) <= 15
    assert hall.login(OTHER_CLERK.user, OTHER_CLERK.password).user == OTHER_CLERK.user


def test_a_burst_of_guesses_is_locked_out_too(server: LiveServer) -> None:
    def guess(_: int) -> str:
        try:
            server.client().login(CLERK.user, "a wrong password")
        except HallError as error:
            return error.code
        return "let in"

    with ThreadPoolExecutor(12) as hands:
        codes = list(hands.map(guess, range(12)))
    assert sorted(codes) == ["too_many_attempts"] * 7 + ["wrong_credentials"] * 5


def test_names_that_do_not_exist_are_locked_too(server: LiveServer) -> None:
    hall = server.client()
    for _ in range(5):
        with refusal("wrong_credentials"):
            hall.login("nobody", "a wrong password")
    with refusal("too_many_attempts"):
        hall.login("nobody", "a wrong password")


def test_a_device_cannot_sign_in_as_a_person(server: LiveServer) -> None:
    token = server.device("kiosk-9", "kiosk")
    with refusal("wrong_credentials"):
        server.client().login("kiosk-9", token)


def test_tokens_are_kept_as_hashes_only(server: LiveServer) -> None:
    token = server.client().login(CLERK.user, CLERK.password).token
    stored = b"".join(path.read_bytes() for path in server.settings.data_dir.glob("hall.db*"))
    assert token.encode() not in stored
    assert CLERK.password.encode() not in stored
    assert server.token.encode() not in stored


def test_a_revoked_account_is_noticed(server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "_BELIEVED_SECONDS", 0.0)
    hall = server.client()
    hall.login(CLERK.user, CLERK.password)
    hall.snapshot()
    assert in_database(server.settings, lambda connection: records.revoke(connection, CLERK.user))
    with refusal("unauthenticated"):
        hall.snapshot()
    with refusal("wrong_credentials"):
        hall.login(CLERK.user, CLERK.password)


# ------------------------------------------------------------------------------------------------ devices


def test_a_code_makes_one_device_and_its_repetition_the_same(server: LiveServer) -> None:
    code = code_for(server, "kiosk-2", "kiosk")
    body = {"code": code.lower().replace("-", " "), "device": "kiosk-2"}

    def enrol(key: str) -> httpx.Response:
        url = f"{server.url}{API_PREFIX}/devices/enrol"
        return httpx.post(url, json=body, headers={"Idempotency-Key": key}, trust_env=False)

    first, again, other = enrol("one-intention"), enrol("one-intention"), enrol("another-intention")
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert other.json()["code"] == "wrong_code"
    assert server.client(first.json()["token"]).take_ticket(TakeTicket(service="pension")).number == "A001"


def test_a_new_code_replaces_the_devices_token(server: LiveServer) -> None:
    first = server.client("").enrol(code_for(server, "kiosk-2", "kiosk"), "kiosk-2").token
    second = server.client("").enrol(code_for(server, "kiosk-2", "kiosk"), "kiosk-2").token
    assert first != second
    with refusal("unauthenticated"):
        server.client(first).snapshot()
    server.client(second).snapshot()


@pytest.mark.parametrize("trouble", ["unknown", "expired", "other device"])
def test_codes_that_are_no_good(server: LiveServer, trouble: str) -> None:
    code = {
        "unknown": lambda: "AAAA-BBBB-CCCC",
        "expired": lambda: code_for(server, "kiosk-2", "kiosk", hours=-1),
        "other device": lambda: code_for(server, "kiosk-3", "kiosk"),
    }[trouble]()
    with refusal("wrong_code"):
        server.client("").enrol(code, "kiosk-2")


def test_a_device_cannot_take_a_persons_name(server: LiveServer) -> None:
    with refusal("forbidden"):
        server.client("").enrol(code_for(server, "", "kiosk"), CLERK.user)


def test_codes_cannot_be_guessed_for_ever(server: LiveServer) -> None:
    for _ in range(5):
        with refusal("wrong_code"):
            server.client("").enrol("AAAA-BBBB-CCCC", "kiosk-2")
    with refusal("too_many_attempts"):
        server.client("").enrol(code_for(server, "kiosk-2", "kiosk"), "kiosk-2")


# ------------------------------------------------------------------------------------------------ the command line


def options(settings: ServerSettings) -> list[str]:
    return ["--data-dir", str(settings.data_dir)]


def test_people_from_the_command_line_beside_a_running_server(
    server: LiveServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse\n"))
    add = ["add", "li.na", "--name", "李娜", "--role", "clerk", "--role", "pick", "--password-file", "-"]
    assert main_user([*add, *options(server.settings)]) == 0
    token = server.client().login("li.na", "correct horse")
    assert (token.name, token.roles) == ("李娜", ("clerk", "pick"))
    capsys.readouterr()
    assert main_user(["list", *options(server.settings)]) == 0
    assert "sample\tli.na\t李娜\tclerk pick" in capsys.readouterr().out.splitlines()
    assert main_user(["remove", "li.na", *options(server.settings)]) == 0
    with refusal("wrong_credentials"):
        server.client().login("li.na", "correct horse")


def test_a_code_from_the_command_line(server: LiveServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main_enrol(["display-4", "--role", "display", *options(server.settings)]) == 0
    code = capsys.readouterr().out.strip()
    assert re.fullmatch(r"[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}", code)
    token = server.client("").enrol(code, "display-4").token
    assert server.client(token).snapshot().hall == HALL


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["add", "li na"], "cannot be a user name"),
        (["add", "li.na", "--password-file", "/no/such/file"], "cannot read /no/such/file"),
        (["add", "li.na", "--password-file", "SHORT"], "at least 8 characters"),
        (["add", "sample-kiosk", "--password-file", "GOOD"], "already used by another account"),
        (["add", "li.na", "--password-file", "GOOD", "--hall", "no-such"], "there is no hall 'no-such'"),
        (["remove", "nobody"], "there is no account 'nobody'"),
    ],
)
def test_what_the_command_line_refuses(
    server: LiveServer, tmp_path: Path, argv: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "SHORT").write_text("short\n")
    (tmp_path / "GOOD").write_text("a good password\n")
    argv = [str(tmp_path / word) if word in {"SHORT", "GOOD"} else word for word in argv]
    assert main_user([*argv, *options(server.settings)]) == 1
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1


def test_wrong_usage_is_exit_code_2(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as caught:
        main_enrol(["kiosk-1", "--role", "emperor"])
    assert caught.value.code == 2
    assert main_user(["list", "--config", str(tmp_path / "missing.toml")]) == 2
    assert "cannot read" in capsys.readouterr().err


def test_an_empty_database_has_no_hall_yet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main_enrol(["kiosk-1", "--role", "kiosk", "--data-dir", str(tmp_path)]) == 1
    assert "holds no hall" in capsys.readouterr().err
