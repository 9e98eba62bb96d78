"""What a kiosk's tiles are told about the time, read from what is stored."""

from __future__ import annotations

from datetime import timedelta

from queueserver.hallview import HallView
from queueserver.published import Publications
from queueserver.store.database import open_engine
from tests.store.random_days import RandomDay
from tests.store.store_kit import HALL, NOON, HandClock

NIGHT = NOON + timedelta(hours=15, minutes=35)
"""25 minutes before the sample hall's business day ends, which is when its queues close."""


def test_a_tile_says_when_the_next_turn_is_likely_to_come_after_closing(url: str) -> None:
    engine = open_engine(url, writing=True)
    day = RandomDay(engine, HandClock(NIGHT))
    day.batch([("take", 0, 0)] * 20)
    with engine.begin() as connection:
        for moment, beyond in ((NIGHT, True), (NIGHT - timedelta(hours=12), False)):
            view = HallView(connection, Publications().hall_now(connection, HALL), NIGHT)
            view.time = moment
            offered = view.queues_now()
            assert offered["social"].estimate is not None
            assert offered["social"].estimate.beyond_closing is beyond, "twenty wait"
    engine.dispose()
