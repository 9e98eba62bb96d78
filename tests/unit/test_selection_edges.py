"""Who is next where two sentences of the rules meet: one row with two kinds of visitors, and what the reason says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from queueserver.domain.eligibility import Seat, WindowRule, refusal
from queueserver.domain.hall import Policy, Rule, WindowPlan
from queueserver.domain.line import Line
from queueserver.domain.selection import choose_next, waited_minutes
from queueserver.domain.ticket import Origin, Place, State, Ticket, Visit

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
W1 = WindowPlan("w1", "1", "east", ("a", "b"))
POLICY = Policy(privileged_per_ordinary=2, longest_wait_minutes=0, appointment_tolerance_minutes=10)


def ticket(name: str, minutes: float, kind: str = "plain", lang: str = "zh-CN", **more: object) -> Ticket:
    came = NOW - timedelta(minutes=minutes)
    visit = Visit(name, name, date(2026, 3, 2), name, came, lang, "kiosk")
    made = Ticket(name, visit, 1, "a", "s", State.WAITING, kind, Place.arriving(came, int(name)), came)
    return replace(made, **more)  # type: ignore[arg-type] # fields of Ticket


def booked(name: str, minutes: float, **more: object) -> Ticket:
    """A checked-in appointment whose time was so many minutes ago."""
    return ticket(name, minutes, booked_for=NOW - timedelta(minutes=minutes), **more)  # type: ignore[arg-type]


def rule(streak: int = 0, **more: object) -> WindowRule:
    return replace(WindowRule(W1, streak, frozenset({"old"})), **more)  # type: ignore[arg-type] # fields of WindowRule


def chosen(*tickets: Ticket, streak: int = 0) -> str:
    found = choose_next(Line(tickets), rule(streak), POLICY, NOW)
    return f"{found[0].number} {found[1].code}" if found else "nobody"


def test_behind_a_due_appointment_the_ordinary_one_of_the_same_row_has_its_turn() -> None:
    due, not_yet = booked("1", 30), booked("2", 5)
    assert chosen(due, not_yet, streak=2) == "2 ordinary_turn"
    assert chosen(due, not_yet, streak=1) == "1 first_in_line"


def test_before_an_ordinary_appointment_of_the_same_row_the_due_one_is_found() -> None:
    """Put back behind the other, it stands later and goes first all the same."""
    not_yet = booked("2", 5)
    due = replace(booked("1", 30), place=Place.arriving(NOW, 9))
    assert chosen(not_yet, due) == "1 appointment_due"


def test_a_privileged_class_is_called_for_its_class_with_an_appointment_or_without() -> None:
    first = ticket("1", 40)
    assert chosen(first, booked("2", 20, kind="old")) == "2 privileged"
    assert chosen(first, ticket("2", 20, kind="old")) == "2 privileged"
    assert chosen(first, booked("2", 20)) == "2 appointment_due"


@pytest.mark.parametrize(
    ("ms", "minutes"), [(59_999, 0), (60_000, 1), (45 * 60_000 - 1, 44), (45 * 60_000, 45), (-60_000, 0)]
)
def test_minutes_are_whole(ms: int, minutes: int) -> None:
    one = ticket("1", 0)
    assert waited_minutes(one, one.place.at_ms + ms) == minutes


def test_who_came_back_is_told_so() -> None:
    assert chosen(ticket("1", 3, origin=Origin.CAME_BACK, sent_to="w1")) == "1 came_back"


def test_two_who_are_left_to_others_are_named_the_longest_wait_first() -> None:
    """Of three rows in two lanes, of which the last that is looked at waits longest."""
    others = [ticket(str(n), n, service=f"deed-{n}", queue="b" if n == 9 else "a") for n in (7, 8, 9)]
    skilled = rule(skills={f"deed-{n}": "notary" for n in (7, 8, 9)})
    found = choose_next(Line([*others, ticket("1", 1)]), skilled, POLICY, NOW)
    assert found is not None
    assert [one.number for one in found[1].passed_over] == ["9", "8"]


def test_the_halls_own_language_is_left_to_nobody() -> None:
    """Also when some colleague's entry names it."""
    speaks = Seat(frozenset({"a"}), languages=frozenset({"zh"}))
    assert refusal(rule(language="zh-CN", others=(speaks,)), ticket("1", 3), NOW) == ""
    assert refusal(rule(language="en", others=(speaks,)), ticket("1", 3), NOW) == "language_elsewhere"
    assert refusal(rule(language="", others=(speaks,)), ticket("1", 3), NOW) == ""


def by_rules(
    *rules: Rule, tickets: tuple[Ticket, ...], streak: int = 0, policy: Policy = POLICY, **more: object
) -> str:
    plan = WindowPlan("w1", "1", "east", ("a", "b"), rules)
    found = choose_next(Line(tickets), rule(streak, plan=plan, **more), policy, NOW)
    return f"{found[0].number} {found[1].code}" if found else "nobody"


def test_on_the_ordinary_ones_turn_a_rule_that_calls_one_of_them_still_holds() -> None:
    tickets = (ticket("1", 9), ticket("2", 3, queue="b"), ticket("3", 20, kind="old"))
    assert by_rules(Rule("b"), tickets=tickets, streak=2) == "2 rule"
    assert by_rules(Rule("a"), tickets=tickets, streak=2) == "1 rule"
    assert by_rules(Rule("a"), tickets=tickets, streak=1) == "3 rule"


def test_an_overdue_ticket_that_a_rule_calls_anyway_is_called_by_the_rule() -> None:
    bound = replace(POLICY, longest_wait_minutes=30)
    assert by_rules(Rule("a"), tickets=(ticket("1", 50), ticket("2", 9)), policy=bound) == "1 rule"
    others = (ticket("1", 50), ticket("2", 9, queue="b"))
    assert by_rules(Rule("b"), tickets=others, policy=bound) == "1 waited_too_long"


def test_a_rule_counts_only_those_the_window_may_call() -> None:
    tickets = (ticket("1", 9, queue="b"), ticket("2", 3), ticket("3", 2, service="deed"), ticket("4", 1))
    skills = {"deed": "notary"}
    assert by_rules(Rule("a", waiting_at_least=3), tickets=tickets) == "2 rule"
    assert by_rules(Rule("a", waiting_at_least=3), tickets=tickets, skills=skills) == "1 first_in_line"
    assert by_rules(Rule("a", waiting_at_least=2), tickets=tickets, skills=skills) == "2 rule"
