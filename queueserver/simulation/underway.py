"""A simulated visit under way: which of the visitor's stages follows the next call."""

from __future__ import annotations

from dataclasses import dataclass, field

from queueserver.domain.ticket import Ticket
from queueserver.simulation.visitors import Stage, Visitor


@dataclass(slots=True)
class Course:
    """`phase` counts the visit's calls, `ticket` is its present leg, `gone` left before the first call.

    `been` counts the stages each stop has had.
    """

    visitor: Visitor
    ticket: Ticket
    phase: int = 0
    gone: bool = False
    been: dict[tuple[str, str], int] = field(default_factory=dict)

    def next_stage(self, at_ms: int) -> Stage:
        """What follows the call, or the going on without one, at this time."""
        self.phase += 1
        visitor = self.visitor
        if self.phase == 1 and visitor.leaves_after_ms is not None:
            self.gone = at_ms > visitor.at_ms + visitor.leaves_after_ms
        if self.gone:
            return visitor.absent
        if self.phase > len(visitor.stages) and visitor.at_stop:
            return self._at_stop()
        return visitor.stages[min(self.phase, len(visitor.stages)) - 1]

    def _at_stop(self) -> Stage:
        stop = (self.ticket.service, self.ticket.queue)
        stages = self.visitor.at_stop.get(stop) or next(iter(self.visitor.at_stop.values()))
        self.been[stop] = been = self.been.get(stop, 0) + 1
        return stages[min(been, len(stages)) - 1]
