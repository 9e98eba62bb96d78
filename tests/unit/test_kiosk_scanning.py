"""A booking code before the scanner checks in without a touch, and does no harm when it is held a moment too long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.appointments import code_scanned
from contract.bodies import Catalogue, TakeTicket, Ticket
from contract.client.fake import FakeHall
from kiosk import effects as do
from kiosk import inputs as on
from kiosk import state as pages
from kiosk.flow import step
from kiosk.state import State

CODE = "K7M4PXT"
LINK = "https://hall.example/t/abcdefghijkl"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return FakeHall().catalogue("zh-CN")


@pytest.fixture(scope="module")
def ticket() -> Ticket:
    return FakeHall().take_ticket(TakeTicket(service="pension"))


@pytest.fixture
def start(catalogue: Catalogue) -> State:
    return play(State(), on.CatalogueArrived(catalogue))


def play(state: State, *inputs: on.Input) -> State:
    for happened in inputs:
        state, _ = step(state, happened)
    return state


def printed(state: State, ticket: Ticket) -> State:
    return play(state, on.TicketTaken(state.intention, ticket), on.SlipPrinted(ticket.id, 1))


@pytest.mark.parametrize("text", [CODE, "k7m4pxt", "K7M-4PXT", f" {CODE} ", f"https://city.example/a/{CODE}/?from=sms"])
def test_a_confirmation_holds_the_code_or_a_link_that_ends_with_it(text: str) -> None:
    assert code_scanned(text) == CODE


@pytest.mark.parametrize(
    "text", ["", LINK, "6901234567892", "K7M4PX", "预约码一二三四", "http://[", "P<CHN\nE12345678"]
)
def test_anything_else_is_no_code(text: str) -> None:
    assert code_scanned(text) is None


@given(st.text())
def test_whatever_a_scanner_reads_is_a_code_or_none(text: str) -> None:
    code = code_scanned(text)
    assert code is None or (len(code) == 7 and code.isascii() and code.isalnum())


@pytest.mark.parametrize(
    "touches",
    [
        (),
        (on.TakeNumber(),),
        (on.ShowSearch(), on.Type("s")),
        (on.ShowCheckIn(), on.Type("k")),
        (on.ShowHelp(),),
        (on.TakeNumber(), on.ChooseDepartment("social"), on.ChooseService("pension")),
    ],
)
def test_a_code_checks_in_from_where_the_visitor_is(start: State, touches: tuple[on.Input, ...]) -> None:
    before = play(start, *touches)
    state, effects = step(before, on.CodeScanned(CODE))
    assert isinstance(state.page, pages.Taking)
    assert (state.page.order.booked, state.page.order.code) == (True, CODE)
    assert [effect for effect in effects if isinstance(effect, do.Take)] == [do.Take(state.page.order)]
    assert CODE not in repr(state) + repr(on.CodeScanned(CODE))


def test_the_next_visitor_need_not_wait_for_the_last_ones_screen(start: State, ticket: Ticket) -> None:
    done = printed(play(start, on.CardRead("resident", "11010519491231002X"), on.CodeScanned(CODE)), ticket)
    assert isinstance(done.page, pages.Result)
    assert play(done, on.CodeScanned(CODE)).page == done.page, "the same code, held a moment too long"
    other = play(done, on.CodeScanned("K7M4PXU"))
    assert isinstance(other.page, pages.Taking)
    assert (other.person, other.page.order.code) == (None, "K7M4PXU")
    assert play(done, on.StartOver()).scanned == ""


def test_a_refusal_is_said_once_and_tried_again_where_that_makes_sense(start: State) -> None:
    asking = play(start, on.CodeScanned(CODE))
    early = play(asking, on.TicketRefused(asking.intention, "check_in_early", {"time": "10:00"}))
    assert play(early, on.CodeScanned(CODE)).page == early.page
    lost = play(asking, on.TicketRefused(asking.intention, "server_unreachable"))
    assert play(lost, on.CodeScanned(CODE)).page == asking.page, "the same order again"
    assert play(early, on.Back()).page == pages.Start()


def test_another_code_is_said_to_be_none_where_somebody_begins(start: State) -> None:
    assert play(start, on.CodeScanned(LINK)).page == pages.CheckIn(problem="no_booking")
    typing = play(start, on.ShowCheckIn(), on.Type("k"), on.CodeScanned(LINK))
    assert typing.page == pages.CheckIn(problem="no_booking")
    assert play(start, on.CodeScanned(LINK), on.Back()).page == pages.Start()
    confirm = play(start, on.TakeNumber(), on.ChooseDepartment("social"), on.ChooseService("pension"))
    assert play(confirm, on.CodeScanned(LINK)).page == confirm.page


def test_a_number_that_must_be_kept_is_not_scanned_away(start: State, ticket: Ticket) -> None:
    state = play(start, on.CodeScanned(CODE))
    state = play(state, on.TicketTaken(state.intention, ticket), on.SlipFailed(ticket.id, 1, "paper_out"))
    assert play(state, on.CodeScanned("K7M4PXU")).page == state.page


def test_a_hall_without_appointments_does_not_look_at_codes(catalogue: Catalogue) -> None:
    state = play(State(), on.CatalogueArrived(catalogue.model_copy(update={"appointments": False})))
    assert play(state, on.CodeScanned(CODE)).page == pages.Start()
    assert play(State(), on.CodeScanned(CODE)).page == pages.Start()
