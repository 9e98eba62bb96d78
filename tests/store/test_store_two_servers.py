"""Two server processes on one database, of which one dies: the calls it would have made by itself are made, once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from contract.client.sample import SAMPLE_HALL
from contract.config import Assignment, HallConfig
from queueserver.domain.errors import DomainError
from queueserver.handlers import commands
from queueserver.rounds import LEFT_UNDONE
from queueserver.selects import overdue_halls
from tests.store.store_kit import HALL, HandClock, Office, audit, calls_of, founded, rows_of, run, sqlite_url

BREATH = 5


def automatic(assignment: Assignment = Assignment.AUTOMATIC) -> HallConfig:
    policy = SAMPLE_HALL.hall.policy.model_copy(update={"assignment": assignment, "assign_after_seconds": BREATH})
    return SAMPLE_HALL.model_copy(update={"hall": SAMPLE_HALL.hall.model_copy(update={"policy": policy})})


def left_undone(office: Office) -> list[str]:
    """As the server's round asks it."""
    with office.engine.begin() as connection:
        return overdue_halls(connection, office.clock.now() - LEFT_UNDONE)


def at(office: Office, window: str) -> list[str]:
    return [one for one in rows_of(office.engine, f"SELECT ticket FROM windows WHERE id = '{window}'") if one]


def test_the_neighbour_makes_the_call_of_a_process_that_died(tmp_path: Path) -> None:
    url = founded(sqlite_url(tmp_path / "hall.db"), automatic())

    async def test() -> None:
        clock = HandClock()
        async with Office(url, clock) as neighbour:
            async with Office(url, clock) as one:
                await one.open("w1")
                await one.take()
                clock.turn(seconds=BREATH)
                await one.writer.tick(HALL)
                await one.take()
                await one.do(commands.Start("w1"))
                await one.do(commands.Finish("w1", "done", ()))
                assert at(one, "w1") == []
            clock.turn(seconds=BREATH)
            assert neighbour.writer.chances() == [], "it has heard of nothing"
            assert left_undone(neighbour) == [], "it may still be on its way"
            clock.time += LEFT_UNDONE
            assert left_undone(neighbour) == [HALL]
            await neighbour.writer.tick(HALL)
            assert len(at(neighbour, "w1")) == 1
            assert left_undone(neighbour) == []
            assert set(calls_of(neighbour.engine).values()) == {1}
            audit(neighbour.engine)

    run(test)


def test_of_two_that_see_the_chance_one_makes_the_call(tmp_path: Path) -> None:
    url = founded(sqlite_url(tmp_path / "hall.db"), automatic())

    async def test() -> None:
        clock = HandClock()
        async with Office(url, clock) as one, Office(url, clock) as other:
            await one.open("w1")
            await other.open("w2")
            first, second, third = [(await office.take())["id"] for office in (one, other, one)]
            clock.turn(seconds=BREATH)
            for office in (one, other, one, other):
                await office.writer.tick(HALL)
            assert [at(one, "w1"), at(one, "w2")] == [[first], [second]]
            assert third not in calls_of(one.engine)
            assert len(one.told) + len(other.told) == len({seq for _, seq in one.told + other.told})
            audit(one.engine)

    run(test)


def test_a_refusal_and_a_repetition_leave_the_chance_alone(tmp_path: Path) -> None:
    """In the moment between the time's coming and the round that takes it, somebody asks what is refused."""
    url = founded(sqlite_url(tmp_path / "hall.db"), automatic())

    async def test() -> None:
        clock = HandClock()
        async with Office(url, clock) as office:
            await office.open("w1")
            await office.take(key="the-one-key-of-it")
            clock.turn(seconds=BREATH)
            assert await office.refused(commands.Recall("w1")) == "window_idle"
            assert len(at(office, "w1")) == 1
            await office.do(commands.Start("w1"))
            await office.take()
            await office.do(commands.Finish("w1", "done", ()))
            clock.turn(seconds=BREATH)
            await office.take(key="the-one-key-of-it")
            assert len(at(office, "w1")) == 1
            audit(office.engine)

    run(test)


def test_a_policy_published_during_the_day_calls_at_once(tmp_path: Path) -> None:
    url = founded(sqlite_url(tmp_path / "hall.db"), automatic(Assignment.MANUAL))

    async def test() -> None:
        async with Office(url, HandClock()) as office:
            await office.open("w1")
            await office.take()
            office.clock.turn(seconds=BREATH)  # type: ignore[attr-defined] # a HandClock
            await office.writer.tick(HALL)
            assert at(office, "w1") == []
            await office.writer.publish_config(HALL, automatic(), by="test", note="")
            assert len(at(office, "w1")) == 1
            audit(office.engine)

    run(test)


def test_a_policy_published_by_a_process_that_died_is_followed(tmp_path: Path) -> None:
    url = founded(sqlite_url(tmp_path / "hall.db"), automatic(Assignment.MANUAL))

    async def test() -> None:
        async with Office(url, HandClock()) as office:
            await office.open("w1")
            await office.take()
            office.clock.turn(seconds=BREATH)  # type: ignore[attr-defined] # a HandClock

            async def dies(_: str) -> None:
                raise DomainError("unknown_hall")

            tick, office.writer.tick = office.writer.tick, dies  # type: ignore[method-assign] # it gets no further
            try:
                await office.writer.publish_config(HALL, automatic(), by="test", note="")
            except DomainError:
                office.writer.tick = tick  # type: ignore[method-assign]
            office.clock.turn(seconds=LEFT_UNDONE / timedelta(seconds=1))  # type: ignore[attr-defined]
            assert left_undone(office) == [HALL]

    run(test)


def test_a_hall_where_staff_call_has_nothing_left_undone(tmp_path: Path) -> None:
    url = founded(sqlite_url(tmp_path / "hall.db"), automatic(Assignment.MANUAL))

    async def test() -> None:
        clock = HandClock()
        async with Office(url, clock) as office:
            await office.open("w1")
            for _ in range(2):
                await office.take()
            await office.do(commands.CallNext("w1"))
            await office.do(commands.Hold("w1", "", 10))
            clock.turn(minutes=30)
            assert (office.writer.chances(), left_undone(office)) == ([], [])

    run(test)
