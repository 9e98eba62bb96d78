"""Closures, the day closed and reopened, tickets voided, over real HTTP: roles, dry runs, what kiosks then see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from live_hall import LiveServer, live_server

from contract.bodies import Catalogue, ServiceState, TakeTicket
from contract.client.http import HallClient
from contract.client.sample import CHIEF, CLERK
from contract.days import CloseDay, MakeClosure, VoidTickets
from contract.errors import HallError
from contract.events import CalendarData, DayData


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LiveServer]:
    with live_server(tmp_path) as live:
        yield live


@pytest.fixture
def chief(server: LiveServer) -> HallClient:
    client = server.client()
    client.login(CHIEF.user, CHIEF.password)
    return client


def take(hall: HallClient, service: str = "pension") -> str:
    return hall.take_ticket(TakeTicket(service=service)).number


def state_of(catalogue: Catalogue, service: str) -> ServiceState:
    return next(one.state for one in catalogue.services if one.id == service)


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(HallError) as refusal:
        act()
    return refusal.value.code


def test_a_day_is_closed_reported_and_reopened(server: LiveServer, chief: HallClient) -> None:
    kiosk = server.client()
    for _ in range(3):
        take(kiosk)
    chief.open_window("w1")
    called = chief.call_next("w1")
    assert called is not None
    seq = chief.snapshot().seq
    asked = chief.close_day(CloseDay(dry_run=True))
    assert [(one.number, one.becomes) for one in asked.tickets] == [
        ("A001", None),
        ("A002", "expired"),
        ("A003", "expired"),
    ]
    assert chief.snapshot().seq == seq
    done = chief.close_day(CloseDay(reason="停电", notice={"zh-CN": "今日停办，请改日再来。"}))
    assert done.tickets == asked.tickets
    assert done.business_day is not None
    assert code_of(chief.close_day) == "day_closed"
    assert code_of(lambda: take(kiosk)) == "day_closed"
    catalogue = kiosk.catalogue("en")
    assert {one.state for one in catalogue.services} == {ServiceState.CLOSED}
    opens = next(one.opens_at for one in catalogue.services if one.id == "pension")
    assert opens is not None
    assert opens > catalogue.time
    assert {queue.state for queue in kiosk.snapshot().queues} == {ServiceState.CLOSED}

    view = chief.day(done.business_day)
    assert (view.by, view.ended) == (CHIEF.user, {"expired": 2})
    assert [(end.final, end.reason, len(end.tickets)) for end in view.ends] == [(False, "停电", 2)]
    chief.start("w1")
    chief.finish("w1")
    assert chief.call_next("w1") is None

    back = chief.reopen_day()
    assert [(one.number, one.becomes) for one in back.tickets] == [("A002", "waiting"), ("A003", "waiting")]
    assert code_of(chief.reopen_day) == "day_open"
    view = chief.day(done.business_day)
    assert (view.closed_at, view.ended, view.ends[0].reopened_by) == (None, {}, CHIEF.user)
    assert state_of(kiosk.catalogue("en"), "pension") is ServiceState.OPEN
    assert take(kiosk) == "A004"
    next_one = chief.call_next("w1")
    assert next_one is not None
    assert next_one.ticket.number == "A002"
    facts = [event.parsed() for event in chief.events(seq).events if event.type.startswith("day.")]
    assert facts == [
        DayData(business_day=done.business_day, expired=2, final=False),
        DayData(business_day=done.business_day, returned=2),
    ]
    assert chief.day(date(2020, 1, 1)).ends == ()


def test_a_closure_is_seen_at_once_and_taken_back(server: LiveServer, chief: HallClient) -> None:
    kiosk = server.client()
    take(kiosk)
    asked = chief.make_closure(MakeClosure(queues=("social",), dry_run=True))
    assert ([one.number for one in asked.tickets], chief.closures().closures) == (["A001"], ())
    seq = chief.snapshot().seq
    made = chief.make_closure(MakeClosure(queues=("social",), reason="flood")).closure
    assert made is not None
    assert chief.closures().closures == (made,)
    catalogue = kiosk.catalogue("zh-CN")
    assert (state_of(catalogue, "pension"), state_of(catalogue, "invoices")) == ("closed", "open")
    assert code_of(lambda: take(kiosk)) == "queue_closed"
    assert code_of(lambda: chief.make_closure(MakeClosure(queues=("social",)))) == "nothing_to_close"
    ended = chief.end_closure(made.id).closure
    assert ended is not None
    assert ended.ended_by == CHIEF.user
    assert chief.closures().closures == ()
    assert state_of(kiosk.catalogue("zh-CN"), "pension") is ServiceState.OPEN
    facts = [event.parsed() for event in chief.events(seq).events]
    assert all(isinstance(fact, CalendarData) for fact in facts)
    assert [getattr(fact, "ended", None) for fact in facts] == [False, True]
    tomorrow = made.date + timedelta(days=2)
    later = chief.make_closure(MakeClosure(date=tomorrow, start="10:00", end="24:00"))
    assert later.closure is not None
    assert (later.closure.queues, later.closure.end, later.tickets) == ((), "24:00", ())


def test_tickets_are_voided_in_one_go(server: LiveServer, chief: HallClient) -> None:
    kiosk = server.client()
    numbers = [take(kiosk, service) for service in ("pension", "pension", "invoices")]
    asked = chief.void_tickets(VoidTickets(zone="east", reason="flood", dry_run=True))
    assert {one.number for one in asked.tickets} <= set(numbers)
    assert kiosk.find_ticket("A001").state == "waiting"
    chief.void_tickets(VoidTickets(numbers=tuple(numbers), reason="flood", notice={"en": "Closed.", "zh-CN": "停办。"}))
    assert {kiosk.find_ticket(number).state for number in numbers} == {"cancelled"}
    assert code_of(lambda: chief.void_tickets(VoidTickets(numbers=("A001",), reason="x"))) == "unknown_number"
    assert {queue.waiting for queue in kiosk.snapshot().queues} == {0}
    said = [event.data["lang"] for event in chief.events(0).events if event.type == "announcement.broadcast"]
    assert said == ["en", "zh-CN"]


def test_only_those_who_oversee_the_hall_may(server: LiveServer) -> None:
    clerk = server.client()
    clerk.login(CLERK.user, CLERK.password)
    kiosk = server.client(server.device("k9", "kiosk"))
    for client in (clerk, kiosk):
        for act in (
            lambda client=client: client.close_day(),
            lambda client=client: client.reopen_day(),
            lambda client=client: client.make_closure(MakeClosure()),
            lambda client=client: client.closures(),
            lambda client=client: client.end_closure("01ABC"),
            lambda client=client: client.day(date(2026, 3, 2)),
            lambda client=client: client.void_tickets(VoidTickets(zone="east", reason="x")),
        ):
            assert code_of(act) == "forbidden"


def test_a_date_that_is_none_and_a_closure_that_is_none_are_refused(server: LiveServer, chief: HallClient) -> None:
    assert code_of(lambda: chief._get("/days/tomorrow", Catalogue)) == "invalid_field"
    assert code_of(lambda: chief.end_closure("no-such-thing")) == "unknown_closure"
    assert code_of(lambda: chief.end_closure("01ABC")) == "unknown_closure"


def test_a_window_is_out_of_use_until_it_is_taken_back(server: LiveServer, chief: HallClient) -> None:
    kiosk = server.client()
    clerk = server.client()
    clerk.login(CLERK.user, CLERK.password)
    number = take(kiosk)
    clerk.open_window("w1")
    clerk.call_next("w1")
    seq = chief.snapshot().seq
    asked = chief.make_closure(MakeClosure(windows=("w1",), dry_run=True))
    assert [(one.number, one.why, one.becomes) for one in asked.tickets] == [(number, "at_window", None)]
    assert {one.queue for one in asked.unserved} >= {"social"}
    assert chief.snapshot().seq == seq
    made = chief.make_closure(MakeClosure(windows=("w1",), reason="停水")).closure
    assert made is not None
    assert (made.windows, made.queues, chief.closures().closures) == (("w1",), (), (made,))
    view = clerk.window("w1")
    assert (view.window.state, view.window.pause_reason) == ("paused", "停水")
    clerk.start("w1")
    clerk.finish("w1")
    assert clerk.window("w1").window.state == "closed"
    with pytest.raises(HallError) as refusal:
        clerk.open_window("w1")
    assert str(refusal.value) == "This window is out of use until 24:00."
    assert state_of(kiosk.catalogue("zh-CN"), "pension") is ServiceState.OPEN
    facts = [event for event in chief.events(seq).events if event.type in ("calendar.changed", "window.closed")]
    assert [(one.type, one.data.get("windows"), one.data.get("how")) for one in facts] == [
        ("calendar.changed", ["w1"], None),
        ("window.closed", None, "closure"),
    ]
    chief.end_closure(made.id)
    clerk.open_window("w1")


@pytest.mark.parametrize("more", [{"queues": ("social",)}, {"opens": True}, {"void_waiting": True}])
def test_what_is_meant_of_queues_does_not_go_with_windows(chief: HallClient, more: dict[str, object]) -> None:
    body = MakeClosure.model_validate({"windows": ("w1",), **more})
    with pytest.raises(HallError) as refusal:
        chief.make_closure(body)
    assert (refusal.value.code, refusal.value.field) == ("invalid_field", next(iter(more)))
