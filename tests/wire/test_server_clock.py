"""A server whose machine's clock is set wrong, over real HTTP: no day ends by it, and a person has the last word."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from live_hall import NO_BROKER, LiveServer, furnish, live_server, start

from contract.bodies import TakeTicket
from contract.client.http import HallClient
from contract.client.sample import CHIEF, CLERK
from contract.errors import HallError
from hall.clockcmd import said
from queueserver.settings import ServerSettings


class SetByHand:
    """A machine whose wall clock and stopwatch go only when they are told to."""

    def __init__(self) -> None:
        self.wall, self.stopwatch, self.boot = datetime.now(UTC).replace(microsecond=0), 5000.0, "boot-1"

    def now(self) -> datetime:
        return self.wall

    def seconds(self) -> float:
        return self.stopwatch

    def go_on(self, **span: float) -> None:
        self.wall += timedelta(**span)
        self.stopwatch += timedelta(**span).total_seconds()

    def reboot(self) -> None:
        self.stopwatch, self.boot = 10.0, f"{self.boot}+"


@pytest.fixture
def machine() -> SetByHand:
    return SetByHand()


@pytest.fixture
def server(tmp_path: Path, machine: SetByHand) -> Iterator[LiveServer]:
    with live_server(tmp_path, machine=machine) as live:
        machine.go_on(minutes=31)
        yield live


@pytest.fixture
def chief(server: LiveServer) -> HallClient:
    return signed_in(server)


def signed_in(server: LiveServer) -> HallClient:
    client = server.client()
    client.login(CHIEF.user, CHIEF.password)
    return client


def take(hall: HallClient) -> str:
    return hall.take_ticket(TakeTicket(service="pension")).number


def ready(server: LiveServer) -> dict[str, object]:
    answer: dict[str, object] = httpx.get(f"{server.url}/health/ready", trust_env=False).json()
    return answer


@pytest.mark.parametrize("jump", [timedelta(days=1), timedelta(days=26_700)])
def test_a_day_ahead_ends_nobodys_day_and_coming_back_is_as_if_it_had_never_been(
    server: LiveServer, chief: HallClient, machine: SetByHand, jump: timedelta
) -> None:
    kiosk = server.client()
    first = take(kiosk)
    before = chief.clock()
    assert (before.state, ready(server)["clock"]) == ("ok", "ok")
    machine.wall += jump
    for _ in range(3):
        machine.go_on(hours=1)
    clock = chief.clock()
    assert (clock.state, clock.business_day) == ("held", before.business_day)
    assert clock.machine - clock.time == jump
    assert (ready(server)["clock"], ready(server)["status"]) == ("held", "ready")
    metrics = httpx.get(f"{server.url}/metrics", trust_env=False).text
    assert f"hallqueue_clock_ahead_seconds {jump.total_seconds():.15g}" in metrics
    assert kiosk.find_ticket(first).state == "waiting"
    second = take(kiosk)
    machine.wall -= jump
    machine.go_on(minutes=1)
    assert chief.clock().state == "ok"
    numbers = [int(number[1:]) for number in (first, second, take(kiosk))]
    assert numbers == [1, 2, 3]
    chief.open_window("w1")
    called = chief.call_next("w1")
    assert called is not None
    assert called.ticket.number == first


def test_a_manager_confirms_a_clock_that_was_right_after_all(
    server: LiveServer, chief: HallClient, machine: SetByHand
) -> None:
    waits = take(server.client())
    before = chief.clock()
    machine.wall += timedelta(days=2)
    with pytest.raises(HallError) as refusal:
        chief.confirm_clock(before.time)
    assert refusal.value.code == "clock_differs"
    assert str(refusal.value) == (
        f"The server's machine shows {chief.clock().machine.strftime('%Y-%m-%d %H:%M+08:00')}. "
        "Set its clock right first. Nothing was changed."
    )
    confirmed = chief.confirm_clock(machine.wall + timedelta(minutes=3))
    assert (confirmed.state, confirmed.business_day) == ("ok", before.business_day + timedelta(days=2))
    with pytest.raises(HallError):
        chief.clock()
    chief = signed_in(server)  # who signed in two days ago signs in again
    assert chief.day(before.business_day).ended == {"expired": 1}
    assert chief.confirm_clock(machine.wall).state == "ok", "said once more, it changes nothing"
    assert take(server.client()) == waits, "numbers begin anew"


def test_only_those_who_oversee_the_hall_have_a_word(server: LiveServer, machine: SetByHand) -> None:
    clerk = server.client()
    clerk.login(CLERK.user, CLERK.password)
    for act in (clerk.clock, lambda: clerk.confirm_clock(machine.wall)):
        with pytest.raises(HallError) as refusal:
            act()
        assert refusal.value.code == "forbidden"


def test_a_time_without_its_zone_is_refused(server: LiveServer, chief: HallClient, machine: SetByHand) -> None:
    with pytest.raises(HallError) as refusal:
        chief.confirm_clock(machine.wall.replace(tzinfo=None))
    assert (refusal.value.code, refusal.value.field) == ("invalid_field", "time")


def test_a_server_that_was_stopped_judges_the_clock_as_before_and_so_after_a_reboot(
    tmp_path: Path, machine: SetByHand
) -> None:
    settings = ServerSettings.load(flags={"data_dir": tmp_path, "port": 0, "broker": NO_BROKER})
    live = start(settings, furnish(settings), machine)
    number = take(live.client())
    day = signed_in(live).clock().business_day
    live.stop()
    machine.go_on(minutes=5)
    machine.wall += timedelta(days=1)
    for reboots in (False, True):
        if reboots:
            machine.reboot()
        live = start(settings, live.token, machine)
        try:
            clock = signed_in(live).clock()
            assert (clock.state, clock.business_day) == ("held", day)
            assert live.client().find_ticket(number).state == "waiting"
        finally:
            live.stop()


def test_a_database_from_another_year_is_asked_about_and_not_ended_silently(tmp_path: Path, machine: SetByHand) -> None:
    settings = ServerSettings.load(flags={"data_dir": tmp_path, "port": 0, "broker": NO_BROKER})
    token = furnish(settings)
    machine.wall += timedelta(days=400)
    live = start(settings, token, machine)
    try:
        chief = signed_in(live)
        assert chief.clock().state == "held"
        assert chief.confirm_clock(machine.wall).state == "ok"
    finally:
        live.stop()


def test_a_machine_behind_the_last_fact_is_told(server: LiveServer, chief: HallClient, machine: SetByHand) -> None:
    take(server.client())
    before = chief.clock()
    machine.wall -= timedelta(hours=5)
    clock = chief.clock()
    assert (clock.state, clock.time) == ("behind", before.time)
    assert clock.machine == before.machine - timedelta(hours=5)


def test_the_command_tells_both_times_in_words(server: LiveServer, chief: HallClient, machine: SetByHand) -> None:
    now = chief.clock().machine
    machine.wall += timedelta(days=1)
    assert said(chief.clock()).splitlines() == [
        f"the hall's time:  {now:%Y-%m-%d %H:%M}, business day {chief.clock().business_day}",
        f"the machine says: {now + timedelta(days=1):%Y-%m-%d %H:%M}: further ahead than can be, and not believed: set "
        "the machine's clock right, or if it is right say so: hall clock --confirm 'DATE TIME'",
    ]
