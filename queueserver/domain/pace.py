"""How long tickets take at a window at this hour, from what their queues have learned; each is worked out once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from queueserver.domain.hall import HallPlan
from queueserver.domain.learned import Learned

UNKNOWN_MINUTES: Final = 8.0
UNLEARNED: Final = Learned()


class Pace:
    """Minutes under one plan at one hour of the hall; a queue that has learned is worked out anew."""

    def __init__(self, plan: HallPlan, learned: Mapping[str, Learned], hour: int) -> None:
        self.hour = hour
        self._plan, self._learned = plan, learned
        self._of: dict[str, _OfQueue] = {}

    def learned(self, queue: str) -> Learned:
        return self._learned.get(queue, UNLEARNED)

    def of(self, queue: str) -> _OfQueue:
        """The queue's; another object once it has learned how long services take or how many are called at all."""
        learned = self._learned.get(queue, UNLEARNED)
        known = self._of.get(queue)
        if known is None or known.source.durations is not learned.durations or known.source.came is not learned.came:
            plan = self._plan.queues.get(queue)
            known = self._of[queue] = _OfQueue(learned, plan.service_minutes if plan else UNKNOWN_MINUTES, self.hour)
        return known

    def privileged(self, queue: str, at: float) -> float:
        """Windows' minutes a minute that privileged visitors of the queue still to come take; `at` as in learned."""
        learned = self._learned.get(queue)
        return learned.privileged_a_minute(at) * self.of(queue).mean if learned and learned.privileged_rate else 0.0


class _OfQueue:
    """`mean` minutes and squared `variation` of a visitor at a window."""

    __slots__ = ("_configured", "_minutes", "_pace", "_share", "mean", "source", "variation")

    def __init__(self, learned: Learned, configured: float, hour: int) -> None:
        self.source, self._configured = learned, configured
        self._pace, self._share = learned.pace(hour), learned.share_called()
        self._minutes: dict[str, float] = {}
        self.mean, self.variation = learned.mean(configured) * self._pace, learned.variation()

    def minutes(self, service: str) -> float:
        """Of a window's time, for one ticket that waits; a part of them leaves before."""
        if (known := self._minutes.get(service)) is None:
            known = self.source.minutes(service, self._configured) * self._pace
            self._minutes[service] = known = known * self._share
        return known
