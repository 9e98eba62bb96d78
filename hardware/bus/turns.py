"""Whose turn it is on a cable that carries one conversation at a time: pure, the time is told."""

from __future__ import annotations

from dataclasses import dataclass

PATIENCE = 3.0
"""Seconds after which an ordinary address goes before those in a hurry, so that no storm of calls can starve it."""


@dataclass(slots=True)
class _Turn:
    since: float
    due: float
    hurried: bool


class Turns:
    """Each address stands in line at most once; asking again keeps its place."""

    def __init__(self) -> None:
        self._turns: dict[int, _Turn] = {}

    def ask(self, address: int, now: float, *, hurried: bool = False) -> None:
        """Wants its turn as soon as may be; one that was put off is due at once."""
        turn = self._turns.get(address)
        if turn is None or turn.due > now:
            self._turns[address] = _Turn(now, now, hurried)
        elif hurried and not turn.hurried:
            turn.hurried, turn.since = True, now

    def put_off(self, address: int, until: float, *, hurried: bool = False) -> None:
        """Not before `until`."""
        self._turns[address] = _Turn(until, until, hurried)

    def __contains__(self, address: int) -> bool:
        return address in self._turns

    def take(self, now: float) -> tuple[int, bool] | None:
        """The address whose turn it is and whether in a hurry, taken out of the line; None when nobody is due."""
        due = [(turn, address) for address, turn in self._turns.items() if turn.due <= now]
        if not due:
            return None
        _, address = min(due, key=lambda entry: self._rank(entry[0], entry[1], now))
        return address, self._turns.pop(address).hurried

    def wait(self, now: float) -> float | None:
        """Seconds until somebody is due, None when nobody will be."""
        return max(0.0, min((turn.due for turn in self._turns.values()), default=now) - now) if self._turns else None

    @staticmethod
    def _rank(turn: _Turn, address: int, now: float) -> tuple[int, float, int]:
        patient = turn.hurried or now - turn.since < PATIENCE
        group = 1 if turn.hurried else 2 if patient else 0
        return group, turn.since, address
