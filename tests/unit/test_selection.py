"""Who is next: a brute-force model must agree, nobody is lost, the bounds hold, and the reason tells the truth."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queueserver.domain.eligibility import WindowRule, is_privileged, may_call
from queueserver.domain.hall import Policy, Rule, WindowPlan
from queueserver.domain.line import Line, lane_of, window_lane
from queueserver.domain.reason import Reason
from queueserver.domain.selection import choose_next
from queueserver.domain.ticket import Place, State, Ticket, Visit

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PRIVILEGED = frozenset({"old", "army"})
QUEUES = ("a", "b", "c")
W1 = WindowPlan("w1", "1", "east", ("a", "b"))


def waiting(
    name: str,
    minutes: float,
    queue: str = "a",
    priority_class: str = "plain",
    sent_to: str | None = None,
    order: int | None = None,
    early: int | None = None,
) -> Ticket:
    """A ticket that has waited so many minutes; `order` decides between equal ones.

    With `early` it is a checked-in appointment for then, to be called at most so many minutes earlier.
    """
    came = NOW - timedelta(minutes=minutes)
    visit = Visit(name, name, date(2026, 3, 2), name, came, "zh-CN", "kiosk")
    place = Place.arriving(came, int(name) if order is None else order)
    ticket = Ticket(name, visit, 1, queue, "s", State.WAITING, priority_class, place, came, sent_to=sent_to)
    return ticket if early is None else booked(ticket, early)


def booked(ticket: Ticket, early: int) -> Ticket:
    at = ticket.visit.arrived_at
    return replace(ticket, booked_for=at, not_before=at - timedelta(minutes=early))


def rule_of(plan: WindowPlan, streak: int = 0) -> WindowRule:
    return WindowRule(plan, streak, PRIVILEGED)


def chosen(tickets: Iterable[Ticket], plan: WindowPlan = W1, streak: int = 0, policy: Policy | None = None) -> str:
    found = choose_next(Line(tickets), WindowRule(plan, streak, PRIVILEGED), policy or Policy(), NOW)
    return f"{found[0].id} {found[1].code}" if found else "nobody"


# -- the model: the documented rules, said once more over a plain list


@dataclass
class Model:
    """Sorts and filters lists; slow and plain."""

    tickets: Sequence[Ticket]
    plan: WindowPlan
    streak: int
    policy: Policy

    def choose(self) -> tuple[str, str] | None:
        mine = sorted((t for t in self.tickets if may_call(rule_of(self.plan), t, NOW)), key=lambda t: t.place)
        if not mine:
            return None
        oldest = mine[0]
        overdue = self.policy.longest_wait_minutes > 0 and waited(oldest) >= self.policy.longest_wait_minutes
        if overdue and self.is_privileged(oldest):
            return self.by_turn(mine)
        without = self.by_rules(mine) or self.by_turn(mine)
        if overdue and without[0] != oldest.id:
            return oldest.id, "waited_too_long"
        if overdue and any(self.is_privileged(t) for t in mine) and not self.is_privileged(oldest):
            return oldest.id, "waited_too_long"
        return without

    def by_rules(self, mine: Sequence[Ticket]) -> tuple[str, str] | None:
        ordinary_waits = any(not self.is_privileged(t) for t in mine)
        for rule in self.plan.rules:
            line = [t for t in mine if t.queue == rule.queue and t.sent_to is None]
            if not line or waited(line[0]) < rule.waited_minutes or len(line) < rule.waiting_at_least:
                continue
            ticket = self.by_turn(line)[0]
            one_more = self.is_privileged(next(t for t in line if t.id == ticket))
            if one_more and ordinary_waits and self.streak >= self.policy.privileged_per_ordinary:
                continue
            return ticket, "rule"
        return None

    def by_turn(self, mine: Sequence[Ticket]) -> tuple[str, str]:
        privileged = [t for t in mine if self.is_privileged(t)]
        ordinary = [t for t in mine if not self.is_privileged(t)]
        if privileged and ordinary and self.streak >= self.policy.privileged_per_ordinary:
            return ordinary[0].id, "ordinary_turn"
        first = (privileged or ordinary)[0]
        if privileged and ordinary and ordinary[0].place < first.place:
            return first.id, "privileged" if first.priority_class in PRIVILEGED else "appointment_due"
        return first.id, "sent_here" if first.sent_to else "first_in_line"

    def is_privileged(self, ticket: Ticket) -> bool:
        return goes_before(ticket, self.policy)


def goes_before(ticket: Ticket, policy: Policy) -> bool:
    late = ticket.booked_for is not None and waited(ticket) >= policy.appointment_tolerance_minutes
    return ticket.priority_class in PRIVILEGED or (late and ticket.booked_for <= NOW)


def waited(ticket: Ticket) -> int:
    return (
        max(0, int((NOW - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1)) - ticket.place.at_ms) // 60000
    )


@st.composite
def halls(draw: st.DrawFn) -> tuple[list[Ticket], WindowPlan, int, Policy]:
    """A line, a window, its streak and a policy; minutes often equal, so that ties are met too."""
    shapes = draw(
        st.lists(
            st.tuples(
                st.integers(-2, 80),
                st.sampled_from(QUEUES),
                st.sampled_from(("plain", "old", "army", "unheard-of")),
                st.sampled_from((None, None, None, "w1", "w2")),
                st.sampled_from((None, None, 0, 1, 5)),
            ),
            max_size=12,
        )
    )
    tickets = [waiting(str(n), *shape[:-1], order=n, early=shape[-1]) for n, shape in enumerate(shapes, start=1)]
    serves = tuple(draw(st.lists(st.sampled_from(QUEUES), min_size=1, max_size=3, unique=True)))
    rules = draw(
        st.lists(
            st.builds(Rule, st.sampled_from(serves), st.sampled_from((0, 10, 30)), st.sampled_from((0, 1, 3))),
            max_size=3,
        )
    )
    policy = Policy(
        privileged_per_ordinary=draw(st.integers(1, 4)),
        longest_wait_minutes=draw(st.sampled_from((0, 15, 45))),
        appointment_tolerance_minutes=draw(st.sampled_from((0, 3, 10))),
    )
    return tickets, WindowPlan("w1", "1", "east", serves, tuple(rules)), draw(st.integers(0, 6)), policy


@settings(max_examples=600, deadline=None)
@given(halls())
def test_the_choice_is_the_models(hall: tuple[list[Ticket], WindowPlan, int, Policy]) -> None:
    tickets, plan, streak, policy = hall
    found = choose_next(Line(tickets), WindowRule(plan, streak, PRIVILEGED), policy, NOW)
    expected = Model(tickets, plan, streak, policy).choose()
    assert (None if found is None else (found[0].id, found[1].code)) == expected


@settings(max_examples=200, deadline=None)
@given(halls())
def test_nobody_is_lost_and_only_the_callable_are_called(hall: tuple[list[Ticket], WindowPlan, int, Policy]) -> None:
    tickets, plan, streak, policy = hall
    found = choose_next(Line(tickets), WindowRule(plan, streak, PRIVILEGED), policy, NOW)
    callable_here = [t for t in tickets if may_call(rule_of(plan), t, NOW)]
    assert (found is None) == (not callable_here)
    assert found is None or found[0] in callable_here
    due = [t for t in tickets if t.not_before is None or t.not_before <= NOW]
    assert {t.id for t in callable_here} == {t.id for t in due if lane_of(t) in (*plan.serves, window_lane("w1"))}


@settings(max_examples=200, deadline=None)
@given(halls(), st.randoms(use_true_random=False))
def test_the_choice_depends_on_nothing_but_the_line(
    hall: tuple[list[Ticket], WindowPlan, int, Policy], chance: random.Random
) -> None:
    tickets, plan, streak, policy = hall
    rule = WindowRule(plan, streak, PRIVILEGED)
    first = choose_next(Line(tickets), rule, policy, NOW)
    shuffled = list(tickets)
    chance.shuffle(shuffled)
    line = Line()
    for ticket in shuffled:
        line.add(ticket)
    assert choose_next(line, rule, policy, NOW) == first == choose_next(line, rule, policy, NOW)


@settings(max_examples=300, deadline=None)
@given(halls())
def test_within_a_class_and_a_lane_it_is_first_come_first_called(
    hall: tuple[list[Ticket], WindowPlan, int, Policy],
) -> None:
    tickets, plan, streak, policy = hall
    found = choose_next(Line(tickets), WindowRule(plan, streak, PRIVILEGED), policy, NOW)
    if found is not None:
        ticket = found[0]
        same = [t for t in tickets if (lane_of(t), t.priority_class) == (lane_of(ticket), ticket.priority_class)]
        alike = [
            t for t in same if goes_before(t, policy) == goes_before(ticket, policy) and may_call(rule_of(plan), t, NOW)
        ]
        assert ticket == min(alike, key=lambda t: t.place)


@settings(max_examples=300, deadline=None)
@given(halls())
def test_the_reason_is_true(hall: tuple[list[Ticket], WindowPlan, int, Policy]) -> None:
    tickets, plan, streak, policy = hall
    found = choose_next(Line(tickets), WindowRule(plan, streak, PRIVILEGED), policy, NOW)
    if found is None:
        return
    ticket, reason = found
    by_number = {t.number: t for t in tickets}
    for passed in reason.passed_over:
        other = by_number[passed.number]
        assert may_call(rule_of(plan), other, NOW)
        assert other != ticket
        assert (passed.priority_class, passed.waited_minutes) == (other.priority_class, waited(other))
    _true_of(reason, ticket, [by_number[p.number] for p in reason.passed_over], streak, policy, plan)


def _true_of(
    reason: Reason, ticket: Ticket, passed: list[Ticket], streak: int, policy: Policy, plan: WindowPlan
) -> None:
    is_privileged = goes_before(ticket, policy)
    match reason.code:
        case "first_in_line" | "sent_here":
            assert passed == []
            assert (reason.code == "sent_here") == (ticket.sent_to is not None)
            assert reason.params == {"waited_minutes": waited(ticket)}
        case "privileged":
            assert is_privileged
            assert reason.params == {"priority_class": ticket.priority_class}
            assert [goes_before(other, policy) for other in passed] == [False]
            assert passed[0].place < ticket.place
        case "appointment_due":
            assert is_privileged
            assert ticket.booked_for is not None
            assert reason.params == {"booked_for": ticket.booked_for.isoformat(), "waited_minutes": waited(ticket)}
            assert waited(ticket) >= policy.appointment_tolerance_minutes
            assert [goes_before(other, policy) for other in passed] == [False]
            assert passed[0].place < ticket.place
        case "ordinary_turn":
            assert not is_privileged
            assert reason.params == {"after": streak}
            assert streak >= policy.privileged_per_ordinary
            assert [goes_before(other, policy) for other in passed] == [True]
        case "waited_too_long":
            assert not is_privileged
            assert reason.params == {"waited_minutes": waited(ticket), "limit_minutes": policy.longest_wait_minutes}
            assert waited(ticket) >= policy.longest_wait_minutes > 0
            assert passed
            assert all(ticket.place < other.place for other in passed)
        case "rule":
            rule = plan.rules[int(reason.params["rule"]) - 1]
            assert reason.params["queue"] == rule.queue == ticket.queue
            assert int(reason.params["waited_minutes"]) >= rule.waited_minutes
            assert all(other.place < ticket.place or goes_before(other, policy) for other in passed)
        case _:
            pytest.fail(reason.code)


# -- the bounds, over whole runs


@settings(max_examples=120, deadline=None)
@given(halls(), st.lists(st.integers(0, 3), min_size=10, max_size=40))
def test_no_more_privileged_calls_in_a_row_than_the_policy_says_while_ordinary_ones_wait(
    hall: tuple[list[Ticket], WindowPlan, int, Policy], arrivals: list[int]
) -> None:
    """Privileged visitors keep coming to every queue; at this window ordinary ones still get their turn."""
    tickets, plan, _, policy = hall
    line, streak, in_a_row, name = Line(tickets), 0, 0, 1000
    left = list(tickets)
    for count in arrivals:
        for _ in range(count):
            name += 1
            left.append(waiting(str(name), 0, QUEUES[name % 3], "old", order=name))
            line.add(left[-1])
        ordinary_waits = any(may_call(rule_of(plan), t, NOW) and not goes_before(t, policy) for t in left)
        found = choose_next(line, WindowRule(plan, streak, PRIVILEGED), policy, NOW)
        if found is None:
            continue
        line.remove(found[0])
        left.remove(found[0])
        privileged = is_privileged(found[0], PRIVILEGED, policy, NOW)
        streak = streak + 1 if privileged else 0
        in_a_row = in_a_row + 1 if privileged and ordinary_waits else 0
        assert in_a_row <= policy.privileged_per_ordinary


def test_a_rule_cannot_starve_another_queue_for_ever() -> None:
    """Queue a is preferred and never empty; the ticket in b is taken when its wait is over the bound."""
    plan = replace(W1, rules=(Rule("a"),))
    steady = [waiting(str(n), 10, "a") for n in range(2, 9)]
    assert chosen([waiting("1", 44, "b"), *steady], plan) == "2 rule"
    assert chosen([waiting("1", 45, "b"), *steady], plan) == "1 waited_too_long"
    assert chosen([waiting("1", 45, "b", "old"), *steady], plan) == "1 first_in_line"
    assert chosen([waiting("1", 45, "b", "old"), *steady], plan, streak=2) == "2 ordinary_turn"


def test_a_rule_cannot_keep_calling_privileged_tickets_past_ordinary_ones_elsewhere() -> None:
    plan = replace(W1, rules=(Rule("a"),))
    line = [waiting("1", 20, "b"), waiting("2", 9, "a", "old"), waiting("3", 8, "a", "old")]
    assert [chosen(line, plan, streak) for streak in (0, 1, 2)] == ["2 rule", "2 rule", "1 ordinary_turn"]
    assert chosen(line[1:], plan, streak=7) == "2 rule", "with nobody ordinary there is nobody to wait for"


# -- examples a person can check


def test_first_come_first_called_across_the_queues_of_a_window() -> None:
    assert chosen([waiting("1", 5, "b"), waiting("2", 6, "a")]) == "2 first_in_line"
    assert chosen([waiting("1", 5, "b"), waiting("2", 5, "a")]) == "1 first_in_line", (
        "the same instant: order of arrival"
    )
    assert chosen([waiting("1", 5, "c")]) == "nobody"


@pytest.mark.parametrize(
    ("streak", "expected"), [(0, "2 privileged"), (1, "2 privileged"), (2, "1 ordinary_turn"), (9, "1 ordinary_turn")]
)
def test_two_privileged_calls_then_an_ordinary_one(streak: int, expected: str) -> None:
    assert chosen([waiting("1", 9), waiting("2", 5, priority_class="old")], streak=streak) == expected


def test_a_privileged_ticket_that_came_first_is_simply_first() -> None:
    assert chosen([waiting("1", 9, priority_class="army"), waiting("2", 5)]) == "1 first_in_line"


def test_privileged_classes_are_equal_among_themselves() -> None:
    line = [waiting("1", 9), waiting("2", 8, priority_class="army"), waiting("3", 7, priority_class="old")]
    assert chosen(line) == "2 privileged"


def test_the_longest_wait_goes_before_any_privilege() -> None:
    line = [waiting("1", 45), waiting("2", 44, priority_class="old")]
    assert chosen(line) == "1 waited_too_long"
    assert chosen(line, policy=Policy(longest_wait_minutes=46)) == "2 privileged"
    assert chosen(line, policy=Policy(longest_wait_minutes=0)) == "2 privileged"
    assert chosen([waiting("1", 45), waiting("2", 46, priority_class="old")]) == "2 first_in_line"
    assert chosen([waiting("1", 99), waiting("2", 60)]) == "1 first_in_line", "nobody was passed over"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Rule("b", waited_minutes=20), "2 rule"),
        (Rule("b", waited_minutes=21), "1 first_in_line"),
        (Rule("b", waiting_at_least=2), "2 rule"),
        (Rule("b", waiting_at_least=3), "1 first_in_line"),
        (Rule("b", waited_minutes=20, waiting_at_least=2), "2 rule"),
        (Rule("b", waited_minutes=20, waiting_at_least=3), "1 first_in_line"),
    ],
)
def test_both_conditions_of_a_rule_must_hold(rule: Rule, expected: str) -> None:
    line = [waiting("1", 30, "a"), waiting("2", 20, "b"), waiting("3", 1, "b"), waiting("4", 30, "b", sent_to="w2")]
    assert chosen(line, replace(W1, rules=(rule,))) == expected


def test_rules_are_asked_in_their_order() -> None:
    line = [waiting("1", 30, "a"), waiting("2", 20, "b")]
    assert chosen(line, replace(W1, rules=(Rule("b"), Rule("a")))) == "2 rule"
    assert chosen(line, replace(W1, rules=(Rule("a"), Rule("b")))) == "1 rule"
    assert chosen(line, replace(W1, rules=(Rule("b", 99), Rule("a")))) == "1 rule"


def test_a_ticket_sent_to_a_window_is_for_that_window_alone() -> None:
    sent = waiting("1", 30, "a", sent_to="w1")
    assert chosen([sent, waiting("2", 5)]) == "1 sent_here"
    assert chosen([sent], WindowPlan("w2", "2", "east", ("a", "b"))) == "nobody"
    assert chosen([replace(sent, queue="z")]) == "1 sent_here", "whatever queue it counts for"
    assert not may_call(rule_of(WindowPlan("w2", "2", "east", ("a",))), sent, NOW)


def test_a_class_nobody_knows_any_more_counts_as_ordinary() -> None:
    assert chosen([waiting("1", 9, priority_class="gone"), waiting("2", 5, priority_class="old")], streak=2) == (
        "1 ordinary_turn"
    )


def test_a_clock_that_went_back_makes_no_negative_wait() -> None:
    found = choose_next(Line([waiting("1", -60)]), WindowRule(W1, 0, PRIVILEGED), Policy(), NOW)
    assert found is not None
    assert found[1].params == {"waited_minutes": 0}


def test_at_most_three_passed_over_are_told() -> None:
    plan = WindowPlan("w1", "1", "east", ("a", "b", "c", "d", "e"), (Rule("a"),))
    line = [waiting("1", 5, "a"), *(waiting(str(n), 30 + n, queue) for n, queue in enumerate("bcde", start=2))]
    found = choose_next(Line(line), WindowRule(plan, 0, PRIVILEGED), Policy(), NOW)
    assert found is not None
    assert [passed.number for passed in found[1].passed_over] == ["5", "4", "3"], "the longest waits first"


# -- appointments


def test_an_appointment_takes_its_turn_by_its_time_and_goes_first_when_its_tolerance_is_used_up() -> None:
    line = [waiting("1", 12), waiting("2", 9, early=10)]
    assert chosen(line) == "1 first_in_line"
    assert chosen(line, policy=Policy(appointment_tolerance_minutes=9)) == "2 appointment_due"
    assert chosen(line, streak=2, policy=Policy(appointment_tolerance_minutes=9)) == "1 ordinary_turn"
    assert chosen([waiting("1", 8), waiting("2", 9, early=10)]) == "2 first_in_line"


@pytest.mark.parametrize(("minutes", "expected"), [(-11, "nobody"), (-10, "1 first_in_line"), (0, "1 first_in_line")])
def test_who_checked_in_early_waits_for_the_time(minutes: int, expected: str) -> None:
    assert chosen([waiting("1", minutes, early=10)]) == expected


def test_an_early_one_at_the_head_of_the_line_hides_nobody_and_does_not_count() -> None:
    early = replace(waiting("1", 30, "b"), not_before=NOW + timedelta(minutes=1))
    line = [early, waiting("2", 3, "b"), waiting("3", 20, "a")]
    assert chosen(line, replace(W1, rules=(Rule("b", waiting_at_least=2),))) == "3 first_in_line"
    assert chosen(line, replace(W1, rules=(Rule("b", waited_minutes=4),))) == "3 first_in_line"
    assert chosen(line, replace(W1, rules=(Rule("b"),))) == "2 rule"
    assert chosen([early, waiting("2", 3, "b")]) == "2 first_in_line"
