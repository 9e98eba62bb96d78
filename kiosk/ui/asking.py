"""Questions before the ticket: who you are, and whether you have priority."""

from __future__ import annotations

from contract.bodies import PriorityClassEntry
from hallui.keypad import DigitPad, LetterPad
from kiosk import documents, words
from kiosk import inputs as on
from kiosk.state import Identify, Priority, State
from kiosk.ui.entry import Entry, card_invitation
from kiosk.ui.look import Look, Screen
from kiosk.ui.paged import Item, PagedTiles
from kiosk.ui.tile import Face


class IdentifyScreen(Screen):
    """A card on the reader, or a number on our own keys."""

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        theme, t = look.theme, look.t
        both = look.across(self, gap=4)
        self._invitation = card_invitation(
            look, "identify", t("It is used for this ticket only, and never shown or printed in full.")
        )
        both.addWidget(self._invitation, 2 if look.upright else 4)
        right = look.column(gap=2)
        self._ask = look.words("heading", "identify-ask")
        self._entry = Entry(look, "identify")
        self._digits = DigitPad(theme)
        self._letters = LetterPad(theme, digits=True, clear_text=t("Clear"))
        for pad in (self._digits, self._letters):
            pad.pressed_key.connect(lambda key: look.tell(on.Type(key)))
        keys = look.row()
        self._other = look.key("", "identify-other", on.ToggleLetters(), tall=True)
        self._skip = look.key(t("Skip"), "identify-skip", on.Skip(), tall=True)
        self._enter = look.key(t("Continue"), "identify-enter", on.Enter(), "primary", "check", tall=True)
        for key in (self._other, self._skip, self._enter):
            keys.addWidget(key)
        for part in (self._ask, self._entry.frame, self._entry.problem):
            right.addWidget(part)
        right.addWidget(self._digits, 1)
        right.addWidget(self._letters, 1)
        right.addLayout(keys)
        both.addLayout(right, 5)

    def show_state(self, state: State) -> None:
        page, t = state.page, self.look.t
        if not isinstance(page, Identify):
            return
        self._invitation.setVisible(state.world.reader == "ok")
        self._ask.setText(t("Your document number") if page.letters else t("Your ID number"))
        shown = page.typed if page.letters else documents.grouped(page.typed)
        self._entry.field.setText(shown or "—")
        self._entry.problem.setText(words.document_problem(t, page.problem))
        self._digits.setVisible(not page.letters)
        self._letters.setVisible(page.letters)
        self._other.say(t("Chinese ID card") if page.letters else t("Another document"))
        service = state.service(page.service)
        self._skip.setVisible(service is not None and not service.requires_document)


class PriorityScreen(Screen):
    """Elder mode: priority is a question of its own."""

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        self._column = look.column(self, gap=3)
        title = look.words("title", "priority-title")
        title.setText(look.t("Does one of these apply to you?"))
        self._column.addWidget(title)
        self._choices = PriorityChoices(look, column=480)
        self._column.addWidget(self._choices, 1)

    def show_state(self, state: State) -> None:
        if isinstance(state.page, Priority):
            self._choices.show_classes(state.priorities, None)


class PriorityChoices(PagedTiles):
    """The classes as tiles; the chosen one has a frame and a tick, not only another colour."""

    def __init__(self, look: Look, *, column: float = 330) -> None:
        super().__init__(look, column=column, sizes=(look.theme.type.body * 1.15,), most_columns=2)
        self.chosen.connect(lambda chosen: look.tell(on.ChoosePriority(chosen)))
        self.turned.connect(lambda: look.tell(on.Touched()))

    def show_classes(self, classes: tuple[PriorityClassEntry, ...], chosen: str | None) -> None:
        self.show_items("priority", [_class_item(entry, chosen=entry.id == chosen) for entry in classes])


def _class_item(entry: PriorityClassEntry, *, chosen: bool) -> Item:
    picture = "check" if chosen else ("heart" if entry.privileged else "person")
    return Item(entry.id, Face(entry.name, entry.hint, picture=picture, chosen=chosen))
