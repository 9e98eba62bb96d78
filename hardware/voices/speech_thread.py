"""Owns pyttsx3: espeak lives once per process and hangs when two threads touch it, so one thread alone does."""

from __future__ import annotations

import atexit
import queue
import tempfile
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hardware.errors import VoiceError

MISSING_ENGINE = "the speech engine is not installed: install the Debian packages libespeak-ng1 and espeak-ng-data"
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
            if not future.cancel():
                self._end_loop()
            raise VoiceError(f"no sound after {wait} s", code="voice_timeout") from None

    def _end_loop(self) -> None:
        """Let the thread out of a pyttsx3 loop whose engine never said that it was done."""
        for engine in _kept:
            engine.proxy._driver.endLoop()

    def _run(self) -> None:
        with tempfile.TemporaryDirectory(prefix="hall-speech-") as folder:
            path = Path(folder) / "utterance.wav"
            while (job := self._work.get()) is not None:
                utterance, future = job
                if not future.set_running_or_notify_cancel():
                    continue
                try:
                    future.set_result(_spoken(_engine(), utterance, path))
                except VoiceError as fault:
                    future.set_exception(fault)
                except (RuntimeError, OSError, ValueError, ImportError, AttributeError, AssertionError) as fault:
                    future.set_exception(VoiceError(f"{type(fault).__name__}: {fault}"))


def _engine() -> Any:
    """pyttsx3 on espeak-ng, started once per process; raises VoiceError naming what to install.

    It is kept for ever: an engine that is collected takes away the callback of the one that came after it.
    """
    if not _kept:
        try:
            import pyttsx3
            from pyttsx3.drivers import espeak

            _kept.append(pyttsx3.init("espeak"))
        except (RuntimeError, OSError, ImportError, AttributeError) as fault:
            raise VoiceError(f"{MISSING_ENGINE} ({fault})", code="voice_missing") from fault
        # The driver prints "Audio saved to ..." for every sentence; standard output belongs to the programs.
        espeak.print = lambda *_: None
        _kept[0].proxy.setBusy(False)  # busy until its first loop, which then returns before the sound is made
    return _kept[0]


_kept: list[Any] = []
atexit.register(_kept.clear)  # collected any later, it writes a traceback on standard error


def _spoken(engine: Any, utterance: Utterance, path: Path) -> bytes:
    """One save_to_file and one runAndWait: with two queued only the last file is written, and say() plays by itself."""
    faults: list[str] = []
    heard = engine.connect("error", lambda name, exception: faults.append(str(exception)))
    path.unlink(missing_ok=True)
    try:
        engine.setProperty("voice", utterance.voice)
        engine.setProperty("rate", utterance.rate)
        engine.setProperty("volume", utterance.volume / 100)
        _settle()
        engine.save_to_file(utterance.text, str(path))
        engine.runAndWait()
    finally:
        engine.disconnect(heard)
    if faults:
        raise VoiceError(faults[0])
    if not path.is_file() or path.stat().st_size <= EMPTY_BYTES:
        raise VoiceError("the engine made no sound")
    return path.read_bytes()


def _settle() -> None:
    """Wait until espeak has taken rate and volume: they are queued, and runAndWait cancels a queue that is not empty.

    Without this, one change of rate in four is lost and one sentence in a hundred comes out empty.
    """
    from pyttsx3.drivers import _espeak

    _espeak.Synchronize()
