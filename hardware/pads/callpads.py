"""Call pads on RS-485 whose frames a TOML file describes: many pads on one cable, each key once."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from hardware.bus.timing import Timing
from hardware.errors import DeviceError
from hardware.frames.description import Description
from hardware.frames.layout import Message
from hardware.frames.reading import load
from hardware.options import option
from hardware.pads.cable import CableOptions
from hardware.pads.described import DescribedPads, addresses_of, must_be_described
from hardware.pads.keypad import Keypad
from hardware.ports import CallPad, PadAct, PadEvent
from hardware.transport.link import Transport

LOG = logging.getLogger(__name__)

REST = 0.03
"""Seconds between two polls of the same pad at the most eager, for cables with few pads."""
REPEAT = 0.6
"""Seconds within which the same key of a pad that speaks by itself is its repetition and no second press."""
NOTHING: Mapping[str, bytes] = {}


@dataclass(slots=True)
class _Pad:
    keypad: Keypad = field(default_factory=Keypad)
    text: bytes | None = None
    beep: bool = False
    held: bytes = b""
    confirmed: bool = True
    at: float = 0.0


class DescribedCallPads(DescribedPads[PadEvent]):
    """A hardware.ports.CallPad."""

    def __init__(
        self, name: str, link: Transport, description: Description, timing: Timing, pads: tuple[int, ...]
    ) -> None:
        super().__init__(name, link, description, timing)
        self._pads = {address: _Pad() for address in pads}

    def display(self, address: int, text: str) -> None:
        """See hardware.ports.CallPad."""
        pad = self._pads.get(address)
        if pad is None or "display" not in self._said.said:
            return
        shown = self._said.text(text)
        try:
            self._said.frame("display", address, text=shown, count=len(shown))
        except DeviceError as fault:
            LOG.warning("%s: %s", self.name, fault.detail)
            return
        with self._lock:
            pad.text = shown
            self._turns.ask(address, time.monotonic(), hurried=True)
        self._news.set()

    def beep(self, address: int) -> None:
        """See hardware.ports.CallPad."""
        pad = self._pads.get(address)
        if pad is not None and "beep" in self._said.said:
            with self._lock:
                pad.beep = True
                self._turns.ask(address, time.monotonic(), hurried=True)
            self._news.set()

    # -- on the thread

    def _connect(self) -> Transport:
        self._link.open()
        self._standings.clear()
        now = time.monotonic()
        with self._lock:
            for address in self._pads if self._polls else ():
                self._turns.ask(address, now)
        return self._link

    def _serve(self, link: Transport, address: int) -> None:
        pad = self._pads[address]
        self._do(link, address, pad)
        if not self._polls:
            return
        answered = self._poll(link, address, pad)
        standing = self._answered(address, answered)
        with self._lock:
            if address not in self._turns:
                pause = standing.pause() if standing.silent else REST
                self._turns.put_off(address, time.monotonic() + pause)

    def _do(self, link: Transport, address: int, pad: _Pad) -> None:
        """What the app wants of the pad; a pad that does not do it is told again at its next turn, if it has one."""
        with self._lock:
            text, beep = pad.text, pad.beep
            pad.beep = False
        if beep:
            self._tell(link, address, self._said.frame("beep", address))
        if text is None:
            return
        frame = self._said.frame("display", address, text=text, count=len(text))
        if self._tell(link, address, frame) or not self._polls:
            with self._lock:
                pad.text = None if pad.text is text else pad.text

    def _poll(self, link: Transport, address: int, pad: _Pad) -> bool:
        """Whether it answered; what it says of its keys is dealt with."""
        pieces = self._ask(
            link, self._said.frame("poll", address), lambda message: self._pieces(address, message), NOTHING
        )
        if pieces is None:
            return False
        if not pieces:
            pad.held, pad.confirmed = b"", True
            return True
        self._key(address, pad, pieces)
        confirm = self._said.frame("confirm", address, key=pieces.get("key", b""))
        pad.confirmed = self._tell(link, address, confirm)
        if pad.confirmed and confirm is not None:
            pad.held = b""
        return True

    def _heard(self, message: Message) -> None:
        pad = self._pads.get(message.address)
        pieces = self._pieces(message.address, message)
        if pad is None or not pieces:
            return
        now = time.monotonic()
        if now - pad.at > REPEAT:
            pad.held = b""
        pad.at = now
        self._key(message.address, pad, pieces)
        confirm = self._said.frame("confirm", message.address, key=pieces.get("key", b""))
        if confirm is not None:
            self._line.say(self._link, confirm)

    def _pieces(self, address: int, message: Message) -> Mapping[str, bytes] | None:
        """What the pad says of its keys: empty = they rest, None = this message is about something else."""
        if message.address != address:
            return None
        nothing = self._said.heard.get("nothing")
        if nothing is not None and nothing.read(message) is not None:
            return NOTHING
        return self._said.heard["pressed"].read(message)

    def _key(self, address: int, pad: _Pad, pieces: Mapping[str, bytes]) -> None:
        """A key that is said again because its confirmation was lost, or because it is held down, is one press."""
        code = pieces.get("key", b"")
        if code == pad.held:
            return
        pad.held = code
        known = self._said.keys.get(code)
        if known is None:
            return
        digits = "".join(char for char in pieces.get("digits", b"").decode("ascii", "ignore") if char.isdecimal())
        if digits and isinstance(known, PadAct):
            self._seen(PadEvent(address, known, digits))
            return
        act = pad.keypad.press(known, time.monotonic())
        if act is not None:
            self._seen(PadEvent(address, *act))


@dataclass(frozen=True, slots=True)
class TemplateCallPadOptions(CableOptions):
    """Call pads described by a file, on one serial line."""

    frames: str = option("pad68", doc="the description: a file, or the name of one that comes with us")


def open_template(name: str, options: TemplateCallPadOptions) -> CallPad:
    """Pads of a described vendor; raises OptionError with the findings when the description is wrong."""
    description, pads = load(options.frames), addresses_of(options.pads)
    must_be_described(description, options.frames, "pressed", pads)
    return DescribedCallPads(name, options.transport(), description, options.timing(), pads)
