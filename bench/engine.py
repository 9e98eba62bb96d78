"""How long the choice of who is next takes among 2,000 waiting tickets, on the usual line and on the worst ones."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bench.figures import Figure, middle
from queueserver.domain.eligibility import Seat, WindowRule
from queueserver.domain.hall import Policy, Rule, WindowPlan
from queueserver.domain.line import Line
from queueserver.domain.selection import choose_next
from queueserver.domain.ticket import Place, State, Ticket, Visit

WAITING = 2_000
NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
QUEUES = tuple(f"q{n}" for n in range(8))
SKILLS = {f"s{n}": f"skill-{n}" for n in range(40)}
LANGUAGES = ("zh-CN", "en", "ru", "ko", "ja", "fr")


def waiting(number: int) -> Ticket:
    """One of the usual line: eight queues, a fifth privileged."""
    came = NOW - timedelta(seconds=WAITING - number)
    visit = Visit(str(number), str(number), date(2026, 3, 2), str(number), came, "zh-CN", "kiosk")
    kind = "old" if number % 5 == 0 else "plain"
    place = Place.arriving(came, number)
    return Ticket(str(number), visit, 1, QUEUES[number % 8], "s", State.WAITING, kind, place, came)


def needing(number: int) -> Ticket:
    """Each asks for one of 40 skills and 6 languages; nobody at this window has them, others speak the languages."""
    ticket = waiting(number)
    return replace(ticket, service=f"s{number % 40}", visit=replace(ticket.visit, lang=LANGUAGES[number // 40 % 6]))


def foreign(number: int) -> Ticket:
    """Each in a language that somebody speaks at another window."""
    ticket = waiting(number)
    return replace(ticket, service=f"t{number % 40}", visit=replace(ticket.visit, lang=LANGUAGES[1 + number // 40 % 5]))


def early(number: int) -> Ticket:
    """Each an appointment of later today that checked in early."""
    at = NOW + timedelta(minutes=1 + number % 300)
    return replace(waiting(number), booked_for=at, not_before=at, place=Place.arriving(at, number))


def late(number: int) -> Ticket:
    """Each an appointment past its tolerance."""
    at = NOW - timedelta(minutes=11 + number % 60)
    return replace(waiting(number), booked_for=at, not_before=at, place=Place.arriving(at, number))


LINES: dict[str, Callable[[int], Ticket]] = {
    "usual line": waiting,
    "skills nobody here has": needing,
    "languages spoken elsewhere": foreign,
    "all checked in early": early,
    "all appointments overdue": late,
}


def milliseconds(kind: Callable[[int], Ticket], runs: int = 50) -> float:
    """The median time of one choice at a window that serves all queues by three rules, with 29 colleagues."""
    plan = WindowPlan("w1", "1", "east", QUEUES, (Rule("q1", 20, 3), Rule("q2", 10, 50), Rule("q3", 5)))
    serves = frozenset(QUEUES)
    spoken = [frozenset({LANGUAGES[n % 6]} if kind is foreign else ()) for n in range(29)]
    others = tuple(Seat(serves, frozenset(), languages) for languages in spoken)
    rule = WindowRule(plan, 1, frozenset({"old"}), Seat(serves), others, frozenset({"w1"}), SKILLS, "zh-CN")
    line, policy, took = Line(kind(number) for number in range(WAITING)), Policy(), list[float]()
    for _ in range(runs):
        began = time.perf_counter()
        choose_next(line, rule, policy, NOW)
        took.append((time.perf_counter() - began) * 1000)
    return middle(took)


def figures(runs: int) -> list[Figure]:
    """One figure a line; the target is the product's."""
    return [
        Figure(
            f"choose who is next among {WAITING:,}: {name}",
            middle([milliseconds(kind) for _ in range(runs)]),
            "ms",
            None,
            "< 2",
        )
        for name, kind in LINES.items()
    ]
