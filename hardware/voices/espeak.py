"""The voice every hall has: espeak-ng through pyttsx3, robotic but instant, in any language and without a network."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

from hardware.errors import VoiceError
from hardware.options import option
from hardware.ports import HEALTHY, Condition, Health, Voice
from hardware.voices.speech_thread import SpeechThread, Utterance

MOST_REMEMBERED_BYTES = 16 * 1024 * 1024  # about 80 sentences: numbers and windows come back all day
PROBE = "一"


@dataclass(frozen=True, slots=True)
class EspeakOptions:
    """How it sounds. The names are espeak-ng's: `espeak-ng --voices` lists them."""

    rate: int = option(165, doc="words a minute", low=80, high=400)
    volume: int = option(100, doc="percent", low=0, high=100)
    # Plain "cmn" of espeak-ng 1.51 reads its own pinyin as English words; this one is right in 1.51 and 1.52.
    mandarin: str = option("cmn-latn-pinyin", doc="voice for zh")
    cantonese: str = option("yue", doc="voice for yue and zh-HK")
    english: str = option("en-us", doc="voice for en")
    wait: float = option(10.0, doc="seconds allowed for one sentence", low=0.5, high=60)


class EspeakVoice:
    """Renders through the process's one speech thread and remembers sentences."""

    def __init__(self, name: str, options: EspeakOptions) -> None:
        self.name = name
        self._options = options
        self._remembered: OrderedDict[Utterance, bytes] = OrderedDict()
        self._size = 0
        self._fault: VoiceError | None = None
        self._lock = threading.Lock()
        self._thread: SpeechThread | None = SpeechThread.acquire()

    def render(self, text: str, language: str) -> bytes:
        if not text.strip():
            raise VoiceError("there is nothing to say")
        utterance = self._utterance(text, language)
        with self._lock:
            known = self._remembered.get(utterance)
            if known is not None:
                self._remembered.move_to_end(utterance)
                return known
            sound = self._rendered(utterance, self._options.wait)
            self._remember(utterance, sound)
            return sound

    def health(self) -> Health:
        """The last sentence's outcome; before the first and after a failure it asks for one syllable."""
        if self._fault is not None or not self._remembered:
            try:
                with self._lock:
                    self._rendered(self._utterance(PROBE, "zh-CN"), min(2.0, self._options.wait))
            except VoiceError as fault:
                return Health(Condition.DOWN, fault.code, fault.detail)
        return HEALTHY

    def close(self) -> None:
        with self._lock:
            if self._thread is not None:
                self._thread = None
                SpeechThread.release()

    def _voice(self, language: str) -> str:
        tag = language.lower().replace("_", "-")
        primary = tag.partition("-")[0]
        if primary == "yue" or tag in {"zh-hk", "zh-mo", "zh-hant-hk"}:
            return self._options.cantonese
        return {"zh": self._options.mandarin, "cmn": self._options.mandarin, "en": self._options.english}.get(
            primary, primary
        )

    def _utterance(self, text: str, language: str) -> Utterance:
        return Utterance(text, self._voice(language), self._options.rate, self._options.volume)

    def _rendered(self, utterance: Utterance, wait: float) -> bytes:
        if self._thread is None:
            raise VoiceError("the voice is closed")
        try:
            sound = self._thread.render(utterance, wait)
        except VoiceError as fault:
            self._fault = fault
            raise
        self._fault = None
        return sound

    def _remember(self, utterance: Utterance, sound: bytes) -> None:
        self._remembered[utterance] = sound
        self._size += len(sound)
        while self._size > MOST_REMEMBERED_BYTES:
            _, oldest = self._remembered.popitem(last=False)
            self._size -= len(oldest)


def open_espeak(name: str, options: EspeakOptions) -> Voice:
    """espeak-ng through pyttsx3."""
    return EspeakVoice(name, options)
