"""A clock that jumps ahead is believed only when that can be; whatever clocks do, a hall's time never runs back."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queueserver import clockfile
from queueserver.clock import ThisMachine
from queueserver.domain.schedule import business_day
from queueserver.steadyclock import (
    BELIEVABLE,
    CONFIRMED_AFTER,
    JUMP,
    LONGEST_SWITCHED_OFF,
    Kept,
    SteadyClock,
)

MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""Monday, 9:00 in Shanghai."""
SETTLED = Kept("first boot", 1000.0, MORNING, held=False)


class Machine:
    """A wall clock that somebody may set, and the stopwatch inside; a clock judges it, and may be started anew."""

    def __init__(self, kept: Kept | None = SETTLED) -> None:
        self.wall, self.stopwatch, self.boot = MORNING, 1000.0, "first boot"
        self.clock = SteadyClock(self, kept)

    def now(self) -> datetime:
        return self.wall

    def seconds(self) -> float:
        return self.stopwatch

    def go_on(self, **span: float) -> datetime:
        """So much time goes by."""
        self.wall += timedelta(**span)
        self.stopwatch += timedelta(**span).total_seconds()
        return self.clock.now()

    def set_by(self, **span: float) -> datetime:
        """Somebody sets the wall clock."""
        self.wall += timedelta(**span)
        return self.clock.now()

    def kill_and_start(self, **set_by: float) -> datetime:
        """The server, not the machine; meanwhile the clock may be set."""
        kept = self.clock.kept()
        self.wall += timedelta(**set_by)
        self.clock = SteadyClock(self, kept)
        return self.clock.now()

    def reboot(self, wall: datetime, newest: datetime | None = None, *, kept: bool = True) -> datetime:
        """The whole machine, which comes up with `wall`."""
        known = self.clock.kept() if kept else None
        self.boot, self.stopwatch, self.wall = f"{self.boot} and another", 12.0, wall
        self.clock = SteadyClock(self, known, newest)
        return self.clock.now()

    @property
    def held(self) -> bool:
        return self.clock.judgement().held


@pytest.fixture(autouse=True)
def _told_to_operators(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)


def test_a_clock_that_goes_is_followed() -> None:
    machine = Machine()
    assert machine.go_on(minutes=5) == machine.wall
    assert machine.set_by(seconds=40) == machine.wall, "an adjustment"
    assert machine.go_on(hours=9) == machine.wall, "nobody asked all night, or the machine was asleep"


def test_a_small_jump_that_is_taken_back_has_never_been() -> None:
    machine = Machine()
    assert machine.set_by(hours=1) == MORNING
    assert machine.go_on(minutes=9) == MORNING + timedelta(minutes=9)
    assert machine.set_by(hours=-1) == MORNING + timedelta(minutes=9)
    assert machine.go_on(hours=1) == machine.wall


def test_a_small_jump_that_lasts_is_believed() -> None:
    machine = Machine()
    machine.set_by(hours=1)
    assert machine.go_on(minutes=9) == MORNING + timedelta(minutes=9)
    assert (machine.clock.judgement().doubted, machine.held) == (True, False)
    assert machine.go_on(minutes=1) == machine.wall == MORNING + timedelta(hours=1, minutes=10)


def test_another_jump_is_doubted_anew() -> None:
    machine = Machine()
    machine.set_by(minutes=50)
    machine.go_on(minutes=9)
    machine.set_by(minutes=50)
    assert machine.go_on(minutes=9) == MORNING + timedelta(minutes=18)
    assert machine.go_on(minutes=1) == machine.wall


@pytest.mark.parametrize("years", [1 / 365, 8 / 24 / 365, 73])
def test_a_jump_that_cannot_be_is_never_believed_by_itself(years: float) -> None:
    """A day, a time zone, or an empty battery's 2099: told hours later the clock is still not followed."""
    machine = Machine()
    jump = timedelta(days=years * 365)
    assert machine.set_by(days=jump.days, seconds=jump.seconds) == MORNING
    assert machine.go_on(hours=10) == MORNING + timedelta(hours=10)
    assert machine.held
    assert business_day(machine.clock.now(), "Asia/Shanghai", 240) == date(2026, 3, 2)
    assert machine.set_by(days=-jump.days, seconds=-jump.seconds) == MORNING + timedelta(hours=10) == machine.wall
    assert not machine.held


