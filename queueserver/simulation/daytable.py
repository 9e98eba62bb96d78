"""Days of a hall without a hallqueue history, from a plain table: who came when, was called and finished, or left.

Tab- or comma-separated with a line of names; times are local, e.g. 2027-03-01 09:12:30. Needed are `arrived` and
`queue`; `called`, `finished`, `left`, `window` and `class` may be empty or not there. What such a table does not say
is taken thus: a window serves the queues it is seen to serve often, and nobody is there between two visitors when that
takes longer than AWAY_MS, or when somebody waits meanwhile for longer than NOTICED_MS.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from random import Random
from statistics import mean
from typing import Final
from zoneinfo import ZoneInfo

from contract.config import HallConfig
from queueserver.domain.hall import HallPlan
from queueserver.simulation.anyone import anyone_at
from queueserver.simulation.run import Simulation, Staff
from queueserver.simulation.tablehall import hall_of, name_of
from queueserver.simulation.visitors import Deed, Later, Move, Stage, Visitor, WindowMove

AWAY_MS: Final = 15 * 60_000
NOTICED_MS: Final = 10_000
"""How long somebody may wait for an idle window before it is taken to be left."""
_TIMES: Final = ("arrived", "called", "finished", "left")


class TableError(Exception):
    """The table cannot be used; `lines` say why, each as file:line: error: what; what to do."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = tuple(lines)
        super().__init__(self.lines[0])


@dataclass(frozen=True, slots=True)
class Row:
    """One visitor; times in ms since 1970, None where the table says nothing."""

    day: date
    queue: str
    arrived: int
    called: int | None
    finished: int | None
    left: int | None
    window: str
    kind: str


def read_table(path: Path, time_zone: str) -> list[Row]:
    """The visitors in order of arrival; raises TableError with every line that is wrong."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise TableError([f"{path}: cannot be read: {error}"]) from error
    lines = text.splitlines()
    head = lines[0] if lines else ""
    reader = csv.DictReader(lines, delimiter="\t" if "\t" in head else ",")
    missing = [name for name in ("arrived", "queue") if name not in (reader.fieldnames or ())]
    if missing:
        raise TableError([f"{path}:1: error: there is no column '{missing[0]}'; name the columns in the first line"])
    rows, wrong, zone = list[Row](), list[str](), ZoneInfo(time_zone)
    for number, entry in enumerate(reader, start=2):
        try:
            rows.append(_row(entry, zone))
        except ValueError as error:
            wrong.append(f"{path}:{number}: error: {error}")
    if wrong or not rows:
        raise TableError(wrong or [f"{path}: error: nobody came; add a line for each visitor"])
    return sorted((row for row in rows if row.left != row.arrived), key=lambda row: row.arrived)


def _row(entry: Mapping[str, str | None], zone: ZoneInfo) -> Row:
    moments = {name: _moment(entry.get(name) or "", name, zone) for name in _TIMES}
    arrived, called, finished = moments["arrived"], moments["called"], moments["finished"]
    queue = (entry.get("queue") or "").strip()
    if arrived is None or not queue:
        raise ValueError("arrived or queue is empty; both are needed")
    if called is not None and called < arrived:
        raise ValueError("called before arrived; check the times")
    if finished is not None and (called is None or finished < called):
        raise ValueError("finished before called; check the times")
    day = datetime.fromtimestamp(arrived / 1000, zone).date()
    window, kind = (entry.get("window") or "").strip(), (entry.get("class") or "").strip()
    return Row(day, queue, arrived, called, finished, moments["left"], window, kind)


def _moment(text: str, name: str, zone: ZoneInfo) -> int | None:
    if not text.strip():
        return None
    try:
        return round(datetime.fromisoformat(text.strip()).replace(tzinfo=zone).timestamp() * 1000)
    except ValueError:
        raise ValueError(f"{name} is '{text}'; write a local time such as 2027-03-01 09:12:30") from None


def table_summary(rows: Sequence[Row]) -> Iterator[str]:
    """What the table itself says of its waits, to be held beside the replay's."""
    waits = [(row.called - row.arrived) / 60_000 for row in rows if row.called is not None]
    left = sum(row.called is None for row in rows)
    if waits:
        said = f"mean wait {mean(waits):.1f} min, longest {max(waits):.1f}; {left} not called."
        yield f"As recorded: {len(waits)} called, {said}"


