"""The installer's page keeps up with the program: every setting of a hall is explained, every command exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from contract.config import Hall, HallConfig, Holiday, MakeUpDay, Policy, Rule
from hall.__main__ import COMMANDS
from queueserver.hallfile.entries import SECTIONS

PAGE = Path(__file__).parents[2].joinpath("docs", "installer.md").read_text(encoding="utf-8")
DAYS = {"tue", "wed", "thu", "fri", "sat"}
MODELS = [HallConfig, Hall, Policy, Rule, Holiday, MakeUpDay, *(section.model for section in SECTIONS.values())]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_setting_of_a_hall_is_explained(model: type[BaseModel]) -> None:
    table = PAGE[PAGE.index("| table | setting | meaning |") : PAGE.index("## 4.")]
    missing = [name for name in model.model_fields if name not in DAYS and not re.search(rf"\b{name}\b", table)]
    assert missing == []


def test_every_command_on_the_page_exists() -> None:
    used = set(re.findall(r"(?:^    |`)hall ([a-z]+)", PAGE, flags=re.MULTILINE))
    assert used <= set(COMMANDS)
    assert {"serve", "kiosk", "config", "doctor", "devices", "enrol", "user"} <= used


def test_the_sample_of_a_finding_is_how_findings_look() -> None:
    assert re.search(r"my-hall\.toml:\d+: error: department '.*': unknown zone '.*'; did you mean '.*'\?", PAGE)
