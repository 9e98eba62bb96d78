"""The rehearsal door: acts go through the presenter, answers tell what a clerk would have seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from caller.presenter import CallerPresenter
from caller.rehearsal import Rehearsal
from contract.bodies import TakeTicket, TicketState, WindowState
from contract.client.fake import FakeHall
from contract.client.sample import CHIEF, CLERK
from hallui.scheduler import ManualScheduler
from hallui.work import InlineJobs


class Stage:
    def __init__(self, window: str = "") -> None:
        self.clock = ManualScheduler()
        self.hall = FakeHall(now=self.clock.now)
        self.presenter = CallerPresenter(self.hall, InlineJobs(), self.clock, window=window)
        self.pictures: list[Path] = []
        self.left = 0
        self.rehearsal = Rehearsal(self.presenter, screenshot=self.pictures.append, leave=self._leave)
        self.acts = self.rehearsal.acts()

    def _leave(self) -> None:
        self.left += 1

    def act(self, name: str, **arguments: object) -> Mapping[str, object]:
        answers: list[Mapping[str, object]] = []
        self.acts[name]({"act": name, **arguments}, answers.append)
        assert len(answers) == 1, "an act is answered exactly once"
        return answers[0]

    def sit_down(self, window: str = "w1") -> None:
        assert self.act("sign_in", user=CHIEF.user, password=CHIEF.password)["ok"]
        assert self.act("open", window=window)["ok"]

    def take(self, *services: str) -> None:
        for service in services:
            self.hall.take_ticket(TakeTicket(service=service))


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.presenter.close()


def test_a_visitor_from_sign_in_to_finish(stage: Stage) -> None:
    stage.take("pension")
    stage.sit_down()
    called = stage.act("next")
    assert (called["ok"], called["number"]) == (True, "A001")
    assert called["ticket_id"] == stage.hall.find_ticket("A001").id
    assert stage.act("recall")["ok"]
    assert stage.act("start")["ok"]
    assert stage.act("finish", outcome="materials_missing") == {"ok": True, "number": "A001"}
    assert stage.hall.events(0).events[-1].data["outcome"] == "materials_missing"


def test_nobody_waiting_is_an_answer_without_a_number(stage: Stage) -> None:
    stage.sit_down()
    assert stage.act("next") == {"ok": True, "number": None}


def test_a_refusal_is_answered_with_its_code(stage: Stage) -> None:
    stage.sit_down()
    refused = stage.act("start")
    assert (refused["ok"], refused["code"]) == (False, "window_idle")
    assert stage.act("sign_in", user="x", password="y")["ok"], "signed in already: nothing to do"


def test_a_wrong_password_is_a_refusal(stage: Stage) -> None:
    assert stage.act("sign_in", user=CLERK.user, password="wrong") == {"ok": False, "code": "wrong_credentials"}


def test_tickets_are_named_by_their_number(stage: Stage) -> None:
    stage.take("pension", "medical", "pension")
    stage.sit_down()
    assert stage.act("pick", number="A003", reason="急事")["number"] == "A003"
    assert stage.act("hold", reason="取材料")["ok"]
    assert stage.act("call_back", number="A003")["number"] == "A003"
    assert stage.act("transfer", queue="tax", note="先交税")["ok"]
    assert stage.hall.find_ticket("A003").queue == "tax"
    assert stage.act("next")["number"] == "A001"
    assert stage.act("no_show")["ok"]
    assert stage.act("requeue", number="A001")["ok"]
    assert stage.hall.find_ticket("A001").state is TicketState.WAITING
    assert stage.act("call_back", number="Z999") == {"ok": False, "code": "unknown_ticket"}


def test_pause_resume_close(stage: Stage) -> None:
    stage.sit_down()
    assert stage.act("pause", reason="午休")["ok"]
    assert stage.hall.window("w1").window.state is WindowState.PAUSED
    assert stage.act("resume")["ok"]
    assert stage.act("close")["ok"]
    assert stage.act("open")["ok"], "the same window again"


def test_open_at_a_window_that_is_open_already_is_fine() -> None:
    stage = Stage(window="w1")
    stage.sit_down()
    assert stage.act("open", window="w1")["ok"]
    stage.presenter.close()


def test_the_state_tells_what_is_on_the_screen(stage: Stage) -> None:
    stage.take("pension", "medical")
    stage.sit_down()
    stage.act("next")
    state = stage.act("state")
    assert {name: state[name] for name in ("stage", "number", "ticket_state", "waiting", "window")} == {
        "stage": "work",
        "number": "A001",
        "ticket_state": "called",
        "waiting": 1,
        "window": "w1",
    }


def test_picture_language_bar_and_end(stage: Stage, tmp_path: Path) -> None:
    stage.sit_down()
    assert stage.act("screenshot", path=str(tmp_path / "x.png"))["ok"]
    assert stage.pictures == [tmp_path / "x.png"]
    stage.act("mini", on=True)
    assert stage.presenter.state.mini
    stage.act("mini", on=False)
    assert not stage.presenter.state.mini
    stage.act("language", to="en")
    assert stage.presenter.state.language == "en"
    stage.act("quit")
    assert stage.left == 1


def test_offline_is_answered_not_waited_for(stage: Stage) -> None:
    stage.take("pension")
    stage.sit_down()
    stage.hall.go_offline()
    assert stage.act("next") == {"ok": False, "code": "server_unreachable"}
