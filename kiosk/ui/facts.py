"""Facts with an icon each, in lines that wrap: how many, how long, where, what to bring."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from hallui.theme import ELDER_TYPE
from hallui.widgets import Words, set_role
from kiosk.ui.look import Look
from kiosk.ui.picture import Picture

Fact = tuple[str, str, bool]
"""Icon, sentence, whether it is one of the important ones."""


class Facts(QWidget):
    """Shows the facts it is given; unchanged lines stay as they are, so nothing flickers."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._column = look.column(self, gap=2)
        self._lines: list[tuple[QWidget, Picture, Words]] = []

    def show_facts(self, facts: Sequence[Fact]) -> None:
        while len(self._lines) < len(facts):
            self._lines.append(self._new_line())
        for at, (line, picture, words) in enumerate(self._lines):
            line.setVisible(at < len(facts))
            if at < len(facts):
                name, sentence, important = facts[at]
                picture.show_picture(name, "brand")
                set_role(words, "heading" if important else "fact")
                words.setText(sentence)

    def _new_line(self) -> tuple[QWidget, Picture, Words]:
        line = QWidget()
        row = self._look.row(line, gap=2)
        theme = self._look.theme
        picture = Picture(theme, "info", 40 * (ELDER_TYPE if theme.elder else 1.0))
        words = self._look.words()
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(words, 1)
        self._column.addWidget(line)
        return line, picture, words
