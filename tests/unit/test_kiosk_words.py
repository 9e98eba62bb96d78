"""Sentences of the kiosk: plural, ranges, opening times on the hall's clock, and every one of them in Chinese."""

from __future__ import annotations

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import kiosk
from contract.bodies import Estimate, ZoneEntry
from contract.errors import REFUSALS
from hardware.errors import PRINTER_CODES
from i18n.translator import Translator
from kiosk import words

EN, ZH = Translator("en"), Translator("zh-CN")
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
"""12:00 on a Monday in Shanghai."""


def messages() -> list[tuple[str, str | None]]:
    """Every message id in the kiosk's sources: t("...") and t.plural("...", "...")."""
    found: list[tuple[str, str | None]] = []
    for path in sorted(Path(str(kiosk.__file__)).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = node.args[0].value
            if name == "t":
                found.append((first, None))
            elif name == "plural" and isinstance(node.args[1], ast.Constant):
                found.append((first, node.args[1].value))
    return found


def test_the_sources_are_read_at_all() -> None:
    assert ("Take a number", None) in messages()
    assert len(messages()) > 60


def test_every_sentence_of_the_kiosk_is_in_chinese() -> None:
    tables = (*words._PRINTER.values(), *words._DOCUMENT.values(), *words._WEEKDAYS, "The printer has a fault.")
    missing = []
    for one, many in [*messages(), *((text, None) for text in tables)]:
        chinese = ZH(one) if many is None else ZH.plural(one, many, 5)
        if not any("\u3000" <= char <= "\u9fff" or char == "：" for char in chinese):
            missing.append(one)
    assert missing == []


@pytest.mark.parametrize(
    ("count", "english"), [(0, "Nobody is ahead of you"), (1, "1 person ahead of you"), (2, "2 people ahead of you")]
)
def test_people_ahead(count: int, english: str) -> None:
    assert words.ahead(EN, count) == english


@pytest.mark.parametrize(
    ("low", "high", "english"),
    [
        (0, 1, "Hardly any wait"),
        (5, 5, "about 5 min"),
        (10, 20, "about 10 to 20 min"),
        (9, 3, "about 3 min"),
        (100, 200, "about 1 to 4 hours"),
    ],
)
def test_the_wait_is_a_range(low: int, high: int, english: str) -> None:
    assert words.minutes(EN, Estimate(low_minutes=low, high_minutes=high)) == english


def test_no_estimate_no_promise() -> None:
    assert words.minutes(EN, None) == ""


def test_that_it_may_close_before_the_turn_is_said_only_then() -> None:
    late = Estimate(low_minutes=40, high_minutes=80, beyond_closing=True)
    assert words.closing(EN, late).startswith("You may not be served today")
    assert "下班" in words.closing(ZH, late)
    assert words.closing(EN, Estimate(low_minutes=40, high_minutes=80)) == words.closing(EN, None) == ""


@pytest.mark.parametrize(
    ("hours", "chinese"),
    [
        (1.5, "13:30 开始办理"),
        (21, "明天 09:00 开始办理"),
        (24 * 2 - 3, "周三 09:00 开始办理"),
        (24 * 10 - 3, "3月12日 09:00 开始办理"),
    ],
)
def test_opening_on_the_halls_own_clock(hours: float, chinese: str) -> None:
    assert words.opens(ZH, NOON + timedelta(hours=hours), NOON, "Asia/Shanghai") == chinese


def test_unknown_opening_and_unknown_zone_say_no_nonsense() -> None:
    assert words.opens(ZH, None, NOON, "Asia/Shanghai") == ""
    assert "04:00" in words.opens(EN, NOON, NOON, "Nowhere/Nothing")


@pytest.mark.parametrize(
    ("name", "floor", "english"),
    [
        ("East area", "1", "East area, floor 1"),
        ("East area", "2F", "East area, floor 2"),
        ("East area", "B1", "East area, floor B1"),
        ("1F east area", "1F", "1F east area"),
        ("一楼东区", "1F", "一楼东区"),
        ("East area", "", "East area"),
    ],
)
def test_the_floor_is_said_once(name: str, floor: str, english: str) -> None:
    assert words.where(EN, ZoneEntry(id="z", name=name, floor=floor)) == english


def test_many_windows_are_not_all_named() -> None:
    assert words.windows(EN, ("3",)) == "Window 3"
    assert words.windows(EN, tuple("123456789")).endswith("6…")
    assert words.windows(EN, ()) == ""


def test_every_refusal_and_every_printer_fault_has_a_sentence() -> None:
    for code in REFUSALS:
        assert words.refusal(EN, code, {})
    for code in PRINTER_CODES:
        assert words.printer(EN, code).startswith("The printer")
    assert words.refusal(EN, "brand_new_code", {}) == "This cannot be done now. Please ask at the service desk."


def test_a_state_inside_a_refusal_is_translated_too() -> None:
    assert "serving" not in words.refusal(ZH, "illegal_transition", {"number": "A001", "state": "serving"})


@pytest.mark.parametrize(
    ("name", "again"),
    [
        ("Identity card", "Identity card"),
        ("出入境证件", "出入境证件"),
        ("设区的市级公司从事危险化学品经营（不带储存）", "设区的市级公司从事危险化学品经营（不带…"),
        ("A business licence for a company with foreign shares", "A business licence for a company with…"),
    ],
)
def test_a_long_name_is_shortened_where_it_is_only_recognised(name: str, again: str) -> None:
    assert words.shortened(name) == again
    assert sum(1 if sign.isascii() else 2 for sign in again) <= words.LONGEST_AGAIN
