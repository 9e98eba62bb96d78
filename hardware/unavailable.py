"""Stand-ins for devices that could not be opened, so that an app runs on and says which part is missing and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hardware.errors import LoudspeakerError, PrinterError, VoiceError
from hardware.ports import BarAbility, BarLine, Health
from hardware.slip import Slip


class _Unavailable:
    """Down, for the reason it was given."""

    def __init__(self, name: str, health: Health) -> None:
        self.name = name
        self._health = health

    def health(self) -> Health:
        """Always the same word: only other settings or an installation can change it."""
        return self._health

    def close(self) -> None:
        """Nothing is held."""


class UnavailablePrinter(_Unavailable):
    """Refuses every slip."""

    def print_slip(self, slip: Slip) -> None:
        """Always raises PrinterError printer_offline."""
        raise PrinterError("printer_offline", self._health.detail)


class UnavailableWatcher(_Unavailable):
    """A card reader or scanner that never sees anything."""

    def start(self, on_seen: Callable[[Any], None], on_fault: Callable[[Health], None]) -> None:
        """Tells the fault once, at once."""
        on_fault(self._health)

    def unlock(self, lines: str) -> bool:
        """Nothing can be opened here."""
        return False


class UnavailableVoice(_Unavailable):
    """Cannot speak."""

    def render(self, text: str, language: str) -> bytes:
        """Always raises VoiceError."""
        raise VoiceError(self._health.detail, code=self._health.code)


class UnavailableLoudspeaker(_Unavailable):
    """Cannot be heard."""

    def play(self, wav: bytes) -> None:
        """Always raises LoudspeakerError."""
        raise LoudspeakerError(self._health.detail, code=self._health.code)

    def stop(self) -> None:
        """Nothing is playing."""


class UnavailableBar(_Unavailable):
    """Shows nothing, at any address."""

    ability = BarAbility(lines=1, columns=0, charset="ascii", answers=False)

    def show(self, address: int, lines: Sequence[BarLine], *, seconds: float = 0.0, called: bool = False) -> None:
        """Nothing is shown; health says why."""

    def clear(self, address: int) -> None:
        """Nothing is lit."""

    def brightness(self, address: int, percent: int) -> None:
        """Nothing is lit."""

    def ping(self, address: int) -> Health:
        """Always the same word."""
        return self._health

    def health_of(self, address: int) -> Health:
        """Always the same word."""
        return self._health


class UnavailableCallPad(UnavailableWatcher):
    """Pads that nobody ever presses."""

    def display(self, address: int, text: str) -> None:
        """Nothing is shown."""

    def beep(self, address: int) -> None:
        """Nothing is heard."""


class UnavailableRatingPad(_Unavailable):
    """Pads that nobody ever touches."""

    def ask(self, address: int, timeout: float) -> int | None:
        """Nobody answers, at once."""
        return None

    def idle(self, address: int, text: str) -> None:
        """Nothing is shown."""
