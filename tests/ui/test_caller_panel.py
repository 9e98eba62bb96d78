"""The clerk's panel with real clicks and key presses over the fake hall."""

from __future__ import annotations

import importlib.util
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLabel, QLineEdit, QMessageBox, QWidget

from caller.inputs import ShowShelf
from caller.state import Act, Link, Shelf, Stage
from contract.bodies import TakeTicket, TicketState, WindowState
from contract.client.sample import CLERK
from hallui.bridge import Bridge
from hallui.work import Worker

_spec = importlib.util.spec_from_file_location("caller_rig", Path(__file__).with_name("caller_rig.py"))
assert _spec is not None
assert _spec.loader is not None
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
CallerRig = _module.CallerRig

Rig = Any
Make = Callable[..., Rig]


@pytest.fixture
def make(qapp: QApplication) -> Iterator[Make]:
    rigs: list[Rig] = []

    def build(**options: object) -> Rig:
        rigs.append(CallerRig(**options))
        return rigs[-1]

    yield build
    for rig in rigs:
        rig.close()
    qapp.processEvents()


@pytest.fixture
def rig(make: Make) -> Rig:
    """At window 2, open, with three visitors waiting."""
    made = make()
    made.visitors("pension", "medical", "invoices")
    made.sit_down("w2")
    return made


def said(rig: Rig) -> str:
    return str(rig.shell.panel.work.callout.label.text())


def number(rig: Rig) -> str:
    return str(rig.shell.panel.work.card.number.text())


# ------------------------------------------------------------------------------------------------ a visitor


def test_three_key_presses_serve_a_visitor(rig: Rig) -> None:
    rig.press("F1")
    assert number(rig) == "A001"
    rig.press("F2")
    assert rig.state.current.state is TicketState.SERVING
    rig.press("F3")
    assert rig.state.current is None
    assert said(rig) == "A001 号已办结。"


def test_the_mouse_does_the_same(rig: Rig) -> None:
    for act in (Act.NEXT, Act.START, Act.FINISH):
        rig.click(rig.key(act))
    assert rig.hall.find_ticket("A001").state is TicketState.FINISHED


def test_enter_presses_the_key_that_has_the_focus(rig: Rig) -> None:
    rig.key(Act.NEXT).setFocus()
    QTest.keyClick(rig.key(Act.NEXT), Qt.Key.Key_Return)
    assert number(rig) == "A001"


def test_after_a_call_the_focus_is_on_finish_and_never_on_pause(rig: Rig) -> None:
    rig.shell.panel.activateWindow()
    rig.click(rig.key(Act.NEXT))
    assert rig.shell.panel.focusWidget() is rig.key(Act.FINISH)
    rig.click(rig.key(Act.FINISH))
    assert rig.shell.panel.focusWidget() is rig.key(Act.NEXT)


def test_the_running_time_runs(rig: Rig) -> None:
    rig.press("F1")
    rig.pass_time(65)
    card = rig.shell.panel.work.card
    assert (card.timer_label.text(), card.timer.text()) == ("到位", "1:05")
    rig.press("F2")
    rig.pass_time(7)
    assert (card.timer_label.text(), card.timer.text()) == ("办理", "0:07")


def test_no_key_moves_when_a_visitor_comes_or_goes(rig: Rig) -> None:
    places = {key.act: key.geometry() for key in rig.shell.panel.work.secondary}
    rig.press("F1")
    rig.press("F1")
    rig.pass_time(1)
    assert {key.act: key.geometry() for key in rig.shell.panel.work.secondary} == places


def test_long_names_of_services_stay_inside_the_card(rig: Rig) -> None:
    rig.press("F1")
    name = "民办非企业单位（社会服务机构）成立、变更、注销登记及章程核准、印章式样与银行账号备案（含跨省通办）"
    view = rig.state.view.model_copy(update={"current_service": name})
    from caller.inputs import ViewCame

    rig.presenter.handle(ViewCame(view))
    card = rig.shell.panel.work.card
    label = card.service
    needed = label.heightForWidth(label.width())
    assert needed <= label.height()
    assert card.width() <= rig.shell.panel.width()


# ------------------------------------------------------------------------------------------------ refusals


