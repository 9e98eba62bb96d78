"""Two weeks of a real bank's call centre, told to the estimates as a hall's days; the recording is not part of this.

A tab-separated file, one row a call, with the columns of the "Anonymous Bank" data of the Technion (I. Guedj and
A. Mandelbaum, 1999; customer numbers removed). A type of service is a queue, an agent a window, a call that waits a
ticket. Who served what on days 1-7 is taken as what each window serves. The recording does not say when an agent was
away, so that one counts as open from a service until a call he could take has to wait while he is idle, or until he
was idle for AWAY_MINUTES. Nothing is known before it has happened.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from proofs.estimate_days import ALWAYS, FIRST_DAY, NOBODY, NOTHING_TOLD, plan_of
from proofs.estimate_grading import Hall, Recorder, Wait
from queueserver.domain.hall import HallPlan, Policy, QueuePlan, WindowPlan
from queueserver.domain.ticket import Place, State, Ticket
from queueserver.domain.window import Window, WindowState

FILE = "bank-february-1-14.tsv"
AWAY_MINUTES = 15.0
LEARNING_DAYS = 7
SERVED_OFTEN = 3
NO_AGENT = "NO_SERVER"
_FIRST_DATE = 990201


@dataclass(frozen=True, slots=True)
class Call:
    """One call: day from 0, minutes since midnight, minutes waited and served; `agent` is empty when none came."""

    day: int
    at: float
    waited: float
    service: str
    privileged: bool
    agent: str
    served: float


def calls(path: Path) -> Iterator[Call]:
    """Every call but the phantoms; KeyError or ValueError when the file is something else."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if row["outcome"] == "PHANTOM":
                continue
            waited = int(row["q_time"]) / 60
            yield Call(
                day=int(row["date"]) - _FIRST_DATE,
                at=_minutes(row["q_start"] if waited else row["vru_exit"]),
                waited=waited,
                service=row["type"].strip(),
                privileged=row["priority"] == "2",
                agent=row["server"] if row["outcome"] == "AGENT" else "",
                served=int(row["ser_time"]) / 60,
            )


def waits(path: Path) -> list[Wait]:
    """Every call that had to wait, with what both estimates said about it."""
    everyone = list(calls(path))
    plan = _plan(everyone)
    recorder = Recorder(plan)
    for day in range(max(call.day for call in everyone) + 1):
        _Day(plan, recorder, day).run([call for call in everyone if call.day == day])
    return recorder.waits


def _plan(everyone: list[Call]) -> HallPlan:
    services = sorted({call.service for call in everyone})
    agents = sorted({call.agent for call in everyone} - {"", NO_AGENT})
    did = Counter((call.agent, call.service) for call in everyone if call.day < LEARNING_DAYS)
    usual = max(services, key=lambda service: sum(call.service == service for call in everyone))
    windows = tuple(
        WindowPlan(agent, agent, "z", tuple(s for s in services if did[agent, s] >= SERVED_OFTEN) or (usual,))
        for agent in agents
    )
    queues = tuple(QueuePlan(service, "A", "z", ALWAYS, service_minutes=3.0) for service in services)
    plan = plan_of(queues, windows, {service: service for service in services})
    return replace(plan, policy=Policy(privileged_per_ordinary=10, longest_wait_minutes=0))


class _Day:
    def __init__(self, plan: HallPlan, recorder: Recorder, day: int) -> None:
        self._hall = Hall(plan, windows={window: Window(window) for window in plan.windows})
        self._recorder, self._day = recorder, day
        self._tickets: dict[int, Ticket] = {}
        self._idle_since = dict.fromkeys(plan.windows, 0.0)

    def run(self, of_day: list[Call]) -> None:
        steps: list[tuple[float, int, int, Callable[[int, Call, float], None]]] = []
        for number, call in enumerate(of_day):
            steps.append((call.at, 1, number, self._comes))
            steps.append((call.at + call.waited, 2, number, self._begins if call.agent else self._leaves))
            if call.agent:
                steps.append((call.at + call.waited + call.served, 0 if call.served else 3, number, self._ends))
        for at, _, number, act in sorted(steps, key=lambda step: step[:3]):
            act(number, of_day[number], at)

    def _comes(self, number: int, call: Call, at: float) -> None:
        self._look_around(call, at)
        now = FIRST_DAY + timedelta(days=self._day, minutes=at)
        ticket = Ticket(
            id=f"{self._day}-{number}",
            visit=NOBODY,
            leg=1,
            queue=call.service,
            service=call.service,
            state=State.WAITING,
            priority_class="old" if call.privileged else "plain",
            place=Place.arriving(now, number),
            issued_at=now,
        )
        if call.waited:
            ticket = self._recorder.issued(ticket, self._hall, self._day)
        self._tickets[number] = ticket
        self._hall.line.add(ticket)

    def _look_around(self, call: Call, at: float) -> None:
        """An agent who does not take a call that waits is not there."""
        for window in self._hall.windows.values():
            away = at - self._idle_since[window.id] > AWAY_MINUTES
            passes = call.waited > 0 and call.service in self._hall.plan.windows[window.id].serves
            if window.ticket is None and (away or passes):
                self._hall.windows[window.id] = replace(window, state=WindowState.CLOSED)

    def _begins(self, number: int, call: Call, at: float) -> None:
        ticket, now = self._tickets[number], FIRST_DAY + timedelta(days=self._day, minutes=at)
        self._hall.line.remove(ticket)
        self._recorder.ended(ticket, now, called=True)
        if call.agent != NO_AGENT:
            called, _ = ticket.call(call.agent, None, now, "next", NOTHING_TOLD)
            self._hall.windows[call.agent] = Window(call.agent, WindowState.OPEN, ticket=ticket.id)
            self._hall.tickets[ticket.id] = called

    def _ends(self, number: int, call: Call, at: float) -> None:
        ticket = self._tickets[number]
        self._recorder.served(ticket, call.served, FIRST_DAY + timedelta(days=self._day, minutes=at))
        self._hall.tickets.pop(ticket.id, None)
        window = self._hall.windows.get(call.agent)
        if window is not None and window.ticket == ticket.id:
            self._hall.windows[call.agent] = window.release()
            self._idle_since[call.agent] = at

    def _leaves(self, number: int, _: Call, at: float) -> None:
        ticket = self._tickets[number]
        self._hall.line.remove(ticket)
        self._recorder.ended(ticket, FIRST_DAY + timedelta(days=self._day, minutes=at), called=False)


def _minutes(clock: str) -> float:
    hours, minutes, seconds = clock.split(":")
    return int(hours) * 60 + int(minutes) + int(seconds) / 60
