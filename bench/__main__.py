"""`make bench`: every figure as the median of repeated runs, beside its floor, into bench/results/latest.json."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from bench import bars, engine, estimate, kiosk, server, simulation
from bench.figures import Figure, keep, machine, middle, show
from bench.floors import bare_server, broker_milliseconds, durable_commits_per_second
from bench.hall import HALL, RunningHall, running_hall
from contract import topics

PAST_TICKETS = 200_000
SLOWER_AT_MOST = 1.25


def main() -> int:
    """0 when every target is met."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="repetitions of each figure (the median counts)")
    parser.add_argument("--seconds", type=float, default=5.0, help="length of one run")
    parts = ["engine", "estimate", "server", "kiosk", "simulation", "bars"]
    parser.add_argument("--only", choices=parts, help="measure one part")
    chosen = parser.parse_args()
    about, figures = machine(), list[Figure]()
    if chosen.only in (None, "engine"):
        figures += engine.figures(chosen.runs)
    if chosen.only in (None, "estimate"):
        figures += estimate.figures(chosen.runs)
    if chosen.only in (None, "server"):
        fresh = _server(chosen.runs, chosen.seconds, 0)
        aged = _server(chosen.runs, chosen.seconds, PAST_TICKETS)
        figures += [*fresh, *aged, *_ageing(fresh, aged)]
    if chosen.only in (None, "kiosk"):
        figures += kiosk.figures(chosen.runs)
    if chosen.only in (None, "simulation"):
        figures += simulation.figures(chosen.runs)
    if chosen.only in (None, "bars"):
        figures += bars.figures(chosen.runs)
    for figure in figures:
        show(figure)
    keep(about, figures)
    return 0 if all(figure.ok is not False for figure in figures) else 1


def _server(runs: int, seconds: float, past: int) -> list[Figure]:
    label = f", {past:,} past tickets" if past else ""
    print(f"server{label} ...", flush=True)
    with tempfile.TemporaryDirectory() as folder, running_hall(Path(folder), past) as hall:
        with bare_server() as port:
            floors = [server.bare(port, seconds / 2) for _ in range(runs)]
        issued = [server.issuing(hall, seconds) for _ in range(runs)]
        server.open_windows(hall)
        called = [server.calling(hall, seconds / 2) for _ in range(runs)]
        shown = [server.call_to_display(hall, seconds) for _ in range(runs)]
        broker = _broker_floor(hall)
        disk = durable_commits_per_second(Path(folder), 32)
    http = middle([rate for rate, _ in floors])
    slow = middle([p99 for _, p99 in floors])
    return [
        Figure(f"disk: durable rows, 32 a commit{label}", round(disk), "/s"),
        Figure(f"issue a ticket, 32 connections{label}", middle([r for r, _ in issued]), "/s", http, ">= 800"),
        Figure(f"issue a ticket, p99{label}", middle([p for _, p in issued]), "ms", slow, "< 100"),
        Figure(f"window commands, 16 windows{label}", middle([c for c, _, _ in called]), "/s", http, ">= 800"),
        Figure(f"calls among them{label}", middle([c for _, c, _ in called]), "/s"),
        Figure(f"call next, p99{label}", middle([p for _, _, p in called]), "ms", slow, "< 100"),
        Figure(f"call to a display, 50 devices, p50{label}", middle([p for p, _ in shown]), "ms", broker[0], "< 10"),
        Figure(f"call to a display, 50 devices, p99{label}", middle([p for _, p in shown]), "ms", broker[1], "< 40"),
    ]


def _broker_floor(hall: RunningHall) -> tuple[float, float]:
    device, token = hall.devices[-1]
    p50, p99 = broker_milliseconds("127.0.0.1", hall.broker_port, device, token, topics.presence(HALL, device))
    return round(p50, 3), round(p99, 3)


def _ageing(fresh: list[Figure], aged: list[Figure]) -> list[Figure]:
    """How many times slower each figure with a target became; 1.25 is a quarter slower."""
    result = []
    for young, old in zip(fresh, aged, strict=True):
        if young.target:
            worse = young.value / old.value if young.unit == "/s" else old.value / young.value
            result.append(
                Figure(f"{young.name}: times slower with past days", round(worse, 3), "x", None, f"< {SLOWER_AT_MOST}")
            )
    return result


if __name__ == "__main__":
    sys.exit(main())