def test_a_refusal_stands_beside_its_key_and_is_no_box(rig: Rig) -> None:
    rig.press("F1")
    rig.press("F1")
    assert said(rig) == "A001 号仍在本窗口，请先办结或转出。"
    key = rig.key(Act.NEXT)
    assert key.property("refused") is True
    callout = rig.shell.panel.work.callout
    distance = (
        callout.mapTo(rig.shell.panel, QPoint(0, 0)).y() - key.mapTo(rig.shell.panel, key.rect().bottomLeft()).y()
    )
    assert 0 <= distance <= 12
    assert not [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog | QMessageBox) and w.isVisible()]
    rig.press("F2")
    assert said(rig) != "A001 号仍在本窗口，请先办结或转出。"
    assert key.property("refused") is False


def test_a_refusal_of_the_server_is_shown_too(rig: Rig) -> None:
    rig.hall.login(CLERK.user, CLERK.password)
    rig.press("F1")
    assert said(rig) == "赵敏 已在本窗口登录。"


def test_a_key_that_is_off_says_why_on_hover_and_when_clicked(rig: Rig) -> None:
    key = rig.key(Act.FINISH)
    assert not key.isEnabled()
    assert key.toolTip() == "本窗口现在没有号票。"
    assert key.accessibleDescription() == key.toolTip()
    rig.click(key)
    assert said(rig) == "本窗口现在没有号票。"


def test_nobody_waiting_is_said_plainly(make: Make) -> None:
    rig = make()
    rig.sit_down("w2")
    rig.press("F1")
    assert said(rig) == "现在无人等候。"


# ------------------------------------------------------------------------------------------------ twice, late, offline


def test_a_double_press_calls_one_visitor(make: Make, bridge: Bridge, qtbot: Any) -> None:
    worker = Worker(bridge.post, "test-caller")
    rig = make(jobs=worker)
    rig.visitors("pension", "medical")
    try:
        rig.shell.show()
        page = rig.shell.panel.sign_in
        page.user.setText("zhao")
        page.password.setText("zhao-and-333")
        page.go.click()
        qtbot.waitUntil(lambda: bool(rig.state.windows))
        rig.presenter.sit_down("w2")
        qtbot.waitUntil(lambda: rig.state.stage is Stage.WORK and rig.state.pending is None)
        rig.hall.hold_answers()
        key = rig.key(Act.NEXT)
        QTest.mouseClick(key, Qt.MouseButton.LeftButton)
        QTest.mouseDClick(key, Qt.MouseButton.LeftButton)
        rig.press("F1", times=3)
        rig.hall.release_answers()
        qtbot.waitUntil(lambda: rig.state.current is not None)
        assert [command for command in rig.hall.commands if command.startswith("call_next")] == ["call_next w2"]
    finally:
        worker.close()


def test_offline_is_clear_and_passes(rig: Rig) -> None:
    rig.hall.go_offline()
    rig.press("F1")
    assert rig.state.link is Link.LOST
    keys = [*rig.shell.panel.work.primary, *rig.shell.panel.work.secondary]
    assert not any(key.isEnabled() for key in keys)
    assert {key.toolTip() for key in keys} == {"暂时连接不上排队服务器，请稍候。"}
    assert "离线" in rig.shell.panel.link.text()
    assert rig.shell.panel.work.shelves.list.model().rowCount() == 3
    rig.hall.come_back()
    rig.pass_time(5)
    assert rig.key(Act.NEXT).isEnabled()
    rig.press("F1")
    assert number(rig) == "A001"


def test_a_new_visitor_appears_by_itself(rig: Rig) -> None:
    rig.visitors("tax-return")
    rig.pass_time(1)
    assert rig.shell.panel.work.shelves.list.model().rowCount() == 4


# ------------------------------------------------------------------------------------------------ choosers


def test_transfer_by_keyboard_alone(rig: Rig) -> None:
    rig.press("F1")
    rig.press("F7")
    sheet = rig.shell.panel.work.transfer
    sheet.list.field.insert("户政")
    QTest.keyClick(sheet.list.field, Qt.Key.Key_Return)
    moved = rig.hall.find_ticket("A001")
    assert (moved.queue, moved.state) == ("police", TicketState.WAITING)
    assert said(rig) == "A001 号已转移。"


def test_transfer_to_a_window_with_a_note(rig: Rig) -> None:
    rig.press("F1")
    rig.click(rig.key(Act.TRANSFER))
    sheet = rig.shell.panel.work.transfer
    sheet.note.setText("材料在窗口")
    sheet.list.field.insert("1 号窗口")
    rig.click(sheet.go)
    assert [entry.note for entry in rig.hall.window("w1").waiting if entry.number == "A001"] == ["材料在窗口"]


