"""Machine-readable lines and Basic Access Control against the worked examples of ICAO Doc 9303."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.cardreaders import bac, mrz, socialsecurity, travel
from hardware.cardreaders.virtualcard import SocialSecurityCard, TravelDocument
from hardware.errors import CardError
from hardware.ports import Card

PASSPORT = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
BOOKLET = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6"
CARD = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
LONG_NUMBER = "I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<"

KEYS = bac.document_keys("L898902C<369080619406236")
CHIP_NUMBER, READER_NUMBER = bytes.fromhex("4608F91988702212"), bytes.fromhex("781723860C06C226")
READER_KEY = bytes.fromhex("0B795240CB7049B01C19B33E32804F0B")
CHIP_KEY = bytes.fromhex("0B4F80323EB3191CB04970CB4052790B")


def test_the_lines_of_a_passport() -> None:
    read = mrz.parse(PASSPORT)
    assert (read.kind, read.issuer, read.number, read.nationality) == ("P", "UTO", "L898902C3", "UTO")
    assert (read.name, read.sex, read.birth, read.expiry) == ("ERIKSSON ANNA MARIA", "female", "740812", "120415")
    assert read.born == "19740812"


@pytest.mark.parametrize("text", [BOOKLET, CARD])
def test_the_lines_of_smaller_documents(text: str) -> None:
    read = mrz.parse(text)
    assert (read.number, read.birth, read.expiry) == ("D23145890", "740812", "120415")
    assert read.name == "ERIKSSON ANNA MARIA"


def test_a_long_number_goes_on_in_the_optional_data() -> None:
    read = mrz.parse(LONG_NUMBER)
    assert read.number == "D23145890734"
    assert read.key.seed == "D23145890734" + "9" + "3407127" + "9507122"


@pytest.mark.parametrize(
    ("birth", "expiry", "born"),
    [("740812", "341231", "19740812"), ("200101", "250101", "20200101"), ("300101", "260101", "19300101")],
)
def test_the_century_of_birth_is_the_last_before_the_expiry(birth: str, expiry: str, born: str) -> None:
    read = mrz.parse(PASSPORT)
    assert replace(read, birth=birth, expiry=expiry).born == born
    assert replace(read, birth="74<<<<", expiry=expiry).born == ""


def test_line_ends_and_small_letters_do_not_matter() -> None:
    assert mrz.parse(PASSPORT.replace("\n", "\r\n").lower()) == mrz.parse(PASSPORT)


@pytest.mark.parametrize("text", [PASSPORT, BOOKLET, CARD, LONG_NUMBER])
def test_one_wrong_digit_is_noticed_wherever_a_check_digit_looks(text: str) -> None:
    second = text.split("\n")[0 if text in {CARD, LONG_NUMBER} else 1]
    at = text.index(second) + (5 if text in {CARD, LONG_NUMBER} else 0)
    wrong = text[:at] + ("7" if text[at] != "7" else "9") + text[at + 1 :]
    with pytest.raises(CardError) as refused:
        mrz.parse(wrong)
    assert refused.value.code == "bad_mrz"


@pytest.mark.parametrize("text", [PASSPORT, BOOKLET, CARD])
def test_lines_that_come_one_by_one_are_put_together(text: str) -> None:
    collector = mrz.LineCollector()
    *first, last = text.split("\n")
    assert [collector.add(line, 10.0 + at * 0.2) for at, line in enumerate(first)] == [""] * len(first)
    assert mrz.parse(collector.add(last, 10.5)) == mrz.parse(text)
    assert collector.add(last, 10.6) == ""


def test_a_line_that_comes_too_late_or_after_something_else_begins_anew() -> None:
    first, last = PASSPORT.split("\n")
    late, broken = mrz.LineCollector(), mrz.LineCollector()
    assert [late.add(first, 0.0), late.add(last, 3.0), late.add(first, 4.0)] == ["", "", last + first]
    assert [broken.add(first, 0.0), broken.add("BK-1234567", 0.1), broken.add(last, 0.2)] == ["", "", ""]
    assert mrz.LineCollector().add(PASSPORT, 0.0) == PASSPORT.replace("\n", "")


@given(st.text(max_size=100))
def test_any_scanned_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(CardError):
        mrz.parse(text)


@pytest.mark.parametrize(
    ("number", "birth"), [("", "690806"), ("L89*", "690806"), ("L898902C", "1969"), ("L8", "691306")]
)
def test_a_mistyped_key_is_refused(number: str, birth: str) -> None:
    with pytest.raises(CardError):
        mrz.typed_key(number, birth, "940623")


def test_a_typed_key_is_the_key_of_the_lines() -> None:
    assert mrz.typed_key("l898902c ", "690806", "940623").seed == "L898902C<369080619406236"


def test_the_documents_keys() -> None:
    assert KEYS.encrypt.hex().upper() == "AB94FDECF2674FDFB9B391F85D7F76F2"
    assert KEYS.authenticate.hex().upper() == "7962D9ECE03D1ACD4C76089DCE131543"


def test_both_ends_prove_themselves() -> None:
    question = bac.sealed(KEYS, READER_NUMBER + CHIP_NUMBER + READER_KEY)
    assert question.hex().upper() == (
        "72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F2" + "5F1448EEA8AD90A7"
    )
    answer = "46B9342A41396CD7386BF5803104D7CEDC122B9132139BAF2EEDC94EE178534F" + "2F2D235D074D7449"
    assert bac.unsealed(KEYS, bytes.fromhex(answer)) == CHIP_NUMBER + READER_NUMBER + CHIP_KEY


def test_secure_messaging_to_the_byte() -> None:
    session = bac.session(READER_NUMBER, CHIP_NUMBER, READER_KEY, CHIP_KEY)
    select = session.protect(bytes.fromhex("00A4020C02011E"))
    assert select.hex().upper() == "0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800"
    assert session.answer(bytes.fromhex("990290008E08FA855A5D4C50A8ED9000")) == b"\x90\x00"
    read = session.protect(bytes.fromhex("00B0000004"))
    assert read.hex().upper() == "0CB000000D9701048E08ED6705417E96BA5500"
    answer = session.answer(bytes.fromhex("8709019FF0EC34F9922651990290008E08AD55CC17140B2DED9000"))
    assert answer == bytes.fromhex("60145F019000")


def test_a_changed_answer_is_not_believed() -> None:
    session = bac.session(READER_NUMBER, CHIP_NUMBER, READER_KEY, CHIP_KEY)
    session.protect(bytes.fromhex("00A4020C02011E"))
    with pytest.raises(CardError):
        session.answer(bytes.fromhex("990290008E08FA855A5D4C50A8EE9000"))


@given(st.binary(max_size=80))
def test_no_answer_breaks_the_session_otherwise_than_by_its_own_error(noise: bytes) -> None:
    session = bac.session(READER_NUMBER, CHIP_NUMBER, READER_KEY, CHIP_KEY)
    with contextlib.suppress(CardError):
        session.answer(noise)


class Air:
    """A document answered without a reader between; `change` may spoil what it says."""

    def __init__(self, card: TravelDocument | SocialSecurityCard) -> None:
        self.card = card
        self.asked: list[bytes] = []

    def transmit(self, command: bytes) -> bytes:
        self.asked.append(command)
        return self.change(command, self.card.answer(command))

    def change(self, command: bytes, answer: bytes) -> bytes:
        return answer


def random(size: int) -> bytes:
    return bytes(range(size))


def refusal(air: Air, lines: str = PASSPORT) -> str:
    assert travel.is_present(air)
    with pytest.raises(CardError) as refused:
        travel.read(air, mrz.parse(lines).key, random)
    return refused.value.code


def test_a_document_is_read_without_its_portrait() -> None:
    document = TravelDocument(CARD)
    air = Air(document)
    assert travel.is_present(air)
    card = travel.read(air, mrz.parse(CARD).key, random)
    assert card == Card("other", "D23145890", "ERIKSSON ANNA MARIA", birth="19740812", sex="female")
    assert not document.portrait_was_read
    assert all(command[0] == 0x0C for command in air.asked[3:]), "something was asked outside the session"


@pytest.mark.parametrize("wrong", ["its own number", "the reader's number"])
def test_a_document_that_does_not_prove_itself_is_not_believed(wrong: str) -> None:
    class Replayed(Air):
        def change(self, command: bytes, answer: bytes) -> bytes:
            if command[1] == 0x84:
                self.challenge = answer[:8]
            if command[1] != 0x82:
                return answer
            keys = bac.document_keys(mrz.parse(PASSPORT).key.seed)
            own, readers = (bytes(8), random(8)) if wrong == "its own number" else (self.challenge, bytes(8))
            return bac.sealed(keys, own + readers + bytes(16)) + b"\x90\x00"

    assert refusal(Replayed(TravelDocument(PASSPORT))) == "wrong_key"


def test_a_chip_that_carries_another_documents_lines() -> None:
    swapped, other = TravelDocument(PASSPORT), TravelDocument(CARD)
    swapped.files[travel.DG1] = other.files[travel.DG1]
    assert refusal(Air(swapped)) == "unreadable"


def test_a_document_that_wants_more_than_these_lines() -> None:
    class Newer(Air):
        def change(self, command: bytes, answer: bytes) -> bytes:
            return b"\x69\x82" if command[1] == 0x84 else answer

    assert refusal(Newer(TravelDocument(PASSPORT))) == "access_refused"


def test_other_lines_do_not_open_it() -> None:
    assert refusal(Air(TravelDocument(PASSPORT)), CARD) == "wrong_key"


def test_an_answer_changed_on_the_way_is_not_believed() -> None:
    class Spoiled(Air):
        def change(self, command: bytes, answer: bytes) -> bytes:
            return answer[:-3] + bytes([answer[-3] ^ 1]) + answer[-2:] if command[:2] == b"\x0c\xb0" else answer

    assert refusal(Spoiled(TravelDocument(PASSPORT))) == "unreadable"


@pytest.mark.parametrize("status", ["6C12", "6103"])
def test_older_cards_say_how_long_the_answer_is(status: str) -> None:
    whole = SocialSecurityCard("11010519491231002X", "张伟")

    class Older(Air):
        kept = b""

        def change(self, command: bytes, answer: bytes) -> bytes:
            if command[1] == 0xC0:
                return self.kept
            if command[1] == 0xB2 and command[2] == 0x08 and (status[:2] == "61" or command[4] != 0x12):
                self.kept = answer
                return bytes.fromhex(status)
            return answer

    older = Older(whole)
    assert socialsecurity.is_present(older)
    assert socialsecurity.read(older).document == "11010519491231002X"


@given(st.binary(max_size=60))
def test_no_card_breaks_the_reading_otherwise_than_by_its_own_error(noise: bytes) -> None:
    class Noisy(Air):
        def change(self, command: bytes, answer: bytes) -> bytes:
            return noise if command[1] in {0xB2, 0xB0, 0x82} else answer

    document, holder = Noisy(TravelDocument(PASSPORT)), Noisy(SocialSecurityCard("11010519491231002X", "张伟"))
    travel.is_present(document)
    with contextlib.suppress(CardError):
        travel.read(document, mrz.parse(PASSPORT).key, random)
    socialsecurity.is_present(holder)
    with contextlib.suppress(CardError):
        socialsecurity.read(holder)
