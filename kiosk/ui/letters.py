"""Opens a long list at a letter: forty pages need one touch, not forty."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from hallui.widgets import Key
from kiosk.ui.look import Look


class LetterBar(QWidget):
    """`chosen` gives the number of the first item that begins with the touched letter; hidden without letters."""

    chosen = Signal(int)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._shown: dict[str, int] = {}
        self._keys: list[Key] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(look.theme.space(0.75))
        self._in_a_row = 13 if look.upright or look.theme.elder else 26
        self.hide()

    def show_letters(self, letters: Mapping[str, int]) -> None:
        """Letter -> number of its first item."""
        if dict(letters) != self._shown:
            self._shown = dict(letters)
            for key in self._keys:
                self._grid.removeWidget(key)
                key.hide()
                key.deleteLater()
            self._keys = [self._key(place, *letter) for place, letter in enumerate(letters.items())]
        self.setVisible(bool(letters))

    def _key(self, place: int, letter: str, first: int) -> Key:
        key = self._look.key_without_touch(letter, f"letter-{letter}", role="key")
        key.setMinimumWidth(self._look.theme.target)
        key.clicked.connect(self._sender(first))
        self._grid.addWidget(key, place // self._in_a_row, place % self._in_a_row)
        return key

    def _sender(self, first: int) -> Callable[[], None]:
        return lambda: self.chosen.emit(first)
