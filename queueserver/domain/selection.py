"""Who is next at a window, and why: a pure function of the waiting line, the window's rule, the policy and the time.

The order of the questions, first answer wins:
 1. When the longest wait of all is over the policy's bound: that ticket if it is ordinary, else 3; no rule holds then.
 2. The window's rules, in their order, each naming a queue and a condition.
 3. Everything the window serves, by longest wait.
Within 2 and 3 privileged classes go first, until `privileged_per_ordinary` of them were called here in a row; then the
longest-waiting ordinary ticket has its turn, and a rule that would call one more privileged ticket is passed by. So at
one window no ordinary ticket sees more than that many privileged calls between two ordinary ones, and no rule and no
class can keep anybody waiting for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from queueserver.domain.hall import Policy, WindowPlan
from queueserver.domain.line import Line, window_lane
from queueserver.domain.reason import PassedOver, Reason
from queueserver.domain.ticket import Ticket

MS_A_MINUTE = 60_000
SHOWN_PASSED_OVER = 3


@dataclass(frozen=True, slots=True)
class WindowRule:
    """What one window may call from now: its plan, its privileged calls in a row, and which classes are privileged.

    A class the configuration no longer knows counts as ordinary, so that nobody is lost.
    """

    plan: WindowPlan
    streak: int
    privileged: frozenset[str]


def choose_next(line: Line, window: WindowRule, policy: Policy, now: datetime) -> tuple[Ticket, Reason] | None:
    """The ticket to call and the reason, or None when nobody this window may call is waiting."""
    now_ms = round(now.timestamp() * 1000)
    everything = lanes_of(window.plan)
    privileged, ordinary = _oldest_of_each(line, everything, window.privileged)
    oldest = _oldest((privileged, ordinary))
    if oldest is None:
        return None
    by_rule = _by_rule(line, window, policy, now_ms, ordinary_waits=ordinary is not None)
    if 0 < policy.longest_wait_minutes <= waited_minutes(oldest, now_ms):
        instead = [privileged, by_rule[0] if by_rule else None]
        passed = {ticket.id: ticket for ticket in instead if ticket is not None and ticket != oldest}
        if oldest is privileged:
            by_rule = None
        elif passed:
            return _overdue(oldest, passed.values(), policy, now_ms)
    return by_rule or _by_turn(line, everything, window, policy, now_ms)


def lanes_of(plan: WindowPlan) -> tuple[str, ...]:
    """The lanes a window may call from; the one test of eligibility, for ordering and for calling alike."""
    return (*plan.serves, window_lane(plan.id))


def may_call(plan: WindowPlan, ticket: Ticket) -> bool:
    """Whether this window may call this ticket at all."""
    return ticket.sent_to == plan.id if ticket.sent_to else ticket.queue in plan.serves


def waited_minutes(ticket: Ticket, now_ms: int) -> int:
    """Whole minutes since the ticket's effective arrival; a clock that went back makes 0, not less."""
    return max(0, now_ms - ticket.place.at_ms) // MS_A_MINUTE


def _overdue(ticket: Ticket, passed: Iterable[Ticket], policy: Policy, now_ms: int) -> tuple[Ticket, Reason]:
    params: dict[str, str | int] = {
        "waited_minutes": waited_minutes(ticket, now_ms),
        "limit_minutes": policy.longest_wait_minutes,
    }
    return ticket, Reason("waited_too_long", params, _passed_over(passed, now_ms))


def _by_rule(
    line: Line, window: WindowRule, policy: Policy, now_ms: int, *, ordinary_waits: bool
) -> tuple[Ticket, Reason] | None:
    ordinary_turn = ordinary_waits and window.streak >= policy.privileged_per_ordinary
    for number, rule in enumerate(window.plan.rules, start=1):
        oldest = line.first(rule.queue, _any)
        if oldest is None or waited_minutes(oldest, now_ms) < rule.waited_minutes:
            continue
        if line.length(rule.queue) < rule.waiting_at_least:
            continue
        chosen = _by_turn(line, (rule.queue,), window, policy, now_ms)
        if chosen is None or (ordinary_turn and chosen[0].priority_class in window.privileged):
            continue
        ticket, turn = chosen
        others = (line.first(lane, _any) for lane in lanes_of(window.plan) if lane != rule.queue)
        older = [other for other in others if other is not None and other.place < ticket.place]
        params: dict[str, str | int] = {
            "rule": number,
            "queue": rule.queue,
            "waited_minutes": waited_minutes(oldest, now_ms),
        }
        return ticket, Reason("rule", params, _passed_over(older, now_ms) or turn.passed_over)
    return None


def _by_turn(
    line: Line, lanes: Sequence[str], window: WindowRule, policy: Policy, now_ms: int
) -> tuple[Ticket, Reason] | None:
    privileged, ordinary = _oldest_of_each(line, lanes, window.privileged)
    if privileged is not None and ordinary is not None:
        if window.streak >= policy.privileged_per_ordinary:
            params: dict[str, str | int] = {"after": window.streak}
            return ordinary, Reason("ordinary_turn", params, _passed_over([privileged], now_ms))
        if privileged.place < ordinary.place:
            return _first(privileged, now_ms)
        reason = Reason("privileged", {"priority_class": privileged.priority_class}, _passed_over([ordinary], now_ms))
        return privileged, reason
    only = privileged or ordinary
    return None if only is None else _first(only, now_ms)


def _first(ticket: Ticket, now_ms: int) -> tuple[Ticket, Reason]:
    code = "sent_here" if ticket.sent_to else "first_in_line"
    return ticket, Reason(code, {"waited_minutes": waited_minutes(ticket, now_ms)})


def _oldest_of_each(
    line: Line, lanes: Sequence[str], privileged: frozenset[str]
) -> tuple[Ticket | None, Ticket | None]:
    """The longest-waiting privileged and the longest-waiting ordinary ticket."""
    return (
        _oldest(line.first(lane, privileged.__contains__) for lane in lanes),
        _oldest(line.first(lane, lambda name: name not in privileged) for lane in lanes),
    )


def _oldest(tickets: Iterable[Ticket | None]) -> Ticket | None:
    return min((t for t in tickets if t is not None), key=lambda ticket: ticket.place, default=None)


def _any(_: str) -> bool:
    return True


def _passed_over(tickets: Iterable[Ticket], now_ms: int) -> tuple[PassedOver, ...]:
    shown = sorted(tickets, key=lambda ticket: ticket.place)[:SHOWN_PASSED_OVER]
    return tuple(PassedOver(t.number, t.priority_class, waited_minutes(t, now_ms)) for t in shown)
