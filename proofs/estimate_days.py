"""Invented halls and days nobody knows beforehand, called by the real engine: what estimates are graded on.

Service times, their spread, the day's pace and its drift, which windows open when, who is privileged, who does not
come and who leaves are drawn per hall and day from a seed; the hall's configuration knows none of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from random import Random

from proofs.estimate_grading import Hall, Recorder
from queueserver.domain.hall import HallPlan, Policy, PriorityClass, QueuePlan, ServicePlan, WindowPlan
from queueserver.domain.reason import Reason
from queueserver.domain.schedule import Schedule
from queueserver.domain.selection import WindowRule, choose_next
from queueserver.domain.ticket import Place, State, Ticket, Visit
from queueserver.domain.window import Window, WindowState

ALWAYS = Schedule(week=(((0, 1440),),) * 7)
FIRST_DAY = datetime(2026, 3, 2, tzinfo=UTC)
OPENS, CLOSES = 9 * 60.0, 17 * 60.0
RUSH = (0.6, 1.2, 1.35, 1.0, 0.5, 0.8, 1.2, 1.1)
"""Arrivals in each hour from nine on, beside their mean."""
NOBODY = Visit("v", "A001", FIRST_DAY.date(), "", FIRST_DAY, "", "")
NOTHING_TOLD = Reason("first_in_line", {})


def plan_of(queues: tuple[QueuePlan, ...], windows: tuple[WindowPlan, ...], services: dict[str, str]) -> HallPlan:
    """A hall with one ordinary class and one privileged, "old"; `services` names each service's queue."""
    return HallPlan(
        id="h",
        version=1,
        time_zone="UTC",
        day_boundary_minutes=0,
        policy=Policy(),
        classes={"plain": PriorityClass("plain", False), "old": PriorityClass("old", True)},
        queues={queue.id: queue for queue in queues},
        windows={window.id: window for window in windows},
        services={service: ServicePlan(service, queue) for service, queue in services.items()},
        default_class="plain",
        privileged=frozenset({"old"}),
        windows_of_queue={q.id: tuple(w.id for w in windows if q.id in w.serves) for q in queues},
        zones=frozenset({"z"}),
    )


@dataclass(frozen=True, slots=True)
class Truth:
    """What the hall is really like; minutes and shares. `offers` are each queue's services with how often they come."""

    mean: dict[str, float]
    variation: dict[str, float]
    offers: dict[str, list[tuple[str, float]]]
    rate: dict[str, float]
    no_shows: float
    leaves: float
    old: float
    pause: float


def invented(random: Random) -> tuple[HallPlan, Truth]:
    """A hall of two to five queues and up to twelve windows that share them unevenly, loaded to 65-110 %."""
    count = random.randint(2, 5)
    names = [f"q{number}" for number in range(count)]
    windows = tuple(_window(random, number, names) for number in range(random.randint(max(3, count), 12)))
    offers = {q: [(f"{q}s{n}", random.uniform(0.3, 1)) for n in range(random.randint(1, 3))] for q in names}
    services = {service: q for q, offered in offers.items() for service, _ in offered}
    plan = plan_of(tuple(QueuePlan(q, "A", "z", ALWAYS) for q in names), windows, services)
    mean = {service: random.uniform(3, 16) for service in services}
    pause = random.uniform(0.2, 0.8)
    load = random.uniform(0.8, 1.0)
    rate = {}
    for q, offered in offers.items():
        capacity = sum(1 / len(window.serves) for window in windows if q in window.serves)
        usual = sum(mean[s] * part for s, part in offered) / sum(part for _, part in offered)
        rate[q] = load * capacity / (usual + pause) * random.uniform(0.8, 1.1)
    return plan, Truth(
        mean=mean,
        variation={service: random.uniform(0.4, 1.1) for service in services},
        offers=offers,
        rate=rate,
        no_shows=random.uniform(0.02, 0.08),
        leaves=random.uniform(0, 0.1),
        old=random.uniform(0.03, 0.15),
        pause=pause,
    )


def _window(random: Random, number: int, names: list[str]) -> WindowPlan:
    own = names[number % len(names)]
    others = random.sample([q for q in names if q != own], min(random.choice((0, 0, 1, 1, 2)), len(names) - 1))
    return WindowPlan(f"w{number}", str(number), "z", (own, *others))


