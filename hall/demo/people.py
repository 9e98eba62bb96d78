"""Invents people with Chinese names and citizen numbers that have a right check digit but belong to nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from hardware.cardreaders.gb11643 import check_character

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = (
    "伟",
    "芳",
    "娜",
    "秀英",
    "敏",
    "静",
    "丽",
    "强",
    "磊",
    "军",
    "洋",
    "勇",
    "艳",
    "杰",
    "涛",
    "明",
    "超",
    "秀兰",
    "霞",
    "平",
    "刚",
    "桂英",
    "建国",
    "思远",
    "雨桐",
)
UNUSED_AREA = "100000"
"""No place has this area code, so no living person has such a number."""


@dataclass(frozen=True, slots=True)
class Person:
    """What an identity card says; `sex` is "1" for men and "2" for women, as on the card."""

    name: str
    number: str
    sex: str


def invent(random: Random, index: int) -> Person:
    """A person of their own for every `index` below 1000."""
    born = date(1945, 1, 1) + timedelta(days=random.randrange(60 * 365))
    order = index % 1000
    body = f"{UNUSED_AREA}{born:%Y%m%d}{order:03d}"
    name = random.choice(SURNAMES) + random.choice(GIVEN)
    return Person(name, body + check_character(body), "1" if order % 2 else "2")
