"""The lists under the keys: who waits, who is on hold, who was missed, and the visit's stops; arrows and Enter work."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListView,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from caller import screen
from caller.lists import Row, empty_shelf, shelf_titles
from caller.screen import Said
from caller.state import NOTHING_SAID, Act, Details, Shelf, State
from caller.ui.act_key import ActKey
from caller.ui.callout import Callout
from caller.ui.look import THEME, mixed
from contract.bodies import StopState
from hallui.theme import make_font
from i18n import Translator

Index = QModelIndex | QPersistentModelIndex

_ROW_ROLE = Qt.ItemDataRole.UserRole
_ACTS = {
    Shelf.WAITING: (Act.PICK,),
    Shelf.HELD: (Act.CALL_BACK, Act.REQUEUE),
    Shelf.MISSED: (Act.CALL_BACK, Act.REQUEUE),
    Shelf.VISIT: (Act.ADD, Act.DROP),
}
LIST_ACTS = frozenset(act for acts in _ACTS.values() for act in acts)
_INK = {"due": "accent", "now": "brand", "done": "good", "gone": "ink_soft"}
"""The colour of the words at the right of a row with this role; the words say the same."""


class Rows(QAbstractListModel):
    """Rows as the screen gives them; keeps the view's place when they only changed."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[Row, ...] = ()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.rows[index.row()]
        texts: dict[int, object] = {
            Qt.ItemDataRole.DisplayRole: f"{row.number} {row.service} {row.time}",
            Qt.ItemDataRole.ToolTipRole: row.why,
            Qt.ItemDataRole.AccessibleTextRole: row.why,
            _ROW_ROLE: row,
        }
        return texts.get(role)

    def replace(self, rows: tuple[Row, ...]) -> None:
        if rows == self.rows:
            return
        if [row.id for row in rows] == [row.id for row in self.rows]:
            self.rows = rows
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()


class RowPainter(QStyledItemDelegate):
    """Number, service, what is special, and the minutes at the right; long names end in an ellipsis, hover has all."""

    def sizeHint(self, _: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, 46 if index.data(_ROW_ROLE).note else 32)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: Row = index.data(_ROW_ROLE)
        box: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        if row.role == "due":
            painter.fillRect(box, mixed(THEME.palette.accent, THEME.palette.surface, 0.12))
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, THEME.colour("tint"))
            painter.fillRect(QRect(box.left(), box.top(), 3, box.height()), THEME.colour("brand"))
        top = box.adjusted(10, 4 if row.note else 0, -10, 0)
        if row.note:
            top.setHeight(22)
        self._line(painter, top, row)
        if row.note:
            painter.setFont(make_font(12))
            painter.setPen(THEME.colour("accent"))
            small = QRect(top.left() + 62, top.bottom(), top.width() - 62, 17)
            painter.drawText(small, Qt.AlignmentFlag.AlignVCenter, _cut(painter, row.note, small.width()))
        painter.setPen(THEME.colour("line"))
        painter.drawLine(box.left() + 8, box.bottom(), box.right() - 8, box.bottom())
        painter.restore()

    def _line(self, painter: QPainter, box: QRect, row: Row) -> None:
        painter.setFont(make_font(13, bold=row.role in ("due", "now")))
        minutes = QFontMetrics(painter.font()).horizontalAdvance(row.time)
        painter.setPen(THEME.colour(_INK.get(row.role, "ink_soft")))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, row.time)
        painter.setFont(make_font(16, bold=True))
        painter.setPen(THEME.colour("ink"))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, row.number)
        painter.setFont(make_font(14, bold=row.role == "now"))
        painter.setPen(THEME.colour("ink_soft" if row.role == "gone" else "ink"))
        middle = box.adjusted(62, 0, -(minutes + 8), 0)
        painter.drawText(middle, Qt.AlignmentFlag.AlignVCenter, _cut(painter, row.service, middle.width()))


def _cut(painter: QPainter, text: str, width: int) -> str:
    return QFontMetrics(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, width)


class TicketList(QListView):
    """A QListView that says so when it is empty, and gives Enter, Shift+Enter (Ins, Del) and Esc a meaning."""

    entered_ticket = Signal()
    second_wanted = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tickets")
        self.setMinimumHeight(44)
        self.empty_words = ""
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.doubleClicked.connect(lambda _: self.entered_ticket.emit())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.isAutoRepeat() and (enter or event.key() in (Qt.Key.Key_Insert, Qt.Key.Key_Delete)):
            return
        if event.key() == Qt.Key.Key_Delete or (enter and event.modifiers() & Qt.KeyboardModifier.ShiftModifier):
            self.second_wanted.emit()
        elif enter or event.key() == Qt.Key.Key_Insert:
            self.entered_ticket.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        model = self.model()
        if model is not None and model.rowCount() == 0:
            painter = QPainter(self.viewport())
            painter.setFont(make_font(14))
            painter.setPen(THEME.colour("ink_soft"))
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, self.empty_words)
            painter.end()


