"""The whole HTTP face on PostgreSQL: the same answers as on SQLite, and each read from one moment."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from live_hall import LiveServer, live_server

from contract.bodies import Cancel, Finish, TakeTicket, TicketState, Transfer
from contract.client.sample import CHIEF, CLERK
from contract.errors import HallError
from tests.store.postgres_server import create_database, running


@pytest.fixture(scope="module")
def cluster() -> Iterator[Path]:
    with running() as home:
        yield home


@pytest.fixture
def server(cluster: Path, tmp_path: Path) -> Iterator[LiveServer]:
    with live_server(tmp_path, database=create_database(cluster, "hall")) as live:
        yield live


def test_a_visitor_is_served(server: LiveServer) -> None:
    hall = server.client()
    first = hall.take_ticket(TakeTicket(service="pension"), "one-intention")
    assert hall.take_ticket(TakeTicket(service="pension"), "one-intention").id == first.id
    second = hall.take_ticket(TakeTicket(service="medical", priority_class="elderly"))
    assert (first.number, second.number, second.position) == ("A001", "A002", 2)
    hall.login(CLERK.user, CLERK.password)
    hall.open_window("w1")
    called = hall.call_next("w1")
    assert called is not None
    assert (called.ticket.number, called.reason.code) == ("A002", "privileged")
    assert hall.snapshot().windows[0].ticket is not None
    assert hall.why(second.id, "en").calls[0].sentence.startswith("It has priority: Elderly.")
    hall.recall("w1")
    hall.start("w1")
    hall.transfer("w1", Transfer(queue="police"))
    assert hall.find_ticket("A002").queue == "police"
    called = hall.call_next("w1")
    assert called is not None
    hall.start("w1")
    assert hall.finish("w1", Finish()).state is TicketState.FINISHED
    view = hall.window("w1", "en")
    assert (view.current, view.waiting_count) == (None, 0)
    page = hall.events(0)
    assert [event.sequence for event in page.events] == list(range(1, page.last + 1))
    assert {service.id: service.waiting for service in hall.catalogue("en").services}["id-card"] == 1


def test_refusals_and_ids_nobody_has(server: LiveServer) -> None:
    hall = server.client()
    for ticket in ("01", "no-such", "x" * 40, "%00"):
        with pytest.raises(HallError) as caught:
            hall.cancel(ticket, Cancel())
        assert caught.value.code == "unknown_ticket"
    with pytest.raises(HallError) as caught:
        hall.find_ticket("Z999")
    assert caught.value.code == "unknown_ticket"


def test_a_reason_that_holds_a_nul_is_refused(server: LiveServer) -> None:
    hall = server.client()
    hall.take_ticket(TakeTicket(service="pension"))
    hall.login(CHIEF.user, CHIEF.password)
    hall.open_window("w1")
    before = hall.events(0).last
    with pytest.raises(HallError) as caught:
        hall.pause_window("w1", "a\0b")
    assert caught.value.code == "malformed"
    assert hall.events(0).last == before


def test_a_snapshot_is_one_moment_while_others_write(server: LiveServer) -> None:
    hall = server.client()
    with ThreadPoolExecutor(5) as hands:
        taking = [
            hands.submit(lambda: [hall.take_ticket(TakeTicket(service="pension")) for _ in range(30)]) for _ in range(4)
        ]
        while not all(one.done() for one in taking):
            now = hall.snapshot()
            waiting = next(queue.waiting for queue in now.queues if queue.id == "social")
            assert waiting == now.seq
        for one in taking:
            one.result()
    assert hall.snapshot().seq == 120
