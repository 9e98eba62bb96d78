"""The way to the visitor's page as a QR code on the screen: black on white in every theme, modules in whole pixels."""

from __future__ import annotations

import qrcode
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from qrcode.constants import ERROR_CORRECT_M

QUIET_MODULES = 4
"""ISO/IEC 18004: the white border a reader may count on."""


class QrCode(QWidget):
    """A square of `side` pixels."""

    def __init__(self, side: int) -> None:
        super().__init__()
        self._data = ""
        self._matrix: list[list[bool]] = []
        self.setObjectName("qr")
        self.setFixedSize(side, side)

    def show_data(self, data: str) -> None:
        """Show `data`; nothing is shown for empty data."""
        if data == self._data:
            return
        self._data = data
        self._matrix = []
        if data:
            code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_MODULES)
            code.add_data(data.encode("utf-8"))
            code.make(fit=True)
            self._matrix = code.get_matrix()
        self.setVisible(bool(data))
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        if not self._matrix:
            return
        modules = len(self._matrix)
        scale = max(1, min(self.width(), self.height()) // modules)
        left = (self.width() - scale * modules) // 2
        top = (self.height() - scale * modules) // 2
        painter = QPainter(self)
        painter.fillRect(QRect(left, top, scale * modules, scale * modules), Qt.GlobalColor.white)
        for row, line in enumerate(self._matrix):
            for column, dark in enumerate(line):
                if dark:
                    painter.fillRect(left + column * scale, top + row * scale, scale, scale, QColor("#000000"))
        painter.end()
