"""The halls we ship are free of findings and as large and varied as they promise."""

from __future__ import annotations

from importlib import resources

import pytest

from contract.config import HallConfig, MissedPolicy
from queueserver.hallfile import read, write
from queueserver.store.plans import plan_of

HALLS = ("hall.toml", "small-hall.toml", "two-level-hall.toml")


def hall(name: str) -> HallConfig:
    config = read(resources.files("examples").joinpath(name).read_text(encoding="utf-8")).config
    assert config is not None
    return config


@pytest.mark.parametrize("name", HALLS)
def test_it_has_no_finding_and_survives_export(name: str) -> None:
    text = resources.files("examples").joinpath(name).read_text(encoding="utf-8")
    reading = read(text)
    assert reading.findings == ()
    assert reading.config is not None
    assert read(write(reading.config)).config == reading.config


def test_the_sample_hall_is_a_whole_municipal_hall() -> None:
    config = hall("hall.toml")
    assert len({zone.floor for zone in config.zones}) == 2
    assert len(config.zones) == 4
    assert len(config.departments) >= 14
    assert len(config.services) >= 80
    assert len(config.queues) == 24
    assert len(config.windows) == 30
    assert {queue.missed for queue in config.queues} == set(MissedPolicy)


def test_it_has_staff_with_skills_and_languages_for_what_asks_for_them() -> None:
    config = hall("hall.toml")
    asked = {service.skill for service in config.services if service.skill}
    assert asked == {skill for one in config.staff for skill in one.skills}
    assert {tag for one in config.staff for tag in one.languages} == {"en"}


def test_the_two_level_hall_sends_all_but_one_service_to_its_desk() -> None:
    plan = plan_of(hall("two-level-hall.toml"), 1)
    assert plan.desk is not None
    assert plan.windows_of_queue[plan.desk.queue] == ("desk",)
    assert [one for one in plan.services if not plan.via_desk(one)] == ["guidance", "collection"]


def test_its_rules_and_limits_are_used_somewhere() -> None:
    config = hall("hall.toml")
    rules = [rule for window in config.windows for rule in window.rules]
    assert any(rule.waited_minutes for rule in rules)
    assert any(rule.waiting_at_least for rule in rules)
    for limit in ("daily_limit", "waiting_limit", "person_limit", "last_ticket_minutes"):
        assert any(getattr(queue, limit) for queue in config.queues), limit
    assert any(service.requires_document for service in config.services)
    assert any(service.hot for service in config.services)
    assert any(len(hours.mon) == 2 for hours in config.hours)
    (calendar,) = config.calendars
    assert config.hall.calendar == calendar.id
    assert calendar.holidays
    assert calendar.make_up


def test_everything_is_said_in_chinese_and_english() -> None:
    config = hall("hall.toml")
    assert config.hall.languages == ("zh-CN", "en")
    for service in config.services:
        assert set(service.name) == {"zh-CN", "en"}
        assert service.needs


def test_each_department_of_the_sample_hall_has_an_icon_of_its_own() -> None:
    icons = [department.icon for department in hall("hall.toml").departments]
    assert len(set(icons)) == len(icons)
