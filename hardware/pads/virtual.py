"""Call pads and rating pads made of software, on a cable and in any described vendor's frames; a hand presses them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hardware.bus.twin import Answer, CableTwin
from hardware.control import ControlLine
from hardware.errors import DeviceError
from hardware.frames.description import Description
from hardware.frames.layout import Message, Unframer
from hardware.frames.readback import read_back, spoken
from hardware.frames.reading import load
from hardware.options import option
from hardware.pads.callpads import TemplateCallPadOptions
from hardware.pads.callpads import open_template as open_call_pads
from hardware.pads.ratingpads import TemplateRatingPadOptions
from hardware.pads.ratingpads import open_template as open_rating_pads
from hardware.ports import CallPad, Health, PadEvent, RatingPad
from hardware.twinprocess import be

WAIT = 0.5
"""Seconds: software on a busy machine is slower to begin than a pad."""


@dataclass(slots=True)
class PadState:
    """One pad: what was pressed and not yet fetched, and what its clerk or visitor sees."""

    keys: list[bytes] = field(default_factory=list)
    text: str = ""
    beeps: int = 0
    asked: int = 0


class VirtualPads(CableTwin):
    """Pads that follow `description`: fetched by polling where it has a table [poll], else speaking by themselves.

    A rating pad shows its faces only while it is asked; a touch at another time does nothing.
    """

    words = "press ADDRESS KEY..., rate ADDRESS 1-5, read ADDRESS, "

    def __init__(
        self, addresses: Sequence[int], description: Description, baud: int = 0, *, link: Path | None = None
    ) -> None:
        self.pads = {address: PadState() for address in addresses}
        self._said = description
        self._frames = Unframer(description.layout)
        self._polled = "poll" in description.said
        super().__init__(addresses, baud, link=link)

    def press(self, address: int, *keys: str) -> None:
        """Press keys by what they mean, e.g. "3", "transfer"; raises DeviceError for what the pad has not."""
        for key in keys:
            code = next((code for code, meaning in self._said.keys.items() if meaning == key), None)
            if code is None:
                raise DeviceError(f"the pad has no key {key!r}")
            self._pressed(address, "pressed", code)

    def rate(self, address: int, rating: int) -> None:
        """Touch a face; raises DeviceError for one that the pad has not."""
        code = next((code for code, meaning in self._said.ratings.items() if meaning == rating), None)
        if code is None:
            raise DeviceError(f"the pad has no face {rating}")
        if self._pad(address).asked:
            self._pressed(address, "rated", code)

    def obey(self, words: list[str]) -> str:
        """One line of control, see `words`."""
        match words:
            case ["press", address, *keys] if address.isdecimal() and keys:
                self.press(int(address), *keys)
            case ["rate", address, rating] if address.isdecimal() and rating.isdecimal():
                self.rate(int(address), int(rating))
            case ["read", address] if address.isdecimal():
                return self._pad(int(address)).text
            case _:
                return super().obey(words)
        return ""

    def _pad(self, address: int) -> PadState:
        if address not in self.pads:
            raise DeviceError(f"nothing at {address}; there are {', '.join(map(str, self.pads))}")
        return self.pads[address]

    def _pressed(self, address: int, table: str, code: bytes) -> None:
        pad = self._pad(address)
        with self._changed:
            if not self._present(address):
                return
            if self._polled:
                pad.keys.append(code)
                return
            pad.asked = 0
        self._answer(address, spoken(self._said, table, address, key=code))

    def _hear(self, data: bytes) -> Iterable[Answer]:
        self._frames.feed(data)
        while (message := self._frames.take()) is not None:
            if self._present(message.address):
                yield message.address, self._obeyed(self.pads[message.address], message)

    def _obeyed(self, pad: PadState, message: Message) -> bytes:
        for name, saying in self._said.said.items():
            pieces = read_back(saying, message)
            if pieces is not None:
                return self._done(name, pad, message.address, pieces.get("text", b""))
        return b""

    def _done(self, name: str, pad: PadState, address: int, text: bytes) -> bytes:
        if name == "poll":
            return self._fetched(pad, address)
        if name == "confirm":
            del pad.keys[:1]
        elif name in {"display", "idle"}:
            pad.text, pad.asked = text.decode(self._said.charset, "replace"), 0
        elif name == "beep":
            pad.beeps += 1
        elif name == "ask":
            pad.asked += 1
            pad.keys.clear()
        return spoken(self._said, "answer", address) if "answer" in self._said.heard else b""

    def _fetched(self, pad: PadState, address: int) -> bytes:
        table = "rated" if "rated" in self._said.heard else "pressed"
        if not pad.keys:
            return spoken(self._said, "nothing", address) if "nothing" in self._said.heard else b""
        key = pad.keys[0]
        if "confirm" not in self._said.said:
            del pad.keys[:1]
        if table == "rated":
            pad.asked = 0
        return spoken(self._said, table, address, key=key)

    def _lost_power(self, address: int) -> None:
        self.pads[address] = PadState()


@dataclass(frozen=True, slots=True)
class VirtualCallPadOptions:
    """Call pads of software inside this program."""

    pads: int = option(4, doc="how many, at addresses 1, 2, ...", low=1, high=99)
    baud: int = option(57600, doc="how quick the cable is, 0 = at once", low=0, high=921600)
    control: int = option(0, doc="TCP port on 127.0.0.1 to press them through, 0 = any", low=0, high=65535)


@dataclass(frozen=True, slots=True)
class VirtualRatingPadOptions:
    """Rating pads of software inside this program."""

    pads: int = option(4, doc="how many, at addresses 1, 2, ...", low=1, high=99)
    baud: int = option(57600, doc="how quick the cable is, 0 = at once", low=0, high=921600)
    control: int = option(0, doc="TCP port on 127.0.0.1 to touch them through, 0 = any", low=0, high=65535)


class _Own:
    """A twin with its control line."""

    def __init__(self, options: VirtualCallPadOptions | VirtualRatingPadOptions, frames: str) -> None:
        self.twin = VirtualPads(range(1, options.pads + 1), load(frames), options.baud)
        try:
            self._control = ControlLine(self.twin.obey, options.control)
        except OSError as fault:
            self.twin.close()
            raise DeviceError(f"control port {options.control}: {fault.strerror}") from fault
        self.port = self._control.port
        self.baud = options.baud or 921600
        self.span = f"1-{options.pads}"

    def close(self) -> None:
        self._control.close()
        self.twin.close()


class _OwnCallPads:
    """The template driver on virtual pads of its own."""

    def __init__(self, name: str, options: VirtualCallPadOptions) -> None:
        self.name = name
        self._own = _Own(options, "pad68")
        self.twin, self.control_port = self._own.twin, self._own.port
        self._driver = open_call_pads(
            name, TemplateCallPadOptions(port=self.twin.port, baud=self._own.baud, pads=self._own.span, wait=WAIT)
        )

    def start(self, on_event: Callable[[PadEvent], None], on_fault: Callable[[Health], None]) -> None:
        self._driver.start(on_event, on_fault)

    def display(self, address: int, text: str) -> None:
        self._driver.display(address, text)

    def beep(self, address: int) -> None:
        self._driver.beep(address)

    def health(self) -> Health:
        return self._driver.health()

    def close(self) -> None:
        self._driver.close()
        self._own.close()


class _OwnRatingPads:
    """The template driver on virtual pads of its own."""

    def __init__(self, name: str, options: VirtualRatingPadOptions) -> None:
        self.name = name
        self._own = _Own(options, "rating485")
        self.twin, self.control_port = self._own.twin, self._own.port
        self._driver = open_rating_pads(
            name, TemplateRatingPadOptions(port=self.twin.port, baud=self._own.baud, pads=self._own.span, wait=WAIT)
        )

    def ask(self, address: int, timeout: float) -> int | None:
        return self._driver.ask(address, timeout)

    def idle(self, address: int, text: str) -> None:
        self._driver.idle(address, text)

    def health(self) -> Health:
        return self._driver.health()

    def close(self) -> None:
        self._driver.close()
        self._own.close()


def open_virtual_call_pads(name: str, options: VirtualCallPadOptions) -> CallPad:
    """Virtual call pads and their driver."""
    return _OwnCallPads(name, options)


def open_virtual_rating_pads(name: str, options: VirtualRatingPadOptions) -> RatingPad:
    """Virtual rating pads and their driver."""
    return _OwnRatingPads(name, options)


def main(arguments: list[str] | None = None) -> int:
    """Be a cable of pads until SIGTERM or SIGINT; the first line on stdout says the ports."""
    parser = argparse.ArgumentParser(prog="python -m hardware.pads.virtual", description=__doc__)
    parser.add_argument("--link", type=Path, default=None, help="name of the serial port to make, e.g. /run/hall/pads")
    parser.add_argument("--pads", type=int, default=4, help="how many, at addresses 1, 2, ...")
    parser.add_argument("--baud", type=int, default=9600, help="how quick the cable is, 0 = at once")
    parser.add_argument("--speak", default="pad68", help="a description: pad68, rating485, or a file")
    parser.add_argument("--control", type=int, default=0, help="TCP port of the control line, 0 = any")
    chosen = parser.parse_args(arguments)
    try:
        description = load(chosen.speak)
    except DeviceError as fault:
        parser.error(fault.detail)
    pads = VirtualPads(range(1, chosen.pads + 1), description, chosen.baud, link=chosen.link)
    return be(pads, f"pads on {pads.port}", chosen.control)


if __name__ == "__main__":
    sys.exit(main())
