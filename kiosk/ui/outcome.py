"""How it ended: printing, the number on paper, or the number on the screen only."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout

from contract.bodies import Ticket
from hallui.widgets import Words
from kiosk import inputs as on
from kiosk import words
from kiosk.state import Finding, Printing, Result, State, Taking, Unprinted
from kiosk.ui.countdown import Countdown
from kiosk.ui.facts import Facts
from kiosk.ui.hero import HeroNumber
from kiosk.ui.look import CENTRE, Look, Screen
from kiosk.ui.picture import Picture
from kiosk.ui.qr import QrCode


class BusyScreen(Screen):
    """Something is under way; touches do nothing now, and the words say so."""

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        column = look.column(self, gap=3)
        column.addStretch(2)
        self._picture = Picture(look.theme, "ticket", 180)
        column.addWidget(self._picture, 0, CENTRE)
        self._title = look.words("title", "busy-title", CENTRE)
        self._advice = look.words("fact", "busy-advice", CENTRE)
        column.addWidget(self._title)
        column.addWidget(self._advice)
        column.addStretch(3)

    def show_state(self, state: State) -> None:
        t = self.look.t
        if isinstance(state.page, Printing):
            self._picture.show_picture("printer", "brand")
            self._title.setText(t("Your number is {number}. It is being printed.", number=state.page.ticket.number))
            self._advice.setText(t("Please take your slip below."))
        elif isinstance(state.page, Taking | Finding):
            self._picture.show_picture("ticket", "brand")
            self._title.setText(t("One moment please"))
            self._advice.setText(t("Your number is on its way."))


class NumberCard(QFrame):
    """The number, as large as the card allows, on a raised surface; the hero of every page it is on."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._look = look
        self.column: QVBoxLayout = look.column(self, gap=1)
        edge = look.theme.space(3)
        self.column.setContentsMargins(edge, edge, edge, edge)
        self.caption = look.words("fact", "number-caption", CENTRE)
        self.number = HeroNumber(look.theme)
        self.service = look.words("heading", "number-service", CENTRE)
        self.column.addWidget(self.caption)
        self.column.addWidget(self.number, 1)
        self.then = look.words("fact", "number-then", CENTRE)
        self.column.addWidget(self.service)
        self.column.addWidget(self.then)

    def show_number(self, caption: str, number: str, service: str, then: str = "") -> None:
        self.caption.setText(caption)
        self.number.show_number(number)
        self.service.setText(service)
        self.then.setText(then)
        self.then.setVisible(bool(then))

    def show_ticket(self, caption: str, state: State, ticket: Ticket) -> None:
        """The number of `ticket`, what it is for, and what follows with it."""
        service = state.service(ticket.service)
        then = words.onward(self._look.t, ticket, state.catalogue) if state.catalogue else ""
        self.show_number(caption, ticket.number, service.name if service else "", then)


class QrCard(QFrame):
    """The code and what it is for; hidden when the server gives no page for visitors."""

    def __init__(self, look: Look, side: float) -> None:
        super().__init__()
        self.setProperty("role", "card")
        column = look.column(self, gap=1)
        edge = look.theme.space(2)
        column.setContentsMargins(edge, edge, edge, edge)
        column.addStretch(1)
        self._code = QrCode(look.theme.px(side))
        self._caption: Words = look.words("fact", "qr-caption", CENTRE)
        column.addWidget(self._code, 0, CENTRE)
        column.addWidget(self._caption)
        column.addStretch(1)

    def show_url(self, url: str, caption: str) -> None:
        self._code.show_data(url)
        self._caption.setText(caption)
        self.setVisible(bool(url))


