"""What else was done for the visitor: services of the visit handled here too, or that it ends here. F3 finishes."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from caller.screen import Said
from caller.state import Act, Details, State
from caller.stops import after_finish
from caller.ui.callout import Callout
from caller.words import LABELS
from contract.bodies import StopEntry
from hallui.widgets import Key, Words
from i18n import Translator

_SERVICE_ROLE: Final = Qt.ItemDataRole.UserRole
NOT_DONE_KEY: Final = Qt.Key.Key_8
LEAVES_KEY: Final = Qt.Key.Key_9
_LINE_HEIGHT: Final = 30


class FinishSheet(QWidget):
    """Emits `chosen(Details)` or `left`. Digits tick, Enter or F3 finishes."""

    chosen = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("finish-sheet")
        self._state: State | None = None
        self._t = Translator("en")
        self._title, self._onward = Words(role="heading"), Words(role="small", name="finish-onward")
        self.items = QListWidget(self)
        self.items.setObjectName("finish-items")
        self.items.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.items.installEventFilter(self)
        self.items.itemChanged.connect(lambda _: self._say_onward())
        self.not_done, self.leaves = QCheckBox(self), QCheckBox(self)
        self.not_done.setObjectName("finish-not-done")
        self.leaves.setObjectName("finish-leaves")
        self.leaves.toggled.connect(lambda _: self._say_onward())
        self.callout = Callout(40, self)
        self.go, self.back = Key("", "finish-go", "primary", self), Key("", "finish-back", "", self)
        self.go.clicked.connect(self.confirm)
        self.back.clicked.connect(self.left)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.back, 1)
        foot.addWidget(self.go, 2)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(6)
        for widget in (self._title, self.items, self.not_done, self.leaves, self._onward, self.callout):
            inside.addWidget(widget)
        inside.addLayout(foot)
        inside.addStretch(1)

    def open_now(self) -> None:
        """A fresh sheet: nothing ticked."""
        self.not_done.setChecked(False)
        self.leaves.setChecked(False)
        for item in self._lines():
            item.setCheckState(Qt.CheckState.Unchecked)
        self.items.setCurrentRow(0)
        (self.items if self._lines() else self.go).setFocus()

    def confirm(self) -> None:
        """Finish, with what is ticked."""
        outcome = "not_done" if self.not_done.isChecked() else ""
        self.chosen.emit(Details(text=outcome, items=self._ticked(), leaves=self.leaves.isChecked()))

    def render_state(self, state: State, t: Translator, said: Said) -> None:
        self._state, self._t = state, t
        number = state.current.number if state.current else ""
        self._title.setText(t("What else was done for {number}?", number=number))
        self._offer(state, t)
        self.not_done.setText("8  " + t("This service could not be done"))
        self.leaves.setText("9  " + t("The visitor leaves, the rest is not wanted"))
        self.leaves.setVisible(len(state.stops) > 1)
        self.go.say(t(LABELS[Act.FINISH]) + "  F3")
        self.back.say(t("Cancel") + "  Esc")
        self._say_onward()
        self.callout.setVisible(said.role == "bad")
        self.callout.say(said if said.role == "bad" else Said(), self.go if said.act is Act.FINISH else None)

    def _offer(self, state: State, t: Translator) -> None:
        """The services that may be ticked; nothing moves when they are the same as before."""
        self.items.setAccessibleName(self._title.text())
        wanted = [(f"{n}  {_named(one, t)}", one) for n, one in enumerate(state.tickable, start=1)]
        self.items.setVisible(bool(wanted))
        if [text for text, _ in wanted] == [item.text() for item in self._lines()]:
            return
        self.items.clear()
        for text, stop in wanted:
            item = QListWidgetItem(text, self.items)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked)
            item.setData(_SERVICE_ROLE, stop.service)
            item.setToolTip(_named(stop, t))
        self.items.setMinimumHeight(_LINE_HEIGHT + 8)
        self.items.setMaximumHeight(_LINE_HEIGHT * len(wanted) + 8)

    def _lines(self) -> list[QListWidgetItem]:
        return [self.items.item(row) for row in range(self.items.count())]

    def _ticked(self) -> tuple[str, ...]:
        ticked = (item for item in self._lines() if item.checkState() is Qt.CheckState.Checked)
        return tuple(str(item.data(_SERVICE_ROLE)) for item in ticked)

    def _say_onward(self) -> None:
        if self._state is not None:
            self._onward.setText(after_finish(self._state, self._t, self._ticked(), leaves=self.leaves.isChecked()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.items and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._key(event):
            super().keyPressEvent(event)

    def _key(self, event: QKeyEvent) -> bool:
        """Whether the key meant something here."""
        lines, place = self._lines(), event.key() - Qt.Key.Key_1
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.confirm()
        elif 0 <= place < len(lines):
            done = lines[place].checkState() is Qt.CheckState.Checked
            lines[place].setCheckState(Qt.CheckState.Unchecked if done else Qt.CheckState.Checked)
        elif event.key() == NOT_DONE_KEY:
            self.not_done.toggle()
        elif event.key() == LEAVES_KEY and self.leaves.isVisible():
            self.leaves.toggle()
        else:
            return False
        return True


def _named(stop: StopEntry, t: Translator) -> str:
    return t("{name} · at this window", name=stop.name) if stop.here else stop.name
