"""The virtual slip printer itself, apart from the cable it hangs on: buffer, mechanism, sensors and faults."""

from __future__ import annotations

import io
import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, fields, replace

from hardware.errors import DeviceError
from hardware.numbered import NumberedFiles
from hardware.printers.paper import Paper, Printed
from hardware.printers.stream import Parser
from hardware.printers.vocabulary import Ask, Command, Ignored, Unknown

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Faults:
    """What is wrong with the printer now; `slow` is seconds of work for each slip."""

    paper_out: bool = False
    paper_low: bool = False
    cover_open: bool = False
    cutter: bool = False
    error: bool = False
    mute: bool = False
    slow: float = 0.0

    @property
    def stopped(self) -> bool:
        """Whether the mechanism stands still; questions in real time are answered all the same."""
        return self.paper_out or self.cover_open or self.cutter or self.error

    def answer(self, number: int) -> int:
        """The byte for DLE EOT `number` (1 printer, 2 off-line cause, 3 error, 4 paper)."""
        fixed = 0b0001_0010
        if number == 1:
            return fixed | (0x08 if self.stopped else 0)
        if number == 2:
            cause = (0x04 if self.cover_open else 0) | (0x20 if self.paper_out else 0)
            return fixed | cause | (0x40 if self.cutter or self.error else 0)
        if number == 3:
            return fixed | (0x08 if self.cutter else 0) | (0x20 if self.error else 0)
        low = self.paper_low or self.paper_out
        return fixed | (0x0C if low else 0) | (0x60 if self.paper_out else 0)

    def ordered_answer(self) -> int:
        """The byte for GS r 1."""
        low = self.paper_low or self.paper_out
        return (0x03 if low else 0) | (0x0C if self.paper_out else 0)


class Machine:
    """Takes bytes from any number of cables; one thread of its own prints what stands in the buffer.

    Each cut slip is written through `slips` and handed to `on_slip` on that thread.
    """

    def __init__(self, slips: NumberedFiles, width_dots: int = 576) -> None:
        self.slips = slips
        self.unknown: list[bytes] = []
        self.began = threading.Event()  # set while a slip is being worked on
        self.idle = threading.Event()  # set while nothing waits to be printed
        self.idle.set()
        self.on_slip: Callable[[Printed], None] = lambda printed: None
        self._paper = Paper(width_dots)
        self._faults = Faults()
        self._work: deque[tuple[Command, Callable[[bytes], None]]] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._print, name="virtual-printer")
        self._thread.start()

    @property
    def faults(self) -> Faults:
        return self._faults

    def set_faults(self, **changes: bool | float) -> None:
        """Change some faults, e.g. set_faults(paper_out=True); raises DeviceError for one it does not know."""
        known = {field.name for field in fields(Faults)}
        wrong = sorted(set(changes) - known)
        if wrong:
            raise DeviceError(f"no such fault: {wrong[0]}; there are {', '.join(sorted(known))}")
        with self._changed:
            self._faults = replace(self._faults, **changes)  # type: ignore[arg-type]  # names were checked above
            self._changed.notify_all()

    def cable(self, reply: Callable[[bytes], None]) -> Callable[[bytes], None]:
        """A new connection: call the result with each piece that arrives; answers go to `reply`."""
        parser = Parser()

        def receive(data: bytes) -> None:
            for command in parser.feed(data):
                self._take(command, reply)

        return receive

    def wait_for_slips(self, count: int, timeout: float) -> bool:
        """Whether slip number `count` is out within `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self.slips.last >= count, timeout)

    def close(self) -> None:
        """Stop printing and join the thread."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()

    def _take(self, command: Command, reply: Callable[[bytes], None]) -> None:
        if isinstance(command, Ask) and command.real_time:
            self._say(self._faults.answer(command.number), reply)
            return
        with self._changed:
            self._work.append((command, reply))
            self.idle.clear()
            self._changed.notify_all()

    def _say(self, byte: int, reply: Callable[[bytes], None]) -> None:
        if not self._faults.mute:
            reply(bytes([byte]))

    def _print(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closing or (self._work and not self._faults.stopped))
                if self._closing:
                    return
                command, reply = self._work.popleft()
            try:
                self._do(command, reply)
            except (DeviceError, OSError):  # no font, disk full: this slip is spoilt, the printer goes on
                LOG.exception("the virtual printer could not burn %s", type(command).__name__)
            with self._changed:
                if not self._work:
                    self.idle.set()

    def _do(self, command: Command, reply: Callable[[bytes], None]) -> None:
        if isinstance(command, Ask):
            self._say(self._faults.ordered_answer(), reply)
        elif isinstance(command, Unknown):
            self.unknown.append(command.data)
        elif not isinstance(command, Ignored):
            printed = self._paper.apply(command)
            if printed is not None:
                self._drop(printed)

    def _drop(self, printed: Printed) -> None:
        self.began.set()
        with self._changed:
            self._changed.wait_for(lambda: self._closing, self._faults.slow)
        self.began.clear()
        with io.BytesIO() as picture:
            printed.image.save(picture, "PNG", dpi=(203, 203))
            self.slips.write(picture.getvalue())
        self.on_slip(printed)
        with self._changed:
            self._changed.notify_all()
