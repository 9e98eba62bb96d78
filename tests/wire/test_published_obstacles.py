"""Appointments that a new configuration hits: told before and after it is published, kept, and shown as hit."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from live_hall import LiveServer, live_server

from contract.appointments import Book
from contract.bodies import Channel
from contract.client.sample import CHIEF, SAMPLE_HALL
from contract.config import HallConfig, Override
from contract.days import MakeClosure
from contract.errors import HallError
from hall.__main__ import main
from queueserver.hallfile import write

PASSWORD = "correct-horse-7"
Shown = pytest.CaptureFixture[str]


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveServer]:
    with live_server(tmp_path) as server:
        yield server


@pytest.fixture
def manager(live: LiveServer, tmp_path: Path, capsys: Shown) -> list[str]:
    """Flags of a manager at the live server."""
    secret = tmp_path / "password"
    secret.write_text(f"{PASSWORD}\n")
    where = ["--data-dir", str(live.settings.data_dir)]
    assert main(["user", "add", "boss", "--role", "manager", "--password-file", str(secret), *where]) == 0
    capsys.readouterr()
    return ["--server", live.url, "--user", "boss"]


def typed(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))


def without_slots() -> HallConfig:
    return SAMPLE_HALL.model_copy(update={"slots": tuple(one for one in SAMPLE_HALL.slots if one.queue is None)})


def closed_on(day: date) -> HallConfig:
    return SAMPLE_HALL.model_copy(update={"overrides": (Override(date=day),)})


def without_pension() -> HallConfig:
    return SAMPLE_HALL.model_copy(update={"services": tuple(s for s in SAMPLE_HALL.services if s.id != "pension")})


@pytest.mark.parametrize("case", ["no_slot", "closed", "service_gone"])
def test_publishing_names_the_appointments_it_hits_and_keeps_them(
    case: str, live: LiveServer, manager: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    hall = live.client()
    slot = hall.slots("pension", days=1, channel="phone").days[0].date + timedelta(days=1)
    start = hall.slots("pension", str(slot), channel="phone").days[0].slots[20].start
    booked = hall.book(Book(service="pension", start=start, channel=Channel.PHONE))
    other = hall.book(Book(service="id-card", start=start, channel=Channel.PHONE))
    changed = {"no_slot": without_slots(), "closed": closed_on(slot), "service_gone": without_pension()}[case]
    file = tmp_path / "hall.toml"
    file.write_text(write(changed), encoding="utf-8")
    told = f"  {booked.code}  {start.astimezone(ZoneInfo('Asia/Shanghai')):%Y-%m-%d %H:%M}  pension: "
    for more, verb in ((["--dry-run"], "could not be kept"), ([], "cannot be kept: move or cancel them")):
        assert hall.appointment(booked.id).obstacle == ""
        typed(monkeypatch, PASSWORD)
        assert main(["config", "import", str(file), *manager, *more]) == 0
        lines = capsys.readouterr().err.splitlines()
        assert lines[0].endswith(f"{'appointment' if len(lines) == 2 else 'appointments'} {verb}:")
        assert any(line.startswith(told) for line in lines)
    found = hall.appointment(booked.id)
    assert (found.state, found.obstacle) == ("booked", case)
    assert hall.find_appointment(other.code).obstacle == ("closed" if case == "closed" else "")
    chief = live.client()
    chief.login(CHIEF.user, CHIEF.password)
    hits = chief.appointments_hit().appointments
    assert (hits[0].id, hits[0].why, hits[0].service) == (booked.id, case, "pension")
    assert len(hits) == (2 if case == "closed" else 1)
    chief.cancel_appointment(booked.id)
    assert booked.id not in {one.id for one in chief.appointments_hit().appointments}


def test_a_database_without_a_server_names_them_too(live: LiveServer, tmp_path: Path, capsys: Shown) -> None:
    hall = live.client()
    day = hall.slots("pension", days=1, channel="phone").days[0].date + timedelta(days=1)
    start = hall.slots("pension", str(day), channel="phone").days[0].slots[20].start
    code = hall.book(Book(service="pension", start=start, channel=Channel.PHONE)).code
    file = tmp_path / "hall.toml"
    file.write_text(write(closed_on(day)), encoding="utf-8")
    where = ["config", "import", str(file), "--data-dir", str(live.settings.data_dir)]
    for more in (["--dry-run"], []):
        assert main([*where, *more]) == 0
        assert f"  {code}  " in capsys.readouterr().err


def test_who_works_here_sees_them_and_a_closure_counts_too(live: LiveServer) -> None:
    hall, chief = live.client(), live.client()
    chief.login(CHIEF.user, CHIEF.password)
    day = hall.slots("pension", days=1, channel="phone").days[0].date + timedelta(days=1)
    start = hall.slots("pension", str(day), channel="phone").days[0].slots[20].start
    booked = hall.book(Book(service="pension", start=start, channel=Channel.PHONE))
    made = chief.make_closure(MakeClosure(queues=("social",), date=day)).closure
    assert made is not None
    assert [one.why for one in chief.appointments_hit().appointments] == ["closed"]
    chief.end_closure(made.id)
    assert chief.appointments_hit().appointments == ()
    assert hall.appointment(booked.id).obstacle == ""
    with pytest.raises(HallError) as refusal:
        live.client(live.device("screen", "display")).appointments_hit()
    assert refusal.value.code == "forbidden"
