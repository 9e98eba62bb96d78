"""The hall's spoken sentences, word for word, and what a voice makes of them; HALL_GOLDEN=write renews the file."""

from __future__ import annotations

import os
import shutil
import subprocess
from itertools import product
from pathlib import Path

import pytest

from display.phrases import call_sentence

_FILE = Path(__file__).with_name("spoken.txt")
_CALLS = (
    ("A012", "3"),
    ("B105", "12"),
    ("C001", "10"),
    ("D999", "D1"),
    ("AB07", "105"),
    ("X1", "20"),
    ("E340", "综合2"),
    ("A001", "03"),
)

_ESPEAK = shutil.which("espeak-ng")


def _spoken() -> str:
    lines = []
    for language, recall in product(("zh-CN", "en"), (False, True)):
        for number, label in _CALLS:
            said = call_sentence(number, label, language, recall=recall)
            lines.append(f"{number} -> {label} [{said.language}] {said.text}")
    return "\n".join(lines) + "\n"


def test_spoken_sentences() -> None:
    if os.environ.get("HALL_GOLDEN") == "write":
        _FILE.write_text(_spoken(), encoding="utf-8")
    assert _spoken() == _FILE.read_text(encoding="utf-8")


def _phonemes(text: str, voice: str) -> str:
    """What espeak-ng would pronounce, without stress and tone marks."""
    assert _ESPEAK is not None
    said = subprocess.run([_ESPEAK, "-q", "--ipa", "-v", voice, text], capture_output=True, text=True, check=True)
    return "".join(sign for sign in said.stdout if sign not in "ˈˌ0123456789ɜ̪. \n")


@pytest.mark.skipif(_ESPEAK is None, reason="espeak-ng is not installed")
def test_chinese_is_pronounced_as_chinese() -> None:
    """Voice "cmn" of espeak-ng 1.51 reads pinyin as English words; the digits must sound as ling, yi, er, san."""
    said = _phonemes("请A零一二号到三号窗口", "cmn-latn-pinyin")
    for syllable in ("tɕhiŋ", "ei", "liŋ", "ji", "ər", "χɑu", "tɑu", "san"):
        assert syllable in said, (syllable, said)
        said = said[said.index(syllable) + len(syllable) :]


@pytest.mark.skipif(_ESPEAK is None, reason="espeak-ng is not installed")
def test_the_english_letter_is_not_the_article() -> None:
    sentence = call_sentence("A012", "3", "en").text
    said = _phonemes(sentence, "en-us")
    assert "tɪkɪteɪ" in said
    assert "zˈiəɹoʊwʌntuː".replace("ˈ", "") in said
    assert said.endswith("wɪndoʊθɹiː")
