"""The one writer on real files: commands at once, repeated, refused, and from two writers."""

from __future__ import annotations

import asyncio
import contextlib
import json
from pathlib import Path

import pytest
from sqlalchemy import Connection

from queueserver.clock import Ulids, visitor_token
from queueserver.domain.errors import DomainError
from queueserver.handlers import commands
from queueserver.ports import Actor
from queueserver.store.batch import Batch
from queueserver.store.database import open_engine
from tests.store.store_kit import (
    HALL,
    HandClock,
    Office,
    audit,
    calls_of,
    contents,
    founded,
    many_windows,
    render,
    rows_of,
    run,
    said,
    sqlite_url,
)

ISSUERS, TICKETS_EACH, CALLERS = 32, 20, 16


def test_32_issuers_and_16_callers_on_one_queue(tmp_path: Path) -> None:
    url = founded(sqlite_url(tmp_path / "hall.db"), many_windows(CALLERS))

    async def test() -> None:
        async with Office(url) as office:
            await office.open(*(f"w{n}" for n in range(1, CALLERS + 1)))
            issued: list[str] = []
            served: list[str] = []
            issuing = True

            async def issue(n: int) -> None:
                for i in range(TICKETS_EACH):
                    answer = await office.take(priority_class=("elderly" if (n + i) % 4 == 0 else None))
                    issued.append(answer["id"])

            async def call(window: str) -> None:
                while True:
                    last_look = not issuing
                    answer = await office.do(commands.CallNext(window))
                    if answer.get("answer") == "Nobody":
                        if last_look:
                            return
                        continue
                    served.append(answer["id"])
                    await office.do(commands.Start(window))
                    await office.do(commands.Finish(window, "done", ()))

            callers = [asyncio.create_task(call(f"w{n}")) for n in range(1, CALLERS + 1)]
            await asyncio.gather(*(issue(n) for n in range(ISSUERS)))
            issuing = False
            await asyncio.gather(*callers)
            assert len(issued) == len(set(issued)) == ISSUERS * TICKETS_EACH
            assert sorted(served) == sorted(issued), "none skipped, none twice"
            audit(office.engine)
            assert set(calls_of(office.engine).values()) == {1}
            assert rows_of(office.engine, "SELECT DISTINCT state FROM tickets") == ["finished"]
            assert office.told == sorted(office.told)
            assert office.told[-1] == (HALL, rows_of(office.engine, "SELECT seq FROM halls")[0])
            commits = len(office.told)
            assert commits < ISSUERS * TICKETS_EACH * 4, "commands that wait together are committed together"

    run(test)


def test_two_writers_on_one_file(url: str) -> None:
    """Each sees by the sequence number that the other has written, and catches up."""

    async def test() -> None:
        async with Office(url) as one, Office(url) as other:
            await one.open("w1", "w2")
            offices = (one, other)
            taken = await asyncio.gather(*(offices[n % 2].take() for n in range(80)))
            assert len({answer["number"] for answer in taken}) == 80

            async def call(office: Office, window: str) -> list[str]:
                numbers = []
                while (answer := await office.do(commands.CallNext(window))).get("answer") != "Nobody":
                    numbers.append(answer["number"])
                    await office.do(commands.Start(window))
                    await office.do(commands.Finish(window, "done", ()))
                return numbers

            called = await asyncio.gather(call(one, "w1"), call(other, "w2"))
            assert sorted(called[0] + called[1]) == sorted(answer["number"] for answer in taken)
            assert all(numbers == sorted(numbers) for numbers in called), "first come, first called"
            audit(one.engine)
            assert set(calls_of(one.engine).values()) == {1}

    run(test)


def test_a_writer_sees_at_once_what_another_committed(url: str) -> None:
    async def test() -> None:
        async with Office(url) as one, Office(url) as other:
            first = await one.take()
            assert (await other.take())["wait"]["ahead"] == 1
            await other.do(commands.Cancel(first["id"], walkout=False, reason=""))
            assert await one.refused(commands.Cancel(first["id"], walkout=False, reason="")) == "illegal_transition"
            assert (await one.take())["number"] == "A003"

    run(test)


# -- repeating


