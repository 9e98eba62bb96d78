"""How to take a number, in three steps and large words."""

from __future__ import annotations

from kiosk.state import State
from kiosk.ui.facts import Facts
from kiosk.ui.look import Look, Screen


class HelpScreen(Screen):
    """Three steps, and whom to ask."""

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        t = look.t
        column = look.column(self, gap=4)
        title = look.words("title", "help-title")
        title.setText(t("How to take a number"))
        column.addWidget(title)
        frame, inside = look.card()
        steps = [
            ("ticket", t("1. Touch 'Take a number' and choose the department and your business."), True),
            ("search", t("Or touch 'Search' and type the first letters of what you need."), False),
            ("check", t("2. Check that it is right and touch 'Take this number'."), True),
            ("printer", t("3. Take your slip and wait in the area printed on it."), True),
            ("info", t("Watch the screens and listen: you are called by your number."), False),
            ("help", t("If you need help, please ask at the service desk."), True),
        ]
        facts = Facts(look)
        facts.show_facts([step for step in steps if step[2] or not look.theme.elder])
        inside.addWidget(facts)
        inside.addStretch(1)
        column.addWidget(frame, 1)

    def show_state(self, state: State) -> None:
        """Always the same."""