def test_the_days_still_end_while_a_clock_is_not_believed() -> None:
    machine = Machine()
    machine.set_by(days=400)
    assert business_day(machine.go_on(hours=24), "Asia/Shanghai", 240) == date(2026, 3, 3)


def test_an_operator_reads_one_line_that_says_what_to_do(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    machine = Machine()
    machine.set_by(days=1)
    machine.go_on(hours=1)
    machine.go_on(hours=1)
    (line,) = caplog.messages
    assert line == (
        "the machine's clock says 2026-03-03T01:00:00+00:00, 1 day, 0:00:00 ahead of what can be; the halls' time goes "
        "on from 2026-03-02T01:00:00+00:00, and no day ends by it. Set the clock right, or if it is right confirm it: "
        "hall clock --confirm 'DATE TIME'"
    )
    caplog.clear()


def test_a_person_can_confirm_it() -> None:
    machine = Machine()
    machine.set_by(days=3)
    machine.clock.believe()
    assert machine.go_on(minutes=1) == machine.wall
    assert not machine.held


def test_a_clock_set_back_is_followed_at_once() -> None:
    machine = Machine()
    assert machine.set_by(hours=-2) == MORNING - timedelta(hours=2)
    assert machine.go_on(minutes=5) == MORNING - timedelta(minutes=115)
    assert machine.set_by(hours=2) == MORNING + timedelta(minutes=5), "and forward again as far as it was"
    assert machine.set_by(hours=2) == MORNING + timedelta(minutes=5)


# -- over a restart


def test_a_killed_server_judges_the_clock_as_before() -> None:
    machine = Machine()
    machine.go_on(hours=1)
    assert machine.kill_and_start(days=1) == MORNING + timedelta(hours=1), "set wrong while the server was down"
    assert machine.held
    machine.go_on(minutes=30)
    assert machine.kill_and_start() == MORNING + timedelta(hours=1, minutes=30), "and killed once more"
    assert machine.held
    assert machine.kill_and_start(days=-1) == machine.wall
    assert not machine.held
    machine.set_by(hours=-4)
    machine.kill_and_start()
    assert machine.set_by(hours=4) == MORNING + timedelta(hours=1, minutes=30), "forward again as far as it was"


def test_a_server_that_was_down_all_night_is_right_in_the_morning() -> None:
    machine = Machine()
    kept = machine.clock.kept()
    machine.wall += timedelta(hours=15)
    machine.stopwatch += 15 * 3600
    machine.clock = SteadyClock(machine, kept)
    assert machine.clock.now() == machine.wall


def test_a_machine_that_was_switched_off_over_the_festival_is_right() -> None:
    assert Machine().reboot(MORNING + timedelta(days=9)) == MORNING + timedelta(days=9)


def test_after_a_reboot_years_ahead_are_not_believed() -> None:
    machine = Machine()
    machine.go_on(hours=2)
    assert machine.reboot(datetime(2099, 1, 1, tzinfo=UTC)) == MORNING + timedelta(hours=2)
    assert machine.held
    assert machine.go_on(minutes=20) == MORNING + timedelta(hours=2, minutes=20)
    assert machine.held
    machine.go_on(hours=1)
    machine.wall = MORNING + timedelta(hours=18)
    assert machine.clock.now() == machine.wall, "set right; it had been off overnight"


def test_after_a_reboot_the_newest_fact_is_known_too() -> None:
    machine = Machine()
    newest = MORNING + timedelta(hours=3)
    assert machine.reboot(MORNING + timedelta(days=400), newest, kept=False) == newest
    assert machine.held


def test_a_clock_that_was_not_believed_is_not_believed_because_the_machine_was_rebooted() -> None:
    machine = Machine()
    machine.set_by(days=1)
    machine.go_on(minutes=5)
    assert machine.reboot(machine.wall + timedelta(minutes=2)) == MORNING + timedelta(minutes=5)
    assert machine.held
    machine = Machine()
    machine.set_by(days=1)
    machine.go_on(minutes=5)
    right = MORNING + timedelta(minutes=8)
    assert machine.reboot(right) == right
    assert not machine.held


def test_an_empty_battery_is_set_right_by_the_network_whenever_it_comes() -> None:
    machine = Machine()
    assert machine.reboot(datetime(1970, 1, 1, tzinfo=UTC)).year == 1970, "the halls' time stands still"
    machine.go_on(hours=3)
    right = MORNING + timedelta(hours=20)
    machine.wall = right
    assert machine.clock.now() == right, "at once"
    machine.set_by(days=1)
    assert machine.go_on(minutes=50) == right + timedelta(minutes=50)
    assert machine.held, "but not a second time"


def test_for_half_an_hour_after_a_reboot_the_network_may_still_set_it_right() -> None:
    """A battery clock that runs in the wrong time zone, eight hours slow."""
    machine = Machine()
    right = MORNING + timedelta(hours=23)
    machine.reboot(right - timedelta(hours=8))
    machine.go_on(minutes=2)
    machine.set_by(hours=8)
    assert machine.clock.now() == machine.wall
    machine.reboot(right + timedelta(hours=3))
    machine.go_on(minutes=31)
    machine.set_by(hours=8)
    assert machine.held


def test_a_new_house_takes_the_time_as_it_comes() -> None:
    machine = Machine(kept=None)
    machine.set_by(days=20_000)
    assert machine.clock.now() == machine.wall
    machine.go_on(hours=1)
    machine.set_by(days=1)
    assert machine.held


def test_a_system_that_cannot_name_its_boots_is_judged_as_after_a_reboot() -> None:
    machine = Machine()
    kept = Kept("", 500.0, MORNING, held=False)
    machine.boot = ""
    machine.wall = MORNING + timedelta(days=400)
    machine.clock = SteadyClock(machine, kept)
    assert machine.clock.now() == MORNING
    assert machine.held


def test_what_was_known_is_kept_in_a_file(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "clock.json"
    assert clockfile.read(file) is None
    kept = Kept("first boot", 12.5, MORNING, held=True)
    clockfile.write(file, kept)
    assert clockfile.read(file) == kept
    assert [path.name for path in tmp_path.iterdir()] == ["clock.json"]
    for rubbish in ("", "[]", '{"boot": "x"}', '{"boot":"x","seconds":1,"told":"2026-03-02T01:00:00","held":false}'):
        file.write_text(rubbish)
        assert clockfile.read(file) is None
    clockfile.write(tmp_path / "no" / "folder", kept)
    caplog.clear()


def test_the_stopwatch_of_this_machine_goes_on(tmp_path: Path) -> None:
    machine = ThisMachine()
    assert machine.seconds() <= machine.seconds()
    assert SteadyClock(machine).now().microsecond % 1000 == 0
    (tmp_path / "boot_id").write_text("7f3a\n")
    assert ThisMachine(tmp_path / "boot_id").boot == "7f3a"
    assert ThisMachine(tmp_path / "none").boot == ""


walks = st.lists(st.tuples(st.integers(0, 900), st.integers(-9000, 9000), st.booleans()), max_size=40)


@settings(max_examples=200, deadline=None)
@given(walks)
def test_no_jump_ahead_gets_through_that_did_not_last_or_cannot_be(walk: list[tuple[int, int, bool]]) -> None:
    """The time told runs ahead of the furthest so far by no more than an adjustment, or by a small jump that lasted.

    Also when the server is killed and started again now and then, where a doubt begins anew.
    """
    machine = Machine()
    furthest, doubted_for = machine.clock.now(), 0.0
    for gone, turned, killed in walk:
        machine.wall += timedelta(seconds=gone + turned)
        machine.stopwatch += gone
        now = machine.clock.now()
        furthest += timedelta(seconds=gone)
        if now - furthest > JUMP:
            assert now == machine.wall
            assert now - furthest <= BELIEVABLE
            assert doubted_for + gone >= CONFIRMED_AFTER.total_seconds()
        doubted_for = doubted_for + gone if now != machine.wall else 0.0
        furthest = max(now, furthest)
        if killed:
            machine.kill_and_start()
            doubted_for = 0.0


@settings(max_examples=200, deadline=None)
@given(st.integers(-40_000, 40_000), st.integers(0, 20_000))
def test_after_any_reboot_the_time_told_is_no_wild_guess(days: int, minutes: int) -> None:
    """Never further ahead than a machine is switched off, whatever it comes up with and however it goes on."""
    machine = Machine()
    wall = max(datetime(1970, 1, 1, tzinfo=UTC), MORNING + timedelta(days=days))
    told = machine.reboot(wall)
    assert told <= MORNING + LONGEST_SWITCHED_OFF
    later = machine.go_on(minutes=minutes)
    assert later - told == timedelta(minutes=minutes)
