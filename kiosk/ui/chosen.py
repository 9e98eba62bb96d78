"""The services on one number: a line for each with the key that takes it off, and the bar that keeps them in sight."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QFrame, QWidget

from contract.bodies import ServiceEntry
from hallui.widgets import Key, Words
from kiosk import inputs as on
from kiosk import words
from kiosk.basket import MOST
from kiosk.state import Departments, Search, Services, State
from kiosk.ui.look import Look
from kiosk.ui.picture import Picture


class ChosenList(QWidget):
    """What is wanted, in the order asked for."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        column = look.column(self, gap=1.5)
        self._lines = [_Line(look) for _ in range(MOST)]
        for line in self._lines:
            column.addWidget(line)

    def show_services(self, state: State, found: Sequence[ServiceEntry]) -> None:
        """Hidden without services."""
        self.setVisible(bool(found))
        for at, line in enumerate(self._lines):
            line.setVisible(at < len(found))
            if at < len(found):
                line.show_service(state, found[at])


class _Line(QWidget):
    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._service = ""
        row = look.row(self, gap=2)
        said = look.column(gap=0)
        self._name: Words = look.words("heading" if look.theme.elder else "fact")
        self._wait: Words = look.words("soft")
        said.addWidget(self._name)
        said.addWidget(self._wait)
        row.addLayout(said, 1)
        self._remove: Key = look.key_without_touch(look.t("Remove"), "remove", "remove")
        self._remove.clicked.connect(self._sender())
        row.addWidget(self._remove)

    def show_service(self, state: State, service: ServiceEntry) -> None:
        t = self._look.t
        self._service = service.id
        self._name.setText(words.shortened(service.name))
        count = state.waiting(service)
        range_ = words.minutes(t, service.estimate) if count else ""
        self._wait.setText("  ·  ".join(part for part in (words.ahead(t, count), range_) if part))
        self._wait.setVisible(not state.elder)
        self._remove.setObjectName(f"remove-{service.id}")
        self._remove.setAccessibleName(t("Remove {service}", service=service.name))

    def _sender(self) -> Callable[[], None]:
        return lambda: self._look.tell(on.RemoveService(self._service))


class BasketBar(QFrame):
    """Above the footer while one more service is looked for: what is on the number already, and the way back to it."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        theme = look.theme
        outer = look.row(self)
        side = theme.space(4 if look.upright else 5)
        outer.setContentsMargins(side, 0, side, theme.space(2))
        frame, inside = look.card(0)
        frame.setObjectName("basket")
        frame.setStyleSheet(
            f"QFrame#basket {{ background: {theme.palette.tint}; border: {theme.px(2)}px solid {theme.palette.brand};"
            f" border-radius: {theme.radius}px; }}"
        )
        row = look.row(gap=2)
        edge = theme.space(1.5)
        row.setContentsMargins(edge * 2, edge, edge, edge)
        row.addWidget(Picture(theme, "ticket", 40, "brand"))
        self._words = look.words("fact", "basket-words")
        row.addWidget(self._words, 1)
        row.addWidget(look.key(look.t("Done choosing"), "basket-list", on.ShowBasket(), picture="check"))
        inside.addLayout(row)
        outer.addWidget(frame)
        self.hide()

    def show_state(self, state: State) -> None:
        chosen = state.basket.services
        self._words.setText(words.chosen(self._look.t, state) if chosen else "")
        self.setVisible(bool(chosen) and isinstance(state.page, Departments | Services | Search))
