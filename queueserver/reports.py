"""Statistics as managers ask for them: cells added up by what they chose, then means and percentiles of the sums."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, select

from contract import statistics as wire
from contract.statistics import GroupBy
from queueserver.definitions import DEFINITIONS
from queueserver.domain.bins import percentile
from queueserver.domain.statistics import Measure
from queueserver.published import Published
from queueserver.store.tables import statistics

MOST_DAYS: Final = 400

_COLUMNS: Final = {
    GroupBy.QUEUE: statistics.c.queue,
    GroupBy.SERVICE: statistics.c.service,
    GroupBy.CLASS: statistics.c.priority_class,
    GroupBy.WINDOW: statistics.c.window,
    GroupBy.STAFF: statistics.c.staff,
    GroupBy.HOUR: statistics.c.hour,
    GroupBy.DAY: statistics.c.business_day,
    GroupBy.MONTH: statistics.c.business_day,
}
_SUMS: Final = {
    by: select(
        column.label("key"),
        statistics.c.measure,
        statistics.c.bin,
        func.sum(statistics.c.n).label("n"),
        func.sum(statistics.c.total).label("total"),
    )
    .where(
        statistics.c.hall == bindparam("in_hall"),
        statistics.c.business_day >= bindparam("first"),
        statistics.c.business_day <= bindparam("last"),
    )
    .group_by(column, statistics.c.measure, statistics.c.bin)
    for by, column in _COLUMNS.items()
}


@dataclass(slots=True)
class _Sums:
    """Everything that was counted under one key."""

    counts: dict[str, int] = field(default_factory=dict)
    totals: dict[str, int] = field(default_factory=dict)
    bins: dict[str, dict[int, int]] = field(default_factory=dict)

    def add(self, measure: str, into: int, n: int, total: int) -> None:
        self.counts[measure] = self.counts.get(measure, 0) + n
        self.totals[measure] = self.totals.get(measure, 0) + total
        bins = self.bins.setdefault(measure, {})
        bins[into] = bins.get(into, 0) + n


def report(
    connection: Connection, published: Published, first: date, last: date, by: GroupBy, lang: str
) -> wire.Statistics:
    """The cells of these business days by one dimension; what the dimension does not apply to is only in the total."""
    hall = published.config.hall.id
    by_key: dict[str, _Sums] = {}
    whole = _Sums()
    found = connection.execute(_SUMS[by], {"in_hall": hall, "first": first, "last": last})
    for row in found:
        key, added = _key(by, row.key), (row.measure, row.bin, int(row.n), int(row.total))
        whole.add(*added)
        if key:
            by_key.setdefault(key, _Sums()).add(*added)
    label = _labels(published, by, lang)
    rows = tuple(_row(key, label(key), sums) for key, sums in sorted(by_key.items()))
    return wire.Statistics(hall=hall, first=first, last=last, by=by, rows=rows, total=_row("", "", whole))


def _key(by: GroupBy, value: Any) -> str:
    if by is GroupBy.HOUR:
        return f"{value:02}"
    return value.isoformat()[:7] if by is GroupBy.MONTH else str(value)


def _labels(published: Published, by: GroupBy, lang: str) -> Callable[[str], str]:
    named: Mapping[GroupBy, Callable[[str], str]] = {
        GroupBy.QUEUE: lambda key: published.queue_name(key, lang),
        GroupBy.SERVICE: lambda key: published.service_name(key, lang),
        GroupBy.CLASS: lambda key: published.class_name(key, lang),
        GroupBy.WINDOW: published.label,
        GroupBy.HOUR: lambda key: f"{key}:00",
    }
    return named.get(by, str)


def _row(key: str, label: str, sums: _Sums) -> wire.StatisticsRow:
    return wire.StatisticsRow(
        key=key,
        label=label,
        counts={measure.value: sums.counts[measure] for measure in Measure if sums.counts.get(measure)},
        waiting=_duration(sums, Measure.WAITING),
        way=_duration(sums, Measure.WAY),
        service=_duration(sums, Measure.SERVICE),
        promises=_promises(sums),
        windows=_hours(sums),
    )


def _hours(sums: _Sums) -> wire.WindowHours:
    measures = (Measure.WINDOW_OPEN, Measure.WINDOW_PAUSED, Measure.WINDOW_IDLE)
    opened, paused, idle = (sums.totals.get(measure, 0) / 1000 for measure in measures)
    left = sums.counts.get(Measure.WINDOW_LEFT_OPEN, 0)
    return wire.WindowHours(open_seconds=opened, paused_seconds=paused, idle_seconds=idle, left_open=left)


def _duration(sums: _Sums, measure: Measure) -> wire.Duration:
    count, total = sums.counts.get(measure, 0), sums.totals.get(measure, 0) / 1000
    bins = sums.bins.get(measure, {})
    return wire.Duration(
        count=count,
        total_seconds=total,
        mean_seconds=round(total / count, 1) if count else None,
        p50_seconds=percentile(bins, 0.5),
        p80_seconds=percentile(bins, 0.8),
        p90_seconds=percentile(bins, 0.9),
        p95_seconds=percentile(bins, 0.95),
    )


def _promises(sums: _Sums) -> wire.Promises:
    outcomes = (Measure.PROMISE_KEPT, Measure.PROMISE_EARLIER, Measure.PROMISE_LATER)
    kept, earlier, later = (sums.counts.get(outcome, 0) for outcome in outcomes)
    graded, width = kept + earlier + later, sum(sums.totals.get(outcome, 0) for outcome in outcomes)
    return wire.Promises(
        kept=kept,
        earlier=earlier,
        later=later,
        share_kept=round(kept / graded, 4) if graded else None,
        mean_width_minutes=round(width / graded / 60_000, 2) if graded else None,
    )


def definitions(translate: Callable[[str], str]) -> wire.Definitions:
    """Every measure's name and meaning, as docs/statistics.md has them."""
    return wire.Definitions(
        definitions=tuple(
            wire.Definition(measure=measure.value, name=translate(name), definition=translate(meaning))
            for measure, (name, meaning) in DEFINITIONS.items()
        )
    )
