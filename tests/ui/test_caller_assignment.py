"""The caller at a window the server calls for: it says so while nobody is there."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QLabel

from caller.inputs import ViewCame
from tests.ui.caller_rig import CallerRig


def told(rig: CallerRig) -> str:
    """Every word on the panel."""
    return " ".join(label.text() for label in rig.shell.panel.findChildren(QLabel) if label.isVisible())


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "系统自动叫号"), ("en", "called automatically")])
def test_a_window_that_is_called_for_says_so(qapp: QApplication, language: str, words: str) -> None:
    rig = CallerRig(language=language)
    rig.sit_down()
    assert words not in told(rig)
    assert rig.state.view is not None
    rig.presenter.handle(ViewCame(rig.state.view.model_copy(update={"assignment": "automatic", "auto": True})))
    assert words in told(rig)


def test_a_window_that_the_hall_closed_asks_for_the_sign_in_again(qapp: QApplication) -> None:
    rig = CallerRig()
    rig.sit_down("w1")
    rig.hall.close_window("w1")
    rig.pass_time(1)
    page = rig.shell.panel.sign_in
    assert page.isVisible()
    assert "窗口已由系统或主管关闭，请重新登录。" in told(rig)
    assert not page.password.text()
    rig.sit_down("w1")
    assert not page.isVisible()
