"""Several matters on one number, and several people: no touch more for whoever has one matter and comes alone."""

from __future__ import annotations

import pytest

from contract.bodies import Catalogue, TakeTicket, Ticket
from contract.client.fake import FakeHall
from kiosk import basket
from kiosk import inputs as on
from kiosk import state as pages
from kiosk.flow import step
from kiosk.state import Basket, State


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    hall = FakeHall()
    hall.fill_queue("trial")
    return hall.catalogue("zh-CN")


@pytest.fixture(scope="module")
def ticket() -> Ticket:
    return FakeHall().take_ticket(TakeTicket(service="pension", services=("id-card",)))


@pytest.fixture
def start(catalogue: Catalogue) -> State:
    return play(State(), on.CatalogueArrived(catalogue))


def play(state: State, *inputs: on.Input) -> State:
    for happened in inputs:
        state, _ = step(state, happened)
    return state


def choose(department: str, service: str) -> tuple[on.Input, ...]:
    return on.ChooseDepartment(department), on.ChooseService(service)


PENSION = (on.TakeNumber(), *choose("social", "pension"))
THEN_ID_CARD = (on.AddAnother(), *choose("police", "id-card"))
THEN_INVOICES = (on.AddAnother(), *choose("tax", "invoices"))


def order_of(state: State) -> pages.Order:
    assert isinstance(state.page, pages.Taking)
    return state.page.order


def asked(order: pages.Order) -> tuple[str, ...]:
    return order.service, *order.others


def test_two_matters_are_three_touches_more_and_one_number(start: State) -> None:
    assert len(THEN_ID_CARD) == 3
    state = play(start, *PENSION, *THEN_ID_CARD, on.Agree())
    assert asked(order_of(state)) == ("pension", "id-card")


def test_one_matter_is_asked_for_as_ever(start: State) -> None:
    order = order_of(play(start, *PENSION, on.Agree()))
    assert (order.others, order.party) == ((), 1)


def test_what_was_chosen_is_set_aside_and_can_be_gone_back_to(start: State) -> None:
    looking = play(start, *PENSION, on.ChoosePriority("elderly"), on.AddAnother())
    assert (looking.page, looking.basket) == (pages.Departments(), Basket(("pension",), "elderly"))
    again = pages.Confirm("pension", "elderly")
    for touches in ((on.ShowBasket(),), (on.Back(),), choose("social", "pension")):
        back = play(looking, *touches)
        assert (back.page, back.basket.services) == (again, ())
        assert play(back, on.Back()).page == pages.Services("social")


def test_search_leads_to_the_second_matter_too(start: State) -> None:
    state = play(start, *PENSION, on.AddAnother(), on.ShowSearch(), on.ChooseService("id-card"))
    assert basket.wanted(state) == ("pension", "id-card")


def test_going_back_step_by_step_takes_off_one_after_the_other(start: State) -> None:
    state = play(start, *PENSION, *THEN_ID_CARD)
    seen = []
    while state.trail:
        state = play(state, on.Back())
        seen.append((type(state.page).__name__, basket.wanted(state)))
    assert seen == [
        ("Services", ("pension",)),
        ("Departments", ("pension",)),
        ("Confirm", ("pension",)),
        ("Services", ()),
        ("Departments", ()),
        ("Start", ()),
    ]


@pytest.mark.parametrize(
    ("taken_off", "left"), [("pension", ("id-card", "invoices")), ("id-card", ("pension", "invoices"))]
)
def test_each_can_be_removed(start: State, taken_off: str, left: tuple[str, ...]) -> None:
    state = play(start, *PENSION, *THEN_ID_CARD, *THEN_INVOICES, on.RemoveService(taken_off))
    assert basket.wanted(state) == left
    assert asked(order_of(play(state, on.Agree()))) == left
    while state.trail:
        state = play(state, on.Back())
        assert taken_off not in basket.wanted(state)


def test_the_newest_can_be_removed_and_the_last_one_not(start: State) -> None:
    state = play(start, *PENSION, *THEN_ID_CARD, on.ChoosePriority("elderly"), on.RemoveService("id-card"))
    assert (state.page, state.basket.services) == (pages.Confirm("pension", "elderly"), ())
    assert play(state, on.RemoveService("pension")).page == state.page
    assert play(state, on.Back()).page == pages.Services("social")


def test_elder_mode_asks_about_priority_once(start: State) -> None:
    state = play(start, on.ToggleElder(), *PENSION, on.ChoosePriority("elderly"), *THEN_ID_CARD)
    assert state.page == pages.Confirm("id-card", "elderly")


def test_a_document_is_asked_for_once_and_when_it_is_needed(start: State) -> None:
    state = play(start, *PENSION, on.AddAnother(), *choose("police", "passport"))
    assert state.page == pages.Identify("passport")
    assert state.basket.services == ("pension",)
    state = play(state, on.CardRead("resident", "11010519491231002X"), *THEN_INVOICES, on.Agree())
    assert asked(order_of(state)) == ("pension", "passport", "invoices")


