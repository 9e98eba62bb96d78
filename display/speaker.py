"""Owns the voice: sentences become sound on one thread of its own, because a voice may be used from one thread only."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Final

from display.phrases import Utterance
from hardware.errors import VoiceError
from hardware.ports import Condition, Voice

log = logging.getLogger(__name__)

LONGEST_RENDER_SECONDS: Final = 8.0


class Speaker:
    """Renders for every loudspeaker of this display; safe from any thread."""

    def __init__(self, voice: Voice, longest_seconds: float = LONGEST_RENDER_SECONDS) -> None:
        self._voice = voice
        self._longest = longest_seconds
        self._inbox: queue.SimpleQueue[tuple[Utterance, Future[bytes]] | None] = queue.SimpleQueue()
        self._late: Future[bytes] | None = None
        self._thread = threading.Thread(target=self._work, name="voice", daemon=True)
        self._thread.start()

    def render(self, words: Sequence[Utterance]) -> list[bytes]:
        """One WAV a sentence, a repeated sentence rendered once; raises VoiceError, also when it takes too long."""
        late = self._late
        if late is not None and not late.done():
            raise VoiceError("the voice has not finished an earlier sentence")
        made: dict[Utterance, bytes] = {}
        for utterance in words:
            if utterance not in made:
                made[utterance] = self._one(utterance)
        return [made[utterance] for utterance in words]

    def close(self) -> None:
        """End the thread and the voice; a voice that is stuck is left behind."""
        self._inbox.put(None)
        self._thread.join(self._longest)
        if not self._thread.is_alive():
            self._voice.close()

    def _one(self, utterance: Utterance) -> bytes:
        answer: Future[bytes] = Future()
        self._inbox.put((utterance, answer))
        try:
            return answer.result(self._longest)
        except TimeoutError as error:
            self._late = answer
            raise VoiceError(f"no sound after {self._longest:.1f} s") from error

    def _work(self) -> None:
        # a voice loads when it is first asked: better now than in the first call
        health = self._voice.health()
        if health.condition is Condition.DOWN:
            log.warning("voice %s: %s", self._voice.name, health.detail)
        while (item := self._inbox.get()) is not None:
            utterance, answer = item
            try:
                answer.set_result(self._voice.render(utterance.text, utterance.language))
            except Exception as error:  # noqa: BLE001 - a driver's surprise must reach whoever waits, or a zone goes mute
                answer.set_exception(error)
