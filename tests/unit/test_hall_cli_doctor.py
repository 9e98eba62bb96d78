"""hall doctor: every finding says what to do, no failing look hides another, exit 1 only when a person is needed."""

from __future__ import annotations

import importlib
import importlib.metadata
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import resources
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hall import doctor
from hall.__main__ import main
from hall.doctor import hallstate, software, surroundings
from hall.doctor.check import Chapter, Check, Verdict, examined
from hall.doctor.report import lines

Shown = pytest.CaptureFixture[str]
SMALL = resources.files("examples").joinpath("small-hall.toml")


def verdicts(checks: Iterable[Check]) -> list[tuple[str, str]]:
    return [(check.name, check.verdict.value) for check in checks]


# -- the table


def test_the_table_says_what_to_do_and_whether_a_person_is_needed() -> None:
    good, bad = Check(Verdict.OK, "disk", "9 GB free"), Check(Verdict.FIX, "mosquitto", "missing", "apt install it")
    shown = "\n".join(lines([Chapter("Installed", (good, bad))]))
    assert "  ok    disk                   9 GB free\n" in shown
    assert "  FIX   mosquitto              missing\n" in shown
    assert "-> apt install it\n" in shown
    assert shown.endswith("1 thing needs a person: see FIX above.")
    assert list(lines([Chapter("Installed", (good,))]))[-1] == "Nothing needs a person."


def test_a_look_that_fails_is_a_finding_and_hides_no_other() -> None:
    def broken_look() -> Iterator[Check]:
        raise RuntimeError("surprise")

    chapter = examined("x", [broken_look, lambda: [Check(Verdict.OK, "b", "fine")]])
    assert verdicts(chapter.checks) == [("broken look", "look"), ("b", "ok")]
    assert "surprise" in chapter.checks[0].found


@pytest.mark.parametrize(("verdict", "code"), [(Verdict.OK, 0), (Verdict.NOTE, 0), (Verdict.LOOK, 0), (Verdict.FIX, 1)])
def test_only_what_needs_a_person_fails(
    verdict: Verdict, code: int, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    monkeypatch.setattr(doctor, "_chapters", lambda _parts, _config: [Chapter("x", (Check(verdict, "a", "b"),))])
    assert main(["doctor"]) == code
    assert "a" in capsys.readouterr().out


# -- what is installed


def test_a_missing_package_is_named_with_the_extra_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    needs = ["pydantic>=2", 'PySide6-Essentials>=6 ; extra == "apps"', 'pyserial>=3 ; extra == "devices"']
    monkeypatch.setattr(importlib.metadata, "requires", lambda _name: needs)
    there = {"pydantic": "2", "pyserial": "3"}

    def version(name: str) -> str:
        if name not in there:
            raise importlib.metadata.PackageNotFoundError(name)
        return there[name]

    monkeypatch.setattr(importlib.metadata, "version", version)
    checks = list(software.packages(("kiosk",)))
    assert verdicts(checks) == [("packages", "ok"), ("packages [apps]", "FIX"), ("packages [devices]", "ok")]
    assert checks[1].found == "missing: PySide6-Essentials"
    assert checks[1].advice == "pip install 'hallqueue[apps]'"


def test_a_missing_broker_program_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_args, **_kwargs: None)
    (check,) = software.broker_program()
    assert check.verdict is Verdict.FIX
    assert "apt install mosquitto" in check.advice


def test_a_library_missing_under_qt_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_name: str) -> None:
        raise ImportError("libEGL.so.1: cannot open shared object file")

    monkeypatch.setattr(importlib, "import_module", fail)
    (check,) = software.qt()
    assert (check.verdict, "libEGL.so.1" in check.found, "libegl1" in check.advice) == (Verdict.FIX, True, True)


@pytest.mark.parametrize(("family", "verdict"), [("Noto Sans CJK SC", "ok"), ("DejaVu Sans", "FIX")])
def test_another_font_than_the_chinese_one_is_named(family: str, verdict: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_args, **_kwargs: subprocess.CompletedProcess([], 0, family))
    assert verdicts(software.fonts()) == [("Chinese font", verdict)]


