"""Hours changed live, a day ended early and reopened: what was done to a recorded day as a whole, done again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from queueserver.domain import events
from queueserver.handlers import commands
from queueserver.ports import Actor
from queueserver.simulation.recording import Fact
from queueserver.store.plantimes import minutes_of

CALENDAR: Final = "calendar.changed"
OF_THE_DAY: Final = frozenset({CALENDAR, "day.closed", "day.reopened"})
BOSS: Final = Actor("as-recorded", "as recorded", frozenset({"manager"}))

Do = Callable[[commands.Command], Sequence[events.Event]]
"""Carries a command out and returns what came of it."""


class DayChanges:
    """Remembers which of our closures the recorded ones are."""

    def __init__(self) -> None:
        self._ours: dict[str, str] = {}

    def again(self, fact: Fact, do: Do) -> None:
        """Do what the fact says; nothing for the day's end at its boundary, which comes by itself."""
        if fact.type == CALENDAR and fact.data.get("windows"):
            return  # what became of the windows was recorded too
        if fact.type == CALENDAR:
            if fact.data["ended"]:
                do(commands.EndClosure(BOSS, self._ours.get(fact.data["closure"], "")))
                return
            for event in do(_closure(fact)):
                if isinstance(event, events.CalendarChanged):
                    self._ours[fact.data["closure"]] = event.closure.id
        elif fact.type == "day.reopened":
            do(commands.ReopenDay(BOSS))
        elif not fact.data.get("final", True):
            do(commands.CloseDay(BOSS, "as recorded", (), dry_run=False))


def _closure(fact: Fact) -> commands.MakeClosure:
    data = fact.data
    return commands.MakeClosure(
        by=BOSS,
        queues=tuple(data["queues"]),
        day=date.fromisoformat(data["date"]),
        start=minutes_of(data["start"]),
        end=minutes_of(data["end"]),
        opens=data["opens"],
        reason="as recorded",
        void_waiting=False,
        notice=(),
        dry_run=False,
    )
