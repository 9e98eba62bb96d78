"""A key with its hotkey written on it; pressed while it is off it still answers why."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from caller.screen import KeyFace
from caller.state import Act
from caller.ui.look import THEME
from hallui.theme import make_font
from hallui.widgets import set_role

_GAP = 10
_LEAST_WIDTH = 60


class ActKey(QPushButton):
    """Emits `wanted(act)` on a click, Enter, Space, and also on a click while disabled: the answer is a reason then.

    `wide` keys have the hotkey beside the word, others under it. The style sheet draws the key, we draw the words.
    """

    wanted = Signal(object)

    def __init__(self, act: Act, *, wide: bool, height: int, size: int = 15, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("act")
        self.setProperty("refused", False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._act = act
        self._face = KeyFace(act, "", "", True, "")
        self._wide = wide
        self._size = size
        self._role = ""
        self.set_height(height)
        self.clicked.connect(lambda: self.wanted.emit(self._act))

    @property
    def act(self) -> Act:
        return self._act

    @property
    def face(self) -> KeyFace:
        return self._face

    def show_face(self, face: KeyFace, *, role: str = "", refused: bool = False) -> None:
        self._act, self._face, self._role = face.act, face, role
        self.setEnabled(face.enabled)
        self.setToolTip(face.why)
        self.setAccessibleName(f"{face.label} {face.hotkey}".strip())
        self.setAccessibleDescription(face.why)
        set_role(self, role)
        if self.property("refused") != refused:
            self.setProperty("refused", refused)
            self.style().unpolish(self)
            self.style().polish(self)
        self.update()

    def set_height(self, height: int) -> None:
        self._height = height
        # The style sheet's minimum outranks the size hint in a layout, so the height must be said there too.
        self.setStyleSheet(f"min-height: {height - 4}px;")
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        word, hotkey = self._widths()
        return QSize((word + hotkey + _GAP if self._wide else max(word, hotkey)) + 12, self._height)

    def minimumSizeHint(self) -> QSize:
        return QSize(_LEAST_WIDTH, self._height)

    def _font(self) -> QFont:
        """The key's type, a little smaller where its word would not fit."""
        font = make_font(self._size, bold=self._bold)
        if QFontMetrics(font).horizontalAdvance(self._face.label) > self.width() - 8 and not self._wide:
            font.setPixelSize(self._size - 2)
        return font

    def _widths(self) -> tuple[int, int]:
        word = QFontMetrics(make_font(self._size, bold=self._bold)).horizontalAdvance(self._face.label)
        return word, QFontMetrics(make_font(12)).horizontalAdvance(self._face.hotkey)

    @property
    def _bold(self) -> bool:
        return self._role in ("primary", "next")

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(self._ink())
        painter.setFont(self._font())
        word, hotkey = self._widths()
        box, face = self.rect(), self._face
        if not face.hotkey:
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, face.label)
        elif self._wide:
            left = (box.width() - word - _GAP - hotkey) // 2
            painter.drawText(box.adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, face.label)
            painter.setFont(make_font(12))
            painter.drawText(box.adjusted(left + word + _GAP, 3, 0, 0), Qt.AlignmentFlag.AlignVCenter, face.hotkey)
        else:
            self._two_lines(painter, box)
        painter.end()

    def _two_lines(self, painter: QPainter, box: QRect) -> None:
        upper, lower = box.adjusted(0, 4, 0, -17), box.adjusted(0, box.height() - 20, 0, -3)
        painter.drawText(upper, Qt.AlignmentFlag.AlignCenter, self._face.label)
        painter.setFont(make_font(12))
        if self.isEnabled() and self._role != "primary":
            painter.setPen(THEME.colour("ink_soft"))
        painter.drawText(lower, Qt.AlignmentFlag.AlignCenter, self._face.hotkey)

    def _ink(self) -> QColor:
        if not self.isEnabled():
            return THEME.colour("ink_soft") if self._role == "primary" else THEME.colour("disabled")
        return THEME.colour("on_brand") if self._role == "primary" else THEME.colour("brand")

    def event(self, event: QEvent) -> bool:
        if not self.isEnabled() and event.type() == QEvent.Type.MouseButtonPress:
            self.wanted.emit(self._act)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.click()
            return
        super().keyPressEvent(event)
