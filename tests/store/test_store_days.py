"""The business day on a real file: it turns by itself, once, and a clock that goes backwards does no harm."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from contract.client.sample import SAMPLE_HALL
from queueserver.handlers import commands
from queueserver.ports import Actor
from queueserver.store.rows import from_ms
from tests.store.store_kit import (
    HALL,
    HandClock,
    Office,
    assert_same,
    audit,
    contents,
    founded,
    reloaded,
    rows_of,
    run,
    sqlite_url,
)


def test_the_day_turns_before_the_first_command_of_a_new_day_even_after_a_restart(url: str) -> None:
    async def test() -> None:
        clock = HandClock()
        async with Office(url, clock) as office:
            await office.open("w1")
            waits, called = await office.take(), await office.take()
            await office.do(commands.Pick("w1", called["id"], "first"))
        clock.turn(days=1)
        async with Office(url, clock) as office:
            assert (await office.take())["number"] == "A001"
            states = dict(rows_of(office.engine, "SELECT id, state FROM tickets"))
            assert (states[waits["id"]], states[called["id"]]) == ("expired", "expired")
            kinds = rows_of(office.engine, "SELECT type, business_day FROM events ORDER BY seq DESC LIMIT 3")
            assert kinds == [
                ("ticket.issued", "2026-03-03"),
                ("day.closed", "2026-03-02"),
                ("window.closed", "2026-03-02"),
            ]
            await office.open("w1")
            assert (await office.do(commands.CallNext("w1")))["number"] == "A001", "the window is free"
            audit(office.engine)

    run(test)


def test_a_tick_turns_the_day_once_and_writes_nothing_otherwise(url: str) -> None:
    async def test() -> None:
        clock = HandClock()
        async with Office(url, clock) as office:
            await office.take()
            before = contents(office.engine)
            await office.writer.tick(HALL)
            assert contents(office.engine) == before
            clock.turn(days=3)
            for _ in range(2):
                await office.writer.tick(HALL)
            assert rows_of(office.engine, "SELECT business_day FROM halls") == ["2026-03-05"]
            assert rows_of(office.engine, "SELECT type FROM events WHERE type = 'day.closed'") == ["day.closed"]
            audit(office.engine)

    run(test)


def test_a_refused_first_command_of_the_day_still_turns_it(url: str) -> None:
    async def test() -> None:
        clock = HandClock()
        async with Office(url, clock) as office:
            await office.take()
            clock.turn(days=1)
            assert await office.refused(commands.CallNext("w1")) == "window_closed"
            assert rows_of(office.engine, "SELECT state FROM tickets") == ["expired"]
            audit(office.engine)

    run(test)


def test_a_clock_that_goes_backwards_does_no_harm(url: str) -> None:
    async def test() -> None:
        clock = HandClock()
        async with Office(url, clock) as office:
            await office.open("w1")
            await office.take()
            clock.turn(days=-2)
            await office.take()
            clock.turn(minutes=5)
            await office.take()
            assert rows_of(office.engine, "SELECT business_day FROM halls") == ["2026-03-02"], (
                "a closed day stays closed"
            )
            for expected in ("A001", "A002", "A003"):
                assert (await office.do(commands.CallNext("w1")))["number"] == expected
                await office.do(commands.Start("w1"))
                await office.do(commands.Finish("w1", "done", ()))
            audit(office.engine)
            moments = rows_of(office.engine, "SELECT issued_at, called_at, started_at, ended_at FROM tickets")
            assert all(list(row) == sorted(row) for row in moments), "no duration is negative"
            with office.engine.begin() as connection:
                live = office.in_memory()
                assert live is not None
                assert_same(live, reloaded(connection))

    run(test)


def test_the_halls_time_stands_still_over_a_restart_too(url: str) -> None:
    async def test() -> None:
        clock = HandClock()
        async with Office(url, clock) as office:
            await office.open("w1")
            await office.take()
        clock.turn(hours=-5)
        async with Office(url, clock) as office:
            called = await office.do(commands.CallNext("w1"))
            assert called["number"] == "A001"
            (row,) = rows_of(office.engine, "SELECT called_at - issued_at, called_at FROM tickets")
            assert row[0] == 0
            assert rows_of(office.engine, "SELECT at FROM halls") == [row[1]]
            clock.turn(hours=6)
            await office.do(commands.Start("w1"))
            assert rows_of(office.engine, "SELECT started_at - called_at FROM tickets") == [3_600_000]
            audit(office.engine)

    run(test)


SAMPLE_HALL_QUEUES = [queue.id for queue in SAMPLE_HALL.queues]
BOSS = Actor("boss", "陈主任", frozenset({"manager"}))


def test_an_early_end_and_its_reopening_outlive_a_restart(url: str) -> None:
    async def test() -> None:
        clock = HandClock()
        close = commands.CloseDay(BOSS, "停电", (("zh-CN", "今日停办。"),), dry_run=False)
        async with Office(url, clock) as office:
            await office.open("w1")
            served, waits = await office.take(), await office.take()
            await office.do(commands.CallNext("w1"))
            await office.do(close, key="close-it-once")
            before = contents(office.engine)
            await office.do(close, key="close-it-once")
            assert contents(office.engine) == before, "the same intention again"
        async with Office(url, clock) as office:
            assert await office.refused(close) == "day_closed"
            assert await office.refused(commands.TakeTicket("pension", "kiosk", "en")) == "day_closed"
            await office.do(commands.Start("w1"))
            clock.turn(minutes=10)
            await office.do(commands.ReopenDay(BOSS))
            states = dict(rows_of(office.engine, "SELECT id, state FROM tickets"))
            assert states == {served["id"]: "serving", waits["id"]: "waiting"}
            assert rows_of(office.engine, "SELECT ended_at FROM tickets") == [None, None]
        async with Office(url, clock) as office:
            assert await office.refused(commands.ReopenDay(BOSS)) == "day_open"
            assert (await office.take())["number"] == "A003"
            await office.do(commands.Finish("w1", "done", ()))
            assert (await office.do(commands.CallNext("w1")))["number"] == waits["number"]
            audit(office.engine)

    run(test)


def test_two_thousand_tickets_are_voided_in_one_commit(url: str) -> None:
    async def test() -> None:
        async with Office(url, HandClock()) as office:
            for start in range(0, 2000, 250):
                services = ("pension", "invoices", "id-card")
                await asyncio.gather(*(office.take(services[(start // 250) % 3]) for _ in range(250)))
            tickets, seq = (
                rows_of(office.engine, "SELECT count(*) FROM tickets")[0],
                rows_of(office.engine, "SELECT seq FROM halls")[0],
            )
            everything = tuple(SAMPLE_HALL_QUEUES)
            await office.do(
                commands.VoidTickets(BOSS, everything, None, (), "停电", (("en", "Sorry."),), dry_run=False)
            )
            assert rows_of(office.engine, "SELECT DISTINCT state FROM tickets") == ["cancelled"]
            assert rows_of(office.engine, "SELECT seq FROM halls") == [seq + tickets + 1]
            audit(office.engine)

    run(test)


def test_publishing_leaves_changed_hours_and_an_early_end_as_they_are(url: str) -> None:
    async def test() -> None:
        clock = HandClock()
        async with Office(url, clock) as office:
            closing = commands.MakeClosure(BOSS, ("social",), None, None, None, False, "flood", False, (), False)
            await office.do(closing)
            await office.writer.publish_config(HALL, SAMPLE_HALL, by="boss", note="")
            assert await office.refused(commands.TakeTicket("pension", "kiosk", "en")) == "queue_closed"
            assert (await office.take("invoices"))["number"] == "B001"
            await office.do(commands.CloseDay(BOSS, "flood", (), dry_run=False))
            await office.writer.publish_config(HALL, SAMPLE_HALL, by="boss", note="")
            assert await office.refused(commands.TakeTicket("invoices", "kiosk", "en")) == "day_closed"
            await office.do(commands.ReopenDay(BOSS))
            assert await office.refused(commands.TakeTicket("pension", "kiosk", "en")) == "queue_closed"
            assert (await office.take("invoices"))["number"] == "B002"
            audit(office.engine)

    run(test)


@pytest.mark.parametrize(
    ("zone", "night"),
    [
        ("Europe/Berlin", "2026-03-29"),
        ("Europe/Berlin", "2026-10-25"),
        ("America/New_York", "2026-03-08"),
        ("America/New_York", "2026-11-01"),
        ("Australia/Lord_Howe", "2026-04-05"),
        ("Australia/Lord_Howe", "2026-10-04"),
        ("Asia/Kathmandu", "2026-03-29"),
    ],
)
@pytest.mark.parametrize("boundary", ["04:00", "02:15"])
def test_days_turn_once_a_night_wherever_the_hall_is(tmp_path: Path, zone: str, night: str, boundary: str) -> None:
    """Two days and nights in steps of 15 minutes; also with a boundary in the time that is skipped or comes twice."""
    hall = SAMPLE_HALL.hall.model_copy(update={"time_zone": zone, "day_boundary": boundary})
    before = datetime.combine(date.fromisoformat(night) - timedelta(days=1), time(12), ZoneInfo(zone))
    url = founded(
        sqlite_url(tmp_path / "hall.db"), SAMPLE_HALL.model_copy(update={"hall": hall}), before.astimezone(UTC)
    )

    async def test() -> None:
        clock = HandClock(before.astimezone(UTC))
        async with Office(url, clock) as office:
            for _ in range(4 * 36):
                await office.take()
                clock.turn(minutes=15)
            days = rows_of(office.engine, "SELECT DISTINCT business_day FROM visits ORDER BY business_day")
            assert days == [(before.date() + timedelta(days=n)).isoformat() for n in range(2)]
            turns = rows_of(office.engine, "SELECT at FROM events WHERE type = 'day.closed'")
            walls = [from_ms(at).astimezone(ZoneInfo(zone)) for at in turns]
            assert len(walls) == 1
            assert walls[0].date().isoformat() == night
            assert walls[0].strftime("%H:%M") in (boundary, "03:00", "02:30"), (
                "at the boundary, or when its skip is over"
            )
            audit(office.engine)

    run(test)


def test_windows_out_of_use_outlive_a_restart_and_close_when_their_time_has_come(url: str) -> None:
    async def test() -> None:
        clock = HandClock()
        async with Office(url, clock) as office:
            await office.open("w1")
            later = commands.CloseWindows(BOSS, ("w1",), None, 23 * 60, None, "water", (), dry_run=False)
            await office.do(later)
        local = from_ms(rows_of(office.engine, "SELECT at FROM halls")[0]).astimezone(ZoneInfo("Asia/Shanghai"))
        clock.turn(minutes=23 * 60 - local.hour * 60 - local.minute)
        async with Office(url, clock) as office:
            await office.writer.tick(HALL)
            assert rows_of(office.engine, "SELECT state FROM windows WHERE id = 'w1'") == ["closed"]
            assert await office.refused(commands.OpenWindow("w1", BOSS)) == "window_out_of_use"
            audit(office.engine)
            with office.engine.begin() as connection:
                live = office.in_memory()
                assert live is not None
                assert_same(live, reloaded(connection))

    run(test)