class ResultScreen(Screen):
    """The number, where to wait, what to bring, the way to follow it by phone."""

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        column = look.column(self, gap=3)
        both = look.across(gap=3)
        self._number = NumberCard(look)
        both.addWidget(self._number, 5)
        right = look.column(gap=3) if not look.upright else look.row(gap=3)
        facts, inside = look.card(2.5 if look.theme.elder else 4)
        self._facts = Facts(look)
        inside.addWidget(self._facts)
        inside.addStretch(1)
        self._qr = QrCard(look, 230 if look.theme.elder else 250)
        right.addWidget(facts, 3)
        right.addWidget(self._qr, 2)
        both.addLayout(right, 4)
        column.addLayout(both, 1)
        self._countdown = Countdown(look.theme)
        column.addWidget(self._countdown)
        column.addWidget(look.key(look.t("Done"), "result-done", on.StartOver(), "primary", "check", tall=True))

    def show_state(self, state: State) -> None:
        if not isinstance(state.page, Result):
            return
        ticket, t = state.page.ticket, self.look.t
        self._number.show_ticket(t("Your number. Please take your slip."), state, ticket)
        self._facts.show_facts(facts_of(self.look, state, ticket))
        self._qr.show_url(ticket.visitor_url, t("Scan to follow your number on your phone"))
        self._countdown.show_timer(state.timer, state.timer_seconds)


class UnprintedScreen(Screen):
    """No paper: the number and its code stay on the screen until somebody has kept them."""

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        theme, t = look.theme, look.t
        column = look.column(self, gap=3)
        top = look.row(gap=2)
        top.addWidget(Picture(theme, "printer", 72, "warn"), 0, Qt.AlignmentFlag.AlignTop)
        said = look.column(gap=0.5)
        self._title = look.words("heading", "unprinted-title")
        self._advice = look.words("fact", "unprinted-advice")
        said.addWidget(self._title)
        said.addWidget(self._advice)
        top.addLayout(said, 1)
        column.addLayout(top)
        both = look.across(gap=3)
        self._number = NumberCard(look)
        self._qr = QrCard(look, 320)
        both.addWidget(self._number, 5)
        both.addWidget(self._qr, 3)
        column.addLayout(both, 1)
        keys = look.row(gap=3)
        self._again = look.key(t("Print again"), "unprinted-reprint", on.Reprint(), picture="printer", tall=True)
        self._kept = look.key(t("I have kept my number"), "unprinted-claim", on.Claim(), "primary", "check", tall=True)
        keys.addWidget(self._again, 1)
        keys.addWidget(self._kept, 2)
        column.addLayout(keys)

    def show_state(self, state: State) -> None:
        page, t = state.page, self.look.t
        if not isinstance(page, Unprinted):
            return
        self._title.setText(words.printer(t, page.code))
        self._advice.setText(
            t(
                "Your number is {number}. Please photograph or scan it. Staff will look after the printer.",
                number=page.ticket.number,
            )
        )
        self._number.show_ticket(t("Your number"), state, page.ticket)
        self._qr.show_url(page.ticket.visitor_url, t("Scan to keep and follow your number"))


def facts_of(look: Look, state: State, ticket: Ticket) -> list[tuple[str, str, bool]]:
    """What the holder of `ticket` needs to know now; what to bring is on the slip, so large type leaves it out."""
    t = look.t
    facts = []
    place = words.where(t, words.zone_of(state.catalogue, ticket.zone))
    if place:
        facts.append(("place", t("Please wait here: {place}", place=place), True))
    booked = words.booked(t, ticket, state.catalogue.time_zone if state.catalogue else "UTC")
    if booked:
        facts.append(("clock", booked, True))
    facts.append(("people", words.ahead(t, ticket.ahead), True))
    range_ = words.minutes(t, ticket.estimate)
    if range_ and ticket.ahead:
        facts.append(("clock", t("Expected wait: {range}", range=range_), True))
    if closing := words.closing(t, ticket.estimate):
        facts.append(("warning", closing, True))
    service = state.service(ticket.service)
    if service and service.needs and not ticket.stops and not state.elder:
        facts.append(("document", t("Have ready: {list}", list=t(", ").join(service.needs)), False))
    return facts
