"""What a scenario says of people and windows comes about: groups, several services, steps, transfers, holds, breaks."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from queueserver.domain.ticket import State
from queueserver.simulation.days import Played, play
from queueserver.simulation.invention import InventedDays
from queueserver.simulation.scenariofile import ScenarioError, read_scenario
from queueserver.simulation.visitors import Visitor
from queueserver.simulation.whatif import WhatIf
from tests.unit.simulation_kit import SMALL_HALL

MINUTE = 60_000
PLAIN = """\
hall = "hall.toml"
start = 2027-03-01

[visitors]
way_minutes = 0
PEOPLE

[[service_times]]
queues = ["general", "insurance"]
distribution = "fixed"
mean_minutes = 6

[[arrivals]]
service = "residence-proof"
per_hour = 4
MORE
"""
SKILLED = """
[[services]]
id = "signs"
department = "community"
name = { zh-CN = "手语服务", en = "Sign language" }
queue = "general"
skill = "sign-language"

[[staff]]
id = "li"
skills = ["sign-language"]

[[staff]]
id = "wang"
"""
STEPS = """
[[services]]
id = "moving-in"
department = "community"
name = { zh-CN = "迁入一件事", en = "Moving in" }
queue = "general"
steps = [{ queue = "insurance" }]
"""


def setting(folder: Path, people: str = "", more: str = "", hall: str = "") -> InventedDays:
    (folder / "hall.toml").write_text(SMALL_HALL.read_text(encoding="utf-8") + hall, encoding="utf-8")
    path = folder / "scenario.toml"
    path.write_text(PLAIN.replace("PEOPLE", people).replace("MORE", more), encoding="utf-8")
    return InventedDays(read_scenario(path))


def lived(folder: Path, people: str = "", more: str = "", hall: str = "") -> Played:
    return play(setting(folder, people, more, hall), WhatIf())


def everybody(days: InventedDays) -> list[Visitor]:
    return list(days.visitors(days.days[0]))


def stays(one: Played, queue: str) -> set[int]:
    """Minutes of service of the legs there that were finished."""
    done = (leg for leg in one.records.legs if leg.queue == queue and leg.end is State.FINISHED)
    return {((leg.ended_ms or 0) - (leg.started_ms or 0)) // MINUTE for leg in done}


def test_ten_lines_are_a_scenario(tmp_path: Path) -> None:
    path = tmp_path / "first.toml"
    path.write_text(
        f'hall = "{SMALL_HALL}"\nstart = 2027-03-01\n\n'
        '[[arrivals]]\nqueue = "general"\nper_day = 60\n\n[[arrivals]]\nqueue = "insurance"\nper_hour = 5\n',
        encoding="utf-8",
    )
    days = InventedDays(read_scenario(path))
    came = everybody(days)
    by_service = Counter(one.service for one in came)
    assert 40 < by_service["residence-proof"] < 85
    assert 15 < by_service["social-insurance"] < 55
    local = [(one.at_ms // MINUTE + 8 * 60) % 1440 for one in came]
    assert all(540 <= minute < 720 or 810 <= minute < 1020 for minute in local), "only while the queues are open"


def test_a_group_takes_as_long_as_so_many_visitors(tmp_path: Path) -> None:
    one = lived(tmp_path, "groups = 1\ngroup_sizes = [3]")
    assert stays(one, "general") == {18}
    assert {visitor.party for visitor in everybody(setting(tmp_path, "groups = 1\ngroup_sizes = [2, 5]"))} == {2, 5}


def test_habits_of_some_arrivals_are_theirs_alone(tmp_path: Path) -> None:
    more = "visitors = { no_show = 1.0, comes_back = 0 }\n\n[[arrivals]]\nqueue = 'insurance'\nper_hour = 4"
    one = lived(tmp_path, "", more)
    ends = Counter((leg.queue, leg.end) for leg in one.records.legs)
    assert ends["general", State.FINISHED] == 0
    assert ends["insurance", State.FINISHED] > 0


def test_a_second_service_is_a_second_leg_of_one_ticket(tmp_path: Path) -> None:
    one = lived(tmp_path, "", "also = { social-insurance = 1.0 }")
    first = [leg for leg in one.records.legs if leg.first]
    further = [leg for leg in one.records.legs if not leg.first]
    assert len(further) > 0.8 * len(first) > 0
    assert {leg.number for leg in further} <= {leg.number for leg in first}
    assert stays(one, "general") == stays(one, "insurance") == {6}


def test_a_linked_service_is_walked_with_each_queue_s_own_time(tmp_path: Path) -> None:
    slow = '\n\n[[service_times]]\nqueues = ["insurance"]\ndistribution = "fixed"\nmean_minutes = 11'
    more = "\n[[arrivals]]\nservice = 'moving-in'\nper_hour = 1" + slow
    one = lived(tmp_path, "", more, STEPS)
    assert stays(one, "general") == {6}
    assert stays(one, "insurance") == {11}


def test_a_share_is_handed_on_and_some_come_back(tmp_path: Path) -> None:
    more = '\n[[transfers]]\nqueue = "general"\nto = "insurance"\nshare = 1.0\ncome_back = 1.0'
    minutes = '\nminutes = { distribution = "fixed", mean_minutes = 2 }'
    one = lived(tmp_path, "", more + minutes)
    ends = Counter((leg.queue, leg.end) for leg in one.records.legs)
    assert ends["general", State.TRANSFERRED] > 10
    assert stays(one, "insurance") == {6}
    assert stays(one, "general") == {3}, "back at the window that sent them"
    sent = [leg for leg in one.records.legs if leg.end is State.TRANSFERRED]
    assert {((leg.ended_ms or 0) - (leg.started_ms or 0)) // MINUTE for leg in sent} == {2}


def test_some_are_set_aside_for_a_while(tmp_path: Path) -> None:
    one = lived(tmp_path, "held = 1.0\nheld_minutes = 12")
    calls = Counter(number for number, _ in one.records.calls)
    assert set(calls.values()) == {2}
    assert stays(one, "general") == {3}, "the second half"
    quick = min((leg.ended_ms or 0) - (leg.called_ms or 0) for leg in one.records.legs if leg.end is State.FINISHED)
    assert quick >= 18 * MINUTE


def test_languages_have_their_shares(tmp_path: Path) -> None:
    came = everybody(setting(tmp_path, "languages = { en = 0.5 }", "weekdays = ['mon']"))
    tongues = Counter(one.lang for one in came)
    assert set(tongues) == {"en", "zh-CN"}


def test_appointments_come_early_late_on_the_minute_or_not_at_all(tmp_path: Path) -> None:
    people = "booked = 1.0\nbooked_early = 0.4\nbooked_late = 0.3\nbooked_late_minutes = 10\nbooked_no_show = 0.3"
    came = everybody(setting(tmp_path, people))
    beside = [(one.at_ms - one.booking.start_ms) / MINUTE for one in came if one.booking and one.comes]
    assert min(beside) < 0 < max(beside) <= 10
    assert 0.0 in beside
    stayed_away = sum(not one.comes for one in came)
    one = lived(tmp_path, people)
    assert 0 < stayed_away < len(came)
    assert one.records.unkept >= stayed_away
    assert len(one.records.legs) + one.records.refused.total() == len(came) - stayed_away


def test_a_break_pauses_the_window_after_its_visitor(tmp_path: Path) -> None:
    more = '\n[[windows]]\nwindows = ["w1", "w2"]\nbreaks = ["10:00-10:20"]'
    before, after = lived(tmp_path), lived(tmp_path, "", more)

    def called_in_the_break(one: Played) -> int:
        minutes = [((leg.called_ms or 0) // MINUTE + 480) % 1440 for leg in one.records.legs]
        return sum(600 <= minute < 620 for minute in minutes)

    assert called_in_the_break(before) > 0
    assert called_in_the_break(after) == 0
    less = before.records.windows["w1"].open_ms - after.records.windows["w1"].open_ms
    assert less == 20 * MINUTE
    assert after.records.windows["w1"].finished > 0


def test_a_break_over_closing_time_does_not_keep_the_window_open(tmp_path: Path) -> None:
    more = '\n[[windows]]\nwindows = ["w1"]\nbreaks = ["11:50-12:10"]'
    one = lived(tmp_path, "", more)
    assert one.records.windows["w1"].open_ms <= (170 + 210 + 60) * MINUTE


def test_what_entries_say_of_a_window_goes_together(tmp_path: Path) -> None:
    entry = '\n[[windows]]\nwindows = ["w1"]\n'
    more = f'{entry}open = ["09:00-11:00"]{entry}breaks = ["10:00-10:30"]'
    assert lived(tmp_path, "", more).records.windows["w1"].open_ms < (2 * 60 - 30 + 61) * MINUTE
    closed = '\n[[windows]]\nwindows = ["w1"]\nopen = []'
    assert "w1" not in lived(tmp_path, "", closed).records.windows


@pytest.mark.parametrize(("seat", "served"), [("", True), ('staff = "li"', True)])
def test_a_skill_is_there_when_nobody_says_who_sits_where(tmp_path: Path, seat: str, served: bool) -> None:
    more = "\n[[arrivals]]\nservice = 'signs'\nper_hour = 2"
    seats = f'\n\n[[windows]]\nwindows = ["w1"]\n{seat}\n[[windows]]\nwindows = ["w2"]\nstaff = "wang"' if seat else ""
    one = lived(tmp_path, "", more + seats, SKILLED)
    finished = [leg for leg in one.records.legs if leg.end is State.FINISHED and leg.window == "w1"]
    assert bool(finished) is served
    assert not [leg for leg in one.records.legs if leg.called_ms is None and leg.end is State.EXPIRED]


def test_nobody_with_the_skill_is_said(tmp_path: Path) -> None:
    seats = '\n\n[[windows]]\nwindows = ["w1"]\nstaff = "wang"\n[[windows]]\nwindows = ["w2"]\nstaff = "wang"'
    with pytest.raises(ScenarioError) as refusal:
        setting(tmp_path, "", "\n[[arrivals]]\nservice = 'signs'\nper_hour = 2" + seats, SKILLED)
    assert any("wang already sits at w1" in line for line in refusal.value.lines)
    assert any("has the skill 'sign-language'" in line for line in refusal.value.lines)


def test_who_left_without_a_word_is_never_served(tmp_path: Path) -> None:
    """Also where a missed ticket comes back into the line by itself."""
    people = 'patience = { distribution = "fixed", mean_minutes = 1 }\nsilent = 1.0'
    setting(tmp_path, people, "\n[[arrivals]]\nqueue = 'general'\nper_hour = 12")
    hall = (tmp_path / "hall.toml").read_text(encoding="utf-8")
    (tmp_path / "hall.toml").write_text(
        hall.replace('hours = "weekdays"\n\n', 'hours = "weekdays"\nmissed = "requeue"\n\n', 1)
    )
    days = InventedDays(read_scenario(tmp_path / "scenario.toml"))
    legs = play(days, WhatIf()).records.legs
    assert any(leg.misses > 1 for leg in legs)
    assert not [leg for leg in legs if leg.misses and leg.end is State.FINISHED]
