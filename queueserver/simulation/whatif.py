"""What if: other windows, other hours, another policy. A variant changes the hall and its staff, never the visitors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from pydantic import ValidationError

from contract.config import HallConfig, Policy, Window
from queueserver.domain.hall import HallPlan
from queueserver.domain.schedule import Band
from queueserver.simulation.anyone import anyone_at
from queueserver.simulation.chance import MS_A_MINUTE
from queueserver.simulation.hours import joined, midnight_of, opening_moves
from queueserver.simulation.visitors import Move, WindowMove

OVERTIME_MINUTES: Final = 60
"""A window that is opened serves on so long after its queues' last hours while somebody waits."""


class WhatIfError(Exception):
    """Something that cannot be tried; one sentence."""


@dataclass(frozen=True, slots=True)
class Change:
    """One window (by id, or by the label on its door) is open, or closed, in a part of every day.

    From `start` to `end`, minutes of the day; without an end an opened window follows the hours of its queues, and a
    closed one stays closed.
    """

    window: str
    open: bool
    start: int = 0
    end: int | None = None


@dataclass(frozen=True, slots=True)
class WhatIf:
    """`windows`: how many there are; the first ones of the hall, then further ones that serve every queue."""

    windows: int | None = None
    changes: tuple[Change, ...] = ()
    policy: tuple[tuple[str, str], ...] = ()

    @property
    def anything(self) -> bool:
        return self.windows is not None or bool(self.changes) or bool(self.policy)

    def hall(self, config: HallConfig) -> HallConfig:
        """The hall as it would be; raises WhatIfError when that is no hall."""
        if self.policy:
            policy = _policy(config.hall.policy, self.policy)
            config = config.model_copy(update={"hall": config.hall.model_copy(update={"policy": policy})})
        more = (self.windows or 0) - len(config.windows)
        if more > 0:
            config = config.model_copy(update={"windows": (*config.windows, *_further(config, more))})
        for change in self.changes:
            window_of(change.window, config)
        return config

    def concerned(self, config: HallConfig) -> tuple[str, ...]:
        """The queues of the windows that are opened or closed, in the hall's order; none when it is about more."""
        if self.windows is not None or self.policy:
            return ()
        served = {queue for change in self.changes for queue in window_of(change.window, config).serves}
        return tuple(queue.id for queue in config.queues if queue.id in served)

    def staffed(self, moves: Iterable[WindowMove], config: HallConfig, plan: HallPlan, day: date) -> list[WindowMove]:
        """The day's comings and goings with the changes made."""
        kept, midnight_ms = list(moves), midnight_of(day, plan.time_zone)
        if self.windows is not None:
            at_work = {window.id for window in config.windows[: self.windows]}
            kept = [move for move in kept if move.window in at_work]
        for change in self.changes:
            window = window_of(change.window, config).id
            if change.open and change.end is None:
                bands = joined(
                    b for queue in plan.windows[window].serves for b in plan.queues[queue].schedule.bands(day)
                )
                kept = list(_opened(kept, window, change.start, bands, midnight_ms))
            else:
                band = change.start, 1440 if change.end is None else change.end
                kept = list(_changed(kept, window, band, midnight_ms, opens=change.open))
        return kept


def window_of(name: str, config: HallConfig) -> Window:
    """The window with this id, or else the only one with this label; raises WhatIfError."""
    found = [window for window in config.windows if window.id == name]
    found = found or [window for window in config.windows if window.label == name]
    if not found:
        raise WhatIfError(f"the hall has no window '{name}'; it has {', '.join(w.id for w in config.windows)}")
    if len(found) > 1:
        raise WhatIfError(f"several windows are labelled '{name}': say which, {', '.join(w.id for w in found)}")
    return found[0]


def _policy(policy: Policy, settings: Sequence[tuple[str, str]]) -> Policy:
    for key, _ in settings:
        if key not in Policy.model_fields:
            raise WhatIfError(f"the policy has no '{key}'; it has {', '.join(Policy.model_fields)}")
    try:
        return Policy.model_validate(policy.model_dump() | dict(settings))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise WhatIfError(f"policy {first['loc'][0]}: {first['msg'].lower()}, not '{first['input']}'") from error


def _further(config: HallConfig, count: int) -> Iterator[Window]:
    queues = tuple(queue.id for queue in config.queues)
    for number in range(len(config.windows) + 1, len(config.windows) + count + 1):
        name = {"en": f"Further window {number}"}
        yield Window(id=f"further-{number}", label=f"+{number}", name=name, zone=config.zones[0].id, serves=queues)


def _opened(
    moves: Sequence[WindowMove], window: str, start: int, bands: Sequence[Band], midnight_ms: int
) -> Iterator[WindowMove]:
    """From `start` on the window is open in `bands`, whatever it did."""
    start_ms = midnight_ms + start * MS_A_MINUTE
    yield from (move for move in moves if move.window != window or move.at_ms < start_ms)
    later = [(max(low, start), high) for low, high in bands if high > start]
    yield from opening_moves(window, later, midnight_ms, OVERTIME_MINUTES)


def _changed(
    moves: Sequence[WindowMove], window: str, band: Band, midnight_ms: int, *, opens: bool
) -> Iterator[WindowMove]:
    """In this band the window is open, or closed; afterwards it is as it would have been."""
    start, end = (midnight_ms + minute * MS_A_MINUTE for minute in band)
    mine = sorted((m for m in moves if m.window == window), key=lambda move: (move.at_ms, move.rank))
    yield from (move for move in moves if move.window != window or not start <= move.at_ms <= end)
    before, after = _is_open(mine, start), _is_open(mine, end + 1)
    staff = next((move.staff for move in mine if move.staff), anyone_at(window))
    if opens and not before:
        yield WindowMove(start, window, Move.OPEN, anyone_at(window))
    elif not opens and before:
        yield WindowMove(start, window, Move.CLOSE)
    if opens and not after:
        yield WindowMove(end, window, Move.CLOSE)
    elif not opens and after and band[1] < 1440:
        yield WindowMove(end, window, Move.OPEN, staff)


def _is_open(moves: Sequence[WindowMove], at_ms: int) -> bool:
    """Whether somebody sits there just before `at_ms`."""
    last = next((move for move in reversed(moves) if move.at_ms < at_ms), None)
    return last is not None and last.move is not Move.CLOSE
