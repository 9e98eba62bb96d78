"""Windows the server calls for: the call commits together with what freed the window, and time alone can bring it."""

from __future__ import annotations

from pathlib import Path

from contract.client.sample import SAMPLE_HALL
from contract.config import Assignment
from queueserver.handlers import commands
from tests.store.store_kit import HALL, Office, audit, founded, rows_of, run, sqlite_url


def automatic(url: str, seconds: int) -> str:
    policy = SAMPLE_HALL.hall.policy.model_copy(
        update={"assignment": Assignment.AUTOMATIC, "assign_after_seconds": seconds}
    )
    hall = SAMPLE_HALL.hall.model_copy(update={"policy": policy})
    return founded(url, SAMPLE_HALL.model_copy(update={"hall": hall}))


def called(office: Office) -> list[str]:
    """The data of every call, in order."""
    return rows_of(office.engine, "SELECT data FROM events WHERE type = 'ticket.called' ORDER BY seq")


def test_the_call_commits_with_the_command_that_made_it_possible(tmp_path: Path) -> None:
    url = automatic(sqlite_url(tmp_path / "hall.db"), 0)

    async def test() -> None:
        async with Office(url) as office:
            await office.open("w1")
            first, second = await office.take(), await office.take()
            assert [first["number"] in data for data in called(office)] == [True]
            await office.do(commands.Start("w1"))
            before = len(office.told)
            await office.do(commands.Finish("w1", "done", ()), key="the-one-key-of-it")
            assert len(office.told) == before + 1, "one commit told once"
            assert [second["number"] in data for data in called(office)] == [False, True]
            await office.do(commands.Finish("w1", "done", ()), key="the-one-key-of-it")
            assert len(called(office)) == 2, "a repeated command calls nobody again"
            audit(office.engine)

    run(test)


def test_after_a_pause_a_tick_makes_the_call(tmp_path: Path) -> None:
    url = automatic(sqlite_url(tmp_path / "hall.db"), 5)

    async def test() -> None:
        async with Office(url) as office:
            await office.open("w1")
            await office.take()
            await office.writer.tick(HALL)
            assert (called(office), office.writer.chances()) == ([], [])
            office.clock.turn(seconds=5)  # type: ignore[attr-defined] # a HandClock
            assert office.writer.chances() == [HALL]
            await office.writer.tick(HALL)
            assert len(called(office)) == 1
            assert '"how":"auto"' in called(office)[0].replace(" ", "")
            audit(office.engine)

    run(test)
