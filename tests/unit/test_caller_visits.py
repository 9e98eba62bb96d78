"""What the caller thinks of visits, holds and the server's calls, without a screen: flow, words and lists."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from caller import calls, choices, keys, lists, stops
from caller.effects import LoadOffer, LoadView, Send
from caller.flow import step
from caller.inputs import (
    Accepted,
    Input,
    NotAccepted,
    OfferCame,
    OpenSheet,
    Press,
    ShowShelf,
    SignedIn,
    SignIn,
    Speak,
    ViewCame,
)
from caller.state import Act, Command, Details, Shelf, State
from caller.words import done_sentence
from contract.bodies import StopEntry, StopState, TakeTicket, WindowState
from contract.client.fake import FakeHall
from contract.client.sample import CHIEF, SAMPLE_HALL
from contract.config import Assignment, HallConfig
from contract.errors import HallError
from i18n import Translator

ENGLISH, CHINESE = Translator("en"), Translator("zh-CN")


def hall_that_calls(assignment: Assignment, seconds: int = 5) -> HallConfig:
    policy = SAMPLE_HALL.hall.policy.model_copy(update={"assignment": assignment, "assign_after_seconds": seconds})
    return SAMPLE_HALL.model_copy(update={"hall": SAMPLE_HALL.hall.model_copy(update={"policy": policy})})


class Desk:
    """A flow at window w2, which serves social insurance and tax; answers come from a fake hall, by hand."""

    def __init__(self, config: HallConfig = SAMPLE_HALL) -> None:
        self.hall = FakeHall(config)
        token = self.hall.login(CHIEF.user, CHIEF.password)
        self.hall.open_window("w2")
        self.state = State(window="w2", language="en")
        self.do(SignIn(CHIEF.user, CHIEF.password), SignedIn(token))
        offer = self.hall.catalogue("en")
        self.do(OfferCame(frozenset({"elderly"}), offer.services))
        self.look()

    def do(self, *inputs: Input) -> Desk:
        for happened in inputs:
            self.state, self.effects = step(self.state, happened)
        return self

    def look(self) -> Desk:
        return self.do(ViewCame(self.hall.window("w2", "en")))

    def serve(self, service: str, *more: str) -> Desk:
        self.hall.take_ticket(TakeTicket(service=service, services=more))
        self.hall.call_next("w2")
        self.hall.start("w2")
        return self.look()

    def sent(self) -> Command:
        (send,) = (effect for effect in self.effects if isinstance(effect, Send))
        return send.command


# ------------------------------------------------------------------------------------------------------ who calls


@pytest.mark.parametrize(
    ("seconds", "waiting", "later", "words"),
    [
        (5, 1, 0.0, "Next call in 5 seconds"),
        (5, 1, 3.2, "Next call in 2 seconds"),
        (5, 1, 4.5, "Next call in 1 second"),
        (5, 0, 0.0, "Whoever comes is called"),
        (5, 0, 60.0, "Whoever comes is called"),
    ],
)
def test_the_panel_says_when_the_server_calls(seconds: int, waiting: int, later: float, words: str) -> None:
    desk = Desk(hall_that_calls(Assignment.AUTOMATIC, seconds))
    for _ in range(waiting):
        desk.hall.take_ticket(TakeTicket(service="pension"))
    desk.look()
    assert desk.state.view is not None
    who = calls.calling(desk.state, ENGLISH, desk.state.view.time + timedelta(seconds=later))
    assert who is not None
    assert (who.word, who.what, who.auto, who.may_switch) == ("Automatic", words, True, False)


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (0, "At once after this one", "办结后立即叫下一位"),
        (1, "1 second after this one", "办结 1 秒后叫下一位"),
        (30, "30 seconds after this one", "办结 30 秒后叫下一位"),
    ],
)
def test_while_somebody_is_there_it_says_how_long_after(seconds: int, english: str, chinese: str) -> None:
    desk = Desk(hall_that_calls(Assignment.AUTOMATIC, seconds))
    desk.hall.take_ticket(TakeTicket(service="pension"))
    desk.hall.advance(1)
    desk.look()
    assert desk.state.view is not None
    now = desk.state.view.time
    assert [who.what for t in (ENGLISH, CHINESE) if (who := calls.calling(desk.state, t, now))] == [english, chinese]


def test_a_closed_and_a_paused_window_are_called_for_by_nobody() -> None:
    desk = Desk(hall_that_calls(Assignment.AUTOMATIC))
    view = desk.state.view
    assert view is not None
    said = []
    for state in (WindowState.CLOSED, WindowState.PAUSED):
        window = view.window.model_copy(update={"state": state})
        there = replace(desk.state, view=view.model_copy(update={"window": window}))
        who = calls.calling(there, ENGLISH, view.time)
        assert who is not None
        said.append(who.what)
    assert said == ["Once the window is open", "Paused: nobody is called"]


def test_a_manual_hall_has_nothing_to_say_and_nothing_to_switch() -> None:
    desk = Desk()
    assert desk.state.view is not None
    assert calls.calling(desk.state, ENGLISH, desk.state.view.time) is None
    assert calls.calling_in_short(desk.state, ENGLISH) == ""
    refused = keys.why_not(desk.state, Act.AUTO)
    assert refused is not None
    assert refused.code == "assignment_fixed"


def test_the_switch_means_the_other_way_unless_it_is_told_which() -> None:
    desk = Desk(hall_that_calls(Assignment.MIXED))
    assert desk.do(Press(Act.AUTO, "k")).sent().what.on is True
    desk.do(Accepted(desk.hall.switch_calling("w2", True)))
    assert desk.do(Press(Act.AUTO, "k2")).sent().what.on is False
    desk.do(NotAccepted(HallError("server_unreachable")), ViewCame(desk.hall.window("w2", "en")))
    assert desk.do(Press(Act.AUTO, "k3", Details(on=True))).sent().what.on is True


def test_a_call_that_the_server_made_first_is_no_refusal_but_a_busy_window_is() -> None:
    for assignment, code in ((Assignment.AUTOMATIC, None), (Assignment.MIXED, "window_busy")):
        desk = Desk(hall_that_calls(assignment)).do(Press(Act.NEXT, "k"))
        desk.do(NotAccepted(HallError("window_busy", {"number": "A001"})))
        assert desk.state.pending is None
        assert (desk.state.refused.code if desk.state.refused else None) == code
        assert any(isinstance(effect, LoadView) for effect in desk.effects)


# ---------------------------------------------------------------------------------------------------------- visits


def test_only_what_is_still_to_come_may_be_ticked_and_each_service_once() -> None:
    desk = Desk().serve("pension", "invoices", "id-card")
    assert [stop.service for stop in desk.state.tickable] == ["invoices", "id-card"]
    desk.hall.finish("w2")
    desk.look()
    assert [stop.service for stop in desk.state.tickable] == ["id-card"]
    assert Desk().serve("pension").state.tickable == ()
    stop = StopEntry(service="house", name="Survey", queue="q", state=StopState.OPEN)
    view = desk.state.view
    assert view is not None
    twice = replace(desk.state, view=view.model_copy(update={"current_stops": (*view.current_stops, stop, stop)}))
    assert [one.service for one in twice.tickable] == ["id-card", "house"]


def test_the_steps_of_the_service_that_is_being_done_follow_by_themselves() -> None:
    desk = Desk().serve("pension")
    view = desk.state.view
    assert view is not None
    steps = (*view.current_stops, view.current_stops[0].model_copy(update={"state": StopState.OPEN, "name": "Photo"}))
    linked = replace(desk.state, view=view.model_copy(update={"current_stops": steps}))
    assert linked.tickable == ()
    assert stops.way_words(linked, ENGLISH) == "Then: Photo"


def test_finishing_sends_what_was_ticked_also_after_a_start() -> None:
    desk = Desk()
    desk.hall.take_ticket(TakeTicket(service="pension", services=("id-card",)))
    desk.hall.call_next("w2")
    what = Details(items=("id-card",), leaves=True)
    desk.look().do(Press(Act.FINISH, "k", what))
    assert desk.sent().act is Act.START
    desk.do(Accepted(desk.hall.start("w2")))
    assert (desk.sent().act, desk.sent().what.items, desk.sent().what.leaves) == (Act.FINISH, ("id-card",), True)


def test_what_became_of_the_visitor_names_where_he_goes() -> None:
    desk = Desk().serve("pension", "id-card").do(Press(Act.FINISH, "k"))
    desk.do(Accepted(desk.hall.finish("w2")))
    assert desk.state.done is not None
    assert done_sentence(ENGLISH, desk.state.done) == "A001 goes on: Identity card."
    desk.serve("medical")
    view = desk.state.view
    assert view is not None
    desk.do(ViewCame(view.model_copy(update={"current_back": ("3",)})), Press(Act.FINISH, "k2"))
    desk.do(Accepted(desk.hall.finish("w2")))
    assert desk.state.done is not None
    assert done_sentence(ENGLISH, desk.state.done) == "A002 goes back to window 3."


def test_what_follows_is_known_before_the_key_is_pressed() -> None:
    state = Desk().serve("pension", "id-card", "invoices").state
    said = [
        stops.after_finish(state, ENGLISH, items, leaves=leaves)
        for items, leaves in (((), False), (("id-card",), False), (("id-card", "invoices"), False), ((), True))
    ]
    end = "The visit ends here."
    assert said == ["Then: Identity card / Invoices", "Then: Invoices", end, end]


def test_a_service_is_added_to_and_dropped_from_the_visitor_at_the_window() -> None:
    desk = Desk().serve("pension")
    desk.do(OpenSheet(Act.ADD))
    assert any(isinstance(effect, LoadOffer) for effect in desk.effects)
    offered = [choice.service for choice in choices.service_choices(desk.state, ENGLISH)]
    assert "pension" not in offered
    assert "id-card" in offered
    ticket = desk.state.current
    assert ticket is not None
    desk.do(Press(Act.ADD, "k", Details(service="id-card")))
    assert desk.sent().what.ticket == ticket.id
    desk.do(Accepted(desk.hall.add_stops(ticket.id, ["id-card"]))).look()
    assert desk.state.sheet is None
    assert desk.state.done is not None
    assert done_sentence(ENGLISH, desk.state.done) == "Identity card is now part of this visit."
    assert desk.do(Press(Act.DROP, "k2", Details(service="id-card"))).sent().what.ticket == ticket.id


@pytest.mark.parametrize(("service", "code"), [("pension", "illegal_transition"), ("move", "unknown_stop")])
def test_what_cannot_be_dropped_is_not_asked_for(service: str, code: str) -> None:
    desk = Desk().serve("pension", "id-card").do(Press(Act.DROP, "k", Details(service=service)))
    assert desk.effects == ()
    assert desk.state.refused is not None
    assert (desk.state.refused.act, desk.state.refused.code) == (Act.DROP, code)


@pytest.mark.parametrize("state", StopState)
@pytest.mark.parametrize("t", [ENGLISH, CHINESE], ids=["en", "zh-CN"])
def test_every_state_of_a_stop_has_a_word(state: StopState, t: Translator) -> None:
    stop = StopEntry(service="s", name="S", queue="q", state=state)
    word, _ = stops.stop_words(stop, t)
    assert word
    assert (t is ENGLISH) == word.isascii()


def test_the_visitors_stops_stand_in_their_own_list() -> None:
    desk = Desk().serve("pension", "invoices", "id-card")
    ticket = desk.state.current
    assert ticket is not None
    desk.hall.drop_stops(ticket.id, ["id-card"])
    desk.look().do(ShowShelf(Shelf.VISIT))
    view = desk.state.view
    assert view is not None
    found = [(row.number, row.service, row.time, row.role) for row in lists.rows(desk.state, ENGLISH, view.time)]
    assert found == [
        ("1", "Pension insurance", "now", "now"),
        ("2", "Invoices", "can be done here", ""),
        ("3", "Identity card", "dropped", "gone"),
    ]
    assert lists.shelf_titles(desk.state, ENGLISH)[Shelf.VISIT] == "Visit 3"


def test_a_sheet_closes_when_the_visitor_it_was_opened_for_has_gone() -> None:
    desk = Desk().serve("pension").do(OpenSheet(Act.HOLD))
    assert desk.state.sheet is Act.HOLD
    desk.hall.finish("w2")
    desk.serve("medical")
    assert desk.state.sheet is None


def test_another_language_asks_for_the_offer_in_it() -> None:
    desk = Desk().do(Speak("zh-CN"))
    assert [effect.language for effect in desk.effects if isinstance(effect, LoadOffer)] == ["zh-CN"]


# ------------------------------------------------------------------------------------------------------------ hold


def test_who_is_held_stands_by_when_he_is_due() -> None:
    desk = Desk()
    for minutes in (None, 30, 5):
        desk.serve("pension")
        desk.hall.hold("w2", minutes=minutes)
    desk.look().do(ShowShelf(Shelf.HELD))
    view = desk.state.view
    assert view is not None

    def told(after: float) -> list[tuple[str, str, str]]:
        now = view.time + timedelta(minutes=after)
        return [(row.number, row.time, row.role) for row in lists.rows(desk.state, ENGLISH, now)]

    back = ("A001", "until called back", "")
    assert told(0) == [("A003", "due in 5 minutes", ""), ("A002", "due in 30 minutes", ""), back]
    assert told(4.5) == [("A003", "due in 1 minute", ""), ("A002", "due in 26 minutes", ""), back]
    assert told(5) == [("A003", "due now", "due"), ("A002", "due in 25 minutes", ""), back]
    assert lists.shelf_titles(desk.state, ENGLISH)[Shelf.HELD] == "On hold 3"
    desk.hall.advance(5)
    desk.look()
    assert lists.shelf_titles(desk.state, ENGLISH)[Shelf.HELD] == "On hold 3 ●"


def test_the_same_hold_with_other_minutes_is_another_intention() -> None:
    desk = Desk().serve("pension").do(Press(Act.HOLD, "k", Details(minutes=5)))
    desk.do(NotAccepted(HallError("server_unreachable")))
    again = step(replace(desk.state, link=State().link), Press(Act.HOLD, "k2", Details(minutes=5)))[1]
    other = step(replace(desk.state, link=State().link), Press(Act.HOLD, "k3", Details(minutes=10)))[1]
    assert [effect.command.key for effect in (*again, *other) if isinstance(effect, Send)] == ["k", "k3"]
