"""Questions before the ticket: who you are, whether you have priority, and whether this is right."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame

from contract.bodies import PriorityClassEntry, ServiceEntry
from hallui.keypad import DigitPad, LetterPad
from hallui.widgets import set_role
from kiosk import documents, words
from kiosk import inputs as on
from kiosk.state import Confirm, Identify, Priority, State
from kiosk.ui.banner import Banner
from kiosk.ui.entry import Entry, card_invitation
from kiosk.ui.facts import Facts
from kiosk.ui.look import Look, Screen
from kiosk.ui.paged import Item, PagedTiles
from kiosk.ui.tile import Face

LONG_NAME = 28
"""Characters beyond which a service's name is set smaller, so that a bracketed one still leaves room for the facts."""


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


class ConfirmScreen(Screen):
    """The service, how many are ahead, how long, what to bring; one key takes the ticket."""

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        theme, t = look.theme, look.t
        column = look.column(self, gap=3)
        ask = look.words("heading", "confirm-ask")
        ask.setText(t("Is this right?"))
        column.addWidget(ask)
        both = look.across(gap=3)
        frame, inside = look.card()
        self._service = look.words("title", "confirm-service")
        self._department = look.words("soft", "confirm-department")
        self._facts = Facts(look)
        inside.addWidget(self._service)
        inside.addWidget(self._department)
        inside.addSpacing(theme.space(1))
        inside.addWidget(self._facts)
        inside.addStretch(1)
        both.addWidget(frame, 5)
        self._side = QFrame()
        side = look.column(self._side, gap=2)
        priority = look.words("heading")
        priority.setText(t("Priority"))
        self._choices = PriorityChoices(look)
        side.addWidget(priority)
        side.addWidget(self._choices, 1)
        both.addWidget(self._side, 5)
        column.addLayout(both, 1)
        self._banner = Banner(look)
        column.addWidget(self._banner)
        keys = look.row(gap=3)
        self._document = look.key(t("Add my ID"), "confirm-document", on.AddDocument(), picture="card", tall=True)
        self._agree = look.key(t("Take this number"), "confirm-agree", on.Agree(), "primary", "ticket", tall=True)
        keys.addWidget(self._document, 1)
        keys.addWidget(self._agree, 2)
        column.addLayout(keys)

    def show_state(self, state: State) -> None:
        page = state.page
        if not isinstance(page, Confirm):
            return
        service = state.service(page.service)
        if service is None:
            return
        department = state.department(service.department)
        set_role(self._service, "title" if len(service.name) <= LONG_NAME else "heading")
        self._service.setText(service.name)
        self._department.setText(department.name if department else "")
        self._facts.show_facts(self._what(state, service))
        one_question = state.elder or len(state.priorities) < 2
        self._side.setVisible(not one_question)
        self._choices.show_classes(() if one_question else state.priorities, page.priority)
        self._document.setVisible(state.person is None)
        self._banner.show_lines(self._notices(state))

    def _what(self, state: State, service: ServiceEntry) -> list[tuple[str, str, bool]]:
        t = self.look.t
        count = state.waiting(service)
        facts = [("people", words.ahead(t, count), True)]
        range_ = words.minutes(t, service.estimate)
        if range_ and count:
            facts.append(("clock", t("Expected wait: {range}", range=range_), True))
        if closing := words.closing(t, service.estimate):
            facts.append(("warning", closing, True))
        place = words.where(t, words.zone_of(state.catalogue, service.zone))
        if place and not state.elder:
            facts.append(("place", t("Please wait here: {place}", place=place), False))
        if service.needs:
            facts.append(("document", t("Have ready: {list}", list=t(", ").join(service.needs)), False))
        if service.hint:
            facts.append(("info", service.hint, False))
        if state.person:
            facts.append(("card", t("Your document: {number}", number=documents.masked(state.person.number)), False))
        return facts

    def _notices(self, state: State) -> list[tuple[str, str]]:
        if state.world.printer == "ok":
            return []
        t = self.look.t
        said = t("No slip can be printed now; your number will be shown on the screen.")
        return [("printer", f"{words.printer(t, state.world.printer)} {said}")]


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