class Shelves(QWidget):
    """Emits `opened(Shelf)` for a tab, `wanted(Act, Details)` for a key under the list, `left` for Esc."""

    opened = Signal(object)
    wanted = Signal(object, object)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shelf = Shelf.WAITING
        self._tabs = {shelf: self._tab(shelf) for shelf in Shelf}
        self._model = Rows(self)
        self.list = TicketList(self)
        self.list.setModel(self._model)
        self.list.setItemDelegate(RowPainter(self.list))
        self.list.entered_ticket.connect(lambda: self._want(_ACTS[self._shelf][0]))
        self.list.second_wanted.connect(self._want_second)
        self.list.left.connect(self.left)
        self.callout = Callout(44, self)
        self.keys = [ActKey(act, wide=True, height=34, parent=self) for act in (Act.CALL_BACK, Act.REQUEUE)]
        for key in self.keys:
            key.wanted.connect(self._want)
        tabs, foot = QHBoxLayout(), QHBoxLayout()
        tabs.setSpacing(0)
        for tab in self._tabs.values():
            tabs.addWidget(tab, 1)
        foot.setSpacing(8)
        for key in self.keys:
            foot.addWidget(key, 1)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(6)
        inside.addLayout(tabs)
        inside.addWidget(self.list, 1)
        inside.addWidget(self.callout)
        inside.addLayout(foot)

    def _tab(self, shelf: Shelf) -> QPushButton:
        tab = QPushButton(self)
        tab.setObjectName(f"shelf-{shelf.value}")
        tab.setProperty("role", "tab")
        tab.setCheckable(True)
        tab.setAutoExclusive(True)
        tab.clicked.connect(lambda: self.opened.emit(shelf))
        return tab

    @property
    def selected(self) -> str:
        """The id of the row the next act is about: the selected one, else the only one, else ""."""
        return self._chosen() or (self._model.rows[0].id if len(self._model.rows) == 1 else "")

    def _chosen(self) -> str:
        index = self.list.currentIndex()
        chosen = index.isValid() and self.list.selectionModel().isSelected(index)
        return self._model.rows[index.row()].id if chosen else ""

    def show_rows(self, rows: tuple[Row, ...]) -> None:
        """New rows; who was selected stays selected while still there."""
        chosen = self._chosen()
        self._model.replace(rows)
        for place, row in enumerate(rows):
            if row.id == chosen and not self.list.currentIndex().isValid():
                self.list.setCurrentIndex(self._model.index(place))

    def render_state(self, state: State, t: Translator, rows: tuple[Row, ...], said: Said) -> None:
        if state.shelf is not self._shelf:
            self._shelf = state.shelf
            self.list.clearSelection()
        for shelf, words in shelf_titles(state, t).items():
            self._tabs[shelf].setText(words)
            self._tabs[shelf].setAccessibleName(words)
            self._tabs[shelf].setChecked(shelf is state.shelf)
        self.list.empty_words = empty_shelf(state, t)
        self.list.setAccessibleName(shelf_titles(state, t)[state.shelf])
        self.show_rows(rows)
        acts = _ACTS[state.shelf]
        for key, act in zip(self.keys, (*acts, None)[:2], strict=True):
            key.setVisible(act is not None)
            if act is not None:
                self._show_key(key, act, state, t, said)
        ours = said.act in LIST_ACTS and state.sheet is None
        self.callout.setVisible(ours)
        self.list.setMinimumHeight(10 if ours else 44)
        self.callout.say(said if ours else Said(), next((key for key in self.keys if key.act is said.act), None))

    def _show_key(self, key: ActKey, act: Act, state: State, t: Translator, said: Said) -> None:
        (face,) = screen.faces(state, t, (act,))
        if not self._model.rows:
            face = replace(face, enabled=False, why=self.list.empty_words)
        elif act is Act.DROP and not any(stop.state is StopState.OPEN for stop in state.stops):
            face = replace(face, enabled=False, why=t("There is nothing else on this visit."))
        key.show_face(face, refused=said.role == "bad" and said.act is act)

    def _want_second(self) -> None:
        acts = _ACTS[self._shelf]
        if len(acts) > 1:
            self._want(acts[1])

    def _want(self, act: Act) -> None:
        if act is Act.ADD:
            self.wanted.emit(act, NOTHING_SAID)
        elif self.selected:
            self.wanted.emit(act, self._details(act))
        elif self._model.rows:
            self.list.setCurrentIndex(self._model.index(0))
            self.list.setFocus()

    def _details(self, act: Act) -> Details:
        return Details(service=self.selected) if act is Act.DROP else Details(ticket=self.selected)
