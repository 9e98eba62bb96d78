"""From the whole hall to one service: departments, their services, search by letters."""

from __future__ import annotations

from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel

from contract.bodies import Catalogue, ServiceEntry, ServiceState
from hallui.keypad import LetterPad
from hallui.keys import BACKSPACE
from kiosk import inputs as on
from kiosk import offers, words
from kiosk.search import Index
from kiosk.state import Search, Services, State
from kiosk.ui.letters import LetterBar
from kiosk.ui.look import Look, Screen
from kiosk.ui.paged import Item, PagedTiles
from kiosk.ui.tile import Face


def _sizes(look: Look, largest: float) -> tuple[float, ...]:
    """Title sizes to try: large when everything fits on one page with it, else the usual one."""
    usual = look.theme.type.button
    return (usual,) if look.theme.elder else (usual * largest, usual * (1 + largest) / 2, usual)


class DepartmentsScreen(Screen):
    """Whom the visitor wants to see."""

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        column = look.column(self, gap=3)
        title = look.words("title", "departments-title")
        title.setText(look.t("Choose a department"))
        top = look.row()
        top.addWidget(title, 1)
        top.addWidget(look.key(look.t("Search"), "search", on.ShowSearch(), picture="search"))
        column.addLayout(top)
        self._tiles = PagedTiles(look, column=400, sizes=_sizes(look, 1.3))
        self._tiles.chosen.connect(lambda chosen: look.tell(on.ChooseDepartment(chosen)))
        self._tiles.turned.connect(lambda: look.tell(on.Touched()))
        column.addWidget(self._tiles, 1)

    def show_state(self, state: State) -> None:
        self._tiles.show_items("departments", [self._item(state, offer) for offer in offers.departments(state)])

    def _item(self, state: State, offer: offers.DepartmentOffer) -> Item:
        t, entry = self.look.t, offer.entry
        if offer.state is ServiceState.OPEN:
            notes = (words.waiting(t, offer.waiting), words.minutes(t, offer.estimate) if offer.waiting else "")
        else:
            zone = state.catalogue.time_zone if state.catalogue else "UTC"
            notes = (
                words.service_state(t, offer.state),
                words.opens(t, offer.opens_at, self.look.now(), zone),
            )
        face = Face(
            entry.name,
            notes=tuple(note for note in notes if note),
            picture=entry.icon or "building",
            dim=offer.state is not ServiceState.OPEN,
        )
        return Item(entry.id, face)


def service_item(look: Look, state: State, service: ServiceEntry, *, department: str = "") -> Item:
    """A service as a tile: its name whole, what to bring, and what to expect."""
    t = look.t
    zone = state.catalogue.time_zone if state.catalogue else "UTC"
    if service.state is ServiceState.OPEN:
        count = state.waiting(service)
        notes = [words.waiting(t, count), words.minutes(t, service.estimate) if count else ""]
    else:
        notes = [words.service_state(t, service.state), words.opens(t, service.opens_at, look.now(), zone)]
    needs = t("Bring: {list}", list=t(", ").join(service.needs)) if service.needs and not state.elder else ""
    subtitle = "  ·  ".join(part for part in (department, needs) if part)
    face = Face(
        service.name,
        subtitle,
        notes=tuple(note for note in notes if note),
        picture="check" if service.id in state.basket.services else "",
        dim=service.state is not ServiceState.OPEN,
        chosen=service.id in state.basket.services,
    )
    return Item(service.id, face)


