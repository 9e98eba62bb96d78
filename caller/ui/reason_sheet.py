"""Why: a few reasons as keys and a line for another one, for a pause and for a call out of order. Esc leaves."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from caller.screen import Said
from caller.state import Act, Details, State
from caller.ui.callout import Callout
from caller.words import LABELS, PAUSE_REASONS, PICK_REASONS
from hallui.widgets import Key, Words
from i18n import Translator


class ReasonSheet(QWidget):
    """A few reasons as keys and a line for another one; emits `chosen(Details)` or `left`."""

    chosen = Signal(object)
    left = Signal()

    def __init__(self, act: Act, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"{act.value}-sheet")
        self._act = act
        self._reasons = PAUSE_REASONS if act is Act.PAUSE else PICK_REASONS
        self._title = Words(role="heading")
        self.presets = [Key("", f"{act.value}-reason-{n}", "", self) for n in range(len(self._reasons))]
        for preset in self.presets:
            preset.clicked.connect(lambda _=False, preset=preset: self.chosen.emit(Details(text=preset.text())))
        self.field = QLineEdit(self)
        self.field.setObjectName(f"{act.value}-reason")
        self.field.setMaxLength(200)
        self.field.returnPressed.connect(self._choose)
        self.callout = Callout(44, self)
        self.go, self.back = Key("", f"{act.value}-go", "primary", self), Key("", f"{act.value}-back", "", self)
        self.go.clicked.connect(self._choose)
        self.back.clicked.connect(self.left)
        grid, foot = QGridLayout(), QHBoxLayout()
        grid.setSpacing(8)
        for place, preset in enumerate(self.presets):
            grid.addWidget(preset, place // 2, place % 2)
        foot.setSpacing(8)
        foot.addWidget(self.back, 1)
        foot.addWidget(self.go, 2)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(8)
        inside.addWidget(self._title)
        inside.addLayout(grid)
        inside.addWidget(self.field)
        inside.addWidget(self.callout)
        inside.addLayout(foot)
        inside.addStretch(1)

    def open_now(self) -> None:
        self.field.clear()
        (self.presets[0] if self._act is Act.PAUSE else self.field).setFocus()

    def render_state(self, state: State, t: Translator, said: Said) -> None:
        self._title.setText(self._question(state, t))
        for preset, reason in zip(self.presets, self._reasons, strict=True):
            preset.say(t(reason))
        self.field.setPlaceholderText(t("Another reason"))
        self.field.setAccessibleName(t("Another reason"))
        self.go.say(t(LABELS[self._act]) + "  Enter")
        self.back.say(t("Cancel") + "  Esc")
        self.callout.say(said if said.role == "bad" else Said(), self.go if said.act is self._act else None)

    def _question(self, state: State, t: Translator) -> str:
        if self._act is Act.PAUSE:
            return t("Why does the window pause?")
        waiting = state.view.waiting if state.view else ()
        number = next((entry.number for entry in waiting if entry.id == state.sheet_ticket), "")
        return t("Why is {number} called out of order?", number=number)

    def _choose(self) -> None:
        self.chosen.emit(Details(text=self.field.text().strip()))
