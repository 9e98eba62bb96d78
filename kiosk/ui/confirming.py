"""The last question, whether this is right: one service or several, how many people, which priority."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QVBoxLayout

from contract.bodies import ServiceEntry
from hallui.widgets import set_role
from kiosk import basket, documents, offers, words
from kiosk import inputs as on
from kiosk.state import Confirm, State
from kiosk.ui.asking import PriorityChoices
from kiosk.ui.banner import Banner
from kiosk.ui.chosen import ChosenList
from kiosk.ui.facts import Fact, Facts
from kiosk.ui.look import Look, Screen
from kiosk.ui.party import PartyStepper

LONG_NAME = 28
"""Characters beyond which a service's name is set smaller, so that a bracketed one still leaves room for the facts."""


class ConfirmScreen(Screen):
    """What is wanted, how many are ahead, how long, what to bring; one key takes the ticket."""

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        column = look.column(self, gap=3)
        self._ask = look.words("heading", "confirm-ask")
        column.addWidget(self._ask)
        both = look.across(gap=3)
        frame, inside = look.card()
        self._service = look.words("title", "confirm-service")
        self._department = look.words("soft", "confirm-department")
        self._chosen = ChosenList(look)
        self._facts = Facts(look)
        for part in (self._service, self._department, self._chosen):
            inside.addWidget(part)
        inside.addSpacing(look.theme.space(1))
        inside.addWidget(self._facts)
        inside.addStretch(1)
        both.addWidget(frame, 5)
        self._side = QFrame()
        side = look.column(self._side, gap=2)
        self._priority = look.words("heading")
        self._priority.setText(look.t("Priority"))
        self._choices = PriorityChoices(look)
        side.addWidget(self._priority)
        side.addWidget(self._choices, 1)
        both.addWidget(self._side, 5)
        self._party = PartyStepper(look)
        (inside if look.theme.elder else side).addWidget(self._party)
        column.addLayout(both, 1)
        self._banner = Banner(look)
        column.addWidget(self._banner)
        self._add_keys(column)

    def _add_keys(self, column: QVBoxLayout) -> None:
        """Side by side; on an upright screen the key that takes the number has a row of its own."""
        look, t = self.look, self.look.t
        keys = look.across(gap=2 if look.upright else 3)
        quiet = look.row(gap=2 if look.upright else 3)
        self._another = look.key(
            t("Another service too"), "confirm-another", on.AddAnother(), picture="plus", tall=True
        )
        self._document = look.key(t("Add my ID"), "confirm-document", on.AddDocument(), picture="card", tall=True)
        agree = look.key(t("Take this number"), "confirm-agree", on.Agree(), "primary", "ticket", tall=True)
        for key in (self._another, self._document):
            quiet.addWidget(key, 1)
        keys.addLayout(quiet, 1)
        keys.addWidget(agree, 1)
        column.addLayout(keys)

    def show_state(self, state: State) -> None:
        page, t = state.page, self.look.t
        if not isinstance(page, Confirm):
            return
        found = [service for one in basket.wanted(state) if (service := state.service(one)) is not None]
        if not found:
            return
        several = len(found) > 1
        self._ask.setText(words.question(t, len(found)))
        self._show_one(state, None if several else found[0])
        self._chosen.show_services(state, found if several else ())
        self._facts.show_facts(_of_several(self.look, state, found) if several else _of_one(self.look, state, found[0]))
        self._show_side(state, page)
        self._another.setVisible(basket.may_add(state))
        self._document.setVisible(state.person is None)
        self._banner.show_lines(self._notices(state, page))

    def _show_one(self, state: State, service: ServiceEntry | None) -> None:
        for part in (self._service, self._department):
            part.setVisible(service is not None)
        if service is None:
            return
        department = state.department(service.department)
        set_role(self._service, "title" if len(service.name) <= LONG_NAME else "heading")
        self._service.setText(service.name)
        self._department.setText(department.name if department else "")

    def _show_side(self, state: State, page: Confirm) -> None:
        limit = basket.party_limit(state)
        classes = () if state.elder or len(state.priorities) < 2 else state.priorities
        for part in (self._priority, self._choices):
            part.setVisible(bool(classes))
        self._choices.show_classes(classes, page.priority)
        self._party.show_party(basket.party(state), limit)
        self._side.setVisible(bool(classes) or (limit > 1 and not self.look.theme.elder))

    def _notices(self, state: State, page: Confirm) -> list[tuple[str, str]]:
        t, limit, said = self.look.t, basket.party_limit(state), []
        if page.party > limit:
            said.append(("people", t.plural(
                "For these services only {n} person can be on one number.",
                "For these services at most {n} people can be on one number.",
                limit,
            )))  # fmt: skip
        if state.world.printer != "ok":
            no_slip = t("No slip can be printed now; your number will be shown on the screen.")
            said.append(("printer", f"{words.printer(t, state.world.printer)} {no_slip}"))
        return said


def _of_one(look: Look, state: State, service: ServiceEntry) -> list[Fact]:
    t = look.t
    count = state.waiting(service)
    facts: list[Fact] = [("people", words.ahead(t, count), True)]
    range_ = words.minutes(t, service.estimate)
    if range_ and count:
        facts.append(("clock", t("Expected wait: {range}", range=range_), True))
    if closing := words.closing(t, service.estimate):
        facts.append(("warning", closing, True))
    first = offers.desk(state) if offers.by_way_of_the_desk(state, service) else None
    if first is not None:
        facts.append(("next", t("First to: {desk}", desk=first.name), True))
    place = words.where(t, words.zone_of(state.catalogue, service.zone))
    if place and not state.elder:
        facts.append(("place", t("Please wait here: {place}", place=place), False))
    facts += _needs(look, [service])
    if service.hint:
        facts.append(("info", service.hint, False))
    return [*facts, *_document(look, state)]


def _of_several(look: Look, state: State, found: list[ServiceEntry]) -> list[Fact]:
    """What they have in common; large type keeps its room for the list, and for what may not be done today."""
    late = [service for service in found if words.closing(look.t, service.estimate)]
    warnings = [_may_be_too_late(look, late)] if late else []
    if state.elder:
        return warnings
    begins = ("info", look.t("You begin where it is best for you now; the slip says where."), False)
    return [*warnings, begins, *_needs(look, found), *_document(look, state)]


def _may_be_too_late(look: Look, late: list[ServiceEntry]) -> Fact:
    t = look.t
    names = t(", ").join(words.shortened(service.name) for service in late)
    return "warning", t("{service}: {advice}", service=names, advice=words.closing(t, late[0].estimate)), True


def _needs(look: Look, found: list[ServiceEntry]) -> list[Fact]:
    needs = words.needs(found)
    return [("document", look.t("Have ready: {list}", list=look.t(", ").join(needs)), False)] if needs else []


def _document(look: Look, state: State) -> list[Fact]:
    if state.person is None:
        return []
    return [("card", look.t("Your document: {number}", number=documents.masked(state.person.number)), False)]
