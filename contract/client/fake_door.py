"""The fake hall's door: every question passes it once, in order, and it can be told to make trouble."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

from contract.appointments import Appointment
from contract.client.fake_assigning import assign
from contract.client.fake_book import Book
from contract.client.sample import SAMPLE_HALL, STAFF, Staff
from contract.config import HallConfig
from contract.errors import HallError
from contract.events import WireEvent
from contract.ids import new_idempotency_key

T = TypeVar("T")

_START: Final = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class FakeDoor:
    """Who asks, what was asked, the same answer to the same key, and the knobs for trouble. Safe for threads.

    Without `now` the clock stands at a Monday morning and moves only by advance(). Facts go to everybody who
    subscribe()d, on the thread of the command.
    """

    def __init__(
        self,
        config: HallConfig = SAMPLE_HALL,
        staff: tuple[Staff, ...] = STAFF,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self.hall = config.hall.id
        self.commands: list[str] = []
        """What was asked and accepted or refused, oldest first, e.g. "call_next w1"."""
        self._time = _START
        self._book = Book(config, now or self._standing_clock)
        self._staff = {person.user: person for person in staff}
        self._person: Staff | None = None
        self._answers: dict[str, tuple[str, object]] = {}
        self._lock = threading.RLock()
        self._offline = False
        self._lose_answer = False
        self._gate = threading.Event()
        self._gate.set()
        self._subscribers: list[Callable[[WireEvent], None]] = []
        self._told = 0
        self.appointments: dict[str, tuple[Appointment, str]] = {}
        """Bookings by id, each with its holder's document number."""

    def _standing_clock(self) -> datetime:
        return self._time

    # -- knobs

    def advance(self, minutes: float) -> None:
        """Let the standing clock go on."""
        self._time += timedelta(minutes=minutes)
        self.tick()

    def tick(self) -> None:
        """Time has passed: whom the hall itself calls by now is called. With a clock of one's own, ask for it."""
        with self._lock:
            assign(self._book)
            self._tell()

    def go_offline(self) -> None:
        """Nothing is answered any more: server_unreachable."""
        self._offline = True

    def come_back(self) -> None:
        self._offline = False

    def lose_next_answer(self) -> None:
        """The next command is carried out, but its answer never arrives: server_unreachable."""
        self._lose_answer = True

    def hold_answers(self) -> None:
        """Commands wait until release_answers(): time for a second press."""
        self._gate.clear()

    def release_answers(self) -> None:
        self._gate.set()

    def close_queue(self, queue: str, *, closed: bool = True) -> None:
        self._book.queue(queue)
        (self._book.closed.add if closed else self._book.closed.discard)(queue)

    def fill_queue(self, queue: str, *, full: bool = True) -> None:
        self._book.queue(queue)
        (self._book.full.add if full else self._book.full.discard)(queue)

    def subscribe(self, hear: Callable[[WireEvent], None]) -> None:
        """`hear` is called with every following fact."""
        self._subscribers.append(hear)

    def _signed_in(self) -> Staff:
        if self._person is None:
            raise HallError("unauthenticated")
        return self._person

    # -- how every answer is given

    @contextmanager
    def _reading(self) -> Iterator[None]:
        if self._offline:
            raise HallError("server_unreachable")
        with self._lock:
            yield

    def _command(self, request: str, key: str, run: Callable[[], T]) -> T:
        if not self._gate.wait(30.0) or self._offline:
            raise HallError("server_unreachable")
        with self._lock:
            answer = self._once(request, key or new_idempotency_key(), run)
            assign(self._book)
            self._tell()
        if self._lose_answer:
            self._lose_answer = False
            raise HallError("server_unreachable")
        return answer

    def _tell(self) -> None:
        news, self._told = self._book.events[self._told :], len(self._book.events)
        for event in news:
            for hear in self._subscribers:
                hear(event)

    def _once(self, request: str, key: str, run: Callable[[], T]) -> T:
        if key in self._answers:
            asked, answer = self._answers[key]
            if asked != request:
                raise HallError("key_reused")
            return answer  # type: ignore[return-value]  # the same request had the same kind of answer
        self.commands.append(request)
        answer = run()
        self._answers[key] = (request, answer)
        return answer
