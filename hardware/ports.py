"""What the product asks of each kind of device; every driver, real or virtual, answers one of these Protocols."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from hardware.slip import Slip


class Condition(StrEnum):
    """How well a device can do its work now."""

    OK = "ok"
    WARNING = "warning"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Health:
    """A device's own word about itself: `code` is stable (e.g. "paper_out"), `detail` is for the log."""

    condition: Condition
    code: str = "ok"
    detail: str = ""


HEALTHY = Health(Condition.OK)


@dataclass(frozen=True, slots=True)
class Card:
    """What a visitor's card said.

    `document` is the document number (empty when the card has none), `kind` e.g. "resident", "social_security",
    "uid". Photo and fingerprint are never kept. `birth` is YYYYMMDD or empty.
    """

    kind: str
    document: str
    name: str = ""
    birth: str = ""
    sex: str = ""


class TicketPrinter(Protocol):
    """Prints slips. Calls block (seconds at most) and are made from one worker thread."""

    name: str

    def health(self) -> Health:
        """Ask the device itself, within about 2 s. Never raises: what is wrong is the answer."""

    def print_slip(self, slip: Slip) -> None:
        """Return once the printer has confirmed the slip; raise hardware.errors.PrinterError if it did not print."""

    def close(self) -> None: ...


class CardReader(Protocol):
    """Watches for cards from a thread of its own and calls back on that thread."""

    name: str

    def start(self, on_card: Callable[[Card], None], on_fault: Callable[[Health], None]) -> None:
        """Begin watching. `on_fault` also gets HEALTHY when the device is back, and code "unreadable" per bad card.

        A document that opens only with its printed lines is told as "mrz_needed", and read once unlock() has them.
        """

    def unlock(self, lines: str) -> bool:
        """The machine-readable lines of the document that lies there or comes soon; False = of no use to this reader.

        Raises CardError bad_mrz. Safe from any thread.
        """

    def health(self) -> Health: ...

    def close(self) -> None:
        """Stop watching and join the thread."""


class Scanner(Protocol):
    """Delivers whole scanned codes (QR, barcode, MRZ lines) as text, from a thread of its own."""

    name: str

    def start(self, on_scan: Callable[[str], None], on_fault: Callable[[Health], None]) -> None: ...

    def health(self) -> Health: ...

    def close(self) -> None: ...


class Voice(Protocol):
    """Turns one sentence into sound. Calls are made from one thread and block until the sound is made."""

    name: str

    def render(self, text: str, language: str) -> bytes:
        """A RIFF WAV of `text` spoken in `language` (BCP 47, e.g. "zh-CN", "en"); raises VoiceError."""

    def health(self) -> Health: ...

    def close(self) -> None: ...


class Loudspeaker(Protocol):
    """Plays sounds of one waiting zone, one at a time."""

    name: str

    def play(self, wav: bytes) -> None:
        """Return after the sound has ended or stop() was called; raises LoudspeakerError."""

    def stop(self) -> None:
        """Cut the sound being played; safe from any thread."""

    def health(self) -> Health: ...

    def close(self) -> None: ...


class Colour(StrEnum):
    """Of LED bars; one that lacks a colour shows its own."""

    RED = "red"
    GREEN = "green"
    YELLOW = "yellow"


class Effect(StrEnum):
    """How a line comes onto a bar; one that lacks an effect shows the line still."""

    STILL = "still"
    SCROLL = "scroll"
    FLASH = "flash"


@dataclass(frozen=True, slots=True)
class BarLine:
    """One line of a bar; what does not fit scrolls or is cut by the bar."""

    text: str
    colour: Colour = Colour.RED
    effect: Effect = Effect.STILL


@dataclass(frozen=True, slots=True)
class BarAbility:
    """What the bars of one line can show. `columns` counts narrow characters in one line; a Chinese one takes two.

    `charset` is a Python codec name, or "digits" for displays of digits only. `answers` is False when the bars cannot
    be asked how they are.
    """

    lines: int
    columns: int
    charset: str
    colours: frozenset[Colour] = frozenset({Colour.RED})
    effects: frozenset[Effect] = frozenset({Effect.STILL})
    brightness: bool = False
    answers: bool = True


class WindowBar(Protocol):
    """All bars on one cable, told apart by address. Safe from any thread.

    Nothing but ping() waits for the cable: a wish is noted, the newest wish of an address wins, and health tells
    whether it arrived. What a bar lost (power, cable) is sent again when it is back.
    """

    name: str
    ability: BarAbility

    def show(self, address: int, lines: Sequence[BarLine], *, seconds: float = 0.0, called: bool = False) -> None:
        """`seconds` until the bar forgets the text by itself (0 = never); `called` goes before all that waits.

        Raises hardware.errors.BarError when the bar could never show it: an address out of range, no line at all.
        """

    def clear(self, address: int) -> None:
        """Nothing lit. Raises BarError for an address out of range."""

    def brightness(self, address: int, percent: int) -> None:
        """0-100; does nothing on bars that cannot. Raises BarError for what is out of range."""

    def ping(self, address: int) -> Health:
        """Ask one bar now and wait for its word, at most some 2 s. Never raises."""

    def health(self) -> Health:
        """The cable, and how many of the bars in use are silent; waits at most 1 s, after opening only."""

    def health_of(self, address: int) -> Health:
        """The last known state of one bar; never waits."""

    def close(self) -> None:
        """Leave the bars as they are and join the thread."""


class PadAct(StrEnum):
    """What a clerk wants who presses a key of his pad."""

    CALL_NEXT = "call_next"
    RECALL = "recall"
    NO_SHOW = "no_show"
    TRANSFER = "transfer"
    PAUSE = "pause"
    FINISH = "finish"
    SIGN_IN = "sign_in"


@dataclass(frozen=True, slots=True)
class PadEvent:
    """One act at one pad. `digits` were typed with it, e.g. the number of the window to transfer to; else empty."""

    address: int
    act: PadAct
    digits: str = ""


class CallPad(Protocol):
    """All call pads on one cable, told apart by address; watches from a thread of its own and calls back on it."""

    name: str

    def start(self, on_event: Callable[[PadEvent], None], on_fault: Callable[[Health], None]) -> None:
        """Begin watching. `on_fault` also gets HEALTHY when the cable is back, and "pads_silent" per change."""

    def display(self, address: int, text: str) -> None:
        """Show on the pad's own display, where it has one; the newest text wins. Never waits, never raises."""

    def beep(self, address: int) -> None:
        """Once, where the pad can."""

    def health(self) -> Health: ...

    def close(self) -> None:
        """Stop watching and join the thread."""


class RatingPad(Protocol):
    """All rating pads on one cable, told apart by address. Safe from any thread."""

    name: str

    def ask(self, address: int, timeout: float) -> int | None:
        """Light the pad and wait for a touch: 5 = very satisfied ... 1 = very dissatisfied, None = no answer.

        Blocks up to `timeout` seconds. None also when the pad cannot be reached; health says so.
        """

    def idle(self, address: int, text: str) -> None:
        """What the pad shows while it asks nothing, where it can. Never waits, never raises."""

    def health(self) -> Health: ...

    def close(self) -> None:
        """End every ask() and join the thread."""
