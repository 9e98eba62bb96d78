"""The same random days on two databases, and everything that is in them as values that can be compared."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Engine, select

from queueserver import books
from queueserver.store import tables
from queueserver.store.database import open_engine
from tests.store.random_days import ACTS, RandomDay, Step
from tests.store.store_kit import HALL, HandClock

KEPT = ("config_versions", "accounts", "tokens", "enrolments")
"""Tables that commands do not write."""


class Counting:
    """Ids and tokens in order, so that two days that are the same give the same."""

    def __init__(self) -> None:
        self._ids = itertools.count(1)

    def __call__(self) -> str:
        return f"{next(self._ids):026d}"


def random_batches(seed: int, batches: int, most: int = 8) -> list[list[Step]]:
    """Commands of every kind in an order that `seed` decides."""
    chance = random.Random(seed)
    return [
        [(chance.choice(ACTS), chance.randrange(8), chance.randrange(4)) for _ in range(chance.randint(1, most))]
        for _ in range(batches)
    ]


def written(url: str, batches: list[list[Step]]) -> dict[str, list[Any]]:
    """What the database holds after these commands; every day's books are compared too."""
    engine = open_engine(url, writing=True)
    try:
        day = RandomDay(engine, HandClock(), new_id=Counting(), new_token=Counting())
        for batch in batches:
            day.batch(batch)
        assert list(differences(engine)) == []
        return everything(engine)
    finally:
        engine.dispose()


def differences(engine: Engine) -> Iterator[str]:
    """What `hall verify` would say of any day."""
    with engine.begin() as connection:
        for day in list(books.days(connection, HALL)):
            yield from books.account(connection, HALL, day).differences


def everything(engine: Engine) -> dict[str, list[Any]]:
    """Every table that commands write, each row as values of the program, by the key."""
    found = {}
    with engine.begin() as connection:
        for table in tables.metadata.sorted_tables:
            if table.name not in KEPT:
                rows = connection.execute(select(table).order_by(*table.primary_key)).all()
                found[table.name] = sorted((tuple(row) for row in rows), key=repr)
    return found
