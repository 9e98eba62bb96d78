"""I have an appointment: the card on the reader, the code before the scanner, or typed on our own keys."""

from __future__ import annotations

from hallui.keypad import LetterPad
from kiosk import inputs as on
from kiosk import words
from kiosk.arriving import CODE_LENGTH
from kiosk.state import CheckIn, State
from kiosk.ui.entry import Entry, card_invitation
from kiosk.ui.look import Look, Screen


class CheckInScreen(Screen):
    """One field of seven places; the card does it too, and so does a code held to the scanner."""

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        theme, t = look.theme, look.t
        both = look.across(self, gap=4)
        self._invitation = card_invitation(
            look, "check-in", t("Your appointment is found by it, if you booked with it.")
        )
        both.addWidget(self._invitation, 2 if look.upright else 4)
        right = look.column(gap=2)
        self._ask = look.words("heading", "check-in-ask")
        self._entry = Entry(look, "check-in")
        pad = LetterPad(theme, digits=True, clear_text=t("Clear"))
        pad.pressed_key.connect(lambda key: look.tell(on.Type(key)))
        enter = look.key(t("Check in"), "check-in-enter", on.Enter(), "primary", "check", tall=True)
        for part in (self._ask, self._entry.frame, self._entry.problem):
            right.addWidget(part)
        right.addWidget(pad, 1)
        right.addWidget(enter)
        both.addLayout(right, 5)

    def show_state(self, state: State) -> None:
        page, t = state.page, self.look.t
        if not isinstance(page, CheckIn):
            return
        self._invitation.setVisible(state.world.reader == "ok")
        scans = state.world.scanner == "ok"
        self._ask.setText(t("Hold your booking code to the scanner, or type it") if scans else t("Your booking code"))
        self._entry.field.setText(" ".join(page.typed.ljust(CODE_LENGTH, "·")))
        self._entry.problem.setText(words.document_problem(t, page.problem))
