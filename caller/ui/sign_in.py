"""Signing in, and choosing the window to sit down at."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QVBoxLayout, QWidget

from caller.choices import window_name
from caller.screen import Said
from caller.state import Act, State
from caller.ui.callout import Callout
from caller.ui.choice_list import ChoiceList, Line
from caller.words import LABELS
from contract.bodies import WindowState
from hallui.widgets import Key, Words
from i18n import Translator


class SignInPage(QWidget):
    """Emits `wanted(user, password)`; the password leaves the field as soon as it was sent."""

    wanted = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = Words(role="title")
        self._user_label, self._password_label = QLabel(self), QLabel(self)
        self.user, self.password = QLineEdit(self), QLineEdit(self)
        self.user.setObjectName("user")
        self.password.setObjectName("password")
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.user.setMaxLength(64)
        self.password.setMaxLength(256)
        self._user_label.setBuddy(self.user)
        self._password_label.setBuddy(self.password)
        self.go = Key("", "sign-in", "primary", self)
        self.callout = Callout(58, self)
        self.user.returnPressed.connect(self.password.setFocus)
        self.password.returnPressed.connect(self._want)
        self.go.clicked.connect(self._want)
        card = QFrame(self)
        card.setProperty("role", "card")
        form = QVBoxLayout(card)
        form.setContentsMargins(20, 20, 20, 20)
        form.setSpacing(6)
        for label, field in ((self._user_label, self.user), (self._password_label, self.password)):
            form.addWidget(label)
            form.addWidget(field)
            form.addSpacing(6)
        form.addWidget(self.go)
        form.addWidget(self.callout)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(16)
        inside.addStretch(2)
        inside.addWidget(self._title)
        inside.addWidget(card)
        inside.addStretch(3)

    def open_now(self) -> None:
        (self.password if self.user.text() else self.user).setFocus()

    def render_state(self, state: State, t: Translator, said: Said) -> None:
        self._title.setText(t("Sign in at the window"))
        self._user_label.setText(t("Name"))
        self._password_label.setText(t("Password"))
        self.user.setAccessibleName(t("Name"))
        self.password.setAccessibleName(t("Password"))
        self.go.say(t("Signing in …") if state.pending else t(LABELS[Act.SIGN_IN]))
        self.callout.setVisible(bool(said.text))
        self.callout.say(said, self.go)

    def _want(self) -> None:
        self.wanted.emit(self.user.text(), self.password.text())
        self.password.clear()


class ChoosePage(QWidget):
    """Emits `chosen(window id)` or `left` (sign out)."""

    chosen = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = Words(role="title")
        self.list = ChoiceList("windows", self)
        self.callout = Callout(44, self)
        self.go = Key("", "open-window", "primary", self)
        self.leave = Key("", "sign-out", "quiet", self)
        self.list.chosen.connect(self.chosen.emit)
        self.go.clicked.connect(self.list.choose_current)
        self.leave.clicked.connect(self.left)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(8)
        inside.addWidget(self._title)
        inside.addWidget(self.list.field)
        inside.addWidget(self.list, 1)
        inside.addWidget(self.callout)
        inside.addWidget(self.go)
        inside.addWidget(self.leave, 0, Qt.AlignmentFlag.AlignHCenter)

    def open_now(self) -> None:
        self.list.field.clear()
        self.list.field.setFocus()

    def render_state(self, state: State, t: Translator, said: Said) -> None:
        self._title.setText(t("Which window?"))
        self.list.field.setPlaceholderText(t("Number or name"))
        self.list.field.setAccessibleName(t("Number or name"))
        self.list.setAccessibleName(t("Which window?"))
        self.go.say(t(LABELS[Act.OPEN]) + "  Enter")
        self.leave.say(t("Sign out"))
        self.list.offer(
            [
                Line(
                    window_name(window, state, t),
                    "" if window.state is WindowState.CLOSED else t(window.state.value),
                    window.id,
                )
                for window in state.windows
            ]
        )
        self.callout.setVisible(bool(said.text))
        self.callout.say(said, self.go)
