"""hall config: findings an editor can jump to, a round trip through the real database, and refusals in one line."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import pytest

from hall.__main__ import main
from queueserver.hallfile import read

SMALL = resources.files("examples").joinpath("small-hall.toml").read_text(encoding="utf-8")


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "hall.toml"
    path.write_text(SMALL, encoding="utf-8")
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.toml"
    path.write_text(SMALL.replace('prefix = "A"\nzone = "main"', 'prefix = "A"\nzone = "mian"'), encoding="utf-8")
    return path


@pytest.fixture
def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'data' / 'hall.db'}"


def test_a_good_file_is_said_to_be_good(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "check", str(good)]) == 0
    shown = capsys.readouterr()
    assert shown.out == f"{good} is good: 1 zone, 1 department, 2 services, 2 queues, 2 windows\n"
    assert shown.err == ""


def test_a_wrong_line_is_named_with_what_would_be_right(bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "check", str(bad)]) == 1
    shown = capsys.readouterr()
    line = next(n for n, text in enumerate(bad.read_text(encoding="utf-8").splitlines(), 1) if "mian" in text)
    assert shown.out == f"{bad}:{line}: error: queue 'general': unknown zone 'mian'; did you mean 'main'?\n"
    assert shown.err == f"hall config: {bad} cannot be used: 1 error\n"


def test_warnings_are_shown_and_counted_but_good_enough(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good.write_text(SMALL.replace(', en = "Waiting area" }', " }"), encoding="utf-8")
    assert main(["config", "check", str(good)]) == 0
    shown = capsys.readouterr().out
    assert ": warning: zone 'main': name has no en text" in shown
    assert shown.endswith("2 windows, 1 warning\n")


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "check", str(tmp_path / "no.toml")]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    assert "No such file" in shown.err


def test_import_then_export_gives_the_same_hall(
    good: Path, database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["config", "import", str(good), "--database", database, "--note", "first"]) == 0
    assert "version 1 of hall 'small-hall' is in force" in capsys.readouterr().out
    out = tmp_path / "out.toml"
    assert main(["config", "export", str(out), "--database", database]) == 0
    assert read(out.read_text(encoding="utf-8")).config == read(SMALL).config
    assert main(["config", "import", str(out), "--database", database]) == 0
    assert "version 2" in capsys.readouterr().out


def test_the_data_folder_names_the_database_too(good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "import", str(good), "--data-dir", str(tmp_path / "data")]) == 0
    assert (tmp_path / "data" / "hall.db").exists()
    capsys.readouterr()
    assert main(["config", "export", "--data-dir", str(tmp_path / "data")]) == 0
    assert read(capsys.readouterr().out).config == read(SMALL).config


def test_a_file_with_errors_is_not_imported(bad: Path, database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "import", str(bad), "--database", database]) == 1
    shown = capsys.readouterr()
    assert shown.err.endswith(f"hall config: {bad} was not imported: 1 error\n")
    assert main(["config", "export", "--database", database]) == 1
    assert "there is no database" in capsys.readouterr().err


def test_several_halls_must_be_told_apart(
    good: Path, tmp_path: Path, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.toml"
    other.write_text(SMALL.replace('id = "small-hall"', 'id = "other-hall"'), encoding="utf-8")
    for path in (good, other):
        assert main(["config", "import", str(path), "--database", database]) == 0
    assert main(["config", "export", "--database", database]) == 1
    assert "choose one with --hall: other-hall, small-hall" in capsys.readouterr().err
    assert main(["config", "export", "--database", database, "--hall", "other-hall"]) == 0
    assert 'id = "other-hall"' in capsys.readouterr().out
    assert main(["config", "export", "--database", database, "--hall", "third"]) == 1
    assert "there is no hall 'third'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("nonsense", "is not a database URL"),
        ("oracle+nonsense://x", "is not a database URL"),
        ("postgresql+psycopg://127.0.0.1:1/hall", "127.0.0.1"),
        ("sqlite:////proc/none/hall.db", "hall.db"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_line(
    url: str, says: str, good: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["config", "import", str(good), "--database", url]) == 1
    shown = capsys.readouterr().err
    assert says in shown
    assert "unexpected" not in shown
    assert shown.count("\n") == 1


def test_a_file_that_is_no_database_is_refused(good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "hall.db"
    file.write_text("these are words, no database" * 100)
    assert main(["config", "import", str(good), "--database", f"sqlite:///{file}"]) == 1
    assert "not a database" in capsys.readouterr().err


def test_export_of_a_file_brings_it_into_order(good: Path, bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "export", "--from", str(good)]) == 0
    assert read(capsys.readouterr().out).config == read(SMALL).config
    assert main(["config", "export", "--from", str(bad)]) == 1


def test_import_needs_something_to_import(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "import"]) == 2
    assert "HALL.toml, or --directory" in capsys.readouterr().err


def test_a_directory_becomes_a_file_that_checks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    directory, windows, out = tmp_path / "d.json", tmp_path / "w.json", tmp_path / "made.toml"
    services = [{"name": "道路货物运输经营许可"}, {"name": "道路货物运输经营许可"}]
    rows = [{"department": "区交通运输局", "topics": [{"topic": "无", "services": services}]}]
    directory.write_text(json.dumps({"departments": rows}), encoding="utf-8")
    windows.write_text(json.dumps({"main_hall": [{"office": "交通局", "windows": ["D1"]}]}), encoding="utf-8")
    arguments = ["--directory", str(directory), "--windows", str(windows), "-o", str(out)]
    assert main(["config", "import", *arguments]) == 0
    shown = capsys.readouterr()
    assert shown.err == "look: 交通局 is taken for 区交通运输局\n"
    assert shown.out == f"{out}: 1 zone, 1 department, 2 services, 1 queue, 1 window\n"
    assert main(["config", "check", str(out)]) == 0


@pytest.mark.parametrize(("text", "says"), [("{", "is not JSON"), ("[]", "expected shape"), (None, "cannot read")])
def test_a_directory_that_cannot_be_used_is_one_line(
    text: str | None, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "d.json"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    assert main(["config", "import", "--directory", str(file)]) == 1
    shown = capsys.readouterr().err
    assert says in shown
    assert shown.count("\n") == 1
