"""When the database cannot: a clear code, nothing half done, and the next command works as if nothing had been."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from queueserver.domain.numbering import QueueDay
from queueserver.handlers import commands
from queueserver.ports import Answer
from queueserver.store import database
from queueserver.store.batch import Batch, Reply
from queueserver.store.database import StorageError, classify
from tests.store.store_kit import (
    HALL,
    Office,
    assert_same,
    audit,
    contents,
    reloaded,
    render,
    rows_of,
    run,
    said,
    sqlite_url,
)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)


def pragma(office: Office, statement: str) -> Any:
    """Set on the connection the writer uses; there is only one in its pool."""
    with office.engine.connect() as connection:
        return connection.connection.driver_connection.execute(f"PRAGMA {statement}").fetchone()  # type: ignore[union-attr] # connected


async def failed(office: Office, *commands_: commands.Command) -> set[str]:
    results = await asyncio.gather(*(office.do(command) for command in commands_), return_exceptions=True)
    assert all(isinstance(result, StorageError) for result in results), results
    return {result.code for result in results if isinstance(result, StorageError)}


async def works_again(office: Office, number: str) -> None:
    """The next number is the one that would have come, and memory is what a fresh start reads."""
    assert (await office.take())["number"] == number
    audit(office.engine)
    live = office.in_memory()
    assert live is not None
    with office.engine.begin() as connection:
        assert_same(live, reloaded(connection))


TAKE = commands.TakeTicket("pension", "kiosk", "zh-CN")


def test_locked_by_another_connection(url: str, hall_file: Path) -> None:
    async def test() -> None:
        async with Office(url) as office:
            await office.take()
            before, told = contents(office.engine), list(office.told)
            other = sqlite3.connect(hall_file, isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            try:
                assert await failed(office, TAKE, TAKE, commands.CallNext("w1")) == {"storage_unavailable"}
            finally:
                other.execute("ROLLBACK")
                other.close()
            assert (contents(office.engine), office.told) == (before, told)
            await works_again(office, "A002")

    run(test)


def test_the_disk_is_full(url: str) -> None:
    async def test() -> None:
        async with Office(url) as office:
            await office.open("w1")
            first = await office.take()
            pages = rows_of(office.engine, "PRAGMA page_count")[0]
            pragma(office, f"max_page_count={pages + 2}")
            issued, full = 1, ""
            while not full:
                before = contents(office.engine)
                try:
                    await office.take(key=f"key-number-{issued}")
                    issued += 1
                except StorageError as error:
                    full = error.code
            assert full == "storage_full"
            assert contents(office.engine) == before, "nothing half done"
            audit(office.engine)
            pragma(office, "max_page_count=1000000")
            answer = await office.take(key=f"key-number-{issued}")
            assert answer["number"] == f"A{issued + 1:03d}", "the same key works once there is room"
            assert (await office.do(commands.CallNext("w1")))["id"] == first["id"]
            await works_again(office, f"A{issued + 2:03d}")

    run(test)


def test_read_only(url: str) -> None:
    async def test() -> None:
        async with Office(url) as office:
            await office.take()
            before = contents(office.engine)
            pragma(office, "query_only=ON")
            assert await failed(office, TAKE, TAKE) == {"storage_unavailable"}
            pragma(office, "query_only=OFF")
            assert contents(office.engine) == before
            await works_again(office, "A002")

    run(test)


def test_the_commit_itself_fails(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything was decided and written, then the last step fails: memory must not believe any of it."""

    async def test() -> None:
        async with Office(url) as office:
            await office.open("w1")
            await office.take()
            before, told = contents(office.engine), list(office.told)
            real = office.engine.dialect.do_commit

            def fail(_: Any) -> None:
                raise sqlite3.OperationalError("disk I/O error")

            monkeypatch.setattr(office.engine.dialect, "do_commit", fail)
            assert await failed(office, TAKE, commands.CallNext("w1")) == {"storage_unavailable"}
            monkeypatch.setattr(office.engine.dialect, "do_commit", real)
            assert (contents(office.engine), office.told) == (before, told)
            assert (await office.do(commands.CallNext("w1")))["number"] == "A001"
            await works_again(office, "A002")

    run(test)


