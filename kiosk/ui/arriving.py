"""I have an appointment: the card on the reader, or the booking code on our own keys."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from hallui.keypad import LetterPad
from kiosk import inputs as on
from kiosk import words
from kiosk.arriving import CODE_LENGTH
from kiosk.state import CheckIn, State
from kiosk.ui.look import CENTRE, Look, Screen
from kiosk.ui.picture import Picture


class CheckInScreen(Screen):
    """One field of seven places; the card does it too."""

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        theme, t = look.theme, look.t
        both = look.across(self, gap=4)
        self._invitation = self._invite()
        both.addWidget(self._invitation, 2 if look.upright else 4)
        right = look.column(gap=2)
        ask = look.words("heading", "check-in-ask")
        ask.setText(t("Your booking code"))
        self._field = QLabel()
        self._field.setObjectName("check-in-field")
        self._field.setProperty("role", "field")
        self._field.setMinimumHeight(theme.px(64))
        frame, inside = look.card(1.5)
        inside.addWidget(self._field)
        self._problem = look.words("bad", "check-in-problem")
        self._problem.setMinimumHeight(theme.px(64))
        pad = LetterPad(theme, digits=True, clear_text=t("Clear"))
        pad.pressed_key.connect(lambda key: look.tell(on.Type(key)))
        enter = look.key(t("Check in"), "check-in-enter", on.Enter(), "primary", "check", tall=True)
        for part in (ask, frame, self._problem):
            right.addWidget(part)
        right.addWidget(pad, 1)
        right.addWidget(enter)
        both.addLayout(right, 5)

    def show_state(self, state: State) -> None:
        page, t = state.page, self.look.t
        if not isinstance(page, CheckIn):
            return
        self._invitation.setVisible(state.world.reader == "ok")
        self._field.setText(" ".join(page.typed.ljust(CODE_LENGTH, "·")))
        self._problem.setText(words.document_problem(t, page.problem))

    def _invite(self) -> QWidget:
        look, t = self.look, self.look.t
        frame, column = look.card()
        column.addStretch(1)
        column.addWidget(Picture(look.theme, "card", 120 if look.upright else 200), 0, CENTRE)
        said = look.words("heading", "check-in-card", CENTRE)
        said.setText(t("Place your ID card on the reader"))
        column.addWidget(said)
        why = look.words("soft", "", CENTRE)
        why.setText(t("Your appointment is found by it, if you booked with it."))
        column.addWidget(why)
        column.addStretch(1)
        return frame
