"""A clock that does not follow a jump ahead that cannot be: a wrong date must not end everybody's day.

Each reading is compared with the furthest one before and a stopwatch that nobody can set. A clock that runs back is
followed at once, and forward again as far as it was; that does no harm, because a hall's time stands still meanwhile
(store/live.py). One that jumps a little ahead is believed when it has said so for ten minutes. One that jumps hours or
years ahead is never believed by itself: time goes on as it went before until the clock is set right or a person
confirms it. A machine that was asleep has not jumped: the stopwatch goes on while it sleeps, where there is such a one.

What was known is kept over a restart (`Kept`). After a reboot nothing says how long it took, so a clock that is not
behind what was known, and not weeks ahead of it, is taken as it is and may still be set right for a while.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from queueserver.ports import Clock

log = logging.getLogger(__name__)

JUMP: Final = timedelta(minutes=1)
"""A clock ahead of the stopwatch by less is only being adjusted."""
CONFIRMED_AFTER: Final = timedelta(minutes=10)
BELIEVABLE: Final = timedelta(hours=2)
"""A jump further than this is believed by nobody but a person."""
LONGEST_SWITCHED_OFF: Final = timedelta(days=14)
"""A hall is closed for a festival, but not longer without somebody who looks after it."""
SETTLING: Final = timedelta(minutes=30)
"""After a reboot the network's time comes late: so long it is believed at once."""
_END_OF_TIME: Final = datetime.max.replace(tzinfo=UTC)


class Machine(Clock, Protocol):
    """What a computer says about time."""

    @property
    def boot(self) -> str:
        """Another text after each start of the machine; empty when it cannot tell."""

    def seconds(self) -> float:
        """Since some moment, the same for all processes of one boot; goes on while the machine sleeps."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the clock knew, for the next process: `told` is how far it had come when the stopwatch showed `seconds`."""

    boot: str
    seconds: float
    told: datetime
    held: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """`told` is the time that holds, `machine` what the machine says; `held` = not believed until a person confirms."""

    told: datetime
    machine: datetime
    doubted: bool
    held: bool


@dataclass(frozen=True, slots=True)
class _Doubt:
    """Since when (stopwatch) the machine says to be so far `ahead`."""

    since: float
    ahead: timedelta

    @property
    def held(self) -> bool:
        return self.ahead > BELIEVABLE


class SteadyClock:
    """`machine` without its jumps ahead; `kept` and `newest` (fact in the database) are what was known before."""

    def __init__(self, machine: Machine, kept: Kept | None = None, newest: datetime | None = None) -> None:
        self._machine = machine
        self._lock = threading.Lock()
        self._doubt: _Doubt | None = None
        self._said, self._at = machine.now(), machine.seconds()
        self._known: datetime | None = None
        """After a reboot: the latest time known before it. From it until `_until` the clock may still be set right."""
        self._until = _END_OF_TIME
        self._settled_at = self._at
        self._wrong = False
        """The machine came up with a time that cannot be."""
        if kept is not None and kept.boot and kept.boot == machine.boot and kept.seconds <= self._at:
            self._said, self._at = kept.told, kept.seconds
        else:
            self._rebooted(kept, newest)

    def now(self) -> datetime:
        with self._lock:
            return self._judge().told

    def judgement(self) -> Judgement:
        with self._lock:
            return self._judge()

    def kept(self) -> Kept:
        """What the next process should know."""
        with self._lock:
            held = self._judge().held
            at = self._machine.seconds()
            return Kept(self._machine.boot, at, self._said + _whole_ms(at - self._at), held)

    def believe(self) -> None:
        """A person says that the machine is right."""
        with self._lock:
            self._follow(self._machine.now(), self._machine.seconds())

    def _rebooted(self, kept: Kept | None, newest: datetime | None) -> None:
        known = max((one for one in (kept.told if kept else None, newest) if one is not None), default=None)
        longest = BELIEVABLE if kept is not None and kept.held else LONGEST_SWITCHED_OFF
        self._known = self._said if known is None else known
        if known is not None:
            self._until = known + longest
            self._wrong = not known - JUMP <= self._said <= self._until
        if self._wrong:
            self._said = self._known
        self._settled_at = self._at + SETTLING.total_seconds()

    def _judge(self) -> Judgement:
        read, at = self._machine.now(), self._machine.seconds()
        expected = self._said + _whole_ms(at - self._at)
        ahead = read - expected
        if ahead <= JUMP:
            self._doubt = None
            if read >= expected:
                self._said, self._at, self._wrong = read, at, False
            return Judgement(read, read, doubted=False, held=False)
        if self._may_be_set_right(read, at):
            log.warning("the machine's clock was set ahead by %s after its start", ahead)
            return self._follow(read, at)
        if self._doubt is None or abs(ahead - self._doubt.ahead) > JUMP:
            self._doubt = _Doubt(at, ahead)
            _complain(read, expected, self._doubt)
        elif not self._doubt.held and at - self._doubt.since >= CONFIRMED_AFTER.total_seconds():
            log.warning("the clock has been ahead by %s for %s and is believed now", ahead, CONFIRMED_AFTER)
            return self._follow(read, at)
        return Judgement(expected, read, doubted=True, held=self._doubt.held)

    def _may_be_set_right(self, read: datetime, at: float) -> bool:
        """A clock that was wrong at the start is right whenever it comes to be, any other only for a while."""
        if self._known is None or not self._known <= read <= self._until:
            return False
        return self._wrong or at <= self._settled_at

    def _follow(self, read: datetime, at: float) -> Judgement:
        self._said, self._at, self._doubt, self._wrong = read, at, None, False
        return Judgement(read, read, doubted=False, held=False)


def _complain(read: datetime, expected: datetime, doubt: _Doubt) -> None:
    if doubt.held:
        log.error(
            "the machine's clock says %s, %s ahead of what can be; the halls' time goes on from %s, and no day ends "
            "by it. Set the clock right, or if it is right confirm it: hall clock --confirm 'DATE TIME'",
            read.isoformat(timespec="seconds"),
            doubt.ahead,
            expected.isoformat(timespec="seconds"),
        )
    else:
        log.warning("the clock jumped ahead by %s; it is believed if that lasts %s", doubt.ahead, CONFIRMED_AFTER)


def _whole_ms(seconds: float) -> timedelta:
    return timedelta(milliseconds=int(seconds * 1000))
