"""A recorded day as days to be played: with nothing changed, every call comes out as it was."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from statistics import median

from contract.config import HallConfig
from queueserver.domain.hall import HallPlan
from queueserver.simulation.courses import moves_of, multiplied, visitors_of
from queueserver.simulation.daychanges import OF_THE_DAY, DayChanges
from queueserver.simulation.recording import Fact, Recording
from queueserver.simulation.retrace import Chance, Retraced, retrace
from queueserver.simulation.run import Simulation, Staff
from queueserver.simulation.visitors import HALL, Visitor, WindowMove


class RecordedStaff:
    """Uses each window's recorded chances one after another; then calls after the hall's usual time."""

    def __init__(self, chances: dict[str, list[Chance]]) -> None:
        self._chances = {window: deque(mine) for window, mine in chances.items()}
        delays = [chance.delay_ms for w, mine in chances.items() if w != HALL for chance in mine if chance.called]
        self._usual = round(median(delays)) if delays else 0

    def reaction(self, window: str) -> tuple[int, int]:
        mine = self._chances.get(window)
        if not mine:
            return 0 if window == HALL else self._usual, 0
        chance = mine.popleft()
        return chance.delay_ms, chance.rank


class RecordedDays:
    """One recorded day; `hall` is another hall to play it in."""

    def __init__(
        self,
        recording: Recording,
        hall: HallConfig | None = None,
        factor: float = 1.0,
        seed: int | None = None,
        retraced: Retraced | None = None,
    ) -> None:
        self.retraced: Retraced = retraced or retrace(recording)
        self.config = hall or recording.config
        self.days: Sequence[date] = (recording.day,)
        self._recording = recording
        self._own_hall = hall is None
        self._visitors = visitors_of(recording, self.retraced)
        if factor != 1:
            self._visitors = list(multiplied(self._visitors, factor, seed or 1))

    @property
    def left_out(self) -> Sequence[Fact]:
        """Configurations published during the day that are not tried, because another hall is."""
        published = (fact for fact in self._recording.facts if fact.type == "config.published")
        first = self._recording.version
        return [] if self._own_hall else [fact for fact in published if fact.data["version"] != first]

    def begin(self, simulation: Simulation, tried: Callable[[HallConfig], HallPlan]) -> None:
        """The windows as the day found them, and the configurations published during the day."""
        first = self._recording.facts[0]
        simulation.found_open(self._recording.windows, first.at_ms)
        changes = DayChanges()
        for fact in self._recording.calendar:
            changes.again(fact, simulation.order)
        for fact in self._recording.facts:
            if fact.type in OF_THE_DAY:
                simulation.at(fact.at_ms, fact.rank, changes.again, fact, simulation.order)
            if fact.type == "config.published" and self._own_hall:
                plan = tried(self._recording.configs[fact.data["version"]])
                simulation.at(fact.at_ms, fact.rank, simulation.configure, plan)

    def staff(self) -> Staff:
        return RecordedStaff(self.retraced.chances)

    def visitors(self, day: date) -> Iterable[Visitor]:
        return self._visitors

    def moves(self, day: date, plan: HallPlan) -> list[WindowMove]:
        return moves_of(self._recording)
