"""What every widget needs to draw itself: theme, words, the hour, and where touches go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from hallui.icons import icon
from hallui.theme import Theme
from hallui.widgets import Key, Words
from i18n.translator import Translator
from kiosk.inputs import Input
from kiosk.state import State

L = TypeVar("L", bound=QBoxLayout)
CENTRE = Qt.AlignmentFlag.AlignHCenter


@dataclass(frozen=True)
class Look:
    """One appearance of the kiosk; widgets are made anew for another one. `upright`: the screen is higher than wide."""

    theme: Theme
    t: Translator
    upright: bool
    now: Callable[[], datetime]
    tell: Callable[[Input], None]

    def key(self, text: str, name: str, touch: Input, role: str = "", picture: str = "", *, tall: bool = False) -> Key:
        """A key that sends `touch`."""
        made = self.key_without_touch(text, name, picture, role, tall=tall)
        made.clicked.connect(lambda: self.tell(touch))
        return made

    def key_without_touch(self, text: str, name: str, picture: str = "", role: str = "", *, tall: bool = False) -> Key:
        """A key whose owner connects it."""
        made = Key(text, name, role)
        if tall:
            made.setProperty("tall", "true")
        if picture:
            size = self.theme.text(self.theme.type.button * 1.2)
            made.setText(f" {text}")
            made.setIcon(icon(picture, self.theme.colour("on_brand" if role == "primary" else "brand"), size))
            made.setIconSize(QSize(size, size))
        return made

    def words(self, role: str = "", name: str = "", align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft) -> Words:
        return Words("", role, name=name, align=align)

    def row(self, parent: QWidget | None = None, *, gap: float = 2) -> QHBoxLayout:
        return _bare(QHBoxLayout(parent) if parent else QHBoxLayout(), self.theme.space(gap))

    def column(self, parent: QWidget | None = None, *, gap: float = 2) -> QVBoxLayout:
        return _bare(QVBoxLayout(parent) if parent else QVBoxLayout(), self.theme.space(gap))

    def across(self, parent: QWidget | None = None, *, gap: float = 3) -> QBoxLayout:
        """Side by side on a lying screen, one under the other on an upright one."""
        direction = QBoxLayout.Direction.TopToBottom if self.upright else QBoxLayout.Direction.LeftToRight
        return _bare(QBoxLayout(direction, parent), self.theme.space(gap))

    def card(self, padding: float = 4) -> tuple[QFrame, QVBoxLayout]:
        """A raised surface and the column on it."""
        frame = QFrame()
        frame.setProperty("role", "card")
        column = self.column(frame)
        edge = self.theme.space(padding)
        column.setContentsMargins(edge, edge, edge, edge)
        return frame, column


class Screen(QWidget):
    """The body of one page; `show_state` is called for every new state while it is shown."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.look = look

    def show_state(self, state: State) -> None:
        raise NotImplementedError


def _bare(layout: L, gap: int) -> L:
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(gap)
    return layout
