"""Promised ranges against what happened: over invented days, and on a real bank's recording where it is given."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from proofs import estimate_bank, halls
from proofs.claims import Claim
from proofs.estimate_days import Day, invented
from proofs.estimate_grading import Grade, Recorder, Wait, grade, ours, simple
from queueserver.domain.events import Event, TicketCalled
from queueserver.domain.hall import Policy
from queueserver.domain.promise import Verdict
from queueserver.handlers.commands import Command
from queueserver.simulation.chance import Draw
from queueserver.simulation.run import Simulation
from queueserver.simulation.virtualhall import VirtualHall
from queueserver.simulation.visitors import Move, WindowMove

HALLS = 12
DAYS = 10
LEARNING_DAYS = 3
BANDS = (0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 80.0)
"""Where one length of wait, by the middle of what was told, ends and the next begins; minutes."""
FEWEST_IN_A_BAND = 100
"""A band with fewer tickets is not judged: its share says little."""


def claims(data: Path | None) -> Iterator[Claim]:
    yield from _invented_days()
    yield _through_the_handlers()
    yield from _bank(data / estimate_bank.FILE if data else None)


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


def table(found: list[list[Wait]], first_day: int) -> tuple[Grade, Grade]:
    """Ours as shown, and the simple estimate, from `first_day` on; each hall's simple one calibrated by itself."""
    shown = ours((wait for waits in found for wait in waits if wait.day >= first_day), shown=True)
    return grade(shown), grade(one for waits in found for one in simple(waits, first_day))


def bands(found: list[list[Wait]], first_day: int) -> Iterator[tuple[str, Grade]]:
    """Ours as shown from `first_day` on, by how long a wait was told; the last band has no end."""
    waits = [wait for waits in found for wait in waits if wait.day >= first_day]
    for low, high in zip(BANDS, (*BANDS[1:], math.inf), strict=True):
        band = [wait for wait in waits if low <= wait.middle < high]
        if len(band) >= FEWEST_IN_A_BAND:
            yield f"{low:g}-{high:g}" if high < math.inf else f"over {low:g}", grade(ours(band, shown=True))


def _invented_days() -> Iterator[Claim]:
    found = days(HALLS, DAYS)
    shown, other = table(found, LEARNING_DAYS)
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
    mid = [(band, one) for band, one in bands(found, LEARNING_DAYS) if band in ("5-10", "10-20", "20-40")]
    yield Claim(
        f"estimates: waits of 5-40 minutes are covered too ({days_told})",
        "each band 75-88 %",
        _told(mid),
        ok=all(0.75 <= one.covered <= 0.88 for _, one in mid),
    )
    first = grade(ours((wait for waits in found for wait in waits if wait.day == 0), shown=True))
    yield Claim(
        "estimates: on a hall's first day the range holds too, nothing known",
        "76-88 %",
        str(first),
        ok=0.76 <= first.covered <= 0.88,
    )


class _Graded(VirtualHall):
    """Collects the promises of those who had to wait, as the real handlers made and met them."""

    def __init__(self, hall: VirtualHall) -> None:
        super().__init__(hall.live.plan, hall.live.business_day)
        self.verdicts: Counter[Verdict] = Counter()

    def do(self, command: Command, at_ms: int) -> Sequence[Event]:
        recorded = super().do(command, at_ms)
        for event in recorded:
            if isinstance(event, TicketCalled) and event.ticket.promise is not None and event.ticket.promise.spread:
                self.verdicts[event.ticket.promise.verdict] += 1
        return recorded


def _through_the_handlers() -> Claim:
    """Nothing but commands: tickets taken, called and finished, with services a third shorter than configured."""
    simulation = Simulation(halls.hall(5, Policy()), halls.DAY)
    graded = simulation.hall = _Graded(simulation.hall)
    rates = {halls.PLAIN: 0.8, halls.OLD: 0.1}
    visitors = halls.arriving(rates, Draw(mean_minutes=5.3, spread=0.7), 8000, "estimates")
    opening = [WindowMove(halls.OPENS_MS, w, Move.OPEN, rank=-1) for w in simulation.hall.live.plan.windows]
    simulation.expect(visitors, opening)
    simulation.run()
    total, kept = graded.verdicts.total(), graded.verdicts[Verdict.KEPT]
    return Claim(
        "estimates: the 80 % range through the server's own commands (M/G/5, load 95 %)",
        "76-84 %",
        f"{kept / total:.1%} of {total}",
        ok=0.76 <= kept / total <= 0.84,
    )


def _told(found: Sequence[tuple[str, Grade]]) -> str:
    return "; ".join(f"{band} min: {one.covered:.1%} of {one.graded}" for band, one in found)


def _bank(recording: Path | None) -> Iterator[Claim]:
    name = "estimates: the 80 % range on a real bank, learned on days 1-7, graded on 8-14"
    if recording is None or not recording.is_file():
        yield Claim(name, "70-90 %", "not measured (no data)", ok=True)
        return
    found = [estimate_bank.waits(recording)]
    shown, other = table(found, estimate_bank.LEARNING_DAYS)
    got = f"{shown}; the mean of the last 30: {other}"
    yield Claim(name, "70-90 %", got, ok=0.7 <= shown.covered <= 0.9)
    yield Claim(
        "estimates: on the bank narrower, and nearer to what happened, than the mean of the last 30 services",
        f"width under {other.width:.2f}, error under {other.error:.2f} min",
        f"width {shown.width:.2f}, error {shown.error:.2f} min",
        ok=shown.width < other.width and shown.error < other.error,
    )
    told = list(bands(found, estimate_bank.LEARNING_DAYS))
    yield Claim(
        "estimates: on the bank for every length of wait",
        "each band 70-92 %",
        _told(told),
        ok=all(0.7 <= one.covered <= 0.92 for _, one in told),
    )
