"""Promised ranges against what happened: over invented days, and on a real bank's recording where it is given."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

from proofs import estimate_bank
from proofs.claims import Claim
from proofs.estimate_days import Day, invented
from proofs.estimate_grading import Grade, Recorder, Wait, grade, ours, simple

HALLS = 12
DAYS = 10
LEARNING_DAYS = 3


def claims(data: Path | None) -> Iterator[Claim]:
    yield from _invented_days()
    recording = data / estimate_bank.FILE if data else None
    if recording is not None and recording.is_file():
        yield from _bank(recording)


def days(halls: int, number: int) -> list[list[Wait]]:
    """The waits of each of `halls` invented halls over `number` days."""
    found = []
    for seed in range(halls):
        random = Random(seed)
        plan, truth = invented(random)
        recorder = Recorder(plan)
        for day in range(number):
            Day(plan, truth, random, day, recorder).run()
        found.append(recorder.waits)
    return found


def table(halls: list[list[Wait]], first_day: int) -> tuple[Grade, Grade]:
    """Ours as shown, and the simple estimate, from `first_day` on; each hall's simple one calibrated by itself."""
    shown = ours((wait for waits in halls for wait in waits if wait.day >= first_day), shown=True)
    return grade(shown), grade(one for waits in halls for one in simple(waits, first_day))


def _invented_days() -> Iterator[Claim]:
    halls = days(HALLS, DAYS)
    shown, other = table(halls, LEARNING_DAYS)
    days_told = f"{HALLS} invented halls, days {LEARNING_DAYS + 1}-{DAYS}"
    yield Claim(
        f"estimates: the 80 % range holds ({days_told})", "76-84 %", str(shown), ok=0.76 <= shown.covered <= 0.84
    )
    yield Claim(
        f"estimates: narrower than the mean of the last 30 services ({days_told})",
        f"width under {other.width:.2f} min ({other.covered:.1%} covered)",
        f"{shown.width:.2f} min",
        ok=shown.width < other.width,
    )
    first = grade(ours((wait for waits in halls for wait in waits if wait.day == 0), shown=True))
    yield Claim(
        "estimates: on a hall's first day the range holds too, nothing known",
        "76-88 %",
        str(first),
        ok=0.76 <= first.covered <= 0.88,
    )


def _bank(recording: Path) -> Iterator[Claim]:
    shown, other = table([estimate_bank.waits(recording)], estimate_bank.LEARNING_DAYS)
    yield Claim(
        "estimates: the 80 % range on a real bank, learned on days 1-7, graded on 8-14",
        "70-90 %",
        f"{shown}; the mean of the last 30: {other}",
        ok=0.7 <= shown.covered <= 0.9,
    )
