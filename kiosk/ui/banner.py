"""Notices that concern everybody now (closed, no paper): an icon and a sentence, never colour alone."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QWidget

from kiosk.ui.look import Look
from kiosk.ui.picture import Picture


class Banner(QFrame):
    """Hidden when there is nothing to say."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._lines: list[tuple[str, str]] = []
        self.setObjectName("banner")
        theme = look.theme
        self.setStyleSheet(
            f"QFrame#banner {{ background: {theme.palette.surface}; border: {theme.px(2)}px solid {theme.palette.warn};"
            f" border-radius: {theme.radius}px; }}"
        )
        self._column = look.column(self, gap=1)
        edge = theme.space(2)
        self._column.setContentsMargins(edge, edge, edge, edge)
        self.hide()

    def show_lines(self, lines: Sequence[tuple[str, str]]) -> None:
        """(icon, sentence) each."""
        wanted = list(lines)
        if wanted != self._lines:
            self._lines = wanted
            while (taken := self._column.takeAt(0)) is not None:
                widget = taken.widget()
                if widget is not None:
                    widget.hide()
                    widget.deleteLater()
            for picture, sentence in wanted:
                self._column.addWidget(self._line(picture, sentence))
        self.setVisible(bool(wanted))

    def _line(self, picture: str, sentence: str) -> QWidget:
        line = QWidget()
        row = self._look.row(line, gap=2)
        row.addWidget(Picture(self._look.theme, picture, 36, "warn"))
        said = self._look.words("warn")
        said.setText(sentence)
        row.addWidget(said, 1)
        return line
