"""kill -9 in mid-load: everything that was acknowledged is there, without gaps, and work goes on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from contract.client.sample import SAMPLE_HALL
from queueserver.clock import SystemClock
from queueserver.handlers import commands
from tests.store.store_kit import Office, assert_same, audit, founded, reloaded, rows_of, run, sqlite_url

ACKNOWLEDGED = 300
ROOT = Path(__file__).parents[2]


def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    queues = tuple(q.model_copy(update={"last": 9999, "digits": 4}) for q in SAMPLE_HALL.queues)
    url = founded(sqlite_url(tmp_path / "hall.db"), SAMPLE_HALL.model_copy(update={"queues": queues}))
    process = subprocess.Popen(
        [sys.executable, "tests/store/issuing_process.py", url], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout is not None
    with process, process.stdout as output:
        lines = [output.readline() for _ in range(ACKNOWLEDGED)]
        process.kill()
        lines += output.readlines()
    assert process.returncode == -9
    told = [json.loads(line) for line in lines if line.endswith("\n")]
    assert len(told) >= ACKNOWLEDGED

    async def test() -> None:
        async with Office(url, SystemClock()) as office:
            audit(office.engine)
            numbers = dict(
                rows_of(office.engine, "SELECT t.id, v.number FROM tickets t JOIN visits v ON v.id = t.visit")
            )
            kinds = set(rows_of(office.engine, "SELECT type, ticket FROM events"))
            for answer in told:
                assert numbers[answer["id"]] == answer["number"]
                assert (f"ticket.{answer['what']}", answer["id"]) in kinds
            first = next(answer for answer in told if answer["what"] == "issued")
            assert (await office.take("pension" if first["key"].endswith("-0") else "invoices", first["key"]))[
                "id"
            ] == first["id"], "the answer to its key is there as well"
            for window in ("w1", "w2"):
                at_window = rows_of(office.engine, f"SELECT ticket FROM windows WHERE id = '{window}'")
                if at_window != [None]:
                    await finish(office, window)
            before = rows_of(office.engine, "SELECT count(*) FROM visits")[0]
            await office.take()
            assert rows_of(office.engine, "SELECT count(*) FROM visits") == [before + 1]
            assert "number" in await office.do(commands.CallNext("w2"))
            audit(office.engine)
            live = office.in_memory()
            assert live is not None
            with office.engine.begin() as connection:
                assert_same(live, reloaded(connection))

    run(test)


async def finish(office: Office, window: str) -> None:
    """Whatever the killed process had begun there."""
    state = rows_of(
        office.engine, f"SELECT t.state FROM tickets t JOIN windows w ON w.ticket = t.id WHERE w.id = '{window}'"
    )
    if state == ["called"]:
        await office.do(commands.Start(window))
    await office.do(commands.Finish(window, "done", ()))
