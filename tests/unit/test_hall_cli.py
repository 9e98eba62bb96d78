"""The one door: every word leads somewhere, and whatever goes wrong is one line with the right exit code."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable

import pytest

from hall import __main__ as door
from hall.commandline import Problem

PORT_LINE = "hall serve: setting port: Input should be a valid integer, unable to parse string as an integer"


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[list[str]], int]], None]:
    """Puts a function in the place of every command's own."""

    def put(function: Callable[[list[str]], int]) -> None:
        monkeypatch.setattr(door, "_target", lambda _command: function)

    return put


def lines(text: str) -> list[str]:
    return text.splitlines()


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert door.main(["--help"]) == 0
    shown = capsys.readouterr().out
    for name, entry in door.COMMANDS.items():
        assert f"  {name:<9} {entry.help}" in shown


def test_help_imports_no_part_and_no_heavy_library() -> None:
    code = (
        "import sys; from hall.__main__ import main; main(['--help']); "
        "heavy = {'pydantic', 'PySide6', 'sqlalchemy', 'httpx', 'kiosk', 'queueserver'} & set(sys.modules); "
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", sorted(door.COMMANDS))
def test_every_command_leads_to_a_module_of_ours(name: str) -> None:
    module = door.COMMANDS[name].target.partition(":")[0]
    assert importlib.util.find_spec(module) is not None


@pytest.mark.parametrize("name", ["config", "devices", "doctor", "enrol", "user"])
def test_the_commands_for_installers_explain_themselves(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert door.main([name, "--help"]) == 0
    assert f"usage: hall {name}" in capsys.readouterr().out


def test_arguments_reach_the_command_untouched(command: Callable[..., None]) -> None:
    seen: list[str] = []
    command(lambda argv: seen.extend(argv) or 0)
    assert door.main(["kiosk", "--config", "x.toml", "--help"]) == 0
    assert seen == ["--config", "x.toml", "--help"]


@pytest.mark.parametrize(
    ("argv", "line"),
    [
        ([], "hall: which command? see hall --help"),
        (["kiosc"], "hall: there is no command 'kiosc'; did you mean 'kiosk'?"),
        (["xyz"], "hall: there is no command 'xyz'; see hall --help"),
        (["--colour"], "hall: unrecognized arguments: --colour; see hall --help"),
        (["serve", "--colour"], "hall serve: unrecognized arguments: --colour; see hall serve --help"),
        (["serve", "--port", "x"], PORT_LINE),
        (["user"], "hall user: the following arguments are required: add|list|remove; see hall user --help"),
        (["enrol", "k1"], "hall enrol: the following arguments are required: --role; see hall enrol --help"),
        (["config"], "hall config: the following arguments are required: check|import|export; see hall config --help"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(argv: list[str], line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert door.main(argv) == 2
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", line + "\n")


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (Problem("the paper is out"), "hall kiosk: the paper is out"),
        (KeyboardInterrupt(), "hall kiosk: interrupted"),
        (ValueError("two\nlines"), "hall kiosk: unexpected ValueError: two lines (set HALL_DEBUG=1 to see where)"),
        (
            ModuleNotFoundError("No module", name="PySide6.QtCore"),
            "hall kiosk: the Python package PySide6 is missing; install it with: pip install 'hallqueue[apps]'",
        ),
        (
            ModuleNotFoundError("No module", name="nowhere"),
            "hall kiosk: the Python package nowhere is missing; the installation is not complete",
        ),
    ],
)
def test_whatever_goes_wrong_is_one_line_and_exit_1(
    error: BaseException, line: str, command: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_argv: list[str]) -> int:
        raise error

    command(fail)
    assert door.main(["kiosk"]) == 1
    assert lines(capsys.readouterr().err) == [line]


def test_the_traceback_is_there_for_who_asks(
    command: Callable[..., None], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_argv: list[str]) -> int:
        raise ValueError("deep inside")

    command(fail)
    monkeypatch.setenv("HALL_DEBUG", "1")
    assert door.main(["kiosk"]) == 1
    shown = capsys.readouterr().err
    assert "Traceback" in shown
    assert "in fail" in shown


@pytest.mark.parametrize(("code", "exit_code"), [(0, 0), (2, 2), (None, 0), ("a message", 1)])
def test_a_part_may_end_by_itself(code: object, exit_code: int, command: Callable[..., None]) -> None:
    def leave(_argv: list[str]) -> int:
        raise SystemExit(code)

    command(leave)
    assert door.main(["serve"]) == exit_code


def test_output_that_nobody_reads_any_more_is_no_defect() -> None:
    done = subprocess.run(
        f"{sys.executable} -m hall config export --from examples/hall.toml | head -1",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("schema_version = 1\n", "")


def test_the_version_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert door.main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("hallqueue")
