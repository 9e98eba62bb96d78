"""The first screen: four choices at most, or plainly why there are none now."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy

from contract.bodies import ServiceState
from kiosk import inputs as on
from kiosk import offers, words
from kiosk.state import State
from kiosk.ui.banner import Banner
from kiosk.ui.look import CENTRE, Look, Screen
from kiosk.ui.picture import Picture
from kiosk.ui.tile import Face, Tile


class StartScreen(Screen):
    """Take a number, check in, search, and what most people come for or, in a hall of two levels, the service desk."""

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        theme, t = look.theme, look.t
        column = look.column(self, gap=3)
        title = look.words("title", "start-title")
        title.setText(t("Welcome. What would you like to do?"))
        column.addWidget(title)
        self._banner = Banner(look)
        column.addWidget(self._banner)
        choices = look.across(gap=3)
        self._take = self._tile("start-take", theme.type.hero, on.TakeNumber(), hero=True)
        self._search = self._tile("start-search", theme.type.title, on.ShowSearch())
        self._hot = self._tile("start-hot", theme.type.title, on.ShowHot())
        self._desk = self._tile("start-desk", theme.type.title, on.TakeDesk())
        self._arrive = self._tile("start-check-in", theme.type.title, on.ShowCheckIn())
        side = look.column(gap=3)
        side.addWidget(self._arrive, 1)
        side.addWidget(self._search, 1)
        side.addWidget(self._hot, 1)
        side.addWidget(self._desk, 1)
        choices.addWidget(self._take, 3)
        choices.addLayout(side, 2)
        column.addLayout(choices, 1)
        self._devices = look.words("fact", "start-devices", CENTRE)
        column.addWidget(self._devices)

    def show_state(self, state: State) -> None:
        t = self.look.t
        has_hot = bool(offers.services(state, ""))
        self._take.show_face(Face(t("Take a number"), t("Choose a department, then your business"), picture="ticket"))
        self._search.show_face(Face(t("Search"), t("Type the first letters of what you need"), picture="search"))
        self._hot.show_face(Face(t("Most used"), t("What most people come for"), picture="star"))
        desk = offers.desk(state)
        self._hot.setVisible(has_hot and desk is None)
        self._desk.setVisible(desk is not None)
        if desk is not None:
            said = t("One touch gives a number for: {desk}", desk=desk.name)
            self._desk.show_face(Face(t("I do not know which"), said, picture="help"))
        self._arrive.show_face(Face(t("I have an appointment"), t("Check in with your code or card"), picture="check"))
        arrives = state.catalogue is not None and state.catalogue.appointments
        self._arrive.setVisible(arrives)
        for tile in (self._arrive, self._search, self._hot, self._desk):
            tile.set_stacked(not arrives)
        self._devices.setText(" ".join(self._without_touch(state, arrives=arrives)))
        self._devices.setVisible(bool(self._devices.text()))
        self._banner.show_lines(self._notices(state))

    def _without_touch(self, state: State, *, arrives: bool) -> list[str]:
        t, said = self.look.t, []
        if arrives and state.world.scanner == "ok":
            said.append(t("If you have booked, hold your booking code to the scanner."))
        if state.world.reader == "ok":
            said.append(t("You may also place your ID card on the reader."))
        return said

    def _notices(self, state: State) -> list[tuple[str, str]]:
        t, catalogue = self.look.t, state.catalogue
        if catalogue is None or offers.hall_state(state) is ServiceState.OPEN:
            return []
        if offers.hall_state(state) is ServiceState.FULL:
            return [("closed", t("All numbers for today have been taken."))]
        opens = words.opens(t, offers.hall_opens_at(state), self.look.now(), catalogue.time_zone)
        return [("clock", " ".join(part for part in (t("The hall is closed now."), opens) if part))]

    def _tile(self, name: str, size: float, touch: on.Input, *, hero: bool = False) -> Tile:
        tile = Tile(self.look.theme, hero=hero, stacked=True, size=size)
        tile.setObjectName(name)
        tile.clicked.connect(lambda: self.look.tell(touch))
        return tile


class OfflineScreen(Screen):
    """Nothing can be given out: the server has not answered yet, or no longer does."""

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        column = look.column(self, gap=3)
        column.addStretch(2)
        self._picture = Picture(look.theme, "offline", 160, "warn")
        column.addWidget(self._picture, 0, CENTRE)
        self._title = look.words("title", "offline-title", CENTRE)
        self._advice = look.words("fact", "offline-advice", CENTRE)
        for words_ in (self._title, self._advice):
            words_.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
            column.addWidget(words_, 0, Qt.AlignmentFlag.AlignVCenter)
        column.addStretch(3)

    def show_state(self, state: State) -> None:
        t = self.look.t
        if state.world.online:
            self._picture.show_picture("clock", "brand")
            self._title.setText(t("One moment please"))
            self._advice.setText(t("This kiosk is starting."))
            return
        self._picture.show_picture("offline", "warn")
        self._title.setText(t("No numbers can be given out here at the moment"))
        self._advice.setText(
            t("The kiosk cannot reach the queue server. It keeps trying. Please ask at the service desk meanwhile.")
        )
