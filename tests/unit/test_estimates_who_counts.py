"""Who counts as ahead, and which windows count: by skill and language, by when others come due, by who is at work."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from queueserver.domain.hall import HallPlan, ServicePlan, StaffPlan, WindowPlan
from queueserver.domain.promise import Promise
from queueserver.domain.schedule import Schedule
from queueserver.domain.ticket import Place, Ticket
from queueserver.handlers import commands
from queueserver.ports import Actor, TicketAnswer
from tests.unit.fake_unit import Rules, plan_with, queue

NOTARY = "s-notary"


def skilled(windows: int = 4, queues: tuple[str, ...] = ("q",)) -> HallPlan:
    """Windows that serve `queues`; a service of "q" needs a notary; Anna is one, Boris speaks Russian."""
    plans = tuple(WindowPlan(f"w{n}", str(n), "east", queues) for n in range(windows))
    plan = plan_with(tuple(queue(one, one[0].upper(), service_minutes=10.0) for one in queues), plans)
    staff = {"anna": StaffPlan("anna", frozenset({"notary"})), "boris": StaffPlan("boris", languages=frozenset({"ru"}))}
    services = {**plan.services, NOTARY: ServicePlan(NOTARY, "q", skill="notary")}
    return replace(plan, services=services, staff=staff, skills={NOTARY: "notary"}, language="zh-CN")


def at_work(plan: HallPlan, **who: str) -> Rules:
    """Each window opened by somebody and busy since just now."""
    rules = Rules(plan)
    for window, staff in who.items():
        rules.do(commands.OpenWindow(window, Actor(staff, staff, frozenset({"clerk"}))))
    for window in who:
        rules.take("q")
        rules.call(window)
    return rules


def take(rules: Rules, service: str = "s-q", lang: str = "zh-CN") -> Ticket:
    outcome = rules.do(commands.TakeTicket(service, "kiosk", lang))
    assert isinstance(outcome, Ticket)
    return outcome


def told(rules: Rules, service: str = "s-q", lang: str = "zh-CN") -> Promise:
    ticket = take(rules, service, lang)
    assert ticket.promise is not None
    return ticket.promise


def asked(rules: Rules, ticket: Ticket) -> Promise:
    answer = rules.answer(commands.MarkPrinted(ticket.id))
    assert isinstance(answer, TicketAnswer)
    assert answer.wait is not None
    assert answer.wait.promise is not None
    return answer.wait.promise


EVERYBODY = {"w0": "anna", "w1": "boris", "w2": "chen", "w3": "ding"}


def test_a_window_without_the_skill_does_not_count() -> None:
    """Six ahead who anybody may serve, too; at the one window with a notary they are only few."""
    notary, other = (told(at_work(skilled(), **EVERYBODY), service) for service in (NOTARY, "s-q"))
    assert notary.expected > other.expected * 2.5
    assert told(at_work(skilled(1), w0="anna"), NOTARY).expected == pytest.approx(notary.expected)


def test_those_ahead_whom_only_others_may_serve_do_not_count() -> None:
    rules, empty = at_work(skilled(), **EVERYBODY), at_work(skilled(), **EVERYBODY)
    for _ in range(5):
        take(rules, NOTARY)
    assert told(rules).expected < empty_with(empty, 5).expected * 0.6
    assert told(rules, NOTARY).expected > 40


def empty_with(rules: Rules, ahead: int) -> Promise:
    """What somebody is told behind so many ordinary ones."""
    for _ in range(ahead):
        take(rules)
    return told(rules)


def test_without_anybody_who_has_the_skill_nobody_knows() -> None:
    assert take(at_work(skilled(), w1="boris", w2="chen"), NOTARY).promise is None


def test_a_language_is_waited_for_only_while_somebody_speaks_it() -> None:
    with_boris, without = at_work(skilled(), **EVERYBODY), at_work(skilled(3), w0="anna", w2="chen")
    assert told(with_boris, lang="ru").expected > 2.5 * told(with_boris).expected
    assert told(without, lang="ru").expected == pytest.approx(told(at_work(skilled(3), w0="anna", w2="chen")).expected)


def test_a_held_ticket_counts_when_it_comes_due_before_the_turn() -> None:
    def behind_one_held(minutes: int | None) -> Promise:
        rules = at_work(skilled(1), w0="anna")
        rules.do(commands.Hold("w0", "copies", minutes))
        rules.take("q")
        rules.call("w0")
        take(rules)
        return told(rules)

    never, soon, late = behind_one_held(None), behind_one_held(5), behind_one_held(120)
    assert soon.expected > never.expected + 5
    assert late.expected == pytest.approx(never.expected)


def appointment(rules: Rules, minutes: int, *, waits: bool = True) -> Ticket:
    """Checked in now for so many minutes later; `waits` = not to be called before."""
    start = rules.now + timedelta(minutes=minutes)
    ticket = take(rules)
    ticket = replace(
        ticket,
        booked_for=start,
        not_before=start if waits else None,
        place=Place.arriving(start, int(ticket.id)),
    )
    rules.live.keep(ticket)
    return ticket


def test_an_appointment_counts_once_it_goes_first_before_the_turn() -> None:
    """Its place is behind; but from ten minutes after its time on it goes before everybody ordinary."""

    def behind(minutes: int | None, ahead: int) -> float:
        rules = at_work(skilled(1), w0="anna")
        if minutes is not None:
            appointment(rules, minutes)
        return empty_with(rules, ahead).expected

    assert behind(5, ahead=2) == pytest.approx(behind(None, ahead=2) + 10, rel=0.1)
    assert behind(10, ahead=0) == pytest.approx(behind(None, ahead=0)), "the turn comes before"
    assert behind(120, ahead=2) == pytest.approx(behind(None, ahead=2))


def test_an_appointment_itself_waits_hardly_longer_than_its_tolerance() -> None:
    rules = at_work(skilled(1), w0="anna")
    for _ in range(12):
        take(rules)
    mine = appointment(rules, 0)
    assert told(rules).expected > 100
    rules.later(seconds=1)
    assert asked(rules, mine).expected < 30


def test_paused_windows_come_back_after_a_pause() -> None:
    rules = at_work(skilled(1), w0="anna")
    rules.do(commands.Hold("w0", ""))
    assert told(rules).low == 0
    rules.do(commands.PauseWindow("w0", "tea"))
    rules.do(commands.Cancel(next(iter(rules.live.line.in_order("q"))).id, walkout=False, reason=""))
    assert told(rules).expected >= 20


# -- before the first window opens

HOURS = Schedule(week=(((510, 1020),),) * 7)
"""Numbers from 8:30."""


def clock(text: str, day: int = 2) -> datetime:
    hour, minute = map(int, text.split(":"))
    return datetime(2026, 3, day, hour - 8, minute, tzinfo=UTC)


def morning(opened_at: str | None) -> Rules:
    """A hall on its second morning; on the first its windows opened at that time."""
    plan = plan_with((queue("q", "Q", schedule=HOURS, service_minutes=10.0),), (WindowPlan("w0", "0", "east", ("q",)),))
    rules = Rules(plan, clock("08:30", 1))
    if opened_at is not None:
        rules.now = clock(opened_at, 1)
        rules.open("w0")
        rules.do(commands.CloseWindow("w0"))
    rules.now = clock("08:00")
    rules.do(commands.TurnDay(rules.now.date()))
    return rules


def test_a_hall_nobody_knows_says_nothing_before_its_first_window_opens() -> None:
    rules = morning(None)
    rules.now = clock("08:35")
    assert take(rules).promise is None
    rules.open("w0")
    assert take(rules).promise is not None


def test_before_the_opening_the_range_counts_from_it() -> None:
    rules = morning("09:00")
    rules.now = clock("08:35")
    first = told(rules)
    assert 25 <= first.low < first.high
    for _ in range(3):
        take(rules)
    assert told(rules).low > first.low
    early = morning("08:30")
    early.now = clock("08:35")
    assert told(early).low < 5, "here windows open with the hall"


def test_a_first_window_that_is_late_is_waited_for_a_quarter_of_an_hour() -> None:
    rules = morning("09:00")
    rules.now = clock("09:10")
    assert take(rules).promise is not None
    rules.now = clock("09:20")
    assert take(rules).promise is None


def test_a_window_that_opens_later_in_the_day_says_nothing_of_mornings() -> None:
    rules = morning("09:00")
    rules.now = clock("09:00")
    rules.open("w0")
    take(rules)
    rules.call("w0")
    rules.do(commands.NoShow("w0"))
    learned = rules.live.learned["q"].opening
    rules.do(commands.CloseWindow("w0"))
    rules.now = clock("15:00")
    rules.open("w0")
    assert rules.live.learned["q"].opening == learned
    assert learned.mean == pytest.approx(30)


def test_before_a_hall_that_has_not_opened_its_hours_count() -> None:
    rules = morning(None)
    rules.now = clock("08:00")
    waiting = take_early(rules)
    assert asked(rules, waiting).low >= 30


def take_early(rules: Rules) -> Ticket:
    """A ticket that was sent on to the queue before it opens."""
    rules.now = clock("08:30")
    ticket = take(rules)
    rules.now = clock("08:00")
    rules.live.at = None
    return ticket
