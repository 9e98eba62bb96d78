"""What is said is what was written: Chinese digits as Chinese, a sound for each sentence, never a hang."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from hardware import sounds
from hardware.errors import VoiceError
from hardware.ports import Condition
from hardware.voices import speech_thread
from hardware.voices.espeak import EspeakOptions, EspeakVoice
from hardware.voices.virtual import ToneOptions, ToneVoice

CHINESE = "请A零一二号到三号窗口"
ENGLISH = "Ticket A, zero one two, please go to window three"


@pytest.fixture
def voice() -> EspeakVoice:
    voice = EspeakVoice("hall", EspeakOptions())
    yield voice  # type: ignore[misc]  # a fixture that cleans up
    voice.close()


def phonemes(voice: str, text: str) -> str:
    command = ["espeak-ng", "-v", voice, "-q", "--ipa", text]
    return subprocess.run(command, capture_output=True, check=True, text=True, timeout=20).stdout


def test_chinese_digits_are_spoken_as_chinese() -> None:
    said = phonemes(EspeakOptions().mandarin, CHINESE)
    assert "(en)" not in said  # plain "cmn" of 1.51 switches to English here
    syllables = said.split()
    for syllable in ("tɕhˈi2ŋ", "lˈiɜŋ", "jˈi5", "ˈər5", "sˈa5n", "ts.hwˈɑ5ŋ"):  # qing ling yi er san chuang
        assert syllable in syllables
    assert syllables.index("lˈiɜŋ") < syllables.index("jˈi5") < syllables.index("ˈər5") < syllables.index("sˈa5n")


def test_english_numbers_are_spoken_digit_by_digit() -> None:
    said = phonemes(EspeakOptions().english, ENGLISH)
    for word in ("ˈeɪ", "zˈiəɹoʊ", "wˈʌn", "tˈuː", "wˈɪndoʊ", "θɹˈiː"):
        assert word in said


@pytest.mark.parametrize(
    ("text", "language", "espeak_voice"),
    [
        (CHINESE, "zh-CN", "cmn-latn-pinyin"),
        (ENGLISH, "en", "en-us"),
        (CHINESE, "yue", "yue"),
        (CHINESE, "zh-HK", "yue"),
    ],
)
def test_each_language_is_spoken_by_its_voice(voice: EspeakVoice, text: str, language: str, espeak_voice: str) -> None:
    wav = voice.render(text, language)
    command = ["espeak-ng", "-v", espeak_voice, "-s", "165", "--stdout", text]
    straight = subprocess.run(command, capture_output=True, check=True, timeout=20).stdout
    seconds = (len(straight) - 44) / 2 / sounds.RATE  # espeak's stream says a false length in its header
    assert sounds.duration(wav) == pytest.approx(seconds, rel=0.05)
    samples = sounds.samples_of(wav)
    assert max(samples) > 3000  # something to hear


def test_a_slower_voice_takes_longer_and_a_quieter_one_is_quieter() -> None:
    usual, slow = EspeakVoice("a", EspeakOptions()), EspeakVoice("b", EspeakOptions(rate=100, volume=30))
    try:
        quick, long = usual.render(CHINESE, "zh"), slow.render(CHINESE, "zh")
        assert sounds.duration(long) > 1.3 * sounds.duration(quick)
        assert max(sounds.samples_of(long)) < 0.6 * max(sounds.samples_of(quick))
        assert usual.render(CHINESE + "。", "zh") != long
    finally:
        usual.close()
        slow.close()


def test_a_sentence_is_made_once_and_remembered(voice: EspeakVoice) -> None:
    assert voice.render(CHINESE, "zh-CN") is voice.render(CHINESE, "zh-CN")


def test_the_memory_of_sentences_is_bounded(voice: EspeakVoice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hardware.voices.espeak.MOST_REMEMBERED_BYTES", 400_000)
    for number in range(12):
        voice.render(f"请{number}号", "zh-CN")
    assert sum(map(len, voice._remembered.values())) <= 400_000


def test_many_threads_and_languages_never_hang_or_mix(voice: EspeakVoice) -> None:
    texts = [("一" * (1 + n % 7), "zh-CN") for n in range(20)] + [("one " * (1 + n % 7), "en") for n in range(20)]
    alone = {pair: voice.render(*pair) for pair in set(texts)}
    others = [EspeakVoice(f"v{n}", EspeakOptions()) for n in range(3)]
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda job: (job[1], job[0].render(*job[1])), [(v, t) for v in others for t in texts]))
    for other in others:
        other.close()
    assert len(made) == 120
    for pair, wav in made:  # espeak varies its pauses by some hundredths of a second
        assert sounds.duration(wav) == pytest.approx(sounds.duration(alone[pair]), abs=0.1)


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_nothing_to_say_is_a_typed_error(voice: EspeakVoice, text: str) -> None:
    with pytest.raises(VoiceError):
        voice.render(text, "zh-CN")


def test_a_language_no_voice_speaks_is_a_typed_error_and_the_next_sentence_works(voice: EspeakVoice) -> None:
    with pytest.raises(VoiceError):
        voice.render("hello", "xx-unknown")
    assert voice.render("你好", "zh-CN")
    assert voice.health().condition is Condition.OK


def test_without_the_speech_engine_the_voice_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(*_: object) -> object:
        raise RuntimeError("This means you probably do not have eSpeak or eSpeak-ng installed!")

    monkeypatch.setattr("pyttsx3.init", absent)
    monkeypatch.setattr(speech_thread, "_kept", [])
    voice = EspeakVoice("hall", EspeakOptions())
    try:
        health = voice.health()
        assert (health.condition, health.code) == (Condition.DOWN, "voice_missing")
        assert "libespeak-ng1" in health.detail
        monkeypatch.undo()
        assert voice.health().condition is Condition.OK  # installed meanwhile
    finally:
        voice.close()


def test_an_engine_that_hangs_costs_one_sentence_and_no_thread_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    def hang(*_: object) -> bytes:
        release.wait(30)
        return b""

    monkeypatch.setattr(speech_thread, "_spoken", hang)
    voice = EspeakVoice("hall", EspeakOptions(wait=0.5))
    try:
        with pytest.raises(VoiceError) as caught:
            voice.render(CHINESE, "zh-CN")
        assert caught.value.code == "voice_timeout"
        assert voice.health().code == "voice_timeout"
    finally:
        release.set()
        voice.close()


def test_an_engine_that_never_says_it_is_done_costs_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    voice = EspeakVoice("hall", EspeakOptions(wait=0.5))
    try:
        voice.render("你好", "zh-CN")
        monkeypatch.setattr("pyttsx3.drivers._espeak.Synth", lambda *_, **__: None)
        with pytest.raises(VoiceError) as caught:
            voice.render(CHINESE, "zh-CN")
        assert caught.value.code == "voice_timeout"
        monkeypatch.undo()
        assert voice.render(CHINESE, "zh-CN")
    finally:
        voice.close()


def test_rate_and_voice_of_every_sentence_are_the_ones_asked_for() -> None:
    """pyttsx3 alone loses one change of rate in four, and one sentence in a hundred."""
    quick, slow = EspeakVoice("quick", EspeakOptions()), EspeakVoice("slow", EspeakOptions(rate=100))
    try:
        for number in range(40):
            for text, language in ((f"请{number}号到窗口", "zh-CN"), (f"ticket {number} please", "en")):
                usual = sounds.duration(quick.render(text, language))
                assert sounds.duration(slow.render(text, language)) > 1.3 * usual > 0.5
    finally:
        quick.close()
        slow.close()


def test_a_sentence_without_any_sound_is_a_typed_error(voice: EspeakVoice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech_thread, "EMPTY_BYTES", 10**9)
    with pytest.raises(VoiceError, match="no sound"):
        voice.render("你好", "zh-CN")


def test_a_closed_voice_refuses(voice: EspeakVoice) -> None:
    voice.close()
    with pytest.raises(VoiceError):
        voice.render("你好", "zh-CN")


def test_standard_output_stays_clean() -> None:
    program = (
        "from hardware.voices.espeak import EspeakVoice, EspeakOptions\n"
        "voice = EspeakVoice('v', EspeakOptions()); voice.render('你好', 'zh-CN'); voice.close()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60, check=True, text=True)
    assert (done.stdout, done.stderr) == ("", "")


def test_the_virtual_voice_makes_the_same_sound_for_the_same_sentence() -> None:
    voice = ToneVoice("v", ToneOptions(seconds_per_character=0.01))
    assert voice.render("你好", "zh-CN") == voice.render("你好", "zh-CN")
    assert voice.render("你好", "zh-CN") != voice.render("你好吗", "zh-CN")
    assert sounds.duration(voice.render("你好", "zh-CN")) == pytest.approx(0.02, abs=0.001)
    with pytest.raises(VoiceError):
        voice.render(" ", "zh-CN")
    voice.close()
