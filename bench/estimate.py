"""What a ticket's range costs when it is issued: the whole command in memory, beside the same one without a range."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from unittest import mock

from bench.figures import Figure, middle
from queueserver.domain.hall import HallPlan, Policy, PriorityClass, QueuePlan, ServicePlan, WindowPlan
from queueserver.domain.promise import Promise
from queueserver.domain.schedule import Schedule
from queueserver.domain.workload import Floor
from queueserver.handlers import commands
from queueserver.handlers.dispatch import answer, carry_out
from queueserver.ports import Actor
from queueserver.store.live import Change, LiveHall, Unit

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
WAITING = (0, 50, 500, 2_000)
TOGETHER = 16
"""Tickets a batch of the writer holds under load, all at one time of the hall."""
WEEK = Schedule(week=(((480, 720), (810, 1020)),) * 7)
KINDS = (None, None, None, None, "old")
_PROMISE = Promise(1, 2, 1.0, 1.0)


def hall(queues: int = 20, windows: int = 30) -> HallPlan:
    """Half of the windows serve everything, the others three queues each."""
    names = tuple(f"q{n}" for n in range(queues))
    plans = tuple(
        WindowPlan(
            f"w{n}", str(n), "z", names if n % 2 else tuple(dict.fromkeys(names[(n + k) % queues] for k in range(3)))
        )
        for n in range(windows)
    )
    return HallPlan(
        id="h",
        version=1,
        time_zone="Asia/Shanghai",
        day_boundary_minutes=0,
        policy=Policy(),
        classes={"plain": PriorityClass("plain", False), "old": PriorityClass("old", True)},
        queues={q: QueuePlan(q, "A", "z", WEEK, last=10_000_000) for q in names},
        windows={one.id: one for one in plans},
        services={f"{q}-{n}": ServicePlan(f"{q}-{n}", q) for q in names for n in range(3)},
        default_class="plain",
        privileged=frozenset({"old"}),
        windows_of_queue={q: tuple(one.id for one in plans if q in one.serves) for q in names},
        zones=frozenset({"z"}),
    )


class Issuing:
    """A hall in memory with `waiting` tickets, every window busy."""

    def __init__(self, waiting: int) -> None:
        self._live = LiveHall(hall(), 0, date(2026, 3, 2))
        self._ids = (f"{n:026d}" for n in itertools.count())
        self._now, self._orders = NOW, itertools.count()
        for window in self._live.plan.windows:
            self._do(commands.OpenWindow(window, Actor(window, window, frozenset({"clerk"}))))
        for _ in self._live.plan.windows:
            self._issue()
        for window in self._live.plan.windows:
            self._do(commands.CallNext(window))
        for _ in range(waiting):
            self._issue()

    def microseconds(self, tickets: int) -> float:
        """Mean of one command, in batches; everybody who comes leaves again outside the measured time."""
        took = 0.0
        for _ in range(0, tickets, TOGETHER):
            self._now += timedelta(seconds=1)
            began = time.process_time()
            come = [self._issue() for _ in range(TOGETHER)]
            took += time.process_time() - began
            for ticket in come:
                self._do(commands.Cancel(ticket, walkout=False, reason=""))
        return took / tickets * 1e6

    def _issue(self) -> str:
        number = next(self._orders)
        service = f"q{number % 20}-{number % 3}"
        unit, _ = self._do(commands.TakeTicket(service, "kiosk", "zh-CN", KINDS[number % len(KINDS)]))
        return next(iter(unit._tickets))

    def _do(self, command: commands.Command) -> tuple[Unit, object]:
        unit = Unit(self._live, self._now, lambda: next(self._ids), lambda: "token", lambda _: None)
        outcome = carry_out(unit, command)
        unit.commit(Change())
        return unit, answer(unit, command, outcome)


@contextmanager
def without_ranges() -> Iterator[None]:
    """Nobody is told how long it will be."""
    with (
        mock.patch.object(Floor, "promise_in", return_value=_PROMISE),
        mock.patch.object(Floor, "beyond_closing", return_value=False),
    ):
        yield


def figures(runs: int, tickets: int = 1_600) -> list[Figure]:
    """One figure for each length of the line; their floors are the same commands without a range."""
    found = []
    for waiting in WAITING:
        issuing = Issuing(waiting)
        with_, bare = [], []
        for _ in range(runs):
            with_.append(issuing.microseconds(tickets))
            with without_ranges():
                bare.append(issuing.microseconds(tickets))
        found.append(Figure(f"issue in memory, {waiting} waiting, 30 windows", middle(with_), "us", middle(bare)))
    return found
