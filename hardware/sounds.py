"""Makes and joins sounds as 16-bit mono WAV at espeak's own rate, so that nothing ever needs resampling."""

from __future__ import annotations

import io
import math
import wave
from array import array
from functools import lru_cache

from hardware.errors import DeviceError

RATE = 22050  # Hz; what espeak-ng gives
FULL_SCALE = 32767


def to_wav(samples: array[int]) -> bytes:
    """A RIFF WAV of signed 16-bit samples at 22,050 Hz, mono."""
    with io.BytesIO() as file:
        with wave.open(file, "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(RATE)
            out.writeframes(samples.tobytes())
        return file.getvalue()


def samples_of(wav: bytes) -> array[int]:
    """The samples of a WAV as `to_wav` makes them; raises DeviceError for any other kind of sound."""
    try:
        with wave.open(io.BytesIO(wav)) as sound:
            form = (sound.getnchannels(), sound.getsampwidth(), sound.getframerate())
            frames = sound.readframes(sound.getnframes())
    except (wave.Error, EOFError) as fault:
        raise DeviceError(f"not a WAV sound: {fault}", code="bad_sound") from fault
    if form != (1, 2, RATE):
        raise DeviceError(f"sound must be mono, 16 bit, {RATE} Hz, is {form}", code="bad_sound")
    return array("h", frames[: len(frames) // 2 * 2])


def duration(wav: bytes) -> float:
    """Seconds of sound in any WAV; raises DeviceError when it is none."""
    try:
        with wave.open(io.BytesIO(wav)) as sound:
            seconds: float = sound.getnframes() / sound.getframerate()
    except (wave.Error, EOFError, ZeroDivisionError) as fault:
        raise DeviceError(f"not a WAV sound: {fault}", code="bad_sound") from fault
    return seconds


def silence(seconds: float) -> bytes:
    """Nothing to hear."""
    return to_wav(array("h", bytes(2 * round(seconds * RATE))))


def join(*wavs: bytes, gap: float = 0.2) -> bytes:
    """One sound after the other with `gap` seconds between; raises DeviceError when one is of another kind."""
    pause = array("h", bytes(2 * round(gap * RATE)))
    whole: array[int] = array("h")
    for number, wav in enumerate(wavs):
        if number:
            whole.extend(pause)
        whole.extend(samples_of(wav))
    return to_wav(whole)


@lru_cache(maxsize=4)
def chime(volume: float = 0.5) -> bytes:
    """A falling pair of bell tones (E5, C5), 1.1 s; `volume` 0-1 of full scale."""
    high, low = _bell(659.26, 0.9, volume), _bell(523.25, 0.7, volume)
    start = round(0.4 * RATE)
    mixed = array("h", bytes(2 * max(len(high), start + len(low))))
    for at, tone in ((0, high), (start, low)):
        for index, level in enumerate(tone, at):
            mixed[index] = max(-FULL_SCALE, min(FULL_SCALE, mixed[index] + level))
    return to_wav(mixed)


def tone(frequency: float, seconds: float, volume: float = 0.3) -> bytes:
    """A plain tone with soft ends."""
    count = round(seconds * RATE)
    soft = max(1, min(round(0.01 * RATE), count // 2))
    step = 2 * math.pi * frequency / RATE
    return to_wav(
        array(
            "h",
            (
                round(FULL_SCALE * volume * min(1.0, n / soft, (count - n) / soft) * math.sin(step * n))
                for n in range(count)
            ),
        )
    )


def _bell(frequency: float, seconds: float, volume: float) -> array[int]:
    """A struck tone: two soft overtones, 5 ms of attack, then fading to nothing before it ends."""
    count = round(seconds * RATE)
    step = 2 * math.pi * frequency / RATE
    levels: array[int] = array("h")
    for n in range(count):
        shape = min(1.0, n / (0.005 * RATE)) * math.exp(-4.5 * n / count) * min(1.0, (count - n) / (0.03 * RATE))
        wavelet = math.sin(step * n) + 0.35 * math.sin(2 * step * n) + 0.15 * math.sin(3 * step * n)
        levels.append(round(FULL_SCALE * volume * shape * wavelet / 1.5))
    return levels
