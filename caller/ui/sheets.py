"""The choosers that open inside the panel: where to transfer, why to pause, why to pick. Esc leaves them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from caller import screen
from caller.screen import Choice, Said
from caller.state import Act, State
from caller.ui.callout import Callout
from caller.ui.look import THEME
from caller.words import LABELS, PAUSE_REASONS, PICK_REASONS
from hallui.theme import make_font
from hallui.widgets import Key, Words
from i18n import Translator

_LINE_ROLE = Qt.ItemDataRole.UserRole
_LINE_HEIGHT = 34


@dataclass(frozen=True, slots=True)
class Line:
    """One line to choose: its name, a few words at the right, and what choosing it means."""

    name: str
    detail: str
    value: object


class LinePainter(QStyledItemDelegate):
    """Name at the left, detail at the right; a long name ends in an ellipsis and hover has all of it."""

    def sizeHint(self, _: QStyleOptionViewItem, __: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(100, _LINE_HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        line: Line = index.data(_LINE_ROLE)
        box: QRect = option.rect
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, THEME.colour("tint"))
            painter.fillRect(QRect(box.left(), box.top(), 3, box.height()), THEME.colour("brand"))
        inside = box.adjusted(12, 0, -10, 0)
        painter.setFont(make_font(13))
        room = painter.fontMetrics().horizontalAdvance(line.detail)
        painter.setPen(THEME.colour("ink_soft"))
        painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, line.detail)
        painter.setFont(make_font(15))
        painter.setPen(THEME.colour("ink"))
        inside.adjust(0, 0, -(room + 10), 0)
        name = painter.fontMetrics().elidedText(line.name, Qt.TextElideMode.ElideRight, inside.width())
        painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter, name)
        painter.setPen(THEME.colour("line"))
        painter.drawLine(box.left() + 8, box.bottom(), box.right() - 8, box.bottom())
        painter.restore()


class ChoiceList(QListWidget):
    """A list with a field above it that narrows it; arrows in the field move in the list, Enter chooses."""

    chosen = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setItemDelegate(LinePainter(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumHeight(_LINE_HEIGHT * 2)
        self.field = QLineEdit(parent)
        self.field.setObjectName(f"{name}-filter")
        self.field.setClearButtonEnabled(True)
        self.field.textChanged.connect(self._narrow)
        self.field.installEventFilter(self)
        self.itemDoubleClicked.connect(lambda _: self.choose_current())
        self._lines: list[Line] = []

    def offer(self, lines: list[Line]) -> None:
        """What may be chosen; nothing moves when it is the same as before."""
        if lines == self._lines:
            return
        self._lines = lines
        row = self.currentRow()
        self.clear()
        for line in lines:
            item = QListWidgetItem(f"{line.name} {line.detail}".strip(), self)
            item.setToolTip(item.text())
            item.setData(_LINE_ROLE, line)
        self._narrow(self.field.text())
        if 0 <= row < self.count() and not self.item(row).isHidden():
            self.setCurrentRow(row)

    def choose_current(self) -> None:
        item = self.currentItem()
        if item is not None and not item.isHidden():
            self.chosen.emit(item.data(_LINE_ROLE).value)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                self._move(1 if event.key() == Qt.Key.Key_Down else -1)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.choose_current()
                return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.choose_current()
        else:
            super().keyPressEvent(event)

    def _items(self) -> list[QListWidgetItem]:
        return [self.item(row) for row in range(self.count())]

    def _narrow(self, text: str) -> None:
        wanted = text.strip().casefold()
        for item in self._items():
            item.setHidden(wanted not in item.text().casefold())
        shown = [row for row, item in enumerate(self._items()) if not item.isHidden()]
        if shown and self.currentRow() not in shown:
            self.setCurrentRow(shown[0])

    def _move(self, by: int) -> None:
        shown = [row for row, item in enumerate(self._items()) if not item.isHidden()]
        if shown:
            place = shown.index(self.currentRow()) if self.currentRow() in shown else -by
            self.setCurrentRow(shown[max(0, min(len(shown) - 1, place + by))])


class TransferSheet(QWidget):
    """Emits `chosen(queue, window, note, comes back)` or `left`."""

    chosen = Signal(str, str, str, bool)
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

    def render_state(self, state: State, t: Translator, said: Said) -> None:
        number = state.current.number if state.current else ""
        self._title.setText(t("Transfer {number} to", number=number))
        self.list.field.setPlaceholderText(t("Queue or window"))
        self.list.setAccessibleName(t("Queue or window"))
        self.note.setPlaceholderText(t("Note for the colleague (optional)"))
        self.comes_back.setText(t("Comes back here afterwards"))
        self.go.say(t(LABELS[Act.TRANSFER]) + "  Enter")
        self.back.say(t("Cancel") + "  Esc")
        choices = screen.transfer_choices(state, t)
        self.list.offer([Line(choice.name, choice.detail, choice) for choice in choices])
        self.callout.say(said if said.role == "bad" else Said(), self.go if said.act is Act.TRANSFER else None)

    def _choose(self, choice: Choice) -> None:
        self.chosen.emit(choice.queue, choice.window, self.note.text(), self.comes_back.isChecked())


class ReasonSheet(QWidget):
    """A few reasons as keys and a line for another one; emits `chosen(text)` or `left`."""

    chosen = Signal(str)
    left = Signal()

    def __init__(self, act: Act, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"{act.value}-sheet")
        self._act = act
        self._reasons = PAUSE_REASONS if act is Act.PAUSE else PICK_REASONS
        self._title = Words(role="heading")
        self.presets = [Key("", f"{act.value}-reason-{n}", "", self) for n in range(len(self._reasons))]
        for preset in self.presets:
            preset.clicked.connect(lambda _=False, preset=preset: self.chosen.emit(preset.text()))
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
        self.chosen.emit(self.field.text().strip())
