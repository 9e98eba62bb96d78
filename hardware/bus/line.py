"""One conversation at a time over a shared cable: waits for silence, says one frame, listens for its answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from hardware.bus.timing import Timing
from hardware.errors import FrameError
from hardware.transport.link import Transport, drain

Message_co = TypeVar("Message_co", covariant=True)
Message = TypeVar("Message")
Told = TypeVar("Told")

WRITE = 1.0
SLICE = 0.05


class Framer(Protocol[Message_co]):
    """Finds messages in bytes; see hardware.bars.bx5k.Unframer."""

    def feed(self, data: bytes) -> None: ...

    def take(self) -> Message_co | None: ...


class BusLine(Generic[Message]):
    """Paces by the cable's own speed, because a serial port takes a frame at once and sends it in its own time.

    `stop` ends every wait within SLICE seconds. `echo` is for adapters that hear what they say.
    `spare` gets what came while nobody listened.
    """

    def __init__(
        self,
        timing: Timing,
        framer: Callable[[], Framer[Message]],
        stop: Callable[[], bool],
        *,
        echo: bool = False,
        spare: Callable[[bytes], None] = lambda data: None,
    ) -> None:
        self._timing = timing
        self._framer = framer
        self._stop = stop
        self._echo = echo
        self._spare = spare
        self._silent_from = 0.0

    def say(self, link: Transport, frame: bytes) -> None:
        """Hand over one frame after the silence that must be before it; raises LinkError."""
        early = self._silent_from + self._timing.quiet - time.monotonic()
        if early > 0:
            time.sleep(early)
        if link.two_way:
            self._spare(drain(link))  # what came late belongs to no question any more
        link.write(frame, WRITE)
        self._silent_from = time.monotonic() + self._timing.seconds(len(frame))

    def ask(
        self, link: Transport, frame: bytes, accept: Callable[[Message], Told | None], answer_size: int
    ) -> Told | None:
        """Say `frame` and return what `accept` makes of the first message it does not refuse with None.

        None when no such message of at most `answer_size` bytes came in time. Raises LinkError.
        """
        self.say(link, frame)
        return self.hear(link, accept, answer_size, len(frame) if self._echo else 0)

    def hear(
        self, link: Transport, accept: Callable[[Message], Told | None], answer_size: int, skip: int = 0
    ) -> Told | None:
        """Listen for one message; `skip` bytes at the beginning are our own."""
        framer = self._framer()
        begun_by = self._silent_from + self._timing.wait + self._timing.seconds(1)
        ended_by = self._silent_from + self._timing.wait + self._timing.seconds(answer_size)
        deadline = begun_by
        while not self._stop():
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            data = link.read(1024, min(SLICE, left))
            deadline = ended_by if data else deadline
            skip, data = max(0, skip - len(data)), data[skip:]
            framer.feed(data)
            told = self._accepted(framer, accept)
            if told is not None:
                self._silent_from = max(self._silent_from, time.monotonic())
                return told
        return None

    @staticmethod
    def _accepted(framer: Framer[Message], accept: Callable[[Message], Told | None]) -> Told | None:
        while True:
            try:
                message = framer.take()
            except FrameError:
                continue  # noise; the device will be asked again
            if message is None:
                return None
            told = accept(message)
            if told is not None:
                return told
