"""Many book at once, through two server processes on one database: no place is given twice, no ticket made twice."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from live_hall import NO_BROKER, add_device, furnish, in_database
from server_process import PATIENCE, serving

from contract.appointments import Book, CheckIn, Move, SlotState
from contract.bodies import Document
from contract.client.http import HallClient
from contract.client.sample import SAMPLE_HALL
from contract.errors import HallError
from queueserver.settings import ServerSettings
from tests.store.postgres_server import create_database, running

CHANNELS = ("phone", "api", "desk", "kiosk")
SHARES = {"phone": 2, "api": 1, "desk": 1}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Path]:
    with running() as home:
        yield home


@pytest.fixture(params=["sqlite", "postgresql"])
def halls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[HallClient]]:
    """Eight clients, every other one at the other of two server processes."""
    database = f"sqlite:///{tmp_path / 'shared.db'}"
    if request.param == "postgresql":
        database = create_database(request.getfixturevalue("cluster"), "parallel")
    key = tmp_path / "document.key"
    settings = {"data_dir": tmp_path, "database": database, "broker": NO_BROKER, "document_key_file": str(key)}
    chosen = ServerSettings.load(flags=settings)
    furnish(chosen)
    roles = ("kiosk", "caller", "booking")
    token = in_database(chosen, lambda connection: add_device(connection, "all", roles, SAMPLE_HALL.hall.id))
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(serving(tmp_path / name, database, key)) for name in ("one", "other")]
        clients = [HallClient(servers[n % 2].url, SAMPLE_HALL.hall.id, token, timeout=PATIENCE) for n in range(8)]
        yield clients
        for client in clients:
            client.close()


def all_at_once(halls: list[HallClient], ask: Callable[[HallClient, int], str], times: int) -> list[str]:
    with ThreadPoolExecutor(len(halls)) as hands:
        return list(hands.map(lambda n: _said(ask, halls[n % len(halls)], n), range(times)))


def _said(ask: Callable[[HallClient, int], str], hall: HallClient, n: int) -> str:
    try:
        return ask(hall, n)
    except HallError as refusal:
        return refusal.code


def a_start(hall: HallClient, place: int) -> datetime:
    tomorrow = hall.slots("pension").days[0].date + timedelta(days=1)
    return hall.slots("pension", str(tomorrow)).days[0].slots[place].start


def test_forty_book_four_places(halls: list[HallClient]) -> None:
    start = a_start(halls[0], 20)

    def ask(hall: HallClient, n: int) -> str:
        body = Book.model_validate(
            {"service": "pension", "start": start, "channel": CHANNELS[n % 4], "draft": n % 3 == 0}
        )
        return hall.book(body).channel.value

    said = Counter(all_at_once(halls, ask, 40))
    assert said == {**SHARES, "slot_full": 36}
    tomorrow = halls[0].slots("pension").days[0].date + timedelta(days=1)
    assert halls[1].slots("pension", str(tomorrow), channel="phone").days[0].slots[20].free == 0
    page = halls[0].events(0)
    assert [event.sequence for event in page.events] == [1, 2, 3, 4]


def test_many_move_into_one_time(halls: list[HallClient]) -> None:
    start, target = a_start(halls[0], 10), a_start(halls[0], 30)
    mine = []
    for place in range(4):
        for _ in range(2):
            body = {"service": "pension", "start": start + timedelta(minutes=30 * place), "channel": "phone"}
            mine.append(halls[0].book(Book.model_validate(body)))

    def ask(hall: HallClient, n: int) -> str:
        return f"{hall.move_appointment(mine[n].id, Move(start=target)).start == target}"

    assert Counter(all_at_once(halls, ask, 8)) == {"True": 2, "slot_full": 6}


def test_eight_check_in_one_booking(halls: list[HallClient]) -> None:
    hall = halls[0]
    person = Document(kind="passport", number="E12345678")
    today = hall.slots("pension", channel="phone").days[0].date
    entries = [
        entry
        for n in (0, 1)
        for entry in hall.slots("pension", str(today + timedelta(days=n)), channel="phone").days[0].slots
    ]
    start = next(entry.start for entry in entries if entry.state is SlotState.OPEN)
    body = {"service": "pension", "start": start, "channel": "phone", "document": person.model_dump()}
    booked = hall.book(Book.model_validate(body))

    def ask(other: HallClient, n: int) -> str:
        return other.check_in(CheckIn(document=person) if n % 2 else CheckIn(code=booked.code)).number

    assert Counter(all_at_once(halls, ask, 8)) == {"A001": 1, "already_checked_in": 7}
    assert hall.appointment(booked.id).number == "A001"
