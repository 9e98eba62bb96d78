"""A full disk and a locked database under the real server: a clear code, nothing half done, and work goes on later."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from live_hall import LiveServer, live_server
from sqlalchemy import Connection, event

from contract.bodies import TakeTicket
from contract.client.sample import CLERK
from contract.errors import HallError
from queueserver.store import database


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveServer]:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.3)
    with live_server(tmp_path) as live:
        yield live


class FullDisk:
    """Lets the server's database grow no further while it is in force."""

    def __init__(self, server: LiveServer) -> None:
        self._engine = server.server._engines[0]

    def _limit(self, connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count=1")  # SQLite takes the present size for it

    def _no_limit(self, connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")

    def __enter__(self) -> None:
        event.listen(self._engine, "begin", self._limit)

    def __exit__(self, *_: object) -> None:
        event.remove(self._engine, "begin", self._limit)
        event.listen(self._engine, "begin", self._no_limit)


def numbers(server: LiveServer) -> list[object]:
    return [event.data["number"] for event in server.client().events(0).events if event.type == "ticket.issued"]


def test_a_full_disk(server: LiveServer) -> None:
    hall = server.client()
    kept = [hall.take_ticket(TakeTicket(service="pension"), f"before-{n:03d}").number for n in range(3)]
    with FullDisk(server):
        refused = ""
        for n in range(300):
            try:
                kept.append(hall.take_ticket(TakeTicket(service="pension"), f"full-{n:05d}").number)
            except HallError as error:
                refused, status, key = error.code, error.status, f"full-{n:05d}"
                break
        assert (refused, status) == ("storage_full", 507)
        assert numbers(server) == kept
        assert hall.snapshot().queues[0].waiting == len(kept)
    again = hall.take_ticket(TakeTicket(service="pension"), key)
    assert again.number == f"A{len(kept) + 1:03d}"
    page = hall.events(0)
    assert [event.sequence for event in page.events] == list(range(1, page.last + 1))
    hall.login(CLERK.user, CLERK.password)
    hall.open_window("w1")
    called = hall.call_next("w1")
    assert called is not None
    assert called.ticket.number == "A001"


def test_a_locked_database(server: LiveServer) -> None:
    hall = server.client()
    first = hall.take_ticket(TakeTicket(service="pension"))
    other = sqlite3.connect(server.settings.data_dir / "hall.db", isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(HallError) as caught:
            hall.take_ticket(TakeTicket(service="pension"), "patient-key")
        assert (caught.value.code, caught.value.status) == ("storage_unavailable", 503)
        assert hall.ticket(first.id).position == 1
        other.execute("COMMIT")
    finally:
        other.close()
    assert hall.take_ticket(TakeTicket(service="pension"), "patient-key").number == "A002"
    assert numbers(server) == ["A001", "A002"]


def test_a_client_that_tries_again_never_notices_a_short_lock(server: LiveServer) -> None:
    patient = server.client(attempts=5)
    other = sqlite3.connect(server.settings.data_dir / "hall.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.6, lambda: other.execute("COMMIT"))
    release.start()
    try:
        assert patient.take_ticket(TakeTicket(service="pension")).number == "A001"
    finally:
        release.join()
        other.close()
    assert numbers(server) == ["A001"]
