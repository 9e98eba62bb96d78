"""Who is next at a window, and why: a pure function of the waiting line, the window's rule, the policy and the time.

The order of the questions, first answer wins:
 1. When the longest wait of all is over the policy's bound: that ticket if it is ordinary, else 3; no rule holds then.
 2. The window's rules, in their order, each naming a queue and a condition.
 3. Everything the window serves, by longest wait.
Within 2 and 3 privileged tickets go first, until `privileged_per_ordinary` of them were called here in a row; then the
longest-waiting ordinary ticket has its turn, and a rule that would call one more privileged ticket is passed by. So at
one window no ordinary ticket sees more than that many privileged calls between two ordinary ones, and no rule and no
class can keep anybody waiting for ever. Privileged are the classes configured so, and an appointment from
`appointment_tolerance_minutes` after its time; until then it takes its turn by that time as if it had come then.

Only tickets that pass eligibility.refusal are looked at. Those that are left to other staff for a skill or a language
are named among the passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from queueserver.domain.eligibility import (
    LANGUAGE_ELSEWHERE,
    SKILL_MISSING,
    WindowRule,
    is_privileged,
    lanes_of,
    may_call,
    refusal,
)
from queueserver.domain.hall import Policy
from queueserver.domain.line import Kind, Line
from queueserver.domain.reason import PassedOver, Reason
from queueserver.domain.ticket import Origin, State, Ticket

MS_A_MINUTE = 60_000
SHOWN_PASSED_OVER = 3
SHOWN_LEFT_TO_OTHERS = 2

_WAITS_FOR: Final[dict[str, Callable[[Ticket], tuple[str, str]]]] = {
    SKILL_MISSING: lambda ticket: ("skill", ticket.service),
    LANGUAGE_ELSEWHERE: lambda ticket: ("language", ticket.visit.lang),
}

_FirstOfEach = tuple[Ticket | None, Ticket | None]
"""The longest-waiting privileged and the longest-waiting ordinary ticket of some lanes."""


def choose_next(line: Line, window: WindowRule, policy: Policy, now: datetime) -> tuple[Ticket, Reason] | None:
    """The ticket to call and the reason, or None when nobody this window may call is waiting."""
    hall = _Choice(line, window, policy, now)
    chosen = _chosen(hall)
    if chosen is None:
        return None
    ticket, reason = chosen
    left = hall.left_to_others(ticket)
    return ticket, replace(reason, passed_over=reason.passed_over + left) if left else reason


def _chosen(hall: _Choice) -> tuple[Ticket, Reason] | None:
    privileged, ordinary = hall.oldest
    oldest = _oldest((privileged, ordinary))
    if oldest is None:
        return None
    by_rule = _by_rule(hall)
    if 0 < hall.policy.longest_wait_minutes <= hall.waited(oldest):
        instead = [privileged, by_rule[0] if by_rule else None]
        passed = {ticket.id: ticket for ticket in instead if ticket is not None and ticket != oldest}
        if oldest is privileged:
            by_rule = None
        elif passed:
            return _overdue(hall, oldest, passed.values())
    return by_rule or _by_turn(hall, hall.oldest)


def waited_minutes(ticket: Ticket, now_ms: int) -> int:
    """Whole minutes since the ticket's effective arrival; a clock that went back makes 0, not less."""
    return max(0, now_ms - ticket.place.at_ms) // MS_A_MINUTE


