"""The same writer on PostgreSQL: the same books, the same random days, and a connection that is cut."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import text

from contract.client.sample import SAMPLE_HALL
from queueserver.handlers import commands
from queueserver.store import database
from queueserver.store.database import DatabaseRefusedError, StorageError, open_engine, prepare
from tests.store.postgres_server import create_database, running, terminate_connections
from tests.store.random_days import RandomDay, Step, batches
from tests.store.store_kit import (
    HALL,
    HandClock,
    Office,
    assert_same,
    audit,
    calls_of,
    contents,
    founded,
    reloaded,
    rows_of,
    run,
    said,
)

names = itertools.count(1)


@pytest.fixture(scope="module")
def server() -> Iterator[Path]:
    with running() as home:
        founded(create_database(home, "template_hall"))
        yield home


@pytest.fixture
def name() -> str:
    return f"hall_{next(names)}"


@pytest.fixture
def url(server: Path, name: str) -> str:
    return create_database(server, name, "template_hall")


def test_many_at_once_from_two_servers(url: str) -> None:
    async def test() -> None:
        async with Office(url) as one, Office(url) as other:
            await one.open("w1", "w2")
            offices = (one, other)
            taken = await asyncio.gather(*(offices[n % 2].take() for n in range(120)))

            async def call(office: Office, window: str) -> list[str]:
                called = []
                while (answer := await office.do(commands.CallNext(window))).get("answer") != "Nobody":
                    called.append(answer["number"])
                    await office.do(commands.Start(window))
                    await office.do(commands.Finish(window, "done", ()))
                return called

            called = await asyncio.gather(call(one, "w1"), call(other, "w2"))
            assert sorted(called[0] + called[1]) == sorted(answer["number"] for answer in taken)
            assert set(calls_of(one.engine).values()) == {1}
            audit(one.engine)

    run(test)


def test_repeating_refusing_and_the_turn_of_the_day(url: str) -> None:
    async def test() -> None:
        clock = HandClock()
        async with Office(url, clock) as office:
            first = await office.take(key="key-number-1")
            assert await asyncio.gather(*(office.take(key="key-number-1") for _ in range(4))) == [first] * 4
            before = contents(office.engine)
            assert await office.refused(commands.MarkPrinted(first["id"]), "key-number-1") == "key_reused"
            assert await office.refused(commands.TakeTicket("notary", "kiosk", "en")) == "queue_closed"
            assert contents(office.engine) == before
        clock.turn(days=1)
        async with Office(url, clock) as office:
            assert await office.take(key="key-number-1") == first
            assert (await office.take())["number"] == "A001"
            assert sorted(rows_of(office.engine, "SELECT state FROM tickets")) == ["expired", "waiting"]
            audit(office.engine)

    run(test)


def test_the_longest_words_the_contract_allows_are_kept(url: str) -> None:
    async def test() -> None:
        async with Office(url) as office:
            holder = commands.Holder("f" * 64, "1" + "*" * 39, "张" + "*" * 199, "*" * 20)
            await office.do(commands.TakeTicket("pension", "kiosk", "zh-" + "Hans-CN-" * 4, None, holder))
            await office.open("w1")
            await office.do(commands.CallNext("w1"))
            await office.do(commands.Hold("w1", "复" * 200))
            await office.do(commands.PauseWindow("w1", "餐" * 200))
            audit(office.engine)

    run(test)


def test_a_text_the_database_refuses_harms_only_its_own_command(url: str, caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        async with Office(url) as office:
            nul = commands.Holder(person="张\0三")
            results = await asyncio.gather(
                office.take(), office.take(holder=nul), office.take(), return_exceptions=True
            )
            assert isinstance(results[1], StorageError)
            assert results[1].code == "internal"
            assert [said(results[n]) for n in (0, 2)] == ["A001", "A002"]
            audit(office.engine)

    run(test)
    assert "could not be carried out" in caplog.text


def test_a_connection_that_was_cut_is_made_again(server: Path, url: str, name: str) -> None:
    async def test() -> None:
        async with Office(url) as office:
            await office.take()
            assert terminate_connections(server, name) == 1
            assert (await office.take())["number"] == "A002"
            live = office.in_memory()
            assert live is not None
            with office.engine.begin() as connection:
                assert_same(live, reloaded(connection))
            audit(office.engine)

    run(test)


def test_a_hall_somebody_else_holds_is_a_clear_refusal(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)

    async def test() -> None:
        async with Office(url) as office:
            await office.take()
            with psycopg.connect(url.replace("+psycopg", "")) as other:
                other.execute("UPDATE halls SET seq = seq")
                with pytest.raises(StorageError, match="storage_unavailable"):
                    await office.take()
                other.rollback()
            assert (await office.take())["number"] == "A002"
            audit(office.engine)

    run(test)


def test_publishing_keeps_numbers_and_places(url: str) -> None:
    async def test() -> None:
        async with Office(url) as office:
            await office.take()
            queues = tuple(
                q.model_copy(update={"prefix": {"social": "X", "police": "A"}.get(q.id, q.prefix)})
                for q in SAMPLE_HALL.queues
            )
            config = SAMPLE_HALL.model_copy(update={"queues": queues})
            assert await office.writer.publish_config(HALL, config, by="zhao", note="", expected_version=1) == 2
            assert (await office.take("id-card"))["number"] == "A002"
            assert (await office.take())["wait"]["ahead"] == 1

    run(test)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(batches=batches)
def test_memory_equals_a_fresh_start_here_too(server: Path, batches: list[list[Step]]) -> None:
    engine = open_engine(create_database(server, "random", "template_hall"), writing=True)
    try:
        day = RandomDay(engine)
        for batch in batches:
            day.batch(batch)
        audit(engine)
    finally:
        engine.dispose()


def test_preparing_twice_and_a_newer_schema(url: str) -> None:
    prepare(url)
    engine = open_engine(url, writing=True)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(DatabaseRefusedError, match="newer version"):
        prepare(url)


def test_a_server_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(DatabaseRefusedError, match="cannot be opened") as refusal:
        prepare(f"postgresql+psycopg://postgres@/hall?host={tmp_path}")
    assert "\n" not in str(refusal.value)
