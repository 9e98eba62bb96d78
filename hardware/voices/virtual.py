"""A voice that needs no speech engine: the same sentence always makes the same tone, as long as speech would take."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from hardware.errors import VoiceError
from hardware.options import option
from hardware.ports import HEALTHY, Health, Voice
from hardware.sounds import tone

SCALE = (261.63, 293.66, 329.63, 392.0, 440.0, 523.25)


@dataclass(frozen=True, slots=True)
class ToneOptions:
    """How long the tones are."""

    seconds_per_character: float = option(0.15, doc="length of the tone", low=0.001, high=1.0)


class ToneVoice:
    """Deterministic, so a test can tell two sentences apart by their bytes."""

    def __init__(self, name: str, options: ToneOptions) -> None:
        self.name = name
        self._options = options

    def render(self, text: str, language: str) -> bytes:
        if not text.strip():
            raise VoiceError("there is nothing to say")
        pitch = SCALE[zlib.crc32(f"{language}:{text}".encode()) % len(SCALE)]
        return tone(pitch, len(text) * self._options.seconds_per_character)

    def health(self) -> Health:
        return HEALTHY

    def close(self) -> None:
        """Nothing is held."""


def open_tone(name: str, options: ToneOptions) -> Voice:
    """A voice of tones."""
    return ToneVoice(name, options)
