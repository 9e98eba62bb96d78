"""What a loudspeaker really gets: the chime, a pause, then every sentence once, one after another and none cut."""

from __future__ import annotations

import ctypes.util
import io
import threading
import wave
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from display.announcer import Announcement, Rank
from display.phrases import call_announcement
from display.settings import DisplaySettings
from display.sound import Said
from display.sounding import PAUSE_SECONDS, jingle, sound_desk
from display.speaker import Speaker
from hardware import registry, sounds

pytestmark = pytest.mark.skipif(ctypes.util.find_library("espeak-ng") is None, reason="libespeak-ng1 is not installed")

_NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
_QUIET = 0.004


def _samples(wav: bytes) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], int]:
    with wave.open(io.BytesIO(wav)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth()) == (1, 2)
        frames = np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2")
        return frames / 32768.0, sound.getframerate()


def _pauses(wav: bytes, at_least: float) -> list[tuple[float, float]]:
    """Silences inside the sound, as (begin, length) in seconds."""
    samples, rate = _samples(wav)
    loud = np.flatnonzero(np.abs(samples) > _QUIET)
    gaps = np.flatnonzero(np.diff(loud) > at_least * rate)
    return [(loud[gap] / rate, (loud[gap + 1] - loud[gap]) / rate) for gap in gaps]


@pytest.fixture(scope="module")
def speaker() -> Iterator[Speaker]:
    made = Speaker(registry.open_voice({"driver": "pyttsx3"}))
    yield made
    made.close()


def test_chime_then_sentence_twice_then_the_other_language(speaker: Speaker) -> None:
    words = call_announcement("A012", "3", "zh-CN", also="en")
    sentences = speaker.render(words)
    assert sentences[0] == sentences[1]
    wav = jingle(sentences)
    expected = sounds.duration(sounds.chime()) + sum(map(sounds.duration, sentences)) + 3 * PAUSE_SECONDS
    assert sounds.duration(wav) == pytest.approx(expected, abs=0.01)
    samples, rate = _samples(wav)
    assert np.abs(samples).max() < 1.0, "nothing is clipped"
    at = round((sounds.duration(sounds.chime()) + PAUSE_SECONDS / 2) * rate)
    assert np.abs(samples[at - 500 : at + 500]).max() < _QUIET, "a pause between chime and voice"
    begins = [begin for begin, _ in _pauses(wav, PAUSE_SECONDS * 0.9)]
    assert len(begins) >= 3, "chime | zh | zh | en"


def test_the_chime_is_a_falling_pair_of_tones() -> None:
    samples, rate = _samples(sounds.chime())

    def pitch(begin: float, end: float) -> float:
        piece = samples[round(begin * rate) : round(end * rate)]
        spectrum = np.abs(np.fft.rfft(piece * np.hanning(len(piece))))
        return float(np.argmax(spectrum) * rate / len(piece))

    assert pitch(0.05, 0.35) == pytest.approx(659, abs=6)
    assert pitch(0.75, 1.05) == pytest.approx(523, abs=6)


def test_two_numbers_do_not_sound_alike(speaker: Speaker) -> None:
    one, other = speaker.render([call_announcement(number, "3", "zh-CN", brief=True)[0] for number in ("A012", "A013")])
    assert one != other
    assert 2.0 < sounds.duration(one) < 6.0


def test_three_calls_at_once_become_three_sounds_one_after_another(tmp_path: Path) -> None:
    settings = DisplaySettings(loudspeaker={"driver": "virtual", "out": str(tmp_path), "pace": 0.0})
    said: list[Said] = []
    with ExitStack() as stack:
        desk = sound_desk(settings, clock=lambda: _NOW, said=said.append, stack=stack)
        for sequence, number in enumerate(("A012", "B105", "C001")):
            words = call_announcement(number, "3", "zh-CN")
            desk.offer(
                Announcement(number, Rank.ORDINARY, sequence, _NOW + timedelta(seconds=60), words, words, number), ()
            )
        desk.start()
        _until(lambda: len(said) == 3)
    assert [each.announcement.number for each in said] == ["A012", "B105", "C001"]
    assert all(each.spoken for each in said)
    files = sorted(tmp_path.glob("*.wav"))
    assert len(files) == 3
    chime, _ = _samples(sounds.chime())
    for file in files:
        samples, _ = _samples(file.read_bytes())
        assert np.array_equal(samples[: len(chime)], chime), "each begins with the whole chime, alone"


def test_without_a_sentence_the_chime_is_heard_alone() -> None:
    assert jingle(()) == sounds.chime()


def _until(done: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait for `done()`; the sound threads give no other sign here than the list they fill."""
    pause = threading.Event()
    for _ in range(round(seconds / 0.02)):
        if done():
            return
        pause.wait(0.02)
    raise AssertionError("not said in time")
