"""Who may be called where: one test for ordering and calling, skills that are a must, languages that lose nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queueserver.domain.eligibility import WindowRule, may_call, refusal, rule_for
from queueserver.domain.hall import HallPlan, Policy, ServicePlan, StaffPlan, WindowPlan
from queueserver.domain.line import Line
from queueserver.domain.reason import PassedOver
from queueserver.domain.selection import choose_next
from queueserver.domain.ticket import Place, State, Ticket, Visit
from queueserver.domain.window import Window, WindowState
from queueserver.handlers import commands
from tests.unit.fake_unit import QUEUES, WANG, Rules, plan_with

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
QUEUE_IDS = ("clerk", "requeue")
WINDOWS = (
    WindowPlan("w1", "1", "east", ("clerk", "requeue")),
    WindowPlan("w2", "2", "east", ("clerk",)),
    WindowPlan("w3", "3", "east", ("requeue",)),
)
STAFF = {
    "nobody-special": StaffPlan("nobody-special"),
    "english": StaffPlan("english", languages=frozenset({"en"})),
    "notary": StaffPlan("notary", skills=frozenset({"notary"})),
    "both": StaffPlan("both", frozenset({"notary"}), frozenset({"en"})),
}


def hall_of(windows: tuple[WindowPlan, ...] = WINDOWS) -> HallPlan:
    """Service "deed" of either queue needs a notary; the hall speaks Chinese."""
    plan = plan_with(QUEUES, windows)
    services = {**plan.services, "deed": ServicePlan("deed", "clerk", skill="notary")}
    return replace(plan, services=services, language="zh-CN", staff=STAFF, skills={"deed": "notary"})


HALL = hall_of()


def at_work(*people: str | None, states: tuple[WindowState, ...] = ()) -> list[Window]:
    """One window a person, None = closed."""
    return [
        Window(plan.id, (states or (WindowState.OPEN,) * 3)[n] if who else WindowState.CLOSED, staff=who)
        for n, (plan, who) in enumerate(zip(WINDOWS, people, strict=False))
    ]


def ticket(
    name: str, minutes: float = 5, queue: str = "clerk", service: str = "s-clerk", lang: str = "zh-CN", **more: object
) -> Ticket:
    came = NOW - timedelta(minutes=minutes)
    visit = Visit(name, name, date(2026, 3, 2), name, came, lang, "kiosk")
    place = Place.arriving(came, int(name))
    one = Ticket(name, visit, 1, queue, service, State.WAITING, "plain", place, came)
    return replace(one, **more)  # type: ignore[arg-type] # fields of Ticket


def rule_at(windows: list[Window], window: str = "w1") -> WindowRule:
    return rule_for(HALL, next(one for one in windows if one.id == window), windows)


# -- the model: the documented rules over plain values


def model(one: Ticket, window: Window, windows: list[Window]) -> bool:
    serves = {plan.id: plan.serves for plan in WINDOWS}
    if one.state is State.HELD:
        holder = next(other for other in windows if other.id == one.window)
        closed = holder.state is WindowState.CLOSED
        reach = one.window == window.id or (closed and one.queue in serves[window.id])
    elif one.sent_to:
        reach = one.sent_to == window.id
    else:
        reach = one.queue in serves[window.id]
    due = one.not_before is None or one.not_before <= NOW
    me = STAFF[window.staff or "nobody-special"]
    needs = {"notary"} if one.service == "deed" else set()
    if not reach or not due or not needs <= me.skills:
        return False
    if one.visit.lang == "zh-CN" or "en" in me.languages or one.sent_to or one.state is State.HELD:
        return True
    return not any(
        other.state is WindowState.OPEN
        and one.queue in serves[other.id]
        and "en" in STAFF[other.staff or ""].languages
        and needs <= STAFF[other.staff or ""].skills
        for other in windows
        if other.id != window.id
    )


@st.composite
def situations(draw: st.DrawFn) -> tuple[list[Ticket], list[Window]]:
    """Some tickets of every kind, and three windows with somebody at them or nobody."""
    people = [draw(st.sampled_from((None, *STAFF))) for _ in WINDOWS]
    states = tuple(draw(st.sampled_from((WindowState.OPEN, WindowState.PAUSED))) for _ in WINDOWS)
    tickets = []
    for n in range(1, draw(st.integers(0, 9)) + 1):
        one = ticket(
            str(n),
            draw(st.integers(0, 60)),
            draw(st.sampled_from(QUEUE_IDS)),
            draw(st.sampled_from(("plain", "deed"))),
            draw(st.sampled_from(("zh-CN", "en", "en-GB"))),
            priority_class=draw(st.sampled_from(("plain", "old"))),
        )
        match draw(st.sampled_from(("waiting", "sent", "held", "booked"))):
            case "sent":
                one = replace(one, sent_to=draw(st.sampled_from(("w1", "w2"))))
            case "held":
                due = NOW + timedelta(minutes=draw(st.integers(-2, 1)))
                one = replace(one, state=State.HELD, window=draw(st.sampled_from(("w1", "w2"))), not_before=due)
            case "booked":
                due = NOW + timedelta(minutes=draw(st.integers(-20, 10)))
                one = replace(one, booked_for=due, not_before=due, place=Place.arriving(due, n))
        tickets.append(one)
    return tickets, at_work(*people, states=states)


@settings(max_examples=600, deadline=None)
@given(situations())
def test_what_may_be_called_is_what_is_ordered(situation: tuple[list[Ticket], list[Window]]) -> None:
    tickets, windows = situation
    for window in windows:
        rule = rule_at(windows, window.id)
        eligible = {one.id for one in tickets if model(one, window, windows)}
        assert {one.id for one in tickets if may_call(rule, one, NOW)} == eligible
        line, called = Line(tickets), set()
        while (found := choose_next(line, rule, Policy(), NOW)) is not None:
            line.remove(found[0])
            called.add(found[0].id)
        assert called == eligible, "everybody who may be called is, sooner or later; nobody else ever"


@settings(max_examples=400, deadline=None)
@given(situations())
def test_a_language_loses_nobody(situation: tuple[list[Ticket], list[Window]]) -> None:
    """Whom any open window could serve, some open window may call."""
    tickets, windows = situation
    open_ones = [window for window in windows if window.state is WindowState.OPEN]
    for one in tickets:
        chinese = replace(one, visit=replace(one.visit, lang="zh-CN"))
        could = any(may_call(rule_at(windows, window.id), chinese, NOW) for window in open_ones)
        assert any(may_call(rule_at(windows, window.id), one, NOW) for window in open_ones) == could


@settings(max_examples=200, deadline=None)
@given(situations())
def test_who_is_left_to_others_is_named_truly(situation: tuple[list[Ticket], list[Window]]) -> None:
    tickets, windows = situation
    by_number = {one.number: one for one in tickets}
    for window in windows:
        rule = rule_at(windows, window.id)
        found = choose_next(Line(tickets), rule, Policy(), NOW)
        for passed in found[1].passed_over if found else ():
            other = by_number[passed.number]
            why = {"": "", "skill": "skill_missing", "language": "language_elsewhere"}[passed.waits_for]
            assert refusal(rule, other, NOW) == why
            assert passed.what == {"": "", "skill": other.service, "language": other.visit.lang}[passed.waits_for]
            assert not why or (found is not None and other.place < found[0].place)


# -- examples a person can check


def choice(windows: list[Window], *tickets: Ticket, window: str = "w1") -> str:
    found = choose_next(Line(tickets), rule_at(windows, window), Policy(), NOW)
    return found[0].id if found else "nobody"


def test_an_english_visitor_is_left_to_the_colleague_who_speaks_english_while_she_sits_there() -> None:
    first, second = ticket("1", 9, lang="en-GB"), ticket("2", 5)
    assert choice(at_work("nobody-special", "english"), first, second) == "2"
    assert choice(at_work("nobody-special", "english"), first, second, window="w2") == "1"
    assert choice(at_work("nobody-special", None), first, second) == "1"
    paused = at_work("nobody-special", "english", states=(WindowState.OPEN, WindowState.PAUSED, WindowState.OPEN))
    assert choice(paused, first, second) == "1", "who is away helps nobody"
    assert choice(at_work("nobody-special", None, "english"), first, second) == "1", "window 3 does not serve the queue"
    assert choice(at_work("english", "english"), first, second) == "1"


def test_a_colleague_who_speaks_english_but_lacks_the_skill_is_no_help() -> None:
    deed = ticket("1", 9, service="deed", lang="en")
    assert choice(at_work("notary", "english"), deed) == "1"
    assert choice(at_work("notary", "both"), deed) == "nobody"
    assert choice(at_work("english", "nobody-special"), deed) == "nobody", "a skill is a must"


def test_the_passed_over_are_told_with_what_they_wait_for() -> None:
    line = Line([ticket("1", 9, lang="en"), ticket("2", 8, service="deed"), ticket("3", 7), ticket("4", 6, lang="en")])
    found = choose_next(line, rule_at(at_work("nobody-special", "both")), Policy(), NOW)
    assert found is not None
    assert (found[0].id, found[1].passed_over) == (
        "3",
        (PassedOver("1", "plain", 9, "language", "en"), PassedOver("2", "plain", 8, "skill", "deed")),
    )


def held(minutes_left: float, window: str = "w2") -> Ticket:
    due = NOW + timedelta(minutes=minutes_left)
    return ticket("1", 30, state=State.HELD, window=window, not_before=due)


def test_a_held_ticket_comes_back_by_its_old_place_at_the_window_that_held_it() -> None:
    windows, other = at_work("nobody-special", "nobody-special"), ticket("2", 20)
    assert choice(windows, held(0), other, window="w2") == "1"
    assert choice(windows, held(0.1), other, window="w2") == "2"
    assert choice(windows, held(0), other, window="w1") == "2", "its window is there"
    assert choice(at_work("nobody-special", None), held(0), other, window="w1") == "1"
    assert choice(at_work("nobody-special", None), replace(held(0), queue="postpone"), window="w1") == "nobody"
    found = choose_next(Line([held(0)]), rule_at(windows, "w2"), Policy(), NOW)
    assert found is not None
    assert (found[1].code, found[1].params) == ("held_due", {"waited_minutes": 30})


# -- through the commands


def staffed(*people: str) -> Rules:
    """Windows opened by these people in the hall with skills and languages."""
    rules = Rules(HALL)
    for plan, who in zip(WINDOWS, people, strict=False):
        rules.do(commands.OpenWindow(plan.id, replace(WANG, id=who)))
    return rules


def take(rules: Rules, service: str = "s-clerk", lang: str = "zh-CN") -> Ticket:
    outcome = rules.do(commands.TakeTicket(service, "kiosk", lang))
    assert isinstance(outcome, Ticket)
    return outcome


def test_a_pick_without_the_skill_or_past_the_colleague_is_refused() -> None:
    rules = staffed("nobody-special", "both")
    deed, english = take(rules, "deed"), take(rules, lang="en")
    problem = rules.refused(commands.Pick("w1", deed.id, "urgent"), "skill_missing")
    assert problem.params == {"number": deed.number, "skill": "notary"}
    rules.refused(commands.Pick("w1", english.id, "urgent"), "language_elsewhere")
    assert rules.do(commands.CallNext("w1")) is None
    rules.do(commands.Pick("w2", deed.id, "urgent"))


def test_who_was_held_here_is_called_back_here_whoever_opens_meanwhile() -> None:
    rules = staffed("nobody-special")
    english = take(rules, lang="en")
    assert rules.serve().id == english.id
    rules.do(commands.Hold("w1", "copies", 30))
    rules.do(commands.OpenWindow("w2", replace(WANG, id="both")))
    rules.do(commands.CallBack("w1", english.id))
    assert rules.ticket(english).state is State.CALLED


def test_minutes_on_hold_bring_the_ticket_back_by_themselves() -> None:
    rules = staffed("nobody-special")
    first = take(rules)
    rules.serve()
    rules.do(commands.Hold("w1", "photos", 10))
    assert (rules.ticket(first).state, rules.live.line.count("clerk")) == (State.HELD, 0)
    rules.later(minutes=9)
    second = take(rules)
    assert rules.answer(commands.MarkPrinted(second.id)).wait.ahead == 0
    rules.later(minutes=1)
    assert rules.answer(commands.MarkPrinted(take(rules).id)).wait.ahead == 2, "whoever is due again counts as ahead"
    assert rules.call().id == first.id
    assert rules.ticket(first).not_before is None


@pytest.mark.parametrize("act", ["requeue", "reinstate", "call_back"])
def test_a_held_ticket_leaves_the_hold_by_every_door(act: str) -> None:
    rules = staffed("nobody-special")
    first = take(rules)
    rules.serve()
    rules.do(commands.Hold("w1", "", 10))
    doors = {
        "requeue": commands.Requeue(first.id),
        "reinstate": commands.Reinstate(first.id, 0),
        "call_back": commands.CallBack("w1", first.id),
    }
    rules.do(doors[act])
    assert rules.ticket(first).not_before is None
    assert rules.live.line.holders() == ()
    rules.later(minutes=30)
    rules.do(commands.TurnDay(rules.live.business_day + timedelta(days=1)))
    assert rules.live.tickets == {}
