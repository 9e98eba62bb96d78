"""The business day on a real file: it turns by itself, once, and a clock that goes backwards does no harm."""

from __future__ import annotations

from queueserver.handlers import commands
from tests.store.store_kit import HALL, HandClock, Office, assert_same, audit, contents, reloaded, rows_of, run


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
            kinds = rows_of(office.engine, "SELECT type, business_day FROM events ORDER BY seq DESC LIMIT 2")
            assert kinds == [("ticket.issued", "2026-03-03"), ("day.closed", "2026-03-02")]
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
            with office.engine.begin() as connection:
                live = office.in_memory()
                assert live is not None
                assert_same(live, reloaded(connection))

    run(test)
