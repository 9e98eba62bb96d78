"""`hall clips`: the clips it asks for say every call of the hall; what is missing or bad is named."""

from __future__ import annotations

import math
from array import array
from pathlib import Path

import pytest

from display.phrases import call_sentence
from display.recordings import wanted_clips
from hall.__main__ import main
from hardware import sounds
from hardware.voices.clips import pieces, tokens
from queueserver.hallfile import read_file

EXAMPLE = Path("examples/hall.toml")


def record(folder: Path, language: str, text: str) -> None:
    path = folder / language / f"{text}.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(sounds.to_wav(array("h", (round(8000 * math.sin(at / 8)) for at in range(6000)))))


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("recall", [False, True])
def test_the_wanted_clips_say_every_call_of_the_example_hall(language: str, recall: bool) -> None:
    config = read_file(EXAMPLE).config
    assert config is not None
    labels = [window.label for window in config.windows]
    wanted = wanted_clips([queue.prefix for queue in config.queues], labels, language)
    known = {tokens(clip.text): Path(clip.text) for clip in wanted}
    for queue in config.queues:
        for label in labels:
            for digits in ("001", "024", "357", "689"):
                sentence = call_sentence(f"{queue.prefix}{digits}", label, language, recall=recall)
                assert pieces(tokens(sentence.text), known)
    used = {"".join(piece) for piece in known}
    assert len(used) == len(wanted), "a clip is asked for twice"


def test_the_list_is_for_a_person_with_a_microphone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clips", "list", "examples/small-hall.toml", "--language", "zh-CN"]) == 0
    said = capsys.readouterr().out
    assert "zh-CN: 16 clips" in said
    assert "  号到.wav   as in: 请A零一二号到一号窗口" in said
    assert "  再次呼叫.wav   as in: 再次呼叫" in said


def test_check_names_what_is_missing_and_what_will_not_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = read_file(Path("examples/small-hall.toml")).config
    assert config is not None
    labels = [window.label for window in config.windows]
    for clip in wanted_clips([queue.prefix for queue in config.queues], labels, "zh-CN"):
        if clip.text != "号到":
            record(tmp_path, "zh-CN", clip.text)
    (tmp_path / "zh-CN" / "零.wav").write_bytes(b"?")
    call = ["clips", "check", "examples/small-hall.toml", str(tmp_path), "--language", "zh-CN"]
    assert main(call) == 1
    said = capsys.readouterr().out
    assert "zh-CN/号到.wav is missing, as in: 请A零一二号到一号窗口" in said
    assert "zh-CN/零.wav: not a WAV sound" in said
    assert "1 missing, 1 to record again" in said
    record(tmp_path, "zh-CN", "号到")
    record(tmp_path, "zh-CN", "零")
    assert main(call) == 0
    assert "every call can be said" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "examples/small-hall.toml", "/nowhere"], "there is no folder"),
        (["list", "examples/small-hall.toml", "--language", "fr"], "it speaks zh-CN, en"),
        (["list", "nowhere.toml"], "cannot be read"),
    ],
)
def test_what_cannot_be_done_is_one_line(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clips", *arguments]) == 1
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
