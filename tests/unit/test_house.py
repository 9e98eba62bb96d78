"""The habits of the house that no linter knows: short modules that say why they exist, and honest names."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    "contract",
    "i18n",
    "hardware",
    "hallui",
    "kiosk",
    "caller",
    "display",
    "queueserver",
    "hall",
    "bench",
    "proofs",
    "tools",
)
MODULES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
MOST_LINES = 400
LONGER: dict[str, str] = {
    "contract/bodies.py": "every HTTP body, to be read as one list",
}
"""Modules over 400 lines, each with its reason."""
EMPTY_NAMES = {"helpers", "utils", "misc", "manager", "common", "util", "helper"}


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_every_module_opens_with_why_it_exists() -> None:
    silent = [relative(path) for path in MODULES if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert silent == []


def test_modules_are_short() -> None:
    lengths = {relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES and name not in LONGER} == {}


def test_no_module_has_a_name_that_refuses_nobody() -> None:
    assert [relative(path) for path in MODULES if path.stem in EMPTY_NAMES] == []


def test_every_listed_reason_is_still_needed() -> None:
    for name in LONGER:
        assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) > MOST_LINES, f"{name} is short again"


def test_tests_are_no_packages() -> None:
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_nothing_names_a_folder_of_the_machine_it_was_written_on() -> None:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listing.returncode != 0:
        pytest.skip("not a git checkout")
    foreign = ("/wo" + "rk/", "/ro" + "ot/")
    named = [
        name
        for name in listing.stdout.split("\0")
        if name.endswith((".py", ".md", ".toml", ".lock", ".po", ".service", "Makefile"))
        and any(word in (ROOT / name).read_text(encoding="utf-8") for word in foreign)
    ]
    assert named == []
