"""What two questions have in common: a card answers them, and so does what is typed into one field."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from kiosk.ui.look import CENTRE, Look
from kiosk.ui.picture import Picture


def card_invitation(look: Look, name: str, why: str) -> QWidget:
    """The picture of a card, and what its number is used for."""
    frame, column = look.card()
    column.addStretch(1)
    column.addWidget(Picture(look.theme, "card", 120 if look.upright else 200), 0, CENTRE)
    said = look.words("heading", f"{name}-card", CENTRE)
    said.setText(look.t("Place your ID card on the reader"))
    column.addWidget(said)
    reason = look.words("soft", "", CENTRE)
    reason.setText(why)
    column.addWidget(reason)
    column.addStretch(1)
    return frame


class Entry:
    """A framed `field` of large type and the `problem` below it."""

    def __init__(self, look: Look, name: str) -> None:
        self.field = QLabel()
        self.field.setObjectName(f"{name}-field")
        self.field.setProperty("role", "field")
        self.field.setMinimumHeight(look.theme.px(64))
        self.frame, inside = look.card(1.5)
        inside.addWidget(self.field)
        self.problem = look.words("bad", f"{name}-problem")
        self.problem.setMinimumHeight(look.theme.px(64))
