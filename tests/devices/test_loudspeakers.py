"""Sounds are played to their end on the chosen device, can be stopped, and never hold anybody for ever."""

from __future__ import annotations

import threading
import time
import wave
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware import sounds
from hardware.errors import DeviceError, LoudspeakerError
from hardware.loudspeakers.aplay import AplayLoudspeaker, AplayOptions
from hardware.loudspeakers.virtual import FileLoudspeaker, FileLoudspeakerOptions
from hardware.ports import Condition


@pytest.fixture
def alsa(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """ALSA without any sound card: "hall" records into a file, "stuck" is a device that takes no sound."""
    recorded = tmp_path / "hall.wav"
    config = tmp_path / "asound.conf"
    config.write_text(
        "</usr/share/alsa/alsa.conf>\n"
        "pcm.nothing { type null }\n"
        f'pcm.hall {{ type file slave.pcm nothing file "{recorded}" format wav }}\n'
        'pcm.stuck { type file slave.pcm nothing file "|exec sleep 20" format raw }\n'
    )
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(config))
    return recorded


def test_the_chosen_device_gets_the_sound(alsa: Path) -> None:
    loudspeaker = AplayLoudspeaker("zone A", AplayOptions(device="hall"))
    loudspeaker.play(sounds.chime())
    assert loudspeaker.health().condition is Condition.OK
    with wave.open(str(alsa)) as heard:
        frames = heard.readframes(sounds.RATE * 10)
    sent = sounds.samples_of(sounds.chime()).tobytes()
    assert frames[: len(sent)] == sent
    loudspeaker.close()


def test_a_device_that_is_not_there_is_a_typed_error_and_shows_in_health(alsa: Path) -> None:
    loudspeaker = AplayLoudspeaker("zone A", AplayOptions(device="nowhere"))
    with pytest.raises(LoudspeakerError) as caught:
        loudspeaker.play(sounds.silence(0.1))
    assert "nowhere" in caught.value.detail
    assert loudspeaker.health().condition is Condition.DOWN
    loudspeaker.close()


def test_a_device_that_never_finishes_is_given_up(alsa: Path) -> None:
    loudspeaker = AplayLoudspeaker("zone A", AplayOptions(device="stuck", grace=-4.5))
    with pytest.raises(LoudspeakerError) as caught:
        loudspeaker.play(sounds.silence(5.0))  # more than a pipe holds
    assert caught.value.code == "loudspeaker_timeout"
    loudspeaker.close()


def test_stopping_ends_the_sound_at_once_and_without_a_fault(
    alsa: Path, eventually: Callable[[Callable[[], object]], None]
) -> None:
    loudspeaker = AplayLoudspeaker("zone A", AplayOptions(device="stuck"))
    with ThreadPoolExecutor(1) as pool:
        playing = pool.submit(loudspeaker.play, sounds.silence(30.0))
        eventually(lambda: loudspeaker._child)
        loudspeaker.stop()
        assert playing.result(10) is None
    assert loudspeaker.health().condition is Condition.OK
    loudspeaker.close()


def test_without_aplay_the_loudspeaker_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    loudspeaker = AplayLoudspeaker("zone A", AplayOptions())
    assert loudspeaker.health().code == "loudspeaker_missing"
    with pytest.raises(LoudspeakerError, match="alsa-utils"):
        loudspeaker.play(sounds.silence(0.1))


@pytest.mark.parametrize("junk", [b"", b"RIFF", b"not a sound at all" * 10])
def test_what_is_no_sound_is_refused(junk: bytes, tmp_path: Path) -> None:
    for loudspeaker in (
        AplayLoudspeaker("a", AplayOptions()),
        FileLoudspeaker("b", FileLoudspeakerOptions(out=str(tmp_path))),
    ):
        with pytest.raises(LoudspeakerError):
            loudspeaker.play(junk)
    assert not list(tmp_path.iterdir())


def test_the_virtual_loudspeaker_keeps_each_sound_and_takes_its_time(tmp_path: Path) -> None:
    loudspeaker = FileLoudspeaker("zone A", FileLoudspeakerOptions(out=str(tmp_path), pace=0.5))
    sound = sounds.tone(440, 0.2)
    started = time.monotonic()
    loudspeaker.play(sound)
    assert time.monotonic() - started >= 0.1  # at least; how much more is the machine's business
    loudspeaker.play(sounds.silence(0.01))
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["0001.wav", "0002.wav"]
    assert (tmp_path / "0001.wav").read_bytes() == sound
    loudspeaker.close()
    again = FileLoudspeaker("zone A", FileLoudspeakerOptions(out=str(tmp_path), pace=0.0))
    again.play(sound)
    assert (tmp_path / "0003.wav").is_file()


def test_the_virtual_loudspeaker_stops_at_once(tmp_path: Path, eventually: Callable[..., None]) -> None:
    loudspeaker = FileLoudspeaker("zone A", FileLoudspeakerOptions(out=str(tmp_path)))
    loudspeaker.stop()  # nothing plays: nothing happens
    playing = threading.Thread(target=loudspeaker.play, args=(sounds.silence(60.0),))
    playing.start()
    eventually((tmp_path / "0001.wav").is_file)
    loudspeaker.stop()
    playing.join(10)
    assert not playing.is_alive()
    assert loudspeaker.health().condition is Condition.OK


def test_a_chime_is_two_falling_tones_that_fade_out() -> None:
    import numpy

    samples = numpy.array(sounds.samples_of(sounds.chime()), dtype=float)
    assert sounds.duration(sounds.chime()) == pytest.approx(1.1)
    assert 0.2 < numpy.abs(samples).max() / 32767 <= 0.95  # to be heard, and not clipped
    assert numpy.abs(samples[-200:]).max() < 300
    for start, expected in ((0.05, 659.26), (0.7, 523.25)):
        part = samples[round(start * sounds.RATE) :][: round(0.3 * sounds.RATE)]
        loudest = numpy.abs(numpy.fft.rfft(part * numpy.hanning(len(part)))).argmax()
        assert loudest / 0.3 == pytest.approx(expected, abs=5)


@given(st.lists(st.floats(0, 0.05), min_size=1, max_size=5), st.floats(0, 0.05))
@settings(max_examples=40, deadline=None)
def test_joined_sounds_are_as_long_as_their_parts_and_gaps(lengths: list[float], gap: float) -> None:
    parts = [sounds.tone(440, seconds) for seconds in lengths]
    joined = sounds.samples_of(sounds.join(*parts, gap=gap))
    assert len(joined) == sum(len(sounds.samples_of(p)) for p in parts) + (len(parts) - 1) * round(gap * sounds.RATE)
    assert joined[: len(sounds.samples_of(parts[0]))] == sounds.samples_of(parts[0])


@given(st.binary(max_size=100))
@settings(max_examples=60, deadline=None)
def test_joining_what_is_no_sound_is_a_typed_error(data: bytes) -> None:
    with pytest.raises(DeviceError):
        sounds.join(sounds.silence(0.01), data)


def test_a_sound_of_another_rate_is_refused_instead_of_played_too_slowly(tmp_path: Path) -> None:
    path = tmp_path / "other.wav"
    with wave.open(str(path), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(44100)
        out.writeframes(bytes(400))
    with pytest.raises(DeviceError, match="22050"):
        sounds.join(path.read_bytes())