def test_a_visitor_is_sent_on_and_comes_back(rig: Rig) -> None:
    rig.press("F1")
    rig.press("F7")
    sheet = rig.shell.panel.work.transfer
    assert not sheet.comes_back.isChecked(), "each transfer is asked anew"
    sheet.comes_back.setChecked(True)
    sheet.list.field.insert("户政")
    QTest.keyClick(sheet.list.field, Qt.Key.Key_Return)
    assert rig.hall.find_ticket("A001").returns_to == ("w2",)
    rig.press("F1")
    rig.press("F7")
    assert not sheet.comes_back.isChecked()


def test_escape_leaves_a_chooser_and_changes_nothing(rig: Rig) -> None:
    rig.press("F1")
    before = len(rig.hall.commands)
    rig.press("F7")
    assert rig.state.sheet is Act.TRANSFER
    rig.press("Escape")
    assert rig.state.sheet is None
    assert len(rig.hall.commands) == before


def test_another_key_while_a_chooser_is_open_still_works(rig: Rig) -> None:
    rig.press("F1")
    rig.press("F7")
    rig.press("F1")
    assert rig.shell.panel.work.transfer.callout.label.text() == "A001 号仍在本窗口，请先办结或转出。"
    rig.press("F3")
    assert rig.state.sheet is None
    assert rig.hall.find_ticket("A001").state is TicketState.FINISHED


def test_pause_with_a_reason_and_resume(rig: Rig) -> None:
    rig.press("F9")
    rig.click(rig.shell.panel.work.reasons[Act.PAUSE].presets[1])
    window = rig.hall.window("w2").window
    assert (window.state, window.pause_reason) == (WindowState.PAUSED, "午休")
    assert not rig.key(Act.PICK).isEnabled()
    rig.press("F9")
    assert rig.hall.window("w2").window.state is WindowState.OPEN


def test_pick_asks_for_a_reason_beside_the_key(rig: Rig) -> None:
    tickets = rig.shell.panel.work.shelves.list
    tickets.setCurrentIndex(tickets.model().index(2, 0))
    QTest.keyClick(tickets, Qt.Key.Key_Return)
    sheet = rig.shell.panel.work.reasons[Act.PICK]
    rig.click(sheet.go)
    assert sheet.callout.label.text() == "请填写原因。"
    QTest.keyClicks(sheet.field, "urgent")
    QTest.keyClick(sheet.field, Qt.Key.Key_Return)
    assert number(rig) == "B001"


def test_call_back_from_the_list_of_held(rig: Rig) -> None:
    rig.press("F1")
    rig.press("F6", times=2)
    rig.presenter.handle(ShowShelf(Shelf.HELD))
    rig.click(rig.key(Act.CALL_BACK))
    assert number(rig) == "A001"
    assert rig.state.current.state is TicketState.CALLED


def test_line_up_again_from_the_list_of_missed(rig: Rig) -> None:
    rig.press("F1")
    rig.press("F5")
    assert said(rig) == "A001 号未到，已列入过号列表。"
    rig.press("F11", times=3)
    assert rig.state.shelf is Shelf.MISSED
    rig.click(rig.key(Act.REQUEUE))
    assert [entry.number for entry in rig.hall.window("w2").waiting] == ["A002", "B001", "A001"]


def test_the_selected_row_stays_selected_while_the_list_moves(rig: Rig) -> None:
    shelves = rig.shell.panel.work.shelves
    shelves.list.setCurrentIndex(shelves.list.model().index(2, 0))
    chosen = shelves.selected
    rig.press("F1")
    rig.pass_time(1)
    assert shelves.selected == chosen


# ------------------------------------------------------------------------------------------------ mini bar


def test_the_mini_bar_serves_a_visitor(rig: Rig) -> None:
    rig.press("F12")
    bar = rig.shell.bar
    assert rig.shell.visible is bar
    assert bar.isVisible()
    assert not rig.shell.panel.isVisible()
    assert (bar.width(), bar.height()) == (420, 56)
    assert bar.windowFlags() & Qt.WindowType.WindowStaysOnTopHint
    rig.press("F1")
    assert bar.number.text() == "A001"
    rig.press("F2")
    rig.click(rig.key(Act.FINISH))
    assert rig.hall.find_ticket("A001").state is TicketState.FINISHED
    rig.press("F12")
    assert rig.shell.panel.isVisible()
    assert not bar.isVisible()


