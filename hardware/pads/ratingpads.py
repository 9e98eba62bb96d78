"""Rating pads on RS-485 whose frames a TOML file describes: ask, wait for a face to be touched, go back to rest."""

from __future__ import annotations

import logging
import math
import threading
import time
from dataclasses import dataclass, field

from hardware.bus.timing import Timing
from hardware.errors import DeviceError
from hardware.frames.description import Description
from hardware.frames.layout import Message
from hardware.frames.reading import load
from hardware.options import option
from hardware.pads.cable import CableOptions
from hardware.pads.described import DescribedPads, addresses_of, must_be_described
from hardware.ports import Condition, Health, RatingPad
from hardware.transport.link import Transport

LOG = logging.getLogger(__name__)

REST = 0.08
OPENING = 1.0
NONE_YET = 0
AGAIN = 0.2


@dataclass(slots=True)
class _Asked:
    """One question under way. `lit` tells that the pad knows of it."""

    until: float
    answered: threading.Event = field(default_factory=threading.Event)
    rating: int | None = None
    lit: bool = False


@dataclass(slots=True)
class _Pad:
    asked: _Asked | None = None
    text: bytes = b""
    at_rest: bool = True


class DescribedRatingPads(DescribedPads[None]):
    """A hardware.ports.RatingPad."""

    def __init__(
        self, name: str, link: Transport, description: Description, timing: Timing, pads: tuple[int, ...]
    ) -> None:
        super().__init__(name, link, description, timing)
        self._pads = {address: _Pad() for address in pads}
        self._tried = threading.Event()
        self.start(lambda seen: None, self._changed)

    def ask(self, address: int, timeout: float) -> int | None:
        """See hardware.ports.RatingPad; a newer question to the same pad ends an older one."""
        pad = self._pads.get(address)
        if pad is None or self._closing.is_set():
            return None
        asked = _Asked(time.monotonic() + timeout)
        with self._lock:
            older, pad.asked, pad.at_rest = pad.asked, asked, False
            self._turns.ask(address, time.monotonic(), hurried=True)
        if older is not None:
            older.answered.set()
        self._news.set()
        asked.answered.wait(timeout)
        with self._lock:
            if pad.asked is asked:
                pad.asked = None
                self._turns.ask(address, time.monotonic())
        return asked.rating

    def idle(self, address: int, text: str) -> None:
        """See hardware.ports.RatingPad."""
        pad = self._pads.get(address)
        if pad is None or "idle" not in self._said.said:
            return
        shown = self._said.text(text)
        try:
            self._said.frame("idle", address, text=shown, count=len(shown))
        except DeviceError as fault:
            LOG.warning("%s: %s", self.name, fault.detail)
            return
        with self._lock:
            pad.text, pad.at_rest = shown, False
            self._turns.ask(address, time.monotonic())
        self._news.set()

    def health(self) -> Health:
        """The cable and the pads on it; waits at most 1 s, after opening only."""
        self._tried.wait(OPENING)
        return super().health()

    def close(self) -> None:
        """See hardware.ports.RatingPad."""
        self._closing.set()
        with self._lock:
            open_questions = [pad.asked for pad in self._pads.values() if pad.asked is not None]
        for asked in open_questions:
            asked.answered.set()
        super().close()

    # -- on the thread

    def _changed(self, health: Health) -> None:
        self._tried.set()
        if health.condition is Condition.DOWN:
            LOG.warning("%s: %s", self.name, health.detail)

    def _connect(self) -> Transport:
        self._link.open()
        self._standings.clear()
        with self._lock:
            for address, pad in self._pads.items():
                if pad.asked is not None:
                    pad.asked.lit = False
                pad.at_rest = False
                self._turns.ask(address, time.monotonic())
        return self._link

    def _serve(self, link: Transport, address: int) -> None:
        pad = self._pads[address]
        with self._lock:
            asked = pad.asked
        if asked is None:
            self._rest(link, address, pad)
            return
        if not asked.lit:
            seconds = max(1, math.ceil(asked.until - time.monotonic()))
            asked.lit = self._tell(link, address, self._said.frame("ask", address, seconds=seconds))
            self._answered(address, asked.lit)
        elif self._polls:
            rating = self._ask(
                link, self._said.frame("poll", address), lambda message: self._rating(address, message), NONE_YET
            )
            self._answered(address, rating is not None)
            self._take(pad, rating)
        self._come_back(address, AGAIN if not asked.lit else REST)

    def _rest(self, link: Transport, address: int, pad: _Pad) -> None:
        if pad.at_rest:
            return
        frame = self._said.frame("idle", address, text=pad.text, count=len(pad.text)) if pad.text else None
        done = self._tell(link, address, frame)
        if frame is not None:
            standing = self._answered(address, done)
            if not done:
                self._come_back(address, standing.pause() if standing.silent else AGAIN)
        pad.at_rest = done

    def _come_back(self, address: int, seconds: float) -> None:
        with self._lock:
            if address not in self._turns:
                self._turns.put_off(address, time.monotonic() + seconds)

    def _heard(self, message: Message) -> None:
        pad = self._pads.get(message.address)
        if pad is not None:
            self._take(pad, self._rating(message.address, message))

    def _take(self, pad: _Pad, rating: int | None) -> None:
        with self._lock:
            asked = pad.asked
            if asked is None or not rating:
                return
            asked.rating, pad.asked = rating, None
        asked.answered.set()

    def _rating(self, address: int, message: Message) -> int | None:
        """1-5, NONE_YET, or None when this message is about something else."""
        if message.address != address:
            return None
        nothing = self._said.heard.get("nothing")
        if nothing is not None and nothing.read(message) is not None:
            return NONE_YET
        pieces = self._said.heard["rated"].read(message)
        return None if pieces is None else self._said.ratings.get(pieces.get("key", b""), NONE_YET)


@dataclass(frozen=True, slots=True)
class TemplateRatingPadOptions(CableOptions):
    """Rating pads described by a file, on one serial line."""

    frames: str = option("rating485", doc="the description: a file, or the name of one that comes with us")


def open_template(name: str, options: TemplateRatingPadOptions) -> RatingPad:
    """Pads of a described vendor; raises OptionError with the findings when the description is wrong."""
    description, pads = load(options.frames), addresses_of(options.pads)
    must_be_described(description, options.frames, "rated", pads)
    return DescribedRatingPads(name, options.transport(), description, options.timing(), pads)
