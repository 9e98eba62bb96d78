"""What the choice of who is next promises, over whole runs: every course of a small hall, large halls at random."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from bench.engine import LINES, milliseconds
from proofs.claims import Claim
from queueserver.domain.eligibility import WindowRule, is_privileged, may_call
from queueserver.domain.hall import Policy, Rule, WindowPlan
from queueserver.domain.line import Line
from queueserver.domain.selection import choose_next
from queueserver.domain.ticket import Place, State, Ticket, Visit

START: Final = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
PRIVILEGED: Final = frozenset({"old"})
PLANS: Final = (
    WindowPlan("w1", "1", "z", ("a", "b")),
    WindowPlan("w1", "1", "z", ("a", "b"), (Rule("a"),)),
    WindowPlan("w1", "1", "z", ("a", "b"), (Rule("b", waiting_at_least=2), Rule("a", waited_minutes=2))),
)
ACTS: Final = ("a plain", "a old", "b plain", "b old", "booked", "call")


@dataclass(slots=True)
class Run:
    """One window over some time; every call is checked against what was promised, breaches are counted."""

    plan: WindowPlan
    policy: Policy
    now: datetime = START
    streak: int = 0
    in_a_row: int = 0
    waiting: dict[str, Ticket] = field(default_factory=dict)
    calls: int = 0
    breaches: dict[str, int] = field(default_factory=dict)
    late: list[float] = field(default_factory=list)

    def copy(self) -> Run:
        return replace(self, waiting=dict(self.waiting), late=list(self.late))

    def arrive(self, queue: str, kind: str, booked_in: float | None = None, early: float = 1) -> None:
        number = str(self.calls + len(self.waiting) + 1)
        visit = Visit(number, number, date(2026, 3, 2), number, self.now, "zh-CN", "kiosk")
        place = Place.arriving(self.now, int(number))
        ticket = Ticket(number, visit, 1, queue, "s", State.WAITING, kind, place, self.now)
        if booked_in is not None:
            at = self.now + timedelta(minutes=booked_in)
            before = at - timedelta(minutes=early)
            ticket = replace(ticket, booked_for=at, not_before=before, place=Place.arriving(at, int(number)))
        self.waiting[number] = ticket

    def call(self, line: Line | None = None) -> Ticket | None:
        rule = WindowRule(self.plan, self.streak, PRIVILEGED)
        found = choose_next(line or Line(self.waiting.values()), rule, self.policy, self.now)
        eligible = [one for one in self.waiting.values() if may_call(rule, one, self.now)]
        self._check("somebody when anybody may be called, else nobody", (found is None) == (not eligible))
        if found is None:
            return None
        ticket = found[0]
        self._check("only who may be called", ticket in eligible and ticket.id in self.waiting)
        self._check_order(ticket, eligible)
        privileged = self._privileged(ticket)
        ordinary_waits = any(not self._privileged(one) for one in eligible)
        self.streak = self.streak + 1 if privileged else 0
        self.in_a_row = self.in_a_row + 1 if privileged and ordinary_waits else 0
        self._check("at most N privileged calls in a row past an ordinary ticket", self.in_a_row <= self._ratio)
        if ticket.booked_for is not None:
            self.late.append((self.now - ticket.booked_for) / timedelta(minutes=1))
        del self.waiting[ticket.id]
        self.calls += 1
        return ticket

    def _check_order(self, ticket: Ticket, eligible: list[Ticket]) -> None:
        alike = [one for one in eligible if self._alike(one, ticket)]
        self._check("first come, first called in each class and queue", ticket == min(alike, key=lambda t: t.place))
        limit = timedelta(minutes=self.policy.longest_wait_minutes)
        overdue = [one for one in eligible if limit and self._waited(one) >= limit and not self._privileged(one)]
        passed = any(one.place < ticket.place for one in overdue)
        self._check("over the bound M an ordinary ticket is passed by nobody who came later", not passed)

    def _alike(self, one: Ticket, other: Ticket) -> bool:
        same = (one.queue, one.priority_class) == (other.queue, other.priority_class)
        return same and self._privileged(one) == self._privileged(other)

    def _waited(self, ticket: Ticket) -> timedelta:
        return timedelta(milliseconds=round(self.now.timestamp() * 1000) - ticket.place.at_ms)

    def _privileged(self, ticket: Ticket) -> bool:
        return is_privileged(ticket, PRIVILEGED, self.policy, self.now)

    @property
    def _ratio(self) -> int:
        return self.policy.privileged_per_ordinary

    def _check(self, promise: str, kept: bool) -> None:  # reads as a sentence
        self.breaches[promise] = self.breaches.get(promise, 0) + (not kept)


def claims(_: Path | None) -> Iterable[Claim]:
    """Small halls whole, large ones at random, appointments, and the time a choice takes."""
    yield from _counted("small halls, every course of 6 acts", _exhaustive())
    yield from _counted("large halls, 60 days at random", _random_days())
    yield _appointments()
    for name, kind in LINES.items():
        took = milliseconds(kind)
        yield Claim(f"choosing among 2,000 waiting, {name}", "under 2 ms", f"{took:.3f} ms", took < 2)


def _counted(where: str, runs: Iterator[Run]) -> Iterator[Claim]:
    total, calls = dict[str, int](), 0
    for run in runs:
        calls += run.calls
        for promise, breaches in run.breaches.items():
            total[promise] = total.get(promise, 0) + breaches
    for promise, breaches in total.items():
        yield Claim(f"{promise} ({where})", "0 breaches", f"{breaches} in {calls:,} calls", breaches == 0 and calls > 0)


def _exhaustive() -> Iterator[Run]:
    """Every sequence of acts, a minute each, under every set of rules; N is 1, M is 3 minutes."""
    policy = Policy(privileged_per_ordinary=1, longest_wait_minutes=3, appointment_tolerance_minutes=2)
    for plan in PLANS:
        breaches = dict[str, int]()
        open_runs = [(Run(plan, policy, breaches=breaches), 0)]
        while open_runs:
            run, depth = open_runs.pop()
            if depth == 6:
                yield replace(run, breaches={})
                continue
            for act in ACTS:
                after = run.copy()
                after.now += timedelta(minutes=1)
                _do(after, act)
                open_runs.append((after, depth + 1))
        yield Run(plan, policy, breaches=breaches)


def _do(run: Run, act: str) -> None:
    if act == "call":
        run.call()
    elif act == "booked":
        run.arrive("a", "plain", booked_in=2)
    else:
        run.arrive(*act.split())


def _random_days() -> Iterator[Run]:
    """Queues, rules and policies drawn; more arrive than can be called, a third of them privileged."""
    for seed in range(60):
        chance = random.Random(seed)
        queues = tuple("abcde"[: chance.randint(1, 5)])
        rules = tuple(
            Rule(chance.choice(queues), chance.choice((0, 5, 20)), chance.choice((0, 1, 4)))
            for _ in range(chance.randint(0, 3))
        )
        policy = Policy(chance.randint(1, 4), chance.choice((15, 45)), chance.choice((0, 5, 10)))
        run = Run(WindowPlan("w1", "1", "z", queues, rules), policy)
        for _ in range(240):
            run.now += timedelta(seconds=chance.randint(10, 120))
            if len(run.waiting) < 80 and chance.random() < 0.7:
                booked = chance.uniform(-5, 30) if chance.random() < 0.2 else None
                run.arrive(chance.choice(queues), chance.choice(("plain", "plain", "old")), booked)
            if chance.random() < 0.5:
                run.call()
        yield run


def _appointments() -> Claim:
    """An appointment every 12 minutes, a walk-in whenever the line is short, and a call every 4 minutes."""
    policy = Policy(privileged_per_ordinary=2, longest_wait_minutes=45, appointment_tolerance_minutes=10)
    run, worst_allowed = Run(PLANS[0], policy), 10 + 2 * 4
    for minute in range(0, 480):
        run.now = START + timedelta(minutes=minute)
        if minute % 12 == 0:
            run.arrive("a", "plain", booked_in=8)
        while len(run.waiting) < 9:
            run.arrive("b", "plain")
        if minute % 4 == 0:
            run.call()
    worst = max(run.late)
    name = "who checked in in time is called within the tolerance and two calls, though walk-ins never end"
    expected = f"at most {worst_allowed} min after the booked time"
    got = f"{worst:.0f} min at worst over {len(run.late)} appointments"
    return Claim(name, expected, got, worst <= worst_allowed and len(run.late) > 30)
