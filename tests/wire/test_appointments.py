"""Appointments over real HTTP: times, drafts, bookings, moves, check-in, imports, and who may see what."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from live_hall import LiveServer, live_server

from contract.appointments import (
    AppointmentState,
    Book,
    CheckIn,
    Confirm,
    DayState,
    ImportAppointments,
    ImportedBooking,
    Move,
    SlotEntry,
    SlotState,
)
from contract.bodies import Channel, Document
from contract.client.http import HallClient
from contract.client.sample import CHIEF, CLERK
from contract.errors import HallError
from contract.events import AppointmentData
from hall.appointmentscmd import main as appointments_main
from hall.commandline import Problem

PERSON = Document(kind="resident", number="11010519491231002X", name="张小明")
OTHER = Document(kind="passport", number="E12345678", name="Ann Example")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LiveServer]:
    with live_server(tmp_path) as live:
        yield live


@pytest.fixture
def hall(server: LiveServer) -> HallClient:
    return server.client()


def tomorrow(hall: HallClient, service: str = "pension", channel: str = "phone") -> list[SlotEntry]:
    today = hall.slots(service, channel=channel).days[0].date
    found = hall.slots(service, str(today + timedelta(days=1)), channel=channel).days[0]
    return list(found.slots)


def next_slot(hall: HallClient, service: str = "pension") -> SlotEntry:
    """The next time today or tomorrow; it can be checked in at once, because check-in opens half an hour before."""
    day = hall.slots(service, days=2, channel="phone").days[0].date
    entries = [
        entry
        for n in (0, 1)
        for entry in hall.slots(service, str(day + timedelta(days=n)), channel="phone").days[0].slots
    ]
    return next(entry for entry in entries if entry.state is SlotState.OPEN)


def book(hall: HallClient, start: datetime, **more: object) -> Book:
    return Book.model_validate({"service": "pension", "start": start, "channel": "phone", **more})


@contextlib.contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(HallError) as caught:
        yield
    assert caught.value.code == code


def test_a_time_is_held_confirmed_moved_and_given_back(hall: HallClient) -> None:
    first, second = tomorrow(hall)[20:22]
    assert (first.state, first.free, first.capacity) == (SlotState.OPEN, 2, 4)
    draft = hall.book(book(hall, first.start, draft=True))
    assert draft.state is AppointmentState.DRAFT
    assert draft.held_until is not None
    assert tomorrow(hall)[20].free == 1, "a draft holds its place"
    booked = hall.confirm_appointment(draft.id, Confirm(document=PERSON))
    assert (booked.state, booked.held_until, booked.code) == (AppointmentState.BOOKED, None, draft.code)
    moved = hall.move_appointment(draft.id, Move(start=second.start))
    assert (moved.start, moved.code) == (second.start, draft.code)
    assert [entry.free for entry in tomorrow(hall)[20:22]] == [1, 1], "what is left behind cools down first"
    assert hall.find_appointment(f" {draft.code[:3]}-{draft.code[3:].lower()} ").id == draft.id
    assert hall.cancel_appointment(draft.id).state is AppointmentState.CANCELLED
    assert hall.appointment(draft.id).state is AppointmentState.CANCELLED
    kinds = [event.type for event in hall.events(0).events]
    assert kinds == [f"appointment.{kind}" for kind in ("reserved", "confirmed", "moved", "cancelled")]
    last = hall.events(0).events[-1].parsed()
    assert isinstance(last, AppointmentData)
    assert last.appointment == draft.id


def test_who_is_there_gets_a_ticket_once(hall: HallClient) -> None:
    slot = next_slot(hall)
    booked = hall.book(book(hall, slot.start, document=PERSON))
    ticket = hall.check_in(CheckIn(document=PERSON))
    assert (ticket.number, ticket.booked_for, ticket.not_before) == ("A001", slot.start, slot.start)
    assert (ticket.service, ticket.person) == ("pension", "")
    for again in (CheckIn(document=PERSON), CheckIn(code=booked.code), CheckIn(appointment=booked.id)):
        with pytest.raises(HallError) as caught:
            hall.check_in(again)
        assert caught.value.code == "already_checked_in"
        assert caught.value.params == {"number": "A001", "ticket": ticket.id}
    now = hall.appointment(booked.id)
    assert (now.state, now.ticket, now.number) == (AppointmentState.CHECKED_IN, ticket.id, "A001")


def test_a_repeated_check_in_with_its_key_gets_the_same_ticket(hall: HallClient) -> None:
    hall.book(book(hall, next_slot(hall).start, document=PERSON))
    first = hall.check_in(CheckIn(document=PERSON), "one-intention")
    assert hall.check_in(CheckIn(document=PERSON), "one-intention") == first


def test_before_its_time_nobody_is_called_and_then_the_booked_one_is(hall: HallClient) -> None:
    hall.book(book(hall, next_slot(hall).start, document=PERSON))
    hall.login(CLERK.user, CLERK.password)
    hall.open_window("w1")
    assert hall.call_next("w1") is None, "who has not checked in is not called"
    hall.check_in(CheckIn(document=PERSON))
    assert hall.call_next("w1") is None, "who came early waits for the booked time"


def test_what_is_wrong_is_said(hall: HallClient) -> None:
    day = tomorrow(hall)
    start = day[30].start
    with refused("unknown_slot"):
        hall.book(book(hall, start + timedelta(minutes=7)))
    with refused("unknown_slot"):
        hall.book(book(hall, start, service="invoices"))
    with refused("unknown_slot"):
        hall.book(book(hall, datetime.fromisoformat("9999-12-31T23:30:00+00:00")))
    with refused("unknown_slot"):
        hall.book(book(hall, datetime.fromisoformat("0001-01-01T00:30:00+00:00")))
    with refused("slot_not_open"):
        hall.book(book(hall, start + timedelta(days=30)))
    with refused("unknown_service"):
        hall.slots("nothing")
    with refused("invalid_field"):
        hall.slots("pension", "yesterday")
    with refused("invalid_field"):
        hall.slots("pension", "0001-01-01")
    with refused("invalid_field"):
        hall.slots("pension", days=63)
    with refused("invalid_field"):
        hall.slots("pension", channel="pigeon")
    for code in ("", "ABC", "2222222", "%00"):
        with refused("unknown_appointment"):
            hall.find_appointment(code)
    with refused("no_appointment"):
        hall.check_in(CheckIn(document=OTHER))
    with refused("invalid_field"):
        hall.check_in(CheckIn(document=OTHER, code="2346"))
    with refused("invalid_field"):
        hall.check_in(CheckIn())
    with refused("unknown_appointment"):
        hall.cancel_appointment("nobody")
    hall.book(book(hall, start, document=PERSON))
    with refused("booked_that_day"):
        hall.book(book(hall, day[31].start, document=PERSON))
    with refused("check_in_early"):
        hall.check_in(CheckIn(appointment=hall.book(book(hall, start, service="medical")).id))
    with refused("slot_full"):
        hall.book(book(hall, start))


def test_an_overview_of_days(hall: HallClient) -> None:
    days = hall.slots("id-card", days=20, channel="desk").days
    assert [day.state for day in days[1:14]] == [DayState.OPEN] * 13
    assert days[-1].state is DayState.NOT_YET
    assert days[1].free == 24
    assert days[1].slots == ()
    assert {day.state for day in hall.slots("invoices", days=3).days} == {DayState.CLOSED}


def test_only_staff_see_the_person_and_nobody_the_number(server: LiveServer, hall: HallClient) -> None:
    booked = hall.book(book(hall, tomorrow(hall)[0].start, document=PERSON, phone="13812345678"))
    assert (booked.person, booked.document, booked.phone) == ("", "", "")
    staff = server.client("")
    staff.login(CLERK.user, CLERK.password)
    seen = staff.appointment(booked.id)
    assert (seen.person, seen.document, seen.phone) == ("张**", "110***********002X", "138****5678")
    page = httpx.get(
        f"{server.url}/api/v1/halls/sample/events?after=0",
        headers={"Authorization": f"Bearer {server.token}"},
        trust_env=False,
    )
    for secret in ("张", "110", "138", booked.code):
        assert secret not in page.text.replace(booked.id, "")
    screen = server.client(server.device("board", "display"))
    with refused("forbidden"):
        screen.appointment(booked.id)


def test_bookings_made_elsewhere_come_once(server: LiveServer, hall: HallClient) -> None:
    chief = server.client("")
    chief.login(CHIEF.user, CHIEF.password)
    day = tomorrow(hall)

    def row(reference: str, start: datetime, **more: object) -> ImportedBooking:
        return ImportedBooking.model_validate({"reference": reference, "service": "pension", "start": start, **more})

    rows = (
        row("c-1", day[10].start, document=PERSON),
        row("c-2", day[10].start),
        row("c-3", day[10].start + timedelta(minutes=1)),
        row("c-1", day[11].start),
        row("c-4", day[11].start, service="nothing"),
    )
    asked = ImportAppointments(source="city", bookings=rows, dry_run=True)
    tried = chief.import_appointments(asked)
    assert (tried.booked, tried.moved, tried.known, tried.refused) == (1, 1, 0, 3)
    assert [line.problem for line in tried.lines] == [
        "",
        "slot_full",
        "unknown_slot",
        "",
        "unknown_service",
    ]
    assert chief.events(0).last == 0, "a dry run changes nothing"
    done = chief.import_appointments(asked.model_copy(update={"dry_run": False}))
    assert (done.booked, done.moved, done.refused, done.over_quota) == (1, 1, 3, 0)
    assert chief.appointment(done.lines[0].appointment).reference == "c-1"
    again = chief.import_appointments(asked.model_copy(update={"dry_run": False, "exceed": True}))
    assert (again.booked, again.known, again.over_quota) == (1, 1, 1)
    assert again.lines[0].problem == "moved_lately"
    with refused("forbidden"):
        hall.import_appointments(asked)
    portal = server.client(server.device("portal", "booking"))
    assert portal.import_appointments(asked).known == 2
    gone = row("c-1", day[11].start, cancelled=True)
    done = portal.import_appointments(ImportAppointments(source="city", bookings=(gone,)))
    assert (done.cancelled, [line.result for line in done.lines]) == (1, ["cancelled"])
    assert portal.book(book(hall, day[40].start, channel=Channel.API)).state is AppointmentState.BOOKED
    with refused("forbidden"):
        portal.check_in(CheckIn(document=PERSON))


@pytest.mark.parametrize(
    ("role", "may", "own"),
    [
        ("kiosk", {"kiosk"}, "kiosk"),
        ("booking", {"api", "phone"}, "api"),
        ("clerk", {"desk", "phone"}, "desk"),
        ("duty_manager", {"desk", "phone"}, "desk"),
    ],
)
def test_everybody_books_by_their_own_channels(server: LiveServer, role: str, may: set[str], own: str) -> None:
    person = {"clerk": CLERK, "duty_manager": CHIEF}.get(role)
    client = server.client("" if person else server.device("it", role))
    if person:
        client.login(person.user, person.password)
    free = iter(tomorrow(client, "id-card")[5:])
    for channel in Channel:
        asked = book(client, next(free).start, service="id-card", channel=channel)
        if channel.value in may:
            assert client.book(asked).channel is channel
        else:
            with pytest.raises(HallError) as refusal:
                client.book(asked)
            assert (refusal.value.code, refusal.value.field) == ("channel_not_yours", "channel")
            assert str(refusal.value) == f"This account does not book for the channel {channel}."
    assert client.book(Book(service="id-card", start=next(free).start)).channel.value == own


def test_a_list_is_brought_in_by_its_own_channels_too(server: LiveServer) -> None:
    portal, chief = server.client(server.device("portal", "booking")), server.client("")
    chief.login(CHIEF.user, CHIEF.password)
    start = tomorrow(portal)[20].start
    row = ImportedBooking(reference="c-1", service="pension", start=start, channel=Channel.DESK)
    with refused("channel_not_yours"):
        portal.import_appointments(ImportAppointments(source="city", bookings=(row,)))
    assert chief.import_appointments(ImportAppointments(source="city", bookings=(row,))).booked == 1


def test_a_spreadsheet_is_tried_and_brought_in(
    server: LiveServer,
    hall: HallClient,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("HALL_TOKEN", server.device("portal", "booking"))
    start = tomorrow(hall)[18].start.astimezone(ZoneInfo("Asia/Shanghai"))
    file = tmp_path / "预约.csv"
    rows = [f"c-{n},养老保险,{start:%Y-%m-%d},{start:%H:%M},张小明,11010519491231002X" for n in (1, 2)]
    rows.append("c-3,养老保险,tomorrow,noon,,")
    file.write_bytes("\r\n".join(["编号,事项,日期,时间,姓名,身份证号", *rows]).encode("gbk"))
    command = ["import", str(file), "--server", server.url, "--hall", "sample", "--source", "city"]
    assert appointments_main([*command, "--dry-run"]) == 1
    told = capsys.readouterr()
    assert "read as GBK, 3 lines" in told.out
    assert "1 would be booked, 0 would be moved, 0 would be cancelled, 0 known already, 2 refused (dry run" in told.out
    assert f"{file}:3: refused (c-2): This time is fully booked." in told.err
    assert f"{file}:4: refused: 'tomorrow noon' is not a date and time" in told.err
    assert "110105" not in told.out + told.err
    assert hall.events(0).last == 0
    assert appointments_main([*command, "--exceed-quota"]) == 1
    told = capsys.readouterr()
    assert f"{file}:3: over the quota (c-2)" in told.out
    assert "2 booked, 0 moved, 0 cancelled, 0 known already, 1 refused, 1 over the quota" in told.out
    appointments_main(command)
    assert "0 booked, 0 moved, 0 cancelled, 2 known already, 1 refused" in capsys.readouterr().out
    file.write_bytes(b"\xff\xff\xff")
    with pytest.raises(Problem, match="neither UTF-8 nor GBK"):
        appointments_main(command)


def test_without_a_server_the_command_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALL_TOKEN", "t")
    (tmp_path / "list.csv").write_text("reference,service,start\n")
    with pytest.raises(Problem, match=r"no queue server answers at .*start it \(hall serve\)"):
        appointments_main(["import", str(tmp_path / "list.csv"), "--server", "http://127.0.0.1:9", "--hall", "sample"])
