"""Facts: no state outside the table can be reached, both books of any day agree, and both databases hold the same."""

from __future__ import annotations

import shutil
import sys
import tempfile
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contract.config import MissedPolicy
from proofs.claims import Claim
from proofs.exploring import Found, explore

ROOT = Path(__file__).resolve().parents[1]
ALL = tuple(MissedPolicy)
DAYS, DAYS_ON_BOTH, DAYS_THAT_CHANGE, BATCHES = 60, 6, 15, 40


def claims(_: Path | None) -> Iterator[Claim]:
    yield _searched("one ticket, one window, in full", explore(1, 1, 99, ALL), whole=True)
    yield _searched("one ticket, two windows, in full", explore(1, 2, 99, (MissedPolicy.REQUEUE,)), whole=True)
    yield _searched("two tickets, one window", explore(2, 1, 12, (MissedPolicy.POSTPONE,)), whole=False)
    yield _searched(
        "three tickets, two windows", explore(3, 2, 6, (MissedPolicy.REQUEUE, MissedPolicy.CLERK)), whole=False
    )
    yield from _books()


def _searched(what: str, found: Found, *, whole: bool) -> Claim:
    depth = "every state there is" if found.complete else f"{found.depth} commands deep"
    got = f"{len(found.wrong)} in {found.states:,} states and {found.commands:,} commands, {depth}"
    if found.wrong:
        got += f"; first: {found.wrong[0]}"
    return Claim(f"states outside the table: {what}", "0", got, not found.wrong and found.complete >= whole)


def _books() -> Iterator[Claim]:
    """Random days of all commands; `written` raises when a day's two books differ."""
    _let_tests_be_ours()
    from tests.store.both_databases import Counting, random_batches, written
    from tests.store.store_kit import founded, sqlite_url

    with tempfile.TemporaryDirectory() as folder:
        hall = Path(folder) / "founded.db"
        founded(sqlite_url(hall), new_id=Counting())

        def on_sqlite(seed: int) -> dict[str, list[Any]]:
            copy = shutil.copy(hall, hall.with_name("day.db"))
            return written(sqlite_url(Path(copy)), random_batches(seed, BATCHES))

        facts = sum(len(on_sqlite(seed)["events"]) for seed in range(DAYS))
        got = f"equal after each of {DAYS}, {facts:,} facts in all"
        yield Claim(
            "statistics, states and numbers from the facts alone", "equal to the stored ones", got, facts > DAYS
        )
        yield _changing(hall)
        yield from _both_databases(on_sqlite)


def _changing(hall: Path) -> Claim:
    """Random days while the configuration is published anew, windows call by themselves and the clock jumps."""
    from tests.store.changing_days import lived, random_steps

    published, facts, refused = 0, 0, set[str]()
    for seed in range(DAYS_THAT_CHANGE):
        day = lived(Path(shutil.copy(hall, hall.with_name("changing.db"))), random_steps(seed, BATCHES))
        published, facts, refused = published + day.published, facts + day.seq, refused | set(day.refused)
    got = (
        f"in order after each of {DAYS_THAT_CHANGE * BATCHES} batches, {published} configurations, {facts:,} facts, "
        f"{len(refused)} kinds of refusal"
    )
    return Claim(
        "queues, windows, policies, numbers and time zones changed while people wait: nobody lost, both books agree",
        "in order",
        got,
        published > DAYS_THAT_CHANGE and len(refused) > 20,
    )


def _both_databases(on_sqlite: Any) -> Iterator[Claim]:
    """Nothing where PostgreSQL is not installed."""
    from tests.store import postgres_server
    from tests.store.both_databases import Counting, random_batches, written
    from tests.store.store_kit import founded

    try:
        postgres_server.programs()
    except BaseException as missing:  # pytest's way to say that it is not there is no Exception
        if isinstance(missing, KeyboardInterrupt):
            raise
        return
    with postgres_server.running() as home:
        founded(postgres_server.create_database(home, "proof"), new_id=Counting())
        unlike = []
        for seed in range(DAYS_ON_BOTH):
            url = postgres_server.create_database(home, "day", "proof")
            here, there = on_sqlite(seed), written(url, random_batches(seed, BATCHES))
            unlike += [f"{table} of day {seed}" for table in here if here[table] != there[table]]
    got = f"{len(unlike)} tables differ after {DAYS_ON_BOTH} random days" + (f": {unlike[0]}" if unlike else "")
    yield Claim("SQLite and PostgreSQL hold the same rows", "0 tables differ", got, not unlike)


def _let_tests_be_ours() -> None:
    """A library brings a package named tests along; the tests meant here are those of this repository."""
    package = types.ModuleType("tests")
    package.__path__ = [str(ROOT / "tests")]
    sys.modules["tests"] = package
