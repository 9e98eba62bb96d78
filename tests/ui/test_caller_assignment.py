"""Who calls at a window: the caller says so plainly, and a clerk switches it where each window may choose."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication, QLabel

from caller.inputs import Shrink
from caller.state import Act, Refused, Stage
from caller.words import refusal_sentence
from contract.bodies import TicketState
from contract.config import Assignment, HallConfig
from i18n import Translator
from tests.ui.caller_rig import CallerRig, hall_that_calls

Make = Callable[..., CallerRig]


@pytest.fixture
def make(qapp: QApplication) -> Iterator[Make]:
    rigs: list[CallerRig] = []

    def build(config: HallConfig | None = None, language: str = "zh-CN") -> CallerRig:
        rigs.append(CallerRig(language=language, config=config or hall_that_calls(Assignment.MIXED)))
        return rigs[-1]

    yield build
    for rig in rigs:
        rig.close()
    qapp.processEvents()


def told(rig: CallerRig) -> str:
    """Every word on the panel, or on the bar."""
    return " ".join(label.text() for label in rig.shell.visible.findChildren(QLabel) if label.isVisible())


def here(rig: CallerRig) -> str:
    return rig.state.current.number if rig.state.current else ""


def test_where_staff_call_nothing_is_said_and_the_key_says_why(make: Make) -> None:
    rig = make(hall_that_calls(Assignment.MANUAL))
    rig.sit_down()
    assert not rig.shell.panel.work.strip.isVisible()
    rig.press("Shift+F1")
    assert refusal_sentence(Translator("zh-CN"), Refused(Act.AUTO, "assignment_fixed")) in told(rig)
    assert not rig.hall.window("w2").auto
    rig.press("F12")
    assert not rig.shell.bar.who_calls.isVisible()


@pytest.mark.parametrize(
    ("language", "by_hand", "counting", "busy", "paused"),
    [
        (
            "zh-CN",
            "手动叫号 请按 F1 叫号",
            "自动叫号 4 秒后叫号",
            "自动叫号 办结 5 秒后叫下一位",
            "自动叫号 暂停中，不叫号",
        ),
        (
            "en",
            "By hand You call with F1",
            "Automatic Next call in 4 seconds",
            "Automatic 5 seconds after this one",
            "Automatic Paused: nobody is called",
        ),
    ],
)
def test_one_key_lets_the_server_call(
    make: Make, language: str, by_hand: str, counting: str, busy: str, paused: str
) -> None:
    rig = make(language=language)
    rig.sit_down()
    assert by_hand in told(rig)
    rig.press("Shift+F1")
    rig.visitors("pension", "medical")
    rig.press("F9")
    rig.presenter.choose()
    assert paused in told(rig)
    rig.pass_time(60)
    assert here(rig) == "", "a pause stops the server"
    rig.press("F1")
    rig.pass_time(1)
    assert counting in told(rig)
    rig.pass_time(5)
    assert here(rig) == "A001"
    assert busy in told(rig)
    rig.pass_time(1)
    rig.press("F2")
    rig.press("F3")
    rig.pass_time(2)
    assert here(rig) == ""
    rig.press("Shift+F1")
    rig.pass_time(30)
    assert here(rig) == ""
    assert by_hand in told(rig)
    assert [request for request in rig.hall.commands if request.startswith("switch")] == [
        "switch auto w2",
        "switch by hand w2",
    ]


def test_f1_is_quicker_than_the_server(make: Make) -> None:
    rig = make()
    rig.sit_down()
    rig.press("Shift+F1")
    rig.pass_time(1)
    rig.press("F9")
    rig.presenter.choose()
    rig.visitors("pension")
    rig.press("F1")
    rig.pass_time(2)
    rig.press("F1")
    assert here(rig) == "A001"


def test_when_the_server_was_quicker_than_f1_nothing_was_refused(make: Make) -> None:
    rig = make()
    rig.sit_down()
    rig.press("Shift+F1")
    rig.pass_time(10)
    rig.shell.panel.work.primary[0].setFocus()
    rig.visitors("pension")
    assert here(rig) == "", "the news has not been looked at yet"
    rig.press("F1")
    assert rig.state.refused is None
    assert here(rig) == "A001"


def test_a_second_press_meant_for_the_visitor_before_does_not_finish_the_one_the_server_called(make: Make) -> None:
    rig = make(hall_that_calls(Assignment.MIXED, seconds=0))
    rig.sit_down()
    rig.visitors("pension", "medical")
    rig.press("Shift+F1")
    rig.pass_time(2)
    rig.press("F3", times=2)
    assert here(rig) == "A002"
    current = rig.state.current
    assert current is not None
    assert current.state is TicketState.CALLED
    rig.pass_time(2)
    rig.press("F3")
    assert rig.hall.find_ticket("A002").state is TicketState.FINISHED


def test_in_an_automatic_hall_there_is_nothing_to_switch(make: Make) -> None:
    rig = make(hall_that_calls(Assignment.AUTOMATIC), language="en")
    rig.sit_down()
    strip = rig.shell.panel.work.strip
    assert strip.isVisible()
    assert not strip.key.isVisible()
    assert "Whoever comes is called" in told(rig)
    assert "F1 calls at once, F9 stops the calls." in told(rig)
    rig.visitors("pension")
    rig.pass_time(6)
    assert here(rig) == "A001"


@pytest.mark.parametrize(("language", "auto", "hand"), [("zh-CN", "自动", "手动"), ("en", "Auto", "Manual")])
def test_the_bar_says_who_calls_and_when(make: Make, language: str, auto: str, hand: str) -> None:
    rig = make(language=language)
    rig.sit_down()
    rig.presenter.handle(Shrink(True))
    bar = rig.shell.bar
    assert bar.who_calls.text() == hand
    rig.press("Shift+F1")
    assert bar.who_calls.text() == auto
    assert bar.who_calls.fontMetrics().horizontalAdvance(bar.who_calls.text()) <= bar.who_calls.width()
    rig.visitors("pension")
    rig.pass_time(1)
    assert ("seconds" if language == "en" else "秒后叫号") in bar.time.text()
    rig.pass_time(5)
    assert here(rig) == "A001"
    assert rig.state.mini


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("seconds", [0, 1, 5])
@pytest.mark.parametrize("assignment", [Assignment.MIXED, Assignment.AUTOMATIC])
def test_no_word_about_it_is_cut(make: Make, language: str, seconds: int, assignment: Assignment) -> None:
    rig = make(hall_that_calls(assignment, seconds), language=language)
    rig.sit_down()
    strip = rig.shell.panel.work.strip
    if assignment is Assignment.MIXED:
        rig.press("Shift+F1")
    whole = [strip.what.text()]
    rig.visitors("pension")
    for key in ("F9", "", "F1", "F2"):
        if key:
            rig.press(key)
        if key == "F9":
            rig.presenter.choose()
        rig.pass_time(1.1)
        whole.append(strip.what.text())
        assert not strip.what.toolTip(), f"{strip.what.text()} does not fit"
    assert len(set(whole)) > 2
    for shown in strip.findChildren(QLabel):
        assert strip.rect().contains(shown.geometry())


def test_the_lowest_panel_has_room_for_it(make: Make) -> None:
    rig = make()
    rig.sit_down()
    rig.shell.panel.resize(420, 400)
    QApplication.processEvents()
    work = rig.shell.panel.work
    bottom = max(key.mapTo(work, key.rect().bottomLeft()).y() for key in work.shelves.keys if key.isVisible())
    assert bottom <= work.height()
    assert work.shelves.list.height() >= 40
    assert rig.key(Act.AUTO).isVisible()


def test_a_window_that_the_hall_closed_asks_for_the_sign_in_again(make: Make) -> None:
    rig = make()
    rig.sit_down("w1")
    rig.hall.close_window("w1")
    rig.pass_time(1)
    page = rig.shell.panel.sign_in
    assert page.isVisible()
    assert "窗口已由系统或主管关闭，请重新登录。" in told(rig)
    assert not page.password.text()
    rig.sit_down("w1")
    assert not page.isVisible()
    assert rig.state.stage is Stage.WORK
