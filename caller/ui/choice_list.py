"""A list to choose from with a field above it that narrows it: windows, queues, services."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from caller.ui.look import THEME
from hallui.theme import make_font

_LINE_ROLE = Qt.ItemDataRole.UserRole
_SOUGHT_ROLE = Qt.ItemDataRole.UserRole + 1
_LINE_HEIGHT = 34


@dataclass(frozen=True, slots=True)
class Line:
    """One line to choose: its name, a few words at the right, what it means, and words whose beginning finds it."""

    name: str
    detail: str
    value: object
    sought: str = ""


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
        self.setMinimumHeight(_LINE_HEIGHT)
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
            item.setData(_SOUGHT_ROLE, line.sought.casefold().split())
        self._narrow(self.field.text())
        if 0 <= row < self.count() and not self.item(row).isHidden():
            self.setCurrentRow(row)

    def current_value(self) -> object:
        """What choosing now would mean; None when nothing is left to choose."""
        item = self.currentItem()
        return None if item is None or item.isHidden() else item.data(_LINE_ROLE).value

    def choose_current(self) -> None:
        if (value := self.current_value()) is not None:
            self.chosen.emit(value)

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
            found = wanted in item.text().casefold()
            item.setHidden(not found and not any(word.startswith(wanted) for word in item.data(_SOUGHT_ROLE)))
        shown = [row for row, item in enumerate(self._items()) if not item.isHidden()]
        if shown and self.currentRow() not in shown:
            self.setCurrentRow(shown[0])

    def _move(self, by: int) -> None:
        shown = [row for row, item in enumerate(self._items()) if not item.isHidden()]
        if shown:
            place = shown.index(self.currentRow()) if self.currentRow() in shown else -by
            self.setCurrentRow(shown[max(0, min(len(shown) - 1, place + by))])
