"""Passport lines before the kiosk's scanner: they say whose it is, or open the chip that waits for them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hardware.ports import HEALTHY, Card, Health
from kiosk import inputs as on
from kiosk.flow import step
from kiosk.passports import PassportLines
from kiosk.state import Identify, State

FIRST, SECOND = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
PERMIT = "I<UTOD231458907<<<<<<<<<<<<<<<7408122F1204159UTO<<<<<<<<<<<6ERIKSSON<<ANNA<MARIA<<<<<<<<<<"


class Reader:
    """A card reader that takes lines, or has no use for them."""

    name = "reader"

    def __init__(self, takes: bool = True) -> None:
        self._takes = takes
        self.lines: list[str] = []

    def start(self, on_card: Callable[[Card], None], on_fault: Callable[[Health], None]) -> None: ...

    def unlock(self, lines: str) -> bool:
        self.lines.append(lines)
        return self._takes

    def health(self) -> Health:
        return HEALTHY

    def close(self) -> None: ...


def test_the_lines_alone_say_whose_passport_it_is() -> None:
    passports = PassportLines(None)
    assert passports.scanned(FIRST, 1.0) is None
    assert passports.scanned(SECOND, 1.2) == on.CardRead("passport", "L898902C3", "ERIKSSON ANNA MARIA")
    assert passports.scanned(PERMIT, 9.0) == on.CardRead("other", "D23145890", "ERIKSSON ANNA MARIA")


def test_a_chip_that_waits_for_its_lines_answers_itself() -> None:
    reader = Reader()
    passports = PassportLines(reader)
    passports.reader_is("mrz_needed")
    assert passports.scanned(f"{FIRST}\r\n{SECOND}", 1.0) is None
    assert reader.lines == [FIRST + SECOND]
    assert passports.scanned(f"{FIRST}\n{SECOND}", 5.0) is not None, "the chip did not answer; the lines count"


@pytest.mark.parametrize("said", ["ok", "wrong_key", "not_connected"])
def test_a_chip_that_does_not_wait_is_not_asked(said: str) -> None:
    reader = Reader()
    passports = PassportLines(reader)
    passports.reader_is("mrz_needed")
    passports.reader_is(said)
    assert passports.scanned(f"{FIRST}\n{SECOND}", 1.0) is not None
    assert reader.lines == []


def test_a_reader_without_use_for_lines_leaves_them_to_the_kiosk() -> None:
    passports = PassportLines(Reader(takes=False))
    passports.reader_is("mrz_needed")
    assert isinstance(passports.scanned(FIRST + SECOND, 1.0), on.CardRead)


def test_lines_with_a_wrong_digit_are_said_and_other_codes_go_their_way() -> None:
    passports = PassportLines(None)
    assert passports.scanned(FIRST + SECOND.replace("L898902C36", "L898902C37"), 1.0) == on.ReaderIs("bad_mrz")
    assert passports.scanned("K7M4PXT", 2.0) == on.CodeScanned("K7M4PXT")


@pytest.mark.parametrize("code", sorted(on.ABOUT_ONE_CARD))
@pytest.mark.parametrize("scanner", ["ok", "none"])
def test_what_ails_one_document_is_said_where_it_was_asked_for_and_the_reader_stays_well(
    code: str, scanner: str
) -> None:
    state, _ = step(State(), on.ReaderIs("ok"))
    state, _ = step(state, on.ScannerIs(scanner))
    asked = State(page=Identify("pension"), world=state.world)
    told, _ = step(asked, on.ReaderIs(code))
    assert isinstance(told.page, Identify)
    assert told.page.problem == ("no_scanner" if code == "mrz_needed" and scanner != "ok" else code)
    assert told.world.reader == "ok"
    assert step(state, on.ReaderIs(code))[0] == state
