"""Promises side by side, ours and the simple one everybody else makes, and the table of how they came out.

Both are told the same things at the same time: who waits, which windows are open, and, once it has happened, how long
each service took and each visitor waited. Waits are graded in minutes; see queueserver.domain.promise for walkouts.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from statistics import fmean

from queueserver.domain import estimate
from queueserver.domain.hall import HallPlan
from queueserver.domain.learned import Learned
from queueserver.domain.line import Line
from queueserver.domain.promise import Promise
from queueserver.domain.sharing import Sharing
from queueserver.domain.ticket import Ticket
from queueserver.domain.window import Window, WindowState
from queueserver.domain.workload import Floor, loads_of


@dataclass(slots=True)
class Hall:
    """A hall as a visitor finds it."""

    plan: HallPlan
    line: Line = field(default_factory=Line)
    windows: dict[str, Window] = field(default_factory=dict)
    tickets: dict[str, Ticket] = field(default_factory=dict)
    """Those at windows, by id."""


@dataclass(frozen=True, slots=True)
class Wait:
    """What came of one ticket that had to wait: minutes, and whether it ended with a call; `base` as Simple says."""

    day: int
    queue: str
    minutes: float
    called: bool
    low: float
    high: float
    shown: tuple[int, int]
    middle: float
    base: float
    privileged: bool = False


class Recorder:
    """Lets the product's own estimate, and the simple one, see a hall's days go by."""

    def __init__(self, plan: HallPlan) -> None:
        self.waits: list[Wait] = []
        self.learned: dict[str, Learned] = {}
        self._plan = plan
        self._last30: dict[str, deque[float]] = {queue: deque(maxlen=30) for queue in plan.queues}
        self._open: dict[str, tuple[Wait, Promise]] = {}

    def issued(self, ticket: Ticket, hall: Hall, day: int) -> Ticket:
        """The ticket with its promise, as the server would issue it; it is not yet in the line."""
        privileged = ticket.priority_class in self._plan.privileged
        learned, now = self._of(ticket.queue), ticket.issued_at
        loads = loads_of(self._plan, Sharing(self._plan, hall.windows), self.learned, now)
        promise = Floor(loads, hall.windows, hall.tickets, now).promise_in(hall.line, ticket)
        if privileged:
            self.learned[ticket.queue] = learned.privileged_came(ticket.issued_at.timestamp() / 60)
        if promise is not None and promise.spread:
            low, high = estimate.ends(promise, learned)
            wait = Wait(
                day,
                ticket.queue,
                0.0,
                called=False,
                low=low,
                high=high,
                shown=(promise.low, promise.high),
                middle=estimate.middle(promise, learned),
                base=self._simple(ticket, hall),
                privileged=privileged,
            )
            self._open[ticket.id] = (wait, promise)
        return replace(ticket, promise=promise)

    def ended(self, ticket: Ticket, now: datetime, *, called: bool) -> None:
        """It waits no more."""
        learned = self._of(ticket.queue).left(called=called)
        if ticket.promise is not None:
            learned = estimate.after(learned, ticket.promise.met(ticket.issued_at, now, called=called))
        self.learned[ticket.queue] = learned
        if (found := self._open.pop(ticket.id, None)) is not None:
            minutes = (now - ticket.issued_at).total_seconds() / 60
            self.waits.append(replace(found[0], minutes=minutes, called=called))

    def served(self, ticket: Ticket, minutes: float, now: datetime) -> None:
        """A window was busy with it so long."""
        configured = self._plan.queues[ticket.queue].service_minutes
        self.learned[ticket.queue] = self._of(ticket.queue).served(ticket.service, minutes, now.hour, configured)
        self._last30[ticket.queue].append(minutes)

    def _simple(self, ticket: Ticket, hall: Hall) -> float:
        """Everybody ahead in the queue takes as long as the last 30 did, and the open windows share them."""
        last = self._last30[ticket.queue]
        mean = fmean(last) if last else self._plan.queues[ticket.queue].service_minutes
        windows = self._plan.windows_of_queue[ticket.queue]
        opened = sum(hall.windows[window].state is WindowState.OPEN for window in windows)
        return (hall.line.length(ticket.queue) + 1) * mean / (opened or len(windows))

    def _of(self, queue: str) -> Learned:
        return self.learned.get(queue) or Learned()


@dataclass(frozen=True, slots=True)
class Grade:
    """Of `graded` tickets: shares in the range, before and after it; mean width and error, minutes."""

    graded: int
    covered: float
    earlier: float
    later: float
    width: float
    error: float

    def __str__(self) -> str:
        return (
            f"{self.covered:.1%} of {self.graded} covered ({self.earlier:.1%} earlier, {self.later:.1%} later), "
            f"width {self.width:.2f} min, error {self.error:.2f} min"
        )


Promised = tuple[Wait, float, float, float]
"""A wait with the low end, the high end and the middle of what was promised."""


def ours(waits: Iterable[Wait], *, shown: bool) -> list[Promised]:
    """As shown, in whole minutes, or before rounding."""
    return [(w, *(w.shown if shown else (w.low, w.high)), w.middle) for w in waits]


def simple(waits: Sequence[Wait], first_day: int) -> list[Promised]:
    """The baseline from `first_day` on, made fair: its range is what covered 80 % on the days before."""
    ratios = sorted(w.minutes / w.base for w in waits if w.day < first_day and w.called and w.base > 0)
    low, middle, high = (ratios[int(len(ratios) * share)] for share in (0.1, 0.5, 0.9))
    return [(w, w.base * low, w.base * high, w.base * middle) for w in waits if w.day >= first_day]


def grade(promised: Iterable[Promised]) -> Grade:
    """A walkout counts as missed when it waited beyond the range, and not at all when it did not."""
    called, walked = [], 0
    for one in promised:
        wait, _, high, _ = one
        if wait.called:
            called.append(one)
        elif wait.minutes > high:
            walked += 1
    count = len(called) + walked
    earlier = sum(wait.minutes < low for wait, low, _, _ in called)
    later = sum(wait.minutes > high for wait, _, high, _ in called) + walked
    return Grade(
        count,
        1 - (earlier + later) / count,
        earlier / count,
        later / count,
        fmean(high - low for _, low, high, _ in called),
        fmean(abs(wait.minutes - middle) for wait, _, _, middle in called),
    )