def test_no_sound_card_is_only_worth_a_look(monkeypatch: pytest.MonkeyPatch) -> None:
    none = subprocess.CompletedProcess([], 1, "")
    monkeypatch.setattr(subprocess, "run", lambda *_args, **_kwargs: none)
    monkeypatch.setattr(shutil, "which", lambda _name: "/usr/bin/aplay")
    assert ("sound card", "look") in verdicts(software.speech())


def test_the_doctor_comes_without_any_extra_installed() -> None:
    """It is asked on the very machine where something is missing."""
    code = (
        "import sys, importlib.abc\n"
        "class Missing(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name.partition('.')[0] in {'PySide6', 'sqlalchemy', 'qrcode', 'PIL', 'fastapi'}:\n"
        "            raise ModuleNotFoundError(name, name=name)\n"
        "sys.meta_path.insert(0, Missing())\n"
        "from hall.__main__ import main\n"
        "sys.exit(main(['doctor']))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert "Settings\n" in done.stdout
    assert "could not be checked without the package sqlalchemy" in done.stdout


# -- what is around it


@pytest.fixture
def answering() -> Iterator[Any]:
    """A small HTTP server; `answer(status, body, date)` sets what it says and returns its address."""

    class Handler(BaseHTTPRequestHandler):
        status, body, date = 200, "{}", ""

        def do_GET(self) -> None:
            self.send_response_only(type(self).status)
            if type(self).date:
                self.send_header("Date", type(self).date)
            self.end_headers()
            self.wfile.write(type(self).body.encode())

        def log_message(self, *_: object) -> None:
            """Quiet."""

    listening = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()

    def answer(status: int, body: str = "{}", date: str = "") -> str:
        Handler.status, Handler.body, Handler.date = status, body, date
        return f"http://127.0.0.1:{listening.server_port}"

    yield answer
    listening.shutdown()
    thread.join()
    listening.server_close()


def test_a_ready_server_is_good(answering: Any) -> None:
    url = answering(200, '{"status": "ready", "broker": "connected"}')
    assert verdicts(surroundings.server(url, expected=True)) == [("queue server", "ok")]


def test_a_server_without_its_broker_needs_a_person(answering: Any) -> None:
    url = answering(200, '{"status": "ready", "broker": "away"}')
    assert verdicts(surroundings.server(url, expected=True)) == [("queue server", "ok"), ("its broker", "FIX")]


def test_a_server_that_does_not_believe_its_clock_needs_a_person(answering: Any) -> None:
    url = answering(200, '{"status": "ready", "broker": "connected", "clock": "held"}')
    assert verdicts(surroundings.server(url, expected=True)) == [("queue server", "ok"), ("its clock", "FIX")]


def test_a_server_that_is_not_ready_says_why(answering: Any) -> None:
    (check,) = surroundings.server(answering(503, '{"status": "storage_full"}'), expected=True)
    assert check.verdict is Verdict.FIX
    assert "storage_full" in check.found


def test_a_clock_that_is_wrong_is_named(answering: Any) -> None:
    url = answering(200, "not json", "Sat, 01 Jan 2000 00:00:00 GMT")
    assert verdicts(surroundings.server(url, expected=True))[-1] == ("clock", "FIX")


@pytest.mark.parametrize(("expected", "verdict"), [(True, "FIX"), (False, "note")])
def test_no_server_matters_only_where_one_is_expected(expected: bool, verdict: str) -> None:
    assert verdicts(surroundings.server("http://127.0.0.1:1", expected=expected)) == [("queue server", verdict)]


def test_a_port_is_free_or_taken_by_us_or_by_another() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        assert verdicts(surroundings.port("p", "127.0.0.1", number, ours=True)) == [("p", "ok")]
        assert verdicts(surroundings.port("p", "127.0.0.1", number, ours=False)) == [("p", "FIX")]
    assert verdicts(surroundings.port("p", "127.0.0.1", 0, ours=False)) == [("p", "ok")]


@pytest.mark.parametrize(("expected", "verdict"), [(True, "FIX"), (False, "note")])
def test_no_broker_matters_only_where_one_is_expected(expected: bool, verdict: str) -> None:
    found = surroundings.broker(surroundings.Broker("127.0.0.1", 1), expected=expected)
    assert verdicts(found) == [("message broker", verdict)]


def test_a_full_disk_needs_a_person(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert verdicts(surroundings.disk(tmp_path / "not" / "yet")) == [("disk", "ok")]
    monkeypatch.setattr(surroundings, "_LEAST_FREE_BYTES", 2**80)
    assert verdicts(surroundings.disk(tmp_path)) == [("disk", "FIX")]


# -- the hall


def test_no_hall_yet_is_a_note_and_a_hall_is_good(tmp_path: Path, capsys: Shown) -> None:
    url = f"sqlite:///{tmp_path / 'hall.db'}"
    (check,) = hallstate.database(url)
    assert (check.verdict, "hall config import" in check.advice) == (Verdict.NOTE, True)
    assert main(["config", "import", str(SMALL), "--database", url]) == 0
    (check,) = hallstate.database(url)
    assert (check.verdict, "2 services, 2 windows" in check.found) == (Verdict.OK, True)
    capsys.readouterr()


def test_a_device_without_a_token_must_be_enrolled() -> None:
    (check,) = hallstate.identity("caller", hallstate.settings_of("caller", None))
    assert (check.verdict, "hall enrol" in check.advice) == (Verdict.FIX, True)


# -- the whole


@pytest.fixture
def kiosk_settings(tmp_path: Path) -> Path:
    file = tmp_path / "kiosk.toml"
    file.write_text(
        "[kiosk]\n"
        'server = "http://127.0.0.1:1"\nhall = "h"\ntoken = "very-secret"\nbroker_port = 1\n'
        f'printer = {{ driver = "virtual", out = "{tmp_path}" }}\ncard_reader = {{ driver = "virtual" }}\n'
    )
    return file


def test_a_kiosk_that_reaches_nobody_is_told_line_by_line(kiosk_settings: Path, capsys: Shown) -> None:
    assert main(["doctor", "--config", str(kiosk_settings)]) == 1
    shown = capsys.readouterr().out
    assert "ok    kiosk identity         device kiosk-1 of hall h" in shown
    assert "FIX   queue server           http://127.0.0.1:1" in shown
    assert "FIX   message broker         127.0.0.1:1" in shown
    assert "ok    printer                virtual answers" in shown
    assert "ok    cardreader" in shown
    assert "very-secret" not in shown
    assert "mosquitto" not in shown


def test_a_wrong_setting_is_named(tmp_path: Path, capsys: Shown) -> None:
    file = tmp_path / "bad.toml"
    file.write_text('[caller]\ncolour = "red"\n')
    assert main(["doctor", "--config", str(file)]) == 1
    assert "FIX   [caller]               setting colour" in capsys.readouterr().out


def test_a_device_with_an_unknown_driver_is_named(kiosk_settings: Path, capsys: Shown) -> None:
    text = kiosk_settings.read_text().replace('printer = { driver = "virtual"', 'printer = { driver = "nonsense"')
    kiosk_settings.write_text(text)
    assert main(["doctor", "--config", str(kiosk_settings)]) == 1
    assert "FIX   printer                nonsense: bad_setting" in capsys.readouterr().out


@pytest.mark.parametrize("text", [None, "[kiosk"])
def test_a_settings_file_that_cannot_be_read_is_one_line(text: str | None, tmp_path: Path, capsys: Shown) -> None:
    file = tmp_path / "x.toml"
    if text is not None:
        file.write_text(text)
    assert main(["doctor", "--config", str(file)]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_an_unknown_part_is_wrong_usage(capsys: Shown) -> None:
    assert main(["doctor", "--part", "toaster"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_bars_of_a_display_are_asked_and_a_wrong_description_names_its_line(tmp_path: Path) -> None:
    frames = tmp_path / "ours.toml"
    frames.write_text('name = "ours"\n[frame]\nparts = "adress"\n', encoding="utf-8")
    good, bad = (
        SimpleNamespace(bars={"driver": "virtual", "baud": 0}),
        SimpleNamespace(bars={"driver": "template", "frames": str(frames)}),
    )
    assert verdicts(hallstate.devices("display", good)) == [("bar", "ok")]
    (finding,) = hallstate.devices("display", bad)
    assert finding.verdict is Verdict.FIX
    assert "ours.toml: line 3: " in finding.found
