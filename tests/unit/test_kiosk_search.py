"""A visitor finds a service by initials, pinyin, Chinese or its usual short form."""

from __future__ import annotations

import pytest
from pypinyin import Style, lazy_pinyin

from contract.bodies import Catalogue, ServiceEntry
from contract.client.fake import FakeHall
from kiosk import offers
from kiosk.search import LIMIT, Index, hot


def service(number: int, name: str, *, hot_: bool = False) -> ServiceEntry:
    return ServiceEntry.model_validate(
        {
            "id": f"s{number}",
            "department": "social",
            "name": name,
            "queue": "social",
            "zone": "east",
            "state": "open",
            "waiting": 0,
            "hot": hot_,
            "pinyin": "".join(lazy_pinyin(name)),
            "initials": "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)),
        }
    )


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    names = [
        "社会保险登记",
        "社会保障卡申领",
        "医疗保险参保登记",
        "失业保险金申领（市级/县级）",
        "纳税申报",
        "居住证申领",
    ]
    entries = tuple(service(number, name, hot_=number == 0) for number, name in enumerate(names))
    return FakeHall().catalogue("zh-CN").model_copy(update={"services": entries})


def names(catalogue: Catalogue, text: str) -> list[str]:
    return [found.name for found in Index(catalogue).find(text)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("shbxdj", "社会保险登记"),
        ("SHBX", "社会保险登记"),
        ("sb", "社会保险登记"),
        ("yb", "医疗保险参保登记"),
        ("nashui", "纳税申报"),
        ("居住", "居住证申领"),
        ("市级", "失业保险金申领（市级/县级）"),
        ("jzz sl", "居住证申领"),
    ],
)
def test_the_expected_service_comes_first(catalogue: Catalogue, typed: str, first: str) -> None:
    assert names(catalogue, typed)[0] == first


def test_exact_initials_beat_longer_names(catalogue: Catalogue) -> None:
    assert names(catalogue, "nssb")[0] == "纳税申报"


def test_nothing_typed_offers_what_most_people_come_for(catalogue: Catalogue) -> None:
    assert names(catalogue, " ") == ["社会保险登记"]
    assert [entry.name for entry in hot(catalogue.services)] == ["社会保险登记"]


def test_nonsense_finds_nothing(catalogue: Catalogue) -> None:
    assert names(catalogue, "qqqq") == []


def test_a_departments_name_finds_its_services() -> None:
    found = Index(FakeHall().catalogue("en")).find("tax")
    assert {entry.department for entry in found} == {"tax"}


def test_a_directory_of_thousands_is_searched_whole_and_answered_in_part(catalogue: Catalogue) -> None:
    many = tuple(service(number, f"社会保险事项{number}") for number in range(2000))
    index = Index(catalogue.model_copy(update={"services": many}))
    assert len(index.find("shbx")) == LIMIT
    assert [entry.name for entry in index.find("事项1999")] == ["社会保险事项1999"]


def test_long_lists_are_filed_by_letter(catalogue: Catalogue) -> None:
    many = tuple(service(number, name) for number, name in enumerate(["纳税", "居住证", "“引号”", "社保"] * 10))
    from kiosk.state import State, World

    whole = catalogue.model_copy(update={"services": many})
    found = offers.services(State(world=World({"zh-CN": whole})), "social")
    letters = offers.first_of_letters(found)
    assert [found[number].name[0] for letter, number in letters.items() if letter != "#"] == ["居", "纳", "社"]
    assert set(letters) == {"J", "N", "S", "#"}
