"""Visits under any interleaving of commands: nothing is lost, done twice or out of order, and no number is burnt."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Final

from proofs.claims import Claim
from queueserver.domain import events
from queueserver.domain.errors import DomainError
from queueserver.domain.hall import HallPlan, MissedPolicy, Policy, PriorityClass, QueuePlan, ServicePlan, WindowPlan
from queueserver.domain.schedule import Schedule
from queueserver.domain.stops import Itinerary, Stop, StopState
from queueserver.domain.ticket import OPEN_STATES, State, Ticket
from queueserver.handlers import commands
from queueserver.handlers.dispatch import carry_out
from queueserver.handlers.handingon import HANDED_ON
from queueserver.ports import Actor
from queueserver.store.live import Change, LiveHall, Unit

MORNING: Final = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
"""Monday, 09:30 in the hall."""
ACTS: Final = (
    *("take",) * 3, *("call",) * 5, *("start",) * 8, *("finish",) * 8, "fail", "leave", "items", "send", "send_back",
    "hold", "call_back", "no_show", "add", "drop", "cancel", "requeue", "close", *("open",) * 3, *("later",) * 2,
    "hand_on",
)  # fmt: skip
"""What may happen, with a rough weight."""
BUSY_DESK: Final = (*("call", "start", "hand_on", "start") * 8, *("finish",) * 6)
"""What happens besides where visitors go to a desk first."""
SERVICES: Final = ("s-a", "s-b", "s-c", "s-after", "firm")
DESK: Final = "s-d"

Step = tuple[str, int, int]


def small_hall(*, continue_here: bool, desk: bool = False) -> HallPlan:
    """Three queues, one of which closes at eleven and one of which has twelve places; a linked service, an order.

    With a `desk` it has two levels: the desk is "s-d" at the windows "wd" and "all", and only "s-b" is direct.
    """
    always, early = (Schedule(week=((band,),) * 7) for band in ((0, 1440), (0, 11 * 60)))
    queues = (
        QueuePlan("a", "A", "east", always, missed=MissedPolicy.EXPIRE),
        QueuePlan("b", "B", "east", early, missed=MissedPolicy.REQUEUE),
        QueuePlan("c", "C", "west", always, daily_limit=12),
        *((QueuePlan("d", "D", "west", always),) if desk else ()),
    )
    windows = (
        WindowPlan("wa", "1", "east", ("a",)),
        WindowPlan("wb", "2", "east", ("b",)),
        WindowPlan("wc", "3", "west", ("c",)),
        WindowPlan("all", "4", "east", ("a", "b", "d") if desk else ("a", "b")),
        *((WindowPlan("wd", "5", "west", ("d",)),) if desk else ()),
    )
    services = (
        *(ServicePlan(f"s-{queue.id}", queue.id, direct=desk and queue.id == "b") for queue in queues),
        ServicePlan("s-after", "a", after=("s-b",)),
        ServicePlan("firm", "a", steps=(("a",), ("b", "c"), ("a",))),
    )
    return HallPlan(
        id="proof",
        version=1,
        time_zone="Asia/Shanghai",
        day_boundary_minutes=240,
        policy=Policy(continue_here=continue_here, desk=DESK if desk else ""),
        classes={"plain": PriorityClass("plain", privileged=False)},
        queues={queue.id: queue for queue in queues},
        windows={window.id: window for window in windows},
        services={service.id: service for service in services},
        default_class="plain",
        privileged=frozenset(),
        windows_of_queue={queue.id: tuple(w.id for w in windows if queue.id in w.serves) for queue in queues},
        zones=frozenset({"east", "west"}),
    )


@dataclass
class Walks:
    """One day of one hall; after each step `wrong` holds what must not be."""

    plan: HallPlan
    now: datetime = MORNING
    wrong: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.live = LiveHall(self.plan, 0, self.now.date())
        self.legs: dict[str, Ticket] = {}
        self.settled: Counter[tuple[str, str, str, StopState, str]] = Counter()
        self._serial = 0
        self._windows = tuple(self.plan.windows)
        self._services = (*SERVICES, DESK) if self.plan.desk else SERVICES
        for window in self._windows:
            self._do(commands.OpenWindow(window, Actor(f"staff-{window}", "", frozenset())))

    def walk(self, steps: Iterable[Step]) -> None:
        """The steps, then the end of the day."""
        for step in steps:
            self._step(step)
        self._do(commands.TurnDay(self.live.business_day + timedelta(days=1)))
        for ticket in self.legs.values():
            if any(not stop.is_settled for stop in self._plan_of(ticket).stops):
                self._complain(f"{ticket.number}: a stop is still open after the day")
        self._compare_facts()

    def _step(self, step: Step) -> None:
        act, one, two = step
        if act == "later":
            self.now += timedelta(minutes=(1, 7, 20, 45)[one % 4])
            return
        command = self._command(act, one, two)
        if command is not None:
            self._do(command)

    def _command(self, act: str, one: int, two: int) -> commands.Command | None:
        window = self._windows[one % len(self._windows)]
        if act == "hand_on":
            busy = sorted(one.id for one in self.live.windows.values() if one.ticket)
            window = busy[one % len(busy)] if busy else window
        open_tickets = sorted(self.live.tickets)
        ticket = open_tickets[two % len(open_tickets)] if open_tickets else ""
        services = self._services
        service = services[two % len(services)]
        more = tuple(services[(two + n + 1) % len(services)] for n in range(one % 4))
        made: dict[str, commands.Command] = {
            "take": commands.TakeTicket(service, "kiosk", "zh-CN", services=more, party=1 + one % 3),
            "call": commands.CallNext(window),
            "start": commands.Start(window),
            "finish": commands.Finish(window, commands.DONE, ()),
            "fail": commands.Finish(window, "materials_missing", ()),
            "leave": commands.Finish(window, commands.DONE, (), leaves=True),
            "items": commands.Finish(window, commands.DONE, (service,)),
            "send": commands.Transfer(window, "abc"[two % 3], None, ""),
            "send_back": commands.Transfer(window, "abc"[two % 3], None, "", come_back=True),
            "hand_on": commands.HandOn(window, (service, *more[:2])),
            "hold": commands.Hold(window, ""),
            "call_back": commands.CallBack(window, ticket),
            "no_show": commands.NoShow(window),
            "add": commands.AddStops(ticket, (service,)),
            "drop": commands.DropStops(ticket, (service,)),
            "cancel": commands.Cancel(ticket, walkout=one % 2 == 0, reason=""),
            "requeue": commands.Requeue(ticket),
            "close": commands.CloseWindow(window),
            "open": commands.OpenWindow(window, Actor(f"staff-{window}", "", frozenset())),
        }
        return None if not ticket and act in ("call_back", "add", "drop", "cancel", "requeue") else made[act]

    def _do(self, command: commands.Command) -> None:
        unit = Unit(self.live, self.now, self._id, self._id, self.legs.get)
        try:
            carry_out(unit, command)
        except DomainError as refusal:
            self.seen[refusal.code] += 1
            return
        change = Change()
        before = {ticket.visit.id: ticket for ticket in self.live.tickets.values()}
        unit.commit(change)
        self.legs |= {ticket_id: ticket for ticket_id, (ticket, _) in change.tickets.items()}
        for event in unit.events:
            self._hear(event, before)
        self._check()

    def _hear(self, event: events.Event, before: dict[str, Ticket]) -> None:
        self.seen[type(event).__name__] += 1
        if isinstance(event, events.DayClosed):
            for ticket, stop in event.stops:
                self._count(self.legs[ticket], stop)
        if not isinstance(event, events.TicketEvent):
            return
        for stop in event.settled:
            self._count(event.ticket, stop)
        if isinstance(event, events.TicketFinished) and event.handed_on:
            self.seen[HANDED_ON] += 1
        if isinstance(event, events.TicketIssued):
            self._check_first(event.ticket)
        if isinstance(event, events.TicketContinued):
            self._check_leg(event, before[event.ticket.visit.id])

    def _check_first(self, ticket: Ticket) -> None:
        """In a hall of two levels only a direct service may come before the desk."""
        if self.plan.via_desk(ticket.service):
            self._complain(f"{ticket.number} did not go to the desk first")
        if [stop.service for stop in ticket.visit.itinerary.stops].count(DESK) > 1:
            self._complain(f"{ticket.number} is to go to the desk twice")

    def _count(self, ticket: Ticket, stop: Stop) -> None:
        self.settled[ticket.visit.id, stop.service, stop.queue, stop.state, stop.reason] += 1

    def _check_leg(self, event: events.TicketContinued, before: Ticket) -> None:
        leg, plan = event.ticket, self._plan_of(event.ticket)
        if leg.place.at_ms != round(leg.visit.arrived_at.timestamp() * 1000):
            self._complain(f"{leg.number}: a new leg does not stand where the visitor arrived")
        if leg.number != before.number or leg.visit.token != before.visit.token:
            self._complain(f"{leg.number} was {before.number}")
        if event.how == "came_back" or plan.now is None:
            return
        if leg.service == DESK and any(one.service == DESK for one in self._legs_of(leg) if one.id != leg.id):
            self._complain(f"{leg.number} goes to the desk a second time")
        earlier = [plan.stops[place] for place in plan.stops[plan.now].after]
        if any(not stop.is_settled or stop.state is StopState.UNDONE for stop in earlier):
            self._complain(f"{leg.number}: {leg.service} begins before what must come first")

    def _legs_of(self, ticket: Ticket) -> Iterator[Ticket]:
        return (leg for leg in self.legs.values() if leg.visit.id == ticket.visit.id)

    def _check(self) -> None:
        live = Counter(ticket.visit.id for ticket in self.live.tickets.values())
        for visit, legs in live.items():
            if legs > 1:
                self._complain(f"visit {visit} has {legs} live legs")
        for ticket in self.live.tickets.values():
            plan = ticket.visit.itinerary
            if plan.stops and (plan.now is None or plan.stops[plan.now].service != ticket.service):
                self._complain(f"{ticket.number}: the live leg is for no stop of the visit")
        self._check_ends(set(live))
        self._check_numbers()

    def _check_ends(self, live: set[str]) -> None:
        """A visit without a live leg has nothing left to do: nobody is silently lost."""
        for ticket in self.legs.values():
            if ticket.visit.id in live or ticket.state in OPEN_STATES or ticket.state is State.TRANSFERRED:
                continue
            if any(not stop.is_settled for stop in self._plan_of(ticket).stops):
                self._complain(f"{ticket.number} is over with something left to do")

    def _check_numbers(self) -> None:
        given = Counter({ticket.number[0]: 0 for ticket in self.legs.values()})
        for number in {ticket.number for ticket in self.legs.values()}:
            given[number[0]] += 1
        for queue, day in self.live.queue_days.items():
            if day.next_number - 1 != given[queue.upper()]:
                self._complain(f"queue {queue} gave {given[queue.upper()]} numbers and stands at {day.next_number}")
            limit = self.plan.queues[queue].daily_limit
            if day.issued < 0 or (limit is not None and day.issued > limit):
                self._complain(f"queue {queue} promised {day.issued} places")

    def _compare_facts(self) -> None:
        """The facts told each stop's end exactly once, with its reason."""
        newest = {ticket.visit.id: self._plan_of(ticket) for ticket in self.legs.values()}
        expected = Counter(
            (visit, stop.service, stop.queue, stop.state, stop.reason)
            for visit, plan in newest.items()
            for stop in plan.stops
        )
        if expected != self.settled:
            self._complain(f"facts and visits differ: {expected - self.settled} | {self.settled - expected}")
        for _, service, _, state, reason in self.settled:
            if state is not StopState.DONE and not reason:
                self._complain(f"{service} ended without a reason")

    def _plan_of(self, ticket: Ticket) -> Itinerary:
        """The visit as its last leg knows it."""
        return max(self._legs_of(ticket), key=lambda leg: leg.leg).visit.itinerary

    def _complain(self, words: str) -> None:
        if words not in self.wrong:
            self.wrong.append(words)

    def _id(self) -> str:
        self._serial += 1
        return f"{self._serial:026d}"


