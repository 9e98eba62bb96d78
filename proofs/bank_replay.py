"""Two weeks of a real bank's call centre as a table of visitors, replayed: do the waits come out as recorded?

A statement about how far a table without attendance can be trusted, so the bounds are wide; see docs/simulation.md.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from statistics import mean

from proofs.claims import Claim
from proofs.estimate_bank import FILE, NO_AGENT, calls
from queueserver.simulation.days import play
from queueserver.simulation.daytable import Row, TableDays, read_table
from queueserver.simulation.whatif import WhatIf

_ZONE = "Asia/Jerusalem"
_FIRST = datetime(1999, 2, 1)  # noqa: DTZ001 # the table's times are local


def claims(data: Path | None) -> Iterator[Claim]:
    """Recorded and replayed mean waits in minutes, of those who were served, all queues and the biggest one."""
    if data is None or not (data / FILE).is_file():
        return
    with tempfile.TemporaryDirectory() as folder:
        rows = read_table(written(data / FILE, Path(folder) / "bank.tsv"), _ZONE)
    for name, then, again in compared(rows):
        if name in ("all", "ps"):
            words = f"{then:.2f} min as recorded", f"{again:.2f} min"
            yield Claim(f"replay of a table: mean wait of {name} of a bank", *words, 0.67 <= again / then <= 1.5)


def written(source: Path, target: Path) -> Path:
    """The bank's calls in the columns of a table of visitors."""
    lines = ["arrived\tcalled\tfinished\tleft\tqueue\twindow\tclass"]
    for call in calls(source):
        came = _FIRST + timedelta(days=call.day, minutes=call.at)
        begun = came + timedelta(minutes=call.waited)
        done = begun + timedelta(minutes=call.served)
        served = bool(call.agent) and call.agent != NO_AGENT
        if call.agent == NO_AGENT:
            continue
        times = (came, begun if served else "", done if served else "", "" if served else begun)
        rest = (call.service, call.agent, "privileged" if call.privileged else "")
        lines.append("\t".join(map(str, (*times, *rest))))
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return target


def compared(rows: Sequence[Row]) -> Iterator[tuple[str, float, float]]:
    """(queue, recorded, replayed) mean waits in minutes of those who were called."""
    legs = play(TableDays(rows, time_zone=_ZONE), WhatIf()).records.legs
    for queue in (*sorted({row.queue for row in rows}), ""):
        then = [(row.called - row.arrived) / 60_000 for row in rows if row.called and queue in ("", row.queue)]
        again = [leg.wait_ms / 60_000 for leg in legs if leg.wait_ms is not None and queue.lower() in ("", leg.queue)]
        yield (queue.lower() or "all"), mean(then or (0.0,)), mean(again or (0.0,))
