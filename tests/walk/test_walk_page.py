"""A newcomer's first page tells the truth: every name on docs/walk.md exists."""

from __future__ import annotations

import importlib
import os
import re
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

ROOT = Path(__file__).parents[2]
ROOMS = "contract|i18n|hardware|hallui|kiosk|caller|display|queueserver|hall"
NAME = re.compile(rf"`((?:{ROOMS})(?:\.[A-Za-z_]\w*)*)`")
NAMES = sorted(set(NAME.findall((ROOT / "docs" / "walk.md").read_text(encoding="utf-8"))))


def test_the_page_names_the_whole_walk() -> None:
    assert len(NAMES) > 50


@pytest.mark.parametrize("name", NAMES)
def test_the_name_exists(name: str) -> None:
    assert _exists(name), f"docs/walk.md names {name}, which is not there"


def test_a_name_that_is_gone_would_be_noticed() -> None:
    assert not _exists("kiosk.flow.no_such_function")
    assert not _exists("kiosk.no_such_module.step")


def _exists(name: str) -> bool:
    """Whether `name` is a module, or something in one."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for attribute in parts[length:]:
            if not hasattr(found, attribute):
                return False
            found = getattr(found, attribute)
        return True
    return False
