"""What call pads and rating pads of a described vendor share: one thread, turns, questions and what comes unasked."""

from __future__ import annotations

import threading
import time
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from hardware.bus.line import BusLine
from hardware.bus.timing import Timing
from hardware.bus.turns import Turns
from hardware.errors import OptionError
from hardware.frames.description import Description
from hardware.frames.layout import Message, Unframer
from hardware.ports import HEALTHY, Condition, Health
from hardware.transport.link import Transport
from hardware.watcher import Watcher

Seen = TypeVar("Seen")
Told = TypeVar("Told")

ANSWER = 48
IDLE = 0.3
LISTEN = 0.1
ATTEMPTS = 3
"""Unanswered questions in a row after which a pad counts as silent."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 15.0
MOST_PADS = 250


@dataclass(slots=True)
class Standing:
    """How well one pad answers."""

    misses: int = 0

    @property
    def silent(self) -> bool:
        return self.misses >= ATTEMPTS

    def pause(self) -> float:
        """Seconds until a silent pad is asked again: doubled each time, up to the longest."""
        return min(FIRST_PAUSE * 2.0 ** min(self.misses - ATTEMPTS, 8), LONGEST_PAUSE)


class DescribedPads(Watcher[Seen, Transport]):
    """Pads that are asked in turn (a table [poll]), or that speak by themselves."""

    def __init__(self, name: str, link: Transport, description: Description, timing: Timing) -> None:
        super().__init__(name)
        self._link = link
        self._said = description
        self._line: BusLine[Message] = BusLine(timing, self._framer, self._closing.is_set, spare=self._unasked)
        self._stream = Unframer(description.layout)
        self._polls = "poll" in description.said
        self._lock = threading.Lock()
        self._turns = Turns()
        self._standings: dict[int, Standing] = {}
        self._news = threading.Event()

    def close(self) -> None:
        """Stop watching and join the thread."""
        self._closing.set()
        self._news.set()
        super().close()

    @abstractmethod
    def _serve(self, link: Transport, address: int) -> None:
        """One turn of one pad; raises LinkError."""

    @abstractmethod
    def _heard(self, message: Message) -> None:
        """What came without a question."""

    # -- on the thread

    def _framer(self) -> Unframer:
        return Unframer(self._said.layout)

    def _unasked(self, data: bytes) -> None:
        """What pads said while nobody listened; in turns that is the late answer to an old question."""
        if not self._polls:
            self._stream.feed(data)
            while (message := self._stream.take()) is not None:
                self._heard(message)

    def _look(self, link: Transport) -> None:
        now = time.monotonic()
        with self._lock:
            turn = self._turns.take(now)
            wait = self._turns.wait(now)
        if turn is not None:
            self._serve(link, turn[0])
            return
        pause = IDLE if wait is None else min(wait, IDLE)
        if self._polls:
            self._news.wait(pause)
            self._news.clear()
            return
        data = link.read(1024, min(pause, LISTEN))
        if data:
            self._unasked(data)
        else:
            self._stream = self._framer()  # silence: what was begun will not be ended

    def _ask(
        self, link: Transport, frame: bytes | None, accept: Callable[[Message], Told | None], unanswered: Told
    ) -> Told | None:
        """What `accept` makes of the answer, None without one; `unanswered` at once where the vendor has no answer."""
        if frame is None:
            return unanswered

        def accept_or_keep(message: Message) -> Told | None:
            told = accept(message)
            if told is None and not self._polls:
                self._heard(message)
            return told

        return self._line.ask(link, frame, accept_or_keep, ANSWER)

    def _tell(self, link: Transport, address: int, frame: bytes | None) -> bool:
        """Say something that is only to be done; whether the pad said that it did, True where pads never say."""
        if frame is None:
            return True
        answer = self._said.heard.get("answer")
        if answer is None:
            self._line.say(link, frame)
            return True
        done = self._ask(
            link,
            frame,
            lambda message: (message.address in {address, 0} and answer.read(message) is not None) or None,
            True,
        )
        return bool(done)

    def _answered(self, address: int, yes: bool) -> Standing:
        """Keep how well this pad answers, and tell when it changes the health of all."""
        standing = self._standings.setdefault(address, Standing())
        standing.misses = 0 if yes else standing.misses + 1
        silent = sorted(each for each, known in self._standings.items() if known.silent)
        detail = "no answer from " + ", ".join(map(str, silent))
        self._become(Health(Condition.WARNING, "pads_silent", detail) if silent else HEALTHY)
        return standing


def addresses_of(text: str) -> tuple[int, ...]:
    """ "1-8, 12" as numbers; raises OptionError for the setting "pads"."""
    found: list[int] = []
    for piece in text.split(","):
        first, dash, last = (word.strip() for word in piece.partition("-"))
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise OptionError("pads", f'must be addresses such as "1-8, 12", is {text!r}')
        begin, end = int(first), int(last or first)
        if not 0 <= begin <= end < 65536 or end - begin >= MOST_PADS:
            raise OptionError("pads", f"{piece.strip()!r} is no span of at most {MOST_PADS} addresses")
        found += range(begin, end + 1)
    if len(set(found)) > MOST_PADS:
        raise OptionError("pads", f"at most {MOST_PADS} pads can hang on one cable")
    return tuple(dict.fromkeys(found))


def must_be_described(description: Description, source: str, table: str, pads: tuple[int, ...]) -> None:
    """Raise OptionError when the description lacks what such pads need, or has no such addresses."""
    if table not in description.heard:
        raise OptionError("frames", f"{source}: such a pad needs a table [{table}]")
    missing = [address for address in pads if address not in description.addresses]
    if missing:
        raise OptionError("pads", f"{missing[0]} is not among the addresses of {source}")
