"""A voice of recorded pieces: a sentence is put together from the fewest clips, e.g. 请 A 零一 号到 三 号窗口.

A folder holds one folder a language (zh-CN/, en/); a clip's file name is what it says, e.g. 号到.wav or Ticket.wav.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hardware.errors import DeviceError, VoiceError
from hardware.options import option
from hardware.ports import HEALTHY, Condition, Health, Voice
from hardware.sounds import join, silence

Tokens = tuple[str, ...]
PAUSE: Final = ""
"""What a comma or a full stop between words becomes."""
BREATH: Final = 0.18  # seconds of it
_HAN: Final = r"[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_LETTERS: Final = rf"(?:(?!{_HAN})[^\W\d_])+"
_TOKENS: Final = re.compile(rf"{_HAN}|{_LETTERS}(?:['-]{_LETTERS})*|\d|[,.;:!?，。；：！？、]")
_STOPS: Final = frozenset(",.;:!?，。；：！？、")


@dataclass(frozen=True, slots=True)
class ClipsOptions:
    """Recorded clips; `hall clips` lists and checks the ones a hall needs."""

    folder: str = option("/var/lib/hallqueue/clips", doc="folder with one folder of WAV files a language")
    fallback: bool = option(True, doc="say what no clip covers with espeak-ng")
    gap: float = option(0.02, doc="seconds between two clips", low=0, high=1)


def tokens(text: str) -> Tokens:
    """What is said, without looks: each Han character, each other word in small letters, each digit, and pauses."""
    found: list[str] = []
    for piece in _TOKENS.findall(text):
        token = PAUSE if piece in _STOPS else piece.casefold()
        if token or (found and found[-1]):
            found.append(token)
    while found and not found[-1]:
        found.pop()
    return tuple(found)


def pieces(said: Tokens, known: Mapping[Tokens, Path]) -> tuple[Tokens, ...]:
    """The fewest clips that say all of `said`, pauses as (PAUSE,); raises VoiceError naming what none of them says."""
    longest = max((len(clip) for clip in known), default=1)
    best: list[tuple[Tokens, ...] | None] = [()] + [None] * len(said)
    for end in range(1, len(said) + 1):
        for start in range(max(0, end - longest), end):
            before, clip = best[start], said[start:end]
            if before is None or not (clip in known or clip == (PAUSE,)):
                continue
            so_far = best[end]
            if so_far is None or len(before) + 1 < len(so_far):
                best[end] = (*before, clip)
    whole = best[-1]
    if whole is None:
        reached = max(at for at, way in enumerate(best) if way is not None)
        raise VoiceError(f"no clip says {said[reached]!r}", code="clip_missing")
    return whole


class ClipVoice:
    """Reads the folder anew whenever a file came or went, so that new recordings are heard at once."""

    def __init__(self, name: str, options: ClipsOptions) -> None:
        self.name = name
        self._folder = Path(options.folder)
        self._options = options
        self._lock = threading.Lock()
        self._known: dict[str, tuple[int, dict[Tokens, Path]]] = {}
        self._sounds: dict[Path, tuple[int, bytes]] = {}
        self._missing = ""
        self._fallback: Voice | None = None

    def render(self, text: str, language: str) -> bytes:
        said = tokens(text)
        if not said:
            raise VoiceError("there is nothing to say")
        with self._lock:
            try:
                known = self._clips(language)
                sound = join(*(self._sound(known, piece) for piece in pieces(said, known)), gap=self._options.gap)
            except VoiceError as fault:
                self._missing = f"{text!r}: {fault.detail}"
                return self._otherwise(text, language, fault)
            self._missing = ""
            return sound

    def health(self) -> Health:
        """Down without any clip, a warning while the last sentence was not covered."""
        if not any(self._folder.glob("*/*.wav")):
            return Health(Condition.DOWN, "clip_missing", f"{self._folder} holds no clips")
        return Health(Condition.WARNING, "clip_missing", self._missing) if self._missing else HEALTHY

    def close(self) -> None:
        with self._lock:
            if self._fallback is not None:
                self._fallback.close()
                self._fallback = None

    def _clips(self, language: str) -> dict[Tokens, Path]:
        folder = folder_for(self._folder, language)
        try:
            changed = folder.stat().st_mtime_ns
        except OSError as fault:
            raise VoiceError(f"no clips for {language} in {self._folder}", code="clip_missing") from fault
        stamp, known = self._known.get(language, (0, {}))
        if stamp != changed:
            known = clips_in(folder)
            self._known[language] = (changed, known)
        return known

    def _sound(self, known: Mapping[Tokens, Path], piece: Tokens) -> bytes:
        if piece == (PAUSE,):
            return silence(BREATH)
        path = known[piece]
        try:
            changed = path.stat().st_mtime_ns
            stamp, sound = self._sounds.get(path, (0, b""))
            if stamp != changed:
                sound = join(path.read_bytes())
                self._sounds[path] = (changed, sound)
        except (OSError, DeviceError) as fault:
            raise VoiceError(f"{path.name}: {fault}", code="clip_unusable") from fault
        return sound

    def _otherwise(self, text: str, language: str, fault: VoiceError) -> bytes:
        if not self._options.fallback:
            raise fault
        if self._fallback is None:
            from hardware.voices.espeak import EspeakOptions, EspeakVoice

            self._fallback = EspeakVoice(f"{self.name} (instead)", EspeakOptions())
        return self._fallback.render(text, language)


def folder_for(folder: Path, language: str) -> Path:
    """The folder of a language: its own ("zh-CN"), or that of its base ("zh")."""
    own = folder / language
    return own if own.is_dir() else folder / language.partition("-")[0]


def clips_in(folder: Path) -> dict[Tokens, Path]:
    """What each file of one language says."""
    return {tokens(path.stem): path for path in sorted(folder.glob("*.wav")) if tokens(path.stem)}


def open_clips(name: str, options: ClipsOptions) -> Voice:
    """Recorded clips."""
    return ClipVoice(name, options)
