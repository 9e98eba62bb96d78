"""Numbers are read as people of that language read them; a wrong reading sends a visitor to a wrong window."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from display.reading import READINGS, chinese_number, english_number

_ZH = "零一二三四五六七八九"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "零"),
        (3, "三"),
        (10, "十"),
        (12, "十二"),
        (20, "二十"),
        (21, "二十一"),
        (100, "一百"),
        (105, "一百零五"),
        (110, "一百一十"),
        (210, "二百一十"),
        (1000, "一千"),
        (1005, "一千零五"),
        (1050, "一千零五十"),
        (9999, "九千九百九十九"),
    ],
)
def test_chinese_numbers_are_counted(value: int, words: str) -> None:
    assert chinese_number(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "zero"),
        (3, "three"),
        (12, "twelve"),
        (20, "twenty"),
        (21, "twenty-one"),
        (100, "one hundred"),
        (105, "one hundred and five"),
        (1005, "one thousand and five"),
        (1250, "one thousand two hundred and fifty"),
    ],
)
def test_english_numbers_are_counted(value: int, words: str) -> None:
    assert english_number(value) == words


def _chinese_value(words: str) -> int:
    """The reading undone, by another road than it was made."""
    total, digit = 0, 0
    for sign in "一" + words if words.startswith("十") else words:
        if sign in _ZH:
            digit = _ZH.index(sign)
        else:
            total, digit = total + digit * {"十": 10, "百": 100, "千": 1000}[sign], 0
    return total + digit


@given(st.integers(0, 9999))
def test_a_chinese_number_says_its_value(value: int) -> None:
    assert _chinese_value(chinese_number(value)) == value


@given(st.integers(0, 9999), st.integers(0, 9999))
def test_two_english_numbers_never_sound_alike(one: int, other: int) -> None:
    assert (english_number(one) == english_number(other)) == (one == other)


@given(st.from_regex(r"[A-Z]{0,2}[0-9]{1,5}", fullmatch=True))
def test_a_ticket_number_is_spelled_sign_by_sign(number: str) -> None:
    spelled = READINGS["zh"].ticket(number)
    assert len(spelled) == len(number)
    assert "".join(str(_ZH.index(sign)) if sign in _ZH else sign for sign in spelled) == number
    assert len(READINGS["en"].ticket(number).replace(",", "").split()) == len(number)


@pytest.mark.parametrize(
    ("label", "chinese", "english"),
    [
        ("3", "三", "three"),
        ("10", "十", "ten"),
        ("12", "十二", "twelve"),
        ("D1", "D一", "D one"),
        ("d-12", "D十二", "D twelve"),
        ("03", "零三", "zero three"),
        ("综合2", "综合二", "two"),
        ("12345", "一二三四五", "one two three four five"),
    ],
)
def test_a_window_label_is_read_as_a_number(label: str, chinese: str, english: str) -> None:
    assert READINGS["zh"].window(label) == chinese
    assert READINGS["en"].window(label) == english


@given(st.text(max_size=12))
def test_any_label_can_be_read(label: str) -> None:
    for reading in READINGS.values():
        reading.window(label)
        reading.ticket(label)
