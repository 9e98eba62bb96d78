"""Why there is no number, or no second one; whoever wants several services keeps the others."""

from __future__ import annotations

from hallui.widgets import Key
from kiosk import basket, words
from kiosk import inputs as on
from kiosk.state import Duplicate, Refused, State
from kiosk.ui.look import CENTRE, Look, Screen
from kiosk.ui.outcome import NumberCard
from kiosk.ui.picture import Picture


class _ListKeys:
    """The ways on for who wants several services; hidden for everybody else."""

    def __init__(self, look: Look, name: str) -> None:
        t = look.t
        self.to_list: Key = look.key(t("Back to my list"), f"{name}-list", on.ShowBasket(), picture="back", tall=True)
        self.without: Key = look.key(
            t("Go on without it"), f"{name}-without", on.GoWithout(), "primary", "check", tall=True
        )

    def show_state(self, state: State) -> None:
        self.to_list.setVisible(bool(state.basket.services))
        self.without.setVisible(basket.can_go_without(state))


class RefusedScreen(Screen):
    """No ticket: what happened, what it means, what to do."""

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        theme, t = look.theme, look.t
        column = look.column(self, gap=3)
        column.addStretch(2)
        self._picture = Picture(theme, "warning", 150, "warn")
        column.addWidget(self._picture, 0, CENTRE)
        self._title = look.words("title", "refused-title", CENTRE)
        self._service = look.words("heading", "refused-service", CENTRE)
        self._more = look.words("fact", "refused-more", CENTRE)
        for part in (self._title, self._service, self._more):
            column.addWidget(part)
        column.addStretch(2)
        keys = look.row(gap=3)
        self._retry = look.key(t("Try again"), "refused-retry", on.Retry(), "primary", tall=True)
        self._other = look.key(t("Choose something else"), "refused-back", on.Back(), "", "back", tall=True)
        self._list = _ListKeys(look, "refused")
        for key in (self._list.to_list, self._other, self._list.without, self._retry):
            keys.addWidget(key, 1)
        column.addLayout(keys)

    def show_state(self, state: State) -> None:
        page, t = state.page, self.look.t
        if not isinstance(page, Refused):
            return
        picture = {"queue_closed": "clock", "last_ticket_time": "clock", "server_unreachable": "offline"}
        self._picture.show_picture(picture.get(page.code, "warning"), "warn")
        self._title.setText(words.refusal(t, page.code, page.params))
        service = state.service(page.service)
        self._service.setText(service.name if service else "")
        zone = state.catalogue.time_zone if state.catalogue else "UTC"
        self._more.setText(words.opens(t, page.opens_at, self.look.now(), zone))
        self._more.setVisible(bool(self._more.text()))
        self._retry.setVisible(page.order is not None)
        self._list.show_state(state)
        self._other.setVisible(page.service not in state.basket.services and not _of_all(page, state))


def _of_all(page: Refused, state: State) -> bool:
    """Said about the list as a whole; then the list is where to go."""
    return not page.service and bool(state.basket.services)


class DuplicateScreen(Screen):
    """The visitor has a ticket already: it can be printed again, a second one cannot be had."""

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        t = look.t
        column = look.column(self, gap=3)
        self._title = look.words("title", "duplicate-title", CENTRE)
        self._number = NumberCard(look)
        column.addWidget(self._title)
        column.addWidget(self._number, 1)
        keys = look.row(gap=3)
        self._back = look.key(t("Choose something else"), "duplicate-back", on.Back(), "", "back", tall=True)
        self._reprint = look.key(
            t("Print it again"), "duplicate-reprint", on.Reprint(), "primary", "printer", tall=True
        )
        self._list = _ListKeys(look, "duplicate")
        for key in (self._list.to_list, self._back, self._list.without, self._reprint):
            keys.addWidget(key, 1)
        column.addLayout(keys)

    def show_state(self, state: State) -> None:
        page, t = state.page, self.look.t
        if not isinstance(page, Duplicate):
            return
        service = state.service(page.service)
        self._title.setText(t("You already have a number for this"))
        self._number.show_number(t("Your number"), page.number, service.name if service else "")
        several = bool(state.basket.services)
        self._list.show_state(state)
        self._back.setVisible(not several)
        self._reprint.setVisible(not several)