class TableDays:
    """The days of a table; visitors come, take as long and leave as they did, in the hall made of it or in another."""

    def __init__(self, rows: Sequence[Row], hall: HallConfig | None = None, time_zone: str = "Asia/Shanghai") -> None:
        self.config = hall or hall_of(rows, time_zone)
        self.days: Sequence[date] = sorted({row.day for row in rows})
        self._by_day: dict[date, list[Row]] = defaultdict(list)
        for row in rows:
            self._by_day[row.day].append(row)
        known = {service.queue for service in self.config.services}
        if strange := sorted({row.queue for row in rows if name_of(row.queue) not in known}):
            raise TableError([f"the hall has no service for the table's queue '{strange[0]}'; name queues as it does"])
        self._served: dict[str, list[int]] = defaultdict(list)
        for row in rows:
            if row.called is not None and row.finished is not None:
                self._served[row.queue].append(row.finished - row.called)
        self._serves = {window.id: frozenset(window.serves) for window in self.config.windows}
        self._service_of = {service.queue: service.id for service in self.config.services}

    def begin(self, simulation: Simulation, tried: Callable[[HallConfig], HallPlan]) -> None:
        """Nothing is there before the first visitor."""

    def staff(self) -> Staff | None:
        """Whoever may be called is called at once."""
        return None

    def visitors(self, day: date) -> Iterator[Visitor]:
        """Who was not served, but may be in another hall, takes as long as somebody of the same queue."""
        random = Random(day.isoformat())
        for row in self._by_day[day]:
            if row.called is not None and row.finished is not None:
                stay = row.finished - row.called
            else:
                stay = random.choice(self._served[row.queue] or [300_000])
            leaves = row.left if row.called is None else None
            yield Visitor(
                row.arrived,
                self._service_of[name_of(row.queue)],
                (Stage(0, max(1, stay)),),
                name_of(row.kind) if row.kind else None,
                meanwhile=(Later(leaves - row.arrived, Deed.WALK_OUT),) if leaves is not None else (),
                lang=self.config.hall.languages[0],
            )

    def moves(self, day: date, plan: HallPlan) -> list[WindowMove]:
        """From a window's call until it has been idle for long, again and again."""
        stays: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for row in self._by_day[day]:
            if row.window and row.called is not None and row.finished is not None:
                stays[name_of(row.window)].append((row.called, row.finished))
        waits = [(name_of(row.queue), row.arrived, row.called or row.left or row.arrived) for row in self._by_day[day]]
        waits = [wait for wait in waits if wait[2] - wait[1] > NOTICED_MS]
        moves = list[WindowMove]()
        for window, mine in stays.items():
            passed = [(start, end) for queue, start, end in waits if queue in self._serves.get(window, ())]
            moves += _attendance(window, sorted(mine), passed)
        return moves


def _attendance(
    window: str, stays: Sequence[tuple[int, int]], waits: Sequence[tuple[int, int]]
) -> Iterator[WindowMove]:
    """`waits`: when somebody waited whom it could have called."""
    start, end = stays[0]
    for called, finished in stays[1:]:
        passed_over = any(min(until, called) - max(since, end) > NOTICED_MS for since, until in waits)
        if called - end > AWAY_MS or passed_over:
            yield from _there(window, start, end)
            start = called
        end = max(end, finished)
    yield from _there(window, start, end)


def _there(window: str, start: int, end: int) -> Iterator[WindowMove]:
    yield WindowMove(start, window, Move.OPEN, anyone_at(window))
    yield WindowMove(end, window, Move.CLOSE)
