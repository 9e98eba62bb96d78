"""Closures, the early end of a day, reopening, and voiding tickets: whom they hit, and that nothing is half done."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queueserver.domain import events
from queueserver.domain.appointment import Appointment, AppointmentState
from queueserver.domain.closure import Closure
from queueserver.domain.daybook import Closing
from queueserver.domain.errors import DomainError
from queueserver.domain.schedule import Schedule
from queueserver.domain.ticket import State
from queueserver.handlers import bookings, commands
from queueserver.ports import Actor, Report
from tests.unit.fake_unit import NOON, PLAN, QUEUES, WINDOWS, Rules, plan_with

BOSS = Actor("boss", "陈主任", frozenset({"duty_manager"}))
NOTICE = (("zh-CN", "系统故障，今日停办。"), ("en", "We are closed today."))
TODAY = date(2026, 3, 2)


def close(*, dry_run: bool = False, notice: commands.Notice = ()) -> commands.CloseDay:
    return commands.CloseDay(BOSS, "power cut", notice, dry_run)


def closure(*queues: str, **more: object) -> commands.MakeClosure:
    given_: dict[str, object] = {
        "day": None,
        "start": None,
        "end": None,
        "opens": False,
        "reason": "flood",
        "void_waiting": False,
        "notice": (),
        "dry_run": False,
    }
    return commands.MakeClosure(by=BOSS, queues=queues, **(given_ | more))  # type: ignore[arg-type] # named as there


def void(*numbers: str, **more: object) -> commands.VoidTickets:
    given_: dict[str, object] = {
        "queues": (),
        "zone": None,
        "numbers": numbers,
        "reason": "flood",
        "notice": (),
        "dry_run": False,
    }
    return commands.VoidTickets(by=BOSS, **(given_ | more))  # type: ignore[arg-type] # named as there


def report(rules: Rules, command: commands.Command) -> Report:
    outcome = rules.do(command)
    assert isinstance(outcome, Report)
    return outcome


def hit(found: Report) -> dict[str, tuple[str, str | None]]:
    return {one.number: (one.state.value, one.becomes.value if one.becomes else None) for one in found.hit}


def full_hall() -> Rules:
    """A001 is being served, A002 called, A003 held, A004 missed, A005 waits; so does B001."""
    rules = Rules()
    rules.open("w1", "w2")
    for _ in range(4):
        rules.take()
    rules.call("w1")
    rules.do(commands.Start("w1"))
    rules.do(commands.Hold("w1", "copies"))
    rules.call("w1")
    rules.do(commands.NoShow("w1"))
    rules.serve("w1")
    rules.call("w2")
    rules.take()
    rules.take("requeue")
    return rules


# -- ending the day early


def test_the_dry_run_says_what_the_close_then_does() -> None:
    rules = full_hall()
    before, seq = dict(rules.live.tickets), rules.live.seq
    asked = report(rules, close(dry_run=True))
    assert (rules.live.tickets, rules.live.seq) == (before, seq)
    assert hit(asked) == {
        "A001": ("held", "expired"),
        "A002": ("no_show", "expired"),
        "A003": ("serving", None),
        "A004": ("called", None),
        "A005": ("waiting", "expired"),
        "B001": ("waiting", "expired"),
    }
    done = report(rules, close())
    assert done.hit == asked.hit
    for one in done.hit:
        assert rules.known[one.ticket].state is (one.becomes or one.state)
    closed = rules.events[-1]
    assert isinstance(closed, events.DayClosed)
    assert (closed.final, closed.by, closed.reason, len(closed.ended)) == (False, "boss", "power cut", 4)


def test_a_closed_day_gives_no_ticket_and_serves_who_is_at_a_window() -> None:
    rules = full_hall()
    rules.do(close())
    rules.refused(commands.TakeTicket("s-clerk", "kiosk", "en"), "day_closed")
    assert rules.do(commands.CallNext("w1")) is None if rules.window("w1").ticket is None else True
    rules.do(commands.Finish("w1", "done", ()))
    assert rules.do(commands.CallNext("w1")) is None
    missed = rules.do(commands.NoShow("w2"))
    assert getattr(missed, "state", None) is State.EXPIRED, "whom nobody can call again is over"
    rules.refused(close(), "day_closed")
    rules.refused(close(dry_run=True), "day_closed")


def test_in_a_closed_day_a_missed_ticket_does_not_wait_again() -> None:
    rules = Rules()
    rules.open("w2")
    rules.take("requeue")
    rules.call("w2")
    rules.do(close())
    rules.do(commands.NoShow("w2"))
    assert rules.live.tickets == {}


def test_reopening_gives_everybody_the_old_place() -> None:
    rules = full_hall()
    before, windows = dict(rules.live.tickets), dict(rules.live.windows)
    order = [rules.waiting(queue) for queue in ("clerk", "requeue")]
    ahead = rules.live.plan
    rules.do(close())
    rules.later(minutes=20)
    done = report(rules, commands.ReopenDay(BOSS))
    assert rules.live.tickets == before
    assert rules.live.windows == windows
    assert [rules.waiting(queue) for queue in ("clerk", "requeue")] == order
    assert rules.live.plan == ahead
    assert len(done.hit) == 4
    assert isinstance(done.subject, Closing)
    assert rules.take().number == "A006"
    rules.refused(commands.ReopenDay(BOSS), "day_open")


def test_a_day_may_be_closed_again_and_its_boundary_ends_the_rest() -> None:
    rules = full_hall()
    rules.do(close())
    rules.do(commands.ReopenDay(BOSS))
    rules.do(close())
    rules.do(commands.TurnDay(rules.live.business_day + timedelta(days=1)))
    assert rules.live.closing is None
    assert rules.live.tickets == {}
    last = rules.events[-1]
    assert isinstance(last, events.DayClosed)
    assert last.final
    assert len(last.ended) == 2, "those at the windows"
    assert rules.take().number == "A001"
    rules.refused(commands.ReopenDay(BOSS), "day_open")


def test_a_visit_with_several_services_comes_back_with_all_of_them() -> None:
    rules = Rules()
    rules.do(commands.TakeTicket("s-clerk", "kiosk", "en", services=("s-requeue", "s-postpone")))
    before, days = dict(rules.live.tickets), dict(rules.live.queue_days)
    rules.do(close())
    closed = rules.events[-1]
    assert isinstance(closed, events.DayClosed)
    assert [stop.reason for _, stop in closed.stops] == ["day_closed"] * 3
    rules.do(commands.ReopenDay(BOSS))
    assert (rules.live.tickets, rules.live.queue_days) == (before, days)
    rules.do(void(queues=("clerk",), numbers=()))
    assert rules.live.tickets == {}
    assert sorted(day.issued for day in rules.live.queue_days.values()) == [0, 0, 1]


def test_after_an_early_end_every_queue_is_closed_until_the_boundary() -> None:
    rules = Rules()
    rules.do(close())
    schedule = rules.live.plan.queues["clerk"].schedule
    assert schedule.bands(TODAY) == ((0, 720),), "it is noon"
    assert schedule.bands(TODAY + timedelta(days=1)) == ((240, 1440),)
    rules.do(commands.ReopenDay(BOSS))
    assert rules.live.plan.queues["clerk"].schedule.bands(TODAY) == ((0, 1440),)


def test_a_notice_is_said_where_the_visitors_wait() -> None:
    rules = Rules(plan_with((QUEUES[0], replace(QUEUES[1], zone="west")), WINDOWS[:2]))
    rules.take("requeue")
    rules.do(void(queues=("requeue",), numbers=(), notice=NOTICE))
    said = [event for event in rules.events if isinstance(event, events.AnnouncementBroadcast)]
    assert [(one.lang, one.zones) for one in said] == [("zh-CN", ("west",)), ("en", ("west",))]
    rules.do(close(notice=NOTICE[:1]))
    last = rules.events[-1]
    assert isinstance(last, events.AnnouncementBroadcast)
    assert last.zones == (), "the whole hall"


# -- closures


def test_who_waits_in_a_closed_queue_keeps_the_place_and_is_called() -> None:
    rules = full_hall()
    asked = report(rules, closure("clerk", dry_run=True))
    assert rules.live.closures == {}
    assert hit(asked) == {"A001": ("held", None), "A002": ("no_show", None), "A005": ("waiting", None)}
    done = report(rules, closure("clerk"))
    assert done.hit == asked.hit
    rules.refused(commands.TakeTicket("s-clerk", "kiosk", "en"), "queue_closed")
    assert rules.take("requeue").number == "B002"
    rules.do(commands.Finish("w1", "done", ()))
    assert rules.call("w1").number == "A005"


def test_a_closure_may_void_who_waits_but_only_when_it_holds_already() -> None:
    rules = full_hall()
    rules.refused(closure("clerk", start=900, void_waiting=True), "invalid_field")
    done = report(rules, closure("clerk", void_waiting=True))
    assert {state for _, state in hit(done).values()} == {"cancelled"}
    assert [ticket.number for ticket in rules.live.tickets.values() if ticket.state is State.WAITING] == ["B001"]


def booked(number: int, queue: str, minutes: int) -> Appointment:
    start = NOON + timedelta(minutes=minutes)
    return Appointment(
        id=f"P{number}",
        code=f"CODE{number}",
        service=f"s-{queue}",
        queue=queue,
        slot="morning",
        start=start,
        end=start + timedelta(minutes=15),
        channel="phone",
        state=AppointmentState.BOOKED,
        lang="en",
        made_at=NOON,
    )


def test_a_closure_and_an_early_end_name_the_appointments_they_meet() -> None:
    rules = Rules()
    for number, (queue, minutes) in enumerate((("clerk", 10), ("clerk", 90), ("requeue", 10), ("clerk", 24 * 60 + 10))):
        rules.live.agenda.keep(booked(number, queue, minutes))
    asked = report(rules, closure("clerk", end=780, dry_run=True))
    assert [one.id for one in asked.appointments] == ["P0"]
    assert [one.id for one in report(rules, closure(opens=False, dry_run=True)).appointments] == ["P0", "P2", "P1"]
    assert [one.id for one in report(rules, close(dry_run=True)).appointments] == ["P0", "P2", "P1"]
    assert [one.id for one in report(rules, close()).appointments] == ["P0", "P2", "P1"]
    rules.refused(bookings.CheckIn("kiosk", "P0"), "day_closed")
    assert {one.state for one in rules.live.agenda.appointments.values()} == {AppointmentState.BOOKED}


def test_a_closure_ends_by_itself_or_when_it_is_taken_back() -> None:
    rules = Rules()
    done = report(rules, closure(start=720, end=780))
    rules.refused(commands.TakeTicket("s-clerk", "kiosk", "en"), "queue_closed")
    assert isinstance(done.subject, Closure)
    rules.do(commands.EndClosure(BOSS, done.subject.id))
    rules.take()
    rules.refused(commands.EndClosure(BOSS, done.subject.id), "unknown_closure")
    rules.do(closure(start=720, end=780))
    rules.later(hours=1)
    rules.take()


def test_opening_after_all_on_a_closed_day() -> None:
    closed = replace(QUEUES[0], schedule=Schedule(week=((),) * 7, day_boundary_minutes=240))
    rules = Rules(plan_with((closed, QUEUES[1]), WINDOWS[:2]))
    rules.refused(commands.TakeTicket("s-clerk", "kiosk", "en"), "queue_closed")
    rules.refused(closure("clerk"), "nothing_to_close")
    assert report(rules, closure("clerk", start=700, end=800, opens=True)).hit == ()
    assert rules.take().number == "A001"
    rules.refused(closure("clerk", start=710, end=720, day=TODAY + timedelta(days=1), opens=False), "nothing_to_close")


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (closure("nobody"), "unknown_queue"),
        (closure(start=800, end=700), "invalid_field"),
        (closure(day=TODAY - timedelta(days=1)), "closure_past"),
        (closure(start=600, end=720), "closure_past"),
        (closure(opens=True), "nothing_to_open"),
        (commands.EndClosure(BOSS, "nothing"), "unknown_closure"),
    ],
)
def test_a_closure_that_cannot_be_is_refused(command: commands.Command, code: str) -> None:
    Rules().refused(command, code)


def test_closures_of_past_days_are_forgotten_with_the_day() -> None:
    rules = Rules()
    rules.do(closure("clerk"))
    rules.do(closure("clerk", day=TODAY + timedelta(days=1), end=700))
    rules.do(commands.TurnDay(TODAY + timedelta(days=1)))
    assert [one.day for one in rules.live.closures.values()] == [TODAY + timedelta(days=1)]
    assert set(rules.live.plan.queues["clerk"].schedule.changes) == {TODAY + timedelta(days=1)}


# -- voiding


def test_voiding_ends_who_waits_or_is_set_aside_each_with_a_fact_of_its_own() -> None:
    rules = full_hall()
    asked = report(rules, void(queues=("clerk",), numbers=(), dry_run=True))
    seq = rules.live.seq
    done = report(rules, void(queues=("clerk",), numbers=(), notice=NOTICE))
    assert done.hit == asked.hit
    assert hit(done) == {
        "A001": ("held", "cancelled"),
        "A002": ("no_show", "cancelled"),
        "A003": ("serving", None),
        "A004": ("called", None),
        "A005": ("waiting", "cancelled"),
    }
    assert rules.live.seq == seq + 3 + 2
    assert [type(event).__name__ for event in rules.events[-5:]] == ["TicketCancelled"] * 3 + [
        "AnnouncementBroadcast"
    ] * 2


def test_voiding_by_number_and_by_zone() -> None:
    rules = full_hall()
    assert set(hit(report(rules, void("A005", "B001", "A005")))) == {"A005", "B001"}
    rules.refused(void("A005"), "unknown_number")
    assert set(hit(report(rules, void(zone="east", dry_run=True)))) == {"A001", "A002", "A003", "A004"}
    rules.refused(void(zone="west"), "nobody_hit")


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (void(), "invalid_field"),
        (void("A001", zone="east"), "invalid_field"),
        (void(zone="moon"), "invalid_field"),
        (void(queues=("nobody",)), "unknown_queue"),
        (void("A003", "A009"), "unknown_number"),
        (void("A003"), "nobody_hit"),
        (void("A005", reason=" "), "reason_required"),
    ],
)
def test_voiding_that_cannot_be_is_refused_whole(command: commands.Command, code: str) -> None:
    full_hall().refused(command, code)


# -- time that does not go by


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["take", "call", "start", "finish", "no_show", "hold", "close", "reopen"]),
            st.integers(-3 * 3600, 3 * 3600),
        ),
        max_size=50,
    )
)
def test_whatever_the_clock_does_no_duration_is_negative_and_the_order_holds(steps: list[tuple[str, int]]) -> None:
    rules = Rules(PLAN)
    rules.open("w1")
    made: dict[str, commands.Command] = {
        "take": commands.TakeTicket("s-clerk", "kiosk", "en"),
        "call": commands.CallNext("w1"),
        "start": commands.Start("w1"),
        "finish": commands.Finish("w1", "done", ()),
        "no_show": commands.NoShow("w1"),
        "hold": commands.Hold("w1", ""),
        "close": close(),
        "reopen": commands.ReopenDay(BOSS),
    }
    called: list[str] = []
    for act, seconds in steps:
        rules.later(seconds=seconds)
        try:
            outcome = rules.do(made[act])
        except DomainError:
            continue
        if act == "call" and isinstance(outcome, tuple):
            called.append(outcome[0].number)
    assert called == sorted(called), "first come, first called"
    numbers = [ticket.number for ticket in rules.known.values()]
    assert len(set(numbers)) == len(numbers)
    for ticket in rules.known.values():
        moments = [ticket.issued_at, ticket.called_at, ticket.started_at, ticket.ended_at]
        passed = [moment for moment in moments if moment is not None]
        assert passed == sorted(passed), ticket
