"""From records to figures: waits per queue and class, and how windows were used. Minutes, and shares from 0 to 1."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from math import ceil

from queueserver.domain.hall import HallPlan
from queueserver.domain.ticket import State
from queueserver.simulation.chance import MS_A_MINUTE
from queueserver.simulation.records import Leg, Records
from queueserver.simulation.virtualhall import moment

EVERYTHING = ""
"""In place of a queue or a class: all of them."""
SLOT_MINUTES = 30


@dataclass(frozen=True, slots=True)
class Waits:
    """The waits of one queue's tickets of one class. `called` of `tickets` were called, the figures are of those.

    `over`: share that waited longer than the bound. `left`: walked out or cancelled; `missed`: calls nobody came to;
    `uncalled`: still waiting when the day closed.
    """

    queue: str
    priority_class: str
    tickets: int
    called: int
    mean: float
    p50: float
    p90: float
    longest: float
    over: float
    left: int
    missed: int
    uncalled: int


@dataclass(frozen=True, slots=True)
class WindowUse:
    """`busy`: share of the open time from a call to the end of the stay."""

    window: str
    open_hours: float
    busy: float
    finished: int


@dataclass(frozen=True, slots=True)
class Report:
    """One variant of the days, in figures; `slots` are mean waits by queue and time of arrival (minute of the day)."""

    name: str
    days: int
    bound_minutes: int
    waits: tuple[Waits, ...]
    windows: tuple[WindowUse, ...]
    refused: tuple[tuple[str, str, int], ...]
    slots: dict[str, tuple[tuple[int, float], ...]]
    unkept: int = 0
    """Appointments nobody came for."""

    @property
    def whole(self) -> Waits:
        return self.waits[-1]

    @property
    def busy(self) -> float:
        """Of all windows' open time."""
        hours = sum(window.open_hours for window in self.windows)
        return sum(window.open_hours * window.busy for window in self.windows) / hours if hours else 0.0


def report(
    name: str, days: int, records: Records, plan: HallPlan, zone: tzinfo, bound_minutes: int | None = None
) -> Report:
    """The figures of all `records`; `bound_minutes` replaces the policy's own."""
    bound = plan.policy.longest_wait_minutes if bound_minutes is None else bound_minutes
    return Report(
        name=name,
        days=days,
        bound_minutes=bound,
        waits=tuple(_waits(records.legs, list(plan.queues), list(plan.classes), bound)),
        windows=tuple(_windows(records, list(plan.windows))),
        refused=_refused(records, plan),
        slots=_slots(records.legs, zone),
        unkept=records.unkept,
    )


def _waits(legs: Sequence[Leg], queues: Sequence[str], classes: Sequence[str], bound: int) -> Iterable[Waits]:
    """Each queue's classes, each queue, each class over all queues, everything."""
    groups: dict[tuple[str, str], list[Leg]] = defaultdict(list)
    for leg in legs:
        for queue in (leg.queue, EVERYTHING):
            for kind in (leg.priority_class, EVERYTHING):
                groups[queue, kind].append(leg)
    gone = sorted({leg.queue for leg in legs}.difference(queues))
    for queue in (*queues, *gone, EVERYTHING):
        kinds = [kind for kind in classes if (queue, kind) in groups]
        for kind in (*(kinds if len(kinds) > 1 else ()), EVERYTHING):
            if (queue, kind) in groups or queue == kind == EVERYTHING:
                yield _figures(queue, kind, groups[queue, kind], bound)


def _figures(queue: str, kind: str, legs: Sequence[Leg], bound: int) -> Waits:
    waits = sorted(leg.wait_ms / MS_A_MINUTE for leg in legs if leg.wait_ms is not None)
    count = len(waits)
    return Waits(
        queue=queue,
        priority_class=kind,
        tickets=len(legs),
        called=count,
        mean=sum(waits) / count if count else 0.0,
        p50=percentile(waits, 0.5),
        p90=percentile(waits, 0.9),
        longest=waits[-1] if waits else 0.0,
        over=sum(wait > bound for wait in waits) / count if count and bound else 0.0,
        left=sum(leg.end in (State.WALKOUT, State.CANCELLED) for leg in legs),
        missed=sum(leg.misses for leg in legs),
        uncalled=sum(leg.called_ms is None and leg.end in (State.EXPIRED, State.WAITING) for leg in legs),
    )


def _refused(records: Records, plan: HallPlan) -> tuple[tuple[str, str, int], ...]:
    """(queue, code of the refusal, arrivals); a service the hall does not have stands for itself."""
    counts: Counter[tuple[str, str]] = Counter()
    for (service, code), count in records.refused.items():
        known = plan.services.get(service)
        counts[known.queue if known else service, code] += count
    return tuple((queue, code, count) for (queue, code), count in sorted(counts.items()))


def percentile(ordered: Sequence[float], share: float) -> float:
    """Nearest rank: the least value that `share` of all do not exceed; 0 of nothing."""
    return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else 0.0


def _windows(records: Records, windows: Sequence[str]) -> Iterable[WindowUse]:
    gone = sorted(records.windows.keys() - set(windows))
    for window in (*windows, *gone):
        hours = records.windows.get(window)
        if hours is not None:
            busy = hours.busy_ms / hours.open_ms if hours.open_ms else 0.0
            yield WindowUse(window, hours.open_ms / MS_A_MINUTE / 60, busy, hours.finished)


def _slots(legs: Sequence[Leg], zone: tzinfo) -> dict[str, tuple[tuple[int, float], ...]]:
    sums: dict[tuple[str, int], list[float]] = defaultdict(list)
    for leg in legs:
        if leg.wait_ms is not None:
            local = moment(leg.since_ms).astimezone(zone)
            slot = (local.hour * 60 + local.minute) // SLOT_MINUTES * SLOT_MINUTES
            sums[leg.queue, slot].append(leg.wait_ms / MS_A_MINUTE)
    slots: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for (queue, slot), waits in sorted(sums.items()):
        slots[queue].append((slot, sum(waits) / len(waits)))
    return {queue: tuple(points) for queue, points in slots.items()}
