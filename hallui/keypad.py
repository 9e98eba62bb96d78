"""The kiosk has no keyboard: big keys of our own for numbers and for pinyin, laid out the way everybody knows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QGridLayout, QPushButton, QSizePolicy, QWidget

from hallui.keys import BACKSPACE, CLEAR
from hallui.theme import Theme

DIGIT_ROWS = ("123", "456", "789", "X0")
LETTER_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_FACES = {BACKSPACE: "⌫"}


class Keypad(QWidget):
    """Emits `pressed_key` with one character, BACKSPACE or CLEAR; keys never take the focus from what is typed into."""

    pressed_key = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.keys: dict[str, QPushButton] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(theme.space(1))

    def _add(self, key: str, row: int, column: int, span: int, *, face: str = "", hint: str = "") -> None:
        button = QPushButton(face or _FACES.get(key, key.upper()), self)
        button.setObjectName(f"key-{key}")
        button.setAccessibleName(hint or key)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        button.setMinimumSize(self._theme.target, self._theme.target)
        button.setProperty("role", "key-word" if key == CLEAR else "key")
        button.setAutoRepeat(key == BACKSPACE)
        button.clicked.connect(lambda: self.pressed_key.emit(key))
        self._grid.addWidget(button, row, column, 1, span)
        self.keys[key] = button


class DigitPad(Keypad):
    """Digits in telephone order; with X for identity numbers unless `with_x` is false (then a clear key)."""

    def __init__(
        self, theme: Theme, *, with_x: bool = True, clear_text: str = "C", parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, parent)
        for row, keys in enumerate(DIGIT_ROWS):
            for column, key in enumerate(keys):
                if key == "X" and not with_x:
                    self._add(CLEAR, row, column, 1, face=clear_text)
                else:
                    self._add(key, row, column, 1)
        self._add(BACKSPACE, len(DIGIT_ROWS) - 1, 2, 1)


class LetterPad(Keypad):
    """Latin letters in typewriter order for pinyin; a row of digits above them on demand."""

    def __init__(
        self, theme: Theme, *, digits: bool = False, clear_text: str = "C", parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, parent)
        self._grid.setSpacing(theme.space(0.75))
        rows: Sequence[str] = (("1234567890",) if digits else ()) + LETTER_ROWS
        for row, keys in enumerate(rows):
            indent = 10 - len(keys) if len(keys) > len(LETTER_ROWS[2]) else 3
            for place, key in enumerate(keys):
                self._add(key, row, indent + 2 * place, 2)
        last = len(rows) - 1
        self._add(CLEAR, last, 0, 3, face=clear_text)
        self._add(BACKSPACE, last, 3 + 2 * len(LETTER_ROWS[2]), 3)
        for column in range(20):
            self._grid.setColumnStretch(column, 1)


def type_into(target: QWidget, key: str) -> None:
    """Send `key` of a keypad to a text field as if it came from a keyboard."""
    code = Qt.Key.Key_Backspace if key == BACKSPACE else Qt.Key.Key_unknown
    text = "" if key == BACKSPACE else key
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(target, QKeyEvent(kind, code, Qt.KeyboardModifier.NoModifier, text))
