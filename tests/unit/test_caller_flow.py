"""The clerk's flow: what each key does in each state, what is never done twice, what survives a lost answer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caller import keys
from caller.effects import Effect, Explain, LoadView, LoadWindows, LogIn, LogOut, Send
from caller.flow import step
from caller.inputs import (
    Accepted,
    ChooseWindow,
    CloseSheet,
    Forget,
    Input,
    LinkChanged,
    LookAgain,
    NotAccepted,
    OpenSheet,
    Press,
    ShowShelf,
    Shrink,
    SignedIn,
    SignIn,
    SignOut,
    Speak,
    ViewCame,
    ViewFailed,
    WindowsCame,
)
from caller.state import Act, Details, Link, Shelf, Stage, State
from contract.bodies import TakeTicket, WindowState, WindowView
from contract.client.fake import FakeHall
from contract.client.sample import CHIEF, CLERK
from contract.errors import HallError


def sends(effects: tuple[Effect, ...]) -> list[Send]:
    return [effect for effect in effects if isinstance(effect, Send)]


class Desk:
    """A flow at window w1 whose views come from a fake hall, answered by hand."""

    def __init__(self, visitors: int = 2) -> None:
        self.hall = FakeHall()
        for _ in range(visitors):
            self.hall.take_ticket(TakeTicket(service="pension"))
        token = self.hall.login(CHIEF.user, CHIEF.password)
        self.hall.open_window("w1")
        self.state = State(stage=Stage.SIGN_IN, window="w1")
        self.effects: tuple[Effect, ...] = ()
        self.do(SignIn(CHIEF.user, CHIEF.password), SignedIn(token), ViewCame(self.view()))

    def view(self) -> WindowView:
        return self.hall.window("w1")

    def do(self, *inputs: Input) -> Desk:
        for happened in inputs:
            self.state, self.effects = step(self.state, happened)
        return self

    def call(self) -> Desk:
        return self.do(Press(Act.NEXT, "k1"), Accepted(self.hall.call_next("w1")), ViewCame(self.view()))

    def serve(self) -> Desk:
        return self.call().do(Press(Act.START, "k2"), Accepted(self.hall.start("w1")), ViewCame(self.view()))


def test_three_presses_serve_a_visitor() -> None:
    desk = Desk()
    asked = []
    desk.do(Press(Act.NEXT, "k1"))
    asked += sends(desk.effects)
    desk.do(Accepted(desk.hall.call_next("w1")), ViewCame(desk.view()), Press(Act.START, "k2"))
    asked += sends(desk.effects)
    desk.do(Accepted(desk.hall.start("w1")), ViewCame(desk.view()), Press(Act.FINISH, "k3"))
    asked += sends(desk.effects)
    assert [(send.command.act, send.command.key) for send in asked] == [
        (Act.NEXT, "k1"),
        (Act.START, "k2"),
        (Act.FINISH, "k3"),
    ]


def test_who_is_signed_out_at_the_window_by_the_hall_signs_in_again() -> None:
    desk = Desk()
    desk.hall.close_window("w1")
    desk.do(ViewCame(desk.view()))
    assert (desk.state.stage, desk.state.person, desk.state.window) == (Stage.SIGN_IN, None, "w1")
    assert desk.state.refused is not None
    assert (desk.state.refused.act, desk.state.refused.code) == (Act.SIGN_IN, "window_ended")
    assert desk.effects == (LogOut(),)
    token = desk.hall.login(CHIEF.user, CHIEF.password)
    desk.do(SignIn(CHIEF.user, CHIEF.password), SignedIn(token), ViewCame(desk.view()))
    assert (desk.state.stage, keys.why_not(desk.state, Act.OPEN)) == (Stage.WORK, None)


@pytest.mark.parametrize("answered", [True, False])
def test_who_closes_the_window_stays_signed_in(answered: bool) -> None:
    """Whether the fact or the answer comes first, and also when the answer never comes."""
    desk = Desk().do(Press(Act.CLOSE, "k"))
    closed = desk.hall.close_window("w1")
    if answered:
        desk.do(ViewCame(desk.view()), Accepted(closed), ViewCame(desk.view()))
    else:
        desk.do(NotAccepted(HallError("server_unreachable")), ViewCame(desk.view()))
    assert (desk.state.stage, desk.state.window_state) == (Stage.WORK, WindowState.CLOSED)
    assert desk.state.person is not None


def test_finishing_a_visitor_who_was_only_called_starts_and_finishes() -> None:
    desk = Desk().call().do(Press(Act.FINISH, "k"))
    assert [send.command.act for send in sends(desk.effects)] == [Act.START]
    desk.do(Accepted(desk.hall.start("w1")))
    (send,) = sends(desk.effects)
    assert send.command.act is Act.FINISH
    assert send.command.key != "k"
    desk.do(Accepted(desk.hall.finish("w1")))
    assert desk.state.pending is None
    assert desk.state.current is None


def test_the_second_press_of_a_double_press_does_nothing() -> None:
    desk = Desk().do(Press(Act.NEXT, "k1"))
    assert len(sends(desk.effects)) == 1
    desk.do(Press(Act.NEXT, "k2"))
    assert desk.effects == ()
    desk.do(Press(Act.FINISH, "k3"))
    assert desk.effects == ()


def test_a_press_whose_answer_was_lost_is_repeated_with_the_same_key() -> None:
    desk = Desk().do(Press(Act.NEXT, "k1"), NotAccepted(HallError("server_unreachable")))
    assert desk.state.refused is not None
    assert desk.state.link is Link.LOST
    desk.do(LinkChanged(Link.POLLED), Press(Act.NEXT, "k2"))
    (send,) = sends(desk.effects)
    assert send.command.key == "k1"


def test_another_intention_after_a_lost_answer_has_its_own_key() -> None:
    desk = Desk().do(Press(Act.NEXT, "k1"), NotAccepted(HallError("busy")), Press(Act.CLOSE, "k2"))
    (send,) = sends(desk.effects)
    assert send.command.key == "k2"


def test_once_the_truth_was_seen_a_press_is_a_new_intention() -> None:
    desk = Desk().do(Press(Act.NEXT, "k1"), NotAccepted(HallError("busy")), ViewCame(Desk().view()))
    desk.do(Press(Act.NEXT, "k2"))
    assert [send.command.key for send in sends(desk.effects)] == ["k2"]


def test_a_refusal_belongs_to_its_key_and_goes_with_the_next_act() -> None:
    desk = Desk().do(Press(Act.NEXT, "k1"), NotAccepted(HallError("window_busy", {"number": "A009"})))
    assert desk.state.refused is not None
    assert (desk.state.refused.act, desk.state.refused.code) == (Act.NEXT, "window_busy")
    assert dict(desk.state.refused.params) == {"number": "A009"}
    assert any(isinstance(effect, LoadView) for effect in desk.effects), "what was shown was out of date"
    desk.do(Press(Act.NEXT, "k2"))
    assert desk.state.refused is None


@pytest.mark.parametrize(
    ("situation", "act", "code"),
    [
        ("idle", Act.FINISH, "window_idle"),
        ("idle", Act.RECALL, "window_idle"),
        ("idle", Act.HOLD, "window_idle"),
        ("idle", Act.RESUME, "illegal_window_transition"),
        ("called", Act.NEXT, "window_busy"),
        ("called", Act.CALL_BACK, "window_busy"),
        ("called", Act.CLOSE, "window_busy"),
        ("serving", Act.RECALL, "illegal_transition"),
        ("serving", Act.NO_SHOW, "illegal_transition"),
        ("serving", Act.POSTPONE, "illegal_transition"),
        ("serving", Act.START, "illegal_transition"),
    ],
)
def test_what_is_known_to_be_refused_is_not_asked_and_says_why(situation: str, act: Act, code: str) -> None:
    desk = {"idle": Desk, "called": lambda: Desk().call(), "serving": lambda: Desk().serve()}[situation]()
    desk.do(Press(act, "k"))
    assert not sends(desk.effects)
    assert desk.state.refused is not None
    assert (desk.state.refused.act, desk.state.refused.code) == (act, code)


def test_recall_stops_where_the_hall_stops() -> None:
    desk = Desk().call()
    for _ in range(3):
        desk.do(Press(Act.RECALL, "k"), Accepted(desk.hall.recall("w1")))
    desk.do(Press(Act.RECALL, "k"))
    assert desk.state.refused is not None
    assert (desk.state.refused.code, dict(desk.state.refused.params)) == (
        "recall_limit",
        {"number": "A001", "calls": 4},
    )


def test_nobody_waiting_is_told_and_is_no_refusal() -> None:
    desk = Desk(visitors=0).do(Press(Act.NEXT, "k"), Accepted(None))
    assert desk.state.refused is None
    assert desk.state.done is not None
    assert desk.state.done.number == ""


def test_the_number_is_there_with_the_answer_before_the_lists_follow() -> None:
    desk = Desk().do(Press(Act.NEXT, "k"))
    desk.do(Accepted(desk.hall.call_next("w1")))
    assert desk.state.current is not None
    assert desk.state.current.number == "A001"
    assert desk.state.view is not None
    assert desk.state.view.current_service == "养老保险"
    assert {type(effect) for effect in desk.effects} == {LoadView, Explain}


def test_after_a_transfer_the_window_is_free_although_the_ticket_has_a_new_leg() -> None:
    desk = Desk().serve().do(OpenSheet(Act.TRANSFER))
    from contract.bodies import Transfer

    desk.do(Press(Act.TRANSFER, "k", Details(queue="tax")), Accepted(desk.hall.transfer("w1", Transfer(queue="tax"))))
    assert desk.state.current is None
    assert desk.state.sheet is None
    assert desk.state.done is not None
    assert desk.state.done.number == "A001"


def test_pick_needs_a_reason_before_anything_is_asked() -> None:
    desk = Desk()
    assert desk.state.view is not None
    ticket = desk.state.view.waiting[1].id
    desk.do(OpenSheet(Act.PICK, ticket), Press(Act.PICK, "k", Details(ticket=ticket, text="  ")))
    assert desk.state.refused is not None
    assert desk.state.refused.code == "reason_required"
    assert desk.state.sheet is Act.PICK
    desk.do(Press(Act.PICK, "k", Details(ticket=ticket, text="急事")))
    assert [send.command.what.text for send in sends(desk.effects)] == ["急事"]


def test_a_chooser_closes_when_what_it_is_about_is_over() -> None:
    desk = Desk().serve().do(OpenSheet(Act.TRANSFER))
    desk.hall.finish("w1")
    desk.do(ViewCame(desk.view()))
    assert desk.state.sheet is None


def test_who_came_from_the_mini_bar_goes_back_to_it() -> None:
    desk = Desk().do(Shrink(True))
    assert desk.state.mini
    desk.do(OpenSheet(Act.PAUSE))
    assert not desk.state.mini
    desk.do(CloseSheet())
    assert desk.state.mini


def test_offline_every_key_is_off_with_the_reason_and_comes_back() -> None:
    desk = Desk().do(ViewFailed(HallError("server_unreachable")))
    refusals = [keys.why_not(desk.state, act) for act in (*keys.SECONDARY, *keys.primary(desk.state))]
    assert {refused.code for refused in refusals if refused} == {"server_unreachable"}
    assert all(refusals)
    assert desk.state.view is not None, "the last known state stays readable"
    desk.do(ViewCame(desk.view()))
    assert desk.state.link is Link.POLLED
    assert keys.why_not(desk.state, Act.NEXT) is None


def test_a_lapsed_sign_in_asks_for_it_again_and_keeps_the_window() -> None:
    desk = Desk().do(Press(Act.NEXT, "k"), NotAccepted(HallError("unauthenticated")))
    assert (desk.state.stage, desk.state.window) == (Stage.SIGN_IN, "w1")
    assert desk.state.refused is not None
    assert desk.state.person is None


def test_the_password_is_in_no_state_and_no_representation() -> None:
    state, effects = step(State(), SignIn("wang", "very-secret"))
    assert "very-secret" not in repr(state)
    assert "very-secret" not in repr(effects)
    assert "very-secret" not in repr(SignIn("wang", "very-secret"))
    assert effects == (LogIn("wang", "very-secret"),)


def test_signing_in_needs_both_entries() -> None:
    state, effects = step(State(), SignIn("wang", ""))
    assert effects == ()
    assert state.refused is not None


def _choosing(user: str = CLERK.user) -> tuple[FakeHall, State]:
    hall = FakeHall()
    person = next(p for p in (CLERK, CHIEF) if p.user == user)
    state, effects = step(
        step(State(), SignIn(person.user, person.password))[0], SignedIn(hall.login(user, person.password))
    )
    assert any(isinstance(effect, LoadWindows) for effect in effects)
    state, _ = step(state, WindowsCame(hall.snapshot()))
    return hall, state


def test_choosing_a_window_opens_it() -> None:
    hall, state = _choosing()
    assert [window.label for window in state.windows] == ["1", "2", "3", "4"]
    state, effects = step(state, ChooseWindow("w3", "k"))
    assert [(send.window, send.command.act) for send in sends(effects)] == [("w3", Act.OPEN)]
    state, _ = step(state, Accepted(hall.open_window("w3")))
    assert (state.stage, state.window) == (Stage.WORK, "w3")


def test_a_window_left_open_by_the_same_clerk_is_taken_up_again() -> None:
    hall, state = _choosing()
    hall.open_window("w3")
    state, _ = step(state, ChooseWindow("w3", "k"))
    state, effects = step(state, NotAccepted(HallError("illegal_window_transition", {"state": "open"})))
    assert effects == (LoadView("w3", "zh-CN"),)
    state, _ = step(state, ViewCame(hall.window("w3")))
    assert (state.stage, state.refused) == (Stage.WORK, None)


def test_a_window_open_in_another_name_is_refused_with_that_name() -> None:
    hall, state = _choosing()
    hall.login(CHIEF.user, CHIEF.password)
    hall.open_window("w3")
    state, _ = step(state, ChooseWindow("w3", "k"))
    state, _ = step(state, NotAccepted(HallError("illegal_window_transition", {"state": "open"})))
    state, _ = step(state, ViewCame(hall.window("w3")))
    assert state.stage is Stage.CHOOSE
    assert state.refused is not None
    assert (state.refused.code, dict(state.refused.params)) == ("window_taken", {"staff": CHIEF.name})


def test_a_fixed_window_that_does_not_exist_lets_the_clerk_choose() -> None:
    hall = FakeHall()
    state, effects = step(State(fixed_window="w9"), SignedIn(hall.login(CLERK.user, CLERK.password)))
    assert LoadView("w9", "zh-CN") in effects
    state, effects = step(state, ViewFailed(HallError("unknown_window")))
    assert state.stage is Stage.CHOOSE
    assert state.refused is not None


def test_the_keys_of_each_window_state() -> None:
    desk = Desk()
    assert keys.primary(desk.state) == (Act.NEXT, Act.FINISH)
    assert keys.act_of_hotkey(desk.state, "F9") is Act.PAUSE
    desk.do(Press(Act.PAUSE, "k", Details(text="午休")), Accepted(desk.hall.pause_window("w1", "午休")))
    assert keys.primary(desk.state) == (Act.RESUME,)
    assert keys.act_of_hotkey(desk.state, "F1") is Act.RESUME
    assert keys.act_of_hotkey(desk.state, "F9") is Act.RESUME
    assert keys.why_not(desk.state, Act.NEXT) is not None
    desk.do(Press(Act.CLOSE, "k"), Accepted(desk.hall.close_window("w1")))
    assert keys.primary(desk.state) == (Act.OPEN,)


def test_news_of_another_window_is_not_shown() -> None:
    desk = Desk()
    desk.do(ViewCame(desk.hall.window("w2")))
    assert desk.state.view is not None
    assert desk.state.view.window.id == "w1"


def test_words_are_forgotten_only_while_they_are_the_words_shown() -> None:
    desk = Desk().do(Press(Act.FINISH, "k"))
    old = desk.state.refused
    assert old is not None
    desk.do(Press(Act.RECALL, "k"), Forget(old))
    assert desk.state.refused is not None
    desk.do(Forget(desk.state.refused))
    assert desk.state.refused is None


INPUTS: st.SearchStrategy[Input] = st.one_of(
    st.builds(
        Press, st.sampled_from(Act), st.just("key-of-a-press"), st.builds(Details, text=st.sampled_from(["", "x"]))
    ),
    st.builds(OpenSheet, st.sampled_from(Act)),
    st.just(CloseSheet()),
    st.builds(ShowShelf, st.sampled_from(Shelf)),
    st.builds(Shrink, st.booleans()),
    st.builds(Speak, st.sampled_from(["en", "zh-CN"])),
    st.just(SignOut()),
    st.builds(LinkChanged, st.sampled_from(Link)),
    st.just(LookAgain()),
    st.builds(lambda code: ViewFailed(HallError(code)), st.sampled_from(["server_unreachable", "internal"])),
    st.builds(
        lambda code: NotAccepted(HallError(code)), st.sampled_from(["server_unreachable", "busy", "window_busy"])
    ),
    st.just(Accepted(None)),
)


@given(st.lists(INPUTS, max_size=25))
def test_never_two_commands_under_way_and_nothing_breaks(inputs: list[Input]) -> None:
    desk = Desk().call()
    under_way = 0
    for happened in inputs:
        before = desk.state.pending
        if before is not None and isinstance(happened, (Accepted, NotAccepted)):
            under_way -= 1
        desk.do(happened)
        under_way += len(sends(desk.effects))
        assert under_way in (0, 1)
        assert (desk.state.pending is not None) == (under_way == 1)
        assert desk.state.sheet is None or not desk.state.mini


def test_a_state_is_a_value() -> None:
    desk = Desk()
    before = desk.state
    desk.do(Press(Act.NEXT, "k"))
    assert before.pending is None
    assert replace(before) == before
