"""A hall in memory for tests of the rules: commands in, events and refusals out, no database and no clock."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from queueserver.domain.errors import DomainError
from queueserver.domain.events import Event
from queueserver.domain.hall import (
    HallPlan,
    MissedPolicy,
    Policy,
    PriorityClass,
    QueuePlan,
    ServicePlan,
    WindowPlan,
)
from queueserver.domain.schedule import Schedule, business_day
from queueserver.domain.ticket import Ticket
from queueserver.domain.window import Window
from queueserver.handlers import commands
from queueserver.handlers.dispatch import Outcome, answer, carry_out
from queueserver.ports import Actor, Answer
from queueserver.store.live import Change, LiveHall, Unit

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
"""Monday, 12:00 in Shanghai."""
ALWAYS = Schedule(week=(((0, 1440),),) * 7)
WANG = Actor("wang", "王丽", frozenset({"clerk"}))
LI = Actor("li", "李强", frozenset({"clerk"}))


def queue(id_: str, prefix: str, **more: Any) -> QueuePlan:
    given: dict[str, Any] = {"zone": "east", "schedule": ALWAYS} | more
    return QueuePlan(id_, prefix, **given)


def plan_with(
    queues: tuple[QueuePlan, ...], windows: tuple[WindowPlan, ...], policy: Policy | None = None, version: int = 1
) -> HallPlan:
    """A plan in which service "s-<queue>" feeds each queue; "old" and "army" are privileged."""
    classes = (PriorityClass("plain", False), PriorityClass("old", True), PriorityClass("army", True))
    return HallPlan(
        id="h",
        version=version,
        time_zone="Asia/Shanghai",
        day_boundary_minutes=240,
        policy=policy or Policy(),
        classes={one.id: one for one in classes},
        queues={one.id: one for one in queues},
        windows={one.id: one for one in windows},
        services={f"s-{one.id}": ServicePlan(f"s-{one.id}", one.id) for one in queues},
        default_class="plain",
        privileged=frozenset({"old", "army"}),
        windows_of_queue={one.id: tuple(window.id for window in windows if one.id in window.serves) for one in queues},
        zones=frozenset({"east", "west"}),
    )


QUEUES = (
    queue("clerk", "A", missed=MissedPolicy.CLERK),
    queue("requeue", "B", missed=MissedPolicy.REQUEUE),
    queue("postpone", "C", missed=MissedPolicy.POSTPONE, postpone_places=2),
    queue("expire", "D", missed=MissedPolicy.EXPIRE),
)
WINDOWS = (
    WindowPlan("w1", "1", "east", ("clerk", "requeue", "postpone", "expire")),
    WindowPlan("w2", "2", "west", ("clerk", "requeue")),
    WindowPlan("w3", "3", "west", ("postpone",)),
)
PLAN = plan_with(QUEUES, WINDOWS)


AT_WINDOW: dict[str, Callable[[str], commands.Command]] = {
    "recall": commands.Recall,
    "start": commands.Start,
    "finish": lambda window: commands.Finish(window, "done", ()),
    "no_show": commands.NoShow,
    "hold": lambda window: commands.Hold(window, ""),
    "transfer": lambda window: commands.Transfer(window, "requeue", None, ""),
}
CALLS: dict[str, Callable[[str, str], commands.Command]] = {
    "call_next": lambda window, _: commands.CallNext(window),
    "pick": lambda window, ticket: commands.Pick(window, ticket, "in a wheelchair"),
    "call_back": commands.CallBack,
}


class Rules:
    """One hall; `do` carries a command out, `refused` expects a refusal that changed nothing."""

    def __init__(self, plan: HallPlan = PLAN, now: datetime = NOON) -> None:
        day = business_day(now, plan.time_zone, plan.day_boundary_minutes)
        self.live = LiveHall(plan, 0, day)
        self.now = now
        self.events: list[Event] = []
        self.known: dict[str, Ticket] = {}
        self.written: list[Change] = []
        self._count = 0

    def do(self, command: commands.Command) -> Outcome:
        return self._run(command)[0]

    def answer(self, command: commands.Command) -> Answer:
        return self._run(command)[1]

    def refused(self, command: commands.Command, code: str) -> DomainError:
        """Assert that the rules refuse `command` with `code` and that the hall is as it was."""
        before, events = deepcopy(self.live.tickets), len(self.events)
        windows, days, seq = dict(self.live.windows), dict(self.live.queue_days), self.live.seq
        with pytest.raises(DomainError) as refusal:
            self._run(command)
        assert refusal.value.code == code
        assert (self.live.tickets, self.live.windows, self.live.queue_days) == (before, windows, days)
        assert (self.live.seq, len(self.events)) == (seq, events)
        return refusal.value

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    def take(self, queue_id: str = "clerk", priority_class: str | None = None, **holder: str) -> Ticket:
        command = commands.TakeTicket(f"s-{queue_id}", "kiosk", "zh-CN", priority_class, commands.Holder(**holder))
        outcome = self.do(command)
        assert isinstance(outcome, Ticket)
        return outcome

    def open(self, *windows: str) -> None:
        for number, window in enumerate(windows):
            self.do(commands.OpenWindow(window, Actor(f"staff-{window}-{number}", "某人", frozenset({"clerk"}))))

    def call(self, window: str = "w1") -> Ticket:
        """Who is called next; fails when nobody is."""
        outcome = self.do(commands.CallNext(window))
        assert isinstance(outcome, tuple)
        return outcome[0]

    def serve(self, window: str = "w1") -> Ticket:
        ticket = self.call(window)
        self.do(commands.Start(window))
        return ticket

    def ticket(self, of: Ticket) -> Ticket:
        """The ticket as it is now, also when it is over."""
        return self.known[of.id]

    def window(self, window: str = "w1") -> Window:
        return self.live.windows.get(window, Window(window))

    def waiting(self, lane: str = "clerk") -> list[str]:
        """Numbers of one lane in order."""
        return [ticket.number for ticket in self.live.line.in_order(lane)]

    def configure(self, plan: HallPlan) -> None:
        """Put another plan in force with all that waits kept, as publishing does."""
        self.live.plan = replace(plan, version=self.live.plan.version + 1)

    def unit(self) -> Unit:
        return Unit(self.live, self.live.time(self.now), self._id, self._token, self.known.get)

    def _run(self, command: commands.Command) -> tuple[Outcome, Answer]:
        unit = self.unit()
        outcome = carry_out(unit, command)
        change = Change()
        unit.commit(change)
        self.known |= {ticket_id: ticket for ticket_id, (ticket, _) in change.tickets.items()}
        self.events += unit.events
        self.written.append(change)
        return outcome, answer(unit, command, outcome)

    def _id(self) -> str:
        self._count += 1
        return f"{self._count:026d}"

    def _token(self) -> str:
        self._count += 1
        return f"secret-token-{self._count}"


def day_after(day: date) -> date:
    return day + timedelta(days=1)


def opened(*windows: str) -> Rules:
    rules = Rules()
    rules.open(*(windows or ("w1",)))
    return rules