def test_after_a_failed_commit_memory_is_not_believed_even_if_the_numbers_agree(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One command fails here, one succeeds elsewhere: memory has the right sequence number and the wrong hall."""

    async def test() -> None:
        async with Office(url) as office, Office(url) as other:
            await office.take()
            real = office.engine.dialect.do_commit

            def fail(_: Any) -> None:
                raise sqlite3.OperationalError("disk I/O error")

            monkeypatch.setattr(office.engine.dialect, "do_commit", fail)
            assert await failed(office, TAKE) == {"storage_unavailable"}
            monkeypatch.setattr(office.engine.dialect, "do_commit", real)
            assert (await other.take("invoices"))["number"] == "B001"
            await works_again(office, "A002")
            assert (await office.take("invoices"))["number"] == "B002"

    run(test)


def test_no_file_no_answer_but_a_code(tmp_path: Path) -> None:
    """Also when the very first connection fails nobody waits for ever."""

    async def test() -> None:
        async with Office(sqlite_url(tmp_path / "missing" / "hall.db")) as office:
            assert await failed(office, TAKE) == {"storage_unavailable"}
            with pytest.raises(StorageError, match="storage_unavailable"):
                await office.writer.run(lambda connection: None)

    run(test)


def test_one_command_that_breaks_a_database_rule_does_not_take_the_others_along(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A number that is taken already, as after a hand-edited counter."""

    async def test() -> None:
        async with Office(url) as office:
            await office.take()
            live = office.in_memory()
            assert live is not None
            with office.engine.begin() as connection:
                connection.exec_driver_sql("UPDATE queue_days SET next_number = 1, issued = 0 WHERE queue = 'social'")
            live.queue_days["social"] = QueueDay("social", 1)
            results = await asyncio.gather(
                office.take("invoices"), office.take(), office.take("invoices"), return_exceptions=True
            )
            assert [said(r) for r in results] == ["B001", "internal", "B002"]
            with office.engine.begin() as connection:
                connection.exec_driver_sql("UPDATE queue_days SET next_number = 2, issued = 1 WHERE queue = 'social'")
            office.writer._lives.clear()
            await works_again(office, "A002")

    run(test)
    assert "could not be carried out" in caplog.text
    caplog.clear()


def test_a_defect_in_one_commands_answer_does_not_take_the_others_along(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: Answer) -> Reply:
        raise RuntimeError("a defect")

    async def test() -> None:
        async with Office(url) as office:
            results = await asyncio.gather(
                office.take(key="key-number-1"),
                office.writer.submit(HALL, TAKE, key="key-number-2", render=broken),
                office.take(key="key-number-3"),
                return_exceptions=True,
            )
            assert isinstance(results[1], StorageError)
            assert results[1].code == "internal"
            assert [said(results[n]) for n in (0, 2)] == ["A001", "A002"]
            await works_again(office, "A003")

    run(test)
    assert "could not be carried out" in caplog.text


def test_a_listener_that_fails_does_not_turn_a_commit_into_a_failure(
    url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def test() -> None:
        async with Office(url) as office:

            def deaf(hall: str, seq: int) -> None:
                raise RuntimeError(f"{hall} {seq}")

            monkeypatch.setattr(office.writer, "_on_commit", deaf)
            assert (await office.take())["number"] == "A001"
            await works_again(office, "A002")

    run(test)
    assert "could not be told on" in caplog.text


def test_a_write_that_fails_is_told_and_undone(url: str, caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        async with Office(url) as office:

            def half(connection: Any) -> None:
                connection.exec_driver_sql("UPDATE halls SET relayed_seq = 99")
                raise RuntimeError("in the middle")

            with pytest.raises(StorageError, match="internal"):
                await office.writer.run(half)
            assert rows_of(office.engine, "SELECT relayed_seq FROM halls") == [0]
            await works_again(office, "A001")

    run(test)
    assert "a write failed" in caplog.text


def test_who_comes_after_the_close_is_refused_and_who_came_before_is_served(url: str) -> None:
    async def test() -> None:
        async with Office(url) as office:
            early = [asyncio.create_task(office.take()) for _ in range(20)]
            await asyncio.sleep(0)
            await asyncio.to_thread(office.writer.close)
            assert len({(await task)["number"] for task in early}) == 20
            assert await failed(office, TAKE) == {"storage_unavailable"}
            office.writer = type(office.writer)(
                office.engine, office.clock, lambda: "x", lambda: "y", lambda hall, seq: None
            )
            office.writer.start()

    run(test)


def test_too_many_at_once_are_told_to_come_again(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        async with Office(url) as office:
            monkeypatch.setattr("queueserver.store.writer.MOST_WAITING", 4)
            with office.engine.connect():
                results = await asyncio.gather(*(office.take() for _ in range(200)), return_exceptions=True)
            busy = [r for r in results if isinstance(r, StorageError)]
            numbers = [r["number"] for r in results if isinstance(r, dict)]
            assert {error.code for error in busy} == {"busy"}
            assert len(busy) + len(numbers) == 200
            assert sorted(numbers) == [f"A{n:03d}" for n in range(1, len(numbers) + 1)]
            audit(office.engine)

    run(test)


def test_who_no_longer_waits_for_the_answer_disturbs_nobody(url: str) -> None:
    """The visitor's connection broke: the command is carried out and its key has the answer."""

    async def test() -> None:
        async with Office(url) as office:
            task = asyncio.create_task(office.take(key="broken-line"))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert (await office.take())["number"] == "A002"
            assert (await office.take(key="broken-line"))["number"] == "A001"

    run(test)


def _sqlite_error(code: int, message: str = "x") -> OperationalError:
    error = sqlite3.OperationalError(message)
    error.sqlite_errorcode = code
    return OperationalError("SELECT 1", {}, error)


@pytest.mark.parametrize(
    ("code", "message", "expected"),
    [
        (sqlite3.SQLITE_FULL, "whatever it says", "storage_full"),
        (sqlite3.SQLITE_BUSY, "database is locked", "storage_unavailable"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "database is locked", "storage_unavailable"),
        (sqlite3.SQLITE_LOCKED, "table is locked", "storage_unavailable"),
        (sqlite3.SQLITE_READONLY, "attempt to write a readonly database", "storage_unavailable"),
        (sqlite3.SQLITE_IOERR, "disk I/O error", "storage_unavailable"),
        (sqlite3.SQLITE_IOERR_WRITE, "No space left on device", "storage_full"),
    ],
)
def test_what_a_database_error_means(code: int, message: str, expected: str) -> None:
    failure = classify(_sqlite_error(code, message))
    assert (failure.code, failure.detail) == (expected, message)
    assert str(failure) == f"{expected}: {message}"


def test_a_batch_that_was_never_written_leaves_the_file_alone(url: str) -> None:
    async def test() -> None:
        async with Office(url) as office:
            await office.take()
            before = contents(office.engine)
            connection = office.engine.connect()
            transaction = connection.begin()
            batch = Batch.begin(connection, HALL, None, office.clock, lambda: "0" * 26, lambda: "t")
            assert batch is not None
            batch.decide(TAKE, "", "", render)
            transaction.rollback()
            connection.close()
            assert contents(office.engine) == before

    run(test)


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
