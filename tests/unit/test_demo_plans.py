"""The demo's people are repeatable and plausible; its windows do not cover each other; its hall is open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import combinations, islice
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hall.demo.cast import CAST
from hall.demo.clerks import CALM, REHEARSAL, course
from hall.demo.layout import TITLE_BAR, Area, laid_out
from hall.demo.opening import open_today, sample_hall
from hall.demo.people import invent
from hall.demo.visitors import Course, Visitor, visitors
from hall.demo.workplace import Workplace
from hardware.cardreaders.gb11643 import is_valid
from queueserver.hallfile import findings_in
from queueserver.hallfile.findings import Severity

NOW = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
HALL = sample_hall(NOW)


def first(count: int, seed: int = 1) -> list[Visitor]:
    return list(islice(visitors(HALL, CAST.queues, 2, seed), count))


def test_the_same_seed_invents_the_same_people() -> None:
    assert first(60) == first(60)
    assert first(60) != first(60, seed=2)


def test_visitors_come_for_staffed_queues_and_hot_services_most() -> None:
    services = {service.id: service for service in HALL.services}
    many = [services[visitor.service] for visitor in first(2000)]
    assert {service.queue for service in many} == set(CAST.queues)
    asked = [sum(service.hot is hot for service in many) for hot in (True, False)]
    offered = [sum(each.hot is hot and each.queue in CAST.queues for each in HALL.services) for hot in (True, False)]
    assert asked[0] / offered[0] > 3 * asked[1] / offered[1]


def test_whoever_needs_a_document_has_one() -> None:
    services = {service.id: service for service in HALL.services}
    needing = [visitor for visitor in first(500) if services[visitor.service].requires_document]
    assert all(visitor.person is not None for visitor in needing)


def test_the_shortest_demo_shows_every_course_but_the_late_one() -> None:
    assert {visitor.course for visitor in first(7)} == set(Course) - {Course.LATE}
    assert {visitor.course for visitor in first(300)} == set(Course)


def test_a_card_is_shown_early_at_the_kiosk_that_reads_cards() -> None:
    assert any(visitor.person and visitor.kiosk == 0 for visitor in first(3))


@given(st.integers(0, 2**32), st.integers(1, 999))
def test_invented_numbers_are_valid_and_nobodys(seed: int, index: int) -> None:
    person = invent(Random(seed), index)
    assert is_valid(person.number)
    assert person.number.startswith("100000")


def test_some_have_a_second_matter_with_another_queue() -> None:
    services = {service.id: service for service in HALL.services}
    both = [(services[visitor.service], services[visitor.also]) for visitor in first(300) if visitor.also]
    assert 15 < len(both) < 60
    assert first(5)[4].also, "the shortest demo shows one"
    assert all(one.queue != two.queue and not two.requires_document for one, two in both)


def test_numbers_of_different_visitors_differ() -> None:
    random = Random(1)
    assert len({invent(random, index).number for index in range(1, 900)}) == 899


@pytest.mark.parametrize("wish", list(Course))
def test_every_course_comes_to_an_end(wish: Course) -> None:
    """However often somebody is called, the plan frees the window: finish, no-show, hold or transfer is last."""
    visitor = Visitor(1, 1.0, 0, "x", None, None, False, wish, 1.0, 1.0)
    for before in range(4):
        acts = [press.act for press in course(visitor, before, REHEARSAL, "medical")]
        assert acts[-1] in {"finish", "no_show", "hold", "transfer"}
        assert before == 0 or acts[-1] in {"finish", "no_show"}, "only the first call may take a turn"
        assert acts.count("recall") <= 1


def test_a_person_at_the_kiosk_is_served_too() -> None:
    assert [press.act for press in course(None, 0, CALM, None)] == ["start", "finish"]


def test_nobody_is_transferred_nowhere() -> None:
    visitor = Visitor(1, 1.0, 0, "x", None, None, False, Course.TRANSFERRED, 1.0, 1.0)
    assert [press.act for press in course(visitor, 0, CALM, None)] == ["start", "finish"]


@pytest.mark.parametrize("hours", range(0, 48, 5))
def test_the_demo_hall_is_open_whenever_it_is_started(hours: int) -> None:
    now = NOW + timedelta(hours=hours)
    config = sample_hall(now)
    local = now.astimezone(ZoneInfo(config.hall.time_zone))
    for moment in (local, local + timedelta(hours=6)):
        bands = next(each.open for each in config.overrides if each.date == moment.date() and not each.queues)
        assert any(band[:5] <= f"{moment:%H:%M}" < band[6:] for band in bands)
    assert all(queue.last_ticket_minutes == 0 for queue in config.queues)


def test_the_demo_hall_is_a_correct_hall() -> None:
    wrong = [finding for finding in findings_in(HALL, NOW.date()) if finding.severity is Severity.ERROR]
    assert wrong == []


def test_opening_a_day_that_has_an_exception_leaves_one() -> None:
    holiday = datetime(2027, 1, 1, 3, 0, tzinfo=UTC)
    config = open_today(HALL, holiday)
    assert len([each for each in config.overrides if each.date == holiday.date()]) == 1


def test_the_clerks_sit_where_visitors_are_sent() -> None:
    windows = {window.id: window for window in HALL.windows}
    served = {queue for clerk in CAST.clerks for queue in windows[clerk.window].serves}
    assert set(CAST.queues) <= served
    for clerk in CAST.clerks:
        assert clerk.transfer_to in served
        assert clerk.transfer_to not in windows[clerk.window].serves


def test_each_zone_is_spoken_for_once() -> None:
    spoken = [zone for display in CAST.displays for zone in display.speaks_for]
    assert sorted(spoken) == sorted(zone.id for zone in HALL.zones)


@pytest.mark.parametrize("size", [(1366, 768), (1440, 900), (1920, 1080), (2560, 1440), (3840, 2160)])
def test_no_window_covers_another_or_leaves_the_screen(size: tuple[int, int]) -> None:
    screen = Area(0, 24, size[0], size[1] - 24)
    areas = laid_out(CAST, screen).areas
    kiosks, displays = {each.id for each in CAST.kiosks}, {each.id for each in CAST.displays}
    assert set(areas) == kiosks | displays | {each.device for each in CAST.clerks}
    for one, other in combinations(areas.values(), 2):
        beside = one.x + one.width <= other.x or other.x + other.width <= one.x
        above = one.y + one.height <= other.y or other.y + other.height <= one.y
        assert beside or above, (one, other)
    for area in areas.values():
        assert area.x >= screen.x
        assert area.y >= screen.y
        assert area.x + area.width <= screen.x + screen.width
        assert area.y + area.height <= screen.y + screen.height


def test_a_small_screen_has_bars_and_a_large_one_panels() -> None:
    assert laid_out(CAST, Area(0, 0, 1366, 768)).mini
    assert not laid_out(CAST, Area(0, 0, 1920, 1080)).mini


def test_the_geometry_leaves_room_for_the_frame() -> None:
    assert Area(10, 20, 400, 300).geometry == f"400x{300 - TITLE_BAR}+10+{20 + TITLE_BAR}"


def test_an_earlier_runs_files_go_and_other_files_stay(tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "slips").mkdir(parents=True)
    for name in ("slips/kiosk-1-0001.png", "slips/notes.txt", "summary.json", "mine.txt"):
        (out / name).touch()
    Workplace(out, tmp_path)
    assert sorted(path.name for path in out.rglob("*") if path.is_file()) == ["mine.txt", "notes.txt"]


def test_files_are_labelled_only_when_it_is_certain_which_is_which(tmp_path: Path) -> None:
    place = Workplace(tmp_path / "out", tmp_path)
    for device, count in (("kiosk-1", 2), ("kiosk-2", 1)):
        folder = place.device_folder(device, "slips")
        folder.mkdir(parents=True)
        for number in range(1, count + 1):
            (folder / f"{number:04d}.png").touch()
    names = place.gather("slips", ".png", {"kiosk-1": ["A001", "C002"], "kiosk-2": ["A002", "A003"]})
    assert names == ("kiosk-1-0001-A001.png", "kiosk-1-0002-C002.png", "kiosk-2-0001.png")
    assert sorted(path.name for path in (place.out / "slips").iterdir()) == sorted(names)