def random_days(days: int, steps: int, seed: int = 3, *, desk: bool = False) -> Iterator[Walks]:
    """So many days of random steps, with and without staying at the window."""
    chance, acts = random.Random(seed), (*ACTS, *BUSY_DESK) if desk else ACTS  # a repeatable proof, no secret
    for day in range(days):
        walks = Walks(small_hall(continue_here=day % 2 == 0, desk=desk))
        walks.walk((chance.choice(acts), chance.randrange(12), chance.randrange(12)) for _ in range(steps))
        yield walks


def every_walk(length: int) -> Iterator[Walks]:
    """One visitor with three services and every sequence of `length` acts at the two windows that can serve them."""
    acts: Sequence[Step] = [
        (act, window, 1)
        for window in (1, 3)
        for act in ("call", "start", "finish", "fail", "leave", "send_back", "no_show")
    ]
    for steps in product([*acts, ("drop", 0, 1), ("cancel", 1, 0)], repeat=length):
        walks = Walks(small_hall(continue_here=True))
        walks.walk([("take", 2, 1), *steps])
        yield walks


def claims(_: Path | None) -> Iterator[Claim]:
    """Random days, then every short walk of one visitor."""
    wrong, seen = _all(random_days(400, 120))
    yield Claim(
        "visits: 400 random days, each stop ended once, with a reason and in order, one live leg, no number burnt",
        "0 breaches",
        f"{len(wrong)} breaches in {seen['TicketIssued']} visits, {seen['TicketContinued']} further legs"
        + (f": {wrong[0]}" if wrong else ""),
        not wrong and seen["TicketContinued"] > 500,
    )
    wrong, seen = _all(random_days(200, 120, desk=True))
    handed_on = seen[HANDED_ON]
    yield Claim(
        "visits: 200 random days of two levels, nobody lost, number and arrival kept, the desk first and once",
        "0 breaches",
        f"{len(wrong)} breaches in {seen['TicketIssued']} visits, {handed_on} of them handed on"
        + (f": {wrong[0]}" if wrong else ""),
        not wrong and handed_on > 150,
    )
    wrong, seen = _all(every_walk(4))
    yield Claim(
        "visits: every walk of four acts of one visitor with three services",
        "0 breaches",
        f"{len(wrong)} breaches in {seen['TicketIssued']} walks" + (f": {wrong[0]}" if wrong else ""),
        not wrong and seen["TicketIssued"] == 16**4,
    )


def _all(days: Iterable[Walks]) -> tuple[list[str], Counter[str]]:
    wrong: list[str] = []
    seen: Counter[str] = Counter()
    for walks in days:
        wrong += walks.wrong
        seen += walks.seen
    return wrong, seen
