"""USB keypads on Linux as call pads and rating pads: each is one device file and one address."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hardware.errors import OptionError
from hardware.options import option
from hardware.pads.inputevents import DIGITS, NAMES, RECORD, Decoder
from hardware.pads.keypad import CLEAR, ENTER, Keypad
from hardware.ports import CallPad, Health, PadAct, PadEvent, RatingPad
from hardware.transport.eventdevice import EventDevice
from hardware.transport.link import Transport
from hardware.watcher import Watcher

LOOK = 0.2
CALL_KEYS = (
    "KPPLUS=call_next KPMINUS=recall KPASTERISK=no_show KPSLASH=transfer KPDOT=pause TAB=finish ESC=sign_in "
    "KPENTER=enter BACKSPACE=clear"
)
OPENING = 1.0


class _Keys(Watcher[str, Transport]):
    """Names of pressed keys from one device file."""

    def __init__(self, name: str, link: Transport) -> None:
        super().__init__(name)
        self._link = link
        self._decoder = Decoder()

    def _connect(self) -> Transport:
        self._link.open()
        self._decoder = Decoder()
        return self._link

    def _look(self, link: Transport) -> None:
        for key in self._decoder.feed(link.read(RECORD.size * 64, LOOK)):
            self._seen(key)


class EvdevCallPad:
    """A hardware.ports.CallPad of one keypad, which has no display and no sound."""

    def __init__(self, name: str, link: Transport, address: int, keys: Mapping[str, PadAct | str]) -> None:
        self.name = name
        self._address = address
        self._keys = keys
        self._keypad = Keypad()
        self._watch = _Keys(name, link)

    def start(self, on_event: Callable[[PadEvent], None], on_fault: Callable[[Health], None]) -> None:
        """See hardware.ports.CallPad."""

        def pressed(name: str) -> None:
            key = self._keys.get(name)
            act = None if key is None else self._keypad.press(key, time.monotonic())
            if act is not None:
                on_event(PadEvent(self._address, *act))

        self._watch.start(pressed, on_fault)

    def display(self, address: int, text: str) -> None:
        """Has none."""

    def beep(self, address: int) -> None:
        """Cannot."""

    def health(self) -> Health:
        return self._watch.health()

    def close(self) -> None:
        self._watch.close()


class EvdevRatingPad:
    """A hardware.ports.RatingPad of one keypad: its digits 1-5 are the faces."""

    def __init__(self, name: str, link: Transport, address: int, *, reverse: bool) -> None:
        self.name = name
        self._address = address
        self._reverse = reverse
        self._lock = threading.Condition()
        self._asking: object | None = None
        self._rating: int | None = None
        self._closing = False
        self._tried = threading.Event()
        self._watch = _Keys(name, link)
        self._watch.start(self._pressed, lambda health: self._tried.set())

    def ask(self, address: int, timeout: float) -> int | None:
        """See hardware.ports.RatingPad; keys pressed before the question do not count."""
        if address != self._address:
            return None
        mine = object()
        with self._lock:
            self._asking, self._rating = mine, None
            self._lock.notify_all()
            self._lock.wait_for(lambda: self._rating or self._closing or self._asking is not mine, timeout)
            if self._asking is not mine:
                return None
            self._asking = None
            return self._rating

    def idle(self, address: int, text: str) -> None:
        """Has no display."""

    def health(self) -> Health:
        self._tried.wait(OPENING)
        return self._watch.health()

    def close(self) -> None:
        with self._lock:
            self._closing = True
            self._lock.notify_all()
        self._watch.close()

    def _pressed(self, name: str) -> None:
        digit = DIGITS.get(name, "")
        if digit not in {"1", "2", "3", "4", "5"}:
            return
        with self._lock:
            if self._asking is not None and self._rating is None:
                self._rating = 6 - int(digit) if self._reverse else int(digit)
                self._lock.notify_all()


def keys_of(text: str) -> Mapping[str, PadAct | str]:
    """ "KPPLUS=call_next F1=recall" and the digits as they are; raises OptionError for the setting "keys"."""
    keys: dict[str, PadAct | str] = dict(DIGITS)
    for pair in text.split():
        name, _, act = pair.partition("=")
        if name not in NAMES.values() and not name.startswith("#"):
            raise OptionError(
                "keys", f"no key is called {name!r}; there are {', '.join(sorted(NAMES.values()))}, #CODE"
            )
        if act not in {*PadAct, ENTER, CLEAR}:
            raise OptionError("keys", f"{pair!r}: an act is one of {', '.join([*PadAct, ENTER, CLEAR])}")
        keys[name] = act if act in {ENTER, CLEAR} else PadAct(act)
    return keys


@dataclass(frozen=True, slots=True)
class EvdevCallPadOptions:
    """A USB keypad as a call pad."""

    device: str = option("/dev/input/hall-pad", doc="device file, best from /dev/input/by-id or by a udev rule")
    address: int = option(1, doc="the address its events carry", low=0, high=65535)
    keys: str = option(CALL_KEYS, doc="KEY=ACT for each key; digits are digits")
    grab: bool = option(True, doc="keep its keys from the windows on the screen")


@dataclass(frozen=True, slots=True)
class EvdevRatingPadOptions:
    """A USB keypad with five keys as a rating pad."""

    device: str = option("/dev/input/hall-rating", doc="device file, best from /dev/input/by-id or by a udev rule")
    address: int = option(1, doc="the address it is asked by", low=0, high=65535)
    reverse: bool = option(False, doc="key 1 is very satisfied, key 5 very dissatisfied")
    grab: bool = option(True, doc="keep its keys from the windows on the screen")


def open_call_pad(name: str, options: EvdevCallPadOptions) -> CallPad:
    """A USB keypad; raises OptionError for keys that do not exist."""
    link = EventDevice(options.device, grab=options.grab)
    return EvdevCallPad(name, link, options.address, keys_of(options.keys))


def open_rating_pad(name: str, options: EvdevRatingPadOptions) -> RatingPad:
    """A USB keypad with five keys."""
    link = EventDevice(options.device, grab=options.grab)
    return EvdevRatingPad(name, link, options.address, reverse=options.reverse)
