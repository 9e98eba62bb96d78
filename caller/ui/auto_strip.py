"""One line that says who calls at this window, with the key that changes it where each window may choose."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from caller import screen
from caller.calls import calling
from caller.state import Act, State
from caller.ui.act_key import ActKey
from caller.ui.elided import ElidedLabel
from hallui.widgets import repolish
from i18n import Translator

HEIGHT = 32
_KEY_WIDTH = 128


class AutoStrip(QFrame):
    """Emits `wanted(Act)`; is not there in a hall where staff call everywhere."""

    wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("auto-strip")
        self.setFixedHeight(HEIGHT)
        self.word, self.what = QLabel(self), ElidedLabel("small", "auto-what", self)
        self.word.setObjectName("auto-word")
        self.key = ActKey(Act.AUTO, wide=True, height=HEIGHT - 6, size=13, parent=self)
        self.key.wanted.connect(self.wanted)
        inside = QHBoxLayout(self)
        inside.setContentsMargins(10, 0, 3, 0)
        inside.setSpacing(8)
        inside.addWidget(self.word)
        inside.addWidget(self.what, 1)
        inside.addWidget(self.key)

    def render_state(self, state: State, t: Translator, now: datetime, *, refused: bool) -> None:
        who = calling(state, t, now)
        self.setVisible(who is not None)
        if who is None:
            return
        self.word.setText(who.word)
        self.what.say(who.what)
        if self.property("auto") != who.auto:
            self.setProperty("auto", who.auto)
            repolish(self)
        (face,) = screen.faces(state, t, (Act.AUTO,))
        self.key.setVisible(who.may_switch)
        self.key.setFixedWidth(_KEY_WIDTH)
        self.key.show_face(replace(face, label=t("By hand") if who.auto else t("Automatic")), refused=refused)

    def tick(self, state: State, t: Translator, now: datetime) -> None:
        """Seconds run down."""
        who = calling(state, t, now)
        if who is not None:
            self.what.say(who.what)
