"""What if: other windows, other hours, another policy. A variant changes the hall and its staff, never the visitors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from contract.config import HallConfig, Policy, Window
from queueserver.domain.schedule import Band
from queueserver.simulation.anyone import anyone_at
from queueserver.simulation.chance import MS_A_MINUTE
from queueserver.simulation.visitors import Move, WindowMove


class WhatIfError(Exception):
    """Something that cannot be tried; one sentence."""


@dataclass(frozen=True, slots=True)
class Change:
    """One window is open, or closed, in a band of every day; a whole day is (0, 1440)."""

    window: str
    open: bool
    band: Band


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
        known = {window.id for window in config.windows}
        for change in self.changes:
            if change.window not in known:
                raise WhatIfError(f"the hall has no window '{change.window}'; it has {', '.join(sorted(known))}")
        return config

    def staffed(self, moves: Iterable[WindowMove], config: HallConfig, midnight_ms: int) -> list[WindowMove]:
        """The day's comings and goings with the changes made."""
        kept = list(moves)
        if self.windows is not None:
            at_work = {window.id for window in config.windows[: self.windows]}
            kept = [move for move in kept if move.window in at_work]
        for change in self.changes:
            kept = list(_changed(kept, change, midnight_ms))
        return kept


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


def _changed(moves: Sequence[WindowMove], change: Change, midnight_ms: int) -> Iterator[WindowMove]:
    start, end = (midnight_ms + minute * MS_A_MINUTE for minute in change.band)
    mine = sorted((m for m in moves if m.window == change.window), key=lambda move: (move.at_ms, move.rank))
    yield from (move for move in moves if move.window != change.window or not start <= move.at_ms <= end)
    before, after = _is_open(mine, start), _is_open(mine, end + 1)
    staff = next((move.staff for move in mine if move.staff), anyone_at(change.window))
    if change.open and not before:
        yield WindowMove(start, change.window, Move.OPEN, staff)
    elif not change.open and before:
        yield WindowMove(start, change.window, Move.CLOSE)
    if change.open and not after:
        yield WindowMove(end, change.window, Move.CLOSE)
    elif not change.open and after:
        yield WindowMove(end, change.window, Move.OPEN, staff)


def _is_open(moves: Sequence[WindowMove], at_ms: int) -> bool:
    """Whether somebody sits there just before `at_ms`."""
    last = next((move for move in reversed(moves) if move.at_ms < at_ms), None)
    return last is not None and last.move is not Move.CLOSE
