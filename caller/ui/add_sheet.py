"""Which service to add to the visit, found by name or initials; Enter adds it, Esc leaves."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from caller import choices
from caller.choices import Choice
from caller.screen import Said
from caller.state import Act, Details, State
from caller.ui.callout import Callout
from caller.ui.choice_list import ChoiceList, Line
from caller.words import LABELS
from hallui.widgets import Key, Words
from i18n import Translator


class AddSheet(QWidget):
    """Emits `chosen(Details)` or `left`."""

    chosen = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("add-sheet")
        self._title = Words(role="heading")
        self.list = ChoiceList("add-list", self)
        self.callout = Callout(40, self)
        self.go, self.back = Key("", "add-go", "primary", self), Key("", "add-back", "", self)
        self.list.chosen.connect(self._choose)
        self.go.clicked.connect(self.list.choose_current)
        self.back.clicked.connect(self.left)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.back, 1)
        foot.addWidget(self.go, 2)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(6)
        inside.addWidget(self._title)
        inside.addWidget(self.list.field)
        inside.addWidget(self.list, 1)
        inside.addWidget(self.callout)
        inside.addLayout(foot)

    def open_now(self) -> None:
        self.list.field.clear()
        self.list.setCurrentRow(0)
        self.list.field.setFocus()

    def confirm(self) -> None:
        self.list.choose_current()

    def render_state(self, state: State, t: Translator, said: Said) -> None:
        number = state.current.number if state.current else ""
        self._title.setText(t("One more service for {number}", number=number))
        self.list.field.setPlaceholderText(t("Name or initials"))
        self.list.field.setAccessibleName(t("Name or initials"))
        self.list.setAccessibleName(self._title.text())
        self.go.say(t(LABELS[Act.ADD]) + "  Enter")
        self.back.say(t("Cancel") + "  Esc")
        self.list.offer([Line(one.name, one.detail, one, one.sought) for one in choices.service_choices(state, t)])
        self.callout.say(said if said.role == "bad" else Said(), self.go if said.act is Act.ADD else None)

    def _choose(self, choice: Choice) -> None:
        self.chosen.emit(Details(service=choice.service))
