"""The thread that owns one cable of bars: what hardware.bars.standing decides is said here, and nothing else."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hardware.bars.dialect import ACCEPTED, BarDialect, Verdict
from hardware.bars.standing import ONE_WAY, Errand, Standings, Wish
from hardware.bus.line import BusLine
from hardware.bus.timing import Timing
from hardware.errors import BarError
from hardware.ports import BarLine, Condition, Health
from hardware.transport.link import Transport
from hardware.watcher import Watcher

LOG = logging.getLogger(__name__)

PING_WAIT = 2.0
PING_ANSWER = 64
OPENING = 1.0
IDLE = 0.4
NO_ANSWER = Health(Condition.DOWN, "no_answer", "no answer in time")


@dataclass(frozen=True, slots=True)
class Habits:
    """`again`: seconds after which a text is repeated, for a bar that lost its power unnoticed; 0 = never."""

    again: float = 60.0
    echo: bool = False
    retry: float = 1.0


@dataclass(slots=True)
class _Question:
    """Somebody waits for a ping."""

    answered: threading.Event = field(default_factory=threading.Event)
    health: Health = NO_ANSWER


class BarCable(Watcher[None, Transport]):
    """A hardware.ports.WindowBar over any transport and any dialect."""

    def __init__(
        self, name: str, link: Transport, dialect: BarDialect, timing: Timing, habits: Habits | None = None
    ) -> None:
        habits = habits or Habits()
        super().__init__(name, habits.retry)
        self.ability = dialect.ability
        self._link = link
        self._dialect = dialect
        self._line: BusLine[Any] = BusLine(timing, dialect.framer, self._closing.is_set, echo=habits.echo)
        self._standings = Standings(again=habits.again, forgets=dialect.forgets, confirmed=dialect.answer_size > 0)
        self._questions: dict[int, list[_Question]] = {}
        self._lock = threading.Lock()  # over standings and questions
        self._news = threading.Event()
        self._tried = threading.Event()
        self.start(lambda seen: None, self._line_changed)

    def show(self, address: int, lines: Sequence[BarLine], *, seconds: float = 0.0, called: bool = False) -> None:
        """See hardware.ports.WindowBar."""
        self._must_exist(address)
        if not lines:
            raise BarError("a bar needs at least one line to show")
        kept = tuple(lines[: self.ability.lines])
        self._dialect.show(address, kept, seconds)  # raises here, in front of whoever asks, and not on the thread
        now = time.monotonic()
        with self._lock:
            self._standings.wish(address, Wish(kept, now + seconds if seconds > 0 else 0.0), now, called=called)
        self._news.set()

    def clear(self, address: int) -> None:
        """See hardware.ports.WindowBar."""
        self._must_exist(address)
        with self._lock:
            self._standings.wish(address, Wish(), time.monotonic())
        self._news.set()

    def brightness(self, address: int, percent: int) -> None:
        """See hardware.ports.WindowBar."""
        self._must_exist(address)
        if not 0 <= percent <= 100:
            raise BarError(f"brightness is 0-100, not {percent}")
        with self._lock:
            self._standings.dim(address, percent, time.monotonic())
        self._news.set()

    def ping(self, address: int) -> Health:
        """See hardware.ports.WindowBar."""
        if address not in self._dialect.addresses:
            return Health(Condition.DOWN, "no_such_address", f"no bar can have address {address}")
        if not self._dialect.ping(address):
            return ONE_WAY
        question = _Question()
        with self._lock:
            self._questions.setdefault(address, []).append(question)
            self._standings.question(address, time.monotonic())
        self._news.set()
        question.answered.wait(PING_WAIT)
        return self._health if self._health.condition is Condition.DOWN else question.health

    def health(self) -> Health:
        """See hardware.ports.WindowBar."""
        self._tried.wait(OPENING)
        line = self._health
        if line.condition is Condition.DOWN:
            return line
        with self._lock:
            silent = self._standings.silent
        if silent:
            return Health(Condition.WARNING, "bars_silent", "no answer from " + ", ".join(map(str, silent)))
        return line if self._dialect.answer_size else ONE_WAY

    def health_of(self, address: int) -> Health:
        """See hardware.ports.WindowBar."""
        with self._lock:
            known = self._standings.health(address)
        return self._health if self._health.condition is Condition.DOWN else known

    def close(self) -> None:
        """See hardware.ports.WindowBar."""
        self._closing.set()
        self._news.set()
        super().close()

    def _must_exist(self, address: int) -> None:
        if address not in self._dialect.addresses:
            first, last = self._dialect.addresses[0], self._dialect.addresses[-1]
            raise BarError(f"address {address} is not in {first}-{last}")

    # -- on the thread

    def _line_changed(self, health: Health) -> None:
        self._tried.set()
        if health.condition is Condition.DOWN:
            LOG.warning("%s: %s", self.name, health.detail)

    def _connect(self) -> Transport:
        self._link.open()
        with self._lock:
            self._standings.line_is_back(time.monotonic())
        return self._link

    def _look(self, link: Transport) -> None:
        now = time.monotonic()
        with self._lock:
            errand = self._standings.take(now)
            wait = self._standings.wait(now)
            questions = self._questions.pop(errand.address, []) if errand else []
        if errand is None:
            self._news.wait(IDLE if wait is None else min(wait, IDLE))
            self._news.clear()
            return
        verdict = self._converse(link, errand, now, asked=bool(questions))
        if self._closing.is_set():
            return
        with self._lock:
            health = self._standings.done(errand, verdict, time.monotonic())
        for question in questions:
            question.health = health
            question.answered.set()

    def _converse(self, link: Transport, errand: Errand, now: float, *, asked: bool) -> Verdict | None:
        """The worst of all answers, None as soon as one is missing. Raises LinkError."""
        verdict = ACCEPTED
        size = self._dialect.answer_size
        frames = self._frames(errand, now)
        for frame in frames:
            told = self._said(link, errand.address, frame, size)
            if told is None:
                return None
            verdict = told if told.refused else verdict
        for frame in self._dialect.ping(errand.address) if asked or not frames else ():
            told = self._said(link, errand.address, frame, size or PING_ANSWER)
            if told is None:
                return None
        return verdict

    def _frames(self, errand: Errand, now: float) -> list[bytes]:
        frames: list[bytes] = []
        if errand.wish is not None and errand.wish.lines:
            left = max(errand.wish.until - now, 0.1) if errand.wish.until else 0.0
            frames += self._dialect.show(errand.address, errand.wish.lines, left)
        elif errand.wish is not None:
            frames += self._dialect.clear(errand.address)
        if errand.percent is not None:
            frames += self._dialect.brightness(errand.address, errand.percent)
        return frames

    def _said(self, link: Transport, address: int, frame: bytes, answer_size: int) -> Verdict | None:
        if not answer_size or not link.two_way:
            self._line.say(link, frame)
            return ACCEPTED
        return self._line.ask(link, frame, lambda message: self._dialect.verdict(address, message), answer_size)
