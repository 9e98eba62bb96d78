"""Appointments: no place is given twice and nobody is called before the check-in, whatever happens in between."""

from __future__ import annotations

import asyncio
import json
import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from contract.client.sample import SAMPLE_HALL
from proofs.claims import Claim
from queueserver.clock import Ulids, visitor_token
from queueserver.domain.appointment import AppointmentState
from queueserver.domain.booking import BookingRules
from queueserver.domain.errors import DomainError
from queueserver.domain.hall import HallPlan
from queueserver.domain.schedule import business_day
from queueserver.handlers import bookings, commands
from queueserver.handlers.commands import Holder
from queueserver.handlers.dispatch import carry_out
from queueserver.ports import Actor, Answer, AppointmentAnswer
from queueserver.store.batch import Reply
from queueserver.store.database import open_engine, prepare
from queueserver.store.live import Change, LiveHall, Unit
from queueserver.store.plans import plan_of
from queueserver.store.writer import Writer

_DAYS: Final = 300
_ACTS_A_DAY: Final = 120
_NOON: Final = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
_CHANNELS: Final = ("phone", "api", "desk", "kiosk")
_ACTS: Final = ("book", "book", "book", "draft", "confirm", "move", "cancel", "import", "check_in", "call", "wait")
_BOOKERS: Final = 200


def claims(data: Path | None) -> Iterator[Claim]:
    """Both in memory, case by case, and with parallel bookers of two servers on one database."""
    seen = _Seen()
    for seed in range(_DAYS):
        _RandomDay(seed, seen).play()
    cases = f"{_DAYS} random days, {seen.acts} acts, {seen.booked} bookings"
    yield Claim(
        "no slot over its places, no channel over its share, at any moment",
        "0 slots",
        f"{seen.overbooked} slots ({cases})",
        ok=seen.overbooked == 0 and seen.booked > _DAYS,
    )
    yield Claim(
        "nobody is called before the check-in or before the booked time of an early one",
        "0 calls",
        f"{seen.called_early} of {seen.called} calls of appointments",
        ok=seen.called_early == 0 and seen.called > 0,
    )
    got = asyncio.run(_parallel())
    expected = "phone 2, api 1, desk 1"
    yield Claim(
        f"{_BOOKERS} parallel bookers at two servers on one database get the places there are",
        expected,
        got,
        got == expected,
    )


@dataclass
class _Seen:
    acts: int = 0
    booked: int = 0
    called: int = 0
    called_early: int = 0
    overbooked: int = 0


