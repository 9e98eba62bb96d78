"""What each bar shall show, what it is known to show, and when it is its turn again: pure, the time is told."""

from __future__ import annotations

from dataclasses import dataclass

from hardware.bars.dialect import Verdict
from hardware.bus.turns import Turns
from hardware.ports import HEALTHY, BarLine, Condition, Health

ATTEMPTS = 3
"""Unanswered requests in a row after which a bar counts as silent."""
SOON = 0.15
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 30.0
"""Seconds between two tries of a silent bar: doubled each time, up to the longest."""
NOT_ASKED = Health(Condition.OK, "not_asked", "nothing was sent to this bar yet")
ONE_WAY = Health(Condition.OK, "one_way", "this bar does not answer: what it shows is not confirmed")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a bar shall show, no lines = nothing; `until` in the teller's seconds, 0 = for good."""

    lines: tuple[BarLine, ...] = ()
    until: float = 0.0


@dataclass(frozen=True, slots=True)
class Errand:
    """One turn of one bar: what is to be said to it, None = nothing of that."""

    address: int
    wish: Wish | None
    percent: int | None
    hurried: bool = False


@dataclass(slots=True)
class _Bar:
    wish: Wish | None = None
    percent: int | None = None
    dimmed: int | None = None
    misses: int = 0
    health: Health = NOT_ASKED

    @property
    def silent(self) -> bool:
        return self.misses >= ATTEMPTS


class Standings:
    """`again`: seconds after which it is said again, 0 = never. `forgets`: bars drop a text by themselves in time."""

    def __init__(self, *, again: float, forgets: bool, confirmed: bool) -> None:
        self._again = again
        self._forgets = forgets
        self._confirmed = confirmed
        self._turns = Turns()
        self._bars: dict[int, _Bar] = {}

    def wish(self, address: int, wish: Wish, now: float, *, called: bool = False) -> None:
        """The newest wish wins; a silent bar keeps the time of its next try, however often it is called."""
        bar = self._bar(address)
        bar.wish = wish
        if not bar.silent:
            self._turns.ask(address, now, hurried=called)

    def dim(self, address: int, percent: int, now: float) -> None:
        """The newest brightness wins."""
        bar = self._bar(address)
        bar.percent = percent
        if not bar.silent:
            self._turns.ask(address, now)

    def question(self, address: int, now: float) -> None:
        """Somebody waits for this bar: its turn is now."""
        self._bar(address)
        self._turns.ask(address, now, hurried=True)

    def line_is_back(self, now: float) -> None:
        """Nobody knows what happened while the cable was away: all is said again."""
        for address, bar in self._bars.items():
            bar.misses = 0
            bar.dimmed = None
            self._turns.ask(address, now)

    def take(self, now: float) -> Errand | None:
        """Whose turn it is, and with what; None when nobody is due."""
        turn = self._turns.take(now)
        if turn is None:
            return None
        address, hurried = turn
        bar = self._bars[address]
        if bar.wish is not None and bar.wish.until and bar.wish.until <= now:
            bar.wish = None if self._forgets else Wish()
        return Errand(address, bar.wish, bar.percent if bar.percent != bar.dimmed else None, hurried)

    def wait(self, now: float) -> float | None:
        """Seconds until somebody is due, None when nobody will be."""
        return self._turns.wait(now)

    def done(self, errand: Errand, verdict: Verdict | None, now: float) -> Health:
        """The bar's health after this turn; `verdict` None = it did not answer."""
        bar = self._bars[errand.address]
        if verdict is None:
            return self._missed(errand, bar, now)
        bar.misses = 0
        bar.dimmed = errand.percent if errand.percent is not None and not verdict.refused else bar.dimmed
        bar.health = _health(verdict, confirmed=self._confirmed)
        if errand.address not in self._turns:
            self._plan(errand.address, bar, now)
        return bar.health

    def health(self, address: int) -> Health:
        """The last known state."""
        bar = self._bars.get(address)
        return bar.health if bar else NOT_ASKED

    @property
    def silent(self) -> tuple[int, ...]:
        """Addresses that do not answer."""
        return tuple(sorted(address for address, bar in self._bars.items() if bar.silent))

    def _bar(self, address: int) -> _Bar:
        return self._bars.setdefault(address, _Bar())

    def _missed(self, errand: Errand, bar: _Bar, now: float) -> Health:
        address = errand.address
        bar.misses += 1
        if bar.silent:
            bar.health = Health(Condition.DOWN, "no_answer", f"bar {address} does not answer")
            bar.dimmed = None
            pause = min(FIRST_PAUSE * 2 ** min(bar.misses - ATTEMPTS, 10), LONGEST_PAUSE)
            self._turns.put_off(address, now + pause)
        else:
            self._turns.put_off(address, now + SOON, hurried=errand.hurried)  # others go on meanwhile
        return bar.health if bar.silent else Health(Condition.DOWN, "no_answer", f"bar {address} did not answer")

    def _plan(self, address: int, bar: _Bar, now: float) -> None:
        wish = bar.wish
        times = [now + self._again] if self._again and wish is not None else []
        if wish is not None and wish.until and not self._forgets:
            times.append(wish.until)
        if times:
            self._turns.put_off(address, min(times))


def _health(verdict: Verdict, *, confirmed: bool) -> Health:
    if verdict.refused:
        return Health(Condition.WARNING, "bar_refused", verdict.refused)
    return HEALTHY if confirmed else ONE_WAY
