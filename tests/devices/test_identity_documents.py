"""The four layouts of a Chinese identity card, the citizen number's check and the nations' table."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.cardreaders import gb11643
from hardware.cardreaders.documents import TEXT_BYTES, Document, build, parse
from hardware.cardreaders.nations import NATIONS, nation_name
from hardware.errors import CardError

RESIDENT = Document(
    layout="A",
    number="11010519491231002X",
    name="张㐂",
    sex="2",
    nation="25",
    birth="19491231",
    address="北京市朝阳区示例路1号",
    authority="北京市公安局朝阳分局",
    valid_from="20200101",
    valid_to="长期",
)


def test_the_standards_own_example_is_valid() -> None:
    assert gb11643.is_valid("11010519491231002X")
    assert not gb11643.is_valid("110105194912310021")


@given(st.from_regex(r"[0-9]{17}", fullmatch=True), st.integers(0, 16), st.integers(1, 9))
@settings(max_examples=100, deadline=None)
def test_any_single_wrong_digit_is_noticed(first17: str, place: int, by: int) -> None:
    number = first17 + gb11643.check_character(first17)
    assert gb11643.is_valid(number)
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    assert not gb11643.is_valid(wrong)


@pytest.mark.parametrize(
    "number", ["", "1" * 17, "１１０１０５１９４９１２３１００２X", "11010519491231002x", "x" * 18]
)
def test_what_is_no_number_is_not_valid(number: str) -> None:
    assert not gb11643.is_valid(number)


def test_a_residents_card() -> None:
    read = parse(build(RESIDENT))
    assert read == RESIDENT
    card = read.card()
    assert (card.kind, card.document, card.name, card.birth, card.sex) == (
        "resident", "11010519491231002X", "张㐂", "19491231", "female",
    )  # fmt: skip


def test_a_residence_permit_of_hong_kong_macao_or_taiwan() -> None:
    first17 = "81000019800101001"
    number = first17 + gb11643.check_character(first17)
    read = parse(build(replace(RESIDENT, layout="J", number=number, nation="", permit="H12345678")))
    assert (read.layout, read.permit, read.nation) == ("J", "H12345678", "")
    assert read.card().kind == "residence_permit"


def test_a_foreigners_card_of_2017() -> None:
    read = parse(
        build(
            Document(
                "I", "CAN310080101234", name="王安", english_name="ANNE MARIE WONG", sex="2", birth="19800101",
                country="CAN", valid_from="20200101", valid_to="20300101",
            )
        )
    )  # fmt: skip
    card = read.card()
    assert (card.kind, card.document, card.name, card.birth) == (
        "foreign_resident", "CAN310080101234", "王安", "19800101",
    )  # fmt: skip


def test_a_foreigners_card_of_2023_with_a_name_over_two_fields() -> None:
    first17 = "93112419800101001"
    number = first17 + gb11643.check_character(first17)
    long = "MARIA DEL CARMEN GONZALEZ DE LA FUENTE Y"
    read = parse(build(Document("Y", number, english_name=long, sex="2", birth="19800101", country="ESP")))
    assert read.english_name == long
    assert read.country == "ESP"
    assert read.card().name == long


def test_a_misread_number_is_refused() -> None:
    with pytest.raises(CardError):
        parse(build(replace(RESIDENT, number="110105194912310021"))).card()
    with pytest.raises(CardError):
        parse(build(Document("I", ""))).card()


def test_an_unknown_layout_letter_is_read_as_a_residents_card() -> None:
    block = bytearray(build(RESIDENT))
    block[248:250] = "Q".encode("utf-16-le")
    assert parse(bytes(block)).card().document == RESIDENT.number


def test_text_that_does_not_fit_a_card_is_refused() -> None:
    with pytest.raises(CardError, match="name"):
        build(replace(RESIDENT, name="张" * 16))


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_bytes_read_as_a_card_or_a_card_error(data: bytes) -> None:
    block = data.ljust(TEXT_BYTES, b"\x20") if len(data) > 100 else data
    try:
        parse(block).card()
    except CardError:
        return


TEXT = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0x9FFF, exclude_categories=["Cs", "Zs", "Cc"]), max_size=11
)


@given(st.sampled_from("AJIY"), TEXT, TEXT)
@settings(max_examples=100, deadline=None)
def test_what_a_card_carries_is_what_is_read(layout: str, name: str, address: str) -> None:
    document = Document(layout, "11010519491231002X"[:15] if layout == "I" else "11010519491231002X", name=name.strip())
    if layout in "AJ":
        document = replace(document, address=address.strip())
    assert parse(build(document)) == document


def test_the_nations_are_fifty_six_and_in_the_standards_order() -> None:
    assert len([code for code in NATIONS if int(code) <= 56]) == 56
    assert [NATIONS[code] for code in ("01", "05", "24", "25", "26", "48", "56")] == [
        "汉", "维吾尔", "拉祜", "水", "东乡", "裕固", "基诺",
    ]  # fmt: skip
    assert nation_name("77") == "77"
