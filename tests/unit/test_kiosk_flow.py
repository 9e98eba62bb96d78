"""The kiosk's behaviour, touch by touch, without glass, server or printer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contract.bodies import Catalogue, TakeTicket, Ticket
from contract.client.fake import FakeHall
from kiosk import effects as do
from kiosk import inputs as on
from kiosk import state as pages
from kiosk.flow import BUSY_SECONDS, WARNING_SECONDS, patience, step
from kiosk.state import Defaults, State

ID_NUMBER = "11010519491231002X"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    hall = FakeHall()
    hall.close_queue("notary")
    hall.fill_queue("trial")
    return hall.catalogue("zh-CN")


@pytest.fixture(scope="module")
def ticket() -> Ticket:
    return FakeHall().take_ticket(TakeTicket(service="pension"))


@pytest.fixture
def start(catalogue: Catalogue) -> State:
    return play(State(), on.CatalogueArrived(catalogue))[0]


def play(state: State, *inputs: on.Input) -> tuple[State, list[do.Effect]]:
    """The state after `inputs` and everything that was to be done on the way, timers left out."""
    done: list[do.Effect] = []
    for happened in inputs:
        state, effects = step(state, happened)
        done += [effect for effect in effects if not isinstance(effect, do.StartTimer | do.Refresh)]
    return state, done


def to_confirm(state: State, service: str = "pension", department: str = "social") -> State:
    return play(state, on.TakeNumber(), on.ChooseDepartment(department), on.ChooseService(service))[0]


def test_a_walk_in_needs_four_touches(start: State) -> None:
    touches = (on.TakeNumber(), on.ChooseDepartment("social"), on.ChooseService("pension"), on.Agree())
    state, done = play(start, *touches)
    assert len(touches) == 4
    assert isinstance(state.page, pages.Taking)
    assert done == [do.CheckPrinter(), do.Take(state.page.order)]
    assert state.page.order.service == "pension"
    assert state.page.order.priority == "ordinary"


def test_search_is_two_touches_and_letters(start: State) -> None:
    state, _ = play(start, on.ShowSearch(), on.Type("y"), on.Type("l"))
    assert state.page == pages.Search("yl")
    state, _ = play(state, on.Type("backspace"), on.Type("clear"), on.Type("b"), on.ChooseService("pension"))
    assert state.page == pages.Confirm("pension", "ordinary")


def test_printed_ticket_is_shown_and_reported_and_any_touch_keeps_it(start: State, ticket: Ticket) -> None:
    state, _ = play(to_confirm(start), on.Agree())
    state, done = play(state, on.TicketTaken(state.intention, ticket))
    assert state.page == pages.Printing(ticket)
    assert done == [do.Print(ticket, "zh-CN", 1)]
    state, done = play(state, on.SlipPrinted(ticket.id, 1))
    assert state.page == pages.Result(ticket)
    assert done == [do.ReportPrinted(ticket.id)]
    assert state.timer_seconds == 15.0
    touched, _ = play(state, on.Touched())
    assert touched.timer == state.timer + 1
    assert play(touched, on.TimeUp(state.timer))[0] == touched, "the old alarm means nothing"
    assert play(touched, on.TimeUp(touched.timer))[0].page == pages.Start()


def test_a_second_touch_while_the_first_is_under_way_makes_nothing(start: State, ticket: Ticket) -> None:
    state, _ = play(to_confirm(start), on.Agree())
    for touch in (on.Agree(), on.Retry(), on.Back(), on.StartOver(), on.ChooseService("tax-return"), on.ToggleElder()):
        assert step(state, touch) == (state, ())
    state, _ = play(state, on.TicketTaken(state.intention, ticket))
    for touch in (on.Agree(), on.Reprint(), on.Claim(), on.StartOver()):
        assert step(state, touch) == (state, ())


def test_required_document_is_asked_and_a_card_or_a_right_number_goes_on(start: State) -> None:
    state = to_confirm(start, "passport", "police")
    assert state.page == pages.Identify("passport")
    assert play(state, on.Skip())[0].page == state.page, "this service cannot be had without"
    by_card, _ = play(state, on.CardRead("resident", ID_NUMBER, "张三"))
    assert by_card.page == pages.Confirm("passport", "ordinary")
    assert by_card.person is not None
    assert by_card.person.number == ID_NUMBER
    typed, _ = play(state, *[on.Type(char) for char in ID_NUMBER.lower()], on.Enter())
    assert typed.person == pages.Person("resident", ID_NUMBER)
    wrong, _ = play(state, *[on.Type(char) for char in "110105194912310021"], on.Enter())
    assert isinstance(wrong.page, pages.Identify)
    assert wrong.page.problem == "check_digit"


def test_going_back_after_identifying_does_not_show_the_number_again(start: State) -> None:
    state = to_confirm(start, "passport", "police")
    state, _ = play(state, *[on.Type(char) for char in ID_NUMBER], on.Enter(), on.Back())
    assert state.page == pages.Services("police")


def test_optional_document_can_be_added_or_skipped(start: State) -> None:
    state, _ = play(to_confirm(start), on.ChoosePriority("elderly"), on.AddDocument())
    assert state.page == pages.Identify("pension")
    assert play(state, on.Skip())[0].page == pages.Confirm("pension", "elderly")
    assert play(state, on.CardRead("resident", ID_NUMBER))[0].page == pages.Confirm("pension", "elderly")


def test_other_documents_take_letters(start: State) -> None:
    state = to_confirm(start, "passport", "police")
    state, _ = play(state, on.ToggleLetters(), *[on.Type(char) for char in "e1234567-8"], on.Enter())
    assert state.person == pages.Person("other", "E12345678")


def test_numbers_and_names_stay_out_of_representations(start: State) -> None:
    state = to_confirm(start, "passport", "police")
    typing, _ = play(state, *[on.Type(char) for char in ID_NUMBER])
    known, _ = play(state, on.CardRead("resident", ID_NUMBER, "张三"))
    for shown in (repr(typing), repr(known), repr(on.CardRead("resident", ID_NUMBER, "张三"))):
        assert ID_NUMBER not in shown
        assert "张三" not in shown


@pytest.mark.parametrize(
    ("service", "department", "code"), [("notary", "police", "queue_closed"), ("trial", "tax", "queue_full")]
)
def test_closed_and_full_are_said_before_a_ticket_is_asked_for(
    start: State, service: str, department: str, code: str
) -> None:
    state = to_confirm(start, service, department)
    assert isinstance(state.page, pages.Refused)
    assert state.page.code == code
    assert state.page.order is None
    assert play(state, on.Back())[0].page == pages.Services(department)


def test_unreachable_server_can_be_tried_again_with_the_same_intention(start: State) -> None:
    state, _ = play(to_confirm(start), on.Agree())
    first = state.intention
    state, _ = play(state, on.TicketRefused(first, "server_unreachable"))
    assert isinstance(state.page, pages.Refused)
    assert state.page.order is not None
    order = state.page.order
    again, done = play(state, on.ChooseLanguage("en"), on.Retry())
    assert again.intention == first
    assert done[-1] == do.Take(order), "the same key must say the same, in the language it was said in first"


def test_a_refusal_for_good_cannot_be_retried(start: State) -> None:
    state, _ = play(to_confirm(start), on.Agree())
    state, _ = play(state, on.TicketRefused(state.intention, "line_full"))
    assert play(state, on.Retry())[0].page == state.page


def test_choosing_again_is_another_intention(start: State) -> None:
    state, _ = play(to_confirm(start), on.Agree())
    state, _ = play(state, on.TicketRefused(state.intention, "server_unreachable"), on.Back())
    state, _ = play(state, on.ChooseService("medical"), on.Agree())
    assert state.intention == 2


def test_the_ticket_one_has_already_is_printed_again(start: State, ticket: Ticket) -> None:
    state, _ = play(to_confirm(start), on.Agree())
    state, _ = play(state, on.TicketRefused(1, "person_limit", {"number": ticket.number}))
    assert state.page == pages.Duplicate("pension", ticket.number)
    state, done = play(state, on.Reprint())
    assert done == [do.CheckPrinter(), do.Find(ticket.number)]
    assert step(state, on.Reprint()) == (state, ())
    state, done = play(state, on.TicketFound(ticket))
    assert done == [do.Print(ticket, "zh-CN", 1)]


def test_a_ticket_that_cannot_be_found_is_said(start: State) -> None:
    state, _ = play(to_confirm(start), on.Agree(), on.TicketRefused(1, "person_limit", {"number": "A007"}))
    state, _ = play(state, on.Reprint(), on.TicketNotFound("A007", "unknown_ticket"))
    assert isinstance(state.page, pages.Refused)
    assert state.page.code == "unknown_ticket"


def unprinted(start: State, ticket: Ticket) -> State:
    state, _ = play(to_confirm(start), on.Agree(), on.TicketTaken(1, ticket))
    return play(state, on.SlipFailed(ticket.id, 1, "paper_out"))[0]


def test_without_paper_the_number_stays_until_it_is_kept(start: State, ticket: Ticket) -> None:
    state = unprinted(start, ticket)
    assert state.page == pages.Unprinted(ticket, "paper_out", 1)
    for away in (on.Back(), on.StartOver(), on.ShowHelp()):
        assert play(state, away)[0].page == state.page, "a number must not be lost by a slip of the finger"
    kept, done = play(state, on.Claim())
    assert kept.page == pages.Start()
    assert done == [do.ReportPrinted(ticket.id)]


def test_reprint_after_paper_was_refilled(start: State, ticket: Ticket) -> None:
    state, done = play(unprinted(start, ticket), on.Reprint())
    assert done == [do.Print(ticket, "zh-CN", 2)]
    assert play(state, on.SlipFailed(ticket.id, 1, "late"))[0] == state, "the first attempt's word is old"
    state, _ = play(state, on.SlipPrinted(ticket.id, 2))
    assert state.page == pages.Result(ticket)


def test_nobody_claims_an_unprinted_number(start: State, ticket: Ticket) -> None:
    """Nothing is reported; after its grace the ticket is void."""
    state = unprinted(start, ticket)
    warned, done = play(state, on.TimeUp(state.timer))
    assert warned.warned
    gone, more = play(warned, on.TimeUp(warned.timer))
    assert gone.page == pages.Start()
    assert done == []
    assert more == [do.VoidUnlessTaken(ticket.id)]


def test_an_answer_that_comes_too_late_leaves_no_ghost_in_the_line(start: State, ticket: Ticket) -> None:
    state, _ = play(to_confirm(start), on.Agree())
    assert state.timer_seconds == BUSY_SECONDS
    state, _ = play(state, on.TimeUp(state.timer))
    assert isinstance(state.page, pages.Refused)
    home, _ = play(state, on.StartOver())
    assert play(home, on.TicketTaken(1, ticket))[1] == [do.Withdraw(ticket.id)]


def test_the_same_answer_twice_does_not_withdraw_a_ticket_in_hand(start: State, ticket: Ticket) -> None:
    state, _ = play(to_confirm(start), on.Agree(), on.TicketTaken(1, ticket), on.SlipPrinted(ticket.id, 1))
    assert play(state, on.TicketTaken(1, ticket))[1] == []


def test_a_forgotten_screen_warns_and_then_goes_home_as_it_was(start: State) -> None:
    state, _ = play(start, on.ChooseLanguage("en"), on.ToggleElder(), on.ToggleContrast())
    state = to_confirm(state, "passport", "police")
    state, _ = play(state, on.CardRead("resident", ID_NUMBER))
    assert patience(state) == 2 * 60 - WARNING_SECONDS, "elder mode is twice as patient"
    warned, _ = play(state, on.TimeUp(state.timer))
    assert warned.warned
    assert warned.timer_seconds == WARNING_SECONDS
    assert not play(warned, on.Touched())[0].warned
    gone, _ = play(warned, on.TimeUp(warned.timer))
    assert (gone.page, gone.lang, gone.elder, gone.contrast, gone.person) == (
        pages.Start(),
        "zh-CN",
        False,
        False,
        None,
    )


def test_elder_mode_asks_priority_on_a_screen_of_its_own(start: State) -> None:
    state = to_confirm(play(start, on.ToggleElder())[0])
    assert state.page == pages.Priority("pension")
    assert play(state, on.ChoosePriority("nonsense"))[0].page == state.page
    assert play(state, on.ChoosePriority("military"))[0].page == pages.Confirm("pension", "military")


def test_news_do_not_count_as_a_touch_unless_they_turn_the_page(start: State, catalogue: Catalogue) -> None:
    state, _ = play(start, on.TakeNumber())
    for news in (on.CatalogueArrived(catalogue), on.QueueCounted("social", 9, 99), on.PrinterIs("ok"), on.ServerLost()):
        assert play(state, news)[0].timer == state.timer


def test_counts_follow_the_newest_event(start: State) -> None:
    service = start.service("pension")
    assert service is not None
    state, _ = play(start, on.QueueCounted("social", 7, 50), on.QueueCounted("social", 3, 49))
    assert state.waiting(service) == 7


def test_a_department_that_is_alone_is_not_asked_for(catalogue: Catalogue) -> None:
    alone = catalogue.model_copy(update={"departments": catalogue.departments[:1]})
    state, _ = play(State(), on.CatalogueArrived(alone), on.TakeNumber())
    assert state.page == pages.Services("social")


def test_a_card_on_the_start_screen_begins_the_walk(start: State) -> None:
    state, _ = play(start, on.CardRead("resident", ID_NUMBER))
    assert state.page == pages.Departments()
    assert state.person is not None


def test_an_unreadable_card_is_said_where_it_was_asked_for(start: State) -> None:
    state = to_confirm(start, "passport", "police")
    told, _ = play(state, on.ReaderIs("unreadable"))
    assert isinstance(told.page, pages.Identify)
    assert told.page.problem == "unreadable"
    assert play(start, on.ReaderIs("unreadable"))[0] == start


def test_language_changes_only_to_one_the_hall_has(start: State) -> None:
    assert play(start, on.ChooseLanguage("en"))[0].lang == "en"
    assert play(start, on.ChooseLanguage("xx"))[0].lang == "zh-CN"


def test_an_unknown_service_is_said_and_nothing_breaks(start: State) -> None:
    state, _ = play(start, on.TakeNumber(), on.ChooseDepartment("social"), on.ChooseService("nonsense"))
    assert isinstance(state.page, pages.Refused)
    assert state.page.code == "unknown_service"


def test_settings_of_the_terminal_hold() -> None:
    state = State(defaults=Defaults("en", elder=True, patience=30, result_seconds=5)).home()
    assert (state.lang, state.elder) == ("en", True)
    assert patience(replace(state, elder=False)) == 20


# ------------------------------------------------------------------------------------------------- appointments


def test_an_appointment_is_an_order_by_its_code(start: State, ticket: Ticket) -> None:
    state, _ = play(start, on.ShowCheckIn(), *(on.Type(sign) for sign in "k7m-4pxtz"))
    assert state.page == pages.CheckIn("K7M4PXT")
    state, done = play(state, on.Enter())
    assert isinstance(state.page, pages.Taking)
    order = state.page.order
    assert (order.booked, order.code, order.service, order.person) == (True, "K7M4PXT", "", None)
    assert done == [do.CheckPrinter(), do.Take(order)]
    assert "K7M4PXT" not in repr(state)
    assert play(state, on.TicketTaken(order.intention, ticket))[0].page == pages.Printing(ticket)


def test_a_card_on_the_reader_checks_in_where_somebody_said_he_has_an_appointment(start: State) -> None:
    state, done = play(start, on.ShowCheckIn(), on.CardRead("resident", ID_NUMBER, "张三"))
    assert isinstance(state.page, pages.Taking)
    order = state.page.order
    assert order.person is not None
    assert (order.booked, order.person.number, state.person) == (True, ID_NUMBER, None)
    assert done == [do.CheckPrinter(), do.Take(order)]


def test_a_second_check_in_leads_to_the_ticket_there_is(start: State) -> None:
    state, _ = play(start, on.ShowCheckIn(), *(on.Type(sign) for sign in "K7M4PXT"), on.Enter())
    news = on.TicketRefused(state.intention, "already_checked_in", {"number": "A007", "ticket": "t"})
    state, _ = play(state, news)
    assert state.page == pages.Duplicate("", "A007")
    assert play(state, on.Reprint())[1] == [do.CheckPrinter(), do.Find("A007")]


def test_a_short_code_is_said_beside_it_and_a_wrong_one_leads_back_to_an_empty_field(start: State) -> None:
    state, done = play(start, on.ShowCheckIn(), on.Type("K"), on.Enter())
    assert (state.page, done) == (pages.CheckIn("K", "code_short"), [])
    state, _ = play(state, on.Type("clear"), *(on.Type(sign) for sign in "K7M4PXT"), on.Enter())
    state, _ = play(state, on.TicketRefused(state.intention, "unknown_appointment"))
    assert isinstance(state.page, pages.Refused)
    assert state.page.order is None
    back, _ = play(state, on.Back())
    assert back.page == pages.Start()


def test_a_lost_answer_is_asked_again_with_the_same_intention(start: State) -> None:
    state, _ = play(start, on.ShowCheckIn(), *(on.Type(sign) for sign in "K7M4PXT"), on.Enter())
    before = state.intention
    state, _ = play(state, on.TicketRefused(before, "server_unreachable"), on.Retry())
    assert isinstance(state.page, pages.Taking)
    assert (state.page.order.intention, state.page.order.code) == (before, "K7M4PXT")


def test_a_hall_without_appointments_offers_no_check_in(catalogue: Catalogue) -> None:
    plain = catalogue.model_copy(update={"appointments": False})
    state, _ = play(State(), on.CatalogueArrived(plain), on.ShowCheckIn())
    assert state.page == pages.Start()
