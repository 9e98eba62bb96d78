"""The voice of recorded clips: fewest pieces, pauses, new recordings at once, espeak-ng for what none of them says."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware import registry, sounds
from hardware.errors import OptionError, VoiceError
from hardware.ports import Condition
from hardware.voices.clipcheck import faults
from hardware.voices.clips import BREATH, PAUSE, ClipsOptions, ClipVoice, clips_in, pieces, tokens

RATE = sounds.RATE


def clip(folder: Path, text: str, seconds: float, *, language: str = "zh-CN", loud: int = 8000) -> Path:
    """A recording of `text`: a tone, so long that lengths tell clips apart."""
    path = folder / language / f"{text}.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(sounds.to_wav(tone(seconds, loud)))
    return path


def tone(seconds: float, loud: int = 8000) -> array[int]:
    return array("h", (round(loud * math.sin(at / 8)) for at in range(round(seconds * RATE))))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number, text in enumerate(["请", "A", "零", "一", "二", "三", "号到", "号窗口", "号"], 1):
        clip(tmp_path, text, number / 10)
    return tmp_path


@pytest.fixture
def voice(folder: Path) -> Iterator[ClipVoice]:
    opened = ClipVoice("clips", ClipsOptions(str(folder), fallback=False, gap=0.0))
    yield opened
    opened.close()


def known(*texts: str) -> dict[tuple[str, ...], Path]:
    return {tokens(text): Path(f"{text}.wav") for text in texts}


def test_what_is_said_is_characters_words_digits_and_pauses() -> None:
    assert tokens("请A零一号，到 3号窗口。") == ("请", "a", "零", "一", "号", PAUSE, "到", "3", "号", "窗", "口")
    assert tokens("Ticket A, zero twenty-one") == ("ticket", "a", PAUSE, "zero", "twenty-one")
    assert tokens(" ，。 ") == ()


def test_a_sentence_takes_the_fewest_clips() -> None:
    chosen = pieces(tokens("请A号到一号窗口"), known("请", "A", "号", "到", "号到", "一", "号窗口", "窗口"))
    assert chosen == (("请",), ("a",), ("号", "到"), ("一",), ("号", "窗", "口"))


def test_the_longest_first_clip_is_not_taken_when_it_leads_nowhere() -> None:
    assert pieces(tokens("一二三四"), known("一二三", "一二", "三四")) == (("一", "二"), ("三", "四"))


def test_what_no_clip_says_is_named() -> None:
    with pytest.raises(VoiceError, match="丙"):
        pieces(tokens("甲乙丙丁"), known("甲", "乙", "丁"))
    with pytest.raises(VoiceError, match="甲"):
        pieces(tokens("甲"), {})


@given(st.text("甲乙丙,", min_size=1, max_size=12), st.sets(st.text("甲乙丙", min_size=1, max_size=3), max_size=6))
def test_pieces_say_exactly_the_sentence_or_nothing(text: str, clips: set[str]) -> None:
    said, there = tokens(text), known(*clips)
    try:
        chosen = pieces(said, there) if said else ()
    except VoiceError:
        singles = {token for token in said if token and (token,) not in there}
        assert singles, "each word has a clip of its own, yet none was found"
        return
    assert tuple(token for piece in chosen for token in piece) == said
    assert all(piece in there or piece == (PAUSE,) for piece in chosen)


def test_the_sound_is_the_clips_one_after_the_other(voice: ClipVoice) -> None:
    sound = voice.render("请A零一号到三号窗口", "zh-CN")
    assert sounds.duration(sound) == pytest.approx(0.1 + 0.2 + 0.3 + 0.4 + 0.7 + 0.6 + 0.8, abs=0.01)
    with_pause = voice.render("请A零一号到，三号窗口。", "zh-CN")
    assert sounds.duration(with_pause) - sounds.duration(sound) == pytest.approx(BREATH, abs=0.01)


def test_a_new_recording_is_heard_at_once(voice: ClipVoice, folder: Path) -> None:
    with pytest.raises(VoiceError) as missing:
        voice.render("请A四号", "zh-CN")
    assert missing.value.code == "clip_missing"
    assert voice.health().condition is Condition.WARNING
    assert "四" in voice.health().detail
    clip(folder, "四", 1.0)
    assert sounds.duration(voice.render("请A四号", "zh-CN")) == pytest.approx(0.1 + 0.2 + 1.0 + 0.9, abs=0.01)
    assert voice.health().condition is Condition.OK


def test_a_clip_of_another_format_is_named_and_nothing_is_said_wrong(voice: ClipVoice, folder: Path) -> None:
    (folder / "zh-CN" / "请.wav").write_bytes(b"RIFF....")
    with pytest.raises(VoiceError, match=r"请\.wav") as refused:
        voice.render("请A", "zh-CN")
    assert refused.value.code == "clip_unusable"


def test_a_language_without_clips_and_an_empty_sentence(voice: ClipVoice) -> None:
    with pytest.raises(VoiceError, match="no clips for en"):
        voice.render("Ticket A", "en")
    with pytest.raises(VoiceError):
        voice.render(" 。", "zh-CN")


def test_a_base_language_serves_its_regions(tmp_path: Path) -> None:
    clip(tmp_path, "Hello", 0.5, language="en")
    voice = ClipVoice("clips", ClipsOptions(str(tmp_path), fallback=False))
    assert sounds.duration(voice.render("hello", "en-GB")) == pytest.approx(0.5, abs=0.01)


def test_espeak_says_what_no_clip_says(folder: Path) -> None:
    voice = registry.open_voice({"driver": "clips", "folder": str(folder)})
    try:
        assert sounds.duration(voice.render("请王小明到服务台", "zh-CN")) > 1.0
        assert voice.health().condition is Condition.WARNING
    finally:
        voice.close()


def test_no_folder_is_down_and_a_wrong_setting_is_named(tmp_path: Path) -> None:
    voice = ClipVoice("clips", ClipsOptions(str(tmp_path / "nowhere"), fallback=False))
    assert voice.health().condition is Condition.DOWN
    with pytest.raises(OptionError, match="gap"):
        registry.check("voice", {"driver": "clips", "gap": 2})


def test_recordings_that_will_not_sound_as_one_voice_are_named(tmp_path: Path) -> None:
    for text in "一二三四五":
        clip(tmp_path, text, 0.4)
    clip(tmp_path, "轻", 0.4, loud=1500)
    clip(tmp_path, "响", 0.4, loud=32767)
    path = clip(tmp_path, "慢", 0.4)
    path.write_bytes(sounds.to_wav(array("h", bytes(RATE)) + tone(0.4) + array("h", bytes(RATE))))
    clip(tmp_path, "空", 0.4, loud=0)
    clip(tmp_path, "坏", 0.4).write_bytes(b"no sound")
    found = [(fault.path.stem, fault.code) for fault in faults(clips_in(tmp_path / "zh-CN"))]
    assert sorted(found) == sorted(
        [
            ("轻", "loudness"),
            ("响", "cut"),
            ("响", "loudness"),
            ("慢", "silence"),
            ("慢", "silence"),
            ("空", "empty"),
            ("坏", "format"),
        ]
    )