@dataclass
class _RandomDay:
    """The sample hall in memory, from noon on, while everything happens at once."""

    seed: int
    seen: _Seen
    now: datetime = _NOON
    live: LiveHall = field(init=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        plan: HallPlan = plan_of(SAMPLE_HALL, 1)
        self._rules = replace(BookingRules(), cooldown_minutes=self._chance.choice((0, 10, 45)))
        plan = replace(plan, booking=dict.fromkeys(plan.queues, self._rules))
        self._capacity = {t.id: t for templates in plan.templates_of.values() for t in templates}
        self.live = LiveHall(plan, 0, business_day(self.now, plan.time_zone, plan.day_boundary_minutes))
        self._new_id = Ulids(_Standing(self))
        self._do(commands.OpenWindow("w1", Actor("wang", "王丽", frozenset({"clerk"}))))

    def play(self) -> None:
        for _ in range(_ACTS_A_DAY):
            act = self._chance.choice(_ACTS)
            self.seen.acts += 1
            if act == "wait":
                self.now += timedelta(minutes=self._chance.randrange(25))
            elif (outcome := self._do(self._command(act))) is not None and act == "call":
                self._called(outcome[0])
            self._count()
        self.seen.booked += len(self.live.agenda.appointments)

    def _do(self, command: commands.Command) -> Any:
        unit = Unit(self.live, self.now, self._new_id, self._token, lambda _: None)
        try:
            outcome = carry_out(unit, command)
        except DomainError:
            return None
        unit.commit(Change())
        return outcome

    def _called(self, ticket: Any) -> None:
        appointment = self.live.agenda.appointments.get(ticket.visit.appointment)
        if appointment is not None:
            self.seen.called += 1
            early = ticket.not_before is not None and self.now < ticket.not_before
            self.seen.called_early += early or appointment.state is not AppointmentState.CHECKED_IN
        self._do(commands.Start("w1"))
        self._do(commands.Finish("w1", "done", ()))

    def _count(self) -> None:
        kept = self.live.agenda.appointments.values()
        for slot, start in {(one.slot, one.start) for one in kept}:
            used = Counter(one.channel for one in kept if one.holds(slot, start, self.now))
            template = self._capacity[slot]
            if used.total() > template.capacity:
                self.seen.overbooked += 1
            elif template.weights:
                beyond = sum(max(0, n - {"phone": 2, "api": 1, "desk": 1}.get(name, 0)) for name, n in used.items())
                self.seen.overbooked += beyond > 0

    def _command(self, act: str) -> commands.Command:
        chance = self._chance
        known = sorted(self.live.agenda.appointments)
        mine = chance.choice(known) if known else "nobody"
        half_hour = self.now.replace(minute=self.now.minute // 30 * 30)
        start = half_hour + timedelta(minutes=30 * chance.randrange(1, 6))
        channel = chance.choice(_CHANNELS)
        holder = Holder(f"person-{chance.randrange(40)}") if chance.random() < 0.5 else Holder()
        row = bookings.ImportRow(f"ref-{chance.randrange(30)}", "medical", start, channel, "en", holder)
        made: dict[str, commands.Command] = {
            "book": bookings.Book("pension", start, channel, "en", holder),
            "draft": bookings.Book("medical", start, channel, "en", holder, draft=True),
            "confirm": bookings.ConfirmAppointment(mine, holder),
            "move": bookings.MoveAppointment(mine, start, by_staff=True),
            "cancel": bookings.CancelAppointment(mine, by_staff=True),
            "import": bookings.ImportAppointments("city", (row,), dry_run=False, exceed=False),
            "check_in": bookings.CheckIn("kiosk", mine),
            "call": commands.CallNext("w1"),
        }
        return made[act]

    def _token(self) -> str:
        return f"{self._chance.getrandbits(96):024x}"


@dataclass
class _Standing:
    """The clock of one random day."""

    day: _RandomDay

    def now(self) -> datetime:
        return self.day.now


class _Noon:
    def now(self) -> datetime:
        return _NOON


async def _parallel() -> str:
    """Which channels got a place when everybody wants the same one."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'hall.db'}"
        prepare(url)
        clock = _Noon()
        writers = [
            Writer(open_engine(url, writing=True), clock, Ulids(clock), visitor_token, lambda _hall, _seq: None)
            for _ in range(2)
        ]
        for writer in writers:
            writer.start()
        try:
            await writers[0].publish_config("sample", SAMPLE_HALL, by="proof", note="")
            start = _NOON + timedelta(days=1)
            wishes = (bookings.Book("pension", start, _CHANNELS[n % 4], "en", Holder()) for n in range(_BOOKERS))
            booked = await asyncio.gather(
                *(writers[n % 2].submit("sample", wish, key="", render=_channel) for n, wish in enumerate(wishes)),
                return_exceptions=True,
            )
        finally:
            for writer in writers:
                await asyncio.to_thread(writer.close)
    got = Counter(json.loads(one.body) for one in booked if isinstance(one, Reply))
    odd = [one for one in booked if not isinstance(one, Reply) and getattr(one, "code", "") != "slot_full"]
    return ", ".join(f"{name} {got[name]}" for name in _CHANNELS if got[name]) + "".join(
        f"; {one!r}" for one in odd[:3]
    )


def _channel(answer: Answer) -> Reply:
    name = answer.appointment.channel if isinstance(answer, AppointmentAnswer) else ""
    return Reply(201, json.dumps(name).encode())
