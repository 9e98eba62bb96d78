"""Every rule about bookable times is broken once: found when the hall is configured, on its line, with the remedy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from importlib import resources

import pytest

from queueserver.hallfile import findings_in, read
from queueserver.hallfile.findings import SENTENCES

SMALL = resources.files("examples").joinpath("small-hall.toml").read_text(encoding="utf-8")
TEMPLATE = """
[[slots]]
id = "mornings"
queue = "general"
weekdays = ["mon", "wed"]
times = ["09:00-12:00"]
minutes = 30
capacity = 4
shares = { phone = 50, desk = 25 }
release = [{ days_ahead = 14, percent = 50 }, { days_ahead = 1, percent = 100 }]
release_at = "08:30"
lead_minutes = 60
"""
GOOD = SMALL + TEMPLATE
TODAY = date(2026, 11, 22)
RELEASE = TEMPLATE[TEMPLATE.index("release = ") : TEMPLATE.index("release_at")]

LATE = TEMPLATE[TEMPLATE.index("release = ") :]


@dataclass(frozen=True)
class Broken:
    """`old` becomes `new`; the finding `code` then stands on the line that contains `at`."""

    code: str
    old: str
    new: str
    at: str
    says: str = ""


SECOND = TEMPLATE.replace("mornings", "more")
BROKEN = (
    Broken("slots_purpose", 'queue = "general"\nweekdays', "weekdays", 'id = "mornings"', "or services ="),
    Broken(
        "slots_purpose",
        'queue = "general"\nweekdays',
        'queue = "general"\nservices = ["residence-proof"]\nweekdays',
        'queue = "general"',
    ),
    Broken(
        "slots_queues_differ",
        'queue = "general"\nweekdays',
        'services = ["residence-proof", "social-insurance"]\nweekdays',
        "services = [",
    ),
    Broken("unknown_reference", 'queue = "general"\nweekdays', 'queue = "generl"\nweekdays', "generl", "'general'"),
    Broken("slots_without_service", 'queue = "general"\nneeds', 'queue = "insurance"\nneeds', 'queue = "general"'),
    Broken("slots_empty", 'weekdays = ["mon", "wed"]', "weekdays = []", "weekdays"),
    Broken("slots_empty", 'times = ["09:00-12:00"]', "times = []", "times = "),
    Broken("not_one_of", 'weekdays = ["mon", "wed"]', 'weekdays = ["monday"]', "weekdays", "did you mean 'mon'?"),
    Broken("band_reversed", 'times = ["09:00-12:00"]', 'times = ["12:00-09:00"]', "times = "),
    Broken("bands_overlap", 'times = ["09:00-12:00"]', 'times = ["09:00-11:00", "10:00-12:00"]', "times = "),
    Broken("anchor_missing", "lead_minutes = 60", "every_weeks = 2", "every_weeks", "anchor ="),
    Broken(
        "valid_reversed", "lead_minutes = 60", "valid_from = 2027-03-02\nvalid_to = 2027-03-01", "valid_to", "before"
    ),
    Broken("slots_past", "lead_minutes = 60", "valid_to = 2026-11-21", "valid_to"),
    Broken("shares_and_places", "lead_minutes = 60", "places = { desk = 1 }", "places"),
    Broken("shares_over", "phone = 50", "phone = 80", "shares", "100 percent"),
    Broken("places_over", "shares = { phone = 50, desk = 25 }", "places = { phone = 3, desk = 2 }", "places"),
    Broken("share_zero", "desk = 25", "desk = 10", "shares", "'desk' is less than one place of 4"),
    Broken("release_order", "percent = 100", "percent = 50", "release = ", "the earliest first"),
    Broken("release_beyond_horizon", "days_ahead = 14", "days_ahead = 60", "release = ", "60 days ahead"),
    Broken("release_incomplete", "percent = 100", "percent = 99", "release = ", "more than 3 of its 4"),
    Broken("release_never", RELEASE, "release = [{ days_ahead = 14, percent = 20 }]\n", "release = ", "before booking"),
    Broken("lead_beyond_horizon", LATE, "horizon_days = 0\nlead_minutes = 600\n", "lead_minutes = 600", "longer than"),
    Broken("slots_closed_day", '["mon", "wed"]', '["mon", "sun"]', "weekdays", "on sun, when queue 'general'"),
    Broken("slots_outside", '["09:00-12:00"]', '["09:00-12:00", "12:00-13:30"]', "times", "no slot fits into 12:00"),
    Broken("slots_cut", '["09:00-12:00"]', '["09:00-14:00"]', "times", "partly outside"),
    Broken("slots_never", '["09:00-12:00"]', '["17:00-20:00"]', "times", "opening hours, holidays"),
    Broken("slots_never", "minutes = 30", "minutes = 240", "times", "weekdays, times and minutes"),
    Broken("slots_overlap", "lead_minutes = 60\n", f"lead_minutes = 60\n{SECOND}", "times", "and 'mornings' both"),
    Broken("slots_above_range", "capacity = 4", "capacity = 400", "capacity", "2400 places a day"),
    Broken("out_of_range", "capacity = 4", "capacity = 0", "capacity", "at least 1"),
    Broken("unknown_field", "days_ahead = 14", "day_ahead = 14", "release = ", "did you mean 'days_ahead'?"),
    Broken(
        "out_of_range", 'id = "small-hall"\n', 'id = "small-hall"\nbooking = { draft_minutes = 0 }\n', "booking", "1"
    ),
    Broken(
        "unknown_field", 'prefix = "A"', 'prefix = "A"\nbooking = { late_minute = 3 }', "booking", "'late_minutes'?"
    ),
)


def test_the_good_template_has_no_finding() -> None:
    assert read(GOOD, TODAY).findings == ()
    assert read(GOOD).findings == (), "also when nobody says what day it is"


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.code)
def test_a_broken_rule_is_found_on_its_line(case: Broken) -> None:
    assert GOOD.count(case.old) >= 1
    head, tail = GOOD[: -len(TEMPLATE)], TEMPLATE
    text = (
        head + tail.replace(case.old, case.new, 1) if case.old in tail else head.replace(case.old, case.new, 1) + tail
    )
    found = read(text, TODAY)
    finding = next(one for one in found.findings if one.code == case.code)
    assert case.at in text.splitlines()[finding.line - 1]
    assert case.says in str(finding)
    assert (found.config is None) == any(one.is_error for one in found.findings)


def test_appointments_for_a_queue_nobody_serves() -> None:
    text = GOOD.replace('serves = ["general"]', 'serves = ["insurance"]').replace(
        'serves = ["insurance", "general"]', 'serves = ["insurance"]'
    )
    text = "\n".join(line for line in text.splitlines() if not line.startswith("rules = "))
    finding = next(one for one in read(text, TODAY).findings if one.is_error)
    assert finding.code == "queue_not_served"
    assert "queue 'general', so its visitors would wait for ever" in finding.problem


def test_a_holiday_week_is_no_reason_and_a_hall_that_never_opens_is() -> None:
    closed = GOOD.replace('mon = ["09:00-12:00", "13:30-17:00"]\n', "").replace('["mon", "wed"]', '["mon"]')
    assert [one.code for one in read(closed, TODAY).findings if one.is_error] == ["slots_never"]
    day_off = GOOD + "\n[[overrides]]\ndate = 2026-11-23\nnote = { zh-CN = '休', en = 'Off' }\n"
    assert read(day_off, TODAY).findings == ()


def test_a_draft_over_http_is_checked_the_same_way() -> None:
    config = read(GOOD, TODAY).config
    assert config is not None
    template = config.slots[0].model_copy(update={"times": ("17:00-20:00",)})
    broken = config.model_copy(update={"slots": (template,)})
    assert [one.code for one in findings_in(broken)] == ["slots_never"]


CODES = {case.code for case in BROKEN}
"""With tests/unit/test_hallfile_findings.py: every rule is broken once."""


def test_every_rule_about_bookable_times_is_broken_here() -> None:
    words = ("slots_", "release_", "share", "places_", "lead_", "anchor_", "valid_")
    assert {code for code in SENTENCES if code.startswith(words)} <= CODES