class Day:
    """One day of one hall, event by event."""

    def __init__(self, plan: HallPlan, truth: Truth, random: Random, number: int, recorder: Recorder) -> None:
        self.hall = Hall(plan, windows={window: Window(window) for window in plan.windows})
        self._truth, self._random, self._number, self._recorder = truth, random, number, recorder
        self._start = FIRST_DAY + timedelta(days=number)
        self._pace = math.exp(random.gauss(0, 0.12))
        self._drift, self._phase = random.gauss(0, 0.15), random.uniform(0, 2 * math.pi)
        self._hands = {window: math.exp(random.gauss(0, 0.12)) for window in plan.windows}
        self._waiting: dict[str, Ticket] = {}
        self._events: list[tuple[float, int, Callable[[float], None]]] = []
        self._pushed = self._issued = 0

    def run(self) -> None:
        self._plan_arrivals()
        self._plan_windows()
        while self._events:
            at, _, act = heappop(self._events)
            act(at)
        for ticket in self._waiting.values():
            self._recorder.ended(ticket, self._time(CLOSES), called=False)

    def _at(self, minute: float, act: Callable[[float], None]) -> None:
        self._pushed += 1
        heappush(self._events, (minute, self._pushed, act))

    def _time(self, minute: float) -> datetime:
        return self._start + timedelta(minutes=minute)

    def _plan_arrivals(self) -> None:
        most = max(RUSH)
        for queue, rate in self._truth.rate.items():
            minute = OPENS
            while (minute := minute + self._random.expovariate(rate * most)) < CLOSES:
                if self._random.random() < RUSH[int((minute - OPENS) // 60)] / most:
                    self._at(minute, lambda at, queue=queue: self._arrives(queue, at))  # type: ignore[misc]

    def _plan_windows(self) -> None:
        """Some open late, most have a break, now and then one is away."""
        draw = self._random
        for window in self.hall.plan.windows:
            self._opens(window, OPENS + draw.choice((0, 0, 0, draw.uniform(0, 20))))
            if draw.random() < 0.6:
                self._breaks(window, draw.uniform(11.3, 13.2) * 60, draw.uniform(15, 45))
            if draw.random() < 0.15:
                self._breaks(window, draw.uniform(10, 15) * 60, draw.uniform(5, 60))

    def _opens(self, window: str, minute: float) -> None:
        self._at(minute, lambda at: self._turn(window, WindowState.OPEN, at))

    def _breaks(self, window: str, minute: float, minutes: float) -> None:
        self._at(minute, lambda at: self._turn(window, WindowState.PAUSED, at))
        self._opens(window, minute + minutes)

    def _turn(self, window: str, state: WindowState, at: float) -> None:
        self.hall.windows[window] = replace(self.hall.windows[window], state=state)
        self._at(at + 0.1, lambda now: self._calls(window, now))

    def _arrives(self, queue: str, at: float) -> None:
        draw, offered, self._issued = self._random, self._truth.offers[queue], self._issued + 1
        service = draw.choices([one for one, _ in offered], [part for _, part in offered])[0]
        now = self._time(at)
        ticket = Ticket(
            id=f"{self._number}-{self._issued}",
            visit=NOBODY,
            leg=1,
            queue=queue,
            service=service,
            state=State.WAITING,
            priority_class="old" if draw.random() < self._truth.old else "plain",
            place=Place.arriving(now, self._issued),
            issued_at=now,
        )
        ticket = self._recorder.issued(ticket, self.hall, self._number)
        self.hall.line.add(ticket)
        self._waiting[ticket.id] = ticket
        if draw.random() < self._truth.leaves:
            self._at(at + draw.expovariate(1 / 25), lambda now: self._leaves(ticket, now))
        windows = self.hall.windows
        idle = [w for w in self.hall.plan.windows_of_queue[queue] if windows[w].ticket is None]
        idle = [w for w in idle if windows[w].state is WindowState.OPEN]
        if idle:
            window = draw.choice(idle)
            self._at(at + draw.uniform(0.05, self._truth.pause), lambda now: self._calls(window, now))

    def _leaves(self, ticket: Ticket, at: float) -> None:
        if self._waiting.pop(ticket.id, None) is not None:
            self.hall.line.remove(ticket)
            self._recorder.ended(ticket, self._time(at), called=False)

    def _calls(self, window_id: str, at: float) -> None:
        hall, now = self.hall, self._time(at)
        window, plan = hall.windows[window_id], hall.plan
        if window.state is not WindowState.OPEN or window.ticket is not None:
            return
        rule = WindowRule(plan.windows[window_id], window.streak, plan.privileged)
        if (chosen := choose_next(hall.line, rule, plan.policy, now)) is None:
            return
        ticket = chosen[0]
        hall.line.remove(ticket)
        del self._waiting[ticket.id]
        self._recorder.ended(ticket, now, called=True)
        called, _ = ticket.call(window_id, None, now, "next", NOTHING_TOLD)
        streak = window.streak + 1 if ticket.priority_class in plan.privileged else 0
        hall.windows[window_id] = window.take(ticket.id, streak)
        hall.tickets[ticket.id] = called
        minutes = self._service_minutes(ticket, window_id, at)
        self._at(at + minutes, lambda then: self._finishes(called, window_id, minutes, then))

    def _service_minutes(self, ticket: Ticket, window: str, at: float) -> float:
        draw, truth = self._random, self._truth
        if draw.random() < truth.no_shows:
            return draw.uniform(1, 2.5)
        sigma = math.sqrt(math.log(1 + truth.variation[ticket.service] ** 2))
        minutes = draw.lognormvariate(math.log(truth.mean[ticket.service]) - sigma**2 / 2, sigma)
        wave = self._drift * math.sin((at - OPENS) / (CLOSES - OPENS) * 2 * math.pi + self._phase)
        return minutes * self._pace * self._hands[window] * math.exp(wave) + draw.uniform(0.2, 1)

    def _finishes(self, ticket: Ticket, window: str, minutes: float, at: float) -> None:
        self.hall.windows[window] = self.hall.windows[window].release()
        del self.hall.tickets[ticket.id]
        self._recorder.served(ticket, minutes, self._time(at))
        self._at(at + self._random.uniform(0.05, self._truth.pause), lambda now: self._calls(window, now))
