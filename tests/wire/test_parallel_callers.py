"""Windows that call by themselves, with two server processes on one database, and one of them killed."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from live_hall import NO_BROKER, furnish, in_database
from server_process import PATIENCE, ServerProcess, serving
from sqlalchemy import Connection

from contract.bodies import TakeTicket
from contract.client.http import HallClient
from contract.client.sample import SAMPLE_HALL
from contract.config import Assignment, Window
from contract.events import WireEvent
from queueserver.accounts import records
from queueserver.accounts.records import Account
from queueserver.accounts.secrets import new_bearer
from queueserver.settings import ServerSettings
from tests.store.postgres_server import create_database, running

HALL = SAMPLE_HALL.hall.id
WINDOWS = tuple(f"w{n}" for n in range(1, 5))
VISITORS = 24
SOON = 12.0
"""Seconds: before the round that looks at everything anew comes again, 20 s after the start."""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Path]:
    with running() as home:
        yield home


@dataclass
class Pair:
    """Two servers on one database, and for each window a caller at each of them."""

    servers: tuple[ServerProcess, ServerProcess]
    callers: dict[str, tuple[HallClient, HallClient]]

    def events(self, server: int = 1) -> list[WireEvent]:
        client, found, after = self.callers["w1"][server], list[WireEvent](), 0
        while True:
            page = client.events(after)
            if not page.events:
                return found
            found += page.events
            after = page.events[-1].sequence


def a_clerk(window: str, connection: Connection) -> str:
    """The token of somebody who works at `window` and may give tickets too."""
    clerk, bearer = Account(HALL, f"at-{window}", records.PERSON, window, frozenset({"clerk"})), new_bearer()
    records.put(connection, clerk)
    records.add_token(connection, clerk, bearer, None)
    return bearer


def asked_by(server: ServerProcess, token: str) -> HallClient:
    return HallClient(server.url, HALL, token, timeout=PATIENCE)


@contextlib.contextmanager
def a_pair(folder: Path, database: str, breath_seconds: int) -> Iterator[Pair]:
    policy = SAMPLE_HALL.hall.policy.model_copy(
        update={"assignment": Assignment.AUTOMATIC, "assign_after_seconds": breath_seconds}
    )
    windows = tuple(
        Window(id=window, label=window[1:], name={"en": "Window"}, zone="east", serves=("social",))
        for window in WINDOWS
    )
    config = SAMPLE_HALL.model_copy(
        update={"hall": SAMPLE_HALL.hall.model_copy(update={"policy": policy}), "windows": windows}
    )
    key = folder / "document.key"
    settings = ServerSettings.load(
        flags={"data_dir": folder, "database": database, "broker": NO_BROKER, "document_key_file": str(key)}
    )
    furnish(settings, config)
    tokens = {window: in_database(settings, partial(a_clerk, window)) for window in WINDOWS}
    with contextlib.ExitStack() as stack:
        one, other = (stack.enter_context(serving(folder / name, database, key)) for name in ("one", "other"))
        callers = {window: (asked_by(one, token), asked_by(other, token)) for window, token in tokens.items()}
        yield Pair((one, other), callers)
        for pair in callers.values():
            for client in pair:
                client.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return create_database(request.getfixturevalue("cluster"), "callers")
    return f"sqlite:///{tmp_path / 'shared.db'}"


def until(found: Callable[[], object], seconds: float = PATIENCE) -> bool:
    """Whether it came to pass, asked again and again."""
    end = time.monotonic() + seconds
    while not found():
        if time.monotonic() > end:
            return False
        time.sleep(0.03)
    return True


def called(events: list[WireEvent]) -> list[tuple[str, str]]:
    """(ticket, window) of every call."""
    return [(event.data["ticket"], event.data["window"]) for event in events if event.type.endswith("ticket.called")]


def assert_one_at_a_time(events: list[WireEvent]) -> None:
    """No call to a window whose visitor is still there, no visitor called twice, and no number left out."""
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    there: dict[str, str] = {}
    for event in events:
        if event.type.endswith("ticket.called"):
            assert event.data["window"] not in there, event
            there[event.data["window"]] = event.data["ticket"]
        elif event.type.endswith("ticket.finished"):
            assert there.pop(event.data["window"]) == event.data["ticket"]
    assert set(Counter(ticket for ticket, _ in called(events)).values()) <= {1}


def test_each_visitor_is_called_once_and_one_at_a_window(tmp_path: Path, database: str) -> None:
    with a_pair(tmp_path, database, breath_seconds=0) as pair:

        def serve(window: str) -> int:
            """Whoever comes to the window; each key is pressed at the other server than the one before."""
            pair.callers[window][0].open_window(window)
            for served in itertools.count():
                here = pair.callers[window][served % 2]
                assert until(partial(somebody_or_the_end, pair, here, window))
                if here.window(window).current is None:
                    return served
                here.start(window)
                pair.callers[window][1 - served % 2].finish(window)
            raise AssertionError

        def take(n: int) -> str:
            return pair.callers["w1"][n % 2].take_ticket(TakeTicket(service="pension")).id

        with ThreadPoolExecutor(len(WINDOWS) + 4) as hands:
            serving_all = [hands.submit(serve, window) for window in WINDOWS]
            taken = list(hands.map(take, range(VISITORS)))
            assert sum(one.result() for one in serving_all) == VISITORS
        events = pair.events()
        assert_one_at_a_time(events)
        assert {ticket for ticket, _ in called(events)} == set(taken)
        assert pair.events(0) == events


def somebody_or_the_end(pair: Pair, here: HallClient, window: str) -> bool:
    finished = sum(event.type.endswith("ticket.finished") for event in pair.events())
    return here.window(window).current is not None or finished == VISITORS


def test_the_call_comes_though_the_process_that_freed_the_window_is_killed(tmp_path: Path, database: str) -> None:
    with a_pair(tmp_path, database, breath_seconds=1) as pair:
        mine, neighbours = pair.callers["w1"]
        mine.open_window("w1")
        first, second = (mine.take_ticket(TakeTicket(service="pension")) for _ in range(2))
        assert until(lambda: mine.window("w1").current)
        mine.start("w1")
        mine.finish("w1")
        pair.servers[0].kill()
        assert called(pair.events()) == [(first.id, "w1")], "killed between the finish and the call"
        assert until(lambda: neighbours.window("w1").current, SOON)
        neighbours.start("w1")
        neighbours.finish("w1")
        events = pair.events()
        assert called(events) == [(first.id, "w1"), (second.id, "w1")]
        assert_one_at_a_time(events)
