"""A measured figure, its floor and its target; how they are printed and kept."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

RESULTS = Path(__file__).parent / "results" / "latest.json"


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` and `floor` in `unit`; `target` reads like ">= 800" or "< 100", empty = for information."""

    name: str
    value: float
    unit: str
    floor: float | None = None
    target: str = ""

    @property
    def ratio(self) -> float | None:
        return round(self.value / self.floor, 3) if self.floor else None

    @property
    def ok(self) -> bool | None:
        if not self.target:
            return None
        sign, limit = self.target.split()
        return self.value >= float(limit) if sign == ">=" else self.value < float(limit)

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "ratio": self.ratio, "ok": self.ok}


def percentile(values: Sequence[float], share: float) -> float:
    """Nearest-rank percentile; `share` of 0.99 is p99."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered)) - 1))]


def middle(values: Sequence[float]) -> float:
    """The median of repeated runs."""
    return round(median(values), 3)


def machine() -> dict[str, object]:
    """What it was measured on."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "system": platform.platform(),
    }


def show(figure: Figure) -> None:
    """One line as soon as it is known."""
    floor = "" if figure.floor is None else f"  floor {figure.floor:g}, ratio {figure.ratio:g}"
    verdict = {True: "  ok", False: "  MISSED", None: ""}[figure.ok]
    target = f"  target {figure.target}" if figure.target else ""
    print(f"{figure.name:<66} {figure.value:>10g} {figure.unit:<4}{floor}{target}{verdict}", flush=True)


def keep(about: dict[str, object], figures: Sequence[Figure]) -> None:
    """Write bench/results/latest.json."""
    RESULTS.parent.mkdir(exist_ok=True)
    whole = {"machine": about, "figures": [figure.as_json() for figure in figures]}
    RESULTS.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