class _Choice:
    """One question: who of `line` may be called by `window`, found once for each lane; and who is left to others."""

    __slots__ = ("_left", "_now_ms", "lanes", "line", "now", "oldest", "policy", "window")

    def __init__(self, line: Line, window: WindowRule, policy: Policy, now: datetime) -> None:
        self.line, self.window, self.policy, self.now = line, window, policy, now
        self._now_ms = round(now.timestamp() * 1000)
        self._left: list[tuple[Ticket, str]] = []
        self.lanes = {lane: self._first_of_each(lane, queue) for lane, queue in lanes_of(window, line)}
        self.oldest = (
            _oldest(privileged for privileged, _ in self.lanes.values()),
            _oldest(ordinary for _, ordinary in self.lanes.values()),
        )

    def waited(self, ticket: Ticket) -> int:
        return waited_minutes(ticket, self._now_ms)

    def is_privileged(self, ticket: Ticket) -> bool:
        return is_privileged(ticket, self.window.privileged, self.policy, self.now)

    def count(self, queue: str) -> int:
        """How many of one queue's lane may be called now."""
        return sum(
            sum(ticket.is_due(self.now) for ticket in tickets) if kind.timed else len(tickets)
            for kind, tickets in self.line.rows(queue)
            if not self.window.misfit(queue, kind)
        )

    def left_to_others(self, chosen: Ticket) -> tuple[PassedOver, ...]:
        """The longest-waiting tickets before `chosen` that other staff must, or would better, serve."""
        before = [(ticket, why) for ticket, why in self._left if ticket.place < chosen.place]
        before.sort(key=lambda pair: pair[0].place)
        return tuple(
            PassedOver(t.number, t.priority_class, self.waited(t), *_WAITS_FOR[why](t))
            for t, why in before[:SHOWN_LEFT_TO_OTHERS]
        )

    def passed_over(self, tickets: Iterable[Ticket]) -> tuple[PassedOver, ...]:
        shown = sorted(tickets, key=lambda ticket: ticket.place)[:SHOWN_PASSED_OVER]
        return tuple(PassedOver(t.number, t.priority_class, self.waited(t)) for t in shown)

    def _first_of_each(self, lane: str, queue: str | None) -> _FirstOfEach:
        """The longest-waiting privileged and the longest-waiting ordinary ticket of one lane."""
        first: dict[bool, Ticket] = {}
        for kind, tickets in self.line.rows(lane):
            if misfit := self.window.misfit(queue, kind):
                self._left += [(t, misfit) for t in tickets[:1] if refusal(self.window, t, self.now) == misfit]
                continue
            for ticket in self._timed(kind, tickets) if kind.timed else tickets[:1]:
                privileged = self.is_privileged(ticket)
                if privileged not in first or ticket.place < first[privileged].place:
                    first[privileged] = ticket
        return first.get(True), first.get(False)

    def _timed(self, kind: Kind, tickets: Sequence[Ticket]) -> Iterator[Ticket]:
        """Of a row whose tickets must each be asked, those that can be the first privileged or the first ordinary."""
        found: set[bool] = set()
        for ticket in tickets:
            if not ticket.is_due(self.now) or (privileged := self.is_privileged(ticket)) in found:
                continue
            if not may_call(self.window, ticket, self.now):
                continue
            yield ticket
            found.add(privileged)
            if len(found) == 2 or kind.priority_class in self.window.privileged:
                return


def _overdue(hall: _Choice, ticket: Ticket, passed: Iterable[Ticket]) -> tuple[Ticket, Reason]:
    params: dict[str, str | int] = {
        "waited_minutes": hall.waited(ticket),
        "limit_minutes": hall.policy.longest_wait_minutes,
    }
    return ticket, Reason("waited_too_long", params, hall.passed_over(passed))


def _by_rule(hall: _Choice) -> tuple[Ticket, Reason] | None:
    ordinary_turn = hall.oldest[1] is not None and hall.window.streak >= hall.policy.privileged_per_ordinary
    for number, rule in enumerate(hall.window.plan.rules, start=1):
        first = hall.lanes.get(rule.queue, (None, None))
        oldest = _oldest(first)
        if oldest is None or hall.waited(oldest) < rule.waited_minutes:
            continue
        if rule.waiting_at_least > 1 and hall.count(rule.queue) < rule.waiting_at_least:
            continue
        chosen = _by_turn(hall, first)
        if chosen is None or (ordinary_turn and hall.is_privileged(chosen[0])):
            continue
        ticket, turn = chosen
        others = (_oldest(pair) for lane, pair in hall.lanes.items() if lane != rule.queue)
        older = [other for other in others if other is not None and other.place < ticket.place]
        params: dict[str, str | int] = {
            "rule": number,
            "queue": rule.queue,
            "waited_minutes": hall.waited(oldest),
        }
        return ticket, Reason("rule", params, hall.passed_over(older) or turn.passed_over)
    return None


def _by_turn(hall: _Choice, first: _FirstOfEach) -> tuple[Ticket, Reason] | None:
    """By longest wait among the privileged, else among the others; with the ordinary ones' turn in between."""
    privileged, ordinary = first
    if privileged is None or ordinary is None:
        only = privileged or ordinary
        return None if only is None else _first(hall, only)
    if hall.window.streak >= hall.policy.privileged_per_ordinary:
        params: dict[str, str | int] = {"after": hall.window.streak}
        return ordinary, Reason("ordinary_turn", params, hall.passed_over([privileged]))
    if privileged.place < ordinary.place:
        return _first(hall, privileged)
    return privileged, _privilege(hall, privileged, ordinary)


def _privilege(hall: _Choice, ticket: Ticket, passed: Ticket) -> Reason:
    over = hall.passed_over([passed])
    if ticket.priority_class in hall.window.privileged or ticket.booked_for is None:
        return Reason("privileged", {"priority_class": ticket.priority_class}, over)
    waited = (hall.now - ticket.booked_for) // timedelta(minutes=1)
    params: dict[str, str | int] = {"booked_for": ticket.booked_for.isoformat(), "waited_minutes": waited}
    return Reason("appointment_due", params, over)


def _first(hall: _Choice, ticket: Ticket) -> tuple[Ticket, Reason]:
    code = "sent_here" if ticket.sent_to else "first_in_line"
    if ticket.origin is Origin.CAME_BACK:
        code = "came_back"
    if ticket.state is State.HELD:
        code = "held_due"
    return ticket, Reason(code, {"waited_minutes": hall.waited(ticket)})


def _oldest(tickets: Iterable[Ticket | None]) -> Ticket | None:
    return min((t for t in tickets if t is not None), key=lambda ticket: ticket.place, default=None)
