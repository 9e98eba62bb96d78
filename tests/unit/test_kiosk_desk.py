"""A hall of two levels at the kiosk: one touch for who does not know which, and a word for who does."""

from __future__ import annotations

import pytest

from contract.client.fake import FakeHall
from contract.client.sample import DESK_HALL, SAMPLE_HALL
from contract.config import HallConfig
from kiosk import effects as do
from kiosk import inputs as on
from kiosk import offers
from kiosk import state as pages
from kiosk.flow import step
from kiosk.state import State


def at(config: HallConfig, *inputs: on.Input) -> tuple[State, tuple[do.Effect, ...]]:
    effects: tuple[do.Effect, ...] = ()
    state = State()
    for happened in (on.CatalogueArrived(FakeHall(config).catalogue("zh-CN")), *inputs):
        state, effects = step(state, happened)
    return state, effects


def test_one_touch_is_a_number_for_the_desk() -> None:
    state, effects = at(DESK_HALL, on.TakeDesk())
    assert isinstance(state.page, pages.Taking)
    assert (state.page.order.service, state.page.order.others) == ("guide", ())
    assert sum(isinstance(effect, do.Take) for effect in effects) == 1


def test_elder_mode_still_asks_about_priority() -> None:
    state, _ = at(DESK_HALL, on.ToggleElder(), on.TakeDesk())
    assert state.page == pages.Priority("guide")


@pytest.mark.parametrize("before", [(on.TakeNumber(),), (on.ShowHelp(),)])
def test_it_is_a_touch_of_the_first_page(before: tuple[on.Input, ...]) -> None:
    assert at(DESK_HALL, *before, on.TakeDesk())[0].page == at(DESK_HALL, *before)[0].page


def test_a_hall_of_one_level_has_no_desk() -> None:
    state, _ = at(SAMPLE_HALL, on.TakeDesk())
    assert (state.page, offers.desk(state)) == (pages.Start(), None)


def test_what_goes_by_way_of_the_desk_is_known() -> None:
    state, _ = at(DESK_HALL)
    services = {service.id: service for service in state.catalogue.services} if state.catalogue else {}
    by_desk = {one for one, service in services.items() if offers.by_way_of_the_desk(state, service)}
    assert by_desk == set(services) - {"guide", "social-card"}


def test_a_terminal_of_one_department_offers_the_desk_too() -> None:
    catalogue = FakeHall(DESK_HALL).catalogue("zh-CN")
    assert [one.id for one in offers.only(catalogue, ("police",)).services][-1] == "guide"


def test_a_closed_desk_is_said() -> None:
    hall = FakeHall(DESK_HALL)
    hall.close_queue("desk")
    state, _ = step(State(), on.CatalogueArrived(hall.catalogue("zh-CN")))
    state, _ = step(state, on.TakeDesk())
    assert isinstance(state.page, pages.Refused)
    assert state.page.code == "queue_closed"
