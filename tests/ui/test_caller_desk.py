"""The caller at the service desk of a hall of two levels: one key sends on, another service is found by initials."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from contract.bodies import TicketState
from contract.client.sample import DESK_HALL
from tests.ui.caller_rig import CallerRig


@pytest.fixture
def rig(qapp: QApplication) -> Iterator[CallerRig]:
    """At the desk, with one visitor who came for an identity card."""
    rig = CallerRig(config=DESK_HALL)
    rig.visitors("id-card")
    rig.sit_down("w5")
    yield rig
    rig.close()
    qapp.processEvents()


def said(rig: CallerRig) -> str:
    return str(rig.shell.panel.work.callout.label.text())


def test_the_line_says_what_each_came_for(rig: CallerRig) -> None:
    (row,) = rig.shell.panel.work.shelves._model.rows
    assert row.note == "之后办理：身份证办理"


def test_one_key_sends_on_to_what_the_visitor_came_for(rig: CallerRig) -> None:
    rig.press("F1")
    rig.press("F3")
    assert rig.state.sheet is None
    assert said(rig) == "G001 号接着办理：身份证办理。"
    leg = rig.hall.find_ticket("G001")
    assert (leg.service, leg.queue, leg.state) == ("id-card", "police", TicketState.WAITING)


def test_what_the_visitor_came_for_is_on_top_and_enter_takes_it(rig: CallerRig) -> None:
    rig.press("F1")
    rig.press("F7")
    sheet = rig.shell.panel.work.transfer
    assert sheet.list.item(0).text() == "身份证办理 办事人要办"
    assert not sheet.comes_back.isEnabled(), "who is handed on does not come back"
    rig.type_key(Qt.Key.Key_Return)
    assert rig.hall.find_ticket("G001").service == "id-card"


def test_another_need_is_found_by_its_initials(rig: CallerRig) -> None:
    rig.press("F1")
    rig.press("F7")
    sheet = rig.shell.panel.work.transfer
    QTest.keyClicks(sheet.list.field, "hkqy")
    sheet.note.setText("材料已齐")
    rig.type_key(Qt.Key.Key_Return)
    assert said(rig) == "G001 号接着办理：户口迁移。"
    leg = rig.hall.find_ticket("G001")
    assert (leg.service, leg.note) == ("move", "材料已齐")
    assert [(stop.service, stop.reason) for stop in leg.stops if stop.reason] == [("id-card", "not_wanted")]


def test_a_window_of_the_desk_sends_back_for_a_moment_and_the_visitor_returns(rig: CallerRig) -> None:
    rig.press("F1")
    rig.press("F2")
    rig.press("F7")
    sheet = rig.shell.panel.work.transfer
    QTest.keyClicks(sheet.list.field, "B")
    assert sheet.comes_back.isEnabled()
    sheet.comes_back.click()
    rig.click(sheet.go)
    assert rig.hall.find_ticket("G001").returns_to == ("w5",)
