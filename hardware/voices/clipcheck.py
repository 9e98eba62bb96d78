"""Whether recordings will sound as one voice: their format, their silences, their loudness."""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from hardware.errors import DeviceError
from hardware.sounds import FULL_SCALE, RATE, samples_of

QUIET: Final = FULL_SCALE // 100
"""Below this level (-40 dB) it counts as silence."""
MOST_SILENCE: Final = 0.25  # seconds before or after the words
FARTHEST: Final = 6.0  # decibels from the middle of all clips
CUT: Final = FULL_SCALE - 1
_WINDOW: Final = RATE // 50


@dataclass(frozen=True, slots=True)
class ClipFault:
    """One thing wrong with one clip; `code` is stable, `detail` says how much."""

    path: Path
    code: str
    detail: str


def faults(clips: Mapping[tuple[str, ...], Path]) -> list[ClipFault]:
    """What is wrong with the clips of one language, in the order of their names."""
    found: list[ClipFault] = []
    loudness: dict[Path, float] = {}
    for path in clips.values():
        try:
            samples = samples_of(path.read_bytes())
        except (OSError, DeviceError) as fault:
            found.append(ClipFault(path, "format", str(fault)))
            continue
        begin, end = spoken(samples)
        if begin == end:
            found.append(ClipFault(path, "empty", "nothing is said"))
            continue
        found += _ends(path, begin, len(samples) - end)
        if _peak(samples) >= CUT:
            found.append(ClipFault(path, "cut", "recorded too loud: the tops are cut off"))
        loudness[path] = level(samples[begin:end])
    middle = median(loudness.values()) if loudness else 0.0
    for path, loud in loudness.items():
        if abs(loud - middle) > FARTHEST:
            found.append(
                ClipFault(path, "loudness", f"{abs(loud - middle):.0f} dB {_than(loud, middle)} than the others")
            )
    return sorted(found, key=lambda fault: fault.path.name)


def spoken(samples: array[int]) -> tuple[int, int]:
    """Where words begin and end, as sample numbers; equal when nothing is loud enough."""
    loud = [at for at in range(0, len(samples), _WINDOW) if _peak(samples[at : at + _WINDOW]) > QUIET]
    return (loud[0], min(loud[-1] + _WINDOW, len(samples))) if loud else (0, 0)


def level(samples: array[int]) -> float:
    """Mean loudness in decibels below full scale."""
    power = sum(sample * sample for sample in samples) / max(1, len(samples))
    return 10 * math.log10(power / FULL_SCALE**2) if power else -100.0


def _ends(path: Path, before: int, after: int) -> list[ClipFault]:
    return [
        ClipFault(path, "silence", f"{samples / RATE:.2f} s of silence {where}; more than {MOST_SILENCE} s drags")
        for samples, where in ((before, "before the words"), (after, "after them"))
        if samples / RATE > MOST_SILENCE
    ]


def _peak(samples: array[int]) -> int:
    return max((abs(sample) for sample in samples), default=0)


def _than(loud: float, middle: float) -> str:
    return "louder" if loud > middle else "quieter"
