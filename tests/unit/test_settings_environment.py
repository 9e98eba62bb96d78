"""How HALL_* variables become settings: names, tables, JSON, and which variables are nobody's."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import Field

from contract import environment
from contract.settings import PartSettings, SettingsError


class Machine(PartSettings):
    part: ClassVar[str] = "machine"

    name: str = ""
    zones: tuple[str, ...] = ()
    printer: dict[str, Any] = Field({"driver": "none"})
    voices: dict[str, dict[str, Any]] = Field({})


@pytest.mark.parametrize(
    ("variables", "values"),
    [
        ({"HALL_NAME": "left", "hall_zones": '["a", "b"]'}, {"name": "left", "zones": ["a", "b"]}),
        ({"HALL_NAME": "[east]"}, {"name": "[east]"}),
        ({"HALL_ZONES": "a,b"}, {"zones": "a,b"}),
        ({"HALL_PRINTER__PORT": "9100", "HALL_PRINTER__HOST": "10"}, {"printer": {"port": "9100", "host": "10"}}),
        ({"HALL_PRINTER__PORT": "1", "HALL_PRINTER": '{"port": 2, "d": 3}'}, {"printer": {"port": "1", "d": 3}}),
        ({"HALL_VOICES__EAST__DRIVER": "x"}, {"voices": {"east": {"driver": "x"}}}),
        ({"HALL_VOICES__EAST": '{"driver": "x"}'}, {"voices": {"east": {"driver": "x"}}}),
        ({"HALL_NAME__X": "1", "HALL_DEBUG": "1", "NAME": "1", "MY_HALL_NAME": "1"}, {}),
    ],
)
def test_variables_become_values(variables: dict[str, str], values: dict[str, Any]) -> None:
    assert environment.read(variables, Machine.model_fields, {"zones", "printer", "voices"}) == values


def test_a_table_is_merged_over_the_file_entry_by_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "hall.toml"
    file.write_text('[machine]\nprinter = {driver = "tcp", host = "file", port = 1}\n', encoding="utf-8")
    monkeypatch.setenv("HALL_PRINTER__HOST", "environment")
    loaded = Machine.load(file, {"printer": {"port": 2}})
    assert loaded.printer == {"driver": "tcp", "host": "environment", "port": 2}


def test_a_table_replaces_the_default_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALL_PRINTER__HOST", "x")
    assert Machine.load().printer == {"host": "x"}


@pytest.mark.parametrize(
    ("variable", "text", "said"),
    [
        ("HALL_PRINTER", '{"driver": ', "setting printer: is not valid JSON: "),
        ("HALL_PRINTER", "escpos-tcp", "setting printer: Input should be a valid dictionary"),
        ("HALL_ZONES", "", "setting zones: Input should be a valid tuple"),
    ],
)
def test_what_is_no_table_is_one_line(variable: str, text: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, text)
    with pytest.raises(SettingsError) as refused:
        Machine.load()
    assert str(refused.value).startswith(said)
    assert "\n" not in str(refused.value)