def test_a_repeated_key_gets_the_first_answer_even_after_a_restart(url: str) -> None:
    async def test() -> None:
        async with Office(url) as office:
            first = await office.take(key="key-number-1")
            await office.take()
            assert await office.take(key="key-number-1") == first
        async with Office(url) as office:
            before = contents(office.engine)
            assert await office.take(key="key-number-1") == first
            assert contents(office.engine) == before
            assert (await office.take())["number"] == "A003"

    run(test)


def test_a_double_tap_in_one_batch_makes_one_ticket(url: str) -> None:
    async def test() -> None:
        async with Office(url) as office:
            answers = await asyncio.gather(*(office.take(key="double-tap") for _ in range(8)), office.take())
            assert [answer["number"] for answer in answers] == ["A001"] * 8 + ["A002"]
            audit(office.engine)

    run(test)


def test_within_one_batch_the_second_use_of_a_key_gets_the_first_reply(url: str) -> None:
    engine, clock = open_engine(url, writing=True), HandClock()
    take = commands.TakeTicket("pension", "kiosk", "zh-CN")
    with engine.begin() as connection:
        batch = Batch.begin(connection, HALL, None, clock, Ulids(clock), visitor_token)
        assert batch is not None
        first = batch.decide(take, "key-number-1", "print", render)
        assert batch.decide(take, "key-number-1", "print", render) == first
        with pytest.raises(DomainError, match="key_reused"):
            batch.decide(take, "key-number-1", "another print", render)
        assert batch.decide(take, "", "", render) != batch.decide(take, "", "", render), "no key, no memory"
        batch.write()
    audit(engine)
    assert rows_of(engine, "SELECT number FROM visits ORDER BY number") == ["A001", "A002", "A003"]
    engine.dispose()


def test_a_key_used_for_something_else_is_refused(url: str) -> None:
    async def test() -> None:
        async with Office(url) as office:
            ticket = await office.take(key="key-number-1")
            before = contents(office.engine)
            other = commands.TakeTicket("invoices", "kiosk", "zh-CN")
            assert await office.refused(other, "key-number-1") == "key_reused"
            assert await office.refused(commands.MarkPrinted(ticket["id"]), "key-number-1") == "key_reused"
            assert contents(office.engine) == before

    run(test)


def test_two_commands_with_one_key_in_one_batch(url: str) -> None:
    async def test() -> None:
        async with Office(url) as office:
            results = await asyncio.gather(
                office.take(key="one-key-two-uses"),
                office.take("invoices", key="one-key-two-uses"),
                return_exceptions=True,
            )
            assert isinstance(results[0], dict)
            assert isinstance(results[1], DomainError)
            assert results[1].code == "key_reused"

    run(test)


def test_a_refusal_does_not_use_up_its_key(url: str) -> None:
    async def test() -> None:
        async with Office(url) as office:
            assert await office.refused(commands.CallNext("w1"), "key-number-1") == "window_closed"
            await office.open("w1")
            await office.take()
            answer = await office.do(commands.CallNext("w1"), "key-number-1")
            assert answer["number"] == "A001"
            assert await office.do(commands.CallNext("w1"), "key-number-1") == answer, "the same call, not the next one"

    run(test)


def test_the_name_of_the_actor_is_part_of_the_request_but_his_roles_are_not(url: str) -> None:
    async def test() -> None:
        async with Office(url) as office:
            wang = Actor("wang", "王丽", frozenset({"clerk"}))
            await office.do(commands.OpenWindow("w1", wang), "key-number-1")
            promoted = Actor("wang", "王丽", frozenset({"clerk", "duty_manager"}))
            assert await office.do(commands.OpenWindow("w1", promoted), "key-number-1") == {"answer": "Done"}
            li = Actor("li", "李强", frozenset({"clerk"}))
            assert await office.refused(commands.OpenWindow("w1", li), "key-number-1") == "key_reused"

    run(test)


def test_keys_are_kept_for_two_days(url: str) -> None:
    async def test() -> None:
        clock = HandClock()
        async with Office(url, clock) as office:
            await office.take(key="monday-noon")
            clock.turn(days=1)
            await office.take(key="tuesday-noon")
            assert sorted(rows_of(office.engine, "SELECT key FROM answers")) == ["monday-noon", "tuesday-noon"]
            clock.turn(days=1, minutes=1)
            await office.take()
            assert rows_of(office.engine, "SELECT key FROM answers") == ["tuesday-noon"]

    run(test)


