"""Visits of several services and holds with a time at the window, with real keys and clicks."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from caller.state import Act, Shelf
from contract.bodies import TicketState
from tests.ui.caller_rig import CallerRig

Make = Callable[..., CallerRig]


@pytest.fixture
def make(qapp: QApplication) -> Iterator[Make]:
    rigs: list[CallerRig] = []

    def build(language: str = "zh-CN", window: str = "w2") -> CallerRig:
        rigs.append(CallerRig(language=language))
        rigs[-1].shell.show()
        return rigs[-1]

    yield build
    for rig in rigs:
        rig.close()
    qapp.processEvents()


@pytest.fixture
def rig(make: Make) -> CallerRig:
    return make()


def serve(rig: CallerRig, service: str, *services: str) -> None:
    """At window 2, which serves social insurance and tax, with one visitor being served."""
    rig.visitor(service, *services)
    rig.sit_down("w2")
    rig.press("F1")
    rig.press("F2")


def said(rig: CallerRig) -> str:
    return str(rig.shell.panel.work.callout.label.text())


def stops(rig: CallerRig) -> list[str]:
    return [f"{stop.service} {stop.state}" for stop in rig.state.stops]


def listed(rig: CallerRig) -> list[tuple[str, str]]:
    model = rig.shell.panel.work.shelves._model
    return [(row.service, row.time) for row in model.rows]


# ------------------------------------------------------------------------------------------------- finishing


def test_a_visitor_of_one_service_is_finished_by_one_key(rig: CallerRig) -> None:
    serve(rig, "pension")
    rig.press("F3")
    assert rig.hall.find_ticket("A001").state is TicketState.FINISHED
    assert said(rig) == "A001 号已办结。"


def test_with_several_the_same_key_twice_goes_on_to_the_next(rig: CallerRig) -> None:
    serve(rig, "pension", "id-card")
    card = rig.shell.panel.work.card
    assert card.stops.isVisible()
    assert card.stops.text == "之后办理：身份证办理"
    rig.press("F3")
    sheet = rig.shell.panel.work.finish
    assert sheet.isVisible()
    assert sheet._onward.text() == "之后办理：身份证办理"
    rig.press("F3")
    assert not sheet.isVisible()
    assert said(rig) == "A001 号接着办理：身份证办理。"
    assert rig.hall.find_ticket("A001").queue == "police"


def test_what_was_handled_along_is_ticked_by_its_digit(rig: CallerRig) -> None:
    serve(rig, "pension", "id-card", "invoices")
    rig.press("F3")
    sheet = rig.shell.panel.work.finish
    assert [sheet.items.item(row).text() for row in range(2)] == ["1  身份证办理", "2  发票领用 · 本窗口可办"]
    rig.type_key(Qt.Key.Key_1)
    assert sheet._onward.text() == "之后办理：发票领用"
    rig.type_key(Qt.Key.Key_2)
    assert sheet._onward.text() == "本次办事到此结束。"
    rig.type_key(Qt.Key.Key_2)
    rig.type_key(Qt.Key.Key_Return)
    assert stops(rig) == ["pension done", "id-card done", "invoices now"]
    assert rig.state.current is not None
    assert rig.state.current.service == "invoices", "this window serves it too"


def test_the_mouse_ticks_too(rig: CallerRig) -> None:
    serve(rig, "pension", "id-card")
    rig.click(rig.key(Act.FINISH))
    sheet = rig.shell.panel.work.finish
    sheet.items.item(0).setCheckState(Qt.CheckState.Checked)
    rig.click(sheet.go)
    assert rig.hall.find_ticket("A001").state is TicketState.FINISHED


def test_the_visitor_leaves(rig: CallerRig) -> None:
    serve(rig, "pension", "id-card")
    rig.press("F3")
    rig.type_key(Qt.Key.Key_9)
    sheet = rig.shell.panel.work.finish
    assert sheet.leaves.isChecked()
    assert sheet._onward.text() == "本次办事到此结束。"
    rig.press("F3")
    done = rig.hall.find_ticket("A001")
    assert [(stop.state.value, stop.reason) for stop in done.stops] == [("done", ""), ("dropped", "left")]


def test_what_could_not_be_done_is_said_also_of_one_service(rig: CallerRig) -> None:
    serve(rig, "pension")
    rig.press("Shift+F3")
    sheet = rig.shell.panel.work.finish
    assert sheet.isVisible()
    assert not sheet.leaves.isVisible()
    rig.type_key(Qt.Key.Key_8)
    rig.press("F3")
    assert rig.hall.commands[-1] == "finish w2 not_done"


def test_escape_finishes_nobody_and_a_fresh_sheet_has_no_ticks(rig: CallerRig) -> None:
    serve(rig, "pension", "id-card")
    rig.press("F3")
    rig.type_key(Qt.Key.Key_1)
    rig.type_key(Qt.Key.Key_Escape)
    assert rig.state.sheet is None
    assert rig.state.current is not None
    rig.press("F3")
    assert rig.shell.panel.work.finish._ticked() == ()


def test_who_was_only_called_is_started_and_finished_with_what_was_ticked(rig: CallerRig) -> None:
    rig.visitor("pension", "id-card")
    rig.sit_down("w2")
    rig.press("F1")
    rig.press("F3")
    rig.type_key(Qt.Key.Key_1)
    rig.press("F3")
    assert [stop.state.value for stop in rig.hall.find_ticket("A001").stops] == ["done", "done"]


def test_from_the_bar_the_question_opens_the_panel_and_goes_back(rig: CallerRig) -> None:
    serve(rig, "pension", "id-card")
    rig.press("F12")
    rig.press("F3")
    assert rig.shell.visible is rig.shell.panel
    rig.press("F3")
    assert rig.shell.visible is rig.shell.bar


# ------------------------------------------------------------------------------------------- more and less to do


def test_a_service_is_added_by_its_initials_and_dropped_again(rig: CallerRig) -> None:
    serve(rig, "pension")
    rig.press("Shift+F11")
    assert rig.state.shelf is Shelf.VISIT
    assert listed(rig) == [("养老保险", "当前")]
    rig.type_key(Qt.Key.Key_Insert)
    sheet = rig.shell.panel.work.add
    QTest.keyClicks(sheet.list.field, "sfz")
    rig.type_key(Qt.Key.Key_Return)
    assert listed(rig) == [("养老保险", "当前"), ("身份证办理", "待办")]
    assert rig.shell.panel.work.shelves.callout.label.text() == "已增加事项：身份证办理。"
    shelf = rig.shell.panel.work.shelves
    shelf.list.setCurrentIndex(shelf._model.index(1))
    shelf.list.setFocus()
    rig.type_key(Qt.Key.Key_Delete)
    assert listed(rig) == [("养老保险", "当前"), ("身份证办理", "已取消")]
    assert shelf.callout.label.text() == "已取消事项：身份证办理。"
    assert not rig.key(Act.DROP).isEnabled()


def test_the_service_being_done_is_not_dropped(rig: CallerRig) -> None:
    serve(rig, "pension", "id-card")
    rig.press("Shift+F11")
    shelf = rig.shell.panel.work.shelves
    shelf.list.setCurrentIndex(shelf._model.index(0))
    rig.click(rig.key(Act.DROP))
    assert rig.state.refused is not None
    assert rig.state.refused.act is Act.DROP
    assert shelf.callout.label.text()
    assert stops(rig) == ["pension now", "id-card open"]


def test_what_is_on_the_visit_is_not_offered_and_a_closed_one_is_refused_with_its_reason(rig: CallerRig) -> None:
    serve(rig, "pension", "id-card")
    rig.press("Shift+F11")
    rig.click(rig.key(Act.ADD))
    sheet = rig.shell.panel.work.add
    names = [sheet.list.item(row).text().split(" ")[0] for row in range(sheet.list.count())]
    assert "养老保险" not in names
    assert "身份证办理" not in names
    QTest.keyClicks(sheet.list.field, "gongzheng")
    rig.type_key(Qt.Key.Key_Return)
    assert sheet.isVisible()
    assert sheet.callout.label.text()


# ------------------------------------------------------------------------------------------------------- hand on


def test_a_visitor_is_handed_on_to_a_service_by_its_initials(rig: CallerRig) -> None:
    serve(rig, "pension")
    rig.press("F7")
    sheet = rig.shell.panel.work.transfer
    QTest.keyClicks(sheet.list.field, "hkqy")
    rig.type_key(Qt.Key.Key_Return)
    leg = rig.hall.find_ticket("A001")
    assert (leg.service, leg.queue, leg.state) == ("move", "police", TicketState.WAITING)
    assert said(rig).startswith("A001 号")


# ---------------------------------------------------------------------------------------------------------- hold


def hold(rig: CallerRig) -> None:
    serve(rig, "pension")
    rig.press("F6")


@pytest.mark.parametrize(
    ("key", "minutes"), [(Qt.Key.Key_1, 5), (Qt.Key.Key_2, 10), (Qt.Key.Key_3, 15), (Qt.Key.Key_4, 30)]
)
def test_two_keys_hold_for_some_minutes(rig: CallerRig, key: Qt.Key, minutes: int) -> None:
    hold(rig)
    assert rig.shell.panel.work.hold.isVisible()
    rig.type_key(key)
    held = rig.hall.find_ticket("A001")
    assert held.not_before is not None
    assert (held.not_before - rig.scheduler.now()).total_seconds() == minutes * 60
    assert said(rig) == f"A001 号已挂起 {minutes} 分钟。"


@pytest.mark.parametrize("again", ["F6", "Enter"])
def test_the_same_key_twice_holds_until_called_back(rig: CallerRig, again: str) -> None:
    hold(rig)
    if again == "F6":
        rig.press("F6")
    else:
        rig.type_key(Qt.Key.Key_Return)
    held = rig.hall.find_ticket("A001")
    assert (held.state, held.not_before) == (TicketState.HELD, None)
    assert said(rig) == "A001 号已挂起。"


def test_a_note_with_digits_is_a_note(rig: CallerRig) -> None:
    hold(rig)
    sheet = rig.shell.panel.work.hold
    sheet.note.setFocus()
    QTest.keyClicks(sheet.note, "3 copies")
    rig.click(sheet.minutes[1])
    held = rig.hall.find_ticket("A001")
    assert (held.note, held.not_before is not None) == ("3 copies", True)


def test_the_list_says_when_each_is_due_and_points_out_who_is(rig: CallerRig) -> None:
    hold(rig)
    rig.press("F6")
    rig.visitors("medical")
    rig.press("F1")
    rig.press("F6")
    rig.type_key(Qt.Key.Key_1)
    work = rig.shell.panel.work
    rig.click(work.shelves._tabs[Shelf.HELD])
    assert listed(rig) == [("医疗保险", "5 分钟后到时间"), ("养老保险", "等待回呼")]
    rig.pass_time(255)
    assert listed(rig)[0] == ("医疗保险", "1 分钟后到时间")
    rig.pass_time(47)
    assert listed(rig)[0] == ("医疗保险", "已到时间")
    assert work.shelves._model.rows[0].role == "due"
    assert "●" in work.shelves._tabs[Shelf.HELD].text()
    assert "1 位挂起的办事人已到时间。" in said(rig)
    work.shelves.list.setFocus()
    work.shelves.list.setCurrentIndex(work.shelves._model.index(0))
    rig.type_key(Qt.Key.Key_Return)
    assert rig.state.current is not None
    assert rig.state.current.number == "A002"


def test_who_is_due_is_called_by_call_next_too(rig: CallerRig) -> None:
    hold(rig)
    rig.type_key(Qt.Key.Key_1)
    rig.press("F1")
    assert rig.state.current is None
    rig.pass_time(301)
    rig.press("F1")
    assert rig.state.current is not None
    assert rig.state.current.number == "A001"


def test_the_second_act_of_a_list_has_a_key(rig: CallerRig) -> None:
    hold(rig)
    rig.press("F6")
    work = rig.shell.panel.work
    rig.click(work.shelves._tabs[Shelf.HELD])
    work.shelves.list.setFocus()
    rig.type_key(Qt.Key.Key_Return, shift=True)
    assert rig.hall.find_ticket("A001").state is TicketState.WAITING


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("height", [520, 600, 700, 780])
def test_nothing_lies_over_something_else(make: Make, language: str, height: int) -> None:
    rig = make(language=language)
    rig.shell.panel.resize(420, height)
    serve(rig, "pension", "id-card", "invoices", "social-card", "tax-return")
    for key in ("F3", "F6", "F7"):
        rig.press(key)
        QApplication.processEvents()
        sheet = rig.shell.panel.work.stack.currentWidget()
        assert sheet is not None
        shown = [sheet.layout().itemAt(n) for n in range(sheet.layout().count())]
        boxes = [item.geometry() for item in shown if not item.isEmpty() and item.geometry().height() > 0]
        for above, below in itertools.pairwise(boxes):
            assert above.bottom() < below.top() + 1, f"{key}: {above} reaches into {below}"
        assert boxes[-1].bottom() <= sheet.height(), key
        rig.type_key(Qt.Key.Key_Escape)
