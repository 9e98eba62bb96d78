"""Owns pyttsx3: espeak lives once per process and hangs when two threads touch it, so one thread alone does."""

from __future__ import annotations

import queue
import tempfile
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hardware.errors import VoiceError

MISSING_ENGINE = "the speech engine is not installed: install the Debian packages libespeak-ng1 and espeak-ng-data"
ATTEMPTS = 5
EMPTY_BYTES = 44  # a WAV header alone


@dataclass(frozen=True, slots=True)
class Utterance:
    """One sentence as espeak needs it: `rate` in words a minute, `volume` 0-100."""

    text: str
    voice: str
    rate: int
    volume: int


class SpeechThread:
    """Renders utterances one by one. Shared by every voice of the process through `acquire` and `release`."""

    _shared: SpeechThread | None = None
    _users = 0
    _guard = threading.Lock()

    @classmethod
    def acquire(cls) -> SpeechThread:
        """The running thread, started with its first user."""
        with cls._guard:
            if cls._shared is None:
                cls._shared = cls()
            cls._users += 1
            return cls._shared

    @classmethod
    def release(cls) -> None:
        """The last user ends the thread; one that hangs inside the engine is left behind as a daemon."""
        with cls._guard:
            cls._users -= 1
            if cls._users == 0 and cls._shared is not None:
                cls._shared._work.put(None)
                cls._shared._thread.join(timeout=2.0)
                cls._shared = None

    def __init__(self) -> None:
        self._work: queue.Queue[tuple[Utterance, Future[bytes]] | None] = queue.Queue()
        self._thread = threading.Thread(target=self._run, name="speech", daemon=True)
        self._thread.start()

    def render(self, utterance: Utterance, wait: float) -> bytes:
        """A WAV within `wait` seconds; raises VoiceError with code voice_missing, voice_timeout or voice_error."""
        future: Future[bytes] = Future()
        self._work.put((utterance, future))
        try:
            return future.result(wait)
        except TimeoutError:
            future.cancel()
            raise VoiceError(f"no sound after {wait} s", code="voice_timeout") from None

    def _run(self) -> None:
        with tempfile.TemporaryDirectory(prefix="hall-speech-") as folder:
            path = Path(folder) / "utterance.wav"
            engine: Any = None
            while (job := self._work.get()) is not None:
                utterance, future = job
                if not future.set_running_or_notify_cancel():
                    continue
                try:
                    engine = engine or _engine()
                    future.set_result(_spoken(engine, utterance, path))
                except VoiceError as fault:
                    future.set_exception(fault)
                except (RuntimeError, OSError, ValueError, ImportError, AttributeError, AssertionError) as fault:
                    future.set_exception(VoiceError(f"{type(fault).__name__}: {fault}"))


def _engine() -> Any:
    """Start pyttsx3 on espeak-ng; raises VoiceError naming what to install."""
    try:
        import pyttsx3
        from pyttsx3.drivers import espeak

        engine = pyttsx3.init("espeak")
    except (RuntimeError, OSError, ImportError, AttributeError) as fault:
        raise VoiceError(f"{MISSING_ENGINE} ({fault})", code="voice_missing") from fault
    # The driver prints "Audio saved to ..." for every sentence; standard output belongs to the programs, not to it.
    espeak.print = lambda *_: None
    return engine


def _spoken(engine: Any, utterance: Utterance, path: Path) -> bytes:
    """The sound of one utterance; asks again when espeak-ng 1.51 answers with silence, as it does once in 200 times."""
    for _ in range(ATTEMPTS):
        wav = _attempt(engine, utterance, path)
        if len(wav) > EMPTY_BYTES:
            return wav
    raise VoiceError("the engine made no sound")


def _attempt(engine: Any, utterance: Utterance, path: Path) -> bytes:
    """One save_to_file and one runAndWait: with two queued only the last file is written, and say() plays by itself."""
    faults: list[str] = []
    heard = engine.connect("error", lambda name, exception: faults.append(str(exception)))
    path.unlink(missing_ok=True)
    try:
        engine.setProperty("voice", utterance.voice)
        engine.setProperty("rate", utterance.rate)
        engine.setProperty("volume", utterance.volume / 100)
        engine.save_to_file(utterance.text, str(path))
        engine.runAndWait()
    finally:
        engine.disconnect(heard)
    if faults:
        raise VoiceError(faults[0])
    return path.read_bytes() if path.is_file() else b""