# -- refusing


def test_a_refused_command_changes_nothing(url: str) -> None:
    async def test() -> None:
        async with Office(url) as office:
            await office.open("w1")
            ticket = await office.take()
            before, told = contents(office.engine), list(office.told)
            for command, code in (
                (commands.TakeTicket("nonsense", "kiosk", "en"), "unknown_service"),
                (commands.TakeTicket("notary", "kiosk", "en"), "queue_closed"),
                (commands.Start("w1"), "window_idle"),
                (commands.CallNext("w9"), "unknown_window"),
                (commands.MarkPrinted("nobody"), "unknown_ticket"),
                (commands.Reinstate(ticket["id"], 0), "illegal_transition"),
                (commands.OpenWindow("w1", Actor("li", "李强", frozenset())), "window_taken"),
            ):
                assert await office.refused(command, f"key-of-{code}") == code
            assert contents(office.engine) == before
            assert office.told == told, "there is nothing to tell on"

    run(test)


def test_a_refusal_in_the_middle_of_a_batch_leaves_its_neighbours_alone(url: str) -> None:
    async def test() -> None:
        async with Office(url) as office:
            results = await asyncio.gather(
                office.take(),
                office.take("notary"),
                office.take(),
                office.take("nonsense"),
                office.take(),
                return_exceptions=True,
            )
            assert [said(r) for r in results] == [
                "A001",
                "queue_closed",
                "A002",
                "unknown_service",
                "A003",
            ]
            audit(office.engine)

    run(test)


def test_a_ticket_that_ended_earlier_in_the_same_batch_is_over(url: str) -> None:
    """It is in memory no more and its end is not in the database yet."""
    engine, clock = open_engine(url, writing=True), HandClock()

    def begin(connection: Connection) -> Batch:
        batch = Batch.begin(connection, HALL, None, clock, Ulids(clock), visitor_token)
        assert batch is not None
        return batch

    def do(batch: Batch, command: commands.Command) -> dict[str, str]:
        found: dict[str, str] = json.loads(batch.decide(command, "", "", render).body)
        return found

    take = commands.TakeTicket("pension", "kiosk", "zh-CN")
    with engine.begin() as connection:
        batch = begin(connection)
        old = do(batch, take)["id"]
        do(batch, commands.OpenWindow("w1", Actor("wang", "王丽", frozenset())))
        batch.write()
    with engine.begin() as connection:
        batch = begin(connection)
        for ticket in (old, do(batch, take)["id"]):
            do(batch, commands.Cancel(ticket, walkout=False, reason=""))
            for command in (
                commands.Pick("w1", ticket, "mine"),
                commands.MarkPrinted(ticket),
                commands.Cancel(ticket, walkout=True, reason=""),
            ):
                with pytest.raises(DomainError, match="illegal_transition"):
                    batch.decide(command, "", "", render)
        batch.write()
    audit(engine)
    assert rows_of(engine, "SELECT state FROM tickets") == ["cancelled", "cancelled"]
    engine.dispose()


def test_an_unknown_hall(url: str) -> None:
    async def test() -> None:
        async with Office(url) as office:
            with contextlib.suppress(DomainError):
                await office.do(commands.TakeTicket("pension", "kiosk", "en"), hall="nowhere")
                raise AssertionError("there is no such hall")
            assert (await office.take())["number"] == "A001"

    run(test)


def test_limits_hold_under_a_rush(url: str) -> None:
    """The daily limit of two and one ticket a person, with everybody pressing at once."""

    async def test() -> None:
        async with Office(url) as office:
            holder = commands.Holder(hash="me", document="1*2", person="张*", phone="")
            results = await asyncio.gather(
                *(office.take("trial") for _ in range(20)),
                *(office.take("passport", holder=holder) for _ in range(20)),
                return_exceptions=True,
            )
            codes = [said(r) for r in results]
            assert sorted(set(codes)) == ["D001", "F001", "F002", "person_limit", "queue_full"]
            assert (codes.count("queue_full"), codes.count("person_limit")) == (18, 19)

    run(test)