def test_no_more_fit_than_can_be_read(start: State) -> None:
    state = play(start, *PENSION, *THEN_ID_CARD, *THEN_INVOICES, on.AddAnother(), *choose("tax", "tax-return"))
    assert len(basket.wanted(state)) == basket.MOST
    assert not basket.may_add(state)
    assert play(state, on.AddAnother()).page == state.page


def test_a_full_service_is_refused_before_and_the_list_is_kept(start: State) -> None:
    state = play(start, *PENSION, on.AddAnother(), *choose("tax", "trial"))
    assert isinstance(state.page, pages.Refused)
    assert not basket.can_go_without(state)
    assert play(state, on.Back()).page == pages.Services("tax")
    assert play(state, on.ShowBasket()).page == pages.Confirm("pension", "ordinary")


def refused(state: State, code: str = "queue_closed", **params: object) -> State:
    return play(state, on.TicketRefused(order_of(state).intention, code, params))


def test_the_server_refuses_one_of_three_and_the_others_are_kept(start: State) -> None:
    asking = play(start, *PENSION, *THEN_ID_CARD, *THEN_INVOICES, on.Agree())
    state = refused(asking, service="id-card")
    assert isinstance(state.page, pages.Refused)
    assert state.page.service == "id-card"
    listed = play(state, on.ShowBasket())
    assert basket.wanted(listed) == ("pension", "id-card", "invoices")
    assert play(state, on.Back()) == listed, "the way back leads there too"
    rest = play(state, on.GoWithout())
    assert basket.wanted(rest) == ("pension", "invoices")
    again = play(rest, on.Agree())
    assert order_of(again).intention == order_of(asking).intention + 1, "another wish has a key of its own"


def test_a_refusal_of_all_blames_none_and_can_be_tried_again(start: State) -> None:
    state = refused(play(start, *PENSION, *THEN_ID_CARD, on.Agree()), "server_unreachable")
    assert isinstance(state.page, pages.Refused)
    assert state.page.service == ""
    assert not basket.can_go_without(state)
    assert asked(order_of(play(state, on.Retry()))) == ("pension", "id-card")
    lost = play(start, *PENSION, *THEN_ID_CARD, on.Agree())
    lost = play(lost, on.TimeUp(lost.timer))
    assert basket.wanted(play(lost, on.ShowBasket())) == ("pension", "id-card")


def test_a_number_held_already_for_one_of_them_is_said_and_the_rest_goes_on(start: State) -> None:
    asking = play(start, *PENSION, *THEN_ID_CARD, on.Agree())
    state = refused(asking, "person_limit", number="C001", service="id-card")
    assert state.page == pages.Duplicate("id-card", "C001")
    assert asked(order_of(play(state, on.GoWithout(), on.Agree()))) == ("pension",)


def test_nothing_of_it_is_left_for_the_next_visitor(start: State, ticket: Ticket) -> None:
    state = play(start, *PENSION, *THEN_ID_CARD, on.Agree())
    state = play(state, on.TicketTaken(order_of(state).intention, ticket), on.SlipPrinted(ticket.id, 1))
    assert state.page == pages.Result(ticket)
    assert play(state, on.StartOver()).basket == Basket()
    assert play(start, *PENSION, on.AddAnother(), on.StartOver()).basket == Basket()


# ------------------------------------------------------------------------------------------------------ together


def test_people_who_come_together_say_how_many(start: State) -> None:
    state = play(start, on.TakeNumber(), *choose("police", "id-card"))
    assert (basket.party_limit(state), basket.party(state)) == (6, 1)
    state = play(state, on.ChangeParty(+1), on.ChangeParty(+1), on.ChangeParty(-1))
    assert order_of(play(state, on.Agree())).party == 2
    assert basket.party(play(state, *[on.ChangeParty(+1)] * 9)) == 6
    assert basket.party(play(state, *[on.ChangeParty(-1)] * 9)) == 1


def test_where_everybody_needs_a_number_nobody_is_asked(start: State) -> None:
    state = play(start, *PENSION, on.ChangeParty(+1))
    assert (basket.party_limit(state), order_of(play(state, on.Agree())).party) == (1, 1)


def test_the_least_limit_of_all_services_counts_and_the_wish_is_remembered(start: State) -> None:
    family = play(start, on.TakeNumber(), *choose("police", "id-card"), *[on.ChangeParty(+1)] * 3)
    both = play(family, on.AddAnother(), *choose("social", "pension"))
    assert (basket.party(both), both.page) == (1, pages.Confirm("pension", "ordinary", 4))
    assert order_of(play(both, on.Agree())).party == 1
    without = play(both, on.RemoveService("pension"))
    assert basket.party(without) == 4
    more = play(family, on.AddAnother(), *choose("police", "move"))
    assert order_of(play(more, on.Agree())).party == 4
