"""Bookings and check-ins on a hall in memory: the rules one by one, and then whatever the interleaving."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queueserver.domain.appointment import Appointment, AppointmentState
from queueserver.domain.booking import BookingRules, EarlyPolicy, LatePolicy
from queueserver.domain.errors import DomainError
from queueserver.domain.hall import HallPlan
from queueserver.domain.schedule import Schedule
from queueserver.domain.slots import ReleaseStep, SlotTemplate
from queueserver.domain.ticket import State, Ticket
from queueserver.handlers import bookings, commands
from queueserver.handlers.commands import Holder
from queueserver.ports import Imported
from tests.unit.fake_unit import NOON, PLAN, Rules, day_after

TOMORROW = NOON + timedelta(days=1)
"""12:00 in the hall."""
NOBODY = Holder()
ANN, BOB = Holder("hash-ann", "110***1234", "安*", "138****0001"), Holder("hash-bob")
TEMPLATE = SlotTemplate(
    "times",
    "clerk",
    ("s-clerk", "s-other"),
    frozenset(range(7)),
    ((0, 1440),),
    30,
    4,
    weights=(("phone", 50), ("api", 25)),
    release=(ReleaseStep(14, 50), ReleaseStep(1, 100)),
    release_minute=0,
    horizon_days=14,
)


def plan(rules: BookingRules | None = None, template: SlotTemplate = TEMPLATE, **queue: object) -> HallPlan:
    other = replace(PLAN.services["s-clerk"], id="s-other")
    return replace(
        PLAN,
        services={**PLAN.services, "s-other": other},
        queues={**PLAN.queues, "clerk": replace(PLAN.queues["clerk"], **queue)},  # type: ignore[arg-type]
        templates_of=dict.fromkeys(template.services, (template,)),
        booking={"clerk": rules or BookingRules()},
    )


def hall(rules: BookingRules | None = None, template: SlotTemplate = TEMPLATE, **queue: object) -> Rules:
    made = Rules(plan(rules, template, **queue))
    made.open("w1")
    return made


def book(start: datetime = TOMORROW, holder: Holder = NOBODY, **more: object) -> bookings.Book:
    given: dict[str, object] = {"service": "s-clerk", "channel": "phone", "lang": "zh-CN"} | more
    return bookings.Book(start=start, holder=holder, **given)  # type: ignore[arg-type]


def booked(rules: Rules, start: datetime = TOMORROW, holder: Holder = NOBODY, **more: object) -> Appointment:
    made = rules.do(book(start, holder, **more))
    assert isinstance(made, Appointment)
    return made


def sleep_over(rules: Rules) -> None:
    """It is noon of the next day, which has begun."""
    rules.now = TOMORROW
    rules.do(commands.TurnDay(day_after(rules.live.business_day)))


def check_in(rules: Rules, appointment: Appointment) -> Ticket:
    ticket = rules.do(bookings.CheckIn("kiosk", appointment.id))
    assert isinstance(ticket, Ticket)
    return ticket


def test_two_of_four_are_the_phones_and_one_is_anybodys() -> None:
    rules = hall()
    for _ in range(3):
        booked(rules)
    rules.refused(book(), "slot_full")
    booked(rules, channel="api")
    for channel in ("api", "desk", "phone"):
        rules.refused(book(channel=channel), "slot_full")


def test_what_is_not_released_cannot_be_booked() -> None:
    rules = hall()
    in_a_week = NOON + timedelta(days=7)
    booked(rules, in_a_week)
    booked(rules, in_a_week, channel="api")
    rules.refused(book(in_a_week, channel="desk"), "slot_full")
    too_far = NOON + timedelta(days=15)
    assert rules.refused(book(too_far), "slot_not_open").params == {"time": "2026-03-03 00:00"}


def test_a_draft_holds_its_place_for_a_quarter_of_an_hour() -> None:
    rules = hall(template=replace(TEMPLATE, capacity=1, weights=()))
    draft = booked(rules, draft=True)
    rules.refused(book(), "slot_full")
    rules.later(minutes=15)
    booked(rules)
    assert rules.refused(bookings.ConfirmAppointment(draft.id, Holder()), "unknown_appointment")
    assert [event.__class__.__name__ for event in rules.events[-2:]] == ["AppointmentExpired", "AppointmentBooked"]


def test_confirming_too_late_says_so() -> None:
    rules = hall()
    draft = booked(rules, draft=True)
    rules.later(minutes=15)
    rules.refused(bookings.ConfirmAppointment(draft.id, Holder()), "draft_expired")


def test_a_given_back_place_cools_down() -> None:
    rules = hall(template=replace(TEMPLATE, capacity=1, weights=()))
    rules.do(bookings.CancelAppointment(booked(rules).id))
    rules.refused(book(), "slot_full")
    rules.later(minutes=10)
    booked(rules)


def test_a_place_moved_away_from_cools_down_too() -> None:
    rules = hall(template=replace(TEMPLATE, capacity=1, weights=()))
    later = TOMORROW + timedelta(hours=1)
    mine = booked(rules)
    moved = rules.do(bookings.MoveAppointment(mine.id, later))
    assert isinstance(moved, Appointment)
    assert (moved.start, moved.code) == (later, mine.code)
    rules.refused(book(), "slot_full")
    rules.refused(bookings.MoveAppointment(mine.id, TOMORROW), "moved_lately")
    rules.refused(book(later), "slot_full")
    rules.later(minutes=10)
    booked(rules)


def test_until_two_hours_before_it_may_be_given_back_and_by_staff_later() -> None:
    rules = hall()
    mine, other = booked(rules), booked(rules)
    rules.now = TOMORROW - timedelta(hours=2)
    rules.do(bookings.CancelAppointment(mine.id))
    rules.later(seconds=1)
    assert rules.refused(bookings.CancelAppointment(other.id), "cancel_too_late").params == {"minutes": 120}
    rules.refused(bookings.MoveAppointment(other.id, TOMORROW + timedelta(hours=3)), "cancel_too_late")
    rules.do(bookings.CancelAppointment(other.id, by_staff=True))
    rules.refused(bookings.CancelAppointment(other.id, by_staff=True), "illegal_appointment")


def test_one_person_one_service_one_day() -> None:
    rules = hall()
    booked(rules, holder=ANN)
    later = TOMORROW + timedelta(hours=1)
    rules.refused(book(later, ANN), "booked_that_day")
    booked(rules, later, BOB)
    mine = booked(rules, later, ANN, service="s-other")
    rules.do(bookings.MoveAppointment(mine.id, later + timedelta(hours=1)))
    booked(rules, TOMORROW + timedelta(days=1), ANN)
    rules.refused(book(TOMORROW + timedelta(days=2), ANN), "too_many_appointments")


def test_a_draft_is_given_a_person_only_within_the_persons_rules() -> None:
    rules = hall()
    booked(rules, holder=ANN)
    draft = booked(rules, draft=True)
    rules.refused(bookings.ConfirmAppointment(draft.id, ANN), "booked_that_day")
    done = rules.do(bookings.ConfirmAppointment(draft.id, BOB))
    assert isinstance(done, Appointment)
    assert (done.holder, done.state) == ("hash-bob", AppointmentState.BOOKED)


def test_a_service_that_asks_for_a_document_needs_one() -> None:
    rules = hall()
    named = replace(rules.live.plan.services["s-clerk"], requires_document=True)
    rules.configure(replace(rules.live.plan, services={**rules.live.plan.services, "s-clerk": named}))
    rules.refused(book(), "invalid_field")
    draft = booked(rules, draft=True)
    rules.refused(bookings.ConfirmAppointment(draft.id, Holder(person="安*")), "invalid_field")
    rules.do(bookings.ConfirmAppointment(draft.id, ANN))


def test_a_closed_day_is_refused_with_the_reason() -> None:
    closed = Schedule(week=(((0, 1440),),) * 7, overrides={date(2026, 3, 3): ()})
    rules = hall(schedule=closed)
    rules.refused(book(), "slot_closed")
    rules.refused(book(TOMORROW + timedelta(minutes=1)), "unknown_slot")
    rules.refused(book(NOON - timedelta(minutes=30)), "slot_too_late")


# -- check-in


@pytest.mark.parametrize("early", list(EarlyPolicy))
def test_early_waits_or_may_be_called_when_it_is_free(early: EarlyPolicy) -> None:
    rules = hall(BookingRules(early=early))
    mine = booked(rules)
    rules.now = TOMORROW - timedelta(minutes=30)
    ticket = check_in(rules, mine)
    assert ticket.booked_for == TOMORROW
    assert ticket.place.at_ms == round(TOMORROW.timestamp() * 1000)
    waits = early is EarlyPolicy.WAIT
    assert ticket.not_before == (TOMORROW if waits else None)
    assert (rules.do(commands.CallNext("w1")) is None) == waits
    if waits:
        rules.now = TOMORROW
        assert rules.call().id == ticket.id


def test_nobody_is_called_before_the_check_in() -> None:
    rules = hall()
    booked(rules)
    rules.now = TOMORROW
    assert rules.do(commands.CallNext("w1")) is None


def test_too_early_says_when() -> None:
    rules = hall()
    mine = booked(rules)
    asked = bookings.CheckIn("kiosk", mine.id)
    assert rules.refused(asked, "check_in_early").params == {"time": "2026-03-03 11:30"}


def test_late_is_an_ordinary_ticket_or_refused() -> None:
    for late in LatePolicy:
        rules = hall(BookingRules(late=late))
        mine = booked(rules)
        rules.now = TOMORROW + timedelta(minutes=15, seconds=1)
        if late is LatePolicy.REFUSE:
            assert rules.refused(bookings.CheckIn("kiosk", mine.id), "check_in_late").params == {"time": "12:00"}
            continue
        walk_in = rules.take()
        ticket = check_in(rules, mine)
        assert (ticket.booked_for, ticket.not_before) == (None, None)
        assert rules.waiting() == [walk_in.number, ticket.number]


def test_in_time_stands_at_the_booked_time_whatever_the_limits_for_walk_ins() -> None:
    rules = hall(daily_limit=1, waiting_limit=1)
    mine, late = booked(rules), booked(rules, TOMORROW - timedelta(hours=1))
    rules.now = TOMORROW
    rules.take()
    rules.later(minutes=5)
    ticket = check_in(rules, mine)
    assert rules.live.queue_days["clerk"].issued == 2
    rules.refused(bookings.CheckIn("kiosk", late.id), "line_full")
    assert ticket.booked_for == TOMORROW


def test_two_check_ins_of_one_booking_make_one_ticket() -> None:
    rules = hall()
    mine = booked(rules, holder=ANN)
    sleep_over(rules)
    ticket = check_in(rules, mine)
    for asked in (
        bookings.CheckIn("kiosk", mine.id),
        bookings.CheckIn("kiosk", code=mine.code),
        bookings.CheckIn("kiosk", holder=ANN.hash),
    ):
        refusal = rules.refused(asked, "already_checked_in")
        assert refusal.params == {"number": ticket.number, "ticket": ticket.id}


def test_a_card_finds_the_appointment_that_is_now() -> None:
    rules = hall(BookingRules(max_per_day=0))
    evening = booked(rules, TOMORROW + timedelta(hours=6), ANN)
    now = booked(rules, TOMORROW, ANN)
    sleep_over(rules)
    assert check_in_by_card(rules).visit.appointment == now.id
    assert rules.refused(bookings.CheckIn("kiosk", holder=ANN.hash), "already_checked_in")
    rules.now = evening.start
    assert check_in_by_card(rules).visit.appointment == evening.id
    rules.refused(bookings.CheckIn("kiosk", holder="nobody"), "no_appointment")


def check_in_by_card(rules: Rules) -> Ticket:
    ticket = rules.do(bookings.CheckIn("kiosk", holder=ANN.hash))
    assert isinstance(ticket, Ticket)
    return ticket


def test_a_closure_after_the_booking_is_said_at_the_door_and_is_nobodys_miss() -> None:
    rules = hall()
    mine = booked(rules)
    closed = Schedule(week=(((0, 1440),),) * 7, overrides={date(2026, 3, 3): ()})
    rules.configure(plan(schedule=closed))
    rules.now = TOMORROW
    rules.refused(bookings.CheckIn("kiosk", mine.id), "queue_closed")
    rules.now = TOMORROW + timedelta(days=1)
    rules.do(commands.TurnDay(date(2026, 3, 4)))
    assert rules.live.agenda.appointments[mine.id].state is AppointmentState.CANCELLED


def test_a_service_that_went_to_another_queue_takes_its_bookings_along() -> None:
    rules = hall()
    mine = booked(rules)
    moved = replace(rules.live.plan.services["s-clerk"], queue="requeue")
    rules.configure(replace(rules.live.plan, services={**rules.live.plan.services, "s-clerk": moved}))
    rules.now = TOMORROW
    ticket = check_in(rules, mine)
    assert (ticket.queue, ticket.number) == ("requeue", "B001")


def test_the_turn_of_the_day_marks_who_did_not_come() -> None:
    rules = hall()
    missed, next_day = booked(rules, NOON + timedelta(hours=3)), booked(rules, TOMORROW + timedelta(days=1))
    draft = booked(rules, NOON + timedelta(hours=3), draft=True)
    rules.now = TOMORROW
    rules.do(commands.TurnDay(day_after(rules.live.business_day)))
    kept = rules.live.agenda.appointments
    assert kept[missed.id].state is AppointmentState.NO_SHOW
    assert kept[next_day.id].state is AppointmentState.BOOKED
    assert draft.id not in kept


# -- bookings made elsewhere


def rows(*references: str, start: datetime = TOMORROW) -> tuple[bookings.ImportRow, ...]:
    return tuple(bookings.ImportRow(one, "s-clerk", start, "api", "zh-CN", Holder()) for one in references)


def bring(rules: Rules, *references: str, dry_run: bool = False, exceed: bool = False) -> list[str]:
    done = rules.do(bookings.ImportAppointments("city", rows(*references), dry_run, exceed))
    assert isinstance(done, Imported)
    return [line.code or line.result for line in done.lines]


def test_an_import_takes_each_reference_once_and_says_what_it_cannot_take() -> None:
    rules = hall()
    before = len(rules.events)
    assert bring(rules, "1", "2", "1", "3", dry_run=True) == ["booked", "booked", "known", "slot_full"]
    assert (len(rules.events), rules.live.agenda.appointments) == (before, {})
    assert bring(rules, "1", "2", "1", "3") == ["booked", "booked", "known", "slot_full"]
    assert bring(rules, "1", "3", exceed=True) == ["known", "booked"]
    assert [one.over_quota for one in rules.live.agenda.appointments.values()] == [False, False, True]


def brought(rules: Rules, *given: bookings.ImportRow, dry_run: bool = False, exceed: bool = False) -> list[str]:
    done = rules.do(bookings.ImportAppointments("city", given, dry_run, exceed))
    assert isinstance(done, Imported)
    return [line.code or line.result for line in done.lines]


def test_a_later_list_moves_and_cancels_what_it_knows() -> None:
    rules = hall()
    bring(rules, "1", "2")
    later = TOMORROW + timedelta(hours=1)
    (here,), (there,) = rows("1"), rows("1", start=later)
    gone = replace(there, cancelled=True)
    before = len(rules.events)
    assert brought(rules, there, dry_run=True) == ["moved"]
    assert brought(rules, gone, dry_run=True) == ["cancelled"]
    assert len(rules.events) == before
    assert brought(rules, there, there) == ["moved", "known"]
    one = rules.live.agenda.find(("reference", "city", "1"))[0]
    assert (one.start, one.left.start if one.left else None, one.over_quota) == (later, TOMORROW, False)
    assert [type(event).__name__ for event in rules.events[before:]] == ["AppointmentMoved"]
    assert brought(rules, here) == ["moved_lately"], "one place is remembered until it is offered again"
    rules.later(hours=1)
    assert brought(rules, here) == ["moved"]
    assert brought(rules, gone, gone) == ["cancelled", "known"], "whatever time the list says of it"
    assert brought(rules, there) == ["illegal_appointment"], "what is over here stays over"
    assert brought(rules, replace(rows("9")[0], cancelled=True)) == ["known"], "never heard of"
    assert brought(rules, replace(rows("2")[0], service="s-other")) == ["reference_differs"]


def test_a_moved_booking_keeps_to_hours_and_quota() -> None:
    rules = hall()
    full, apart = TOMORROW + timedelta(hours=2), rows("9")
    assert brought(rules, *rows("1", "2", start=full), *apart) == ["booked", "booked", "booked"]
    wanted = replace(apart[0], start=full)
    assert brought(rules, wanted) == ["slot_full"]
    assert brought(rules, replace(wanted, start=full + timedelta(minutes=7))) == ["unknown_slot"]
    assert brought(rules, replace(wanted, start=NOON - timedelta(hours=1))) == ["slot_too_late"]
    assert brought(rules, wanted, exceed=True) == ["moved"]
    assert rules.live.agenda.find(("reference", "city", "9"))[0].over_quota


def test_who_was_here_already_is_not_moved_or_cancelled_by_a_list() -> None:
    rules = hall()
    bring(rules, "1")
    sleep_over(rules)
    check_in(rules, rules.live.agenda.find(("reference", "city", "1"))[0])
    (row,) = rows("1")
    assert brought(rules, replace(row, cancelled=True)) == ["illegal_appointment"]
    assert brought(rules, replace(row, start=row.start + timedelta(hours=3))) == ["illegal_appointment"]


# -- whatever the interleaving

ACTS = ("book", "book", "draft", "confirm", "move", "cancel", "import", "check_in", "call", "minutes", "hours", "day")
STEPS = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 5), st.integers(0, 3)), max_size=60)


def _command(rules: Rules, act: str, one: int, two: int) -> commands.Command:
    known = sorted(rules.live.agenda.appointments)
    mine = known[-1 - one % len(known)] if known else "nobody"
    base = rules.now.replace(minute=rules.now.minute // 30 * 30, second=0, microsecond=0)
    start = base + timedelta(minutes=30 * (one + 1)) if two else base + timedelta(days=one)
    channel = ("phone", "api", "desk", "kiosk")[two]
    made: dict[str, commands.Command] = {
        "book": book(start, channel=channel),
        "draft": book(start, channel=channel, draft=True),
        "confirm": bookings.ConfirmAppointment(mine, Holder()),
        "move": bookings.MoveAppointment(mine, start, by_staff=True),
        "cancel": bookings.CancelAppointment(mine, by_staff=True),
        "import": bookings.ImportAppointments(
            "city", tuple(replace(row, cancelled=two == 1) for row in rows(f"{one}", start=start)), False, False
        ),
        "check_in": bookings.CheckIn("kiosk", mine),
        "call": commands.CallNext("w1"),
    }
    return made[act]


def _step(rules: Rules, act: str, one: int, two: int) -> None:
    if act in ("minutes", "hours"):
        rules.later(**{act: one * 3})
        return
    if act == "day":
        rules.later(hours=24 - two)
        day = day_after(rules.live.business_day)
        rules.do(commands.TurnDay(day))
        return
    try:
        called = rules.do(_command(rules, act, one, two))
    except DomainError:
        return
    if act == "call" and isinstance(called, tuple):
        ticket: Ticket = called[0]
        assert ticket.not_before is None or ticket.not_before <= rules.now, "called before its time"
        if ticket.visit.appointment:
            assert rules.live.agenda.appointments[ticket.visit.appointment].state is AppointmentState.CHECKED_IN
        rules.do(commands.Start("w1"))
        rules.do(commands.Finish("w1", "done", ()))


def _audit(rules: Rules) -> None:
    """No slot over its places, no channel beyond its share and the common places, at no moment."""
    slots = {(one.slot, one.start) for one in rules.live.agenda.appointments.values()}
    share = {"phone": 2, "api": 1}
    for slot, start in slots:
        everyone = rules.live.agenda.appointments.values()
        used = Counter(one.channel for one in everyone if one.holds(slot, start, rules.now))
        assert used.total() <= TEMPLATE.capacity
        assert sum(max(0, count - share.get(channel, 0)) for channel, count in used.items()) <= 1
    waiting = [one for one in rules.live.tickets.values() if one.visit.appointment and one.state is State.WAITING]
    assert len({one.visit.appointment for one in waiting}) == len(waiting), "one ticket a booking"


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_no_slot_is_overbooked_and_nobody_called_before_check_in(steps: list[tuple[str, int, int]]) -> None:
    rules = hall(BookingRules(cooldown_minutes=20))
    for act, one, two in steps:
        _step(rules, act, one, two)
        _audit(rules)
