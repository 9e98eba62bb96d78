"""Who is next by ratio and bound: the real engine against a second, small implementation of the same sentences.

The sentences: privileged classes go first; after N privileged calls in a row at a window the longest-waiting ordinary
visitor is taken; an ordinary visitor who has waited M minutes, longer than any privileged one, is taken too. The second
implementation shares nothing with the engine, neither its line nor its choice nor its clockwork.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from proofs.claims import Claim
from proofs.halls import OLD, OPENS_MS, PLAIN, arriving, hall, served
from queueserver.domain.hall import Policy
from queueserver.simulation.chance import Draw
from queueserver.simulation.records import Leg
from queueserver.simulation.visitors import Visitor

VISITORS = 400
DAYS_EACH = 3


def claims(_: Path | None) -> Iterator[Claim]:
    service = Draw(mean_minutes=6, spread=0.7)
    calls = differing = too_long = 0
    for ratio, bound, windows, day in product((1, 2, 3, 5), (0, 15, 45), (1, 3, 6), range(DAYS_EACH)):
        rates = {OLD: 0.4 * windows / 6, PLAIN: 0.7 * windows / 6}
        visitors = list(arriving(rates, service, VISITORS, f"ratio/{ratio}/{bound}/{windows}/{day}"))
        policy = Policy(privileged_per_ordinary=ratio, longest_wait_minutes=bound)
        records = served(hall(windows, policy), iter(visitors)).records
        engine = [int(number[1:]) - 1 for number, _ in records.calls]
        second = Second(visitors, windows, ratio, bound).order()
        calls += len(second)
        differing += sum(one != other for one, other in zip(engine, second, strict=True))
        too_long += sum(row > ratio for row in _rows(records.legs))
    which = f"{calls} calls under 12 policies"
    yield Claim(
        f"ratio and bound: each of {which} as a second implementation has it",
        "0 differ",
        f"{differing} differ",
        not differing,
    )
    yield Claim(
        "ratio: rows of privileged calls at one window over the ratio while an ordinary visitor waits",
        "0",
        f"{too_long}",
        not too_long,
    )


def _rows(legs: Sequence[Leg]) -> Iterator[int]:
    """How many privileged calls each window has made in a row, at each of them, with an ordinary visitor waiting."""
    plain = [leg for leg in legs if leg.priority_class == PLAIN]
    came, called = (sorted(times) for times in zip(*((leg.since_ms, leg.called_ms or 0) for leg in plain), strict=True))
    rows: dict[str, int] = {}
    for leg in sorted(legs, key=lambda leg: (leg.called_ms or 0, leg.number)):
        at, window = leg.called_ms or 0, leg.window or ""
        waits = bisect_left(came, at) > bisect_right(called, at)
        rows[window] = rows.get(window, 0) + 1 if leg.priority_class == OLD and waits else 0
        yield rows[window]


@dataclass(slots=True)
class Second:
    """Windows 0 to n-1 that call at once; of several idle ones the one that is idle longest."""

    visitors: list[Visitor]
    windows: int
    ratio: int
    bound: int
    lines: dict[bool, list[int]] = field(default_factory=lambda: {True: [], False: []})
    called: list[int] = field(default_factory=list)

    def order(self) -> list[int]:
        """The visitors' indices in the order of their calls."""
        free = [(OPENS_MS, window) for window in range(self.windows)]
        busy: list[tuple[int, int]] = []
        rows = [0] * self.windows
        for index, visitor in enumerate([*self.visitors, None]):
            now = visitor.at_ms if visitor else None
            while busy and (now is None or min(busy)[0] < now):
                at, window = min(busy)
                busy.remove((at, window))
                free.append((at, window))
                self._serve(free, busy, rows, at)
            if visitor is not None:
                self.lines[visitor.priority_class == OLD].append(index)
                self._serve(free, busy, rows, visitor.at_ms)
        return self.called

    def _serve(self, free: list[tuple[int, int]], busy: list[tuple[int, int]], rows: list[int], now: int) -> None:
        while free and (self.lines[True] or self.lines[False]):
            since_and_window = min(free)
            free.remove(since_and_window)
            window = since_and_window[1]
            old = self._takes_privileged(rows[window], now)
            index = self.lines[old].pop(0)
            rows[window] = rows[window] + 1 if old else 0
            self.called.append(index)
            busy.append((now + self.visitors[index].stages[0].stay_ms, window))

    def _takes_privileged(self, row: int, now: int) -> bool:
        old, plain = self.lines[True], self.lines[False]
        if not old or not plain:
            return bool(old)
        waited = (now - self.visitors[plain[0]].at_ms) // 60_000
        overdue = 0 < self.bound <= waited and plain[0] < old[0]
        return not overdue and row < self.ratio
