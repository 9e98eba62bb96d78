"""The engine's waits against what queueing theory says they must be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from proofs.claims import Claim
from proofs.formulas import cobham_waits, mg1_wait, mmc_wait


def claims(_: Path | None) -> Iterator[Claim]:
    yield from _formulas()


def _formulas() -> Iterator[Claim]:
    """The formulas agree where they must: each has another as its special case."""
    one = (mmc_wait(0.8, 1, 1), mg1_wait(0.8, 1, 1), 0.8 / (1 - 0.8))
    yield _same("formulas: M/M/1 as M/M/c and as M/G/1", one[2], one[0], one[1])
    yield _same("formulas: Cobham with one class is M/M/c", mmc_wait(2.4, 1, 3), *cobham_waits([2.4], 1, 3))
    both = cobham_waits([0.3, 0.5], 1, 1)
    yield _same("formulas: Cobham keeps the mean over classes", one[2], (0.3 * both[0] + 0.5 * both[1]) / 0.8)


def _same(name: str, expected: float, *got: float) -> Claim:
    words = ", ".join(f"{value:.6f}" for value in got)
    return Claim(name, f"{expected:.6f} min", f"{words} min", all(abs(value - expected) < 1e-9 for value in got))
