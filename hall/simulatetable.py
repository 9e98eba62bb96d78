"""A simulation's figures as a table for the terminal, and as CSV for whoever counts further."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import fields
from io import StringIO

from queueserver.simulation.effect import Effect, Effects
from queueserver.simulation.report import Report, Waits

MOST_ROWS = 40
_HEAD = ("tickets", "called", "mean", "p50", "p90", "max", "left", "missed", "uncalled")


def lines(report: Report, *, classes: bool) -> Iterator[str]:
    """One variant: waits per queue (and class), then windows, then who got no ticket."""
    rows = _chosen(report.waits, classes=classes)
    over = f">{report.bound_minutes}"
    width = max(24, *(len(_name(row)) for row in rows))
    head = "".join(f"{word:>9}" for word in (*_HEAD[:6], over, *_HEAD[6:]))
    yield f"{'waits in minutes':<{width}}{head}"
    for row in rows:
        yield f"{_name(row):<{width}}{_cells(row)}"
    if len(rows) < len(report.waits):
        yield "(the classes of each queue: --classes, or --csv FILE)"
    yield ""
    yield f"{'windows':<{width}}{'open h':>9}{'busy':>9}{'finished':>9}"
    for window in report.windows:
        yield f"{window.window:<{width}}{window.open_hours:>9.1f}{window.busy:>9.0%}{window.finished:>9}"
    yield f"{'all':<{width}}{sum(w.open_hours for w in report.windows):>9.1f}{report.busy:>9.0%}{_finished(report):>9}"
    if report.refused:
        yield ""
        yield "got no ticket"
        for queue, code, count in report.refused:
            yield f"{queue:<{width}}{count:>9}  {code}"
    if report.unkept:
        yield ""
        yield f"{'appointments not kept':<{width}}{report.unkept:>9}"


def side_by_side(before: Report, after: Report, *, classes: bool) -> Iterator[str]:
    """Two variants of the same days, row by row."""
    pairs = _pairs(_chosen(before.waits, classes=classes), after.waits)
    width = max(24, *(len(_name(row)) for row, _ in pairs))
    columns = ("called", "mean", "p90", "max", f">{before.bound_minutes}", "left")
    yield f"{'':<{width}}" + "".join(f"{word:^16}" for word in columns)
    yield f"{'waits in minutes':<{width}}" + f"{before.name:>8}{after.name:>8}" * len(columns)
    for one, two in pairs:
        cells = (
            *(f"{row.called}" for row in (one, two)),
            *(f"{row.mean:.1f}" for row in (one, two)),
            *(f"{row.p90:.1f}" for row in (one, two)),
            *(f"{row.longest:.1f}" for row in (one, two)),
            *(f"{row.over:.1%}" for row in (one, two)),
            *(f"{row.left}" for row in (one, two)),
        )
        yield f"{_name(one):<{width}}" + "".join(f"{cell:>8}" for cell in cells)
    yield f"{'windows busy':<{width}}{before.busy:>8.0%}{after.busy:>8.0%}"


def answer(tried: str, queues: Sequence[str], found: Effects, bound: int) -> str:
    """One line: what a change does to the waits, with how certain that is when there are several days."""
    days = found.longest.days
    parts = [f"longest {_change(found.longest)}", f"mean {_change(found.mean)}"]
    if bound:
        parts.append(f"over {bound} min {found.over.before:.1%} -> {found.over.after:.1%}")
    left = (found.given_up.before, found.given_up.after)
    if any(left):
        parts.append("left or never called " + " -> ".join(f"{count:.{int(days > 1)}f}" for count in left))
    certain = f"; a day on average, ± is 95% of {days} days" if days > 1 else ""
    where = f" in {', '.join(queues)}" if queues else ""
    return f"{tried}, waits{where}: {', '.join(parts)}{certain}"


def _change(effect: Effect) -> str:
    """ "43.4 -> 27.1 min (-16.3 ± 4.0)" """
    if effect.change == 0 and not effect.half:
        return f"{effect.before:.1f} -> {effect.after:.1f} min (no change)"
    half = "" if effect.half is None else f" ± {effect.half:.1f}"
    return f"{effect.before:.1f} -> {effect.after:.1f} min ({effect.change:+.1f}{half})"


def as_csv(reports: Sequence[Report]) -> str:
    """One line for each variant, queue and class; empty queue or class = all. Minutes, and shares from 0 to 1."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [field.name for field in fields(Waits)]
    writer.writerow(["variant", "days", "bound_minutes", *names])
    for report in reports:
        for row in report.waits:
            values = (getattr(row, name) for name in names)
            rounded = (round(value, 4) if isinstance(value, float) else value for value in values)
            writer.writerow([report.name, report.days, report.bound_minutes, *rounded])
    return text.getvalue()


def _chosen(waits: Sequence[Waits], *, classes: bool) -> list[Waits]:
    """All rows of a small hall; of a big one each queue, and each class over all queues."""
    if classes or len(waits) <= MOST_ROWS:
        return list(waits)
    return [row for row in waits if not row.queue or not row.priority_class]


def _pairs(before: Sequence[Waits], after: Sequence[Waits]) -> list[tuple[Waits, Waits]]:
    """Rows of both; a queue or class that only one of them has is left out of the comparison."""
    others = {(row.queue, row.priority_class): row for row in after}
    mine = ((row, others.get((row.queue, row.priority_class))) for row in before)
    return [(row, other) for row, other in mine if other is not None]


def _name(row: Waits) -> str:
    queue = row.queue or "all"
    return f"  {queue} / {row.priority_class}" if row.priority_class else queue


def _cells(row: Waits) -> str:
    return (
        f"{row.tickets:>9}{row.called:>9}{row.mean:>9.1f}{row.p50:>9.1f}{row.p90:>9.1f}{row.longest:>9.1f}"
        f"{row.over:>9.1%}{row.left:>9}{row.missed:>9}{row.uncalled:>9}"
    )


def _finished(report: Report) -> int:
    return sum(window.finished for window in report.windows)
