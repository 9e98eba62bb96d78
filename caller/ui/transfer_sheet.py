"""Where to send the visitor: a queue, a window or a service, found by name or initials; Esc leaves."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from caller import choices
from caller.choices import Choice
from caller.screen import Said
from caller.state import Act, Details, State
from caller.ui.callout import Callout
from caller.ui.choice_list import ChoiceList, Line
from caller.words import LABELS
from hallui.widgets import Key, Words
from i18n import Translator


class TransferSheet(QWidget):
    """Emits `chosen(Details)` or `left`."""

    chosen = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("transfer")
        self._title = Words(role="heading")
        self.list = ChoiceList("transfer-list", self)
        self.note = QLineEdit(self)
        self.note.setObjectName("transfer-note")
        self.note.setMaxLength(200)
        self.comes_back = QCheckBox(self)
        self.comes_back.setObjectName("transfer-comes-back")
        self.callout = Callout(40, self)
        self.go, self.back = Key("", "transfer-go", "primary", self), Key("", "transfer-back", "", self)
        self.list.chosen.connect(self._choose)
        self.list.currentItemChanged.connect(lambda *_: self._allow_return())
        self.go.clicked.connect(self.list.choose_current)
        self.back.clicked.connect(self.left)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.back, 1)
        foot.addWidget(self.go, 2)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(6)
        for widget in (self._title, self.list.field):
            inside.addWidget(widget)
        inside.addWidget(self.list, 1)
        inside.addWidget(self.note)
        inside.addWidget(self.comes_back)
        inside.addWidget(self.callout)
        inside.addLayout(foot)

    def open_now(self) -> None:
        """A fresh chooser with the field ready for typing."""
        self.list.field.clear()
        self.note.clear()
        self.comes_back.setChecked(False)
        self.list.setCurrentRow(0)
        self.list.field.setFocus()

    def _allow_return(self) -> None:
        """Who is handed on to a service does not come back: the service here is over."""
        choice = self.list.current_value()
        to_service = isinstance(choice, Choice) and bool(choice.service)
        self.comes_back.setEnabled(not to_service)
        if to_service:
            self.comes_back.setChecked(False)

    def confirm(self) -> None:
        self.list.choose_current()

    def render_state(self, state: State, t: Translator, said: Said) -> None:
        number = state.current.number if state.current else ""
        self._title.setText(t("Transfer {number} to", number=number))
        self.list.field.setPlaceholderText(t("Queue, window or service: name or initials"))
        self.list.setAccessibleName(t("Queue, window or service: name or initials"))
        self.note.setPlaceholderText(t("Note for the colleague (optional)"))
        self.comes_back.setText(t("Comes back here afterwards"))
        self.go.say(t(LABELS[Act.TRANSFER]) + "  Enter")
        self.back.say(t("Cancel") + "  Esc")
        offered = choices.transfer_choices(state, t)
        self.list.offer([Line(one.name, one.detail, one, one.sought) for one in offered])
        self.callout.setVisible(said.role == "bad")
        self._title.setVisible(said.role != "bad")
        self.callout.say(said if said.role == "bad" else Said(), self.go if said.act is Act.TRANSFER else None)

    def _choose(self, choice: Choice) -> None:
        self.chosen.emit(
            Details(
                queue=choice.queue,
                window=choice.window,
                service=choice.service,
                text=self.note.text(),
                back=self.comes_back.isChecked(),
            )
        )
