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

`may_call` is the one test of eligibility: only tickets that pass it are ordered, called, picked and counted as ahead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from queueserver.domain.hall import Policy, WindowPlan
from queueserver.domain.line import Line, window_lane
from queueserver.domain.reason import PassedOver, Reason
from queueserver.domain.ticket import Origin, Ticket

MS_A_MINUTE = 60_000
SHOWN_PASSED_OVER = 3

_FirstOfEach = tuple[Ticket | None, Ticket | None]
"""The longest-waiting privileged and the longest-waiting ordinary ticket of some lanes."""


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
    hall = _Choice(line, window, policy, now)
    privileged, ordinary = hall.oldest
    oldest = _oldest((privileged, ordinary))
    if oldest is None:
        return None
    by_rule = _by_rule(hall)
    if 0 < policy.longest_wait_minutes <= hall.waited(oldest):
        instead = [privileged, by_rule[0] if by_rule else None]
        passed = {ticket.id: ticket for ticket in instead if ticket is not None and ticket != oldest}
        if oldest is privileged:
            by_rule = None
        elif passed:
            return _overdue(hall, oldest, passed.values())
    return by_rule or _by_turn(hall, hall.oldest)


def lanes_of(plan: WindowPlan) -> tuple[str, ...]:
    """The lanes a window may call from."""
    return (*plan.serves, window_lane(plan.id))


def may_call(plan: WindowPlan, ticket: Ticket, now: datetime) -> bool:
    """Whether this window may call this ticket now; the one test of eligibility, for ordering and for calling alike."""
    return is_served_by(plan, ticket) and ticket.is_due(now)


def is_served_by(plan: WindowPlan, ticket: Ticket) -> bool:
    """Whether the ticket stands in a lane of this window."""
    return ticket.sent_to == plan.id if ticket.sent_to else ticket.queue in plan.serves


def is_privileged(ticket: Ticket, privileged: frozenset[str], policy: Policy, now: datetime) -> bool:
    """Of a privileged class, or an appointment that has waited as long as it should at most."""
    if ticket.priority_class in privileged:
        return True
    tolerance = timedelta(minutes=policy.appointment_tolerance_minutes)
    return ticket.booked_for is not None and now - ticket.booked_for >= tolerance


def waited_minutes(ticket: Ticket, now_ms: int) -> int:
    """Whole minutes since the ticket's effective arrival; a clock that went back makes 0, not less."""
    return max(0, now_ms - ticket.place.at_ms) // MS_A_MINUTE


class _Choice:
    """One question: who of `line` may be called by `window`, found once for each lane."""

    __slots__ = ("_now_ms", "lanes", "line", "now", "oldest", "policy", "window")

    def __init__(self, line: Line, window: WindowRule, policy: Policy, now: datetime) -> None:
        self.line, self.window, self.policy, self.now = line, window, policy, now
        self._now_ms = round(now.timestamp() * 1000)
        self.lanes = {lane: self._first_of_each(lane) for lane in lanes_of(window.plan)}
        self.oldest = (
            _oldest(privileged for privileged, _ in self.lanes.values()),
            _oldest(ordinary for _, ordinary in self.lanes.values()),
        )

    def waited(self, ticket: Ticket) -> int:
        return waited_minutes(ticket, self._now_ms)

    def is_privileged(self, ticket: Ticket) -> bool:
        return is_privileged(ticket, self.window.privileged, self.policy, self.now)

    def count(self, lane: str) -> int:
        """How many of one lane may be called now."""
        return sum(
            sum(ticket.is_due(self.now) for ticket in tickets) if kind.timed else len(tickets)
            for kind, tickets in self.line.rows(lane)
        )

    def passed_over(self, tickets: Iterable[Ticket]) -> tuple[PassedOver, ...]:
        shown = sorted(tickets, key=lambda ticket: ticket.place)[:SHOWN_PASSED_OVER]
        return tuple(PassedOver(t.number, t.priority_class, self.waited(t)) for t in shown)

    def _first_of_each(self, lane: str) -> _FirstOfEach:
        """The longest-waiting privileged and the longest-waiting ordinary ticket of one lane."""
        first: dict[bool, Ticket] = {}
        for kind, tickets in self.line.rows(lane):
            for ticket in self._timed(tickets) if kind.timed else tickets[:1]:
                privileged = self.is_privileged(ticket)
                if privileged not in first or ticket.place < first[privileged].place:
                    first[privileged] = ticket
        return first.get(True), first.get(False)

    def _timed(self, tickets: Sequence[Ticket]) -> Iterator[Ticket]:
        """Of a row whose tickets must each be asked, those that can be the first privileged or the first ordinary."""
        found: set[bool] = set()
        for ticket in tickets:
            if ticket.is_due(self.now) and (privileged := self.is_privileged(ticket)) not in found:
                yield ticket
                found.add(privileged)
                if len(found) == 2 or ticket.priority_class in self.window.privileged:
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
    return ticket, Reason(code, {"waited_minutes": hall.waited(ticket)})


def _oldest(tickets: Iterable[Ticket | None]) -> Ticket | None:
    return min((t for t in tickets if t is not None), key=lambda ticket: ticket.place, default=None)