class ServicesScreen(Screen):
    """What for; one department's, or what most people come for."""

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        column = look.column(self, gap=3)
        self._title = look.words("title", "services-title")
        top = look.row()
        top.addWidget(self._title, 1)
        top.addWidget(look.key(look.t("Search"), "search", on.ShowSearch(), picture="search"))
        column.addLayout(top)
        self._tiles = PagedTiles(look, column=560, sizes=_sizes(look, 1.15), most_columns=3)
        self._letters = LetterBar(look)
        self._letters.chosen.connect(self._tiles.turn_to)
        self._tiles.arranged.connect(self._offer_letters)
        self._found: tuple[ServiceEntry, ...] = ()
        column.addWidget(self._letters)
        self._tiles.chosen.connect(lambda chosen: look.tell(on.ChooseService(chosen)))
        self._tiles.turned.connect(lambda: look.tell(on.Touched()))
        column.addWidget(self._tiles, 1)

    def show_state(self, state: State) -> None:
        if not isinstance(state.page, Services):
            return
        department = state.department(state.page.department)
        self._title.setText(department.name if department else self.look.t("Most used"))
        self._found = offers.services(state, state.page.department)
        items = [service_item(self.look, state, service) for service in self._found]
        self._tiles.show_items(f"services {state.page.department}", items)

    def _offer_letters(self) -> None:
        """A list of many pages is in order of letters and can be opened at each of them."""
        many = self._tiles.page_count > offers.LONG_LIST_PAGES
        self._letters.show_letters(offers.first_of_letters(self._found) if many else {})


class SearchScreen(Screen):
    """Results at every letter; a wired or scanned keyboard may type too, Chinese included."""

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        theme, t = look.theme, look.t
        self._index: tuple[Catalogue, Index] | None = None
        column = look.column(self, gap=2)
        self._field = QLabel()
        self._field.setObjectName("search-field")
        self._field.setProperty("role", "field")
        frame, inside = look.card(1.5)
        frame.setFrameShape(QFrame.Shape.StyledPanel)
        inside.addWidget(self._field)
        column.addWidget(frame)
        both = look.across(gap=3)
        found = look.column(gap=2)
        self._hint = look.words("soft", "search-hint")
        self._tiles = PagedTiles(
            look, column=520, sizes=(theme.type.body * 1.1,), most_columns=2 if look.upright else 1
        )
        self._tiles.chosen.connect(lambda chosen: look.tell(on.ChooseService(chosen)))
        self._tiles.turned.connect(lambda: look.tell(on.Touched()))
        found.addWidget(self._hint)
        found.addWidget(self._tiles, 1)
        self._pad = LetterPad(theme, clear_text=t("Clear"))
        self._pad.pressed_key.connect(lambda key: look.tell(on.Type(key)))
        both.addLayout(found, 11)
        pad = look.column()
        pad.addWidget(self._pad)
        if not look.upright:
            self._pad.setFixedHeight(theme.px(420))
            pad.addStretch(1)
        both.addLayout(pad, 4 if look.upright else 9)
        column.addLayout(both, 1)

    def show_state(self, state: State) -> None:
        if not isinstance(state.page, Search) or state.catalogue is None:
            return
        t, text = self.look.t, state.page.text
        found = self._found(state.catalogue, text)
        self._field.setText(text.upper() if text else t("Type letters"))
        self._field.setEnabled(bool(text))
        self._hint.setText(self._advice(text, len(found)))
        names = {entry.id: entry.name for entry in state.catalogue.departments}
        items = [service_item(self.look, state, one, department=names.get(one.department, "")) for one in found]
        self._tiles.show_items(f"search {text}", items)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A keyboard, a scanner that types, or an input method."""
        key = BACKSPACE if event.text() == "\b" else event.text()
        if key:
            self.look.tell(on.Type(key))

    def _advice(self, text: str, count: int) -> str:
        t = self.look.t
        if not text:
            return t("For example SHBX for 社会保险. What most people come for:")
        if not count:
            return t("Nothing found. Try fewer letters, or go back and choose a department.")
        return t.plural("{n} found", "{n} found", count)

    def _found(self, catalogue: Catalogue, text: str) -> tuple[ServiceEntry, ...]:
        if self._index is None or self._index[0] is not catalogue:
            self._index = (catalogue, Index(catalogue))
        return self._index[1].find(text)
