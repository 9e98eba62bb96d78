"""How many come together: two big keys and the number between them; one person touches nothing."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from hallui.widgets import Key
from kiosk import inputs as on
from kiosk.ui.look import CENTRE, Look


class PartyStepper(QWidget):
    """Hidden where everybody needs a number of their own."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        theme, t = look.theme, look.t
        row = look.row(self, gap=2)
        said = look.words("heading", "party-ask")
        said.setText(t("How many people?"))
        row.addWidget(said, 1)
        self._fewer = self._key(look, "minus", t("One person fewer"), -1)
        self._count = look.words("title", "party-count", CENTRE)
        self._count.setMinimumWidth(theme.px(110 if theme.elder else 80))
        self._more = self._key(look, "plus", t("One person more"), +1)
        for part in (self._fewer, self._count, self._more):
            row.addWidget(part)

    def show_party(self, people: int, limit: int) -> None:
        """So many come, at most `limit` of them on one number."""
        self.setVisible(limit > 1)
        self._count.setText(str(people))
        self._fewer.setEnabled(people > 1)
        self._more.setEnabled(people < limit)

    def _key(self, look: Look, picture: str, says: str, by: int) -> Key:
        key = look.key("", f"party-{picture}", on.ChangeParty(by), picture=picture)
        key.say("")
        key.setAccessibleName(says)
        key.setMinimumWidth(look.theme.px(130 if look.theme.elder else 110))
        return key
