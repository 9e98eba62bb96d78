"""How long a visitor steps aside: some minutes by digit, or, with Enter or F6 again, until called back."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QLineEdit, QVBoxLayout, QWidget

from caller.screen import Said
from caller.state import Act, Details, State
from caller.ui.callout import Callout
from hallui.widgets import Key, Words
from i18n import Translator

MINUTES: Final = (5, 10, 15, 30)


class HoldSheet(QWidget):
    """Emits `chosen(Details)` or `left`."""

    chosen = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("hold-sheet")
        self._title = Words(role="heading")
        self.minutes = [Key("", f"hold-{minutes}", "", self) for minutes in MINUTES]
        for key, minutes in zip(self.minutes, MINUTES, strict=True):
            key.clicked.connect(lambda _=False, minutes=minutes: self._choose(minutes))
        self.note = QLineEdit(self)
        self.note.setObjectName("hold-note")
        self.note.setMaxLength(200)
        self.note.returnPressed.connect(self.confirm)
        self.callout = Callout(44, self)
        self.go, self.back = Key("", "hold-go", "primary", self), Key("", "hold-back", "", self)
        self.go.setAutoDefault(True)
        self.go.clicked.connect(self.confirm)
        self.back.clicked.connect(self.left)
        grid = QGridLayout()
        grid.setSpacing(8)
        for place, key in enumerate(self.minutes):
            grid.addWidget(key, place // 2, place % 2)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(8)
        inside.addWidget(self._title)
        inside.addLayout(grid)
        for widget in (self.go, self.note, self.callout, self.back):
            inside.addWidget(widget)
        inside.addStretch(1)

    def open_now(self) -> None:
        self.note.clear()
        self.go.setFocus()

    def confirm(self) -> None:
        """Until somebody calls the visitor back."""
        self._choose(0)

    def render_state(self, state: State, t: Translator, said: Said) -> None:
        number = state.current.number if state.current else ""
        self._title.setText(t("When is {number} back?", number=number))
        for place, (key, minutes) in enumerate(zip(self.minutes, MINUTES, strict=True), start=1):
            key.say(t.plural("In {n} minute", "In {n} minutes", minutes) + f"   {place}")
        self.go.say(t("When called back") + "  Enter")
        self.note.setPlaceholderText(t("Note (optional)"))
        self.note.setAccessibleName(t("Note (optional)"))
        self.back.say(t("Cancel") + "  Esc")
        self.callout.setVisible(said.role == "bad")
        self.callout.say(said if said.role == "bad" else Said(), self.go if said.act is Act.HOLD else None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        place = event.key() - Qt.Key.Key_1
        if 0 <= place < len(MINUTES) and not event.isAutoRepeat():
            self._choose(MINUTES[place])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.go.hasFocus():
            self.confirm()
        else:
            super().keyPressEvent(event)

    def _choose(self, minutes: int) -> None:
        self.chosen.emit(Details(minutes=minutes, text=self.note.text()))
