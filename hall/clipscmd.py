"""`hall clips list|check`: which recordings a hall's own voice needs, and whether those that are there will do."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from contract.config import HallConfig
from display.phrases import spoken_language
from display.recordings import WantedClip, wanted_clips
from hall.commandline import OneLineParser, Problem
from hardware.errors import VoiceError
from hardware.voices.clipcheck import faults
from hardware.voices.clips import clips_in, folder_for, pieces, tokens
from queueserver.hallfile import read_file

_FORMAT = "mono, 16 bit, 22050 Hz (e.g. sox IN.wav -c 1 -b 16 -r 22050 OUT.wav)"


def main(argv: Sequence[str]) -> int:
    """Exit 0 good, 1 clips are missing or will not do, 2 wrong usage."""
    given = _parser().parse_args(argv)
    result: int = given.run(given)
    return result


def _parser() -> argparse.ArgumentParser:
    parser = OneLineParser(prog="hall clips", description="Recordings for announcements in a person's voice.")
    commands = parser.add_subparsers(metavar="list|check", required=True, parser_class=OneLineParser)
    wanted = commands.add_parser("list", help="what somebody has to say into a microphone, clip by clip")
    checked = commands.add_parser("check", help="what is missing, and what is too quiet, too long or cut off")
    for command in (wanted, checked):
        command.add_argument("hall", type=Path, metavar="HALL.toml")
        command.add_argument("--language", default="", metavar="TAG", help="only this one, e.g. zh-CN (default: all)")
    checked.add_argument("folder", type=Path, metavar="FOLDER", help="the folder with zh-CN/, en/, ...")
    wanted.set_defaults(run=_list)
    checked.set_defaults(run=_check)
    return parser


def _list(given: argparse.Namespace) -> int:
    config = _config(given.hall)
    for language in _languages(config, given.language):
        wanted = _wanted(config, language)
        print(f"{language}: {len(wanted)} clips, each a file {language}/NAME.wav, {_FORMAT}")
        for clip in wanted:
            print(f"  {clip.text}.wav   as in: {clip.example}")
        print()
    return 0


def _check(given: argparse.Namespace) -> int:
    config = _config(given.hall)
    if not given.folder.is_dir():
        raise Problem(f"there is no folder {given.folder}")
    bad = False
    for language in _languages(config, given.language):
        known = clips_in(folder_for(given.folder, language))
        missing = [clip for clip in _wanted(config, language) if not _can_say(clip.text, known)]
        wrong = faults(known)
        bad |= bool(missing or wrong)
        for clip in missing:
            print(f"{language}/{clip.text}.wav is missing, as in: {clip.example}")
        for fault in wrong:
            print(
                f"{language}/{fault.path.name}: {fault.detail}" + (f"; save it as {_FORMAT}" * (fault.code == "format"))
            )
        state = (
            f"{len(missing)} missing, {len(wrong)} to record again" if missing or wrong else "every call can be said"
        )
        print(f"{language}: {_count(len(known))}, {state}")
    return int(bad)


def _count(clips: int) -> str:
    return "1 clip" if clips == 1 else f"{clips} clips"


def _can_say(text: str, known: dict[tuple[str, ...], Path]) -> bool:
    try:
        pieces(tokens(text), known)
    except VoiceError:
        return False
    return True


def _config(path: Path) -> HallConfig:
    reading = read_file(path)
    if reading.config is None:
        first = next(finding for finding in reading.findings if finding.is_error)
        raise Problem(f"{path}, line {first.line}: {first}; see hall config check")
    return reading.config


def _languages(config: HallConfig, wanted: str) -> list[str]:
    spoken = list(dict.fromkeys(spoken_language(language) for language in config.hall.languages))
    if not wanted:
        return spoken
    if wanted not in spoken:
        raise Problem(f"the hall does not speak {wanted!r}; it speaks {', '.join(spoken)}")
    return [wanted]


def _wanted(config: HallConfig, language: str) -> tuple[WantedClip, ...]:
    prefixes = [queue.prefix for queue in config.queues]
    return wanted_clips(prefixes, [window.label for window in config.windows], language)
