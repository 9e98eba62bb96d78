"""Putting a configuration in force while people wait: a new version, a fact, and nobody loses a place or a number."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from contract.client.sample import SAMPLE_HALL
from contract.config import HallConfig
from queueserver.domain.errors import DomainError
from queueserver.handlers import commands
from tests.store.store_kit import HALL, Office, audit, contents, rows_of, run


def changed(queue: str = "", **more: object) -> HallConfig:
    """The sample hall with one queue changed."""
    queues = tuple(q.model_copy(update=more) if q.id == queue else q for q in SAMPLE_HALL.queues)
    return SAMPLE_HALL.model_copy(update={"queues": queues})


async def publish(office: Office, config: HallConfig, expected: int | None = None) -> int:
    return await office.writer.publish_config(HALL, config, by="zhao", note="test", expected_version=expected)


def test_a_new_version_and_a_fact(url: str) -> None:
    async def test() -> None:
        async with Office(url) as office:
            assert await publish(office, changed("social", daily_limit=1), expected=1) == 2
            versions = rows_of(
                office.engine, "SELECT version, published_by, note FROM config_versions ORDER BY version"
            )
            assert versions == [(1, "test", ""), (2, "zhao", "test")]
            assert rows_of(office.engine, "SELECT config_version FROM halls") == [2]
            kind, data, detail = rows_of(
                office.engine, "SELECT type, data, detail FROM events ORDER BY seq DESC LIMIT 1"
            )[0]
            assert (kind, json.loads(data), json.loads(detail)) == (
                "config.published",
                {"version": 2},
                {"by": "zhao", "note": "test"},
            )
            assert office.told == [(HALL, 2)]
            await office.take()
            assert await office.refused(commands.TakeTicket("medical", "kiosk", "en")) == "queue_full"
            audit(office.engine)

    run(test)


@pytest.mark.parametrize("expected", [0, 2, 7])
def test_a_stale_draft_changes_nothing(url: str, expected: int) -> None:
    async def test() -> None:
        async with Office(url) as office:
            before = contents(office.engine)
            with pytest.raises(DomainError, match="stale_draft"):
                await publish(office, SAMPLE_HALL, expected=expected)
            assert contents(office.engine) == before
            assert rows_of(office.engine, "SELECT version FROM config_versions") == [1]

    run(test)


def test_of_two_who_publish_at_once_one_is_told(url: str) -> None:
    async def test() -> None:
        async with Office(url) as one, Office(url) as other:
            results = await asyncio.gather(
                *(publish(office, SAMPLE_HALL, expected=1) for office in (one, other)), return_exceptions=True
            )
            assert sorted(str(result) for result in results) == ["2", "stale_draft"]

    run(test)


def test_another_halls_document_is_refused(url: str) -> None:
    async def test() -> None:
        async with Office(url) as office:
            before = contents(office.engine)
            with pytest.raises(DomainError, match="invalid_field"):
                await office.writer.publish_config("other", SAMPLE_HALL, by="zhao", note="")
            assert contents(office.engine) == before

    run(test)


def test_tickets_places_and_counters_stay(url: str) -> None:
    async def test() -> None:
        async with Office(url) as office, Office(url) as other:
            await office.open("w1")
            for _ in range(3):
                await office.take()
            called = await office.do(commands.CallNext("w1"))
            await publish(office, changed("social", waiting_limit=50))
            assert (await office.take())["wait"]["ahead"] == 2
            assert (await other.take())["number"] == "A005", "the other server works with the new version too"
            await office.do(commands.Start("w1"))
            assert (await office.do(commands.Finish("w1", "done", ())))["id"] == called["id"]
            assert (await office.do(commands.CallNext("w1")))["number"] == "A002"
            audit(office.engine)

    run(test)


def test_commands_and_publishing_keep_their_order(url: str) -> None:
    """A command that came before the publishing is judged by the old version, one that came after by the new."""

    async def test() -> None:
        async with Office(url) as office:
            before = [asyncio.create_task(office.take("trial")) for _ in range(2)]
            full = asyncio.create_task(office.take("trial"))
            await asyncio.sleep(0)
            version = asyncio.create_task(publish(office, changed("trial", daily_limit=3)))
            await asyncio.sleep(0)
            after = asyncio.create_task(office.take("trial"))
            assert [(await task)["number"] for task in (*before, after)] == ["F001", "F002", "F003"]
            assert await version == 2
            with pytest.raises(DomainError, match="queue_full"):
                await full

    run(test)


def test_exchanged_prefixes_never_meet_numbers_already_given_out(url: str) -> None:
    async def test() -> None:
        async with Office(url) as office:
            for _ in range(3):
                await office.take("pension")
            await office.take("invoices")
            swapped = tuple(
                q.model_copy(update={"prefix": {"A": "B", "B": "A"}.get(q.prefix, q.prefix)})
                for q in SAMPLE_HALL.queues
            )
            await publish(office, SAMPLE_HALL.model_copy(update={"queues": swapped}))
            assert (await office.take("invoices"))["number"] == "A004"
            assert (await office.take("pension"))["number"] == "B004", "no counter goes back"
            await publish(office, SAMPLE_HALL)
            assert (await office.take("pension"))["number"] == "A005"
            numbers = rows_of(office.engine, "SELECT number FROM visits")
            assert len(set(numbers)) == len(numbers) == 7

    run(test)


def test_a_queue_that_takes_over_a_prefix_begins_behind_it(url: str) -> None:
    async def test() -> None:
        async with Office(url) as office:
            await office.take("pension")
            queues = tuple(
                q.model_copy(update={"prefix": {"social": "X", "police": "A"}.get(q.id, q.prefix)})
                for q in SAMPLE_HALL.queues
            )
            await publish(office, SAMPLE_HALL.model_copy(update={"queues": queues}))
            assert (await office.take("id-card"))["number"] == "A002"

    run(test)


def test_a_range_published_by_mistake_and_taken_back_leaves_numbers_to_give(url: str) -> None:
    async def test() -> None:
        async with Office(url) as office:
            assert (await office.take())["number"] == "A001"
            await publish(office, changed("social", first=900))
            assert [(await office.take())["number"] for _ in range(2)] == ["A900", "A901"]
            await publish(office, changed("social", last=40))
            assert (await office.take())["number"] == "A002"
            await publish(office, changed("social", first=900))
            assert (await office.take())["number"] == "A902"

    run(test)


def test_a_range_that_is_used_up_stays_used_up(url: str) -> None:
    async def test() -> None:
        async with Office(url) as office:
            await publish(office, changed("social", last=2))
            for _ in range(2):
                await office.take()
            await publish(office, changed("social", last=2, daily_limit=9))
            assert await office.refused(commands.TakeTicket("pension", "kiosk", "en")) == "numbers_used_up"

    run(test)


def test_a_window_taken_out_while_somebody_is_served_there(url: str) -> None:
    async def test() -> None:
        async with Office(url) as office:
            await office.open("w1", "w2")
            first, sent = await office.take(), await office.take()
            await office.do(commands.CallNext("w2"))
            await office.do(commands.Pick("w1", sent["id"], "for w2"))
            await office.do(commands.Transfer("w1", None, "w2", ""))
            without = tuple(w for w in SAMPLE_HALL.windows if w.id != "w2")
            await publish(office, SAMPLE_HALL.model_copy(update={"windows": without}))
            await office.do(commands.Start("w2"))
            assert (await office.do(commands.Finish("w2", "done", ())))["id"] == first["id"]
            assert await office.refused(commands.CallNext("w2")) == "unknown_window"
            called = await office.do(commands.CallNext("w1"))
            assert called["number"] == sent["number"], "sent to a window that is no more, it waits with its queue again"
            audit(office.engine)

    run(test)


def test_a_new_hall_beside_the_first(url: str, tmp_path: Path) -> None:
    async def test() -> None:
        async with Office(url) as office:
            second = SAMPLE_HALL.model_copy(update={"hall": SAMPLE_HALL.hall.model_copy(update={"id": "second"})})
            assert await office.writer.publish_config("second", second, by="zhao", note="") == 1
            take = commands.TakeTicket("pension", "kiosk", "en")
            assert [(await office.do(take, hall=hall))["number"] for hall in (HALL, "second", HALL)] == [
                "A001",
                "A001",
                "A002",
            ]
            assert await office.do(take, key="same-key", hall=HALL) != await office.do(
                take, key="same-key", hall="second"
            )
            assert rows_of(office.engine, "SELECT hall, seq FROM halls ORDER BY hall") == [(HALL, 4), ("second", 3)]

    run(test)
