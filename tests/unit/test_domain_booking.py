"""A person's rules at their edges: what counts as an open appointment, as one of that day, and as missed lately."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from queueserver.domain.appointment import Appointment, AppointmentState
from queueserver.domain.booking import BookingRules
from queueserver.domain.errors import DomainError
from queueserver.domain.lanework import groups_ahead
from queueserver.domain.line import Line, window_lane
from tests.unit.fake_unit import NOON, Rules

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 3, 2)
HOUR = timedelta(hours=1)


def appointment(start: datetime, state: AppointmentState = AppointmentState.BOOKED, **more: object) -> Appointment:
    made = Appointment("a", "CODE", "s", "q", "t", start, start + HOUR, "phone", state, "en", NOON - 48 * HOUR)
    return replace(made, **more)  # type: ignore[arg-type] # fields of Appointment


def refused(rules: BookingRules, *others: Appointment, day: date = TODAY) -> str:
    try:
        rules.must_allow(others, "s", day, NOON, ZONE)
    except DomainError as refusal:
        return refusal.code
    return ""


def test_only_what_is_still_to_come_counts_as_open() -> None:
    rules = BookingRules(max_open=1, max_per_day=0)
    assert refused(rules, appointment(NOON + HOUR)) == "too_many_appointments"
    assert refused(rules, appointment(NOON - HOUR)) == ""
    assert refused(rules, appointment(NOON)) == "", "its time has come"


@pytest.mark.parametrize(("left", "code"), [(HOUR, True), (timedelta(0), False), (-HOUR, False)])
def test_a_draft_counts_until_it_lapses(left: timedelta, code: bool) -> None:
    draft = appointment(NOON + HOUR, AppointmentState.DRAFT, held_until=NOON + left)
    assert refused(BookingRules(max_open=1, max_per_day=0), draft) == ("too_many_appointments" if code else "")
    assert refused(BookingRules(max_open=0, max_per_day=1), draft) == ("booked_that_day" if code else "")


def test_an_appointment_missed_exactly_so_many_days_ago_counts_no_more() -> None:
    rules = BookingRules(no_shows=1, no_show_days=10, barred_days=20)
    assert rules.barred_until([NOON - timedelta(days=10)], NOON) is None
    assert rules.barred_until([NOON - timedelta(days=10) + HOUR], NOON) == NOON + timedelta(days=10) + HOUR


def test_who_is_sent_to_one_window_from_two_queues_is_counted_by_queue() -> None:
    """Each queue has service times of its own."""
    rules = Rules()
    first, second = rules.take("clerk"), rules.take("requeue")
    sent = [replace(one, sent_to="w2", service="s-clerk") for one in (first, second)]
    groups = list(groups_ahead(Line(sent), window_lane("w2"), None))
    assert [(one.queue, one.waiting) for one in groups] == [("clerk", 1), ("requeue", 1)]
