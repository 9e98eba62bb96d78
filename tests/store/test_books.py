"""`hall verify` finds nothing on a sound day of every kind, and everything that somebody tampered with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from hall.__main__ import main
from queueserver.handlers import commands
from queueserver.store.database import open_engine
from tests.store.store_kit import HandClock, Office, rows_of, sqlite_url

Shown = pytest.CaptureFixture[str]


async def _two_days(url: str) -> None:
    """Served, missed, held, sent on, left, cut off at the end of the day; a clock set back; and a second day."""
    clock = HandClock()
    async with Office(url, clock) as office:
        await office.open("w1", "w2")
        taken = [await office.take(service) for service in ("pension", "pension", "invoices", "pension", "id-card")]
        clock.turn(minutes=9)
        await office.do(commands.CallNext("w1"))
        clock.turn(minutes=-2)
        await office.do(commands.Start("w1"))
        clock.turn(minutes=-3)
        await office.do(commands.Hold("w1", "copies"))
        await office.do(commands.CallNext("w1"))
        await office.do(commands.NoShow("w1"))
        await office.do(commands.CallBack("w1", taken[0]["id"]))
        clock.turn(minutes=20)
        await office.do(commands.Start("w1"))
        await office.do(commands.Transfer("w1", "tax", None, ""))
        await office.do(commands.Cancel(taken[4]["id"], walkout=True, reason=""))
        clock.turn(days=1)
        await office.take()
        clock.turn(days=2)
        await office.take()


@pytest.fixture
def days(url: str) -> str:
    asyncio.run(_two_days(url))
    return url


def verified(url: str, *options: str) -> int:
    return main(["verify", "--database", url, *options])


def tamper(url: str, statement: str) -> None:
    engine = open_engine(url, writing=True)
    with engine.begin() as connection:
        assert connection.execute(text(statement)).rowcount > 0
    engine.dispose()


def test_sound_days_are_ok_one_line_each(days: str, capsys: Shown) -> None:
    assert verified(days) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[:14] for line in lines] == ["2026-03-02  ok", "2026-03-03  ok", "2026-03-05  ok"]
    assert "6 tickets" in lines[0]


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        (("--day", "2026-03-03"), ["2026-03-03"]),
        (("--from", "2026-03-03"), ["2026-03-03", "2026-03-05"]),
        (("--to", "2026-03-03"), ["2026-03-02", "2026-03-03"]),
        (("sample", "--from", "2026-03-03", "--to", "2026-03-04"), ["2026-03-03"]),
    ],
)
def test_the_days_that_were_asked_for(days: str, options: tuple[str, ...], shown: list[str], capsys: Shown) -> None:
    assert verified(days, *options) == 0
    assert [line[:10] for line in capsys.readouterr().out.splitlines()] == shown


TAMPERED = {
    "UPDATE statistics SET n = n + 1 WHERE measure = 'arrived'": "arrived, hour 12",
    "UPDATE statistics SET total = total + 1 WHERE measure = 'waiting'": "recomputed",
    "DELETE FROM statistics WHERE measure = 'missed'": "missed, hour 12",
    "UPDATE tickets SET state = 'finished' WHERE state = 'transferred'": "the facts say transferred",
    "DELETE FROM events WHERE seq = 7": "fact 7 is missing",
    "DELETE FROM events WHERE seq = (SELECT max(seq) FROM events WHERE business_day = '2026-03-02')": "is missing",
    "UPDATE visits SET number = 'A099' WHERE number = 'A003'": "A003",
    "UPDATE events SET at = at - 60000 WHERE type = 'ticket.started'": "way, bin",
    """UPDATE events SET data = replace(data, '"state":"held"', '"state":"waiting"')
       WHERE type = 'ticket.held'""": "says waiting, not held",
}


@pytest.mark.parametrize("statement", TAMPERED)
def test_what_was_tampered_with_is_named_and_ends_in_one(days: str, statement: str, capsys: Shown) -> None:
    tamper(days, statement)
    assert verified(days, "--all") == 1
    out = capsys.readouterr().out
    assert "differs" in out
    assert TAMPERED[statement] in out


def test_many_differences_are_counted_not_listed(days: str, capsys: Shown) -> None:
    tamper(days, "UPDATE statistics SET n = n + 1 WHERE business_day = '2026-03-02'")
    assert verified(days) == 1
    first = capsys.readouterr().out.splitlines()[0]
    assert first.count("stored") == 3
    assert " more" in first


def test_facts_of_an_older_version_are_no_alarm(days: str, capsys: Shown) -> None:
    """As after an upgrade: the first day's facts lack what statistics need, and none were kept."""
    engine = open_engine(days, writing=True)
    with engine.begin() as connection:
        for hour in (11, 12):
            connection.execute(
                text("UPDATE events SET detail = replace(replace(detail, :told, ''), :alone, '') WHERE seq < 28"),
                {"told": f',"hour":{hour}', "alone": f'"hour":{hour}'},
            )
        connection.execute(text("DELETE FROM statistics WHERE business_day = '2026-03-02'"))
    engine.dispose()
    assert verified(days, "--day", "2026-03-02") == 0
    assert "were recorded before schema 0003" in capsys.readouterr().out


def test_it_writes_nothing(days: str) -> None:
    engine = open_engine(days, writing=True)
    before = rows_of(engine, "SELECT total_changes()"), rows_of(engine, "SELECT * FROM halls")
    assert verified(days) == 0
    assert (rows_of(engine, "SELECT total_changes()"), rows_of(engine, "SELECT * FROM halls")) == before
    engine.dispose()


WRONG: dict[str, tuple[Callable[[Path], list[str]], int, str]] = {
    "no database": (lambda at: ["--database", sqlite_url(at / "none.db")], 1, "there is no database"),
    "no hall": (lambda at: ["--database", sqlite_url(at / "hall.db"), "nowhere"], 1, "there is no hall 'nowhere'"),
    "no facts then": (lambda at: ["--database", sqlite_url(at / "hall.db"), "--day", "2020-01-01"], 1, "no facts"),
    "no date": (lambda _: ["--day", "yesterday"], 2, "is not a date"),
    "day and range": (lambda _: ["--day", "2026-03-02", "--to", "2026-03-02"], 2, "--day is one day"),
    "no URL": (lambda _: ["--database", "hall.db"], 1, "is not a database URL"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_done_is_one_line(hall_file: Path, case: str, capsys: Shown) -> None:
    arguments, code, words = WRONG[case]
    assert main(["verify", *arguments(hall_file.parent)]) == code
    said = capsys.readouterr()
    assert words in said.err
    assert said.err.count("\n") == 1
    assert not (hall_file.parent / "none.db").exists()


def test_the_last_day_is_the_one_that_runs(days: str) -> None:
    engine = open_engine(days, writing=False)
    assert rows_of(engine, "SELECT business_day FROM halls") == [date(2026, 3, 5).isoformat()]
    engine.dispose()
