"""Visitors find services by sound: phrases read as people say them, initials for every syllable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queueserver.pinyin import Spelling, spell


@pytest.mark.parametrize(
    ("name", "pinyin", "initials"),
    [
        ("社会保障", "shehuibaozhang", "shbz"),
        ("银行开户", "yinhangkaihu", "yhkh"),
        ("行政审批", "xingzhengshenpi", "xzsp"),
        ("重庆市", "chongqingshi", "cqs"),
        ("长期护理保险", "changqihulibaoxian", "cqhlbx"),
        ("公积金还款", "gongjijinhuankuan", "gjjhk"),
        ("女职工", "nvzhigong", "nzg"),
        ("备案（技术改造）（市级/县级）", "beianjishugaizaoshijixianji", "bajsgzsjxj"),
        ("ETC办理", "etcbanli", "etcbl"),
        ("12345热线", "12345rexian", "12345rx"),
        ("Social insurance", "socialinsurance", "si"),
        ("", "", ""),
        ("（）——", "", ""),
    ],
)
def test_names_of_halls_are_spelt(name: str, pinyin: str, initials: str) -> None:
    assert spell(name) == Spelling(pinyin, initials)


@given(st.text(st.sampled_from("社保登记（）A1 -行长重") | st.characters(), max_size=30))
def test_a_spelling_has_only_letters_and_digits_and_fewer_initials(name: str) -> None:
    spelling = spell(name)
    assert all(character.isalnum() for character in spelling.pinyin)
    assert len(spelling.initials) <= len(spelling.pinyin)


def test_a_spelling_is_made_once() -> None:
    assert spell("不动产登记") is spell("不动产登记")
