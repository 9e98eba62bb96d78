"""Every measure has a name and a definition, in both languages and on the page that managers read."""

from __future__ import annotations

from pathlib import Path

from i18n import Translator
from queueserver.definitions import DEFINITIONS
from queueserver.domain.statistics import Measure
from queueserver.reports import definitions

PAGE = Path(__file__).resolve().parents[2] / "docs" / "statistics.md"


def test_each_measure_is_defined_in_both_languages() -> None:
    assert set(DEFINITIONS) == set(Measure)
    for lang in ("zh-CN", "en"):
        told = definitions(Translator(lang)).definitions
        assert len(told) == len(Measure)
        assert all(one.name and one.definition for one in told)
    chinese = definitions(Translator("zh-CN")).definitions
    assert [one.measure for one in chinese if one.definition.isascii()] == []
    assert next(one for one in chinese if one.measure == "waiting").name == "等候"


def test_the_page_says_the_same() -> None:
    page = " ".join(PAGE.read_text(encoding="utf-8").split())
    for measure, (name, meaning) in DEFINITIONS.items():
        assert f"| {name} (`{measure.value}`) | {meaning} |" in page, measure
