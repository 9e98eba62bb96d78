"""Opening hours when clocks are turned, a hall under clocks that run as they like, and a day closed and reopened."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from contract.client.sample import SAMPLE_HALL
from proofs.claims import Claim
from queueserver.domain.calendar import Band
from queueserver.domain.errors import DomainError
from queueserver.domain.schedule import MINUTES_A_DAY, Schedule
from queueserver.domain.ticket import Ticket
from queueserver.handlers import commands
from queueserver.handlers.dispatch import carry_out
from queueserver.ports import Actor
from queueserver.store.live import Change, LiveHall, Unit
from queueserver.store.plans import plan_of

NIGHTS = (
    ("Europe/Berlin", "2026-03-29"),
    ("Europe/Berlin", "2026-10-25"),
    ("America/New_York", "2026-03-08"),
    ("America/New_York", "2026-11-01"),
    ("Australia/Lord_Howe", "2026-04-05"),
    ("Australia/Lord_Howe", "2026-10-04"),
    ("Asia/Kathmandu", "2026-03-29"),
    ("Asia/Shanghai", "2026-03-29"),
)
SCHEDULES = 60
WALKS = 1500
ACTS = 40
DAY = date(2026, 3, 2)
BOSS = Actor("boss", "chief", frozenset({"manager"}))
SERVICES = ("pension", "invoices", "id-card")
WINDOWS = tuple(window.id for window in SAMPLE_HALL.windows[:3])


def claims(_: Path | None) -> Iterator[Claim]:
    """Seeds are fixed."""
    chance = random.Random(20260329)
    wrong = sum(_misses(zone, night, _schedule(chance), chance) for zone, night in NIGHTS for _ in range(SCHEDULES))
    yield Claim(
        f"next opening = first minute that gives tickets, {len(NIGHTS) * SCHEDULES} schedules, clocks turned",
        "0 differ",
        f"{wrong} differ",
        wrong == 0,
    )
    walks = [_Walk(random.Random(seed)) for seed in range(WALKS)]
    for walk in walks:
        walk.go()
    for name, bad in (
        ("no duration is negative", sum(walk.negative for walk in walks)),
        ("numbers of a day are unique", sum(walk.doubled for walk in walks)),
        ("first come, first called within queue and class", sum(walk.overtaken for walk in walks)),
        ("a day closed and reopened stands as it stood", sum(walk.not_restored for walk in walks)),
    ):
        acts = sum(walk.acts for walk in walks)
        yield Claim(f"{name}, {WALKS} random clocks, {acts} acts", "0 exceptions", f"{bad} exceptions", bad == 0)


def _schedule(chance: random.Random) -> Schedule:
    def bands() -> tuple[Band, ...]:
        ends = sorted(chance.sample(range(MINUTES_A_DAY + 1), 2 * chance.randint(0, 2)))
        return tuple(zip(ends[::2], ends[1::2], strict=True))

    return Schedule(
        week=tuple(bands() for _ in range(7)),
        last_ticket_minutes=chance.choice((0, 15, 30)),
        break_ticket_minutes=chance.choice((0, 10)),
        day_boundary_minutes=chance.choice((0, 150, 240)),
    )


def _misses(zone: str, night: str, schedule: Schedule, chance: random.Random) -> int:
    """1 when the calendar and a walk through the real minutes of 36 hours do not agree."""
    there = ZoneInfo(zone)
    midnight = datetime.combine(date.fromisoformat(night), datetime.min.time(), UTC)
    begin = midnight + timedelta(minutes=chance.randint(-1800, 1800))
    if schedule.gives_tickets(begin.astimezone(there)):
        return 0
    told = schedule.next_opening(begin.astimezone(there))
    for minute in range(1, 36 * 60):
        moment = begin + timedelta(minutes=minute)
        if schedule.gives_tickets(moment.astimezone(there)):
            return int(told is None or told.astimezone(UTC) != moment)
    return int(told is not None and told.astimezone(UTC) < begin + timedelta(hours=36))


@dataclass
class _Walk:
    """Random acts on the sample hall while somebody plays with the clock."""

    chance: random.Random
    acts: int = 0
    overtaken: int = 0
    not_restored: int = 0
    known: dict[str, Ticket] = field(default_factory=dict)
    _ids: int = 0

    def __post_init__(self) -> None:
        self.live = LiveHall(plan_of(SAMPLE_HALL, 1), 0, DAY)
        self.clock = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)

    @property
    def negative(self) -> int:
        bad = 0
        for ticket in self.known.values():
            moments = (ticket.issued_at, ticket.called_at, ticket.started_at, ticket.ended_at)
            passed = [moment for moment in moments if moment is not None]
            bad += passed != sorted(passed)
        return bad

    @property
    def doubled(self) -> int:
        numbers = [ticket.number for ticket in self.known.values() if ticket.leg == 1]
        return len(numbers) - len(set(numbers))

    def go(self) -> None:
        for window in WINDOWS:
            self._do(commands.OpenWindow(window, Actor(f"at-{window}", "clerk", frozenset())))
        for _ in range(ACTS):
            self.clock += timedelta(seconds=self.chance.choice((1, 30, 300, -40, -7200, 86400, -86400)))
            window = self.chance.choice(WINDOWS)
            act = self.chance.randrange(10)
            if act < 4:
                self._do(commands.TakeTicket(self.chance.choice(SERVICES), "kiosk", "en"))
            elif act < 6:
                self._call(window)
            elif act < 9:
                made = (commands.Start(window), commands.Finish(window, "done", ()), commands.Hold(window, ""))
                self._do(made[act - 6])
            else:
                self._close_and_reopen()

    def _call(self, window: str) -> None:
        first = {queue: next(self.live.line.in_order(queue), None) for queue in self.live.plan.queues}
        called = self._do(commands.CallNext(window))
        if isinstance(called, tuple):
            ticket = called[0]
            head = first.get(ticket.queue)
            self.overtaken += head is not None and head.id != ticket.id

    def _close_and_reopen(self) -> None:
        before = (dict(self.live.tickets), dict(self.live.windows), dict(self.live.queue_days), self.live.plan)
        self._do(commands.CloseDay(BOSS, "", (), dry_run=False))
        self.clock += timedelta(minutes=self.chance.randint(-60, 60))
        self._do(commands.ReopenDay(BOSS))
        after = (self.live.tickets, self.live.windows, self.live.queue_days, self.live.plan)
        self.not_restored += after != before

    def _do(self, command: commands.Command) -> object:
        self.acts += 1
        unit = Unit(self.live, self.live.time(self.clock), self._id, self._id, self.known.get)
        try:
            outcome = carry_out(unit, command)
        except DomainError:
            return None
        change = Change()
        unit.commit(change)
        self.known |= {ticket_id: ticket for ticket_id, (ticket, _) in change.tickets.items()}
        return outcome

    def _id(self) -> str:
        self._ids += 1
        return f"{self._ids:026d}"