def test_a_refusal_in_the_bar_gives_the_number_back_after_a_while(rig: Rig) -> None:
    rig.press("F12")
    rig.press("F1")
    rig.press("F1")
    bar = rig.shell.bar
    assert bar.words.currentWidget() is bar.refusal
    assert "A001" in bar.refusal.text()
    rig.pass_time(30)
    assert bar.words.currentWidget() is not bar.refusal
    assert bar.number.text() == "A001"


def test_closing_the_bar_gives_the_panel_back(rig: Rig) -> None:
    rig.press("F12")
    rig.shell.bar.close()
    assert rig.shell.panel.isVisible()
    assert rig.ended == 0


def test_a_chooser_opens_the_panel_and_goes_back_to_the_bar(rig: Rig) -> None:
    rig.press("F12")
    rig.press("F1")
    rig.press("F7")
    assert rig.shell.panel.isVisible()
    rig.press("Escape")
    assert rig.shell.bar.isVisible()


# ------------------------------------------------------------------------------------------------ signing in


def test_signing_in_by_keyboard(make: Make) -> None:
    rig = make()
    rig.shell.show()
    page = rig.shell.panel.sign_in
    QTest.keyClicks(page.user, "zhao")
    QTest.keyClick(page.user, Qt.Key.Key_Return)
    QTest.keyClicks(page.password, "zhao-and-333")
    QTest.keyClick(page.password, Qt.Key.Key_Return)
    assert rig.state.stage is Stage.CHOOSE
    assert page.password.text() == ""
    choose = rig.shell.panel.choose
    QTest.keyClicks(choose.list.field, "3")
    QTest.keyClick(choose.list.field, Qt.Key.Key_Return)
    assert (rig.state.stage, rig.state.window) == (Stage.WORK, "w3")


def test_a_wrong_password_is_said_beside_the_key(make: Make) -> None:
    rig = make()
    rig.shell.show()
    page = rig.shell.panel.sign_in
    page.user.setText("zhao")
    page.password.setText("wrong")
    page.go.click()
    assert page.callout.label.text() == "用户名或密码不正确。"
    assert page.password.text() == ""
    assert page.password.echoMode() is QLineEdit.EchoMode.Password


def test_a_window_fixed_by_the_settings_needs_no_choice(make: Make) -> None:
    rig = make(window="w2")
    rig.sit_down("w2")
    assert rig.hall.window("w2").window.state is WindowState.OPEN
    rig.press("F10")
    assert rig.state.window_state is WindowState.CLOSED
    assert not rig.shell.panel.work.change.isVisible()
    rig.click(rig.shell.panel.work.leave)
    assert rig.state.stage is Stage.SIGN_IN


def test_another_window_after_closing_this_one(rig: Rig) -> None:
    rig.press("F10")
    rig.click(rig.shell.panel.work.change)
    assert rig.state.stage is Stage.CHOOSE
    rig.presenter.sit_down("w1")
    assert rig.state.window == "w1"


def test_a_window_that_a_colleague_has_open_says_so_and_can_be_left(make: Make) -> None:
    rig = make(window="w2")
    rig.hall.login(CLERK.user, CLERK.password)
    rig.hall.open_window("w2")
    rig.shell.show()
    page = rig.shell.panel.sign_in
    page.user.setText("zhao")
    page.password.setText("zhao-and-333")
    page.go.click()
    assert not rig.key(Act.NEXT).isEnabled()
    assert rig.key(Act.NEXT).toolTip() == f"{CLERK.name} 已在本窗口登录。"
    rig.click(rig.shell.panel.work.leave)
    assert rig.state.stage is Stage.SIGN_IN


# ------------------------------------------------------------------------------------------------ words and eyes


def test_the_language_changes_everywhere_at_once(rig: Rig) -> None:
    rig.press("F1")
    rig.click(rig.shell.panel.language)
    assert rig.key(Act.FINISH).accessibleName() == "Finish F3"
    assert rig.shell.panel.work.card.service.text() == "Pension insurance"
    shown = [label.text() for label in rig.shell.panel.work.findChildren(QLabel) if label.isVisible()]
    chinese = [text for text in shown if any("\u4e00" <= character <= "\u9fff" for character in text)]
    assert chinese == []


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_everything_that_can_be_pressed_has_a_name(make: Make, language: str) -> None:
    rig = make(language=language)
    rig.visitors("pension")
    rig.sit_down("w2")
    rig.press("F1")
    nameless = [
        widget.objectName()
        for widget in rig.shell.panel.findChildren(QAbstractButton)
        if widget.isVisible() and not widget.accessibleName() and not widget.text()
    ]
    assert nameless == []


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_nothing_is_wider_than_the_panel(make: Make, language: str) -> None:
    rig = make(language=language)
    rig.visitors("pension", "social-card")
    rig.sit_down("w2")
    for key in ("F1", "F1", "F2", "F7", "Escape", "F6", "F9"):
        rig.press(key)
        panel = rig.shell.panel
        assert panel.width() == 420
        inside = [widget for widget in panel.findChildren(QWidget) if widget.isVisible() and widget.width() > 0]
        for widget in inside:
            if widget.parentWidget() is panel.work:
                assert widget.geometry().right() <= panel.work.width()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_low_screen_still_has_whole_keys(make: Make, language: str) -> None:
    rig = make(language=language)
    rig.shell.panel.resize(420, 530)
    rig.visitors("pension", "medical")
    rig.sit_down("w2")
    for keys in ((), ("F1",), ("F7",), ("Escape", "F9")):
        for key in keys:
            rig.press(key)
        work = rig.shell.panel.work
        assert rig.shell.panel.height() == 530
        assert all(key.height() >= 40 for key in work.primary if key.isVisible())
        assert all(key.height() >= 36 for key in work.secondary if key.isVisible())


@pytest.mark.parametrize("seed", [1, 2])
def test_hundreds_of_random_presses_do_no_harm(make: Make, seed: int) -> None:
    """Whatever is pressed in whatever order: never two visitors at once, no word of Qt, no exception."""
    chance = random.Random(seed)
    rig = make()
    rig.visitors(*["pension", "invoices", "trial"] * 2)
    rig.sit_down("w2")
    for _ in range(250):
        match chance.randrange(8):
            case 0:
                rig.visitors("medical")
            case 1:
                rig.pass_time(chance.choice([0.1, 1, 40]))
            case 2:
                shown = [key for key in rig.shell.visible.findChildren(QAbstractButton) if key.isVisible()]
                rig.click(chance.choice(shown)) if shown else None
            case _:
                rig.press(f"F{chance.randint(1, 12)}")
        if rig.state.stage is not Stage.WORK or rig.state.window_state is WindowState.CLOSED:
            rig.close()
            rig = make()
            rig.sit_down("w2")
    commands = rig.hall.events(0, 5000)
    assert [event.sequence for event in commands.events] == list(range(1, commands.last + 1))


def test_a_picture_of_it_is_not_empty(rig: Rig, picture: Callable[[QWidget, str], Path]) -> None:
    rig.press("F1")
    image = QImage(str(picture(rig.shell.panel, "caller-panel")))
    colours = {image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}
    assert len(colours) > 20


def test_closing_the_panel_ends_the_app(rig: Rig) -> None:
    rig.shell.panel.close()
    assert rig.ended == 1


def test_the_card_says_how_many_came_and_where_they_go_from_here(make: Make) -> None:
    rig = make()
    rig.hall.take_ticket(TakeTicket(service="pension", services=("id-card", "move"), party=4))
    rig.sit_down("w2")
    rig.press("F1")
    rig.press("F2")
    card = rig.shell.panel.work.card
    assert card._more.startswith("4 人")
    assert card.stops.isVisible()
    assert card.stops.text == "之后办理：身份证办理 / 户口迁移"
    rig.press("F3", times=2)
    rig.pass_time(2)
    assert rig.state.current is None


def test_a_visitor_whose_next_service_is_done_here_stays_at_the_window(make: Make) -> None:
    rig = make()
    rig.hall.take_ticket(TakeTicket(service="pension", services=("invoices",)))
    rig.sit_down("w2")
    rig.press("F1")
    rig.press("F2")
    rig.press("F3", times=2)
    rig.pass_time(2)
    current = rig.state.current
    assert current is not None
    assert (current.number, current.service, current.state.value) == ("A001", "invoices", "serving")
    assert rig.shell.panel.work.card.timer.text() == "0:02", "served on without a call"
    rig.press("F3")
    rig.pass_time(2)
    assert rig.state.current is None
